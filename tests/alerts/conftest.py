"""Fixtures of the tests of this room."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def mailbox(settings: Settings) -> None:
    """Keep mails as the product does where no mail server is named; Django's tests would not."""
    settings.EMAIL_BACKEND = "alerts.mailbox.MailboxBackend"

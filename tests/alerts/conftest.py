"""Fixtures of the tests of this room."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from tests.alerts.slack_server import Slack, slack


@pytest.fixture(autouse=True, scope="module")
def mailbox() -> Iterator[None]:
    """Keep mails as the product does where no mail server is named; Django's tests would not."""
    with override_settings(EMAIL_BACKEND="alerts.mailbox.MailboxBackend"):
        yield


@pytest.fixture
def workspace() -> Iterator[Slack]:
    """Run a workspace of Slack, with everybody whom `slack_server` names."""
    with slack() as running:
        yield running

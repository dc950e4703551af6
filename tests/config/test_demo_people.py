"""Whoever can sign in to the demonstration is named at its start, with their part."""

import pytest

from accounts.models import User
from config.demo import people
from config.management.commands.demo import Command

pytestmark = pytest.mark.django_db


def test_every_account_is_printed_with_its_part() -> None:
    people.make("demo-demo-demo")

    printed = Command()._told("demo-demo-demo").splitlines()  # noqa: SLF001

    parts = dict(line.split(maxsplit=1) for line in printed if "@" in line)
    assert set(parts) == set(User.objects.active().values_list("email", flat=True))
    assert all(parts.values())

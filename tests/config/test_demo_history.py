"""The history of the demonstration is made by the verbs themselves, so every rule has its say."""

import io

import pytest
from django.core.management import call_command
from django.utils import timezone

from breakglass import debt
from breakglass.models import Scenario, Waiver
from config.management.commands.demo import Command
from reviews.models import Review
from tests.make import make_target, make_user

pytestmark = pytest.mark.django_db


def test_it_loads_and_overdue_reviews_do_not_burden_who_tries_it_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Command, "_make_target", lambda _self: make_target())

    call_command("demo", stdout=io.StringIO())

    now = timezone.now()
    late = {str(each.grant.holder) for each in Review.objects.overdue(now)}
    assert late == {"Lena Fischer", "Samir Haddad"}
    assert {str(each.request.requester) for each in Waiver.objects.all()} == {"Lena Fischer"}
    outage = Scenario.objects.get(slug="production-outage")
    assert debt.owed(outage, person=make_user("requester"), at=now) == []

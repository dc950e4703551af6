"""Make patterns, and the weeks that show them."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from breakglass.models import Scenario
from judgement.patterns.people import _SCENARIO as SENTENCE
from reviews.models import Pattern
from tests.make import NOON, make_scenario, make_user
from tests.reviews.make import make_review

NIGHT = NOON + timedelta(days=6, hours=15)  # three o'clock


def emergency() -> Scenario:
    """Return the usual scenario, made at first use."""
    return Scenario.objects.filter(slug="production-outage").first() or make_scenario()


def use_daily(number: int = 6, *, by: str = "ada") -> None:
    """Let somebody use the emergency on so many days, one after the other."""
    scenario = emergency()
    for day in range(number):
        make_review(scenario, at=NOON + timedelta(days=day), by=by)


def make_pattern(
    person: User | None = None, *, number: int = 6, at: datetime | None = None, **fields: Any
) -> Pattern:
    """Return that Ada, or somebody else, uses the emergency again and again."""
    person, scenario = person or make_user("ada"), emergency()
    at = at or timezone.now() - timedelta(hours=5)
    values = {
        "kind": "person", "key": f"{person.ref} {scenario.ref}", "template": SENTENCE,
        "facts": {"number": number, "days": 30, "peers": 0.5}, "person": person,
        "scenario": scenario, "cases": [3, 2, 1], "first_seen_at": at, "seen_at": at, **fields,
    }  # fmt: skip
    return Pattern.objects.create(number=number, **values)

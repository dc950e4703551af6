"""Cases that are not done with keep their entries on the record, each with a sentence."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Part
from audit.models import Entry
from audit.retention import kept, obstacles, rules
from breakglass import transitions
from breakglass.models import Grant, Request, Scenario
from targets.models import Door
from tests.audit.make import sql, unprotected
from tests.breakglass.test_replay import enter
from tests.make import (
    NOON,
    REASON,
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_user,
    voice,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


def said() -> set[str]:
    return {str(each.why) for each in kept.everything(LATER)}


def test_an_open_request_keeps_its_case_from_its_first_entry() -> None:
    asked = make_request()
    enter()

    (obstacle,) = obstacles._things(LATER)  # noqa: SLF001

    assert str(obstacle.why) == f"Case {asked.case} is still open."
    assert obstacle.seq == Entry.objects.get(kind="request.submitted").seq
    transitions.withdraw(asked, by=make_user("ada"), at=LATER)
    assert said() == set()


def test_an_access_is_kept_until_all_is_done_and_read() -> None:
    asked = make_broken_glass()
    case = asked.case
    assert said() == {
        f"Case {case} is still open.",
        f"An access of case {case} has not ended.",
        "A door on shop-db is not closed.",
    }

    transitions.ratify(asked, voice=voice("bob"), at=LATER)
    transitions.relinquish(Grant.objects.get(), by=make_user("ada"), at=LATER)
    assert said() == {f"The review of case {case} is owed.", "A door on shop-db is not closed."}
    over = dict.fromkeys(("closing_at", "closed_at", "verified_at"), LATER)
    Door.objects.update(state="closed", opened_at=NOON, **over)
    assert said() == {
        f"The review of case {case} is owed.",
        "The log of a door on shop-db is not read yet.",
    }


def test_a_standing_freeze_is_kept() -> None:
    make_group("Responders", make_user("rob"), part=Part.RESPONDER)
    transitions.freeze(by=make_user("rob"), reason=REASON, at=NOON)

    assert said() == {"A freeze stands that was not lifted."}


class TestPages:
    def test_of_a_pruned_case_say_so(self, client: Client) -> None:
        asked = make_request()
        enter()
        client.force_login(make_user("ada"))
        page, file = asked.get_absolute_url(), f"/cases/{asked.case}/file"
        sentence = "The record of this case, or its beginning, was removed"
        assert sentence not in client.get(page).content.decode()

        pruned_away(asked)

        assert sentence in client.get(page).content.decode()
        for address in (file, f"/cases/{asked.case}/receipt", f"/api/v1{file}"):
            answer = client.get(address)
            assert (answer.status_code, sentence in answer.content.decode()) == (410, True)


def pruned_away(asked: Request) -> None:
    """Take the entries of a case away, and leave what a pruning leaves."""
    with unprotected():
        sql("DELETE FROM audit_payload")
        sql("DELETE FROM audit_entry")
        sql("INSERT INTO audit_pruned VALUES (256, 300, now())")
        sql("INSERT INTO audit_last_version VALUES (%s, 1)", asked.case_ref)


def test_a_case_is_kept_as_the_version_says_that_it_has_pinned(settings: Settings) -> None:
    settings.RETENTION = ["health entries=3650", "standard entries=400"]
    asked = make_request(make_scenario(retention_class="health"))
    Scenario.objects.update(retention_class="standard")

    found = rules.of_cases([asked.case_ref, "request:1", "case:0"])

    assert [each.entries for each in found.values()] == [3650, None, None]

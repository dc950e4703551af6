"""The page of the nightly reports, for every part, and what people make of a pattern."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import reading
from audit.models import Entry
from core import forgetting, refs
from core.forgetting import Trace
from reviews import monthly
from reviews.models import Pattern
from reviews.nights import transitions
from tests.breakglass.api import call
from tests.make import make_user
from tests.record import facts, kinds
from tests.reviews.browser import CAST, client, page
from tests.reviews.make import make_cast, sequence
from tests.reviews.nights.make import make_pattern
from tests.shared import made_once

MAY = {"carla", "otto", "alma"}
SENTENCE = "Ada used Production outage 6 times within 30 days."


def one() -> None:
    """Everybody is there, and one pattern is about Ada."""
    make_pattern()
    make_cast()


pattern_of_ada = made_once(one)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pattern_of_ada")]


def in_days(days: int) -> str:
    return str(timezone.localdate() + timedelta(days=days))


def aside(name: str = "carla", **given: str) -> Any:
    """Post that it is no concern for a month, as somebody."""
    data = {"until": in_days(30), "reason": "She is on call this quarter.", **given}
    return client(name).post(reverse("pattern-aside", args=[Pattern.objects.get().pk]), data)


def again(name: str = "carla") -> Any:
    return client(name).post(reverse("pattern-again", args=[Pattern.objects.get().pk]))


def text(name: str = "carla", **query: str) -> str:
    return " ".join(page(name, reverse("reports"), **query).content.decode().split())


class TestPage:
    def test_only_those_who_oversee_see_any_of_it(self) -> None:
        for name in CAST:
            for url in (reverse("reports"), reverse("reports-sheet")):
                status = client(name).get(url).status_code
                assert status == (200 if name in MAY else 403), (name, url)
        assert Client().get(reverse("reports")).status_code == 302

    def test_says_what_was_seen_what_to_do_and_where(self) -> None:
        shown = text()

        assert SENTENCE in shown
        assert "Ask what they need it for." in shown
        assert f"/cases/?person={make_user('ada').pk}&amp;since=" in shown
        assert "kind=rights&amp;" in shown
        assert "scenarios=production-outage" in shown
        assert 'href="/cases/3/"' in shown

    def test_whoever_cannot_see_cases_is_not_led_there(self) -> None:
        shown = text("alma")

        assert SENTENCE in shown
        assert "/cases/3/" not in shown
        assert "/admin/breakglass/scenario/" in shown

    def test_leads_to_a_campaign_whose_form_is_filled_in(self) -> None:
        rows = page("carla", reverse("reports")).context["sections"][0].rows
        (url,) = [url for words, url in rows[0].links if words == "Certify its rights again"]

        assert page("carla", url).context["form"].is_valid()

    def test_an_unknown_filter_is_400(self) -> None:
        for query in ({"tab": "mine"}, {"kind": "pairs"}, {"late": "yes"}):
            for url in ("reports", "reports-sheet"):
                assert page("carla", reverse(url), **query).status_code == 400, query

    def test_the_table_has_the_same_in_columns(self) -> None:
        lines = page("otto", reverse("reports-sheet")).content.decode().splitlines()

        assert len(lines) == 2
        assert lines[1].startswith(f"Repeated use,{SENTENCE}")
        assert "3 2 1" in lines[1]

    def test_a_night_that_saw_nothing_says_so(self) -> None:
        Pattern.objects.all().delete()

        assert "No night has been looked at yet." in text()


class TestAside:
    def test_what_is_no_concern_comes_back_on_its_day(self) -> None:
        assert aside().status_code == 302

        assert SENTENCE not in text()
        assert "Carla found it no concern" in text(tab="aside")
        after = timezone.now() + timedelta(days=32)
        assert Pattern.objects.open(after).count() == 1
        assert facts("pattern.set_aside")[0]["reason"] == "She is on call this quarter."

    def test_what_has_doubled_comes_back_before(self) -> None:
        aside()
        Pattern.objects.update(number=11)
        before = SENTENCE in text()
        Pattern.objects.update(number=12)

        assert (before, SENTENCE in text()) == (False, True)

    def test_it_needs_a_reason_and_a_day_within_a_year(self) -> None:
        for given in ({"reason": ""}, {"until": in_days(-1)}, {"until": in_days(400)}):
            response = aside(**given)
            assert response.status_code == 422, given
            assert "invalid" in response.content.decode(), given
        assert "pattern.set_aside" not in kinds()

    def test_only_compliance_says_so_and_nobody_of_themselves(self) -> None:
        for name, status in {"otto": 403, "alma": 403, "ada": 403}.items():
            assert aside(name).status_code == status, name
        Pattern.objects.update(person=make_user("carla"))

        assert aside().status_code == 403
        assert "somebody else has to say" in aside().content.decode()

    def test_it_can_be_taken_up_again(self) -> None:
        aside()

        assert again().status_code == 302
        assert SENTENCE in text()
        assert facts("pattern.taken_up")[0]["pattern"] == "person"
        assert again().status_code == 409

    def test_what_is_gone_is_no_concern_anyway(self) -> None:
        Pattern.objects.update(gone_at=timezone.now())

        assert aside().status_code == 409


class TestElsewhere:
    def test_the_api_gives_it_in_english_to_those_who_oversee(self) -> None:
        for name, status in {"carla": 200, "otto": 200, "alma": 200, "ada": 403}.items():
            assert call(name, "reports").status_code == status, name
        item = call("otto", "reports?kind=person").json()["items"][0]
        assert item["text"].startswith(SENTENCE)
        assert (item["person"]["name"], item["scenario"], item["cases"]) == (
            "Ada", "production-outage", [3, 2, 1],
        )  # fmt: skip
        assert call("otto", "reports?aside=true").json()["items"] == []
        assert call("otto", "reports?late=yes").status_code == 400

    def test_the_record_tells_of_it_in_sentences(self) -> None:
        pattern = Pattern.objects.get()
        now = timezone.now()
        until = now + timedelta(days=9)
        carla = make_user("carla")
        transitions.set_aside(pattern, by=carla, until=until, reason="It was agreed.", at=now)
        transitions.take_up(pattern, by=carla, at=now)
        sequence(now)

        entries = Entry.objects.filter(kind__startswith="pattern.").order_by("seq")
        said = [f"{line.actor.text} {line.sentence}" for line in reading.told(entries)]
        assert said[0].startswith("Carla found that a pattern is no concern until")
        assert said[0].endswith(": Repeated use. It was agreed.")
        assert said[1] == "Carla took up a pattern again: Repeated use"
        label = refs.labels([pattern.ref])[pattern.ref]
        assert (label.text, label.url) == ("Repeated use", f"/reports/#p-{pattern.pk}")

    def test_the_months_mail_counts_what_is_open(self) -> None:
        found = monthly._patterns(at=timezone.now())  # noqa: SLF001
        aside()

        assert found == [("Reports of the nights: Repeated use: 1", "/reports/")]
        assert monthly._patterns(at=timezone.now()) == []  # noqa: SLF001

    def test_words_about_a_person_give_way_to_the_mark(self) -> None:
        aside()
        ada = make_user("ada")

        forgetting.forget(Trace(person=ada.pk, ref=ada.ref, words=("Ada",), mark="(erased)"))

        assert Pattern.objects.get().reason == "(erased)"

"""The ledger is asked in the words of people."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from audit import search
from tests.audit.make import NOON, happen, sequence
from tests.make import make_group, make_request, make_scenario, make_target, make_user
from tests.targets.make import make_door

pytestmark = pytest.mark.django_db
LEDGER = "/ledger/"


def texts(words: str) -> list[str]:
    """Return what the words may mean."""
    return [way.text for way in search.ways(words)]


class TestWays:
    def test_a_person_by_name_or_address(self) -> None:
        ada = make_user("ada")

        assert texts("ADA") == texts("ada@exam") == ["What Ada did", "What happened to Ada"]
        assert search.ways("ada")[0].url == f"/ledger/?actor=user%3A{ada.pk.hex}"

    @pytest.mark.parametrize("words", ["case {}", "Case:{}", "case #{}", "case{}"])
    def test_a_case_by_its_number(self, words: str) -> None:
        request = make_request()

        (way,) = search.ways(words.format(request.case))
        assert way.text == f"Everything in Case {request.case}"
        assert way.url == f"/ledger/?case=request%3A{request.pk.hex}"

    def test_a_number_may_be_an_entry_too(self) -> None:
        happen()
        (*_, entry) = sequence()

        assert texts(f"#{entry.seq}")[0] == f"Entry {entry.seq}"
        assert texts(str(10**30)) == texts("٣") == []

    def test_scenarios_targets_and_groups(self) -> None:
        make_scenario()
        make_group("shop owners")

        assert texts("outage") == ["Everything about Production outage"]
        assert texts("shop") == ["What happened to group shop owners", "Everything about shop-db"]

    def test_events_by_a_word_of_their_name(self) -> None:
        assert texts("test.happened") == texts("test happened") == ["Events “test.happened”"]

    def test_events_by_what_people_call_them(self) -> None:
        assert texts("glass bro") == ["Events “Glass broken”"]
        assert search.ways("glass bro")[0].url == "/ledger/?kind=breakglass.activated"
        with translation.override("de"):
            assert texts("notzugriff ausgel") == ["Ereignisse „Notzugriff ausgelöst“"]

    @pytest.mark.parametrize("words", ["ada glass broken", "Glass  broken ADA"])
    def test_a_person_and_an_event_together(self, words: str) -> None:
        ada = make_user("ada")
        (way,) = search.ways(words)
        assert way.text == "“Glass broken” by Ada"
        assert way.url == f"/ledger/?kind=breakglass.activated&actor=user%3A{ada.pk.hex}"

    @pytest.mark.parametrize("words", ["ada shop-db", "shop-db  ADA"])
    def test_a_person_and_a_target_together(self, words: str) -> None:
        ada, target = make_user("ada"), make_target()
        (way,) = search.ways(words)
        assert way.text == "What Ada did: shop-db"
        assert way.url == f"/ledger/?actor=user%3A{ada.pk.hex}&subject=target%3A{target.pk.hex}"

    def test_a_person_and_a_case_together_but_not_two_people(self) -> None:
        make_user("eve")
        request = make_request()
        (way,) = search.ways(f"ada case {request.case}")
        assert way.text == f"What Ada did: Case {request.case}"
        assert f"&case=request%3A{request.pk.hex}" in way.url
        assert texts("ada eve") == []

    def test_a_case_and_an_event_together(self) -> None:
        request = make_request()
        (way,) = search.ways(f"denied {request.case}")
        assert way.text == f"“Denied”: Case {request.case}"
        assert way.url == f"/ledger/?kind=decision.denied&case=request%3A{request.pk.hex}"

    @pytest.mark.parametrize("words", ["", " ", "x", "nobody at all", "\x00"])
    def test_nothing_else(self, words: str) -> None:
        make_user("ada")
        assert texts(words.replace("\x00", "")) == []


class TestEverywhere:
    def test_the_search_of_every_page_leads_into_the_ledger(self, signed_in: Client) -> None:
        ada = make_user("ada")
        page = signed_in.get("/search/", {"q": "ada"}).content.decode()
        assert "What Ada did" in page
        assert f"/ledger/?actor=user%3A{ada.pk.hex}" in page

    def test_but_not_those_who_may_not_read_it(self, client: Client) -> None:
        client.force_login(make_user("ada"))
        assert "What Ada did" not in client.get("/search/", {"q": "ada"}).content.decode()

    def test_words_are_never_looked_for_in_the_entries_themselves(self) -> None:
        make_user("ada")
        with CaptureQueriesContext(connection) as asked:
            search.ways("ada glass broken")
        assert not [each["sql"] for each in asked if "audit_" in each["sql"]]


class TestPage:
    def test_the_only_meaning_is_followed_at_once(self, signed_in: Client) -> None:
        request = make_request()

        answer = signed_in.get(LEDGER, {"q": f"case {request.case}"})

        assert answer["Location"] == f"/ledger/?case=request%3A{request.pk.hex}"

    def test_a_target_leads_to_what_happened_at_its_doors(self, signed_in: Client) -> None:
        door = make_door()
        make_door(make_target("pay-db"))
        start = len(sequence())
        for subject in (door.target.ref, door.ref, door.grant_ref, "door:0", door.target.ref):
            happen(subject)
        sequence(timezone.now())

        answer = signed_in.get(LEDGER, {"q": "shop-db"}, follow=True)

        found = [entry.seq - start for entry in answer.context["page"].entries]
        assert found[-4:] == [4, 2, 1, 0]
        assert {entry.subject for entry in answer.context["page"].entries} == {
            door.target.ref, door.ref, door.grant_ref,
        }  # fmt: skip
        assert "With its doors and what was done behind them." in answer.content.decode()

    def test_only_the_newest_doors_of_a_target_are_looked_through_and_it_says_so(
        self, signed_in: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("targets.refs.MOST", 1)
        old = make_door()
        new = make_door(old.target, created_at=NOON + timedelta(seconds=1))
        for subject in (old.ref, new.ref):
            happen(subject)
        sequence(timezone.now())

        with CaptureQueriesContext(connection) as asked:
            answer = signed_in.get(LEDGER, {"subject": old.target.ref})

        assert "With its newest 1 doors" in answer.content.decode()
        found = {entry.subject for entry in answer.context["page"].entries}
        assert (new.ref in found, old.ref in found) == (True, False)
        assert sum('FROM "targets_door"' in each["sql"] for each in asked) <= 2

    def test_a_scenario_is_asked_about_with_all_of_its_cases(self, signed_in: Client) -> None:
        scenario = make_scenario()
        mine, other = make_request(scenario), make_request(make_scenario("drill"))
        start = len(sequence())
        for subject, case in [("door:0", mine.ref), ("door:1", other.ref), (scenario.ref, "")]:
            happen(subject, case=case)
        sequence(timezone.now())

        answer = signed_in.get(LEDGER, {"q": "Production outage"}, follow=True)

        found = [(entry.seq, entry.subject) for entry in answer.context["page"].entries]
        assert found[:2] == [(start + 2, scenario.ref), (start, "door:0")]
        subjects = {subject for _, subject in found}
        assert mine.ref in subjects
        assert other.ref not in subjects
        assert "With all that happened in its cases." in answer.content.decode()

    def test_a_target_is_asked_about_with_the_cases_that_asked_for_it(
        self, signed_in: Client
    ) -> None:
        request = make_request()
        other = make_request(make_scenario("drill", targets=[make_target("pay-db")]))
        sequence(timezone.now())

        answer = signed_in.get(LEDGER, {"q": "shop-db"}, follow=True)

        asked = {entry.case for entry in answer.context["page"].entries if entry.case}
        assert request.ref in asked
        assert other.ref not in asked
        assert "With the cases that asked for it." in answer.content.decode()

    def test_what_is_found_is_counted_as_far_as_it_is_cheap(
        self, signed_in: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _ in range(3):
            happen("door:0")
        sequence(timezone.now())
        assert "3 entries." in signed_in.get(LEDGER, {"subject": "door:0"}).content.decode()
        monkeypatch.setattr("audit.views.ledger.COUNTED", 2)
        page = signed_in.get(LEDGER, {"subject": "door:0"}).content.decode()
        assert "More than 2 entries." in page
        assert 'href="/ledger/entries.csv?subject=door%3A0"' in page

    def test_only_the_newest_cases_of_a_scenario_are_looked_through_and_it_says_so(
        self, signed_in: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scenario = make_scenario()
        old, new = make_request(scenario), make_request(scenario, by=make_user("eve"))
        sequence(timezone.now())
        signed_in.get(LEDGER, {"subject": scenario.ref})
        with CaptureQueriesContext(connection) as both:
            signed_in.get(LEDGER, {"subject": scenario.ref})
        monkeypatch.setattr("breakglass.labels.MOST", 1)

        with CaptureQueriesContext(connection) as one:
            answer = signed_in.get(LEDGER, {"subject": scenario.ref})

        found = {entry.case for entry in answer.context["page"].entries}
        assert (new.ref in found, old.ref in found) == (True, False)
        assert "its newest 1 cases" in answer.content.decode()
        assert len(one) == len(both)

    def test_several_are_offered(self, signed_in: Client) -> None:
        make_user("ada")

        page = signed_in.get(LEDGER, {"q": "ada"}).content.decode()

        assert "“ada” may mean" in page
        assert "What Ada did" in page

    def test_none_is_said_and_escaped(self, signed_in: Client) -> None:
        page = signed_in.get(LEDGER, {"q": "<b>nobody"}).content.decode()

        assert "Nothing is called “&lt;b&gt;nobody”" in page

    def test_filters_take_names(self, signed_in: Client) -> None:
        ada = make_user("ada")
        start = len(sequence())
        happen("thing:1", actor=ada.ref, at=NOON)
        sequence(timezone.now())

        answer = signed_in.get(LEDGER, {"actor": "ada"})

        assert [entry.seq for entry in answer.context["page"].entries] == [start]
        assert answer.context["chips"][0].value == "Ada"

    def test_a_name_of_several_or_of_none_is_refused(self, signed_in: Client) -> None:
        make_user("ada")
        make_user("adam")

        for name, words in (("ada", "Several are called “ada”"), ("zoe", "Nothing is called")):
            answer = signed_in.get(LEDGER, {"actor": name})
            assert answer.status_code == 422
            assert words in answer.content.decode()

    def test_spans_of_time_are_a_click_away(self, signed_in: Client) -> None:
        answer = signed_in.get(LEDGER, {"kind": "test.happened"})
        name, url, current = answer.context["periods"][0]

        assert (name, current) == ("Today", False)
        assert signed_in.get(LEDGER + url).context["periods"][0][2]
        assert "kind=test.happened" in url

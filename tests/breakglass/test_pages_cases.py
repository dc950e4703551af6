"""The list of cases, and the page that says why not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from breakglass import transitions
from breakglass.views import cases as view
from tests.breakglass.browser import asked, broken, client, make_cast, queries, see, text
from tests.make import make_request, make_scenario, make_user, voice

pytestmark = pytest.mark.django_db
LIST = "/cases/"


class TestList:
    @pytest.mark.parametrize(
        ("name", "sees"),
        [
            ("ada", True), ("rita", True), ("dana", True), ("carla", True), ("otto", True),
            ("eve", False), ("mallory", False),
        ],
    )  # fmt: skip
    def test_shows_what_each_may_see(self, name: str, *, sees: bool) -> None:
        make_cast()
        request = asked()
        assert (f'href="/cases/{request.case}/"' in text(see(name, LIST))) is sees

    @pytest.mark.parametrize("name", ["bob", "dana", "carla", "otto"])
    def test_says_whose_cases_these_are(self, name: str) -> None:
        make_cast()
        own = "You see your own, and those of your scenarios."
        assert (own if name == "bob" else "You see all of them.") in text(see(name, "/cases/"))

    def test_says_what_would_be_here(self) -> None:
        make_cast()
        assert "No cases yet." in text(see("ada", LIST))
        assert "No case fits this filter." in text(see("ada", LIST, state="open"))

    @pytest.mark.parametrize("state", sorted(view.STATES))
    def test_knows_every_filter_that_it_offers(self, state: str) -> None:
        make_cast()
        asked()
        assert see("dana", LIST, state=state).status_code == 200

    def test_is_a_file_too_with_the_same_filters_and_the_same_readers(self) -> None:
        make_cast()
        waits = asked()
        broken(scenario=make_scenario("drill"), by=make_user("eve"))

        answer = see("dana", "/cases.csv", state="waiting")

        header, line = answer.content.decode().strip().split("\r\n")
        name = f"breakglass-cases-{timezone.localdate()}.csv"
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert header.startswith("\ufeffCase,Who,Targets")
        assert line.startswith(f"{waits.case},Ada,")
        assert waits.justification in line
        assert ",Active," in see("dana", "/cases.csv", scenario="drill").content.decode()
        assert "," not in text(see("mallory", "/cases.csv")).strip().partition("\n")[2]
        assert see("dana", "/cases.csv", colour="red").status_code == 400

    def test_filters_by_state_scenario_and_person(self) -> None:
        make_cast()
        waits = asked()
        inside = broken(scenario=make_scenario("drill"), by=make_user("eve"))
        for query, there, gone in [
            ({"state": "waiting"}, waits, inside),
            ({"state": "open"}, inside, waits),
            ({"state": "unratified"}, inside, waits),
            ({"scenario": "drill"}, inside, waits),
            ({"person": str(make_user("ada").pk)}, waits, inside),
        ]:
            page = text(see("dana", LIST, **query))
            assert f'href="/cases/{there.case}/"' in page
            assert f'href="/cases/{gone.case}/"' not in page

    @pytest.mark.parametrize(
        "query",
        [{"colour": "red"}, {"state": "happy"}, {"scenario": "none"}, {"person": "x"},
         {"before": "0"}, {"before": str(2**70)}],
    )  # fmt: skip
    def test_answers_400_to_a_filter_it_does_not_know(self, query: dict[str, str]) -> None:
        make_cast()
        response = see("ada", LIST, **query)
        assert response.status_code == 400
        assert next(iter(query)) in text(response)

    def test_one_box_finds_by_number_person_target_and_ticket(self) -> None:
        make_cast()
        request = asked(reference="INC-7")
        asked(scenario=make_scenario("drill"), by=make_user("eve"))
        for words in (str(request.case), "ada", "inc-7", "ada shop"):
            rows = see("dana", LIST, q=words).context["rows"]
            assert rows == [request], words
        response = see("dana", LIST, q="nobody")
        assert "No case fits this filter." in text(response)
        assert 'value="nobody"' in text(response)
        assert see("mallory", LIST, q="ada").context["rows"] == []

    def test_counts_what_fits_as_far_as_that_is_quick(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_cast()
        for hours in (2, 1):
            at = timezone.now() - timedelta(hours=hours)
            transitions.withdraw(make_request(at=at), by=make_user("ada"), at=at)
        for most, said in ((2, "2 cases"), (1, "More than 1 cases")):
            monkeypatch.setattr(view, "_COUNTED", most)
            assert f"{said}</p>" in text(see("ada", LIST, state="lapsed"))

    def test_goes_on_to_older_ones(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_cast()
        monkeypatch.setattr(view, "_PAGE", 2)
        found = []
        for hours in (3, 2, 1):
            at = timezone.now() - timedelta(hours=hours)
            found.append(make_request(at=at))
            transitions.withdraw(found[-1], by=make_user("ada"), at=at)
        page = text(see("ada", LIST))
        assert f'href="?before={found[1].case}" rel="next"' in page
        assert f"Case {found[0].case}<" not in page
        assert f"Case {found[0].case}<" in text(see("ada", LIST, before=found[1].case))

    def test_narrows_to_a_person_within_the_other_filters(self) -> None:
        make_cast()
        ada = asked().requester
        page = text(see("dana", LIST, state="waiting", before=10**9))
        assert f'href="?state=waiting&amp;person={ada.pk}"' in page

    def test_asks_no_more_for_more_cases(self) -> None:
        make_cast()
        browser = client("dana")
        asked()
        browser.get(LIST)
        with queries() as few:
            browser.get(LIST)
        for slug in ("a", "b", "c"):
            broken(scenario=make_scenario(slug), by=make_user("eve"))
        with queries() as many:
            browser.get(LIST)
        # the rail fetches the groups of open requests once there are any to decide
        assert len(many) <= len(few) + 1


class TestScenarios:
    def test_says_why_not_and_whom_to_ask(self) -> None:
        make_cast()
        page = text(see("mallory", "/scenarios/"))
        assert "is open to Platform engineers, and you are in none of these groups." in page
        assert "Open to you" in text(see("ada", "/scenarios/"))

    def test_says_that_it_is_frozen(self) -> None:
        scenario = make_cast()
        transitions.freeze(
            by=make_user("dana"), reason="Odd queries.", scenario=scenario, at=timezone.now()
        )
        assert "is frozen since" in text(see("ada", "/scenarios/"))

    def test_needs_no_scenario(self) -> None:
        make_user("ada")
        assert "No scenario is" in text(see("ada", "/scenarios/"))


def test_denied_cases_are_found_by_their_filter() -> None:
    make_cast()
    request = asked()
    transitions.deny(request, voice=voice("bob", "Use the copy."), at=timezone.now())
    assert f"Case {request.case}" in text(see("ada", LIST, state="refused"))

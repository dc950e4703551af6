"""The list of reviews, for every part, with and without something to show."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from reviews import lists
from reviews.models import Gravity, JudgedCase, Review
from tests.make import NOON, make_group, make_scenario, make_user
from tests.reviews.browser import CAST, MAY, client, judged, late, page, recent
from tests.reviews.make import (
    make_cast,
    make_finding,
    taken,
)

pytestmark = pytest.mark.django_db


class TestList:
    def test_asks_strangers_to_sign_in(self) -> None:
        assert Client().get(reverse("reviews")).status_code == 302

    def test_shows_each_part_what_it_may_see(self) -> None:
        review = recent()
        make_cast()

        for name in CAST:
            answer = page(name, reverse("reviews"))

            assert answer.status_code == 200
            assert (review.get_absolute_url() in answer.content.decode()) is (name in MAY), name

    def test_has_a_tab_for_each_state(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        due, old = recent(scenario), late(scenario)
        begun, done = taken(recent(scenario), at=timezone.now()), judged(recent(scenario))
        waits = judged(recent(scenario), "misuse", "Nothing of it was asked for.")
        tabs = {"open": {due, old, begun, waits}, "due": {due, old}, "in_review": {begun},
                "confirm": {waits}, "mine": {begun}, "overdue": {old}, "done": {done},
                "all": {due, old, begun, done, waits}}  # fmt: skip

        for tab, rows in tabs.items():
            found = page("rita", reverse("reviews"), tab=tab).context["page"].items
            assert set(found) == rows, tab

    def test_the_most_urgent_stands_first(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        soon, old = recent(scenario), late(scenario)

        assert page("rita", reverse("reviews")).context["page"].items == [old, soon]

    def test_risk_brings_a_review_forward(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        first, second = recent(scenario), recent(scenario)
        make_finding(second, at=timezone.now())
        answer = page("rita", reverse("reviews"))

        assert answer.context["page"].items == [second, first]
        assert "1 open finding" in answer.content.decode()
        plain = page("rita", reverse("reviews"), sort="due_at")
        assert plain.context["page"].items == [first, second]
        assert 'aria-sort="ascending"' in plain.content.decode()

    def test_the_gravest_stand_first_and_among_equals_the_overdue_everywhere(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        old, soon, grave, unjudged = late(scenario), *(recent(scenario) for _ in range(3))
        flagged = recent(scenario)
        for review, gravity in ((old, "EXPLAINED"), (soon, "EXPLAINED"), (grave, "GRAVE"),
                                (flagged, "GRAVE")):  # fmt: skip
            Review.objects.filter(pk=review.pk).update(gravity=Gravity[gravity])
        make_finding(flagged, at=timezone.now())

        rows = [flagged, grave, unjudged, old, soon]
        home = client("rita").get(reverse("home")).content.decode()
        places = [home.index(review.get_absolute_url()) for review in rows]
        assert page("rita", reverse("reviews")).context["page"].items == rows
        assert list(Review.objects.urgent_first()) == rows
        assert places == sorted(places)

    def test_a_verdict_to_be_confirmed_is_the_second_ones_and_never_late_by_the_first(self) -> None:
        make_cast()
        review = judged(late(), "misuse", "Nothing of it was asked for.")
        second, first = (page(name, reverse("reviews"), tab="mine") for name in ("carla", "rita"))

        assert second.context["page"].items == [review]
        assert second.context["counts"] == {
            "open": 1, "due": 0, "in_review": 0, "in_hand": 0, "confirm": 1, "mine": 1,
            "overdue": 1,
        }  # fmt: skip
        text = second.content.decode()
        assert "To be confirmed</span>" in text
        assert "verdict by Rita" in text
        assert "late by " in text
        assert "</svg>Overdue</span>" not in text
        assert first.context["page"].items == []
        for url in (review.get_absolute_url(), review.grant.request.get_absolute_url()):
            assert "To be confirmed</span>" in page("carla", url).content.decode()

    def test_a_verdict_to_be_confirmed_says_who_may(self) -> None:
        review = judged(late(), "misuse", "Nothing of it was asked for.")
        make_cast()
        names, officers = ("rolf", "ines", "olga"), [f"officer{number}" for number in range(12)]
        for people, by, who in (
            ((), "rita", "Carla"), ((), "carla", "you"), (["rolf"], "carla", "you or Rolf"),
            (["rolf", "bob"], "otto", "Bob, Carla or Rolf"),
            (names, "rita", "another reviewer or a compliance officer"),
            (officers, "rita", "another reviewer or a compliance officer"),
        ):  # fmt: skip
            make_group("Reviewers", *map(make_user, people))
            listed = page(by, reverse("reviews")).content.decode()
            shown = page(by, review.get_absolute_url()).content.decode()
            case = page(by, review.grant.request.get_absolute_url()).content.decode()
            assert f"verdict by Rita; {who} may confirm it" in listed
            assert f"{who} may confirm it, not Rita, who gave it." in shown
            assert f"Rita gave the verdict; {who} may confirm it." in case
        case = page("ada", review.grant.request.get_absolute_url()).content.decode()
        assert "Rita gave the verdict; somebody else may confirm it." in case

    def test_a_verdict_that_nobody_else_may_confirm_says_so(self) -> None:
        judged(late(), "misuse", "Nothing of it was asked for.")
        assert "; nobody else may confirm it" in page("rita", reverse("reviews")).content.decode()

    def test_says_in_words_what_is_made_of_a_case(self) -> None:
        review = recent()
        case = JudgedCase(
            case=review.case_ref, judged_at=timezone.now(), actions=9, telling=8, odd=3,
            unjudged=1, severity=3, score=0.9876, flagged=True,
        )  # fmt: skip
        case.save()
        Review.objects.filter(pk=review.pk).update(gravity=case.gravity)
        text = page("rita", reverse("reviews")).content.decode()

        assert "Unexplained" in text
        assert "3 of 8 actions unexplained" in text
        assert "1 of 8 actions cannot be judged" in text
        assert "987" not in text

    def test_can_be_turned(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        old, new = late(scenario), recent(scenario)
        for sort, rows in (("owed_at", [old, new]), ("-owed_at", [new, old]),
                           ("-due_at", [new, old])):  # fmt: skip
            assert page("rita", reverse("reviews"), sort=sort).context["page"].items == rows

    def test_tells_what_was_late(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        old, new = late(scenario), recent(scenario)
        slow = judged(late(scenario))

        assert page("rita", reverse("reviews"), late="yes").context["page"].items == [old]
        assert page("rita", reverse("reviews"), late="no").context["page"].items == [new]
        done = page("rita", reverse("reviews"), late="yes", tab="done")
        assert done.context["page"].items == [slow]
        assert [chip.text for chip in done.context["chips"]] == ["After the deadline"]
        assert 'href="?tab=done">After the deadline' in done.content.decode()

    def test_stands_on_figures(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        taken(recent(scenario), at=timezone.now())
        judged(recent(scenario))
        judged(late(scenario))
        context = page("rita", reverse("reviews")).context

        assert context["counts"] == {
            "open": 1, "due": 0, "in_review": 1, "in_hand": 1, "confirm": 0, "mine": 1,
            "overdue": 0,
        }  # fmt: skip
        assert context["lately"] == {"closed": 2, "punctual": 1}

    @pytest.mark.parametrize("name", ["reviews", "findings"])
    def test_is_a_file_too(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        review = recent()
        make_finding(review, text="=HYPERLINK(1)", at=timezone.now())
        make_cast()
        answer = page("carla", reverse(f"{name}-sheet"), scenario="production-outage")
        header, row = answer.content.decode("utf-8-sig").splitlines()

        called = f"breakglass-{name}-{timezone.localdate()}.csv"
        assert answer["Content-Disposition"] == f'attachment; filename="{called}"'
        assert header.count(",") == row.count(",")
        assert str(review.grant.request.case) in row.split(",")
        assert ("'=HYPERLINK(1)" in row) is (name == "findings")
        assert page("carla", reverse(f"{name}-sheet"), colour="red").status_code == 400
        assert "," not in page("mallory", reverse(f"{name}-sheet")).content.decode().split("\n")[1]
        monkeypatch.setattr("core.sheets.MOST", 0)
        assert page("carla", reverse(f"{name}-sheet")).status_code == 400

    def test_filters_by_scenario_person_period_and_start(self) -> None:
        review = recent(make_scenario())
        other = late(make_scenario("lost-admin"), by="eve")
        filters = {"scenario": "lost-admin", "person": make_user("eve").pk}

        for name, value in filters.items():
            answer = page("rita", reverse("reviews"), tab="all", **{name: value})
            assert answer.context["page"].items == [other], name
        month = timezone.localdate() - timedelta(days=30)
        assert page("rita", reverse("reviews"), since=month).context["page"].items == [review]
        assert not page("rita", reverse("reviews"), tab="all", glass="no").context["page"].items

    @pytest.mark.parametrize(
        "query", [{"colour": "red"}, {"tab": "old"}, {"scenario": "none"}, {"person": "x"},
                  {"cursor": "x"}, {"since": "x"}, {"sort": "closed_at"}, {"sort": "x"}]
    )  # fmt: skip
    def test_an_unknown_filter_is_an_error(self, query: dict[str, str]) -> None:
        make_scenario()

        assert page("rita", reverse("reviews"), **query).status_code == 400

    def test_goes_on_behind_a_cursor(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.paging.page.__kwdefaults__", {"limit": 2, "cursor": ""})
        scenario = make_scenario(max_concurrent=9)
        made = [recent(scenario) for _ in range(5)]
        Review.objects.filter(pk__in=[each.pk for each in made[:3]]).update(asked_at=NOON)
        orders = {"": ("turn", "pk"), "?tab=all": ("-asked_at", "-pk")}

        for tab, order in orders.items():
            seen: list[Review] = []
            url: str | None = reverse("reviews") + tab
            while url:
                answer = client("rita").get(url)
                seen += answer.context["page"].items
                url = answer.context["page"].next

            assert seen == list(Review.objects.with_turn().order_by(*order))
            assert len(seen) == 5

    def test_the_number_of_queries_does_not_grow(self) -> None:
        scenario = make_scenario(max_concurrent=99)
        browser, counts = client("rita"), []
        for number in (2, 8):
            for _ in range(number):
                recent(scenario)
            with CaptureQueriesContext(connection) as queries:
                browser.get(reverse("reviews"))
            counts.append(len(queries))

        assert counts[0] == counts[1]


def _reviews() -> list[Review]:
    """Return reviews of two scenarios and two people, of now and of months ago, in every state."""
    one, two = make_scenario(max_concurrent=99), make_scenario("lost-admin", max_concurrent=99)
    made = [recent(one), recent(one, by="eve"), late(one), late(two, by="eve"), recent(two)]
    made += [taken(recent(two, by="eve"), at=timezone.now()), judged(late(one)), judged(late(two))]
    made += [judged(recent(one, by="eve")), judged(recent(two))]
    made.append(judged(recent(one), "misuse", "Nothing of it was asked for."))
    return list(Review.objects.filter(pk__in=[each.pk for each in made]))


def _counted(rows: list[Review], rita: User) -> dict[str, int]:
    """Count with nothing but Python what the list says of these reviews."""
    owed = [each for each in rows if each.state != "closed"]
    begun = [each for each in owed if each.state == "in_review" and not each.concluded_at]
    turns = [each for each in owed if each.state == "due" and each.assignee == rita]
    in_hand = [each for each in begun if each.reviewer == rita]
    return {
        "open": len(owed),
        "due": sum(each.state == "due" for each in owed),
        "in_review": len(begun),
        "in_hand": len(in_hand),
        "confirm": sum(each.concluded_at is not None for each in owed),
        "overdue": sum(each.due_at <= timezone.now() for each in owed),
        "mine": len(in_hand) + len(turns),
    }


class TestNarrowed:
    def test_holds_and_counts_what_python_counts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made, rita, eve = _reviews(), make_user("rita"), make_user("eve")
        month = timezone.localdate() - timedelta(days=30)
        team = make_group("Platform engineers")
        team.user_set.remove(eve)
        ways: list[tuple[dict[str, Any], Callable[[Review], bool]]] = [
            ({"since": month}, lambda r: r.owed_at.date() > month),
            ({"until": month}, lambda r: r.owed_at.date() < month),
            ({"scenario": "lost-admin"}, lambda r: r.grant.scenario.slug == "lost-admin"),
            ({"person": eve.pk}, lambda r: r.grant.holder == eve),
            ({"since": month, "person": eve.pk},
             lambda r: r.owed_at.date() > month and r.grant.holder == eve),
            ({"team": team.pk, "drill": "no"}, lambda r: r.grant.holder != eve),
            ({"target": "shop-db", "until": month}, lambda r: r.owed_at.date() < month),
        ]  # fmt: skip
        for most in (1000, 1):
            monkeypatch.setattr(lists, "COUNTED", most)
            for query, fits in ways:
                rows = [each for each in made if fits(each)]
                shown = page("rita", reverse("reviews"), tab="all", **query).context
                wanted = _counted(rows, rita)
                assert set(shown["page"].items) == set(rows) != set(made), query
                assert shown["counts"] == {
                    name: min(count, most + 1) for name, count in wanted.items()
                }, (query, most)

    def test_says_that_there_are_more_than_are_counted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scenario = make_scenario(max_concurrent=9)
        for _ in range(2):
            late(scenario)
            judged(recent(scenario))
        judged(late(scenario))
        monkeypatch.setattr(lists, "COUNTED", 1)
        answer = page("rita", reverse("reviews"), scenario=scenario.slug)
        text = answer.content.decode()

        assert answer.context["lately"] == {"closed": 2, "punctual": 0}
        assert "<b>1+</b><small>0 of the newest 1 in time</small>" in text
        assert "<b>1+</b><small>1+ owed in all</small>" in text
        assert 'Overdue <span class="num">1+</span>' in text
        assert "+</b>" not in page("rita", reverse("reviews")).content.decode()


class TestWhatWasDone:
    """Cases by what was made of them, whoever asks and however far their reviews are."""

    def test_the_page_says_that_its_numbers_are_of_what_the_filters_leave(self) -> None:
        late()

        narrowed = page("rita", reverse("reviews"), gravity="grave_or_unexplained").content.decode()
        assert "of the cases that the filters leave" in narrowed
        assert "None of these" in narrowed
        assert "the filters leave" not in page("rita", reverse("reviews")).content.decode()

    def test_each_word_is_explained_where_it_stands(self) -> None:
        review = late()
        for gravity in Gravity:
            Review.objects.filter(pk=review.pk).update(gravity=gravity)
            listed = page("rita", reverse("reviews")).content.decode()
            shown = page("rita", review.get_absolute_url()).content.decode()

            assert f'title="{gravity.meaning}"' in listed
            assert f"<dt>{gravity.label}</dt><dd>{gravity.meaning}</dd>" in listed
            opens = shown.partition('<details class="meaning">')[2].partition("</details>")[0]
            assert f"{gravity.label}</span>" in opens
            assert f">{gravity.meaning}</p>" in opens
        assert len({each.meaning for each in Gravity}) == len(Gravity)

    def test_is_a_filter_under_each_tab_and_of_the_file(self) -> None:
        scenario = make_scenario(max_concurrent=12)
        made = {each: recent(scenario) for each in Gravity}
        done = {each: judged(recent(scenario)) for each in Gravity}
        for gravity in Gravity:
            pks = (made[gravity].pk, done[gravity].pk)
            Review.objects.filter(pk__in=pks).update(gravity=gravity)
        ways = {each.name.lower(): {each} for each in Gravity}
        ways["grave_or_unexplained"] = {Gravity.GRAVE, Gravity.UNEXPLAINED}
        for word, wanted in ways.items():
            owed, closed = {made[each] for each in wanted}, {done[each] for each in wanted}
            for tab, rows in (("open", owed), ("done", closed), ("all", owed | closed)):
                shown = page("rita", reverse("reviews"), tab=tab, gravity=word).context
                file = page("rita", reverse("reviews-sheet"), tab=tab, gravity=word)
                assert set(shown["page"].items) == rows, (word, tab)
                assert shown["counts"]["open"] == len(owed)
                assert len(file.content.decode().splitlines()) == 1 + len(rows)

    def test_stands_above_the_list_with_the_days_and_can_be_taken_away(self) -> None:
        recent()
        today = timezone.localdate().isoformat()
        answer = page("rita", reverse("reviews"), gravity="grave_or_unexplained", since=today)
        text = answer.content.decode()

        assert answer.context["chips"][0].text == "What was done: Grave or unexplained"
        assert f'href="?since={today}">What was done' in text
        both = "grave_or_unexplained"
        assert f'href="?gravity={both}&amp;since={today}&amp;tab=all">Show them' in text
        assert f'<option value="{both}" selected>Grave or unexplained</option>' in text
        assert f'type="date" name="since" value="{today}"' in text
        assert page("rita", reverse("reviews"), gravity="odd").status_code == 400


class TestSoonest:
    def test_leaves_the_first_page_as_it_is(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        made = [recent(scenario) for _ in range(8)]
        for number, review in enumerate(made):
            due = timezone.now() + timedelta(days=number * 2)
            Review.objects.filter(pk=review.pk).update(due_at=due)
        make_finding(made[3], at=timezone.now())
        Review.objects.filter(pk=made[6].pk).update(gravity=Gravity.GRAVE)

        rows = Review.objects.owed()
        soon = rows.soonest(2)
        assert list(soon.urgent_first()[:3]) == list(rows.urgent_first()[:3])
        assert soon.count() < rows.count()

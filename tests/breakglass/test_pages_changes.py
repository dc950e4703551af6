"""The pages on which a second administrator decides, and where it is said that a change waits."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from guardian.shortcuts import assign_perm

from accounts.models import Part
from audit.models import Entry
from breakglass import tasks, transitions
from breakglass.models import Permit, ProposedChange, Scenario
from breakglass.transitions import changes
from tests.breakglass.browser import client, entered, queries, see, text
from tests.breakglass.changing import administrators, attempted, proposed, today, waiting
from tests.breakglass.filled_form import filled_in
from tests.make import make_group, make_scenario, make_user
from tests.record import facts, kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def change() -> ProposedChange:
    """Return a change that Mei proposed a minute ago and Noor may decide on."""
    return today(waiting())


def answer(name: str, change: ProposedChange, verdict: str, **more: str) -> Any:
    """Press a button on the page of a change."""
    browser, url = client(name), change.get_absolute_url()
    seen = filled_in(browser, url).get("seen", [""])
    return browser.post(url, {"verdict": verdict, "seen": seen, **more}, follow=True)


class TestDeciding:
    def test_the_page_says_what_it_weakens_what_it_changes_and_why(
        self, change: ProposedChange
    ) -> None:
        shown = text(see("noor", change.get_absolute_url()))

        assert "Proposed by Mei" in shown
        assert "Access may last 4 h instead of 1 h." in shown
        assert "<del>1 h</del>" in shown
        assert "Nights are longer in winter." in shown
        assert "2 people may ask for access here." in shown
        assert "The same people may ask, decide and review as before." in shown

    def test_says_who_may_do_more(self) -> None:
        mei, _noor = administrators("mei", "noor")
        scenario, group = make_scenario(), make_group("Contractors", make_user("zoe"))

        def do() -> None:
            assign_perm(Permit.REQUEST.value, group, scenario)

        shown = text(see("noor", today(attempted(scenario, do, by=mei)).get_absolute_url()))

        assert "2 before, 3 after. New: Zoe." in shown
        assert "<ins>Contractors</ins>" in shown

    def test_accepting_puts_it_into_effect(self, change: ProposedChange) -> None:
        shown = text(answer("noor", change, "accept"))

        assert "Accepted. It is in effect now." in shown
        assert "Noor accepted it on" in shown
        assert Scenario.objects.get().max_minutes == 240

    def test_declining_needs_words(self, change: ProposedChange) -> None:
        assert "Say why; whoever proposed it reads it." in text(answer("noor", change, "decline"))

        shown = text(answer("noor", change, "decline", answer="An hour is enough."))

        assert "“An hour is enough.”" in shown
        assert "Nothing was changed by it." in shown

    def test_the_proposer_sees_who_decides_and_may_only_withdraw(
        self, change: ProposedChange
    ) -> None:
        shown = text(see("mei", change.get_absolute_url()))
        assert "It waits for Noor" in shown
        assert 'value="accept"' not in shown

        refused = answer("mei", change, "accept")
        assert refused.status_code == 422
        assert "You proposed this change" in text(refused)
        assert "Withdrawn." in text(answer("mei", change, "withdraw"))

    def test_a_stale_one_shows_the_difference_anew_and_is_proposed_again(
        self, change: ProposedChange
    ) -> None:
        scenario = Scenario.objects.get()
        scenario.not_for = "Reports."
        scenario.save()
        transitions.publish(scenario, by=make_user("noor"), reason="Clearer.", at=timezone.now())

        shown = text(see("noor", change.get_absolute_url()))
        assert "It cannot be accepted." in shown
        assert "<del>Reports.</del>" in shown
        assert 'value="accept"' not in shown
        assert "Propose it again" in text(see("mei", change.get_absolute_url()))
        again = answer("mei", change, "again")

        assert "Proposed again." in text(again)
        assert "against version 2" in text(again)

    def test_what_was_changed_while_one_read_is_not_accepted(self, change: ProposedChange) -> None:
        noor, url = client("noor"), change.get_absolute_url()
        seen = filled_in(noor, url)["seen"]
        transitions.archive(Scenario.objects.get(), by=None, reason="Gone.", at=timezone.now())

        refused = noor.post(url, {"verdict": "accept", "seen": seen})

        assert refused.status_code == 422
        assert "It was changed since this was proposed" in text(refused)
        assert not Scenario.objects.in_use().exists()

    def test_what_cannot_be_made_any_more_says_why(self, change: ProposedChange) -> None:
        make_group("Database team").user_set.clear()

        shown = text(see("noor", change.get_absolute_url()))

        assert "It cannot be made any more." in shown
        assert "0 active members" in shown
        assert "<ins>4 h</ins>" in shown

    def test_no_button_is_no_answer(self, change: ProposedChange) -> None:
        page = client("noor").post(change.get_absolute_url(), {})

        assert page.status_code == 422
        assert "Choose one of the buttons." in text(page)

    def test_looking_changes_and_records_nothing(self, change: ProposedChange) -> None:
        see("noor", change.get_absolute_url())

        assert Scenario.objects.get().max_minutes == 60
        assert kinds() == ["scenario.versioned", "change.proposed"]

    def test_where_nobody_else_is_left_the_way_out_is_named(self, change: ProposedChange) -> None:
        make_user("noor").groups.clear()

        assert "manage.py changes" in text(see("mei", change.get_absolute_url()))

    @pytest.mark.parametrize("state", ["lapsed", "withdrawn", "declined"])
    def test_what_is_over_says_what_became_of_it(self, change: ProposedChange, state: str) -> None:
        by = make_user("noor") if state == "declined" else None
        ProposedChange.objects.update(state=state, decided_at=timezone.now(), decided_by=by)

        shown = text(see("noor", change.get_absolute_url()))

        assert "Nothing was changed by it." in shown
        assert 'value="accept"' not in shown


class TestWhoSees:
    @pytest.mark.parametrize(("name", "status"), [("noor", 200), ("carla", 200), ("eve", 404)])
    def test_administrators_and_readers_of_the_record(
        self, change: ProposedChange, name: str, status: int
    ) -> None:
        make_group("Compliance", make_user("carla"), part=Part.COMPLIANCE)

        assert see(name, change.get_absolute_url()).status_code == status

    def test_a_stranger_who_tries_is_on_the_record(self, change: ProposedChange) -> None:
        see("eve", change.get_absolute_url())

        assert facts("access.refused")[-1]["verb"] == "see_a_change"

    def test_the_list_is_theirs_alone(self, change: ProposedChange) -> None:
        assert see("eve", reverse("changes")).status_code == 403

    def test_what_does_not_exist_is_not_found(self, change: ProposedChange) -> None:
        url = reverse("change", args=[make_user("noor").pk])

        assert see("noor", url).status_code == 404


class TestList:
    def test_shows_what_waits_for_whom(self, change: ProposedChange) -> None:
        url = reverse("changes")

        assert "1 change waits for you" in text(see("noor", url))
        assert "Waits for somebody else" in text(see("mei", url))

    def test_shows_what_was_decided(self, change: ProposedChange) -> None:
        changes.decline(change, by=make_user("noor"), answer="No.", at=timezone.now())

        shown = text(see("mei", reverse("changes")))

        assert "The last ones" in shown
        assert "Declined" in shown

    def test_says_that_nothing_waits_and_who_is_alone(self) -> None:
        administrators("mei")

        shown = text(see("mei", reverse("changes")))

        assert "Nothing waits." in shown
        assert "You are the only administrator." in shown

    def test_asks_the_same_for_many_as_for_one(self, change: ProposedChange) -> None:
        url = reverse("changes")
        with queries() as few:
            see("noor", url)
        for slug in ("one", "two", "three"):
            today(proposed(make_scenario(slug), by=make_user("mei"), max_minutes=240))

        with queries() as many:
            see("noor", url)
        assert len(many) == len(few)


class TestElsewhere:
    def test_home_and_the_rail_lead_there(self, change: ProposedChange) -> None:
        shown = text(see("noor", "/"))

        assert "Mei proposes a change of Production outage" in shown
        assert f'href="{change.get_absolute_url()}"' in shown

    def test_home_says_how_many_more_there_are(self, change: ProposedChange) -> None:
        for number in range(6):
            today(proposed(make_scenario(f"s{number}"), by=make_user("mei"), max_minutes=240))
        assert "2 more changes" in text(see("noor", "/"))

    def test_nothing_waits_for_its_proposer_or_anybody_else(self, change: ProposedChange) -> None:
        make_user("eve")

        assert "proposes a change" not in text(see("mei", "/"))
        assert "proposes a change" not in text(see("eve", "/"))

    def test_the_pages_of_the_scenario_say_that_a_change_waits(
        self, change: ProposedChange
    ) -> None:
        for url in (
            reverse("scenario", args=["production-outage"]),
            reverse("admin:breakglass_scenario_change", args=[Scenario.objects.get().pk]),
            reverse("admin:index"),
        ):
            assert change.get_absolute_url() in text(see("noor", url)), url

    def test_the_page_of_a_scenario_says_it_to_administrators_alone(
        self, change: ProposedChange
    ) -> None:
        url = reverse("scenario", args=["production-outage"])

        assert change.get_absolute_url() not in text(see("eve", url))


def test_the_record_names_both_people(change: ProposedChange) -> None:
    make_group("Auditors", make_user("otto"), part=Part.AUDITOR)
    answer("noor", change, "accept")
    entered()

    entry = Entry.objects.filter(kind="config.changed").last()
    assert entry
    shown = text(see("otto", reverse("ledger-entry", args=[entry.seq])))

    assert "accepted by a second administrator" in shown
    assert "<dt>second</dt><dd>Noor</dd>" in shown


def test_the_sweep_lets_old_ones_lapse() -> None:
    old = waiting()

    tasks.tidy_changes()
    tasks.tidy_changes()

    old.refresh_from_db()
    assert old.state == "lapsed"
    assert kinds().count("change.lapsed") == 1

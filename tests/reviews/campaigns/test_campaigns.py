"""The life of a campaign: begun, taken over, signed off or cancelled."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from audit import log
from audit.models import State
from breakglass.models import Request
from core.errors import BadInput, NotAllowed, WrongState
from reviews.campaigns import sampling, transitions
from reviews.campaigns.sampling import Size
from reviews.models import Campaign, CampaignItem
from tests.make import NOON, make_scenario, make_user
from tests.record import facts, kinds
from tests.reviews.campaigns.make import (
    BEGUN,
    DUE,
    begin,
    begin_cases,
    begin_rights,
    decide,
    decide_all,
    emergency,
    make_cases,
    make_officers,
    membership,
    plan,
    review_of,
)
from tests.reviews.make import make_finding, make_review

pytestmark = pytest.mark.django_db
Kind, Rhythm = Campaign.Kind, Campaign.Rhythm


class TestBegin:
    def test_freezes_the_sample_that_its_seed_draws(self) -> None:
        campaign = begin_cases(4, size=Size(wanted=2), seed="2026-11")

        numbers = [int(item.subject) for item in campaign.items.all()]
        population = sorted(Request.objects.values_list("case", flat=True))
        assert numbers == sorted(population, key=lambda c: sampling.rank("2026-11", c))[:2]
        assert (campaign.population, campaign.population_hash) == (4, sampling.digest(population))
        assert facts("campaign.begun")[0]["items"] == [str(number) for number in numbers]

    def test_without_a_seed_it_takes_the_root_of_the_record(self) -> None:
        campaign = begin_cases(seed="")

        state = State.objects.get()
        assert (campaign.seed, campaign.seed_size) == (state.tree.root.hex(), state.size)

    def test_looks_at_the_cases_that_ended_in_its_days(self) -> None:
        make_review(emergency(), at=NOON - timedelta(days=2))
        make_cases(2)

        assert begin(Kind.CASES, size=Size(share=100)).items.count() == 2

    def test_only_the_scenarios_that_it_names_count(self) -> None:
        make_cases(2)
        drill = make_scenario("drill", drill=True)
        make_review(drill, by="eve")

        campaign = begin(Kind.CASES, size=Size(share=100), scenarios=[drill])

        assert [review_of(item).grant.scenario for item in campaign.items.all()] == [drill]
        assert list(campaign.scenarios.all()) == [drill]

    def test_rights_are_permits_and_the_people_who_have_them(self) -> None:
        campaign = begin_rights(scenarios=[make_scenario("other")])

        permits = campaign.items.exclude(scenario=None).values_list("permit", flat=True)
        people = campaign.items.exclude(person=None).values_list("person__name", flat=True)
        assert sorted(permits) == ["approve_scenario", "request_scenario", "review_scenario"]
        assert sorted(people) == ["Ada", "Bob", "Carl", "Eve", "Rita"]

    def test_rights_in_the_whole_house_are_parts_too(self) -> None:
        people = begin_rights().items.exclude(person=None)

        assert {"Alma", "Carla"} <= set(people.values_list("person__name", flat=True))

    def test_findings_are_those_left_open_since_before_the_end(self) -> None:
        finding = make_finding(make_review())

        campaign = begin(Kind.FOLLOW_UP)

        assert [item.finding for item in campaign.items.all()] == [finding]
        with pytest.raises(BadInput, match="nothing to look at"):
            begin(Kind.FOLLOW_UP, first=date(2026, 10, 1), last=date(2026, 10, 31))

    def test_only_compliance_does_it_and_the_attempt_is_on_the_record(self) -> None:
        make_cases()
        make_officers()

        with pytest.raises(NotAllowed, match="Only a compliance officer"):
            begin(by="ada")
        assert kinds()[-1] == "access.refused"
        assert not Campaign.objects.exists()

    @pytest.mark.parametrize(
        ("wanted", "field"),
        [
            ({"first": date(2026, 11, 30), "last": date(2026, 11, 1)}, "last"),
            ({"first": date(2027, 11, 1), "last": date(2027, 11, 2)}, "first"),
            ({"due_at": BEGUN}, "due"),
            ({"size": Size()}, "wanted"),
            ({"size": Size(wanted=1, share=1)}, "share"),
        ],
    )
    def test_a_plan_that_makes_no_sense_is_refused(
        self, wanted: dict[str, Any], field: str
    ) -> None:
        make_cases()

        with pytest.raises(BadInput) as refusal:
            begin(**wanted)

        assert refusal.value.field == field

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_cases()
        make_officers()
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            begin()

        assert not CampaignItem.objects.exists()


class TestSignOff:
    def test_stands_with_counts_and_a_hash_that_anybody_counts_again(self) -> None:
        campaign = begin_cases(2)
        decide_all(campaign, by="otis")

        done = transitions.sign_off(campaign, by=make_user("carla"), at=BEGUN)

        lines = [
            f"{item.position} {item.subject} in_order 2026-12-02T12:00:00.000000Z"
            f" {make_user('otis').ref}"
            for item in campaign.items.all()
        ]
        assert done.state == Campaign.State.SIGNED_OFF
        assert facts("campaign.signed_off") == [
            {
                "campaign": "cases",
                "items": 2,
                "counts": {"in_order": 2},
                "decisions_hash": sampling.digest(lines),
                "alone": False,
            }
        ]

    def test_says_when_one_person_decided_all_of_it(self) -> None:
        campaign = begin_cases(1)
        decide_all(campaign)

        assert transitions.sign_off(campaign, by=make_user("carla"), at=BEGUN).alone

    def test_waits_for_what_is_left(self) -> None:
        campaign = begin_cases(2)

        with pytest.raises(WrongState, match="2 items are not decided yet"):
            transitions.sign_off(campaign, by=make_user("carla"), at=BEGUN)

    def test_only_its_owner_does_it(self) -> None:
        campaign = begin_cases(1)
        decide_all(campaign)

        with pytest.raises(NotAllowed, match="Carla owns this campaign"):
            transitions.sign_off(campaign, by=make_user("otis"), at=BEGUN)

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        campaign = begin_cases(1)
        decide_all(campaign)
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            transitions.sign_off(campaign, by=make_user("carla"), at=BEGUN)

        campaign.refresh_from_db()
        assert campaign.state == Campaign.State.OPEN


class TestTakeOver:
    def test_another_officer_owns_it_then(self) -> None:
        campaign = begin_cases(1)

        transitions.take_over(campaign, by=make_user("otis"), at=BEGUN)

        campaign.refresh_from_db()
        assert campaign.owner == make_user("otis")
        assert facts("campaign.taken_over")[0]["before"] == make_user("carla").ref

    @pytest.mark.parametrize(
        ("name", "why"), [("carla", "yours already"), ("alma", "Only a compliance officer")]
    )
    def test_nobody_else_does(self, name: str, why: str) -> None:
        with pytest.raises(NotAllowed, match=why):
            transitions.take_over(begin_cases(1), by=make_user(name), at=BEGUN)


class TestCancel:
    def test_ends_it_with_a_reason(self) -> None:
        campaign = transitions.cancel(
            begin_cases(1), by=make_user("otis"), reason=" Wrong quarter. ", at=BEGUN
        )

        assert (campaign.state, campaign.reason) == (Campaign.State.CANCELLED, "Wrong quarter.")
        assert kinds()[-1] == "campaign.cancelled"

    def test_needs_the_reason(self) -> None:
        with pytest.raises(BadInput, match="Say why"):
            transitions.cancel(begin_cases(1), by=make_user("otis"), reason=" ", at=BEGUN)

    def test_only_compliance_does_it(self) -> None:
        with pytest.raises(NotAllowed, match="Only a compliance officer"):
            transitions.cancel(begin_cases(1), by=make_user("alma"), reason="No.", at=BEGUN)

    def test_what_is_over_stays_over(self) -> None:
        campaign = begin_cases(1)
        item = campaign.items.get()
        transitions.cancel(campaign, by=make_user("otis"), reason="Wrong.", at=BEGUN)

        with pytest.raises(WrongState, match="This campaign is over: Cancelled"):
            decide(item, "in_order")
        with pytest.raises(WrongState):
            transitions.cancel(campaign, by=make_user("otis"), reason="Again.", at=BEGUN)


class TestRemind:
    def test_tells_before_the_deadline_and_after_it_and_each_once(self) -> None:
        campaign = begin_cases(1)

        transitions.remind(campaign, at=DUE - timedelta(days=2))
        with pytest.raises(WrongState):
            transitions.remind(campaign, at=DUE - timedelta(days=1))
        transitions.remind(campaign, at=DUE)
        with pytest.raises(WrongState):
            transitions.remind(campaign, at=DUE + timedelta(days=1))

        assert kinds()[-2:] == ["campaign.due_soon", "campaign.overdue"]
        assert facts("campaign.overdue")[0]["left"] == 1


class TestDatabase:
    @pytest.mark.parametrize(
        "fields",
        [
            {"kind": "moods"},
            {"rhythm": "daily"},
            {"state": "paused"},
            {"state": "signed_off"},
            {"decisions_hash": "ab"},
            {"reason": "Because."},
            {"seed": ""},
            {"wanted": None},
            {"share": 101, "wanted": None},
            {"last": date(2026, 10, 1)},
            {"due_at": BEGUN},
        ],
    )
    def test_refuses_a_campaign(self, fields: dict[str, object]) -> None:
        campaign = begin_cases(1, size=Size(wanted=1))

        with pytest.raises(IntegrityError), transaction.atomic():
            Campaign.objects.filter(pk=campaign.pk).update(**fields)

    @pytest.mark.parametrize(
        "fields",
        [
            {"outcome": "maybe"},
            {"outcome": "keep"},
            {"note": "Hm."},
            {"permit": "request_scenario"},
            {"person": None},
            {"position": 2},
        ],
    )
    def test_refuses_an_item(self, fields: dict[str, object]) -> None:
        item = membership(begin_rights(), "ada")

        with pytest.raises(IntegrityError), transaction.atomic():
            CampaignItem.objects.filter(pk=item.pk).update(**fields)

    def test_refuses_a_second_one_of_the_schedule(self) -> None:
        campaign = begin_cases(1, rhythm=Rhythm.MONTHLY)

        with pytest.raises(WrongState, match="begun already"):
            transitions.begin(plan(rhythm=Rhythm.MONTHLY), owner=campaign.owner, by=None, at=BEGUN)


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("The record cannot be written.")

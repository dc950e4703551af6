"""What is decided on an item happens: findings open, rights go, findings are resolved."""

from datetime import timedelta

import pytest

from accounts.models import Membership, Part
from audit import log
from breakglass.models import GroupPermit, Permit, ProposedChange, Scenario
from breakglass.transitions import changes
from core.errors import BadInput, NotAllowed, WrongState
from reviews.campaigns import transitions
from reviews.campaigns.uses import Uses
from reviews.models import Finding
from tests.make import NOON, StepOf, make_group, make_scenario, make_user
from tests.record import facts
from tests.reviews.campaigns.make import (
    BEGUN,
    Kind,
    begin,
    begin_cases,
    begin_rights,
    decide,
    membership,
    permit,
    review_of,
)
from tests.reviews.make import judge, make_finding, make_obligation, make_review, make_use, taken

pytestmark = pytest.mark.django_db


class TestCases:
    def test_what_is_in_order_is_written_down(self) -> None:
        item = decide(begin_cases(1).items.get(), "in_order")

        assert (item.decided_by, item.decided_at) == (make_user("carla"), BEGUN)
        assert facts("campaign.item_decided")[0]["outcome"] == "in_order"

    def test_what_is_not_in_order_opens_a_finding_of_the_case(self) -> None:
        item = decide(begin_cases(1).items.get(), "not_in_order", "The ticket does not exist.")

        finding = Finding.objects.get()
        assert item.opened == finding
        assert (finding.case, finding.text) == (
            review_of(item).grant.request, "The ticket does not exist.",
        )  # fmt: skip
        assert facts("campaign.item_decided")[0]["finding"] == finding.ref

    def test_that_needs_words(self) -> None:
        with pytest.raises(BadInput, match="Say why") as refusal:
            decide(begin_cases(1).items.get(), "not_in_order", " ")

        assert refusal.value.field == "note"

    def test_whoever_reviewed_the_case_does_not_look_at_it_again(self) -> None:
        campaign = begin_cases(1)
        judge(taken(review_of(campaign.items.get()), by="carla"), by="carla")

        with pytest.raises(NotAllowed, match="You reviewed this case"):
            decide(campaign.items.get(), "in_order")
        assert decide(campaign.items.get(), "in_order", by="otis").outcome == "in_order"

    def test_unless_nobody_else_can(self) -> None:
        campaign = begin_cases(1)
        judge(taken(review_of(campaign.items.get()), by="carla"), by="carla")
        Membership.objects.filter(user=make_user("otis")).delete()

        assert decide(campaign.items.get(), "in_order").outcome == "in_order"

    def test_whoever_had_a_part_in_the_case_does_not(self) -> None:
        campaign = begin_cases(1)
        make_group("Compliance", make_user("ada"))

        with pytest.raises(NotAllowed, match="Nobody reviews their own access"):
            decide(campaign.items.get(), "in_order", by="ada")

    def test_the_first_of_two_decides(self) -> None:
        item = begin_cases(1).items.get()
        decide(item, "in_order")

        with pytest.raises(WrongState, match="Carla has decided on this already"):
            decide(item, "not_in_order", "No.", by="otis")

    def test_nothing_else_can_be_decided(self) -> None:
        with pytest.raises(BadInput, match="Choose what is to be done"):
            decide(begin_cases(1).items.get(), "keep")

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        item = begin_cases(1).items.get()
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            decide(item, "in_order")

        item.refresh_from_db()
        assert item.outcome == ""


class TestMemberships:
    def test_what_is_kept_stays(self) -> None:
        decide(membership(begin_rights(), "ada"), "keep")

        assert Membership.objects.filter(user=make_user("ada")).exists()

    def test_what_is_removed_is_gone_at_once_with_its_reason_on_the_record(self) -> None:
        item = decide(membership(begin_rights(), "ada"), "remove", "Moved to another team.")

        assert item.change is None
        assert not Membership.objects.filter(user=make_user("ada")).exists()
        change = facts("config.changed")[-1]
        assert change["reason"] == "Moved to another team."
        assert change["changes"] == {"groups": ["Platform engineers", ""]}

    def test_the_last_who_may_decide_is_left_until_a_second_administrator_agrees(self) -> None:
        campaign = begin_rights()
        decide(membership(campaign, "carl"), "remove", "Left the team.")

        item = decide(membership(campaign, "bob"), "remove", "Left the team.")

        assert Membership.objects.filter(user=make_user("bob")).exists()
        assert item.change is not None
        assert item.change.weakenings == [
            "Nobody is left who may decide on requests: Production outage."
        ]
        with pytest.raises(WrongState, match="not decided yet"):
            transitions.sign_off(campaign, by=make_user("carla"), at=BEGUN)
        seen = changes.foresee(item.change, at=BEGUN).wanted.mark
        changes.accept(item.change, by=make_user("alma"), seen=seen, at=BEGUN)
        assert not Membership.objects.filter(user=make_user("bob")).exists()

    def test_a_removal_that_waits_keeps_the_campaign_open(self) -> None:
        campaign = begin_rights()
        decide(membership(campaign, "carl"), "remove", "Left.")
        decide(membership(campaign, "bob"), "remove", "Left.")
        for item in campaign.items.left():
            decide(item, "keep", by="otis" if item.person == make_user("carla") else "carla")

        with pytest.raises(WrongState, match="1 removal waits for a second administrator"):
            transitions.sign_off(campaign, by=make_user("carla"), at=BEGUN)

    def test_nobody_certifies_their_own(self) -> None:
        item = membership(begin_rights(), "carla")

        with pytest.raises(NotAllowed, match="Nobody certifies what they may do themselves"):
            decide(item, "keep")
        assert decide(item, "keep", by="otis").outcome == "keep"

    def test_an_administrator_does_where_all_officers_are_concerned(self) -> None:
        campaign = begin_rights()
        Membership.objects.filter(user=make_user("otis")).delete()

        assert decide(membership(campaign, "carla"), "keep", by="alma").outcome == "keep"
        with pytest.raises(NotAllowed, match="Only a compliance officer"):
            decide(membership(campaign, "ada"), "keep", by="alma")

    def test_what_is_gone_already_cannot_be_kept(self) -> None:
        item = membership(begin_rights(), "ada")
        Membership.objects.filter(user=make_user("ada")).delete()

        with pytest.raises(WrongState, match="gone already"):
            decide(item, "keep")
        assert decide(item, "remove", "Gone since.").change is None


class TestPermits:
    def test_a_permit_to_ask_is_gone_at_once(self) -> None:
        decide(permit(begin_rights(), "Platform engineers"), "remove", "Not theirs.")

        assert not GroupPermit.objects.of(Permit.REQUEST).exists()

    def test_the_only_step_cannot_go_and_it_says_what_to_do(self) -> None:
        item = permit(begin_rights(), "Database team")

        with pytest.raises(WrongState, match="cannot do without Database team as it is now"):
            decide(item, "remove", "Not theirs.")
        assert GroupPermit.objects.of(Permit.APPROVE).exists()

    def test_one_of_two_steps_waits_for_a_second_administrator(self) -> None:
        leads = make_group("Leads", make_user("lea"))
        scenario = make_scenario(steps=[StepOf(make_group("Duty", make_user("dan"))),
                                        StepOf(leads)])  # fmt: skip
        item = permit(begin(Kind.RIGHTS), "Leads", permit="approve_scenario")

        item = decide(item, "remove", "One step is enough.")

        assert item.change is not None
        assert item.change.state == ProposedChange.State.WAITING
        assert Scenario.objects.get(pk=scenario.pk).steps.count() == 2

    def test_nobody_certifies_what_a_group_of_theirs_may_do(self) -> None:
        make_group("Reviewers", make_user("carla"))

        with pytest.raises(NotAllowed, match="Nobody certifies what they may do themselves"):
            decide(permit(begin_rights(), "Reviewers"), "keep")


class TestFindings:
    def test_done_resolves_the_finding_with_the_same_words(self) -> None:
        finding = make_finding(make_review())
        item = begin(Kind.FOLLOW_UP).items.get()

        decide(item, "done", "The key was rotated.")

        finding.refresh_from_db()
        assert (finding.state, finding.resolution) == ("remediated", "The key was rotated.")

    def test_still_open_leaves_it_with_words(self) -> None:
        finding = make_finding(make_review())

        decide(begin(Kind.FOLLOW_UP).items.get(), "still_open", "Planned for January.")

        finding.refresh_from_db()
        assert finding.state == Finding.State.OPEN

    def test_what_is_resolved_since_is_done(self) -> None:
        make_finding(make_review())
        item = begin(Kind.FOLLOW_UP).items.get()
        Finding.objects.update(
            state="explained", resolution="Fine.", resolved_at=BEGUN, resolved_by=make_user("otis")
        )

        with pytest.raises(WrongState, match="finished already"):
            decide(item, "still_open", "Later.")
        assert decide(item, "done", "Explained by Otis.").outcome == "done"


class TestObligations:
    def test_done_fulfils_it_with_the_same_words(self) -> None:
        obligation = make_obligation(make_review())

        decide(begin(Kind.FOLLOW_UP).items.get(), "done", "Rotated, see KEY-7.")

        obligation.refresh_from_db()
        assert (obligation.state, obligation.evidence) == ("done", "Rotated, see KEY-7.")

    def test_still_open_leaves_it(self) -> None:
        obligation = make_obligation(make_review())

        decide(begin(Kind.FOLLOW_UP).items.get(), "still_open", "The vendor is slow.")

        obligation.refresh_from_db()
        assert obligation.state == "open"

    def test_whoever_used_the_access_does_not_say_so(self) -> None:
        make_obligation(make_review(), owner="bob")
        campaign = begin(Kind.FOLLOW_UP)
        make_group("Compliance", make_user("ada"))

        with pytest.raises(NotAllowed, match="Only Bob or a reviewer"):
            decide(campaign.items.get(), "done", "Rotated.", by="ada")


class TestUses:
    def test_says_when_a_right_was_last_used(self) -> None:
        scenario = make_scenario()
        make_use(scenario, at=NOON)
        campaign = begin(Kind.RIGHTS)
        ada, eve = membership(campaign, "ada"), membership(campaign, "eve")
        group = permit(campaign, "Platform engineers")

        uses = Uses([ada, eve, group], at=BEGUN)

        assert [uses.of(item) for item in (ada, eve, group)] == [NOON, None, NOON]

    def test_a_part_is_used_by_signing_in(self) -> None:
        campaign = begin_rights()
        alma = make_user("alma")
        alma.last_login = NOON + timedelta(days=3)
        alma.save()
        item = membership(campaign, "alma")

        uses = Uses([item], at=BEGUN)

        assert uses.of(item) == alma.last_login
        assert uses.gives(item)[0] == [Part.ADMINISTRATOR]

    def test_keeps_what_was_known_when_it_was_decided(self) -> None:
        make_use(make_scenario(), at=NOON)

        assert decide(membership(begin(Kind.RIGHTS), "ada"), "keep").used_at == NOON

    def test_asks_no_more_often_for_many_than_for_one(
        self, django_assert_max_num_queries: object
    ) -> None:
        items = list(begin_rights().items.told())

        with django_assert_max_num_queries(12):  # type: ignore[operator]
            uses = Uses(items, at=BEGUN)
            assert len([uses.of(item) for item in items]) > 8


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("The record cannot be written.")

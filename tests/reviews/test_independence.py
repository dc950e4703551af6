"""Who may judge a use: a right, and no part in the case."""

from datetime import timedelta

import pytest

from accounts.models import Part, User
from breakglass import transitions as verbs
from breakglass.models import GroupPermit, Permit
from core.errors import NotAllowed
from reviews import policy, transitions
from reviews.models import Finding, Review
from tests.make import (
    NOON,
    make_ask,
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_user,
    voice,
)
from tests.reviews.make import (
    ENDED,
    LATER,
    judge,
    make_carla,
    make_cast,
    make_finding,
    make_review,
    make_strict_review,
    make_use,
    taken,
)

pytestmark = pytest.mark.django_db


def why_not(review: Review, person: User) -> str:
    """Return why the person, given every right, may not review."""
    make_group("Reviewers", person)
    make_group("Compliance", person)
    return policy.why_not_review(review, by=person, at=LATER) or ""


class TestIndependence:
    def test_not_the_person_who_had_the_access(self) -> None:
        assert "own access" in why_not(make_review(), make_user("ada"))

    def test_not_who_filed_it_for_them(self) -> None:
        scenario = make_scenario()
        make_group("Responders", make_user("dana"), part=Part.RESPONDER)
        ask = make_ask(scenario)
        request = verbs.submit(
            scenario, by=make_user("dana"), person=make_user("ada"), ask=ask, at=NOON
        )
        verbs.approve(request, voice=voice("bob"), at=NOON)
        verbs.relinquish(request.grant, by=make_user("ada"), at=ENDED)

        assert "own access" in why_not(Review.objects.get(), make_user("dana"))

    def test_not_who_approved_it(self) -> None:
        request = verbs.approve(make_request(), voice=voice("bob"), at=NOON)
        verbs.relinquish(request.grant, by=make_user("ada"), at=ENDED)

        assert "You decided" in why_not(Review.objects.get(), make_user("bob"))

    def test_not_who_ratified_it(self) -> None:
        review = make_review()
        verbs.ratify(review.grant.request, voice=voice("bob"), at=ENDED)

        assert "You decided" in why_not(review, make_user("bob"))

    def test_not_who_decided_on_more_time(self) -> None:
        grant = make_use()
        reason = "The lock is gone, yet two hundred orders are still stuck in the queue."
        more = verbs.ask_for_more_time(
            grant, by=make_user("ada"), minutes=10, justification=reason, at=NOON
        )
        verbs.approve(more, voice=voice("carl"), at=NOON)
        verbs.relinquish(grant, by=make_user("ada"), at=ENDED)

        assert "You decided" in why_not(Review.objects.get(), make_user("carl"))

    def test_not_who_revoked_it(self) -> None:
        verbs.revoke(make_use(), by=make_user("carl"), reason="Odd queries.", at=ENDED)

        assert "You ended" in why_not(Review.objects.get(), make_user("carl"))

    def test_an_approver_who_did_not_decide_may(self) -> None:
        assert not why_not(make_review(), make_user("carl"))


class TestRight:
    def test_reviewers_of_the_scenario_and_compliance_have_it(self) -> None:
        review = make_review()

        assert policy.why_not_review(review, by=make_user("rita"), at=LATER) is None
        assert policy.why_not_review(review, by=make_carla(), at=LATER) is None

    def test_it_ends_with_the_permit(self) -> None:
        review = make_review()
        GroupPermit.objects.of(Permit.REVIEW).update(until=LATER)

        assert policy.why_not_review(review, by=make_user("rita"), at=ENDED) is None
        assert policy.why_not_review(review, by=make_user("rita"), at=LATER)

    def test_nobody_reviews_whose_account_is_off(self) -> None:
        review, rita = make_review(), make_user("rita")
        rita.is_active = False

        assert "switched off" in (policy.why_not_review(review, by=rita, at=LATER) or "")

    def test_it_is_asked_again_at_the_verdict(self) -> None:
        review = taken(make_review())
        GroupPermit.objects.of(Permit.REVIEW).update(until=LATER)

        with pytest.raises(NotAllowed, match="Only a reviewer"):
            judge(review)


class TestWhatWaits:
    def test_the_query_and_the_rule_agree_for_everybody(self) -> None:
        scenario = make_scenario(max_concurrent=2)
        make_scenario("lost-admin", steps=[])
        cast = make_cast()
        for name in ("bob", "rita"):
            grant = make_broken_glass(scenario, at=NOON).grant
            verbs.ratify(grant.request, voice=voice("bob"), at=NOON)
            verbs.revoke(grant, by=make_user("bob"), reason=f"It was for {name}.", at=ENDED)
        make_review(scenario, by="eve")
        make_group("Reviewers", cast["ada"], cast["bob"], cast["eve"])

        for person in cast.values():
            found = set(Review.objects.open_to(person, LATER))
            ruled = {
                review
                for review in Review.objects.all()
                if policy.why_not_review(review, by=person, at=LATER) is None
            }
            assert found == ruled, person

    def test_a_taken_review_waits_for_its_reviewer_only(self) -> None:
        review = taken(make_review())
        carla = make_carla()

        assert list(Review.objects.open_to(make_user("rita"), LATER)) == [review]
        assert not Review.objects.open_to(carla, LATER)

    def test_a_verdict_to_confirm_waits_for_everybody_else(self) -> None:
        review = judge(taken(make_strict_review()))

        assert not Review.objects.open_to(make_user("rita"), LATER)
        assert list(Review.objects.open_to(make_user("rolf"), LATER)) == [review]

    def test_overdue_is_what_the_clock_says(self) -> None:
        review = make_review()

        assert not Review.objects.overdue(review.due_at - timedelta(seconds=1))
        assert review.is_overdue(review.due_at)
        assert list(Review.objects.overdue(review.due_at)) == [review]

    def test_a_closed_review_is_never_overdue(self) -> None:
        review = judge(taken(make_review()))

        assert not Review.objects.overdue(review.due_at + timedelta(days=9))


class TestVisible:
    @pytest.mark.parametrize(
        ("name", "sees"),
        [("rita", True), ("carla", True), ("otto", True), ("ada", False), ("bob", False),
         ("dana", False), ("alma", False), ("mallory", False)],
    )  # fmt: skip
    def test_reviews_and_findings(self, name: str, sees: bool) -> None:  # noqa: FBT001
        finding = make_finding()
        person = make_cast()[name]

        assert Review.objects.visible_to(person, LATER).exists() is sees
        assert list(Finding.objects.visible_to(person, LATER)) == ([finding] if sees else [])

    def test_reviewers_see_their_scenarios_only(self) -> None:
        make_review(make_scenario("lost-admin"))
        GroupPermit.objects.of(Permit.REVIEW).delete()

        assert not Review.objects.visible_to(make_user("rita"), LATER).exists()


class TestResolve:
    def test_nobody_with_a_part_in_the_case(self) -> None:
        finding = make_finding()
        make_group("Compliance", make_user("ada"))
        make_carla()

        with pytest.raises(NotAllowed, match="own access"):
            transitions.resolve_finding(
                finding, by=make_user("ada"), resolution=Finding.State.EXPLAINED,
                comment="It was fine.", at=LATER,
            )  # fmt: skip

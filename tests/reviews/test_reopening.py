"""A closed review is reopened: who may, what stays, who judges it anew, and what counts it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Part
from alerts.messages import words_of
from alerts.stories import story_of
from audit import evidence, log
from audit.models import Entry, Key
from breakglass import debt
from core.errors import BadInput, NotAllowed, WrongState
from reviews import following, policy, reminders, seals, settling, transitions
from reviews.assignment_transitions import assign
from reviews.models import EarlierVerdict, Gravity, Review
from reviews.reopening_transitions import reopen
from tests.audit.core.make import ask
from tests.audit.make import make_sealer
from tests.breakglass.api import call
from tests.make import make_group, make_scenario, make_user
from tests.record import actors, facts, kinds
from tests.reviews.browser import judged, page, post, recent
from tests.reviews.make import (
    LATER,
    act,
    judge,
    make_carla,
    make_review,
    make_strict_review,
    misused,
    sequence,
    taken,
)

pytestmark = pytest.mark.django_db
REASON = "A log of the night came late: customers were read."
AGAIN = LATER + timedelta(days=9)


def closed() -> Review:
    """Return the review of a case that Rita found justified; Carla is a compliance officer."""
    make_carla()
    return judge(taken(make_review()), "justified", "As declared.")


def reopened(review: Review | None = None, *, by: str = "carla", reason: str = REASON) -> Review:
    return reopen(review or closed(), by=make_user(by), reason=reason, at=AGAIN)


def follow() -> None:
    """Enter what happened, let what follows from it happen, and enter that."""
    sequence(AGAIN)
    following.run(at=AGAIN)
    sequence(AGAIN)


def sealed_twice() -> Review:
    """Return a case that was sealed, and once more after Rolf judged it anew."""
    review = closed()
    act(review.grant, "select", "orders")
    make_group("Reviewers", make_user("rolf"))
    follow()
    reopened(review)
    judge(taken(review, by="rolf", at=AGAIN), "inconclusive", by="rolf", at=AGAIN)
    follow()
    review.refresh_from_db()
    return review


class TestReopen:
    def test_it_is_due_again_with_a_deadline_of_its_own(self) -> None:
        review = reopened()

        assert (review.state, review.verdict, review.reviewer) == (Review.State.DUE, "", None)
        assert (review.reopened_at, review.due_at) == (AGAIN, AGAIN + timedelta(hours=72))

    def test_the_verdict_that_stood_is_kept_with_why_it_does_no_longer(self) -> None:
        stood = reopened().earlier.get()

        assert (stood.verdict, stood.comment, stood.reason) == ("justified", "As declared.", REASON)
        assert (stood.reviewer, stood.reopened_by) == (make_user("rita"), make_user("carla"))
        assert stood.closed_at == LATER

    def test_the_record_says_who_why_and_what_stood(self) -> None:
        review = closed()
        follow()
        seal = seals.newest(review.grant.request)
        reopened(review)

        said = facts("review.reopened")[0]

        assert seal is not None
        assert actors("review.reopened") == [make_user("carla").ref]
        assert (said["verdict"], said["reason"], said["seal"]) == ("justified", REASON, seal.seq)
        assert said["judges"] == [make_user("rita").ref]

    def test_it_can_be_reopened_more_than_once(self) -> None:
        review = reopened()
        make_group("Reviewers", make_user("rolf"))
        judge(taken(review, by="rolf", at=AGAIN), by="rolf", at=AGAIN)

        again = reopened(review, reason="And one more log has come.")

        assert [each.reviewer.name for each in again.earlier.order_by("closed_at")] == [
            "Rita", "Rolf",
        ]  # fmt: skip
        assert again.judges == {make_user("rita").pk, make_user("rolf").pk}

    @pytest.mark.parametrize("name", ["rita", "otto", "mallory"])
    def test_it_is_for_compliance_officers(self, name: str) -> None:
        review = closed()
        make_group("Auditors", make_user("otto"), part=Part.AUDITOR)

        with pytest.raises(NotAllowed, match="Only a compliance officer"):
            reopened(review, by=name)

        assert kinds()[-1] == "access.refused"

    def test_nobody_undoes_a_verdict_on_themselves(self) -> None:
        review = misused(taken(make_review()))
        make_group("Compliance", make_user("ada"), part=Part.COMPLIANCE)

        with pytest.raises(NotAllowed, match="own access"):
            reopened(review, by="ada")

    def test_only_what_is_closed(self) -> None:
        make_carla()
        with pytest.raises(WrongState, match="not closed"):
            reopened(taken(make_review()))

    def test_not_without_saying_why(self) -> None:
        with pytest.raises(BadInput, match="at least 10 characters"):
            reopened(reason=" Why not ")

    def test_it_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        review = closed()
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            reopened(review)

        review.refresh_from_db()
        assert review.state == Review.State.CLOSED
        assert not EarlierVerdict.objects.exists()

    @pytest.mark.parametrize(
        "change", [{"verdict": ""}, {"closed_at": AGAIN + timedelta(days=1)}, {"second": True}]
    )
    def test_the_database_refuses_what_cannot_be(self, change: dict[str, object]) -> None:
        rows = EarlierVerdict.objects.filter(pk=reopened().earlier.get().pk)
        values = {"second_reviewer": make_user("rita")} if "second" in change else change

        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)


class TestWhoJudgesIt:
    def test_the_turn_is_somebodys_who_had_no_part_in_the_verdict(self) -> None:
        review = closed()
        make_group("Reviewers", make_user("rolf"))
        reopened(review)
        follow()
        review.refresh_from_db()

        assert review.assignee == make_user("rolf")

    def test_it_is_that_of_who_reopened_it_only_where_nobody_else_is_there(self) -> None:
        review = reopened()

        assert assign(review, at=AGAIN).assignee == make_user("carla")

    def test_where_all_others_judged_it_the_house_says_that_nobody_is_there(self) -> None:
        carla = make_carla()
        review = judge(taken(make_review(), by="carla"), by="carla")
        reopened(review)
        make_group("Reviewers").user_set.clear()

        assert assign(review, at=AGAIN).nobody_since == AGAIN
        assert kinds()[-1] == "review.unassignable"
        assert policy.why_not_review(review, by=carla, at=AGAIN) is None

    def test_somebody_new_judges_it_alone(self) -> None:
        review = reopened()
        make_group("Reviewers", make_user("rolf"))

        judge(taken(review, by="rolf", at=AGAIN), by="rolf", at=AGAIN)

        review.refresh_from_db()
        assert (review.state, review.verdict) == (Review.State.CLOSED, "justified")

    @pytest.mark.parametrize(("first", "second"), [("rita", "carla"), ("carla", "rita")])
    def test_who_judged_or_reopened_it_needs_somebody_who_agrees(
        self, first: str, second: str
    ) -> None:
        review = judge(taken(reopened(), by=first, at=AGAIN), by=first, at=AGAIN)
        assert review.waits_for_second

        transitions.confirm(review, by=make_user(second), at=AGAIN)

        review.refresh_from_db()
        assert review.state == Review.State.CLOSED

    def test_two_who_judged_it_before_do_not_agree_with_each_other(self) -> None:
        make_carla()
        review = judge(taken(make_strict_review()))
        review = transitions.confirm(review, by=make_user("rolf"), at=LATER)
        reopened(review)
        review = judge(taken(review, at=AGAIN), at=AGAIN)

        with pytest.raises(NotAllowed, match="Rita and you both judged this case before"):
            transitions.confirm(review, by=make_user("rolf"), at=AGAIN)

        may = {name: list(Review.objects.open_to(make_user(name), AGAIN)) for name in
               ("rita", "rolf", "carla")}  # fmt: skip
        assert may == {"rita": [], "rolf": [], "carla": [review]}


class TestWhatCountsIt:
    def test_it_is_review_debt_once_its_new_deadline_is_over(self) -> None:
        review = reopened()
        scenario, ada = review.grant.scenario, make_user("ada")

        assert not list(debt.owed(scenario, person=ada, at=AGAIN))
        assert len(list(debt.owed(scenario, person=ada, at=review.due_at))) == 1

    def test_its_reminders_begin_anew_and_not_at_once(self) -> None:
        review = closed()
        Review.objects.update(reminded=2)
        review = reopened(review)

        assert list(reminders.due(AGAIN)) == []
        assert list(reminders.due(review.due_at - timedelta(hours=2))) == [review]

    def test_a_log_that_was_read_late_shows_and_is_judged_once_it_is_reopened(self) -> None:
        make_scenario(expected_verbs=["select"], expected_objects=["orders"])
        review = recent()
        make_carla()
        act(review.grant, "select", "orders")
        sequence()
        judged(review)
        sequence()
        where = review.get_absolute_url()
        assert "after this verdict" not in page("carla", where).content.decode()

        act(review.grant, "copy", "customers")
        sequence()
        settling.run(at=AGAIN)
        shown = {name: page(name, where).content.decode() for name in ("carla", "rita")}
        review.refresh_from_db()
        assert "1 action came to the record after this verdict" in shown["carla"]
        assert 'href="#reopen_reason"' in shown["carla"]
        assert "A compliance officer can reopen the review." in shown["rita"]
        assert not Gravity(review.gravity).startles

        reopen(review, by=make_user("carla"), reason=REASON, at=timezone.now())
        sequence()
        settling.run(at=AGAIN)
        review.refresh_from_db()
        assert Gravity(review.gravity).startles


class TestSeals:
    def test_the_new_seal_names_the_one_before_and_both_hold(self) -> None:
        case = sealed_twice().grant.request

        second, first = seals.every(case)

        assert second.former == {"seq": first.seq, "sha256": first.leaf}
        assert first.former == {}
        assert seals.match(case, first)
        assert seals.match(case, second)
        assert second.entries > first.entries

    def test_an_altered_first_seal_shows_in_the_second(self) -> None:
        case = sealed_twice().grant.request
        second, first = seals.every(case)
        _alter(first.seq)

        odd = [line.label for line in seals.compared(case, second) if not line.matches]

        assert odd == ["Review", f"Seal of entry {first.seq}, before this one"]
        with pytest.raises(CommandError, match="not what was sealed"):
            call_command("verify_seals")

    def test_an_open_case_keeps_its_seal_and_says_so(self) -> None:
        review = closed()
        follow()
        reopened(review)
        case = review.grant.request

        panel = page("ada", case.get_absolute_url()).content.decode()
        whole = page("ada", reverse("case-seal", args=[case.case])).content.decode()

        assert "Open again" in panel
        assert "The case is sealed when its review is closed." in panel
        assert "The review of this case is open again." in whole

    def test_its_page_shows_both(self) -> None:
        case = sealed_twice().grant.request

        text = page("ada", reverse("case-seal", args=[case.case])).content.decode()

        assert "Earlier seals" in text
        assert "Does not match" not in text

    def test_a_stranger_verifies_a_case_file_with_two_seals(self, tmp_path: Path) -> None:
        case = sealed_twice().grant.request
        make_sealer(tmp_path)()
        (tmp_path / "case.zip").write_bytes(evidence.case_file(case.ref) or b"")

        code, said = ask("bundle", tmp_path / "case.zip", "--vkey", Key.objects.get().vkey)

        assert code == 0, said
        assert Entry.objects.filter(case=case.ref, kind="case.sealed").count() == 2


class TestPages:
    def test_compliance_reopens_it_on_its_page(self) -> None:
        review = judged(recent())
        make_carla()
        assert "Reopen the review" not in page("rita", review.get_absolute_url()).content.decode()
        assert "Reopen the review" in page("carla", review.get_absolute_url()).content.decode()

        assert post("carla", "review-reopen", review, reason="Why").status_code == 422
        assert post("rita", "review-reopen", review, reason=REASON).status_code == 403
        assert post("carla", "review-reopen", review, reason=REASON).status_code == 302
        assert post("carla", "review-reopen", review, reason=REASON).status_code == 409

    def test_it_says_before_that_nobody_is_there_who_did_not_judge_it(self) -> None:
        review = judged(recent())
        make_carla()
        only = "Nobody is there who could judge it and did not."
        assert only not in page("carla", review.get_absolute_url()).content.decode()

        Review.objects.update(second_reviewer=make_user("carla"))
        assert only in page("carla", review.get_absolute_url()).content.decode()

    def test_the_earlier_verdict_stays_visible_on_the_review_and_the_case(self) -> None:
        review = judged(recent(), comment="As declared.")
        make_carla()
        post("carla", "review-reopen", review, reason=REASON)
        case = review.grant.request.get_absolute_url()

        for name, where in (("rita", review.get_absolute_url()), ("ada", case)):
            text = page(name, where).content.decode()
            assert "Earlier verdict:" in text, name
            assert REASON in text, name

    def test_who_judged_it_is_told_that_it_takes_another(self) -> None:
        review = judged(recent())
        make_carla()
        post("carla", "review-reopen", review, reason=REASON)

        text = page("rita", review.get_absolute_url()).content.decode()

        assert "You judged this case before it was reopened." in text
        assert "A second reviewer will have to confirm your verdict." in text

    def test_a_program_reopens_it_and_reads_what_stood(self) -> None:
        review = judged(recent())
        make_carla()
        path = f"reviews/{review.pk}"

        assert call("rita", f"{path}/reopen", {"reason": REASON}).status_code == 403
        answer = call("carla", f"{path}/reopen", {"reason": REASON}).json()

        assert (answer["state"], answer["verdict"]) == ("due", "")
        assert [each["verdict"] for each in answer["earlier"]] == ["justified"]
        assert answer["earlier"][0]["reopened_by"]["name"] == "Carla"


def test_the_letter_says_why_and_what_stood() -> None:
    reopened()
    sequence(AGAIN)
    entry = Entry.objects.filter(kind="review.reopened").get()

    words = words_of(story_of(entry), reader=make_user("ada"))

    assert "To be reviewed again: Ada on" in words.subject
    assert "Carla reopened this review" in words.text
    assert "its verdict was: justified." in words.text
    assert ("Reason", [REASON]) in words.quotes


def _alter(seq: int) -> None:
    """Change an entry as nobody but the database's owner could."""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
        cursor.execute("UPDATE audit_entry SET leaf = leaf || ' '::bytea WHERE seq = %s", [seq])
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER ALL")


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("The record cannot be written.")

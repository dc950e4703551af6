"""Findings: opened once, resolved once, by the right people."""

import pytest
from django.db import IntegrityError, transaction

from audit import log
from audit.models import Entry
from core.errors import BadInput, NotAllowed, WrongState
from reviews import transitions
from reviews.models import Finding
from reviews.transitions import Observation
from tests.make import NOON, make_user
from tests.record import kinds
from tests.reviews.make import LATER, act, make_carla, make_finding, make_review, sequence

pytestmark = pytest.mark.django_db


def seen(entry: int = 7, subject: str = "door:1") -> Observation:
    return Observation(
        kind=Finding.Kind.DOOR_CLOSE_FAILED,
        severity=Finding.Severity.HIGH,
        text="It does not close.",
        subject=subject,
        entry_seq=entry,
    )


def resolve(finding: Finding, *, by: str = "rita", comment: str = "Dropped the copy.",
            resolution: Finding.State = Finding.State.REMEDIATED) -> Finding:  # fmt: skip
    return transitions.resolve_finding(
        finding, by=make_user(by), resolution=resolution, comment=comment, at=LATER
    )


class TestOpen:
    def test_a_reviewer_opens_one_in_words(self) -> None:
        finding = make_finding(text=" A dump of customers. ")

        assert finding.text == "A dump of customers."
        assert (finding.state, finding.opened_by) == (Finding.State.OPEN, make_user("rita"))
        assert kinds()[-1] == "finding.opened"

    def test_nobody_without_the_right_does(self) -> None:
        with pytest.raises(NotAllowed):
            make_finding(by="bob")

        assert not Finding.objects.exists()

    def test_words_are_needed(self) -> None:
        with pytest.raises(BadInput, match="Say what you found"):
            make_finding(text=" ")

    def test_what_the_record_brings_up_is_not_opened_by_hand(self) -> None:
        with pytest.raises(BadInput, match="Choose what"):
            transitions.find(
                make_review(), by=make_user("rita"), kind=Finding.Kind.DOOR_CLOSE_FAILED,
                severity=Finding.Severity.LOW, text="Hm.", at=LATER,
            )  # fmt: skip

    def test_an_action_of_the_case_has_one_finding_that_names_it(self) -> None:
        review = make_review()
        act(review.grant, "copy", "customers")
        sequence()
        seq = Entry.objects.get(kind="action.performed").seq

        assert make_finding(review, action=seq).entry_seq == seq
        with pytest.raises(WrongState, match="has its finding already"):
            make_finding(review, action=seq)
        with pytest.raises(BadInput, match="no action of this case"):
            make_finding(review, action=seq - 1)

    def test_an_entry_brings_up_a_finding_once(self) -> None:
        first = transitions.open_finding(seen(), by=None, at=LATER)
        again = transitions.open_finding(seen(), by=None, at=LATER)

        assert first == again
        assert kinds().count("finding.opened") == 1

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        review = make_review()
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            make_finding(review)

        assert not Finding.objects.exists()


class TestResolve:
    def test_says_what_became_of_it(self) -> None:
        finding = resolve(make_finding())

        assert (finding.state, finding.resolved_by) == ("remediated", make_user("rita"))
        assert kinds()[-1] == "finding.resolved"

    def test_once(self) -> None:
        finding = resolve(make_finding())

        with pytest.raises(WrongState, match="resolved already"):
            resolve(finding)

    @pytest.mark.parametrize(
        ("comment", "resolution"), [(" ", Finding.State.ACCEPTED), ("Fine.", Finding.State.OPEN)]
    )
    def test_needs_words_and_an_outcome(self, comment: str, resolution: Finding.State) -> None:
        with pytest.raises(BadInput):
            resolve(make_finding(), comment=comment, resolution=resolution)

    def test_without_a_case_it_is_for_compliance(self) -> None:
        finding = transitions.open_finding(seen(), by=None, at=LATER)
        make_carla()

        with pytest.raises(NotAllowed, match="Only a compliance officer"):
            resolve(finding, by="rita")
        assert resolve(finding, by="carla").state == "remediated"

    def test_nobody_resolves_one_about_themselves(self) -> None:
        carla = make_carla()
        finding = transitions.open_finding(seen(subject=carla.ref), by=None, at=LATER)

        with pytest.raises(NotAllowed, match="about themselves"):
            resolve(finding, by="carla")

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        finding = make_finding()
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            resolve(finding)

        finding.refresh_from_db()
        assert finding.state == Finding.State.OPEN


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "odd"},
        {"severity": "huge"},
        {"state": "gone", "resolved_at": LATER, "resolution": "x"},
        {"state": "accepted"},
        {"resolution": "x"},
        {"resolved_at": LATER},
        {"opened_by": None},
    ],
)
def test_the_database_refuses(fields: dict[str, object]) -> None:
    finding = make_finding()

    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(**fields)


def test_the_database_refuses_an_end_before_the_beginning() -> None:
    finding = resolve(make_finding())

    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(resolved_at=NOON)


def test_the_database_refuses_a_second_finding_of_one_entry() -> None:
    first = transitions.open_finding(seen(7), by=None, at=LATER)
    transitions.open_finding(seen(8), by=None, at=LATER)

    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=first.pk).update(entry_seq=8)


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("The record cannot be written.")

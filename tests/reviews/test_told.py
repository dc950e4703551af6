"""How the record tells of reviews and findings."""

import pytest

from audit import reading
from audit.models import Entry
from judgement.sigma import naming
from judgement.sigma.naming import Named
from reviews import detect, transitions
from reviews.events import AlarmRaised
from reviews.models import Finding, Review
from reviews.reopening_transitions import reopen
from tests.make import make_user
from tests.reviews.make import (
    LATER,
    judge,
    make_carla,
    make_finding,
    make_strict_review,
    refuse,
    sequence,
    taken,
)

pytestmark = pytest.mark.django_db


def told() -> dict[str, str]:
    """Return the sentence of each kind of entry that this room has made."""
    sequence()
    entries = Entry.objects.filter(kind__regex="^(review|finding)").order_by("seq")
    return {line.kind: f"{line.actor.text} {line.sentence}" for line in reading.told(entries)}


def test_every_event_is_a_sentence() -> None:
    review = taken(make_strict_review())
    transitions.hand_over(review, by=make_user("rita"), reason="Away.", at=LATER)
    judge(taken(review), "inconclusive")
    transitions.dispute(review, by=make_user("rolf"), reason="Look again.", at=LATER)
    finding = make_finding(review)
    transitions.resolve_finding(
        finding, by=make_user("rita"), resolution=Finding.State.FALSE_POSITIVE,
        comment="A backup.", at=LATER,
    )  # fmt: skip
    judge(review, "misuse", "Private.")
    transitions.confirm(review, by=make_user("rolf"), at=LATER)
    reopen(review, by=make_carla(), reason="A log came late.", at=LATER)

    sentences = told()

    assert sentences["review.started"] == "Rita began the review"
    assert sentences["review.returned"] == "Rita gave the review back: Away."
    assert sentences["review.concluded"].endswith("has to confirm: misuse. Private.")
    assert sentences["review.disputed"] == "Rolf did not confirm the verdict: Look again."
    assert sentences["review.confirmed"] == "Rolf confirmed the verdict: misuse"
    assert sentences["review.closed"].endswith("closed the review: misuse. Private.")
    assert sentences["review.reopened"].endswith("the verdict was misuse: A log came late.")
    assert sentences["finding.opened"] == "Rita opened a finding: A dump."
    assert sentences["finding.resolved"].endswith("as false positive: A backup.")
    assert sentences["review.owed"].endswith("asked for a review of what was done")


def test_things_are_named_for_people() -> None:
    finding = make_finding()
    review = Review.objects.get()

    assert str(review) == f"Review of case {review.grant.request.case}"
    assert str(finding) == "More than was declared: A dump."


def test_a_rule_of_detection_is_told_by_its_title_and_named_behind() -> None:
    rule = Named("0d2b6f0e-6a35-4f0a-9f0d-52e6b1a2c9d4", "R (X), O")
    finding = make_finding(text=f"{naming.sentence('Copied out', rule.id, rule.author)}.")
    alarm = AlarmRaised(finding="known_bad", text=finding.text, person="", entry=1, ended=False)

    assert told()["finding.opened"] == "Rita opened a finding: Copied out."
    assert (alarm.sentence(), alarm.words) == ("raised an alarm: Copied out.", "Copied out.")
    assert (finding.words, finding.rules) == ("Copied out.", [rule])
    assert naming.named("Copied out.") == []


def test_nothing_waits_for_an_account_that_is_off() -> None:
    make_finding()
    rita = make_user("rita")
    rita.is_active = False

    assert not Review.objects.open_to(rita, LATER).exists()


def test_refusals_of_the_house_itself_are_no_finding() -> None:
    house = make_user("ada")
    for _ in range(6):
        refuse(house)
    sequence()
    entry = Entry.objects.filter(kind="access.refused").order_by("seq").last()
    assert entry is not None
    entry.actor = "system:breakglass"

    detect.look(entry, at=LATER)

    assert not Finding.objects.exists()

"""Make reviews, and what was done before them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import Part, User
from audit import log, sequencer
from breakglass import transitions as verbs
from breakglass.models import Grant, Scenario
from core.errors import Attempt, NotAllowed
from reviews import judging, transitions
from reviews.models import Finding, Obligation, Review
from reviews.obligation_transitions import Task, oblige
from targets.events import ActionPerformed
from tests.make import (
    NOON,
    make_broken_glass,
    make_group,
    make_groups,
    make_scenario,
    make_user,
)

ENDED = NOON + timedelta(minutes=20)
LATER = NOON + timedelta(hours=1)
STUCK = "Order 7 is stuck since midnight: look at order 7 in the table of orders."


def make_carla() -> User:
    """Return Carla, a compliance officer."""
    carla = make_user("carla")
    make_group("Compliance", carla, part=Part.COMPLIANCE)
    return carla


def make_cast() -> dict[str, User]:
    """Return one person for each part; a scenario must be there."""
    make_groups(
        {"Auditors": ["otto"], "Responders": ["dana"], "Administrators": ["alma"],
         "Compliance": ["carla"]},
        {"Auditors": Part.AUDITOR, "Responders": Part.RESPONDER,
         "Administrators": Part.ADMINISTRATOR, "Compliance": Part.COMPLIANCE},
    )  # fmt: skip
    make_user("mallory")
    names = ("ada", "eve", "bob", "rita", "carla", "otto", "dana", "alma", "mallory")
    people = User.objects.filter(email__in=[f"{name}@example.com" for name in names])
    return {user.email.partition("@")[0]: user for user in people}


def make_use(scenario: Scenario | None = None, *, at: datetime = NOON, **ask: Any) -> Grant:
    """Return Ada's access, got by breaking the glass and still open."""
    return make_broken_glass(scenario, at=at, **ask).grant


def make_review(
    scenario: Scenario | None = None, *, at: datetime = NOON, by: str = "ada", **ask: Any
) -> Review:
    """Return the review that is due since the access, begun at `at`, was given back 20 min on."""
    grant = make_broken_glass(scenario, by=make_user(by), at=at, **ask).grant
    verbs.relinquish(grant, by=make_user(by), at=at + timedelta(minutes=20))
    return Review.objects.get(grant=grant)


def make_strict_review(*, at: datetime = NOON) -> Review:
    """Return a review that two people have to agree on: Rita and Rolf review."""
    scenario = make_scenario(strict_review=True)
    make_group("Reviewers", make_user("rolf"))
    return make_review(scenario, at=at)


def taken(review: Review, *, by: str = "rita", at: datetime = LATER) -> Review:
    """Return the review after somebody took it."""
    return transitions.start(review, by=make_user(by), at=at)


def judge(review: Review, verdict: str = "justified", comment: str = "", by: str = "rita",
          at: datetime = LATER) -> Review:  # fmt: skip
    """Return the review after its reviewer gave the verdict."""
    return transitions.close(review, by=make_user(by), verdict=verdict, comment=comment, at=at)


def misused(review: Review, comment: str = "A private search.", *, at: datetime = LATER) -> Review:
    """Return the taken review after Rita found misuse and Rolf agreed."""
    make_group("Reviewers", make_user("rolf"))
    judge(review, "misuse", comment, at=at)
    return transitions.confirm(review, by=make_user("rolf"), at=at)


def make_finding(review: Review | None = None, *, by: str = "rita", text: str = "A dump.",
                 at: datetime = LATER, action: int | None = None,
                 severity: Finding.Severity = Finding.Severity.MEDIUM) -> Finding:  # fmt: skip
    """Return a finding that Rita opened."""
    return transitions.find(
        review or make_review(), by=make_user(by), kind=Finding.Kind.OUTSIDE_PLAN,
        severity=severity, text=text, at=at, action=action,
    )  # fmt: skip


def make_obligation(review: Review | None = None, *, by: str = "rita", owner: str = "ada",
                    text: str = "The key of the shop.", at: datetime = LATER,
                    due_at: datetime | None = None) -> Obligation:  # fmt: skip
    """Return an obligation that Rita wrote down, which Ada has to do within a week."""
    task = Task(
        kind=Obligation.Kind.ROTATE_SECRET, text=text, owner=make_user(owner),
        due_at=due_at or at + timedelta(days=7),
    )  # fmt: skip
    return oblige(review or make_review(), task=task, by=make_user(by), at=at)


def act(grant: Grant, verb: str = "select", *objects: str, result: str = "00000",
        statement: str = "", at: datetime | None = None) -> None:  # fmt: skip
    """Record that the holder did something behind the door."""
    event = ActionPerformed(
        target="shop-db", statement=statement or statement_of(verb, *objects), parameters="",
        verb=verb, objects=list(objects), result=result, message="", database="shop",
        session="1", application="psql", client_address="", microseconds=1500, truncated=False,
    )  # fmt: skip
    at = at or grant.activated_at or NOON
    with transaction.atomic():
        log.record(event, actor=grant.holder.ref, subject=grant.ref, case=grant.case_ref, at=at)


def statement_of(verb: str, *objects: str) -> str:
    """Return a statement that does what `verb` says to each of the objects."""
    forms = {
        "select": "SELECT id FROM {}", "update": "UPDATE {} SET state = 'x' WHERE id = 1",
        "insert": "INSERT INTO {} VALUES (1)", "delete": "DELETE FROM {} WHERE id = 1",
        "truncate": "TRUNCATE {}", "drop": "DROP TABLE {}", "copy": "COPY {} TO STDOUT",
        "begin": "BEGIN", "commit": "COMMIT", "unknown": "%%% {}",
    }  # fmt: skip
    verbs = [each for each in verb.split(", ") if each in forms]
    said = [forms[each].format(name) for each in verbs for name in objects or ("orders",)]
    return "; ".join(dict.fromkeys(said))


def refuse(person: User, *, at: datetime = NOON) -> None:
    """Record that a person was refused something."""
    refusal = NotAllowed("No.", actor=person.ref, subject="scenario:1", at=at)
    log.refused(refusal, Attempt(actor=person.ref, subject="scenario:1", at=at), verb="submit")


def sequence(at: datetime = LATER) -> None:
    """Put everything that is pending into the record."""
    while sequencer.run_once(at=at):
        pass
    judging.run(at=at)


def over(*statements: str, justification: str = STUCK) -> Review:
    """Return the review of an access in which these were done, judged."""
    scenario = Scenario.objects.first()
    scenario = scenario or make_scenario(expected_verbs=["select"], max_concurrent=9)
    grant = make_use(scenario, justification=justification)
    for statement in statements:
        act(grant, statement=statement)
    verbs.relinquish(grant, by=grant.holder, at=ENDED)
    sequence()
    return Review.objects.get(grant=grant)

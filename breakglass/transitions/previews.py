"""What a change of a scenario would mean: it is made, looked at, and undone again."""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from auditlog.context import disable_auditlog
from django.db import transaction

from accounts.models import User
from breakglass import drafts, lint, policy, wording
from breakglass.models import Grant, Permit, ProposedChange, Request, Scenario
from breakglass.pictures import look, nothing, thing_of
from breakglass.simulator import Story
from breakglass.transitions.scenarios import let_steps_decide, make_version
from core.speech import Sentence

# Tells a story about the scenario as it would be; None where nobody was chosen.
Teller = Callable[[Scenario], Story | None]


@dataclasses.dataclass(frozen=True)
class Moved:
    """The people who may do something, before and after; `permit` says what."""

    permit: Permit
    before: int
    after: int
    come: list[str]
    go: list[str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Preview:
    """What saving would change and weaken, whom it touches, what the lint says, and a story.

    `mark` names exactly this change of exactly that version: a form that sends it back has been
    shown it. `requests` and `grants` that are open keep the version they have.
    """

    changes: list[wording.Change]
    moved: list[Moved]
    remarks: list[lint.Remark]
    story: Story | None
    weakenings: list[Sentence]
    requests: int
    grants: int
    mark: str


@dataclasses.dataclass(frozen=True)
class Look:
    """A scenario at one moment: its rules, its permits, and who may do what."""

    body: dict[str, Any]
    permits: dict[Permit, list[str]]
    people: dict[Permit, set[User]]

    @classmethod
    def at(cls, scenario: Scenario, at: datetime) -> "Look":
        """Look at what is saved."""
        rules, cast = drafts.rules_of(scenario), lint.Cast(scenario, at)
        people = {permit: set(cast.active(permit)) for permit in Permit}
        people[Permit.APPROVE] = set(cast.deciders(rules))
        return cls(drafts.body_of(scenario), wording.permits(scenario), people)


NOTHING = Look({}, {permit: [] for permit in Permit}, {permit: set() for permit in Permit})


def preview(
    scenario: Scenario | None, *, save: Callable[[], Scenario], tell: Teller, at: datetime
) -> Preview:
    """Call `save` in a transaction that is undone, and say what would be different.

    `scenario` is the row as it stands, None for a new one. Nothing is recorded.
    """
    before = Look.at(scenario, at) if scenario else NOTHING
    newest = scenario.current if scenario else None
    kind = ProposedChange.Kind.SCENARIO
    was = look(*thing_of(scenario), at=at) if scenario else nothing(kind, at=at)
    published = newest.body if newest else {}
    with transaction.atomic(), disable_auditlog():
        changed = save()
        let_steps_decide(changed)
        after = Look.at(changed, at)
        make_version(changed, by=None, reason="-", at=at)
        found = Preview(
            changes=[
                *wording.changes(published, after.body),
                *wording.differing(before.permits, after.permits),
            ],
            moved=moved(before, after),
            remarks=lint.lint(changed, at),
            story=tell(changed),
            weakenings=policy.weakenings(was, look(*thing_of(changed), at=at), at=at),
            requests=_open_requests(changed),
            grants=Grant.objects.live(at).filter(scenario=changed).count(),
            mark=_mark(newest.number if newest else 0, after),
        )
        transaction.set_rollback(True)
    return found


def moved(before: Look, after: Look) -> list[Moved]:
    """Return for each permit who gains and who loses it."""
    return [
        Moved(
            permit,
            len(old := before.people[permit]),
            len(new := after.people[permit]),
            come=sorted(map(str, new - old)),
            go=sorted(map(str, old - new)),
        )
        for permit in Permit
        if before.people[permit] != after.people[permit]
    ]


def _open_requests(scenario: Scenario) -> int:
    return Request.objects.open().cases().filter(scenario=scenario).count()


def _mark(number: int, after: Look) -> str:
    """Return a digest that changes with the version in force and with what would be saved."""
    said = json.dumps([number, after.body, after.permits], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def without(person: User, *, at: datetime) -> list[tuple[Scenario, lint.Remark]]:
    """Return what would be wrong with scenarios if `person` were switched off, and is not yet.

    That they themselves are switched off goes without saying.
    """
    wrong = {(scenario, remark) for scenario, remarks in lint.everything(at) for remark in remarks}
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(is_active=False)
        then = [(scenario, remark) for scenario, found in lint.everything(at) for remark in found]
        transaction.set_rollback(True)
    return [each for each in then if each not in wrong and each[1].person != person]

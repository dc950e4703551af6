"""Takes in what other systems saw being done, and finds the access under which it was done.

An event is taken in once, however often it is sent: its id goes into a table with a unique index
in the transaction that makes its entry. A line that cannot be read is refused with a sentence and
counted, and holds up no other.
"""

import dataclasses
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from accounts.models import User
from audit import log
from judgement.facts import Kind
from judgement.reading import facts_of
from targets import incoming, silence, statements
from targets.events import ActionPerformed
from targets.incoming import Incoming, Unreadable
from targets.models import Door, Received, Source, Target

MOST = 1000  # lines at once
KEPT = timedelta(days=60)  # how long a repeated event is known again
_TOGETHER = 50  # entries in one transaction, which holds up whoever ends that access meanwhile
_WORDS, _OBJECTS = 5, 50  # of what an action does, and to what, as its entry names them
SKEW = timedelta(seconds=5)  # by which clocks of targets may differ from ours
_NEW = """INSERT INTO targets_received (source_id, digest, at)
    SELECT %s, unnest(%s::bytea[]), %s ON CONFLICT DO NOTHING RETURNING digest"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Refusal:
    """A line that was not taken in; the first one is line 1."""

    line: int
    why: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of the lines that were sent."""

    accepted: int
    repeated: int
    refused: list[Refusal]


def take_in(source: Source, lines: Sequence[bytes], *, at: datetime) -> Taken:
    """Make entries of the actions in `lines`, once each. Blank lines are passed over."""
    told = Kind(source.language), source.target.slug if source.target else ""
    read: list[Incoming] = []
    refused: list[Refusal] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            read.append(incoming.read(line, language=told[0], target=told[1], at=at))
        except Unreadable as error:
            refused.append(Refusal(line=number, why=str(error)))
    groups = (read[start : start + _TOGETHER] for start in range(0, len(read), _TOGETHER))
    made = sum(_record(source, group, at=at) for group in groups)
    _note(source, read, refused, made, at=at)
    return Taken(accepted=made, repeated=len(read) - made, refused=refused)


def forget_received(*, at: datetime) -> int:
    """Forget events that nobody will send again; return how many."""
    return Received.objects.filter(at__lt=at - KEPT).delete()[0]


def _record(source: Source, actions: Sequence[Incoming], *, at: datetime) -> int:
    """Make an entry of each action that is new, all or none of them; return how many."""
    by_digest = {hashlib.sha256(each.id.encode()).digest(): each for each in reversed(actions)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NEW, [source.pk, [*by_digest], at])
        new = {bytes(digest) for (digest,) in cursor.fetchall()}
        fresh = [each for digest, each in reversed(by_digest.items()) if digest in new]
        for action, found in zip(fresh, _matched(fresh), strict=True):
            log.record(
                _event(source, action, found.target),
                actor=found.actor or source.ref,
                subject=found.subject or source.ref,
                case=found.case,
                at=at,
                occurred_at=action.occurred_at,
            )
    return len(fresh)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Match:
    target: str
    actor: str = ""
    subject: str = ""
    case: str = ""


def _matched(actions: Sequence[Incoming]) -> list[_Match]:
    """Return under which access each action was done, asked with the same few queries for all."""
    targets = {each.slug: each for each in _targets({action.target for action in actions})}
    people = _people({action.identity for action in actions})
    doors = _doors(actions, targets.values(), people.values())
    return [
        _match(action, targets.get(action.target), people.get(action.identity.lower()), doors)
        for action in actions
    ]


def _match(
    action: Incoming, target: Target | None, person: User | None, doors: Iterable[Door]
) -> _Match:
    """Find the access: by the name that a door was given, else by the person and the time."""
    if target is None:
        return _Match(target=action.target, actor=person.ref if person else "")
    here = [door for door in doors if door.target_id == target.pk]
    for door in here:
        if door.handle == action.identity:
            return _behind(door, target)
    for door in here:
        if person and door.holder == person.ref and _stood(door, action.occurred_at):
            return _behind(door, target)
    return _Match(target=target.name, actor=person.ref if person else "", subject=target.ref)


def _behind(door: Door, target: Target) -> _Match:
    return _Match(target=target.name, actor=door.holder, subject=door.grant_ref, case=door.case)


def _stood(door: Door, moment: datetime) -> bool:
    opened = door.opened_at is not None and door.opened_at - SKEW <= moment
    return opened and (door.closed_at is None or moment <= door.closed_at + SKEW)


def _targets(slugs: set[str]) -> Iterable[Target]:
    return Target.objects.filter(slug__in=slugs)


def _people(identities: set[str]) -> dict[str, User]:
    """Return the people who are called by their mail address, which is in lower case."""
    addresses = [each.lower() for each in identities if "@" in each]
    return {person.email: person for person in User.objects.filter(email__in=addresses)}


def _doors(
    actions: Sequence[Incoming], targets: Iterable[Target], people: Iterable[User]
) -> list[Door]:
    """Return the doors that may explain the actions, the last opened first."""
    times = [action.occurred_at for action in actions]
    if not times:
        return []
    named = Q(handle__in={action.identity for action in actions})
    held = Q(holder__in=[person.ref for person in people], opened_at__lte=max(times) + SKEW)
    standing = Q(closed_at=None) | Q(closed_at__gte=min(times) - SKEW)
    rows = Door.objects.filter(target__in=list(targets)).filter(named | (held & standing))
    return list(rows.order_by(F("opened_at").desc(nulls_last=True)))


def _event(source: Source, action: Incoming, target: str) -> ActionPerformed:
    verb, objects = _described(action)
    return ActionPerformed(
        target=target,
        statement=statements.redacted(action.statement),
        parameters="",
        verb=action.verb or verb,
        objects=objects,
        result=action.result,
        message="",
        database="",
        session=action.session,
        application="",
        client_address=action.client_address,
        microseconds=None,
        truncated=action.truncated,
        language=action.language.value,
        source=source.name,
        identity=action.identity,
    )


def _described(action: Incoming) -> tuple[str, list[str]]:
    """Return in a word what it does, and to what, as far as it can be read."""
    if action.language is Kind.SQL:
        return statements.describe(action.statement)
    facts = facts_of(action.language, action.statement)
    words = facts.commands or sorted(facts.verbs)
    return ", ".join(words[:_WORDS]) or statements.UNKNOWN, list(facts.objects[:_OBJECTS])


def _note(
    source: Source, read: Sequence[Incoming], refused: Sequence[Refusal], made: int, *, at: datetime
) -> None:
    """Write down that the source was heard of, and how much of what it sent cannot be read."""
    silence.heard(source, at=at)
    rows = Source.objects.filter(pk=source.pk)
    newest = max((action.occurred_at for action in read), default=None)
    changed: dict[str, object] = {"accepted": F("accepted") + made}
    if newest is not None:
        changed["last_event_at"] = Greatest(F("last_event_at"), newest)
    if refused:
        changed |= {"refused": F("refused") + len(refused), "last_refusal": refused[-1].why}
    rows.update(**changed)

"""What happens to doors, verb by verb. Nothing else changes their state.

Each is one transaction with its entry in the record; what has to be done at the target is done
by `engine`, before or after, never inside.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import User
from audit import log
from core import doorbell
from core.errors import BadInput, WrongState
from core.speech import phrase
from targets import events, vault
from targets.models import Door, Source, Target, handle_of

ALARM_AFTER = timedelta(seconds=60)
_LONGEST_PAUSE = 30.0
_SETTLE = "targets.tasks.settle"
_CLOSE = "targets.tasks.close_due"


@log.transition
def intend(  # noqa: PLR0913 - all of it is what a door is
    target: Target,
    *,
    grant: UUID,
    holder: str,
    case: str,
    starts_at: datetime,
    until: datetime,
    read_only: bool,
    actor: str,
    at: datetime,
) -> Door:
    """Write down that a door is to be open from `starts_at` to `until`, and ring for it.

    Raises BadInput when the target is switched off or has no role for looking only.
    """
    if not target.enabled:
        raise BadInput(
            phrase(
                "%(target)s is switched off; an administrator can enable it.", target=target.name
            )
        )
    if not target.role_for(read_only=read_only):
        raise BadInput(
            phrase(
                "%(target)s has no role for looking only; ask for the full access.",
                target=target.name,
            )
        )
    door_id = uuid4()
    door = Door.objects.create(
        id=door_id,
        grant=grant,
        holder=holder,
        case=case,
        target=target,
        read_only=read_only,
        handle=handle_of(door_id),
        created_at=at,
        starts_at=starts_at,
        until=until,
        next_attempt_at=max(at, starts_at),
    )
    event = events.DoorOpening(
        target=target.name, starts_at=_text(starts_at), until=_text(until), read_only=read_only
    )
    log.record(event, actor=actor, subject=door.ref, case=case, at=at)
    doorbell.ring(_SETTLE)
    return door


@log.transition
def prolong(door: Door, *, until: datetime, actor: str, at: datetime) -> Door:
    """Move the end of a door that is not over; the target is told at once afterwards.

    Raises WrongState when it is closing or closed.
    """
    door = _lock(door, Door.State.OPENING, Door.State.OPEN_FAILED, Door.State.OPEN)
    if until <= at:
        raise BadInput(
            phrase("The new end lies in the past; end the access instead."), field="until"
        )
    door.until, door.next_attempt_at = until, at
    door.save(update_fields=["until", "next_attempt_at"])
    event = events.DoorProlonged(target=door.target.name, until=_text(until))
    log.record(event, actor=actor, subject=door.ref, case=door.case, at=at)
    doorbell.ring(_SETTLE)
    return door


@log.transition
def shut(door: Door, *, why: str, actor: str, at: datetime) -> Door:
    """Write down that a door is to be closed, and ring for it; `why` never names a person.

    A door that is closing or closed already stays as it is.
    """
    door = _lock(door)
    if door.state in (*Door.TO_CLOSE, Door.State.CLOSED):
        return door
    door.state, door.closing_at = Door.State.CLOSING, at
    door.attempts, door.next_attempt_at, door.last_error = 0, at, ""
    door.save(update_fields=["state", "closing_at", "attempts", "next_attempt_at", "last_error"])
    event = events.DoorClosing(target=door.target.name, why=why)
    log.record(event, actor=actor, subject=door.ref, case=door.case, at=at)
    doorbell.ring(_CLOSE)
    return door


@log.transition
def opened(door: Door, *, until: datetime, milliseconds: int, at: datetime) -> Door:
    """Write down that the target lets the holder in until `until`.

    Raises WrongState when the door was shut meanwhile: the caller must close it at once.
    """
    door = _lock(door, *Door.TO_OPEN)
    door.state, door.opened_at, door.until_on_target = Door.State.OPEN, at, until
    door.attempts, door.last_error, door.next_attempt_at = 0, "", at
    door.save(
        update_fields=[
            "state", "opened_at", "until_on_target", "attempts", "last_error", "next_attempt_at",
        ]
    )  # fmt: skip
    event = events.DoorOpened(
        target=door.target.name, until=_text(until), milliseconds=milliseconds
    )
    log.record(event, actor=log.SYSTEM, subject=door.ref, case=door.case, at=at)
    return door


@log.transition
def open_failed(door: Door, *, error: str, at: datetime) -> Door:
    """Write down why a door does not open, once, and when it is tried again."""
    door = _lock(door)
    if door.state not in Door.TO_OPEN:
        return door
    first = door.state == Door.State.OPENING
    door.state = Door.State.OPEN_FAILED
    _wait(door, error, at)
    if first:
        event = events.DoorOpenFailed(target=door.target.name, error=error)
        log.record(event, actor=log.SYSTEM, subject=door.ref, case=door.case, at=at)
    return door


@transaction.atomic
def prolonged(door: Door, *, until: datetime) -> Door:
    """Write down that the target knows of the end `until`."""
    door = _lock(door)
    door.until_on_target = until
    door.save(update_fields=["until_on_target"])
    return door


@transaction.atomic
def postponed(door: Door, *, error: str, at: datetime) -> Door:
    """Write down why an open door could not be told its new end, and when it is tried again."""
    door = _lock(door)
    if door.state == Door.State.OPEN:
        _wait(door, error, at)
    return door


@log.transition
def repaired(door: Door, *, what: list[str], until: datetime, at: datetime) -> Door:
    """Write down that the target is again as the door says."""
    door = _lock(door, Door.State.OPEN)
    door.until_on_target = until
    door.save(update_fields=["until_on_target"])
    event = events.DoorRepaired(target=door.target.name, what=what)
    log.record(event, actor=log.SYSTEM, subject=door.ref, case=door.case, at=at)
    return door


@log.transition
def close_failed(door: Door, *, error: str, at: datetime) -> Door:
    """Write down why a door does not close and when it is tried again; after a minute, alarm."""
    door = _lock(door)
    if door.state not in Door.TO_CLOSE or door.closing_at is None:
        return door
    if door.state == Door.State.CLOSING and at - door.closing_at >= ALARM_AFTER:
        door.state = Door.State.CLOSE_FAILED
        event = events.DoorCloseFailed(target=door.target.name, error=error)
        log.record(event, actor=log.SYSTEM, subject=door.ref, case=door.case, at=at)
    _wait(door, error, at)
    return door


@log.transition
def closed(door: Door, *, left_behind: list[str], at: datetime) -> Door:
    """Write down that a probe saw the target refuse the holder at `at`."""
    door = _lock(door, *Door.TO_CLOSE)
    door.state, door.closed_at, door.verified_at, door.last_error = Door.State.CLOSED, at, at, ""
    door.save(update_fields=["state", "closed_at", "verified_at", "last_error"])
    event = events.DoorClosed(
        target=door.target.name, verified_at=_text(at), left_behind=left_behind
    )
    log.record(event, actor=log.SYSTEM, subject=door.ref, case=door.case, at=at)
    return door


@log.transition
def orphan_removed(target: Target, *, handle: str, at: datetime) -> None:
    """Write down that a principal which no door explains was taken off a target."""
    target = Target.objects.select_for_update().get(pk=target.pk)
    event = events.DoorOrphanRemoved(target=target.name, handle=handle)
    log.record(event, actor=log.SYSTEM, subject=target.ref, at=at)


@log.transition
def credentials_issued(door: Door, *, renewed: bool, actor: str, at: datetime) -> Door:
    """Write down that a password was made; only then is it shown.

    Raises WrongState when the door was shut meanwhile.
    """
    door = _lock(door, Door.State.OPEN)
    door.credentials_issued_at = at
    door.save(update_fields=["credentials_issued_at"])
    event = events.CredentialsIssued(target=door.target.name, renewed=renewed)
    log.record(event, actor=actor, subject=door.ref, case=door.case, at=at)
    return door


@transaction.atomic
def rewrap_secret(target: Target) -> Target:
    """Seal a target's secret with the newest key; the secret stays the same."""
    target = Target.objects.select_for_update().get(pk=target.pk)
    target.admin_secret = vault.rewrap(target.admin_secret, place=target.secret_place)
    target.save(update_fields=["admin_secret"])
    return target


def tried(target: Target, *, error: str, at: datetime) -> None:
    """Write down when a target was last tried, and whether it answered."""
    answered = {"last_ok_at": at} if not error else {}
    Target.objects.filter(pk=target.pk).update(last_tried_at=at, last_error=error, **answered)


def _lock(door: Door, *expected: Door.State) -> Door:
    """Return the door as it is now, locked. Raises WrongState when it is in no expected state."""
    door = Door.objects.select_for_update(of=("self",)).select_related("target").get(pk=door.pk)
    if expected and door.state not in expected:
        raise WrongState(
            phrase(
                "The door of %(target)s is “%(state)s” now.",
                target=door.target.name,
                state=Door.State(door.state).label,
            )
        )
    return door


def _wait(door: Door, error: str, at: datetime) -> None:
    """Put the next attempt off: 1 s after the first failure, then twice as long each time."""
    pause = min(2.0 ** min(door.attempts, 10), _LONGEST_PAUSE)
    door.attempts += 1
    door.next_attempt_at = at + timedelta(seconds=pause)
    door.last_error = error
    door.save(update_fields=["state", "attempts", "next_attempt_at", "last_error"])


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


@log.transition
def give_token(source: Source, *, by: User, at: datetime) -> str:
    """Give a source a token and return it, never to be seen again; the one before it ends."""
    source = Source.objects.select_for_update(of=["self"]).get(pk=source.pk)
    secret = Source.PREFIX + secrets.token_urlsafe(32)
    source.digest = Source.digest_of(secret)
    Source.objects.filter(pk=source.pk).update(digest=source.digest)
    log.record(events.SourceTokenGiven(name=source.name), actor=by.ref, subject=source.ref, at=at)
    return secret

"""Who calls: whether it is Slack, now, and for the first time; and what is written down if not.

Anybody can post to our address, as often as they like. So what is refused is on the record once a
minute for each kind, with the number of those that came in between.
"""

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from slack_sdk.signature import Clock, SignatureVerifier

from accounts.receivers import NOBODY
from alerts.models import Channel, SlackCall, SlackRefusal
from alerts.slack import events
from audit import log
from core.errors import DomainError
from core.speech import phrase

logger = logging.getLogger(__name__)

OLDEST = timedelta(minutes=5)  # as Slack's documentation asks for
_SELDOM = timedelta(minutes=1)
_STAMP, _SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"


class NotTaken(DomainError):
    """A call that is not from Slack, comes late, or was taken before."""


class _At(Clock):
    """The clock of one call."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> float:
        return self._at.timestamp()


def listening() -> list[Channel]:
    """Return the channels of Slack that are in use."""
    return list(Channel.objects.in_use().filter(kind=Channel.Kind.SLACK))


def signed_by(
    channels: list[Channel], body: bytes, headers: Mapping[str, str], *, at: datetime
) -> list[Channel]:
    """Return the channels whose app has signed a call, and take it: no other is like it.

    Raises NotTaken, which is on the record, for what is unsigned, altered, late, or played again.
    If we crash after this, the call is lost and the button can be pressed again.
    """
    stamp, signature = headers.get(_STAMP, ""), headers.get(_SIGNATURE, "")
    if not _is_near(stamp, at):
        raise refused("late", phrase("It bears no time, or one that is long ago."), at=at)
    found = [each for each in channels if _signs(each, body, stamp, signature, at=at)]
    if not found:
        raise refused("unsigned", phrase("No app of ours has signed it."), at=at)
    take(signature, at=at)
    return found


def take(mark: str, *, at: datetime) -> None:
    """Take a call by what no other call has. Raises NotTaken where it was taken before."""
    digest = hashlib.sha256(mark.encode()).hexdigest()
    _row, first = SlackCall.objects.get_or_create(digest=digest, defaults={"heard_at": at})
    if not first:
        raise refused("repeated", phrase("It was played again."), at=at)


def refused(about: str, why: str, *, member: str = "", at: datetime) -> NotTaken:
    """Return the refusal of a call, once it is on the record or counted."""
    note(f"{about}:{member}", why, member=member, at=at)
    return NotTaken(why)


@transaction.atomic
def note(about: str, why: str, *, member: str, at: datetime) -> None:
    """Record a refusal, or count it where one like it was recorded within the minute."""
    rows = SlackRefusal.objects.select_for_update()
    row, first = rows.get_or_create(about=about, defaults={"recorded_at": at})
    if not first and at - row.recorded_at < _SELDOM:
        row.more += 1
        row.save(update_fields=["more"])
        return
    _record(why, member=member, more=row.more, at=at)
    row.recorded_at, row.more = at, 0
    row.save(update_fields=["recorded_at", "more"])


def forget(*, at: datetime) -> None:
    """Remove what is too old to matter, and record how many calls were counted last."""
    SlackCall.objects.past(at).delete()
    with transaction.atomic():
        old = SlackRefusal.objects.select_for_update().filter(recorded_at__lt=at - SlackCall.KEPT)
        for row in old:
            if row.more:
                why = phrase("Others like one before were refused as well.")
                _record(why, member="", more=row.more, at=at)
            row.delete()


def _record(why: str, *, member: str, more: int, at: datetime) -> None:
    event = events.SlackRefused(why=why, member=member, more=more)
    log.record(event, actor=NOBODY, subject=NOBODY, at=at)


def _is_near(stamp: str, at: datetime) -> bool:
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 20):
        return False
    return abs(at.timestamp() - int(stamp)) <= OLDEST.total_seconds()


def _signs(channel: Channel, body: bytes, stamp: str, signature: str, *, at: datetime) -> bool:
    try:
        secret = channel.unsealed().get("signing_secret", "")
        verifier = SignatureVerifier(secret, _At(at)) if secret else None
        return bool(verifier and verifier.is_valid(body, stamp, signature))
    except DomainError:
        logger.exception("The secret of %s cannot be read.", channel)
    except (ValueError, TypeError):  # a body that is no text, a signature that is not ASCII
        return False
    return False

"""Many attempts outside working hours: somebody tries again and again while people sleep."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import User
from audit.models import Entry
from breakglass.models import Request
from core.refs import key_of
from judgement.unusual import attempts
from judgement.unusual.attempts import Attempt
from judgement.unusual.memory import Habits
from reviews import transitions
from reviews.models import Finding
from reviews.transitions import Observation

_REFUSED = ("access.refused", "sign_in.failed")
# Breaking the glass asks as well, so that its own event would count twice.
KINDS = frozenset({"request.submitted", *_REFUSED})
WITHIN = timedelta(minutes=attempts.WITHIN)
_MOST = 200


def look(entry: Entry, *, at: datetime) -> None:
    """Raise an alarm with the attempt that completes a series, once per person and hour."""
    reference = entry.subject if entry.kind == "sign_in.failed" else entry.actor
    key = key_of(reference, "user")
    person = User.objects.filter(pk=key).first() if key else None
    if person is None or _told_lately(person, entry.occurred_at):
        return
    alarm = attempts.series(_outside(_tries(person, entry), person))
    if alarm is None or alarm.at != entry.occurred_at:  # it was told with an earlier one
        return
    seen = Observation(
        kind=Finding.Kind.UNUSUAL,
        severity=Finding.Severity.MEDIUM,
        text=alarm.text,
        subject=person.ref,
        entry_seq=entry.seq,
    )
    transitions.raise_alarm(seen, person=person.ref, stops=False, at=at)


def _tries(person: User, latest: Entry) -> list[Entry]:
    """Return what somebody tried within the hour up to an entry, the latest `_MOST`."""
    own = Q(actor=person.ref, kind__in=KINDS) | Q(subject=person.ref, kind="sign_in.failed")
    since = latest.occurred_at - WITHIN
    rows = Entry.objects.filter(own, seq__lte=latest.seq, occurred_at__gt=since)
    return list(rows.order_by("-seq")[:_MOST])[::-1]


def _outside(entries: Iterable[Entry], person: User) -> list[Attempt]:
    """Return the attempts outside working hours: the scenario's, or an office's in their zone."""
    entries = list(entries)
    keys = {key for each in entries if (key := key_of(each.case, "request"))}
    asked = Request.objects.select_related("version").filter(pk__in=keys)
    cases = {each.case_ref: each for each in asked}
    return [
        Attempt(
            at=each.occurred_at.astimezone(ZoneInfo(person.time_zone)),
            person=str(person),
            refused=each.kind in _REFUSED,
        )
        for each in entries
        if not _works(cases.get(each.case), each.occurred_at, person)
    ]


def _works(case: Request | None, moment: datetime, person: User) -> bool:
    if case is not None:
        return case.rules.in_working_hours(moment)
    return attempts.works(Habits(), moment.astimezone(ZoneInfo(person.time_zone)))


def _told_lately(person: User, moment: datetime) -> bool:
    rows = Finding.objects.filter(
        kind=Finding.Kind.UNUSUAL, subject=person.ref, opened_at__gt=moment - WITHIN
    )
    return rows.exists()

"""What happened in a case, newest first, and what is still to come."""

import dataclasses
from datetime import datetime

from audit import reading
from audit.models import Entry
from breakglass import policy
from breakglass.models import Grant, Request

_MOST = 200
_LOOKS: dict[str, tuple[str, str]] = {
    "request.submitted": ("wait", "case"),
    "request.withdrawn": ("", "x"),
    "request.lapsed": ("", "clock"),
    "request.escalated": ("wait", "bell"),
    "request.approved": ("ok", "check"),
    "decision.approved": ("ok", "check"),
    "decision.ratified": ("ok", "check"),
    "decision.denied": ("danger", "x"),
    "decision.countered": ("wait", "less"),
    "question.asked": ("wait", "ask"),
    "question.answered": ("ok", "ask"),
    "counter.accepted": ("ok", "check"),
    "counter.declined": ("", "x"),
    "grant.scheduled": ("wait", "clock"),
    "grant.activated": ("live", "key"),
    "grant.extended": ("live", "clock"),
    "grant.relinquished": ("ok", "check"),
    "grant.expired": ("", "clock"),
    "grant.revoked": ("danger", "x"),
    "breakglass.activated": ("break", "glass"),
    "ratification.confirmed": ("ok", "check"),
    "ratification.refused": ("danger", "x"),
    "ratification.overdue": ("danger", "warn"),
    "door.opened": ("live", "door"),
    "door.closed": ("ok", "door"),
    "door.open_failed": ("danger", "warn"),
    "door.close_failed": ("danger", "warn"),
    "credentials.issued": ("live", "key"),
    "action.performed": ("live", "term"),
    "access.refused": ("danger", "x"),
    "finding.opened": ("flag", "flag"),
    "review.owed": ("wait", "review"),
    "review.closed": ("ok", "review"),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """One line: when, who, what; `next` is the tone of what has not happened yet."""

    at: datetime
    text: str
    who: str = ""
    tone: str = ""
    icon: str = "info"
    sub: str = ""
    code: str = ""
    seq: int | None = None


def happened(case_ref: str, *, only: str = "") -> list[Line]:
    """Return the newest lines of a case's record; `only` is the first word of their kinds."""
    entries = Entry.objects.of_case(case_ref)
    if only:
        entries = entries.filter(kind__startswith=f"{only}.")
    newest = list(entries.order_by("-seq")[:_MOST])
    return [_line(told) for told in reading.told(newest)]


def _line(told: reading.Told) -> Line:
    tone, icon = _LOOKS.get(told.kind, ("", "info"))
    details = told.details
    quoted = details.get("justification") if told.kind == "request.submitted" else ""
    return Line(
        at=told.occurred_at,
        who=told.actor.text,
        text=told.sentence,
        tone=tone,
        icon=icon,
        sub=f"“{quoted}”" if quoted else "",
        code=str(details.get("statement") or ""),
        seq=told.seq,
    )


def to_come(asked: Request, grant: Grant | None, *, at: datetime) -> list[Line]:
    """Return what will happen if nobody does anything, the furthest first."""
    lines: list[Line] = []
    if grant and grant.status in Grant.STANDING and grant.ends_at > at:
        names = ", ".join(sorted(target.name for target in grant.targets.all()))
        lines.append(
            _next(
                grant.ends_at,
                f"The access ends, the door closes, a probe checks that {names} refuses.",
                f"Then a review is due within {asked.rules.review_within_hours} hours.",
            )
        )
        if grant.starts_at > at:
            lines.append(_next(grant.starts_at, f"The access starts: the door to {names} opens."))
    if asked.ratification == Request.Ratification.PENDING and asked.ratify_by:
        closes = grant is not None and grant.ends_at > asked.ratify_by
        after = "closes the door" if closes else "opens a finding"
        lines.append(_next(asked.ratify_by, f"Last moment for ratification; silence {after}."))
    if asked.state in Request.OPEN and asked.lapse_at > at:
        lines.append(_next(asked.lapse_at, "The request lapses if nobody has ended it."))
        lines += [
            _next(each.asked_at, f"{each.step.group} is asked too, if nobody has answered.")
            for each in policy.standing(asked)
            if each.asked_at and each.asked_at > at
        ]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _next(at: datetime, text: str, sub: str = "") -> Line:
    return Line(at=at, text=text, sub=sub, tone="next")

"""What happened in a case, newest first, and what is still to come."""

import dataclasses
from datetime import datetime, timedelta

from django.db.models import Count, Q, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit import reading
from audit.models import Entry
from breakglass import policy
from breakglass.models import Grant, Request
from core import slots
from core.words import quoted, within_words

PAGE = 100
WHOLE = 5000  # entries of a case on paper
FLAGGED = "flagged"
# What one can look at alone: the name in the address, its words, and the first words of kinds.
SHOWS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "": (_lazy("Everything"), ("",)),
    "decision": (_lazy("Decisions"), ("request.", "decision.", "counter.", "ratification.")),
    "door": (_lazy("Doors"), ("grant.", "breakglass.", "door.", "credentials.")),
    "action": (_lazy("Actions"), ("action.",)),
    FLAGGED: (_lazy("Only what is flagged"), ("action.",)),
    "question": (_lazy("Questions"), ("question.",)),
    "alert": (_lazy("Alerts"), ("delivery.",)),
    "review": (_lazy("Review"), ("review.", "finding.", "obligation.", "case.")),
}
_LOOKS: dict[str, tuple[str, str]] = {
    "request.submitted": ("wait", "case"),
    "request.filed": ("", "user"),
    "request.withdrawn": ("", "x"),
    "debt.waived": ("danger", "warn"),
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
    "door.opening": ("", "door"),
    "door.closing": ("", "door"),
    "door.prolonged": ("", "clock"),
    "log.gap": ("danger", "warn"),
    "credentials.issued": ("live", "key"),
    "delivery.acknowledged": ("", "eye"),
    "delivery.dead": ("danger", "mail"),
    "delivery.retried": ("", "mail"),
    "action.performed": ("live", "term"),
    "access.refused": ("danger", "x"),
    "finding.opened": ("flag", "flag"),
    "review.owed": ("wait", "review"),
    "finding.resolved": ("", "flag"),
    "obligation.opened": ("wait", "flag"),
    "obligation.done": ("ok", "check"),
    "obligation.waived": ("", "check"),
    "review.assigned": ("", "review"),
    "review.unassignable": ("danger", "warn"),
    "review.overdue": ("danger", "clock"),
    "obligation.overdue": ("danger", "clock"),
    "finding.overdue": ("danger", "clock"),
    "review.started": ("", "review"),
    "review.concluded": ("", "review"),
    "review.confirmed": ("ok", "review"),
    "review.closed": ("ok", "review"),
    "review.reopened": ("flag", "review"),
    "case.sealed": ("ok", "lock"),
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
    mark: tuple[str, str] = ("", "")  # a state and its words, of what should be looked at


@dataclasses.dataclass(frozen=True, kw_only=True)
class Page:
    """Some lines of a case's record, newest first, and where the older ones begin."""

    lines: list[Line]
    older: int | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Chip:
    """One thing to look at alone, and how many lines it has."""

    key: str
    label: str | Promise
    count: int


def happened(
    case_ref: str, flags: slots.Flags | None = None,
    *, only: str = "", before: int | None = None, most: int = PAGE,
) -> Page:  # fmt: skip
    """Return the newest lines of a case's record, of those that happened before entry `before`.

    They stand as they happened: what a target's log told later has its place among the rest. What
    `flags` say is marked.
    """
    kinds = Q(*(Q(kind__startswith=kind) for kind in SHOWS[only][1]), _connector=Q.OR)
    entries = Entry.objects.filter(kinds, case=case_ref)
    if only == FLAGGED:
        entries = entries.filter(seq__in=flags.entries) if flags else entries.none()
    if before is not None:
        at = Entry.objects.filter(seq=before).values("occurred_at")[:1]
        earlier = Q(occurred_at__lt=Subquery(at))
        entries = entries.filter(earlier | Q(occurred_at=Subquery(at), seq__lt=before))
    newest = list(entries.order_by("-occurred_at", "-seq")[: most + 1])
    marks = flags.look([entry.seq for entry in newest[:most]]) if flags else {}
    lines = [_line(told, marks.get(told.seq)) for told in reading.told(newest[:most])]
    return Page(lines=lines, older=newest[most - 1].seq if len(newest) > most else None)


def chips(case_ref: str, *, show: str, flagged: int = 0) -> list[Chip]:
    """Return what a case has to look at; what it has nothing of is left out."""
    rows = Entry.objects.filter(case=case_ref).order_by().values_list("kind")
    counts = dict(rows.annotate(Count("seq")))
    found = [
        Chip(
            key=key,
            label=label,
            count=flagged
            if key == FLAGGED
            else sum(number for kind, number in counts.items() if kind.startswith(kinds)),
        )
        for key, (label, kinds) in SHOWS.items()
    ]
    return [chip for chip in found if chip.count or chip.key in ("", show)]


def _line(told: reading.Told, mark: tuple[str, str] | None) -> Line:
    tone, icon = _LOOKS.get(told.kind, ("", "info"))
    details = told.details
    reason = details.get("justification") if told.kind == "request.submitted" else ""
    gone = told.gone.text if told.gone and told.gone.text not in told.sentence else ""
    return Line(
        at=told.occurred_at,
        who=told.actor.text,
        text=told.sentence,
        tone="flag" if mark else tone,
        icon="flag" if mark else icon,
        sub=quoted(reason) if reason else gone,
        code=str(details.get("statement") or ""),
        seq=told.seq,
        mark=mark or ("", ""),
    )


def to_come(asked: Request, grant: Grant | None, *, at: datetime) -> list[Line]:
    """Return what will happen if nobody does anything, the furthest first."""
    lines: list[Line] = []
    if grant and grant.status in Grant.STANDING and grant.ends_at > at:
        lines += _of_grant(asked, grant, at)
    if asked.ratification == Request.Ratification.PENDING and asked.ratify_by:
        closes = grant is not None and grant.ends_at > asked.ratify_by
        text = (
            _("Last moment for ratification; silence closes the door and opens a finding.")
            if closes
            else _("Last moment for ratification; silence opens a finding.")
        )
        lines.append(_next(asked.ratify_by, text))
    if asked.state in Request.OPEN and asked.lapse_at > at:
        lines.append(_next(asked.lapse_at, _("The request lapses if nobody has ended it.")))
        asks = _("%(group)s is asked too, if nobody has answered.")
        lines += [
            _next(each.asked_at, asks % {"group": each.step.group})
            for each in policy.standing(asked)
            if each.asked_at and each.asked_at > at
        ]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _of_grant(asked: Request, grant: Grant, at: datetime) -> list[Line]:
    names = ", ".join(sorted(target.name for target in grant.targets.all()))
    ends = _("The access ends, the door closes, a probe checks that %(targets)s refuses.")
    within = within_words(timedelta(minutes=asked.rules.review_within))
    due = _("Then a review is due %(within)s.") % {"within": within}
    lines = [_next(grant.ends_at, ends % {"targets": names}, due)]
    if grant.starts_at > at:
        starts = _("The access starts: the door to %(targets)s opens.") % {"targets": names}
        lines.append(_next(grant.starts_at, starts))
    return lines


def _next(at: datetime, text: str, sub: str = "") -> Line:
    return Line(at=at, text=text, sub=sub, tone="next")

"""Requests and decisions, as the record tells them, beside their rows."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from audit.replay.things import UNTOLD, Deed, History, Replayable, Said, missing, provide
from breakglass import events
from breakglass.models import Decision, Request
from breakglass.replay.facts import Targets, compared, person, retold, said_by, told, told_times

State, Ratification = Request.State, Request.Ratification
_SUBMITTED = events.RequestSubmitted.kind
_STATES = {
    events.RequestApproved.kind: State.APPROVED,
    events.DecisionDenied.kind: State.DENIED,
    events.RequestWithdrawn.kind: State.WITHDRAWN,
    events.RequestLapsed.kind: State.LAPSED,
    events.DecisionCountered.kind: State.COUNTERED,
    events.CounterAccepted.kind: State.PENDING,
    events.CounterDeclined.kind: State.PENDING,
}
_RATIFIED = {
    events.RatificationConfirmed.kind: Ratification.RATIFIED,
    events.RatificationRefused.kind: Ratification.REFUSED,
    events.RatificationOverdue.kind: Ratification.OVERDUE,
}
_DECIDED = {
    events.DecisionApproved.kind: Decision.Kind.APPROVE,
    events.DecisionDenied.kind: Decision.Kind.DENY,
    events.DecisionCountered.kind: Decision.Kind.COUNTER,
    events.DecisionRatified.kind: Decision.Kind.RATIFY,
    events.RatificationRefused.kind: Decision.Kind.REFUSE,
}
_ANSWERED = {
    events.CounterAccepted.kind: Decision.Answer.ACCEPTED,
    events.CounterDeclined.kind: Decision.Answer.DECLINED,
}
_OWN = (
    "minutes", "urgency", "reference", "justification", "intent", "coach_score", "read_only",
)  # fmt: skip
_SAID_AT_FIRST = (*_OWN, "targets", "extension", "version")


@dataclasses.dataclass
class Decided:
    """One decision, as the record tells it."""

    kind: Decision.Kind
    by: UUID | None
    at: datetime
    said: dict[str, Said]
    targets: Said | None
    seq: int


@dataclasses.dataclass
class Told:
    """One request, as the record tells it."""

    said: dict[str, Said] = dataclasses.field(default_factory=dict)
    decisions: list[Decided] = dataclasses.field(default_factory=list)

    def take(self, deed: Deed) -> None:
        """Go on by one entry."""
        if deed.kind == _SUBMITTED:
            self._begin(deed)
        if deed.kind in _DECIDED:
            self._decide(deed)
        if deed.kind in _ANSWERED:
            self._answer(deed)
        self._tell(deed)
        self._settle(deed)

    def _tell(self, deed: Deed) -> None:
        if deed.kind == events.RequestFiled.kind and "requester" in deed.facts:
            self.said |= said_by(deed, requester=person(deed.facts["requester"]))
        if deed.kind == events.RequestEscalated.kind:
            retold(self.said, deed, "step")
        if deed.kind == events.RequestReferenced.kind:
            retold(self.said, deed, "reference")
        if deed.kind in (events.CounterAccepted.kind, events.RequestApproved.kind):
            retold(self.said, deed, "minutes", "read_only", "targets")

    def _settle(self, deed: Deed) -> None:
        if deed.kind in _STATES:
            state = _STATES[deed.kind]
            decided_at = None if state in Request.OPEN else deed.at
            self.said |= said_by(deed, state=state, decided_at=decided_at)
        if deed.kind in _RATIFIED:
            settled = _RATIFIED[deed.kind]
            self.said |= said_by(deed, ratification=settled, ratified_at=deed.at)

    def _begin(self, deed: Deed) -> None:
        by = person(deed.actor)
        self.said |= said_by(deed, filed_by=by, submitted_at=deed.at, case_ref=deed.case)
        self.said |= told(deed, *_SAID_AT_FIRST) | told_times(deed, "starts_at")
        if deed.facts.get("filed_by") == "":
            self.said |= said_by(deed, requester=by)
        if "urgency" in deed.facts:
            broke = deed.facts["urgency"] == Request.Urgency.BREAK_GLASS
            self.said |= said_by(
                deed,
                state=State.ACTIVATED if broke else State.PENDING,
                decided_at=deed.at if broke else None,
                ratification=Ratification.PENDING if broke else Ratification.NOT_REQUIRED,
                ratified_at=None,
            )

    def _decide(self, deed: Deed) -> None:
        said = told(deed, "step", "comment", "minutes", "read_only", "targets")
        targets = said.pop("targets", None)
        if "step" in deed.facts:  # older entries name nobody; in their rows is nobody, then
            other = person(deed.facts.get("instead_of", ""))
            said |= said_by(deed, instead_of_id=other)
        if deed.kind == events.DecisionCountered.kind:
            said |= said_by(deed, answer="")
        kind, by = _DECIDED[deed.kind], person(deed.actor)
        self.decisions.append(Decided(kind, by, deed.at, said, targets, deed.seq))

    def _answer(self, deed: Deed) -> None:
        offers = [each for each in self.decisions if each.kind == Decision.Kind.COUNTER]
        for offer in offers[-1:]:
            offer.said |= said_by(deed, answer=_ANSWERED[deed.kind], answered_at=deed.at)


def compare(histories: Mapping[str, History]) -> dict[str, list[str]]:
    """Return what differs between requests and their histories."""
    rows = {
        row.pk.hex: row
        for row in Request.objects.filter(pk__in=map(UUID, histories))
        .select_related("version", "extends")
        .prefetch_related("targets", "decisions__targets")
    }
    targets = Targets()
    return {key: _one(rows.get(key), deeds, targets) for key, deeds in histories.items()}


def _one(row: Request | None, deeds: History, targets: Targets) -> list[str]:
    if not deeds or deeds[0].kind != _SUBMITTED:
        return [UNTOLD] if row else []
    if row is None:
        return missing(deeds[0])
    told_ = Told()
    for deed in deeds:
        told_.take(deed)
    names = [target.name for target in row.targets.all()]
    wanted = told_.said.pop("targets", None)
    return [
        *compared(_fields(row), told_.said),
        *targets.compared(names, wanted),
        *_decisions(list(row.decisions.all()), told_.decisions, targets),
    ]


def _fields(row: Request) -> dict[str, object]:
    extends = row.extends
    case = f"request:{extends.request_id.hex}" if extends else row.ref
    own = {
        name: getattr(row, name)
        for name in (
            *_OWN, "starts_at", "submitted_at", "state", "decided_at",
            "ratification", "ratified_at",
        )
    }  # fmt: skip
    return own | {
        "filed_by": row.filed_by_id,
        "requester": row.requester_id,
        "extension": extends is not None,
        "step": row.escalated_to,
        "version": row.version.number,
        "case_ref": case,
    }


def _decisions(rows: Sequence[Decision], wanted: Sequence[Decided], targets: Targets) -> list[str]:
    """Compare decisions: each is found by what it was, whose, and when."""
    left: dict[tuple[str, UUID | None, datetime], Decision] = {
        (row.kind, row.by_id, row.decided_at): row for row in rows
    }
    texts: list[str] = []
    for each in wanted:
        row = left.pop((each.kind, each.by, each.at), None)
        if row is None:
            who = f"user:{each.by.hex}" if each.by else "nobody"
            texts.append(
                f"decision: “{each.kind}” of {who} by entry {each.seq} is not in the table so"
            )
            continue
        fields = {name: getattr(row, name) for name in each.said}
        texts += [f"decision: {text}" for text in compared(fields, each.said)]
        names = [target.name for target in row.targets.all()]
        texts += [f"decision: {text}" for text in targets.compared(names, each.targets)]
    return texts + [
        f"decision: “{row.kind}” of user:{row.by_id.hex} stands in the table, and in no entry so"
        for row in left.values()
    ]


def _after(key: str, limit: int, since: datetime | None) -> list[str]:
    rows = Request.objects.order_by("pk")
    rows = rows.filter(pk__gt=UUID(key)) if key else rows
    rows = rows.filter(submitted_at__gte=since) if since else rows
    return [pk.hex for pk in rows.values_list("pk", flat=True)[:limit]]


provide(Replayable(name="request", founding=[_SUBMITTED], compare=compare, after=_after))

"""Let the past happen: through the same verbs as the present, with past times."""

from datetime import UTC, datetime, time, timedelta

from django.db import transaction

from accounts import erasing
from accounts.erasing import Grounds
from accounts.models import User
from audit import log
from audit.legal import Basis
from breakglass import transitions
from breakglass.models import Grant, Request, Scenario
from breakglass.transitions import changes
from config.demo.past import Past
from reviews import transitions as reviews
from reviews.models import Finding, Review
from targets import statements
from targets import transitions as doors
from targets.events import ActionPerformed
from targets.models import Door

_WAIVER = "Customers wait; the review is promised for tomorrow."  # where something is overdue


class Replay:
    """Replays past cases for the people of the demo; `today` is the day it is loaded."""

    def __init__(self, people: dict[str, User], *, now: datetime) -> None:
        self._people = people
        self._now = now

    def run(self, past: Past) -> None:
        """Let one case happen from the first word to the review."""
        at = self._moment(past)
        request = self._ask(past, at)
        if past.end in ("lapsed", "withdrawn", "denied"):
            self._end_unanswered(request, past, at)
            return
        self._answer(request, past, at)
        grant = Grant.objects.get(request__case=request.case)
        opened = grant.activated_at or at
        self._pass_through(grant, past, opened)
        self._end(grant, request, past, opened)
        self._close_doors(grant, past)
        self._review(grant, past)

    def begin_today(self) -> None:
        """Leave a request, a change and an erasure open: somebody has something to decide."""
        self._propose()
        grounds = Grounds(basis=Basis.NO_LONGER_NEEDED, reference="DPO-2026-17")
        person, by = self._people["tomas"], self._people["admin2"]
        erasing.propose(person, grounds, by=by, at=self._now)
        self._ask(
            Past(
                days_ago=0,
                clock="",
                scenario="production-outage",
                who="lena",
                why="Invoices have not been sent since 06:00: I will look on shop-db for the orders"
                " that block the nightly run and correct nothing.",
                ref="INC-20290",
                minutes=30,
                waiver="Carl has my earlier case on his desk, and invoices are due at noon.",
            ),
            self._now,
        )

    def _propose(self) -> None:
        scenario = Scenario.objects.get(slug="production-outage")

        def do() -> None:
            scenario.max_minutes, scenario.review_within_hours = 240, 96
            scenario.save()

        changes.carry_out(
            do,
            to=scenario,
            by=self._people["admin2"],
            reason="Two of the last outages took longer than two hours to mend.",
            at=self._now,
        )

    def _moment(self, past: Past) -> datetime:
        day = self._now.date() - timedelta(days=past.days_ago)
        return datetime.combine(day, time.fromisoformat(past.clock), tzinfo=UTC)

    def _ask(self, past: Past, at: datetime) -> Request:
        scenario = Scenario.objects.get(slug=past.scenario)
        ask = transitions.Ask(
            targets=list(scenario.targets.all()),
            justification=past.why,
            minutes=past.minutes,
            reference=past.ref,
            intent=past.plan,
            waiver=past.waiver or _WAIVER,
        )
        verb = transitions.break_glass if past.broke_glass else transitions.submit
        return verb(scenario, by=self._people[past.who], ask=ask, at=at)

    def _end_unanswered(self, request: Request, past: Past, at: datetime) -> None:
        if past.end == "lapsed":
            transitions.lapse(request, at=request.lapse_at)
        elif past.end == "withdrawn":
            transitions.withdraw(request, by=request.requester, at=at + timedelta(minutes=3))
        else:
            who, minutes = past.answers[0]
            voice = transitions.Voice(by=self._people[who], comment=past.remark)
            transitions.deny(request, voice=voice, at=at + timedelta(minutes=minutes))

    def _answer(self, request: Request, past: Past, at: datetime) -> None:
        """Give every approval of a normal request; ratifications come later, see `_end`."""
        if past.broke_glass:
            return
        for who, minutes in past.answers:
            when = at + timedelta(minutes=minutes)
            voice = transitions.Voice(by=self._people[who], comment="")
            if past.less:
                offer = transitions.Offer(
                    minutes=past.less, targets=list(request.targets.all()), read_only=True
                )
                transitions.counter(request, voice=voice, offer=offer, at=when)
                transitions.accept_counter(
                    request, by=request.requester, at=when + timedelta(minutes=1)
                )
            else:
                transitions.approve(request, voice=voice, at=when)

    def _pass_through(self, grant: Grant, past: Past, opened: datetime) -> None:
        """Open the doors and do behind them what was done."""
        for door in grant.doors():
            inside = opened + timedelta(seconds=1)
            doors.opened(door, until=door.until, milliseconds=214, at=inside)
            doors.credentials_issued(
                door, renewed=False, actor=door.holder, at=opened + timedelta(seconds=9)
            )
            pace = min(50, 60 * (past.done_after - 2) / max(1, len(past.statements)))
            for number, statement in enumerate(past.statements, start=1):
                self._act(door, statement, at=opened + timedelta(minutes=1, seconds=pace * number))

    def _act(self, door: Door, statement: str, *, at: datetime) -> None:
        verb, objects = statements.describe(statement)
        event = ActionPerformed(
            target=door.target.name, statement=statement, parameters="", verb=verb,
            objects=objects, result="00000", message="", database=door.target.database,
            session="", application="psql", client_address="10.20.4.17", microseconds=1900,
            truncated=False,
        )  # fmt: skip
        with transaction.atomic():
            log.record(
                event, actor=door.holder, subject=f"grant:{door.grant.hex}", at=at, case=door.case
            )

    def _end(self, grant: Grant, request: Request, past: Past, opened: datetime) -> None:
        ratified = sorted(past.answers, key=lambda answer: answer[1]) if past.broke_glass else []
        if past.end == "refused":
            who, minutes = ratified[0]
            voice = transitions.Voice(by=self._people[who], comment="This is no emergency.")
            transitions.refuse(request, voice=voice, at=opened + timedelta(minutes=minutes))
            return
        ended = False
        for who, minutes in ratified:
            if not ended and minutes >= past.done_after:
                self._end_grant(grant, past, opened)
                ended = True
            voice = transitions.Voice(by=self._people[who], comment="")
            transitions.ratify(request, voice=voice, at=opened + timedelta(minutes=minutes))
        if not ended:
            self._end_grant(grant, past, opened)
        if past.end == "overdue" and request.ratify_by:
            transitions.overdue(request, at=request.ratify_by)

    def _end_grant(self, grant: Grant, past: Past, opened: datetime) -> None:
        after = opened + timedelta(minutes=past.done_after)
        if past.end == "expired":
            transitions.expire(grant, at=grant.ends_at)
        elif past.end == "revoked":
            responder = self._people["responder"]
            transitions.revoke(grant, by=responder, reason="That was not the plan.", at=after)
        elif after < grant.ends_at:
            transitions.relinquish(grant, by=grant.holder, at=after)
        else:
            transitions.expire(grant, at=grant.ends_at)

    def _close_doors(self, grant: Grant, past: Past) -> None:
        for door in grant.doors():
            if door.closing_at:
                doors.closed(
                    door, left_behind=[*past.left], at=door.closing_at + timedelta(seconds=1)
                )

    def _review(self, grant: Grant, past: Past) -> None:
        if not past.verdict:
            return
        review = Review.objects.get(grant=grant)
        reviewer = self._people["compliance"]
        begun = min(review.due_at, self._now) - timedelta(hours=5)
        review = reviews.start(review, by=reviewer, at=begun)
        if past.verdict == Review.Verdict.JUSTIFIED_WITH_FINDINGS:
            found = reviews.find(
                review, by=reviewer, kind=Finding.Kind.OTHER, severity=Finding.Severity.LOW,
                text=past.remark, at=begun + timedelta(minutes=10),
            )  # fmt: skip
            reviews.resolve_finding(
                found, by=reviewer, resolution=Finding.State.REMEDIATED, comment="Done since.",
                at=begun + timedelta(minutes=11),
            )  # fmt: skip
        review = reviews.close(
            review, by=reviewer, verdict=past.verdict, comment=past.remark,
            at=begun + timedelta(minutes=12),
        )  # fmt: skip
        if review.state != Review.State.CLOSED:  # a second pair of eyes is wanted
            reviews.confirm(review, by=self._people["hugo"], at=begun + timedelta(minutes=90))

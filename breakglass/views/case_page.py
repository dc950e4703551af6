"""What the case page shows, gathered for one reader at one moment."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Part, User
from accounts.requests import PageRequest
from audit import pruned
from breakglass import policy
from breakglass.events import FROZEN
from breakglass.forms import ReferenceForm
from breakglass.models import Decision, Freeze, Grant, Question, Request
from breakglass.outlook import people_words
from breakglass.question_forms import WordsForm
from breakglass.questions import talk
from breakglass.rules import Step
from breakglass.steps import Standing
from breakglass.views import timeline
from breakglass.views.pages import status_of
from core import slots
from core.errors import DomainError
from core.speech import phrase
from core.words import standing_in
from targets.credentials import Credentials
from targets.models import Door

_JUST_NOW = timedelta(hours=1)  # for so long after its end an access leads to a freeze


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asking:
    """One request of the case (the first, or one for more time) with its decisions and steps."""

    request: Request
    decisions: list[Decision]
    steps: list[Standing]
    offer: Decision | None
    why_not_decide: str | None

    @property
    def open(self) -> bool:
        """Whether somebody still has to answer."""
        pending = Request.Ratification.PENDING
        return self.request.state in Request.OPEN or self.request.ratification == pending


@dataclasses.dataclass(frozen=True, kw_only=True)
class Refused:
    """The form of the page that was sent and not taken, with what was typed."""

    ask: WordsForm | None = None
    answer: tuple[Question, WordsForm] | None = None
    naming: ReferenceForm | None = None


def render_case(
    request: PageRequest,
    asked: Request,
    *,
    show: str = "",
    before: int | None = None,
    refusal: DomainError | None = None,
    shown: Mapping[str, Credentials] | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    """Answer with the page of a case; after a refusal with its sentence and its status.

    What was typed and not taken is in `refused`.
    """
    asked, now = Request.objects.told().get(pk=asked.pk), timezone.now()
    typed = refused or Refused()
    context = gather(request, asked, at=now)
    context |= {
        "refusal": refusal.sentence if refusal else "",
        "shown": shown or {},
        "unseen": bool(shown) or any(not door.credentials_issued_at for door in context["doors"]),
        "naming": typed.naming or ReferenceForm(rules=asked.rules),
        "here": request.build_absolute_uri(asked.get_absolute_url()),
        "about": asked.ref,
        **_record(request, asked, at=now, show=show, before=before),
        "talk": talk(asked, reader=request.user, at=now, ask=typed.ask, bound=typed.answer),
    }
    status = status_of(refusal) if refusal else 422 if refused else 200
    return render(request, "breakglass/case.html", context, status=status)


def gather(request: PageRequest, asked: Request, *, at: datetime) -> dict[str, Any]:
    """Return what the page says of a case and of what the reader can do, without its record."""
    reader, grant = request.user, getattr(asked, "grant", None)
    askings = _askings(asked, grant, reader, at)
    panels = slots.case_panels.gather(request, asked)
    actions = slots.case_actions.gather(request, asked)
    doors: list[Door] = list(grant.doors()) if grant else []
    return {
        "asked": asked,
        "rules": asked.rules,
        "targets": [target.name for target in asked.targets.all()],
        "grant": grant,
        "live": bool(grant and grant.is_live(at)),
        "over": bool(grant and grant.status in Grant.STANDING and grant.ends_at <= at),
        "freeze": _freeze_that_ended(grant, reader=reader),
        "doors": doors,
        "askings": askings,
        "waiting": next((each for each in askings if each.open), None),
        "people_asked": _people_asked(askings, at),
        "then": _then(askings, at),
        "can": _can(asked, grant, askings, reader, at),
        "actions": actions,
        "as_what": actions[0].part if actions else _as_what(asked, reader, askings),
        "main_panels": [panel for panel in panels if panel.place == "main"],
        "side_panels": [panel for panel in panels if panel.place == "side"],
    }


def _freeze_that_ended(grant: Grant | None, *, reader: User) -> Freeze | None:
    """Return the freeze that ended an access, to those who may read why."""
    if grant is None or grant.ended_at is None or grant.end_reason != FROZEN:
        return None
    if reader == grant.holder:
        return None
    found = [each for each in Freeze.objects.filter(imposed_at=grant.ended_at) if each.stops(grant)]
    return next((each for each in found if not policy.why_not_read_reason(each, by=reader)), None)


def _record(
    request: PageRequest, asked: Request, *, at: datetime, show: str, before: int | None
) -> dict[str, Any]:
    """A page of what happened; what is still to come stands above the newest lines."""
    flags = next(iter(slots.case_flags.gather(request, asked)), None)
    newest = not show and before is None
    return {
        "ahead": timeline.to_come(asked, getattr(asked, "grant", None), at=at) if newest else [],
        "record": timeline.happened(asked.case_ref, flags, only=show, before=before),
        "pruned": pruned.why_case_gone(asked.case_ref),
        "chips": timeline.chips(asked.case_ref, show=show, flagged=flags.count if flags else 0),
        "show": show,
        "before": before,
    }


def _askings(asked: Request, grant: Grant | None, reader: User, at: datetime) -> list[Asking]:
    extensions = grant.extensions.told() if grant else Request.objects.none()
    found = [asked, *extensions.order_by("submitted_at")]
    return [_asking(each, reader, at) for each in found]


def _asking(each: Request, reader: User, at: datetime) -> Asking:
    decisions = list(
        each.decisions.select_related("by", "instead_of", "group").prefetch_related("targets")
    )
    open_offer = (
        decision
        for decision in decisions
        if decision.kind == Decision.Kind.COUNTER and decision.answer == Decision.Answer.NONE
    )
    undecided = each.state == Request.State.PENDING or (
        each.ratification == Request.Ratification.PENDING
    )
    return Asking(
        request=each,
        decisions=decisions,
        steps=policy.standing(each),
        offer=next(open_offer, None) if each.state == Request.State.COUNTERED else None,
        why_not_decide=policy.why_not_decide(each, by=reader, at=at)
        if undecided
        else phrase("Nothing is to be decided."),
    )


def _people_asked(askings: list[Asking], at: datetime) -> list[str]:
    """The names of those who can answer now."""
    names: dict[str, None] = {}
    for each in askings:
        if not each.open:
            continue
        for step in each.steps:
            if step.waiting(at):
                names |= dict.fromkeys(_asked_for(step.step, each.request, at))
    return list(names)


def _asked_for(step: Step, asked: Request, at: datetime) -> list[str]:
    """The names of those who can answer for a step, and of those who stand in for some of them."""
    people = policy.deciders(step, asked.scenario, asked.requester, at)
    others = policy.substitutes(step, asked, at)
    return [*map(str, people), *(standing_in(each.substitute, each.person) for each in others)]


def _then(askings: list[Asking], at: datetime) -> str:
    """Say who has to say yes after those who can answer now."""
    steps = [step for each in askings if each.open for step in each.steps]
    later = [step for step in steps if step.done_at is None and not step.asked(at)]
    return people_words((s.step.quorum, s.step.group) for s in later if not s.step.stands_in)


def _can(
    asked: Request, grant: Grant | None, askings: list[Asking], reader: User, at: datetime
) -> dict[str, bool]:
    """What the reader can do now; what it takes is checked again when they do it."""
    live = bool(grant and grant.status in Grant.STANDING and grant.ends_at > at)
    held = bool(live and grant and grant.holder_id == reader.pk)
    mine = reader in (asked.requester, asked.filed_by)
    return {
        "enter": bool(held and grant and grant.starts_at <= at),
        "end": held,
        "extend": bool(
            held
            and grant
            and not any(each.open for each in askings[1:])
            and not policy.why_not_extend(grant, asked.rules, by=reader, at=at)
        ),
        "name": mine and not asked.reference,
        "withdraw": mine and any(each.request.state in Request.OPEN for each in askings),
        "decide": any(each.why_not_decide is None for each in askings),
        "freeze": bool(
            grant
            and grant.ends_at > at - _JUST_NOW
            and not mine
            and policy.why_not_freeze(by=reader) is None
        ),
        "revoke": bool(
            live and grant and not held and not policy.why_not_revoke(grant, by=reader, at=at)
        ),
    }


def _as_what(asked: Request, reader: User, askings: list[Asking]) -> str:
    if reader == asked.requester:
        return _("as requester")
    if any(each.why_not_decide is None for each in askings):
        return _("as approver")
    parts = reader.parts()
    known = {Part.RESPONDER: _("as responder"), Part.COMPLIANCE: _("as compliance officer")}
    return next((words for part, words in known.items() if part in parts), _("as reader"))

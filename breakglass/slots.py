"""What this room shows on shared pages: lines of the rail, what waits, what a search finds."""

from itertools import groupby

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Part, User
from breakglass import inbox, search, standings
from breakglass.cards import may_break
from breakglass.models import (
    Decision,
    Freeze,
    Grant,
    GroupPermit,
    Permit,
    ProposedChange,
    Question,
    Request,
    Scenario,
)
from breakglass.models.scenario import scenarios_of
from breakglass.questions import answer_url
from breakglass.simulator import why_not_look
from core import slots
from core.speech import shown
from core.words import minutes_words, quoted

_FOUND = 8
_SHOWN = 5


@slots.nav.provide(order=10)
def nav(request: HttpRequest) -> list[slots.NavItem]:
    """Lead to one's own cases, and to what one's parts open."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User):
        return []
    items = [
        slots.NavItem(group="Me", label=_("Home"), url_name="home", icon="home", phone=True,
                      key="h"),
        slots.NavItem(group="Me", label=_("Cases"), url_name="cases", icon="case", phone=True,
                      key="c"),
        slots.NavItem(group="Me", label=_("Scenarios"), url_name="scenarios", icon="glass",
                      key="s"),
    ]  # fmt: skip
    if inbox.decides_anywhere(user, now):
        waiting = len(inbox.decisions_for_reader(request, now))
        items.append(
            slots.NavItem(group="Decide", label=_("Decisions"), url_name="decide", icon="decide",
                          count=waiting, phone=True, key="d")
        )  # fmt: skip
    if Part.RESPONDER in user.parts():
        items.append(
            slots.NavItem(group="Respond", label=_("Now"), url_name="now", icon="now",
                          count=Grant.objects.live(now).count(), phone=True, key="n")
        )  # fmt: skip
    return items + _administration(user)


def _administration(user: User) -> list[slots.NavItem]:
    items = []
    if user.plays(Part.ADMINISTRATOR):
        items.append(
            slots.NavItem(
                group="Administer", label=_("Changes"), url_name="changes", icon="copy",
                count=inbox.changes_for(user, timezone.now()).count(),
            )
        )  # fmt: skip
    if why_not_look(by=user) is None:
        items.append(
            slots.NavItem(
                group="Administer", label=_("Simulator"), url_name="simulator", icon="eye"
            )
        )
    if user.is_staff:
        items.append(
            slots.NavItem(group="Administer", label=_("Admin"), url_name="admin:index", icon="key")
        )
    return items


@slots.waiting.provide(order=10)
def waiting(request: HttpRequest) -> list[slots.Waiting]:
    """Show offers and questions to answer, decisions to make, freezes and changes to look at."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User):
        return []
    offers = [_offer(each) for each in inbox.offers_for(user, now)]
    questions = [_question(each) for each in inbox.questions_for(user)]
    changes = _changes(list(inbox.changes_for(user, now)))
    lifts = [_lift(each) for each in inbox.lifts_for(user)[:_SHOWN]]
    decisions = _decisions(inbox.decisions_for_reader(request, now))
    return offers + questions + decisions + lifts + changes


def _changes(proposed: list[ProposedChange]) -> list[slots.Waiting]:
    """The first, and how many more there are."""
    more = len(proposed) - _SHOWN
    title = ngettext("%(number)s more change", "%(number)s more changes", more)
    rest = slots.rest(more, title % {"number": more}, icon="eye", url=reverse("changes"))
    return [_change(each) for each in proposed[:_SHOWN]] + rest


def _decisions(asked: list[Request]) -> list[slots.Waiting]:
    """The most urgent, and how many more there are."""
    more = len(asked) - _SHOWN
    title = ngettext("%(number)s more decision", "%(number)s more decisions", more)
    rest = slots.rest(more, title % {"number": more}, icon="decide", url=reverse("decide"))
    return [_decision(each) for each in asked[:_SHOWN]] + rest


def _offer(asked: Request) -> slots.Waiting:
    offer = next(
        each
        for each in asked.decisions.all()
        if each.kind == Decision.Kind.COUNTER and each.answer == Decision.Answer.NONE
    )
    names = ", ".join(target.name for target in offer.targets.all())
    detail = (
        _("%(less)s, read-only, instead of %(more)s. Case %(case)s.")
        if offer.read_only
        else _("%(less)s instead of %(more)s. Case %(case)s.")
    )
    lengths = {"less": minutes_words(offer.minutes or 0), "more": minutes_words(asked.minutes)}
    return slots.Waiting(
        icon="less",
        tone="wait",
        title=_("%(person)s offers less on %(targets)s")
        % {"person": offer.voice, "targets": names},
        detail=detail % {**lengths, "case": asked.case},
        url=asked.get_absolute_url(),
        action=_("See the offer"),
    )


def _question(question: Question) -> slots.Waiting:
    said = {"person": question.asked_by, "case": question.case.case}
    return slots.Waiting(
        icon="ask",
        tone="wait",
        title=_("%(person)s asks you about Case %(case)s") % said,
        detail=quoted(Truncator(question.text).chars(120)),
        url=answer_url(question),
        action=_("Answer"),
    )


def _decision(asked: Request) -> slots.Waiting:
    names = ", ".join(target.name for target in asked.targets.all())
    broke = asked.urgency == Request.Urgency.BREAK_GLASS
    if broke:
        title = _("%(person)s broke the glass on %(targets)s")
    elif asked.extends_id:
        title = _("%(person)s asks for more time on %(targets)s")
    else:
        title = _("%(person)s asks for %(targets)s")
    now = timezone.now()
    left = minutes_words((inbox.deadline(asked) - now).total_seconds() / 60)
    return slots.Waiting(
        icon="glass" if broke else "decide",
        tone="wait",
        title=title % {"person": asked.requester, "targets": names},
        detail=(
            _("%(scenario)s, Case %(case)s. The access is over; %(left)s left to answer.")
            if inbox.is_over(asked, now)
            else _("%(scenario)s, Case %(case)s. %(left)s left to answer.")
        )
        % {"scenario": asked.rules.name, "case": asked.case, "left": left},
        url=reverse("decision", args=[asked.pk]),
        action=_("Ratify or refuse") if broke else _("Decide"),
    )


def _lift(freeze: Freeze) -> slots.Waiting:
    said = {"person": freeze.lift_proposed_by, "frozen": shown(freeze.what)}
    return slots.Waiting(
        icon="freeze",
        tone="wait",
        title=_("%(person)s proposes to lift the freeze of %(frozen)s") % said,
        detail=_("It ends when you confirm it, and stays if you say no."),
        url=reverse("now"),
        action=_("Look at it"),
    )


def _change(change: ProposedChange) -> slots.Waiting:
    said = {"person": change.proposed_by or _("The operator"), "thing": change.name}
    return slots.Waiting(
        icon="eye",
        tone="wait",
        title=_("%(person)s proposes a change of %(thing)s") % said,
        detail=Truncator(" ".join(change.weakenings)).chars(160),
        url=change.get_absolute_url(),
        action=_("Look at it"),
    )


@slots.red_button.provide(order=10)
def red_button(request: HttpRequest) -> list[str]:
    """Lead to the breaking of glass whoever may do it; nobody does it for somebody else."""
    user = request.user
    if not isinstance(user, User) or not may_break(user, timezone.now()):
        return []
    return [f"{reverse('request-new')}?urgency=break_glass"]


@slots.asking.provide(order=10)
def asking(request: HttpRequest) -> list[str]:
    """Lead to the form whoever may ask in some scenario."""
    user = request.user
    if not isinstance(user, User) or not scenarios_of(user, Permit.REQUEST, at=timezone.now()):
        return []
    return [f"{reverse('request-new')}?urgency=normal"]


@slots.deeds.provide(order=10)
def deeds(request: HttpRequest) -> list[slots.Deed]:
    """Offer the way in, and the way to stop everything."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User):
        return []
    found = [
        slots.Deed(icon="glass", title=_("Break the glass"), url=address)
        for address in red_button(request)
    ]
    if Scenario.objects.in_use().permitting(user, Permit.REQUEST, now).exists():
        ask = f"{reverse('request-new')}?urgency=normal"
        found.append(
            slots.Deed(icon="plus", title=_("Ask for access"), url=ask, words=_("new request"))
        )
    if user.plays(Part.RESPONDER):
        stop = f"{reverse('now')}#freeze"
        found.append(slots.Deed(icon="freeze", title=_("Freeze…"), url=stop, words=_("stop kill")))
    return found


@slots.found.provide(order=10)
def found(request: HttpRequest, text: str) -> list[slots.Found]:
    """Find cases, then the people, scenarios and targets that lead to more."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User):
        return []
    rows = search.cases(text, by=user, at=now).told().order_by("-case")[:_FOUND]
    return [
        *(_case(asked) for asked in rows),
        *(
            slots.Found(group=_("People"), icon="user", title=str(person),
                        detail=_("Their cases"), url=f"{reverse('cases')}?person={person.pk}")
            for person in search.people(text, by=user, at=now)
        ),
        *(
            slots.Found(group=_("Scenarios"), icon="glass", title=scenario.name,
                        url=scenario.get_absolute_url())
            for scenario in search.scenarios(text)
        ),
        *(
            slots.Found(group=_("Targets"), icon="door", title=target.name,
                        detail=_("Ask for access: %(scenario)s") % {"scenario": scenario.name},
                        url=f"{reverse('request-new')}?scenario={scenario.slug}")
            for target, scenario in search.targets(text, by=user, at=now)
        ),
    ]  # fmt: skip


def _case(asked: Request) -> slots.Found:
    names = ", ".join(target.name for target in asked.targets.all())
    return slots.Found(
        group=_("Cases"),
        icon="case",
        title=_("Case %(number)s: %(targets)s") % {"number": asked.case, "targets": names},
        detail=" · ".join(
            filter(None, [str(asked.requester), asked.scenario.name, asked.reference])
        ),
        at=asked.submitted_at,
        url=asked.get_absolute_url(),
    )


@slots.profile_panels.provide(order=10)
def may(request: HttpRequest) -> list[slots.Panel]:
    """Say in which scenarios somebody may do what, by which group, and until when."""
    user = request.user
    if not isinstance(user, User):
        return []
    now = timezone.now()
    rows = (
        GroupPermit.objects.standing(now)
        .filter(group__in=user.groups_at(now), content_object__archived_at=None)
        .select_related("content_object", "group", "permission")
        .order_by("content_object__name", "permission__codename", "group__name")
    )
    held = [
        (name, list(permits)) for name, permits in groupby(rows, lambda row: row.content_object)
    ]
    return [slots.Panel(template="breakglass/_may.html", context={"held": held})]


@slots.profile_panels.provide(order=20)
def substitutes(request: HttpRequest) -> list[slots.Panel]:
    """Say who stands in for somebody who decides, and for whom they do."""
    user = request.user
    if not isinstance(user, User):
        return []
    context = standings.of(user, at=timezone.now())
    if not (context["mine"] or context["others"] or context["naming"]):
        return []
    return [slots.Panel(template="breakglass/_substitutes.html", context=context)]

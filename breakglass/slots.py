"""What this room shows on shared pages: lines of the rail, and what waits."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import Part, User
from breakglass import inbox
from breakglass.models import Decision, Grant, Question, Request
from breakglass.simulator import why_not_look
from core import slots
from core.words import minutes_words


@slots.nav.provide(order=10)
def nav(request: HttpRequest) -> list[slots.NavItem]:
    """Lead to one's own cases, and to what one's parts open."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User):
        return []
    items = [
        slots.NavItem(group="Me", label="Home", url_name="home", icon="home", phone=True),
        slots.NavItem(group="Me", label="Cases", url_name="cases", icon="case", phone=True),
        slots.NavItem(group="Me", label="Scenarios", url_name="scenarios", icon="glass"),
    ]
    if inbox.decides_anywhere(user, now):
        waiting = len(inbox.decisions_for(user, now))
        items.append(
            slots.NavItem(
                group="Decide",
                label="Decisions",
                url_name="decide",
                icon="decide",
                count=waiting,
                phone=True,
            )
        )
    if Part.RESPONDER in user.parts():
        items.append(
            slots.NavItem(
                group="Respond",
                label="Now",
                url_name="now",
                icon="now",
                count=Grant.objects.live(now).count(),
                phone=True,
            )
        )
    return items + _administration(user)


def _administration(user: User) -> list[slots.NavItem]:
    items = []
    if why_not_look(by=user) is None:
        items.append(
            slots.NavItem(group="Administer", label="Simulator", url_name="simulator", icon="eye")
        )
    if user.is_staff:
        items.append(
            slots.NavItem(group="Administer", label="Admin", url_name="admin:index", icon="key")
        )
    return items


@slots.waiting.provide(order=10)
def waiting(request: HttpRequest) -> list[slots.Waiting]:
    """Show offers and questions to answer, and decisions to make."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User):
        return []
    offers = [_offer(each) for each in inbox.offers_for(user, now)]
    questions = [_question(each) for each in inbox.questions_for(user)]
    decisions = [_decision(each) for each in inbox.decisions_for(user, now)[:5]]
    return offers + questions + decisions


def _offer(asked: Request) -> slots.Waiting:
    offer = next(
        each
        for each in asked.decisions.all()
        if each.kind == Decision.Kind.COUNTER and each.answer == Decision.Answer.NONE
    )
    names = ", ".join(target.name for target in offer.targets.all())
    less = ", read-only" if offer.read_only else ""
    return slots.Waiting(
        icon="less",
        tone="wait",
        title=f"{offer.by} offers less on {names}",
        detail=f"{minutes_words(offer.minutes or 0)}{less}, instead of"
        f" {minutes_words(asked.minutes)}. Case {asked.case}.",
        url=asked.get_absolute_url(),
        action="See the offer",
    )


def _question(question: Question) -> slots.Waiting:
    said = {"person": question.asked_by, "case": question.case.case}
    return slots.Waiting(
        icon="ask",
        tone="wait",
        title=_("%(person)s asks you about Case %(case)s") % said,
        detail=f"“{Truncator(question.text).chars(120)}”",
        url=question.get_absolute_url(),
        action=_("Answer"),
    )


def _decision(asked: Request) -> slots.Waiting:
    names = ", ".join(target.name for target in asked.targets.all())
    broke = asked.urgency == Request.Urgency.BREAK_GLASS
    more = "asks for more time on" if asked.extends_id else "asks for"
    verb = "broke the glass on" if broke else more
    left = minutes_words((inbox.deadline(asked) - timezone.now()).total_seconds() / 60)
    return slots.Waiting(
        icon="glass" if broke else "decide",
        tone="wait",
        title=f"{asked.requester} {verb} {names}",
        detail=f"{asked.rules.name}, Case {asked.case}. {left} left to answer.",
        url=reverse("decision", args=[asked.pk]),
        action="Ratify or refuse" if broke else "Decide",
    )

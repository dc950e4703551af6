"""What shared pages show of obligations: those that wait for one, and those of a case."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from breakglass.models import Request
from core import slots
from core.words import duration_words, relative_words
from reviews.models import Finding, Obligation

_SHOWN = 5


@slots.waiting.provide(order=35)
def waiting(request: HttpRequest) -> list[slots.Waiting]:
    """Show what this person has to do, what is due first."""
    user = request.user
    if not isinstance(user, User):
        return []
    mine = Obligation.objects.open().filter(owner=user)
    shown = [_task(each) for each in mine.told().order_by("due_at")[:_SHOWN]]
    more = mine.count() - _SHOWN if len(shown) == _SHOWN else 0
    title = ngettext("%(number)s more thing to do", "%(number)s more things to do", more)
    url = f"{reverse('obligations')}?tab=mine"
    answers = Finding.objects.open().filter(owner=user).told().order_by("due_at")[:_SHOWN]
    return [
        *shown,
        *slots.rest(more, title % {"number": more}, icon="check", url=url),
        *map(_finding, answers),
    ]


def _finding(found: Finding) -> slots.Waiting:
    now = timezone.now()
    late = found.is_overdue(now)
    facts = {"when": relative_words(found.due_at - now) if found.due_at else ""}
    return slots.Waiting(
        icon="flag",
        tone="danger" if late else "wait",
        title=_("You answer for a finding: %(what)s") % {"what": found.get_kind_display()},
        detail=_("Overdue.") if late else _("Due %(when)s.") % facts,
        url=found.get_absolute_url(),
        action=_("Look at it"),
    )


def _task(task: Obligation) -> slots.Waiting:
    now = timezone.now()
    late = task.is_overdue(now)
    title = _("Overdue: %(what)s") if late else "%(what)s"
    detail = (
        _("Case %(case)s is sealed once it is done. Late by %(length)s.")
        if late
        else _("Case %(case)s is sealed once it is done. Due %(when)s.")
    )
    facts = {
        "case": task.case.case,
        "when": relative_words(task.due_at - now),
        "length": duration_words(now - task.due_at),
    }
    return slots.Waiting(
        icon="check",
        tone="danger" if late else "wait",
        title=title % {"what": task.get_kind_display()},
        detail=detail % facts,
        url=task.get_absolute_url(),
        action=_("Do it"),
    )


@slots.health.provide(order=61)
def health(_request: HttpRequest | None = None) -> list[slots.Health]:
    """Say whether what has to be done is done in time."""
    late = Obligation.objects.overdue(timezone.now()).count()
    return [
        slots.Health(
            key="obligations",
            label=_("Obligations overdue") if late else _("Obligations in time"),
            detail=ngettext("%(number)s should be done", "%(number)s should be done", late)
            % {"number": late}
            if late
            else _("None is overdue"),
            tone="wait" if late else "ok",
            url=f"{reverse('obligations')}?tab=overdue",
        )
    ]


@slots.case_panels.provide(order=42)
def panels(request: HttpRequest, asked: Request) -> list[slots.Panel]:
    """Show what has to be done before a case closes to those who may know."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User):
        return []
    tasks = list(Obligation.objects.filter(case=asked).visible_to(user, now).told())
    context = {"tasks": tasks, "now": now}
    return [slots.Panel(template="reviews/_obligations_panel.html", context=context)] * bool(tasks)

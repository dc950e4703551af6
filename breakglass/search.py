"""Find cases by what people remember of them: a number, a name, a target, a ticket, a day."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from breakglass import days
from breakglass.models import Permit, Request, Scenario
from breakglass.models.request import RequestQuerySet
from breakglass.narrowing import day_begin
from targets.models import Target

_WORDS = 6  # of one search; more only narrow down
_MANY = 50  # people or targets that one word may mean
_HIGHEST = 2**63 - 1


def cases(text: str, *, by: User, at: datetime) -> RequestQuerySet:
    """Return the cases that fit every word of `text` and that `by` may see."""
    rows = Request.objects.cases().visible_to(by, at)
    named, rest = days.find(text, today=timezone.localdate(at))
    for day in named:
        end = day_begin(day + timedelta(days=1))
        rows = rows.filter(submitted_at__gte=day_begin(day), submitted_at__lt=end)
    for word in _words(rest):
        rows = rows.filter(_fits(word))
    return rows


def people(text: str, *, by: User, at: datetime) -> list[User]:
    """Return people of that name of whom `by` may see a case: names alone are nobody's business."""
    theirs = Request.objects.visible_to(by, at).filter(requester=OuterRef("pk"))
    return list(_called(text).filter(Exists(theirs)).order_by("name")[:5])


def scenarios(text: str) -> list[Scenario]:
    """Return scenarios in use; everybody may read what they are for."""
    return list(Scenario.objects.in_use().filter(name__icontains=text).order_by("name")[:5])


def targets(text: str, *, by: User, at: datetime) -> list[tuple[Target, Scenario]]:
    """Return the targets that `by` may ask for, each with a scenario that opens it."""
    open_to = Scenario.objects.in_use().permitting(by, Permit.REQUEST, at)
    pairs = Scenario.targets.through.objects.filter(
        Q(target__name__icontains=text) | Q(target__slug__icontains=text), scenario__in=open_to
    )
    found = pairs.select_related("target", "scenario").order_by("target__name", "scenario__name")
    return list({pair.target_id: (pair.target, pair.scenario) for pair in found[:20]}.values())[:5]


def _words(text: str) -> list[str]:
    return [word for word in text.lower().split()[:_WORDS] if word not in {"case", _("case")}]


def _fits(word: str) -> Q:
    """Return what a case must be for `word` to mean it. Ids are looked up first: they are few."""
    # Not `istartswith`: no index helps it, and tickets are written in capitals or as typed.
    condition: Any = Q(reference__startswith=word) | Q(reference__startswith=word.upper())
    number = word.removeprefix("#")
    if number.isdecimal() and int(number) <= _HIGHEST:
        condition |= Q(case=int(number))
    if who := list(_called(word).values_list("pk", flat=True)[:_MANY]):
        condition |= Q(requester__in=who)
    if where := list(_named(word).values_list("pk", flat=True)[:_MANY]):
        through = Request.targets.through.objects.filter(target__in=where)
        condition |= Q(Exists(through.filter(request=OuterRef("pk"))))
    if what := list(Scenario.objects.filter(name__icontains=word).values_list("pk", flat=True)):
        condition |= Q(scenario__in=what)
    return Q(condition)


def _called(word: str) -> Any:
    return User.objects.filter(Q(name__icontains=word) | Q(email__istartswith=word))


def _named(word: str) -> Any:
    return Target.objects.filter(Q(name__icontains=word) | Q(slug__icontains=word))

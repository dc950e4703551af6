"""How references to this room's things are shown."""

import re
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from breakglass.models import (
    Freeze,
    Grant,
    ProposedChange,
    Question,
    Request,
    Scenario,
    Substitution,
)
from breakglass.models.request import RequestQuerySet
from core import refs
from core.refs import Label
from core.speech import shown

MOST = 500  # cases whose entries one list looks for
_CASE = re.compile(r"(?:case[ :#]*)?(\d{1,18})", re.IGNORECASE)


def _requests(keys: list[str]) -> dict[str, Label]:
    rows = Request.objects.filter(pk__in=map(UUID, keys)).values_list("pk", "case")
    return {
        key.hex: Label(_("Case %(case)s") % {"case": case}, reverse("case", args=[case]))
        for key, case in rows
    }


def _grants(keys: list[str]) -> dict[str, Label]:
    rows = Grant.objects.filter(pk__in=map(UUID, keys)).values_list("pk", "request__case")
    return {
        key.hex: Label(_("Access of case %(case)s") % {"case": case}, reverse("case", args=[case]))
        for key, case in rows
    }


def _scenarios(keys: list[str]) -> dict[str, Label]:
    rows = Scenario.objects.filter(pk__in=map(UUID, keys)).values_list("pk", "name", "slug")
    return {key.hex: Label(name, reverse("scenario", args=[slug])) for key, name, slug in rows}


def _whole_scenario(key: str) -> refs.Whole:
    """Return a scenario with its newest cases, `MOST` at most."""
    cases, more = _newest(Request.objects.filter(scenario=UUID(key)))
    says = _("With all that happened in its cases.") if cases else ""
    if more:
        newest = _("With all that happened in its newest %(count)s cases.")
        says = newest % {"count": f"{MOST:,}"}
    return refs.Whole([refs.make("scenario", UUID(key))], cases, says)


def _cases_of_target(key: str) -> refs.Whole:
    """Return the newest cases that asked for a target, `MOST` at most."""
    cases, more = _newest(Request.objects.filter(targets=UUID(key)))
    says = _("With the cases that asked for it.") if cases else ""
    if more:
        newest = _("With the newest %(count)s cases that asked for it.")
        says = newest % {"count": f"{MOST:,}"}
    return refs.Whole([], cases, says)


def _newest(rows: RequestQuerySet) -> tuple[list[str], bool]:
    """Return the newest cases of some rows as the record names them, and whether there are more."""
    found = list(rows.cases().order_by("-case").only("pk")[: MOST + 1])
    return [each.ref for each in found[:MOST]], len(found) > MOST


def _freezes(keys: list[str]) -> dict[str, Label]:
    rows = Freeze.objects.filter(pk__in=map(UUID, keys)).select_related("person", "scenario")
    return {
        row.pk.hex: Label(_("Freeze: %(what)s") % {"what": shown(row.what)}, reverse("now"))
        for row in rows
    }


def _questions(keys: list[str]) -> dict[str, Label]:
    rows = Question.objects.filter(pk__in=map(UUID, keys)).select_related("case")
    return {row.pk.hex: Label(str(row), row.get_absolute_url()) for row in rows}


def _changes(keys: list[str]) -> dict[str, Label]:
    rows = ProposedChange.objects.filter(pk__in=map(UUID, keys))
    return {row.pk.hex: Label(str(row), row.get_absolute_url()) for row in rows}


def _substitutions(keys: list[str]) -> dict[str, Label]:
    rows = Substitution.objects.filter(pk__in=map(UUID, keys)).told()
    text = _("%(substitute)s in the place of %(person)s")
    return {
        row.pk.hex: Label(text % {"substitute": row.substitute, "person": row.person})
        for row in rows
    }


def _called(words: str) -> dict[str, Label]:
    """Find a case by its number, and scenarios by name."""
    found = {}
    if number := _CASE.fullmatch(words):
        for each in Request.objects.cases().filter(case=int(number[1])):
            found[each.ref] = Label(str(each), each.get_absolute_url())
    for scenario in Scenario.objects.filter(name__icontains=words)[: refs.FOUND]:
        url = reverse("scenario", args=[scenario.slug])
        found[scenario.ref] = Label(scenario.name, url)
    return found


refs.provide_finder(_called)
refs.provide("request", _requests)
refs.provide("grant", _grants)
refs.provide("scenario", _scenarios)
refs.provide_whole("scenario", _whole_scenario)
refs.provide_whole("target", _cases_of_target)
refs.provide("freeze", _freezes)
refs.provide("question", _questions)
refs.provide("substitution", _substitutions)
refs.provide("change", _changes)

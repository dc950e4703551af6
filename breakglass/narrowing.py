"""Which cases a list shows: what figures lead to, by when, by whom and how it went."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from django import forms
from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, Func, IntegerField, OuterRef, Q, QuerySet, Value
from django.http import QueryDict
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from breakglass.models import Decision, GroupPermit, Permit, Request
from core.dates import day_words
from targets.models import Target

Rows = TypeVar("Rows", bound=QuerySet[Any])
QUICK = timedelta(seconds=10)  # nobody reads a request in less
_YES_NO = [("yes", "yes"), ("no", "no")]


@dataclasses.dataclass(frozen=True)
class Chip:
    """A filter that is on, in words, and the query without it."""

    text: str
    without: str


class DayField(forms.DateField):
    """A day in an address, within what dates and time zones can be computed."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.HiddenInput,
            validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 1, 1))],
        )


def show_days(form: forms.Form, since: str, until: str) -> None:
    """Let both days be filled in on the page, under these labels."""
    for name, label in (("since", since), ("until", until)):
        form.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        form.fields[name].label = label


class NarrowingForm(forms.Form):
    """Filters that stand in addresses only; days, weekdays and hours are the reader's."""

    since = DayField()
    until = DayField()
    used = forms.ChoiceField(required=False, choices=_YES_NO, widget=forms.HiddenInput)
    glass = forms.ChoiceField(required=False, choices=_YES_NO, widget=forms.HiddenInput)
    drill = forms.ChoiceField(required=False, choices=_YES_NO, widget=forms.HiddenInput)
    silent = forms.ChoiceField(required=False, choices=_YES_NO[:1], widget=forms.HiddenInput)
    decided = forms.ChoiceField(required=False, choices=_YES_NO[:1], widget=forms.HiddenInput)
    waived = forms.ChoiceField(required=False, choices=_YES_NO[:1], widget=forms.HiddenInput)
    weekday = forms.IntegerField(required=False, min_value=1, max_value=7, widget=forms.HiddenInput)
    hour = forms.IntegerField(required=False, min_value=0, max_value=23, widget=forms.HiddenInput)
    hours = forms.IntegerField(required=False, min_value=1, max_value=24, widget=forms.HiddenInput)
    team = forms.ModelChoiceField(Group.objects.all(), required=False, widget=forms.HiddenInput)
    target = forms.ModelChoiceField(
        Target.objects.all(), to_field_name="slug", required=False, widget=forms.HiddenInput
    )
    approver = forms.ModelChoiceField(User.objects.all(), required=False, widget=forms.HiddenInput)
    quick = forms.ChoiceField(required=False, choices=_YES_NO[:1], widget=forms.HiddenInput)


NARROWING = tuple(NarrowingForm.base_fields)


@dataclasses.dataclass(frozen=True)
class Way:
    """The way from rows to their case: `case` leads to it, with its "__".

    What the rows keep of it themselves is theirs by another name in `own`, and needs no join.
    """

    case: str = ""
    own: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def to(self, fact: str) -> str:
        """Return the path to a fact of the case."""
        first, between, rest = fact.partition("__")
        return self.own.get(first, self.case + first) + between + rest


def narrowed(rows: Rows, chosen: Mapping[str, Any], way: Way = Way()) -> Rows:
    """Return the rows whose case the filters leave."""
    if chosen["since"]:
        rows = rows.filter(**{way.to("submitted_at__gte"): day_begin(chosen["since"])})
    if last := chosen["until"]:
        rows = rows.filter(**{way.to("submitted_at__lt"): day_begin(last + timedelta(days=1))})
    for name, facts in _YES_OR_NO.items():
        if chosen[name]:
            condition = Q(**{way.to(fact): value for fact, value in facts.items()})
            rows = rows.filter(condition if chosen[name] == "yes" else ~condition)
    rows = _at_times(rows, chosen["weekday"], chosen["hour"], chosen["hours"] or 1, way)
    if chosen["team"]:
        rows = rows.filter(_of_team(chosen["team"], way))
    if chosen["target"]:
        pairs = Request.targets.through.objects.filter(target=chosen["target"])
        rows = rows.filter(Exists(pairs.filter(request=OuterRef(way.to("pk")))))
    if chosen["approver"] or chosen["quick"]:
        decisions = _decisions(chosen["approver"], quick=bool(chosen["quick"]), way=way)
        rows = rows.filter(Exists(decisions))
    return rows


_YES_OR_NO: dict[str, dict[str, Any]] = {
    "used": {"grant__activated_at__isnull": False},
    "glass": {"urgency": Request.Urgency.BREAK_GLASS},
    "drill": {"scenario__drill": True},
    "silent": {"ratification": Request.Ratification.OVERDUE},
    "waived": {"waiver__isnull": False},
    "decided": {"urgency": Request.Urgency.NORMAL, "state__in": ["approved", "denied"]},
}


def day_begin(day: date) -> datetime:
    """Return when a day of the reader begins."""
    zone = timezone.get_current_timezone()
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _of_team(team: Group, way: Way) -> Q:
    """Cases of those who are in the team now, in scenarios in which the team may ask for access.

    Who that is, is asked for first: else the database has no idea how many they are.
    """
    granted = GroupPermit.objects.of(Permit.REQUEST).filter(group=team)
    members = Membership.objects.standing().filter(group=team)
    people = list(members.values_list("user", flat=True))
    scenarios = list(granted.values_list("content_object", flat=True))
    return Q(**{way.to("requester__in"): people, way.to("scenario__in"): scenarios})


def _decisions(approver: User | None, *, quick: bool, way: Way) -> Any:
    rows = Decision.objects.filter(request=OuterRef(way.to("pk")))
    rows = rows.of(approver) if approver else rows
    return rows.quick(QUICK, asked=OuterRef(way.to("submitted_at"))) if quick else rows


class _HourOfWeek(Func):
    """Which hour of the week a moment has in a zone: 0 is Monday's first, as figures count them.

    1970 began on a Thursday. By day and hour, each by itself, it costs twice as much.
    """

    template = "mod(floor(date_part('epoch', %(expressions)s))::bigint / 3600 + 72, 168)"
    arg_joiner = " AT TIME ZONE "
    output_field = IntegerField()


def _at_times(rows: Rows, weekday: int | None, hour: int | None, hours: int, way: Way) -> Rows:
    """Leave the hours of the week that are meant, named one by one.

    The database cannot know how many rows have some value of an expression. It takes each value in
    a list for one in two hundred, which is nearly so; a day and a range of hours for next to
    none, so that it read and sorted a year of cases for one page.
    """
    if not weekday and hour is None:
        return rows
    days = [weekday] if weekday else range(1, 8)
    of_day = range(24) if hour is None else range(hour, min(24, hour + hours))
    meant = [(day - 1) * 24 + each for day in days for each in of_day]
    zone = Value(timezone.get_current_timezone_name())
    of_week = _HourOfWeek(way.to("submitted_at"), zone)
    return rows.alias(of_week=of_week).filter(of_week__in=meant)


def chips(chosen: Mapping[str, Any], query: QueryDict) -> list[Chip]:
    """Return the filters that are on, each with the query that takes it away."""
    return [Chip(text, without(query, names)) for names, text in _words(chosen)]


def without(query: QueryDict, names: tuple[str, ...]) -> str:
    """Return a query from its start, without these filters."""
    rest = query.copy()
    for name in (*names, "before", "cursor"):
        rest.pop(name, None)
    return f"?{rest.urlencode()}"


def _words(chosen: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    yield from _when(chosen)
    for name in _YES_OR_NO:
        if chosen[name]:
            yield (name,), _yes_or_no(name, chosen[name])
    if chosen["team"]:
        yield ("team",), _("Team %(name)s") % {"name": chosen["team"]}
    if chosen["target"]:
        yield ("target",), _("Target %(name)s") % {"name": chosen["target"]}
    if chosen["approver"]:
        yield ("approver",), _("Answered by %(name)s") % {"name": chosen["approver"]}
    if chosen["quick"]:
        seconds = {"seconds": int(QUICK.total_seconds())}
        yield ("quick",), _("A yes within %(seconds)s seconds") % seconds


def _when(chosen: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    if chosen["since"] or chosen["until"]:
        yield ("since", "until"), _days(chosen["since"], chosen["until"])
    if chosen["weekday"]:
        yield ("weekday",), str(WEEKDAYS[chosen["weekday"] - 1])
    if (hour := chosen["hour"]) is not None:
        hours = {"first": hour, "last": min(24, hour + (chosen["hours"] or 1))}
        yield ("hour", "hours"), _("%(first)02d:00 to %(last)02d:00") % hours


def _days(since: date | None, until: date | None) -> str:
    days = {
        "since": day_words(since) if since else "",
        "until": day_words(until) if until else "",
    }
    if since and until:
        return _("Asked for from %(since)s to %(until)s") % days
    return (_("Asked for since %(since)s") if since else _("Asked for until %(until)s")) % days


def _yes_or_no(name: str, value: str) -> str:
    return {
        ("used", "yes"): _("Access was given"),
        ("used", "no"): _("No access was given"),
        ("glass", "yes"): _("Glass broken"),
        ("glass", "no"): _("Approval first"),
        ("drill", "yes"): _("Drills only"),
        ("drill", "no"): _("Without drills"),
        ("silent", "yes"): _("Nobody ratified in time"),
        ("decided", "yes"): _("Answered before access"),
        ("waived", "yes"): _("Something was overdue"),
    }[name, value]

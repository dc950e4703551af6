"""The lists of reviews and findings: what may stand in their addresses, and what they hold."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from breakglass.models import Scenario
from breakglass.narrowing import (
    NARROWING,
    Chip,
    DayField,
    NarrowingForm,
    Way,
    chips,
    day_begin,
    narrowed,
    show_days,
    without,
)
from core.dates import day_words
from core.speech import phrase
from reviews.models import (
    Finding,
    FindingQuerySet,
    Gravity,
    Review,
    ReviewQuerySet,
)

NO_SUCH_FILTER = gettext_lazy("That filter does not exist")
OPEN, MINE, OVERDUE, DONE, ALL = "open", "mine", "overdue", "done", "all"
IN_REVIEW, CONFIRM = "in_review", "confirm"
TABS: dict[str, str | Promise] = {
    OPEN: gettext_lazy("Owed"),
    Review.State.DUE.value: gettext_lazy("Nobody has taken"),
    IN_REVIEW: gettext_lazy("In review"),
    CONFIRM: gettext_lazy("To be confirmed"),
    MINE: gettext_lazy("Mine"),
    OVERDUE: gettext_lazy("Overdue"),
    DONE: gettext_lazy("Done"),
    ALL: gettext_lazy("All"),
}
FINDING_TABS: dict[str, str | Promise] = {
    OPEN: gettext_lazy("Open"),
    "resolved": gettext_lazy("Resolved"),
    ALL: gettext_lazy("All"),
}
STARTLING = "grave_or_unexplained"
GRAVITIES: dict[str, str | Promise] = {
    STARTLING: gettext_lazy("Grave or unexplained"),
    **{each.name.lower(): each.label for each in reversed(Gravity)},
}
# Orders by which a list can be turned; the first is that of what waits.
SORTS = ("turn", "due_at", "-due_at", "owed_at", "-owed_at", "closed_at", "-closed_at")
_LATELY = timedelta(days=30)
# An access belongs to the request that opened its case: no extension has one.
_WAY = Way(
    "request__",
    {"submitted_at": "asked_at", "scenario": "scenario", "requester": "holder", "grant": "grant"},
)
COUNTED = 1_000  # of some cases; of more, only that is said: to count them all takes too long


class _Filter(forms.Form):
    """What both lists know: a scenario, a person, an order, and where the last page ended."""

    scenario = forms.ModelChoiceField(
        Scenario.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("Every scenario"),
        label=gettext_lazy("Scenario"),
    )
    person = forms.ModelChoiceField(User.objects.all(), required=False, widget=forms.HiddenInput)
    cursor = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)


class ReviewFilter(NarrowingForm, _Filter):
    """What may stand in the address of the list of reviews; the case's filters mean the same."""

    field_order = ("gravity", "scenario", "since", "until")  # as they stand on the page
    tab = forms.ChoiceField(required=False, choices=list(TABS.items()))
    gravity = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("Whatever was done")), *GRAVITIES.items()],
        label=gettext_lazy("What was done"),
    )
    late = forms.ChoiceField(
        required=False, choices=[("yes", "yes"), ("no", "no")], widget=forms.HiddenInput
    )
    verdict = forms.ChoiceField(
        required=False, choices=Review.Verdict.choices, widget=forms.HiddenInput
    )
    sort = forms.ChoiceField(
        required=False, choices=[(key, key) for key in SORTS], widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        show_days(self, _("Asked for from"), _("Asked for until"))

    def clean_sort(self) -> str:
        """Let only closed reviews be sorted by when they were closed."""
        sort: str = self.cleaned_data["sort"]
        if sort.endswith("closed_at") and self.data.get("tab") != DONE:
            raise forms.ValidationError(_("Only closed reviews have such an order."))
        return sort


class FindingFilter(NarrowingForm, _Filter):
    """What may stand in the address of the list of findings; the case's filters mean the same."""

    tab = forms.ChoiceField(required=False, choices=list(FINDING_TABS.items()))
    kind = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("Every kind")), *Finding.Kind.choices],
        label=gettext_lazy("Kind"),
    )
    severity = forms.ChoiceField(
        required=False,
        choices=Finding.Severity.choices,
        widget=forms.HiddenInput,
    )
    opened = DayField()
    opened_until = DayField()
    sort = forms.ChoiceField(
        required=False,
        choices=[(key, key) for key in ("turn", "opened_at", "-opened_at")],
        widget=forms.HiddenInput,
    )


def why_not_list(form: forms.Form, query: QueryDict) -> str | None:
    """Why an address cannot be followed: an unknown filter, or one that means nothing."""
    if unknown := sorted(set(query) - set(form.fields)):
        known = ", ".join(form.fields)
        return phrase(
            "This list has no filter “%(name)s”. It knows %(known)s.", name=unknown[0], known=known
        )
    if not form.is_valid():
        name = next(iter(form.errors))
        return phrase(
            "“%(value)s” is not something to filter “%(name)s” by.",
            value=query.get(name, ""),
            name=name,
        )
    return None


def reviews(
    rows: ReviewQuerySet, chosen: Mapping[str, Any], *, by: User, at: datetime
) -> tuple[ReviewQuerySet, str]:
    """Return the reviews under a tab and their order: the most urgent, or the newest, first."""
    tab = chosen["tab"] or OPEN
    rows = of_cases(rows, chosen, at=at).told().with_turn()
    # All there are stand by when they were asked for: an index has those of a time together,
    # however long it is ago.
    usual = {DONE: "-closed_at", ALL: "-asked_at"}.get(tab, "turn")
    if tab == DONE:
        rows = rows.filter(state=Review.State.CLOSED)
    elif tab == MINE:
        rows = rows.of(by, at)
    elif tab == OPEN:
        rows = _by_deadline(rows.owed(), chosen["late"], at)
    elif tab == OVERDUE:
        rows = rows.overdue(at)
    elif tab == CONFIRM:
        rows = rows.unconfirmed()
    elif tab != ALL:
        rows = rows.filter(state=tab, concluded_at=None)
    return rows, chosen["sort"] or usual


def _by_deadline(owed: ReviewQuerySet, late: str, at: datetime) -> ReviewQuerySet:
    """Say again of what is owed whether it is late: so said, an index has it."""
    if late:
        return owed.filter(due_at__lte=at) if late == "yes" else owed.filter(due_at__gt=at)
    return owed


def of_cases(rows: ReviewQuerySet, chosen: Mapping[str, Any], *, at: datetime) -> ReviewQuerySet:
    """Return the reviews that the filters beside the tab leave."""
    if chosen["scenario"]:
        rows = rows.filter(scenario=chosen["scenario"])
    if chosen["person"]:
        rows = rows.filter(holder=chosen["person"])
    if chosen["late"]:
        late = Q(closed_at__gt=F("due_at")) | Q(state__in=Review.OWED, due_at__lte=at)
        rows = rows.filter(late) if chosen["late"] == "yes" else rows.exclude(late)
    if chosen["verdict"]:
        rows = rows.filter(state=Review.State.CLOSED, verdict=chosen["verdict"])
    if chosen["gravity"]:
        rows = of_gravity(rows, chosen["gravity"])
    return narrowed(rows, chosen, _WAY)


def of_gravity(rows: ReviewQuerySet, word: str) -> ReviewQuerySet:
    """Return the reviews of which this was made, closed ones too: they keep what was."""
    if word == STARTLING:  # listed one by one, since an index has each apart, by time
        return rows.filter(gravity__in=[each for each in Gravity if each.startles])
    return rows.filter(gravity=Gravity[word.upper()])


def counted_to(chosen: Mapping[str, Any]) -> int | None:
    """Return how far is counted: what their own indexes answer, to the end."""
    beside = any(chosen[name] for name in ("scenario", "person", "late", "verdict", "gravity"))
    return COUNTED if beside or _of_some(chosen) else None


def _of_some(chosen: Mapping[str, Any]) -> bool:
    """Whether only what belongs to some cases is asked for."""
    return any(chosen[name] not in (None, "") for name in NARROWING)


def counts(
    rows: ReviewQuerySet,
    *,
    by: User,
    at: datetime,
    most: int | None = None,
) -> dict[str, int]:
    """Return how many reviews wait under each tab, and how many in review are in `by`'s hands.

    Where there are more than `most`, it is told that there is one more.
    """
    begun = Q(state=Review.State.IN_REVIEW, concluded_at=None)
    ways = {
        "due": Q(state=Review.State.DUE),
        "in_review": begun,
        "in_hand": begun & Q(reviewer=by),
        "confirm": Q(state=Review.State.IN_REVIEW, concluded_at__isnull=False),
        "overdue": ~Q(state=Review.State.CLOSED) & Q(due_at__lte=at),
    }
    rows, enough = rows.order_by("asked_at"), most + 1 if most else None
    counted = {name: Count("pk", filter=way) for name, way in ways.items()}
    found: dict[str, int] = rows.owed()[:enough].aggregate(open=Count("pk"), **counted)
    if found["open"] == enough:
        # Which these are says little of the others. What is due is owed, and nobody says it twice:
        # the planner would take both for rarer than each.
        found |= {name: rows.filter(way)[:enough].count() for name, way in ways.items()}
    return found | {"mine": rows.of(by, at).order_by()[:enough].count()}


def lately(rows: ReviewQuerySet, *, at: datetime, most: int | None = None) -> dict[str, int]:
    """Return how many reviews were closed in the last 30 days, and how many of them in time.

    Where there are more than `most`, it is told that there is one more, and of the newest `most`
    how many were in time.
    """
    rows = rows.filter(state=Review.State.CLOSED, closed_at__gte=at - _LATELY)
    punctual = Count("pk", filter=Q(closed_at__lte=F("due_at")))
    if most is None:
        return rows.order_by().aggregate(closed=Count("pk"), punctual=punctual)
    in_time = ExpressionWrapper(Q(closed_at__lte=F("due_at")), BooleanField())
    newest = rows.order_by("-closed_at", "-pk").annotate(in_time=in_time)
    found = list(newest.values_list("in_time", flat=True)[: most + 1])
    return {"closed": len(found), "punctual": sum(found[:most])}


def review_chips(chosen: Mapping[str, Any], query: QueryDict) -> list[Chip]:
    """Return the filters of the list of reviews that are on, beside tab and scenario."""
    return [*_own_chips(chosen, query), *chips(chosen, query)]


def _own_chips(chosen: Mapping[str, Any], query: QueryDict) -> Iterator[Chip]:
    if person := chosen["person"]:
        yield Chip(_("Accesses of %(name)s") % {"name": person}, without(query, ("person",)))
    if late := chosen["late"]:
        text = _("After the deadline") if late == "yes" else _("Within the deadline")
        yield Chip(text, without(query, ("late",)))
    if verdict := chosen["verdict"]:
        text = _("Verdict: %(name)s") % {"name": Review.Verdict(verdict).label}
        yield Chip(text, without(query, ("verdict",)))
    if gravity := chosen["gravity"]:
        text = _("What was done: %(name)s") % {"name": GRAVITIES[gravity]}
        yield Chip(text, without(query, ("gravity",)))


def finding_chips(chosen: Mapping[str, Any], query: QueryDict) -> list[Chip]:
    """Return the filters of the list of findings that are on, beside those of its form."""
    found = []
    if person := chosen["person"]:
        text = _("About %(name)s and their cases") % {"name": person}
        found.append(Chip(text, without(query, ("person",))))
    if severity := chosen["severity"]:
        text = _("Severity: %(name)s") % {"name": Finding.Severity(severity).label}
        found.append(Chip(text, without(query, ("severity",))))
    if opened := chosen["opened"]:
        text = _("Opened since %(day)s") % {"day": day_words(opened)}
        found.append(Chip(text, without(query, ("opened",))))
    if last := chosen["opened_until"]:
        text = _("Opened until %(day)s") % {"day": day_words(last)}
        found.append(Chip(text, without(query, ("opened_until",))))
    return [*found, *chips(chosen, query)]


def findings(rows: FindingQuerySet, chosen: Mapping[str, Any]) -> tuple[FindingQuerySet, str]:
    """Return the findings under a tab and their order: open ones the gravest first."""
    tab, person = chosen["tab"] or OPEN, chosen["person"]
    rows = rows.told().with_turn()
    if tab == OPEN:
        rows = rows.open()
    elif tab == "resolved":
        rows = rows.exclude(state=Finding.State.OPEN)
    if chosen["scenario"]:
        rows = rows.filter(case__scenario=chosen["scenario"])
    if _of_some(chosen):
        rows = narrowed(rows.filter(case__isnull=False, case__extends=None), chosen, Way("case__"))
        rows = rows.filter(case__requester=person) if person else rows
    elif person:
        rows = rows.filter(Q(case__requester=person) | Q(subject=person.ref))
    if chosen["opened"]:
        rows = rows.filter(opened_at__gte=day_begin(chosen["opened"]))
    if last := chosen["opened_until"]:
        rows = rows.filter(opened_at__lt=day_begin(last + timedelta(days=1)))
    same = {name: chosen[name] for name in ("kind", "severity") if chosen[name]}
    return rows.filter(**same), chosen["sort"] or ("turn" if tab == OPEN else "-opened_at")


def finding_counts(rows: FindingQuerySet) -> dict[str, int]:
    """Return how many findings are open, by severity, in one query."""
    return (
        rows.open()
        .order_by()
        .aggregate(
            all=Count("pk"),
            **{
                severity.value: Count("pk", filter=Q(severity=severity))
                for severity in Finding.Severity
            },
        )
    )

"""Configured routes in the admin: of which events, when, who is told, and who if nobody reads."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from accounts.forms import Reason
from accounts.models import Part
from alerts.models import Channel, Route, RouteStep, Schedule
from alerts.routing import KINDS, Addition, Whom
from audit.events import title_of
from breakglass.models import Scenario
from core.forms import Pick, PickGrouped, Segmented, SegmentedMany
from core.speech import english

# Kinds of events by their first word, under headings that people understand.
_HEADINGS = (
    (_("Emergencies"), ("breakglass", "ratification", "door")),
    (_("Requests and answers"), ("request", "decision", "counter")),
    (_("Access"), ("grant",)),
    (_("Freezes"), ("freeze",)),
    (_("Reviews"), ("review", "finding", "obligation", "debt", "campaign")),
    (_("Alerts that do not arrive"), ("alert", "channel", "delivery")),
    (_("Changes of configuration"), ("change", "config")),
    (_("Erasure and legal holds"), ("erasure", "hold")),
    (_("The record"), ("audit",)),
)
STEPS = (0, 1)
_STEP = ("after", "parts", "teams", "schedules")


def grouped() -> list[tuple[Any, list[tuple[str, str]]]]:
    """Return the kinds of events under their headings; what no heading has comes last."""
    found = [
        (heading, [kind for kind in KINDS if kind.partition(".")[0] in words])
        for heading, words in _HEADINGS
    ]
    rest = [kind for kind in KINDS if not any(kind in kinds for _heading, kinds in found)]
    return [
        (heading, [(kind, str(title_of(kind))) for kind in kinds])
        for heading, kinds in [*found, (_("Anything else"), rest)]
        if kinds
    ]


def step_fields(number: int) -> list[str]:
    """Return the names of the fields of one step."""
    return [f"step{number}_{name}" for name in _STEP]


def _parts() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=Part.choices,
        widget=SegmentedMany,
        required=False,
        label=_("Everybody who plays a part"),
    )


class RouteForm(forms.ModelForm):  # type: ignore[type-arg] # not generic at run time
    """A route. What it would do is `addition`, before it is saved as well."""

    events = forms.MultipleChoiceField(
        label=_("What happens"),
        choices=grouped,
        widget=PickGrouped,
        help_text=_("Whoever is told of these anyway still is; a route only adds to them."),
        error_messages={"required": _("Choose what people are told of.")},
    )
    parts = _parts()
    reason = Reason()

    class Meta:
        model = Route
        fields = ["name", "enabled", "events", "scenarios", "only_broken", "only_off_hours",
                  "drills", "urgent", "parts", "teams", "schedules", "places"]  # fmt: skip
        labels = {
            "name": _("Name"),
            "scenarios": _("In which scenarios"),
            "drills": _("Drills"),
            "teams": _("Groups"),
            "schedules": _("Whoever is on call in"),
            "places": _("Places"),
        }
        help_texts = {
            "scenarios": _("None chosen means all of them, and what belongs to no scenario."),
            "only_off_hours": _(
                "By the hours of the scenario. What belongs to none has Monday to Friday, 8 to 18."
            ),
            "urgent": _(
                "Comes at once by all channels, in quiet hours too, and its people are asked to say"
                " that they have read it."
            ),
            "places": _("Channels that lead to one place: a room of a chat, another program."),
        }
        widgets = {"scenarios": Pick, "teams": Pick, "schedules": Pick, "places": Pick,
                   "drills": Segmented}  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = {step.position: step for step in self._steps()}
        for number in STEPS:
            self._begin_step(number, found.get(number))
        self._narrow("scenarios", Scenario.objects.filter(archived_at=None))
        self._narrow("teams", Group.objects.order_by("name"))
        self._narrow("schedules", Schedule.objects.in_use())
        self._narrow("places", Channel.objects.in_use().filter(personal=False))

    def _steps(self) -> list[RouteStep]:
        if self.instance._state.adding:  # noqa: SLF001 - Django's own way to ask
            return []
        return list(self.instance.steps.prefetch_related("teams", "schedules"))

    def _begin_step(self, number: int, step: RouteStep | None) -> None:
        if step:
            self.initial.update(
                {
                    f"step{number}_after": step.after_minutes,
                    f"step{number}_parts": step.parts,
                    f"step{number}_teams": list(step.teams.all()),
                    f"step{number}_schedules": list(step.schedules.all()),
                }
            )

    def _narrow(self, name: str, rows: Any) -> None:
        """Offer what is in use, and what is chosen already though it is not."""
        if name not in self.fields:
            return
        kept = [each.pk for each in self.initial.get(name) or []]
        names = [name, *(f"step{number}_{name}" for number in STEPS)]
        for each in (self.fields[found] for found in names if found in self.fields):
            each.queryset = rows | rows.model.objects.filter(pk__in=kept)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        """Refuse what tells nobody, or tells later without having asked anybody to read."""
        found = self.cleaned_data
        if not any(found.get(name) for name in ("parts", "teams", "schedules", "places")):
            later = any(found.get(f"step{number}_after") for number in STEPS)
            if not later:
                self.add_error("parts", str(_("Say who is told: a part, a group, a schedule or a"
                                              " place.")))  # fmt: skip
        for number in STEPS:
            self._clean_step(number)
        return found

    def _clean_step(self, number: int) -> None:
        found = self.cleaned_data
        after, *whom = (found.get(name) for name in step_fields(number))
        field = f"step{number}_after"
        if after and not any(whom):
            self.add_error(field, str(_("Say who is told then.")))
        if any(whom) and not after:
            self.add_error(field, str(_("Say after how many minutes.")))
        if after and not found.get("urgent"):
            self.add_error(
                "urgent", str(_("Only what is urgent is to be read: tick it, or leave the rest."))
            )
        if after and number and not found.get(f"step{number - 1}_after"):
            self.add_error(field, str(_("There is no first step before it.")))

    def addition(self) -> Addition:
        """Return what is entered as it would be applied; of what is wrong nothing."""
        found = self.cleaned_data
        steps = [
            (timedelta(minutes=found[f"step{number}_after"]), self._whom(f"step{number}_"))
            for number in STEPS
            if found.get(f"step{number}_after")
        ]
        return Addition(
            events=tuple(found.get("events", ())),
            scenarios=frozenset(each.pk for each in found.get("scenarios", ())),
            only_broken=found.get("only_broken", False),
            only_off_hours=found.get("only_off_hours", False),
            drills=found.get("drills") or Route.Drills.ALSO,
            urgent=found.get("urgent", False),
            whom=self._whom(""),
            places=tuple(found.get("places", ())),
            steps=tuple(steps),
        )

    def _whom(self, prefix: str) -> Whom:
        found = self.cleaned_data
        schedules = found.get(f"{prefix}schedules")
        return Whom(
            parts=tuple(map(Part, found.get(f"{prefix}parts", ()))),
            groups=tuple(found.get(f"{prefix}teams", ())),
            schedules=tuple(schedules.whole()) if schedules else (),
        )

    def save_steps(self) -> None:
        """Write the steps anew."""
        route: Route = self.instance
        route.steps.all().delete()
        for number in STEPS:
            after, parts, teams, schedules = (
                self.cleaned_data.get(name) for name in step_fields(number)
            )
            if after:
                step = RouteStep.objects.create(
                    route=route, position=number, after_minutes=after, parts=parts or []
                )
                step.teams.set(teams or [])
                step.schedules.set(schedules or [])


for _number in STEPS:
    _fields = RouteForm.base_fields
    _fields[f"step{_number}_after"] = forms.IntegerField(
        label=_("After how many minutes"), min_value=1, max_value=120, required=False
    )
    _fields[f"step{_number}_parts"] = _parts()
    _fields[f"step{_number}_teams"] = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=_("Groups"), required=False, widget=Pick
    )
    _fields[f"step{_number}_schedules"] = forms.ModelMultipleChoiceField(
        Schedule.objects.none(), label=_("Whoever is on call in"), required=False, widget=Pick
    )


def steps_in_words(route: Route) -> str:
    """Say in English who is told later, as the record keeps it."""
    lines = []
    for step in route.steps.prefetch_related("teams", "schedules"):
        names = [english(Part(each).label) for each in step.parts if each in Part.values]
        names += [str(each) for each in (*step.teams.all(), *step.schedules.all())]
        lines.append(f"after {step.after_minutes} min: {', '.join(names)}")
    return "\n".join(lines)

"""What people fill in. Forms read and hold words; rules are asked by the transitions."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from breakglass.models import Freeze, Grant, Request, Scenario
from breakglass.rules import Rules
from breakglass.transitions import Ask
from breakglass.wording import reference_shape
from core.forms import Cards, Segmented, SegmentedMany, StopForm, hush
from core.words import minutes_words
from targets.models import Target

_LENGTHS = (15, 30, 60, 120, 240, 480, 1440)
_WORDS = forms.Textarea(attrs={"rows": 4})
# Expected verbs that no read-only door allows, in SQL's words and in those that stand for several.
_CHANGING = {
    "insert", "update", "merge", "write", "delete", "truncate", "create", "alter", "drop",
    "schema", "grant", "revoke",
}  # fmt: skip


def lengths(rules: Rules) -> list[tuple[int, str]]:
    """Return the lengths to choose from: the usual ones that the scenario allows."""
    usual = {length for length in _LENGTHS if length <= rules.max_minutes}
    offered = sorted(usual | {rules.default_minutes, rules.max_minutes})
    return [(length, minutes_words(length)) for length in offered]


def verbs(rules: Rules) -> list[tuple[str, str]]:
    """Return the expected verbs to choose from."""
    return [(verb, verb.replace("_", " ").capitalize()) for verb in rules.expected_verbs]


def _like(rules: Rules) -> str:
    """Say how a reference is to be written."""
    example = gettext("For example %(hint)s") % {"hint": rules.reference_hint}
    said = reference_shape(rules.reference_pattern)
    shape = said.translated() if said else ""
    return ". ".join(filter(None, [shape, example if rules.reference_hint else ""]))


class AskForm(forms.Form):
    """Everything that is asked once the emergency is chosen."""

    targets = forms.ModelMultipleChoiceField(
        Target.objects.none(),
        label=_("Targets"),
        to_field_name="slug",
        widget=SegmentedMany,
        error_messages={"required": _("Choose at least one target.")},
    )
    minutes = forms.IntegerField(
        label=_("For how long"),
        widget=Segmented,
        error_messages={
            "required": _("Choose for how long."),
            "invalid": _("Choose one of the lengths shown."),
        },
    )
    justification = forms.CharField(
        label=_("Why do you need access?"),
        max_length=5000,
        widget=_WORDS,
        error_messages={"required": _("Say what is wrong and what you will do about it.")},
    )
    reference = forms.CharField(
        label=_("Incident or ticket"),
        max_length=Request.LONGEST_REFERENCE,
        required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )
    plan = forms.MultipleChoiceField(
        label=_("What do you intend to do?"), required=False, widget=SegmentedMany
    )
    intent = forms.CharField(
        label=_("Your plan in words"), max_length=2000, required=False, widget=forms.TextInput
    )
    read_only = forms.BooleanField(label=_("Looking is enough: read-only"), required=False)
    starts_at = forms.DateTimeField(
        label=_("Start later"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Only for approval first. Leave it empty to start at the last yes."),
    )
    person = forms.CharField(
        label=_("Who needs the access?"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
        help_text=_("Their mail address. They are told, and only they get the way in."),
    )
    waiver = forms.CharField(
        label=_("Why can this access not wait for it?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Compliance is told at once, and it counts against you and the scenario."),
    )
    held = forms.BooleanField(required=False, widget=forms.HiddenInput)
    word = forms.CharField(
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def __init__(
        self, *args: Any, rules: Rules, people: QuerySet[User], urgent: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        hush(self.fields["waiver"])  # it is shown only where it is needed
        self.rules, self.people = rules, people
        targets = Target.objects.enabled().filter(pk__in=[UUID(key) for key in rules.targets])
        self._offer(targets)
        self.fields["minutes"].initial = rules.default_minutes
        self.fields["minutes"].widget.choices = lengths(rules)
        self._want_reference(later=urgent)
        self.fields["plan"].choices = verbs(rules)  # type: ignore[attr-defined]

    def _want_reference(self, *, later: bool) -> None:
        """Say how a reference is written, and that an emergency may name it `later`."""
        field, hint = self.fields["reference"], {"hint": self.rules.reference_hint}
        field.required = self.rules.reference_required and not later
        field.error_messages["required"] = (
            gettext("Give the incident or ticket, for example %(hint)s.") % hint
        )
        field.help_text = _like(self.rules)
        if self.rules.reference_required and later:
            none_yet = gettext(
                "Whoever breaks the glass may leave it empty and name it on the case afterwards;"
                " to ask first, it is needed."
            )
            field.help_text = ". ".join(filter(None, [str(field.help_text), none_yet]))

    def _offer(self, targets: QuerySet[Target]) -> None:
        field = self.fields["targets"]
        field.queryset = targets  # type: ignore[attr-defined]
        self.offered = list(targets)  # asked once: there may be a thousand
        if len(self.offered) == 1:
            field.initial = [self.offered[0].slug]
        if not any(target.read_only_role for target in self.offered):
            del self.fields["read_only"]

    def urgency(self) -> str:
        """Which button was pressed."""
        pressed = self.data.get("urgency", "")
        return pressed if pressed in Request.Urgency.values else Request.Urgency.NORMAL.value

    def clean_person(self) -> User | None:
        """Find whom the access is for; None is the person who asks."""
        typed = self.cleaned_data["person"].strip()
        if not typed:
            return None
        named = list(self.people.filter(Q(email__iexact=typed) | Q(name__iexact=typed))[:2])
        if len(named) != 1:
            raise forms.ValidationError(
                gettext("Write the mail address of somebody who may use %(scenario)s.")
                % {"scenario": self.rules.name}
            )
        return named[0]

    def clean(self) -> dict[str, Any]:
        """Breaking the glass is confirmed by a held button or a typed word."""
        data = super().clean() or self.cleaned_data
        words = {"break", gettext("break").casefold()}
        sure = data.get("held") or data.get("word", "").strip().casefold() in words
        if self.urgency() == Request.Urgency.BREAK_GLASS and not sure:
            self.add_error(
                "word",
                gettext("Not sent yet: hold the button for a second, or type “%(word)s” here.")
                % {"word": gettext("break")},
            )
        self._refuse_to_change_by_looking(data)
        return data

    def _refuse_to_change_by_looking(self, data: dict[str, Any]) -> None:
        """Whoever means to change something would find out at the door that it is read-only."""
        labels = dict(verbs(self.rules))
        changing = [labels[v] for v in data.get("plan", ()) if v.casefold() in _CHANGING]
        if data.get("read_only") and changing:
            self.add_error(
                "read_only",
                gettext(
                    "A read-only door does not let you: %(verbs)s. Take back the one or the other."
                )
                % {"verbs": ", ".join(changing)},
            )

    def planned(self, chosen: Iterable[str], intent: str) -> str:
        """Return the plan as one text: the chosen verbs, then the words."""
        labels = dict(verbs(self.rules))
        plan = ", ".join(labels[verb] for verb in chosen if verb in labels)
        return ". ".join(filter(None, [plan, intent]))

    def ask(self) -> Ask:
        """Return what was asked for."""
        data = self.cleaned_data
        return Ask(
            targets=list(data["targets"]),
            justification=data["justification"],
            minutes=data["minutes"],
            reference=data["reference"],
            intent=self.planned(data["plan"], data["intent"]),
            read_only=data.get("read_only", False),
            starts_at=data["starts_at"],
            waiver=data["waiver"],
        )


class ReferenceForm(forms.Form):
    """The incident or ticket of a case that began without one."""

    reference = forms.CharField(
        label=_("Incident or ticket"),
        max_length=Request.LONGEST_REFERENCE,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
        error_messages={"required": _("Write the incident or ticket.")},
    )

    def __init__(self, data: QueryDict | None = None, *, rules: Rules) -> None:
        super().__init__(data, auto_id="name_%s")
        self.fields["reference"].help_text = _like(rules)


class MoreTimeForm(forms.Form):
    """How much longer, and why."""

    minutes = forms.IntegerField(label=_("How much longer"), widget=Segmented)
    justification = forms.CharField(
        label=_("Why longer?"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, grant: Grant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = grant.request.rules
        used = int((grant.ends_at - grant.starts_at).total_seconds() // 60)
        room = max(0, rules.max_minutes - used)
        offered = sorted({length for length in _LENGTHS if length < room} | {room})
        self.fields["minutes"].widget.choices = [
            (length, minutes_words(length)) for length in offered
        ]
        self.fields["minutes"].initial = offered[0]


def _without(taken: frozenset[str], choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [choice for choice in choices if choice[0] not in taken]


class FreezeForm(StopForm):
    """What to freeze, and why. Values are `person:<id>`, `scenario:<id>` or `all`."""

    what = forms.ChoiceField(label=_("What to freeze"), widget=Cards, required=False)
    other = forms.ChoiceField(label=_("Or somebody or something else"), required=False)
    field_order = ("what", "other", "reason")

    def __init__(
        self,
        *args: Any,
        inside: list[tuple[str, str]],
        others: list[tuple[str, str]],
        notes: dict[str, str],
        frozen: frozenset[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        what, other = self.fields["what"], self.fields["other"]
        all_of = [*inside, ("all", gettext("Everything"))]
        what.choices = _without(frozen, all_of)  # type: ignore[attr-defined]
        what.widget.notes = notes
        self.fields["reason"].help_text = _(
            "For responders and those who oversee. Whoever is frozen reads who did it, not why."
        )
        other.choices = [("", _("Nobody else")), *_without(frozen, others)]  # type: ignore[attr-defined]
        names = dict([*all_of, *others])
        for name in ("what", "other"):
            if (chosen := self.data.get(name, "")) in frozen and chosen in names:
                said = gettext("%(what)s: this is frozen already.") % {"what": names[chosen]}
                self.fields[name].error_messages["invalid_choice"] = said

    def clean(self) -> dict[str, Any]:
        """Exactly one thing is frozen at a time."""
        data = super().clean() or self.cleaned_data
        if bool(data.get("what")) == bool(data.get("other")) and not self.errors:
            self.add_error("what", gettext("Choose one thing to freeze."))
        return data

    def person(self) -> User | None:
        """Return whom to freeze."""
        kind, key = self._chosen()
        return User.objects.get(pk=key) if kind == Freeze.Kind.PERSON else None

    def scenario(self) -> Scenario | None:
        """Return which scenario to freeze; with no person either, everything is meant."""
        kind, key = self._chosen()
        return Scenario.objects.get(pk=key) if kind == Freeze.Kind.SCENARIO else None

    def _chosen(self) -> tuple[str, str]:
        chosen: str = self.cleaned_data["what"] or self.cleaned_data["other"]
        kind, _, key = chosen.partition(":")
        return kind, key

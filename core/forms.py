"""Form glue: how Django's forms look here, and how a refusal becomes a sentence beside a field."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.errors import BadInput, DomainError
from core.reasons import LEAST, why_not_reason
from core.speech import shown

_BARE = ("checkbox", "radio", "hidden", "file")


class Renderer(TemplatesSetting):
    """Draws every form from `templates/forms/`, so `{{ form }}` is accessible and ours."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


def looks(field: forms.BoundField) -> SafeString:
    """Draw a control with our class; Django ties it to its help text and its errors."""
    attrs = dict(field.field.widget.attrs)
    if getattr(field.field.widget, "input_type", "") not in _BARE and not _is_choice(field):
        attrs["class"] = f"input {attrs.get('class', '')}".strip()
    return field.as_widget(attrs=attrs)


def _is_choice(field: forms.BoundField) -> bool:
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


def hush(*fields: forms.Field) -> None:
    """Let fields that need not be filled in not say so: where one of two is, or another decides."""
    for field in fields:
        field.hushed = True  # type: ignore[attr-defined]


def refused(form: forms.Form, error: DomainError) -> None:
    """Put a refusal into the form: beside its field where it names one, else on top."""
    wrong = {"": error.sentence}
    if isinstance(error, BadInput):
        wrong = {error.field: error.sentence}
        wrong |= {name: shown(sentence) for name, sentence in error.also.items()}
    for name, sentence in wrong.items():
        form.add_error(name if name in form.fields else None, sentence)


class ReasonForm(forms.Form):
    """One sentence why; `least` is how many characters it has at least."""

    least = 3
    reason = forms.CharField(
        label=_("Why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why; it stands in the record.")},
    )

    def clean_reason(self) -> str:
        """Refuse what says nothing, in the words of the rule."""
        reason: str = self.cleaned_data["reason"]
        if why := why_not_reason(reason, least=self.least):
            raise forms.ValidationError(shown(why))
        return reason


class KeptForm(forms.Form):
    """Its draft stays in the browser until what has this token was taken (`idempotency.taken`)."""

    once = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Return what was filled in: the token is none of it."""
        data = super().clean() or self.cleaned_data
        return {name: value for name, value in data.items() if name != "once"}


class StopForm(ReasonForm):
    """Why somebody's access is ended or stopped: others act on it, so it says something."""

    least = LEAST


class Segmented(forms.RadioSelect):
    """Few short choices in a row."""

    template_name = "forms/segmented.html"


class SegmentedMany(forms.CheckboxSelectMultiple):
    """Few short choices in a row, any number of them."""

    template_name = "forms/segmented.html"


class Pick(forms.CheckboxSelectMultiple):
    """Any number of many choices, in a box that scrolls and can be searched."""

    template_name = "forms/pick.html"


class PickGrouped(forms.CheckboxSelectMultiple):
    """Any number of choices that come in groups with names."""

    template_name = "forms/pick_grouped.html"


class PickUntil(Pick):
    """The same, where each choice may have a last day: a mapping of what is ticked to ISO days.

    `today` is an ISO day: a choice whose last day lies before it is over.
    """

    template_name = "forms/pick_until.html"
    today = ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Add to each choice its last day."""
        days = {str(key): day for key, day in (value or {}).items()}
        context = super().get_context(name, list(days), attrs)
        for _group, options, _index in context["widget"]["optgroups"]:
            for option in options:
                option["day"] = days.get(str(option["value"]), "")
                option["over"] = bool(option["day"]) and option["day"] < self.today
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the last day of everything that is ticked, empty where it has none."""
        ticked = super().value_from_datadict(data, files, name) or []
        return {key: data.get(f"{name}-until-{key}", "").strip() for key in ticked}


class Cards(forms.RadioSelect):
    """Choices that need a sentence each: give `notes` (a sentence by value).

    What is `barred` (a sentence why, by value) is shown, and cannot be chosen.
    """

    template_name = "forms/cards.html"

    def __init__(
        self, *args: Any, notes: Mapping[str, str | Promise] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.notes = notes or {}
        self.barred: dict[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the sentence of each choice to what its template takes."""
        option = super().create_option(name, value, *args, **kwargs)
        barred = self.barred.get(str(value), "")
        option["note"] = barred or self.notes.get(str(value), "")
        if barred:
            option["attrs"]["disabled"] = True
        return option


class InOrder(forms.SelectMultiple):
    """Choices in an order that counts, each any number of times: one control for each place.

    There are always some places more than are taken; empty ones are left out.
    """

    template_name = "forms/ranks.html"
    use_fieldset = True
    spare = 3

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Give the template the choices of every place."""
        context = super().get_context(name, value, attrs)
        taken = [str(each) for each in value or [] if each]
        choices = [("", _("Nobody")), *((str(key), label) for key, label in self.choices)]
        context["widget"]["places"] = [
            [(key, label, key == chosen) for key, label in choices]
            for chosen in (*taken, *[""] * self.spare)
        ]
        return context

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Return none: each place has a name of its own."""
        return ""

"""A scenario as a form would save it: what the lint says beside each field, and the preview."""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from breakglass.lint import Remark, Severity
from breakglass.models import Request, Scenario
from breakglass.simulator import Story, simulate
from breakglass.simulator_forms import TryForm
from breakglass.transitions.previews import Preview, Teller, preview
from breakglass.transitions.scenarios import let_others_go
from breakglass.wording import SECTIONS

Said = dict[str, list[Remark]]
# The fields of each section, and what is edited in rows of its own.
PLACES = {section.key: tuple(section.fields) for section in SECTIONS} | {"permits": ("permits",)}


@dataclasses.dataclass(frozen=True)
class Draft:
    """What a form would save. `preview` is None where it cannot be read yet."""

    said: Said
    preview: Preview | None = None
    story: Story | None = None

    @property
    def errors(self) -> int:
        """How many things keep it from being published."""
        return sum(remark.severity == Severity.ERROR for remark in self._remarks())

    @property
    def warnings(self) -> int:
        """How many things are worth a thought."""
        return sum(remark.severity == Severity.WARNING for remark in self._remarks())

    @property
    def places(self) -> list[str]:
        """Every field beside which something may be said."""
        return [field for fields in PLACES.values() for field in fields]

    @property
    def marks(self) -> dict[str, str]:
        """The worst that is said in each section: error, warning or nothing."""
        return {key: self._worst(fields) for key, fields in PLACES.items()}

    @property
    def marked(self) -> list[tuple[str, str]]:
        """The sections in which something is said: their places on the page, and their titles."""
        titles = {section.key: str(section.title) for section in SECTIONS}
        titles["permits"] = _("Who may do what")
        return [(key, titles[key]) for key, worst in self.marks.items() if worst]

    def _remarks(self) -> Iterator[Remark]:
        return (remark for remarks in self.said.values() for remark in remarks)

    def _worst(self, fields: Iterable[str]) -> str:
        found = {remark.severity for field in fields for remark in self.said.get(field, [])}
        return next((str(severity) for severity in Severity if severity in found), "")


def by_field(remarks: Iterable[Remark]) -> Said:
    """Return what is said beside each field."""
    said: Said = {}
    for remark in remarks:
        said.setdefault(remark.field, []).append(remark)
    return said


def read(
    request: HttpRequest,
    scenario: Scenario | None,
    form: forms.ModelForm,  # type: ignore[type-arg] # not generic at run time
    formsets: list[Any],
) -> Draft:
    """Look at what the form would make of `scenario` (None: a new one); nothing is saved."""
    form.fields["reason"].required = False
    whole = all([form.is_valid(), *(each.is_valid() for each in formsets)])
    if not whole:
        return Draft(by_field(_mistakes(form, formsets)))

    def save() -> Scenario:
        made: Scenario = form.save()
        for each in formsets:
            each.save()
        if form.cleaned_data["let_go"]:
            let_others_go(made)
        return made

    found = preview(scenario, save=save, tell=_teller(request), at=timezone.now())
    return Draft(by_field(found.remarks), found, found.story)


def _mistakes(form: Any, formsets: list[Any]) -> Iterator[Remark]:
    for name, errors in form.errors.items():
        for error in errors:
            yield Remark(Severity.ERROR, name, str(error))
    for each in formsets:
        for error in each.non_form_errors():
            yield Remark(Severity.ERROR, each.prefix, str(error))
        for number, row in enumerate(each.forms, start=1):
            for name, errors in row.errors.items():
                label = row.fields[name].label if name in row.fields else ""
                place = _("Row %(number)s") % {"number": number}
                words = ": ".join(filter(None, [place, str(label or ""), str(errors[0])]))
                yield Remark(Severity.ERROR, each.prefix, words)


def _teller(request: HttpRequest) -> Teller:
    form = TryForm(request.POST, prefix="try")
    if not form.is_valid() or not form.cleaned_data["person"]:
        return lambda _scenario: None
    wanted = form.cleaned_data

    def tell(scenario: Scenario) -> Story:
        return simulate(
            scenario,
            wanted["person"],
            wanted["at"] or timezone.now(),
            urgency=Request.Urgency(wanted["urgency"]),
            minutes=wanted["minutes"],
        )

    return tell

"""What else is done with scenarios in the admin: archive, bring back, export and import."""

import dataclasses
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit.views.leaving import handed_over
from breakglass import drafts, lint, policy, transitions, wording, yaml_files
from breakglass.admin.eyes import WAITS, done_or_proposed, person
from breakglass.models import Permit, ProposedChange, Scenario
from breakglass.pictures import Picture, look, thing_of
from breakglass.transitions.arrivals import arrive
from breakglass.transitions.imports import bring_in
from core.admin import PlainWords
from core.errors import DomainError
from core.forms import ReasonForm, hush, refused

_LIST = "admin:breakglass_scenario_changelist"


class ImportForm(forms.Form):
    """A file of scenarios, or its text, and why they come in."""

    file = forms.FileField(label=gettext_lazy("A file"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        strip=False,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 12, "class": "mono", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Stands in the record and in the history of versions."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hush(*self.fields.values())

    def clean(self) -> dict[str, Any]:
        """Take the file's text where one was chosen."""
        data = super().clean() or {}
        if file := data.get("file"):
            try:
                data["text"] = file.read().decode()
            except UnicodeDecodeError:
                self.add_error("file", _("This is not a text file in UTF-8."))
        elif not data.get("text", "").strip() and not self.errors:
            self.add_error("file", _("Choose a file, or write its text."))
        return data


class Verbs(PlainWords):
    """Pages of their own beside the list and the form of scenarios."""

    def get_urls(self) -> list[URLPattern]:
        """Put them before Django's, which would take their names for keys."""
        view = self.admin_site.admin_view
        mine = [
            path("export/", view(self.export_view), name="breakglass_scenario_export"),
            path("import/", view(self.import_view), name="breakglass_scenario_import"),
            path("<uuid:pk>/archive/", view(self.archive_view), name="breakglass_scenario_archive"),
            path("<uuid:pk>/back/", view(self.back_view), name="breakglass_scenario_back"),
        ]
        return [*mine, *super().get_urls()]

    def archive_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Ask why, then take a scenario out of use."""
        words = {
            "title": _("Archive it?"),
            "sentence": _("Nobody can use it any more. Its cases and versions stay, and what is"
                          " open runs to its end. It can be brought back."),
            "button": _("Archive it"),
        }  # fmt: skip
        return self._say_why(request, pk, transitions.archive, words)

    def back_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Ask why, then take a scenario into use again, or propose that."""
        waits = policy.second_administrators(person(request)).exists()
        words = {
            "title": _("Bring it back?"),
            "sentence": _("It can be used again, with the rules that it had, once another"
                          " administrator has accepted that.")
            if waits
            else _("It can be used again at once, with the rules that it had. That nobody else"
                   " looked at it is recorded, and compliance is told."),
            "button": _("Propose to bring it back") if waits else _("Bring it back"),
        }  # fmt: skip
        return self._say_why(request, pk, transitions.bring_back, words)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Send one scenario, or all that are in use, as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        slug = request.GET.get("slug", "")
        chosen = Scenario.objects.filter(slug=slug) if slug else Scenario.objects.in_use()
        name = f"{get_object_or_404(Scenario, slug=slug).slug if slug else 'scenarios'}.yaml"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        text = yaml_files.dump(chosen)
        made = HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=headers)
        return handed_over(request, made, what="scenarios", rows=len(chosen))

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Show what a file would change; sent once more with a reason, do it: all or nothing."""
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        told: list[dict[str, Any]] = []
        if form.is_valid():
            sure = "_import" in request.POST and not form.cleaned_data["file"]
            try:
                if sure and form.cleaned_data["reason"].strip():
                    return self._bring_in(request, form.cleaned_data)
                told = self._look_at(request, form.cleaned_data)
                if sure:
                    form.add_error("reason", _("Say why you change it; it stands in the history."))
            except DomainError as error:
                refused(form, error)
        context = {
            **self.admin_site.each_context(request),
            "eyes": list(policy.second_administrators(person(request))),
            "title": _("Import scenarios"),
            "form": form,
            "told": told,
            "text": form.cleaned_data.get("text", "") if form.is_bound else "",
        }
        status = 422 if form.errors else 200
        return render(request, "admin/breakglass/scenario/import.html", context, status=status)

    def _look_at(self, request: HttpRequest, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        """Bring scenarios in, tell what that changes and weakens, and undo it again."""
        now = timezone.now()
        with transaction.atomic():
            before = {each.slug: _Before.of(each, now) for each in Scenario.objects.all()}
            done = bring_in(_plans(wanted), by=person(request), reason="-", at=now)
            told = [_told(each.scenario, before.get(each.scenario.slug), now) for each in done]
            transaction.set_rollback(True)
        return told

    def _bring_in(self, request: HttpRequest, wanted: dict[str, Any]) -> HttpResponse:
        """Bring scenarios in for good; what weakens a control waits."""
        found = arrive(
            _plans(wanted), by=person(request), reason=wanted["reason"], at=timezone.now()
        )
        if waiting := sum(each.change is not None for each in found):
            said = ngettext(
                "One scenario weakens a control: it waits for another administrator.",
                "%(number)s scenarios weaken a control: they wait for another administrator.",
                waiting,
            )
            messages.info(request, said % {"number": waiting})
            return redirect("changes")
        messages.success(request, _("The scenarios are as the file says."))
        return redirect(_LIST)

    def _say_why(
        self, request: HttpRequest, pk: UUID, verb: Any, words: dict[str, str]
    ) -> HttpResponse:
        scenario = get_object_or_404(Scenario, pk=pk)
        if not super().has_change_permission(request, scenario):
            raise PermissionDenied
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            try:
                made = done_or_proposed(request, verb, scenario, form.cleaned_data["reason"])
            except DomainError as error:
                refused(form, error)
            else:
                if isinstance(made, ProposedChange):
                    messages.info(request, WAITS)
                    return redirect(made)
                return redirect("admin:breakglass_scenario_change", pk)
        context = {**self.admin_site.each_context(request), **words, "form": form, "to": scenario}
        status = 422 if form.errors else 200
        return render(request, "admin/breakglass/scenario/say_why.html", context, status=status)


@dataclasses.dataclass(frozen=True)
class _Before:
    """A scenario before a file came in."""

    body: dict[str, Any]
    permits: dict[Permit, list[str]]
    picture: Picture

    @classmethod
    def of(cls, scenario: Scenario, at: datetime) -> "_Before":
        picture = look(*thing_of(scenario), at=at)
        return cls(drafts.body_of(scenario), wording.permits(scenario), picture)


def _plans(wanted: dict[str, Any]) -> list[yaml_files.Plan]:
    name = wanted["file"].name if wanted["file"] else _("The text")
    return yaml_files.read(wanted["text"], file=str(name))


def _told(scenario: Scenario, before: _Before | None, at: datetime) -> dict[str, Any]:
    """Say what becomes of one scenario of a file."""
    kind, key = thing_of(scenario)
    permits = wording.permits(scenario)
    was = before or _Before({}, {permit: [] for permit in permits}, Picture(kind=kind, key=key))
    return {
        "scenario": scenario,
        "new": before is None,
        "changes": [
            *wording.changes(was.body, drafts.body_of(scenario)),
            *wording.differing(was.permits, permits),
        ],
        "weakenings": policy.weakenings(was.picture, look(kind, key, at=at), at=at),
        "remarks": lint.lint(scenario, at),
    }

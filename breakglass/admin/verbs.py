"""What else is done with scenarios in the admin: archive, bring back, export and import."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from breakglass import drafts, lint, transitions, wording, yaml_files
from breakglass.models import Scenario
from breakglass.transitions.imports import bring_in
from core.errors import DomainError
from core.forms import ReasonForm, refused

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


class Verbs(admin.ModelAdmin):  # type: ignore[type-arg] # not generic at run time
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
        """Ask why, then take a scenario into use again."""
        words = {
            "title": _("Bring it back?"),
            "sentence": _("It can be used again at once, with the rules that it had."),
            "button": _("Bring it back"),
        }
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
        return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=headers)

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Show what a file would change; sent once more with a reason, do it: all or nothing."""
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        told: list[dict[str, Any]] = []
        if form.is_valid():
            sure = "_import" in request.POST and not form.cleaned_data["file"]
            try:
                told = self._bring_in(request, form.cleaned_data, sure=sure)
            except DomainError as error:
                refused(form, error)
            else:
                if sure:
                    messages.success(request, _("The scenarios are as the file says."))
                    return redirect(_LIST)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import scenarios"),
            "form": form,
            "told": told,
            "text": form.cleaned_data.get("text", "") if form.is_bound else "",
        }
        status = 422 if form.errors else 200
        return render(request, "admin/breakglass/scenario/import.html", context, status=status)

    def _bring_in(
        self, request: HttpRequest, wanted: dict[str, Any], *, sure: bool
    ) -> list[dict[str, Any]]:
        """Bring scenarios in and tell what that changes; undone again unless `sure`."""
        name, now = wanted["file"].name if wanted["file"] else _("The text"), timezone.now()
        reason = wanted["reason"] if sure else "-"
        with transaction.atomic():
            before = {each.slug: _picture(each) for each in Scenario.objects.all()}
            plans = yaml_files.read(wanted["text"], file=str(name))
            done = bring_in(plans, by=_person(request), reason=reason, at=now)
            told = [_told(each.scenario, before, now) for each in done]
            transaction.set_rollback(not sure)
        return told

    def _say_why(
        self, request: HttpRequest, pk: UUID, verb: Any, words: dict[str, str]
    ) -> HttpResponse:
        scenario = get_object_or_404(Scenario, pk=pk)
        if not super().has_change_permission(request, scenario):
            raise PermissionDenied
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            try:
                verb(scenario, by=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                refused(form, error)
            else:
                return redirect("admin:breakglass_scenario_change", pk)
        context = {**self.admin_site.each_context(request), **words, "form": form, "to": scenario}
        status = 422 if form.errors else 200
        return render(request, "admin/breakglass/scenario/say_why.html", context, status=status)


_Picture = tuple[dict[str, Any], Any]


def _picture(scenario: Scenario) -> _Picture:
    return drafts.body_of(scenario), wording.permits(scenario)


def _told(scenario: Scenario, before: dict[str, _Picture], at: Any) -> dict[str, Any]:
    """Say what becomes of one scenario of a file."""
    old, now = before.get(scenario.slug), _picture(scenario)
    changes = wording.changes(old[0] if old else {}, now[0])
    permits = wording.differing(old[1] if old else {permit: [] for permit in now[1]}, now[1])
    return {
        "scenario": scenario,
        "new": old is None,
        "changes": [*changes, *permits],
        "remarks": lint.lint(scenario, at),
    }


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the admin lets nobody else come here
    return request.user

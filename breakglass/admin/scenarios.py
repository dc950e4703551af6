"""Scenarios: edited on one page that says what a change would mean before it is saved."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.config import changing
from breakglass import lint, policy, starts, transitions
from breakglass.admin.drafts import Draft, by_field, read
from breakglass.admin.eyes import WAITS, FourEyes, done_or_proposed, person
from breakglass.admin.verbs import Verbs
from breakglass.admin_forms import (
    GroupPermitForm,
    ReasonActionForm,
    ScenarioForm,
    StepForm,
    StepFormSet,
)
from breakglass.models import ApprovalStep, GroupPermit, ProposedChange, Scenario
from breakglass.simulator_forms import TryForm
from breakglass.transitions.scenarios import let_others_go
from breakglass.wording import SECTIONS
from core import slots
from core.errors import DomainError
from core.speech import shown

_ROWS = ("steps",)  # edited in rows of their own among the fields


class _WithoutShortcuts(admin.options.BaseModelAdmin):  # type: ignore[type-arg] # not generic then
    """Draws a choice without buttons to add or view: groups and targets have their own pages."""

    def formfield_for_dbfield(self, *args: Any, **kwargs: Any) -> forms.Field | None:
        """Return the field with the plain control that Django wraps."""
        field = super().formfield_for_dbfield(*args, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        if isinstance(field, forms.ModelChoiceField) and field.empty_label:
            field.empty_label = gettext("Choose one")
        return field


class _PartOfScenario(_WithoutShortcuts, admin.TabularInline):  # type: ignore[type-arg] # not generic at run time
    """Rows that belong to a scenario: who may change it may add and remove them."""

    def get_extra(self, request: HttpRequest, obj: Any = None, **_kwargs: Any) -> int:
        """Draw as many empty rows as a new scenario begins with."""
        return len(_rows_of(request, self.model)) if obj is None else 0

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


class StepInline(_PartOfScenario):
    model = ApprovalStep
    form = StepForm
    formset = StepFormSet


class PermitInline(_PartOfScenario):
    model = GroupPermit
    form = GroupPermitForm


@admin.register(Scenario)
class ScenarioAdmin(_WithoutShortcuts, FourEyes, Verbs):
    """Scenarios. Saving publishes a version, or says why not; nothing is ever deleted."""

    kind = ProposedChange.Kind.SCENARIO
    form = ScenarioForm
    action_form = ReasonActionForm
    inlines = [StepInline, PermitInline]
    list_display = ["name", "severity", "break_glass", "drill", "version", "archived_at"]
    list_filter = ["severity", "break_glass", "drill", ("archived_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "slug", "use_when"]
    prepopulated_fields = {"slug": ["name"]}
    actions = ["archive", "bring_back"]
    new = _("New scenario")
    fieldsets = [
        *(
            (section.title, {"fields": [name for name in section.fields if name not in _ROWS]})
            for section in SECTIONS
        ),  # type: ignore[list-item]
        (_("Permits"), {"fields": ["let_go"]}),
        (_("This change"), {"fields": ["reason"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        """Add what htmx asks for while somebody edits."""
        view = self.admin_site.admin_view
        mine = [
            path("add/preview/", view(self.preview_view), name="breakglass_scenario_preview_new"),
            path("<uuid:pk>/preview/", view(self.preview_view), name="breakglass_scenario_preview"),
        ]
        return [*mine, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scenario]:
        """Fetch each scenario with the number of its newest version."""
        rows: QuerySet[Scenario] = super().get_queryset(request)
        return rows.annotate(newest=Max("versions__number"))

    @admin.display(description=_("version"), ordering="newest")
    def version(self, scenario: Scenario) -> str:
        """The number of the newest version."""
        return str(scenario.newest or gettext("not published"))  # type: ignore[attr-defined]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep the address once it is known to others."""
        return ["slug"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """Fill in the address of a new scenario only."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Scenario | None = None) -> bool:
        """An archived scenario is brought back before it is changed."""
        archived = obj is not None and obj.archived_at is not None
        return not archived and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Scenarios are archived, never removed: past requests pin their versions."""
        return False

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any  # noqa: FBT001, FBT002 - Django's
    ) -> type[forms.ModelForm]:  # type: ignore[type-arg]  # fmt: skip
        """Give the form what publishing has refused a moment ago, and whether it is held."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)  # type: ignore[attr-defined]
        form.held = getattr(request, "held", False)  # type: ignore[attr-defined]
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with a template, or with another scenario."""
        start = _start(request)
        return dict(start.fields) if start else {}

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """Begin with the rows of the template; what is sent stands for itself."""
        given: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        if request.method == "GET" and obj._state.adding:  # noqa: SLF001 - Django's own way
            given["initial"] = _rows_of(request, inline.model)
        return given

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Save and publish in one transaction, once the form has shown exactly this change.

        What publishing refuses stands in the form.
        """
        scenario = self.get_object(request, unquote(object_id)) if object_id else None
        draft = self._draft(request, scenario)
        context = {**(extra_context or {}), "draft": draft, **self._asked_for(request, draft)}
        view = super().changeform_view
        if request.method != "POST":
            return view(request, object_id, form_url, context)
        with changing(
            actor=request.user.ref,  # type: ignore[union-attr]
            reason=request.POST.get("reason", ""),
        ):
            try:
                return view(request, object_id, form_url, context)
            except DomainError as refusal:  # rolled back; show the same form with the sentence
                request.refusal = refusal  # type: ignore[attr-defined]
                return view(request, object_id, form_url, context)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Lay the fields and rows out by section."""
        rows = {each.formset.prefix: each for each in context["inline_admin_formsets"]}
        fieldsets = list(context["adminform"])
        context["parts"] = [
            (section, fieldset, rows.get("steps") if "steps" in section.fields else None)
            for section, fieldset in zip(SECTIONS, fieldsets, strict=False)
        ]
        context["permits"] = rows.get("permits")
        *_sections, context["let_go"], context["reason"] = fieldsets
        if context["original"] is None:
            start = _start(request)
            context["templates"], context["missing"] = starts.templates(), start and start.missing
        context["try_form"] = TryForm(request.POST or None, prefix="try")
        if scenario := context["original"]:
            context["panels"] = slots.scenario_panels.gather(request, scenario)
        return super().render_change_form(request, context, *args, **kwargs)

    def preview_view(self, request: HttpRequest, pk: Any = None) -> HttpResponse:
        """Say what the form as it stands would change; htmx puts it beside the fields."""
        scenario = self.get_object(request, str(pk)) if pk else None
        may = (
            self.has_change_permission(request, scenario)
            if pk
            else self.has_add_permission(request)
        )
        if not may or (pk and scenario is None):
            raise PermissionDenied
        context = {
            "draft": self._draft(request, scenario),
            "original": scenario,
            "live": True,
            "eyes": list(policy.second_administrators(person(request))),
        }
        return render(request, "admin/breakglass/scenario/preview.html", context)

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool  # type: ignore[type-arg]  # noqa: FBT001
    ) -> None:  # fmt: skip
        """Publish once the steps and permits are saved, too."""
        super().save_related(request, form, formsets, change)
        if form.cleaned_data["let_go"]:
            let_others_go(form.instance)
        version = transitions.publish(
            form.instance,
            by=request.user,  # type: ignore[arg-type]
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
        )
        self.watch(request, form.instance)
        for remark in lint.lint(form.instance, timezone.now()):
            messages.warning(request, shown(remark.sentence))
        said = gettext("Version %(number)s counts for new requests.")
        messages.info(request, said % {"number": version.number})

    @admin.action(description=_("Archive the selected scenarios"), permissions=["change"])
    def archive(self, request: HttpRequest, chosen: QuerySet[Scenario]) -> None:
        """Take the chosen scenarios out of use."""
        self._each(request, chosen, transitions.archive, gettext("%(scenario)s is archived."))

    @admin.action(description=_("Bring the selected scenarios back"), permissions=["change"])
    def bring_back(self, request: HttpRequest, chosen: QuerySet[Scenario]) -> None:
        """Take the chosen scenarios into use again."""
        self._each(
            request, chosen, transitions.bring_back, gettext("%(scenario)s is in use again.")
        )

    def _draft(self, request: HttpRequest, scenario: Scenario | None) -> Draft:
        """Look at the form that was sent, or at what is saved."""
        if request.method != "POST" or (
            scenario and not self.has_change_permission(request, scenario)
        ):
            remarks = lint.lint(scenario, timezone.now()) if scenario else []
            return Draft(by_field(remarks))
        row = self.get_object(request, str(scenario.pk)) if scenario else None
        fields = flatten_fieldsets(self.get_fieldsets(request, row))
        form_class = self.get_form(request, row, change=row is not None, fields=fields)
        form = form_class(request.POST, instance=row)
        formsets, _inlines = self._create_formsets(  # type: ignore[attr-defined] # Django's own
            request, form.instance, change=row is not None
        )
        return read(request, scenario, form, formsets)

    def _asked_for(self, request: HttpRequest, draft: Draft) -> dict[str, Any]:
        """Hold a form that is to be looked at, or whose change was not shown as it is now."""
        if request.method != "POST":
            return {}
        if added := next(
            (name for name in ("steps", "permits") if f"_add-{name}" in request.POST), ""
        ):
            request.POST = _with_one_more(request, added)
        shown_before = draft.preview and request.POST.get("seen") == draft.preview.mark
        held = bool(added) or "_look" in request.POST or bool(draft.preview and not shown_before)
        request.held = held  # type: ignore[attr-defined]
        return {"held": held, "adding": bool(added)}

    def _each(self, request: HttpRequest, chosen: QuerySet[Scenario], verb: Any, done: str) -> None:
        for scenario in chosen:
            try:
                made = done_or_proposed(request, verb, scenario, request.POST.get("reason", ""))
            except DomainError as error:
                messages.error(request, f"{scenario}: {error.sentence}")
            else:
                waits = isinstance(made, ProposedChange)
                said = f"{scenario}: {WAITS}" if waits else done % {"scenario": scenario}
                messages.success(request, said)


def _start(request: HttpRequest) -> starts.Start | None:
    """Return what the address of a new scenario asks to begin with."""
    if other := Scenario.objects.filter(slug=request.GET.get("like", "")).first():
        return starts.like(other)
    return starts.template(request.GET.get("template", ""))


def _rows_of(request: HttpRequest, model: type[Any]) -> list[dict[str, Any]]:
    start = _start(request) if request.method == "GET" else None
    if start is None:
        return []
    return start.steps if model is ApprovalStep else start.permits


def _with_one_more(request: HttpRequest, rows: str) -> Any:
    """Return what was sent with one more empty row, for browsers without a script."""
    sent = request.POST.copy()
    number = int(sent.get(f"{rows}-TOTAL_FORMS") or 0)
    sent[f"{rows}-TOTAL_FORMS"] = str(number + 1)
    if rows == "steps":
        sent[f"steps-{number}-position"], sent[f"steps-{number}-quorum"] = str(number + 1), "1"
    return sent

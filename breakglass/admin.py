"""Administration: scenarios are edited here; whatever has a state is for looking only."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from audit.config import changing
from breakglass import lint, transitions
from breakglass.admin_forms import GroupPermitForm, ReasonActionForm, ScenarioForm
from breakglass.models import (
    ApprovalStep,
    Decision,
    DecisionLink,
    Freeze,
    Grant,
    GroupPermit,
    Question,
    Request,
    Scenario,
    ScenarioVersion,
)
from breakglass.wording import SECTIONS
from core.admin import ReadOnlyAdmin
from core.errors import DomainError

_INLINE = ("steps",)  # edited in tables of their own below the fields


class _WithoutShortcuts(admin.options.BaseModelAdmin):  # type: ignore[type-arg] # not generic then
    """Leaves out the buttons beside a choice: groups and targets have pages of their own."""

    def formfield_for_dbfield(self, *args: Any, **kwargs: Any) -> forms.Field | None:
        """Draw a choice without buttons to add, change, view or delete what is chosen."""
        field = super().formfield_for_dbfield(*args, **kwargs)
        for verb in ("add", "change", "view", "delete"):
            if field and hasattr(field.widget, f"can_{verb}_related"):
                setattr(field.widget, f"can_{verb}_related", False)
        return field


class _PartOfScenario(_WithoutShortcuts, admin.TabularInline):  # type: ignore[type-arg] # not generic at run time
    """Rows that belong to a scenario: who may change it may add and remove them."""

    extra = 0

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


class StepInline(_PartOfScenario):
    model = ApprovalStep
    verbose_name_plural = "Approval steps: who is asked, in order"


class PermitInline(_PartOfScenario):
    model = GroupPermit
    form = GroupPermitForm
    verbose_name = "permit"
    verbose_name_plural = "Permits: what groups may do here, and until when"


@admin.register(Scenario)
class ScenarioAdmin(_WithoutShortcuts, admin.ModelAdmin):  # type: ignore[type-arg]
    """Scenarios. Saving publishes a version, or says why not; nothing is ever deleted."""

    form = ScenarioForm
    action_form = ReasonActionForm
    inlines = [StepInline, PermitInline]
    list_display = ["name", "severity", "break_glass", "drill", "version", "archived_at"]
    list_filter = ["severity", "break_glass", "drill", ("archived_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "slug", "use_when"]
    prepopulated_fields = {"slug": ["name"]}
    filter_horizontal = ["targets", "alert_groups"]
    actions = ["archive", "bring_back"]
    fieldsets = [
        *(
            (title, {"fields": [name for name in section if name not in _INLINE]})
            for title, section in SECTIONS.items()
        ),  # type: ignore[list-item]
        ("This change", {"fields": ["reason"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scenario]:
        """Fetch each scenario with the number of its newest version."""
        rows: QuerySet[Scenario] = super().get_queryset(request)
        return rows.annotate(newest=Max("versions__number"))

    @admin.display(description="version", ordering="newest", empty_value="not published")
    def version(self, scenario: Scenario) -> int | None:
        """The number of the newest version."""
        return scenario.newest  # type: ignore[attr-defined, no-any-return]

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
        """Give the form what publishing has refused a moment ago, if it has."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)  # type: ignore[attr-defined]
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Save and publish in one transaction; what publishing refuses stands in the form."""
        context = {**(extra_context or {}), "remarks": self._remarks(request, object_id)}
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

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool  # type: ignore[type-arg]  # noqa: FBT001
    ) -> None:  # fmt: skip
        """Publish once the steps and permits are saved, too."""
        super().save_related(request, form, formsets, change)
        version = transitions.publish(
            form.instance,
            by=request.user,  # type: ignore[arg-type]
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
        )
        for remark in lint.lint(form.instance, timezone.now()):
            messages.warning(request, remark.sentence)
        messages.info(request, f"Version {version.number} counts for new requests.")

    @admin.action(description="Archive the selected scenarios", permissions=["change"])
    def archive(self, request: HttpRequest, chosen: QuerySet[Scenario]) -> None:
        """Take the chosen scenarios out of use."""
        self._each(request, chosen, transitions.archive, "is archived")

    @admin.action(description="Bring the selected scenarios back", permissions=["change"])
    def bring_back(self, request: HttpRequest, chosen: QuerySet[Scenario]) -> None:
        """Take the chosen scenarios into use again."""
        self._each(request, chosen, transitions.bring_back, "is in use again")

    def _remarks(self, request: HttpRequest, object_id: str | None) -> list[lint.Remark]:
        """Ask the lint about the scenario as it is saved."""
        scenario = self.get_object(request, unquote(object_id)) if object_id else None
        return lint.lint(scenario, timezone.now()) if scenario else []

    def _each(self, request: HttpRequest, chosen: QuerySet[Scenario], verb: Any, done: str) -> None:
        reason, now = request.POST.get("reason", ""), timezone.now()
        for scenario in chosen:
            try:
                verb(scenario, by=request.user, reason=reason, at=now)
            except DomainError as error:
                messages.error(request, f"{scenario}: {error}")
            else:
                messages.success(request, f"{scenario} {done}.")


@admin.register(ScenarioVersion)
class ScenarioVersionAdmin(ReadOnlyAdmin):
    list_display = ["scenario", "number", "made_at", "made_by", "reason"]
    list_filter = ["scenario"]
    list_select_related = ["scenario", "made_by"]


@admin.register(Request)
class RequestAdmin(ReadOnlyAdmin):
    list_display = ["case", "scenario", "requester", "urgency", "state", "ratification"]
    list_filter = ["state", "ratification", "urgency", "scenario"]
    list_select_related = ["scenario", "requester"]
    search_fields = ["case", "requester__name", "reference"]
    date_hierarchy = "submitted_at"


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ["request", "by", "kind", "group", "decided_at"]
    list_filter = ["kind", "group"]
    list_select_related = ["request", "by", "group"]


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    list_display = ["request", "holder", "status", "break_glass", "starts_at", "ends_at"]
    list_filter = ["status", "break_glass", "scenario"]
    list_select_related = ["request", "holder"]


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    list_display = ["case", "asked_by", "asked_at", "state", "answered_by", "answered_at"]
    list_filter = ["state"]
    list_select_related = ["case", "asked_by", "answered_by"]


@admin.register(Freeze)
class FreezeAdmin(ReadOnlyAdmin):
    list_display = ["kind", "person", "scenario", "imposed_at", "imposed_by", "lifted_at"]
    list_filter = ["kind"]
    list_select_related = ["person", "scenario", "imposed_by"]


@admin.register(DecisionLink)
class DecisionLinkAdmin(ReadOnlyAdmin):
    list_display = ["request", "person", "made_at", "expires_at", "used_at", "revoked_at"]
    list_select_related = ["request", "person"]

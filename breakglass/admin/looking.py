"""Whatever has a state is for looking only: it changes by transitions."""

from django.contrib import admin

from breakglass.models import (
    Decision,
    DecisionLink,
    Freeze,
    Grant,
    ProposedChange,
    Question,
    Request,
    ScenarioVersion,
)
from core.admin import ReadOnlyAdmin


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


@admin.register(ProposedChange)
class ProposedChangeAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "state", "proposed_by", "proposed_at", "decided_by"]
    list_filter = ["state", "kind"]
    list_select_related = ["proposed_by", "decided_by"]
    exclude = ["hidden"]

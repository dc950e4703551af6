"""Reviews and findings in the admin: to look at."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from reviews.models import Campaign, Finding, Obligation, Review


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    """After-action reviews."""

    list_display = ["grant", "state", "verdict", "reviewer", "due_at", "closed_at"]
    list_filter = ["state", "verdict", "grant__scenario"]
    list_select_related = ["grant__request", "reviewer"]
    search_fields = ["=grant__request__case", "reviewer__email", "grant__holder__email"]


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    """Findings."""

    list_display = ["kind", "severity", "state", "case", "opened_at", "resolved_at"]
    list_filter = ["state", "kind", "severity"]
    list_select_related = ["case"]
    search_fields = ["=case__case"]


@admin.register(Obligation)
class ObligationAdmin(ReadOnlyAdmin):
    """What has to be done before cases close."""

    list_display = ["kind", "state", "case", "owner", "due_at", "done_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["case", "owner"]
    search_fields = ["=case__case", "owner__email"]


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    """Campaigns."""

    list_display = ["kind", "first", "last", "state", "owner", "due_at", "ended_at"]
    list_filter = ["state", "kind", "rhythm"]
    list_select_related = ["owner"]

"""Reviews and findings in the admin: to look at."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from reviews.models import Finding, Review


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

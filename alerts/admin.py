"""Deliveries in the admin: for looking only."""

from django.contrib import admin

from alerts.models import Delivery
from core.admin import ReadOnlyAdmin


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Who was told of what, and how it went."""

    list_display = ["kind", "recipient", "channel", "state", "attempts", "created_at", "sent_at"]
    list_filter = ["state", "channel", "kind", "urgent"]
    list_select_related = ["recipient"]
    search_fields = ["recipient__name", "recipient__email"]
    show_full_result_count = False

"""Addresses of this room's API, under /api/v1/."""

from django.urls import path

from audit.api import LedgerEntries

urlpatterns = [path("ledger/entries", LedgerEntries.as_view(), name="api-ledger-entries")]

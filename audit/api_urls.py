"""Addresses of this room's API, under /api/v1/."""

from django.urls import path

from audit import api

urlpatterns = [
    path("ledger/entries", api.LedgerEntries.as_view(), name="api-ledger-entries"),
    path("ledger/entries/<int:seq>", api.LedgerEntry.as_view(), name="api-ledger-entry"),
    path("ledger/entries/<int:seq>/proof", api.LedgerEntryProof.as_view()),
    path("ledger/head", api.LedgerHead.as_view()),
    path("ledger/consistency", api.LedgerConsistency.as_view()),
]

"""Pages of this room."""

from django.urls import path

from audit import views

urlpatterns = [
    path("ledger/", views.ledger, name="ledger"),
    path("ledger/<int:seq>/", views.ledger_entry, name="ledger-entry"),
    path("ledger/<int:seq>/entry.json", views.ledger_leaf, name="ledger-leaf"),
]

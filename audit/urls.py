"""Pages of this room."""

from django.urls import path

from audit import views

urlpatterns = [
    path("ledger/", views.ledger, name="ledger"),
    path("ledger/bgverify.pyz", views.verifier, name="bgverify"),
    path("ledger/checkpoint", views.ledger_checkpoint, name="ledger-checkpoint"),
    path("ledger/<int:seq>/receipt", views.ledger_receipt, name="ledger-receipt"),
    path("ledger/<int:seq>/", views.ledger_entry, name="ledger-entry"),
    path("ledger/<int:seq>/entry.json", views.ledger_leaf, name="ledger-leaf"),
]

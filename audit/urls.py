"""Pages of this room."""

from django.urls import path

from audit.views import ledger, verification

urlpatterns = [
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/bgverify.pyz", ledger.verifier, name="bgverify"),
    path("ledger/checkpoint", ledger.ledger_checkpoint, name="ledger-checkpoint"),
    path("ledger/verification/", verification.verification, name="ledger-verification"),
    path("ledger/verification/now", verification.verify_now, name="ledger-verify"),
    path("ledger/<int:seq>/receipt", ledger.ledger_receipt, name="ledger-receipt"),
    path("ledger/<int:seq>/", ledger.ledger_entry, name="ledger-entry"),
    path("ledger/<int:seq>/entry.json", ledger.ledger_leaf, name="ledger-leaf"),
]

"""Pages of this room."""

from django.urls import path, re_path

from audit.views import checkpoints, entry, fitting, ledger, retention, sheet, tiles, verification
from core.api import NotFound

urlpatterns = [
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/entries.csv", sheet.ledger_sheet, name="ledger-sheet"),
    path("ledger/bgverify.pyz", ledger.verifier, name="bgverify"),
    path("ledger/verify.html", ledger.page_verifier, name="page-verifier"),
    path("ledger/checkpoint", tiles.SignedHead.as_view(), name="ledger-checkpoint"),
    re_path(tiles.TILE, tiles.TileFile.as_view(), name="ledger-tile"),
    re_path("^ledger/tile/", NotFound.as_view()),
    path("ledger/checkpoints/", checkpoints.checkpoints, name="ledger-checkpoints"),
    path("ledger/checkpoints/<int:size>/", checkpoints.checkpoint, name="ledger-head"),
    path("ledger/checkpoints/<int:size>/note", checkpoints.note, name="ledger-head-note"),
    path("ledger/policy.txt", checkpoints.policy, name="ledger-policy"),
    path("ledger/checkpoints/compare", checkpoints.compare, name="ledger-compare"),
    path("ledger/fits/", fitting.fits, name="ledger-fits"),
    path("ledger/verification/", verification.verification, name="ledger-verification"),
    path("ledger/verification/<int:pk>/explain", verification.resolve, name="difference-resolve"),
    path("ledger/verification/now", verification.verify_now, name="ledger-verify"),
    path("ledger/retention/", retention.retention, name="ledger-retention"),
    path("ledger/retention/hold", retention.hold_place, name="hold-place"),
    path("ledger/retention/<uuid:pk>/lift", retention.hold_lift, name="hold-lift"),
    path("ledger/retention/<uuid:pk>/keep", retention.hold_keep, name="hold-keep"),
    path("ledger/<int:seq>/receipt", entry.ledger_receipt, name="ledger-receipt"),
    path("ledger/<int:seq>/", entry.ledger_entry, name="ledger-entry"),
    path("ledger/<int:seq>/entry.json", entry.ledger_leaf, name="ledger-leaf"),
]

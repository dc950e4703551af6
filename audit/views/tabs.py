"""The parts of the ledger, each at an address of its own."""

import dataclasses

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _


@dataclasses.dataclass(frozen=True)
class Tab:
    """One part; the page of the one that is open is `current`."""

    label: str
    url: str
    current: bool


def tabs(request: HttpRequest) -> list[Tab]:
    """Return the parts that the reader may see."""
    parts = []
    if getattr(request.user, "may_read_record", False):
        parts += [(_("Entries"), "ledger"), (_("Signed heads"), "ledger-checkpoints")]
    if getattr(request.user, "may_verify_record", False):
        parts += [
            (_("Verification"), "ledger-verification"),
            (_("Retention"), "ledger-retention"),
        ]
    return [Tab(label, reverse(name), request.path == reverse(name)) for label, name in parts]

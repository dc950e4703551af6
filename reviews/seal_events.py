"""The close of a case, as the ledger tells it."""

import dataclasses
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class CaseSealed(Event, kind="case.sealed", title=_lazy("Case sealed")):
    """Nothing is left that has to be done first. `manifest` has the hashes of the entries before
    `until`.

    A case that was sealed before keeps that seal: `former` is its entry, and the hash of its leaf.
    """

    until: int
    manifest: dict[str, Any]
    former: dict[str, Any] = dataclasses.field(default_factory=dict)

    def sentence(self) -> str:
        count = sum(part["entries"] for part in self.manifest["parts"].values())
        if self.former:
            said = {"count": count, "former": self.former["seq"]}
            return _("sealed the case anew, %(count)s entries, after the seal of entry %(former)s"
                     ) % said  # fmt: skip
        return _("closed the case and sealed its %(count)s entries") % {"count": count}

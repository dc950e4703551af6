"""A file leaves the house, as the ledger tells it."""

import dataclasses

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event

_WHAT = {
    "ledger": _lazy("the ledger"),
    "cases": _lazy("the list of cases"),
    "reviews": _lazy("the list of reviews"),
    "findings": _lazy("the list of findings"),
    "obligations": _lazy("the list of obligations"),
    "reports": _lazy("the nightly reports"),
    "dashboard": _lazy("the dashboard"),
    "campaign": _lazy("a campaign"),
    "case_file": _lazy("a case, with proofs"),
    "scenarios": _lazy("the scenarios"),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExportTaken(Event, kind="export.taken", title=_lazy("Export taken"), personal=("chosen",)):
    """Somebody took a file away: `what` is in it, `chosen` is what it was narrowed to.

    `rows` are those that are in the file, which was whole when this was written.
    """

    what: str
    rows: int
    chosen: dict[str, str]

    def sentence(self) -> str:
        facts = {"rows": f"{self.rows:,}", "what": _WHAT.get(self.what, self.what)}
        said = ngettext(
            "took %(rows)s row away as a file: %(what)s",
            "took %(rows)s rows away as a file: %(what)s",
            self.rows,
        )
        # Erased words leave lists in the place of values.
        by = [f"{name} {value}" for name, value in self.chosen.items() if isinstance(value, str)]
        if not by:
            return said % facts
        chosen = gettext("narrowed to %(chosen)s") % {"chosen": ", ".join(by)}
        return f"{said % facts} ({chosen})"

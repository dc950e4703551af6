"""What happens to debts from earlier accesses, as the ledger tells it."""

import dataclasses

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class DebtWaived(
    Event, kind="debt.waived", title=_lazy("Debt waived"), personal=("reason",), critical=True
):
    """Somebody asked for access although something was overdue, of theirs or in the scenario.

    `owed` are the references of what was overdue, `person` who has the access; it counts against
    both.
    """

    person: str
    scenario: str
    owed: list[str]
    reason: str

    def sentence(self) -> str:
        return _("asked although something was overdue: %(reason)s") % {"reason": self.reason}

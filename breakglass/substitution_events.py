"""What happens to substitutions, as the ledger tells it; both people are named in each entry."""

import dataclasses
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event
from core.words import dated


@dataclasses.dataclass(frozen=True, kw_only=True)
class SubstitutionNamed(
    Event, kind="substitution.named", title=_lazy("Substitute named"), critical=True
):
    """Somebody named who decides in their place; this widens who may approve.

    `by_another`: an administrator did, for somebody who is away, and `second` has accepted it;
    nobody where there was no second administrator. Older entries have neither.
    """

    person: str
    substitute: str
    since: str
    until: str
    by_another: bool = False
    second: str = ""

    def sentence(self) -> str:
        since, until = (datetime.fromisoformat(each) for each in (self.since, self.until))
        said = _("named who decides in their place, from %(since)s until %(until)s")
        if self.by_another:
            said = _(
                "named who decides in the place of somebody who is away, from %(since)s until"
                " %(until)s"
            )
        return said % {"since": dated(since), "until": dated(until)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class SubstitutionEnded(Event, kind="substitution.ended", title=_lazy("Substitution ended")):
    """Somebody ended a substitution before the clock did."""

    person: str
    substitute: str

    def sentence(self) -> str:
        return _("ended a substitution early")

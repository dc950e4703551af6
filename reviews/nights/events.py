"""What people make of patterns, as the ledger tells it. People are named by reference alone."""

import dataclasses
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event
from core import zones
from core.dates import day_words
from reviews.models import Pattern


@dataclasses.dataclass(frozen=True, kw_only=True)
class PatternSetAside(
    Event, kind="pattern.set_aside", title=_lazy("Pattern is no concern"), personal=("reason",)
):
    """What a nightly report saw is no concern until then, or until `number` has doubled."""

    pattern: str
    about: str
    number: int
    until: str
    reason: str

    def sentence(self) -> str:
        day = zones.last_day(datetime.fromisoformat(self.until))
        facts = {"kind": kind_words(self.pattern), "day": day_words(day)}
        said = _("found that a pattern is no concern until %(day)s: %(kind)s") % facts
        return f"{said}. {self.reason}" if self.reason else said


@dataclasses.dataclass(frozen=True, kw_only=True)
class PatternTakenUp(Event, kind="pattern.taken_up", title=_lazy("Pattern taken up again")):
    """What was no concern is one."""

    pattern: str
    about: str

    def sentence(self) -> str:
        return _("took up a pattern again: %(kind)s") % {"kind": kind_words(self.pattern)}


def kind_words(kind: str) -> str:
    """Return the kind of a pattern as it reads within a sentence."""
    return str(dict(Pattern.Kind.choices).get(kind, kind))

"""What the replay puts on the record."""

import dataclasses

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class Replayed(Event, kind="audit.replayed", title=_lazy("Tables fit the record")):
    """Everything was replayed from its entries, and the tables said nothing new against them."""

    compared: int
    unexplained: int

    def sentence(self) -> str:
        facts = {"compared": f"{self.compared:,}", "open": f"{self.unexplained:,}"}
        text = gettext("compared the tables with the record: %(compared)s things, nothing new")
        if self.unexplained:
            text = gettext(
                "compared the tables with the record: %(compared)s things, nothing new,"
                " %(open)s differences not explained yet"
            )
        return text % facts


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReplayFailed(
    Event, kind="audit.replay_failed", title=_lazy("Tables differ from the record"), critical=True
):
    """Tables say something else than the record does: somebody changed rows and made no entry.

    `examples` are the first differences, each with the reference of the thing.
    """

    compared: int
    found: int
    examples: list[str]

    def sentence(self) -> str:
        text = gettext("found %(found)s differences between the tables and the record: %(first)s")
        return text % {"found": f"{self.found:,}", "first": "; ".join(self.examples)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DifferenceResolved(
    Event,
    kind="audit.difference_resolved",
    title=_lazy("Difference explained"),
    personal=("note",),
):
    """Somebody explained why a table said something else than the record."""

    about: str
    what: str
    note: str

    def sentence(self) -> str:
        facts = {"about": self.about, "what": self.what, "note": self.note}
        return gettext("explained a difference (%(about)s, %(what)s): %(note)s") % facts

"""What the record says where nobody says that they have read an alert."""

import dataclasses

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event, title_of


@dataclasses.dataclass(frozen=True, kw_only=True)
class AlertUnread(Event, kind="alert.unread", title=_lazy("Alert read by nobody yet")):
    """Nobody of those who were told has read an alert in time: the next audience is told.

    `entry` is what they were told of, `told` how many people that were, `audiences` who is next,
    and `people` whom configured routes add.
    """

    about: str
    entry: int
    told: int
    minutes: int
    audiences: list[str]
    people: list[str] = dataclasses.field(default_factory=list)

    def sentence(self) -> str:
        said = ngettext(
            "tells more people of “%(title)s” (entry %(entry)s): in %(minutes)s min %(told)s person"
            " was told, and nobody has read it",
            "tells more people of “%(title)s” (entry %(entry)s): in %(minutes)s min %(told)s people"
            " were told, and nobody has read it",
            self.told,
        )
        return said % {
            "title": title_of(self.about),
            "entry": self.entry,
            "minutes": self.minutes,
            "told": self.told,
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class AlertUnseen(Event, kind="alert.unseen", title=_lazy("Alert read by nobody")):
    """Everybody who might have read an alert was told, and nobody has."""

    about: str
    entry: int
    told: int
    minutes: int

    def sentence(self) -> str:
        said = gettext(
            "finds that nobody has read “%(title)s” (entry %(entry)s) in %(minutes)s min, of"
            " %(told)s people who were told"
        )
        return said % {
            "title": title_of(self.about),
            "entry": self.entry,
            "minutes": self.minutes,
            "told": self.told,
        }

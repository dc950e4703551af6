"""Places on shared pages that rooms fill without knowing one another.

The case page belongs to `breakglass`, yet shows what `reviews` and `alerts` know of a case. Calls
go down only, so each room registers what it has to show when its app is ready, and the page
gathers it.
"""

import dataclasses
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

T = TypeVar("T")


class Slot(Generic[T]):
    """A named place; each provider returns any number of items for one request."""

    def __init__(self) -> None:
        self._providers: list[tuple[int, Callable[..., list[T]]]] = []

    def provide(
        self, *, order: int = 50
    ) -> Callable[[Callable[..., list[T]]], Callable[..., list[T]]]:
        """Register a provider; lower `order` stands first."""

        def register(provider: Callable[..., list[T]]) -> Callable[..., list[T]]:
            self._providers.append((order, provider))
            self._providers.sort(key=lambda pair: pair[0])
            return provider

        return register

    def gather(self, request: HttpRequest, *args: Any) -> list[T]:
        """Ask every provider in order and return what they have."""
        return [item for __, provider in self._providers for item in provider(request, *args)]


@dataclasses.dataclass(frozen=True, kw_only=True)
class NavItem:
    """A line of the rail: `group` is its heading, `phone` whether the bottom bar has it too.

    `key` is the letter that leads there after `g`.
    """

    group: str
    label: str
    url_name: str
    icon: str
    count: int = 0
    phone: bool = False
    key: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Waiting:
    """Something on Home that waits for the person; `number` is how many things it stands for."""

    icon: str
    title: str
    detail: str
    url: str
    action: str
    tone: str = ""
    number: int = 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class Health:
    """One lamp of the health strip; `tone` is ok, wait or danger, `key` is its name in the API."""

    key: str
    label: str
    detail: str
    tone: str
    url: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Banner:
    """What its reader has to know on whichever page they are; `url` is where to act on it."""

    text: str
    tone: str
    icon: str
    url: str
    action: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Panel:
    """A panel of a page: a template and what it takes. `place` is main or side."""

    template: str
    context: dict[str, Any]
    place: str = "main"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of a case afterwards: `case` is its reference, `value` a state, `label` words.

    `misuse` says that the access should not have been used as it was.
    """

    case: str
    value: str
    label: str
    misuse: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that a room knows of a case, beside what the page shows: a name and a sentence."""

    name: str
    text: str
    url: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Flags:
    """What in a case's record its reader should look at.

    `entries` is a query for the numbers of these entries, `look` says of some of them how: a state
    and its words.
    """

    count: int
    entries: QuerySet[Any, int]
    look: Callable[[Collection[int]], dict[int, tuple[str, str]]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class CaseAction:
    """Something that the reader can do about a case, `part` says as what: "as reviewer"."""

    part: str
    label: str
    url: str
    icon: str
    primary: bool = True


@dataclasses.dataclass(frozen=True, kw_only=True)
class Found:
    """Something that a search has found; `at` is when it happened."""

    group: str
    icon: str
    title: str
    url: str
    detail: str = ""
    at: datetime | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Deed:
    """Something that the person can do from anywhere; `words` are other words for it."""

    icon: str
    title: str
    url: str
    words: str = ""


nav: Slot[NavItem] = Slot()
deeds: Slot[Deed] = Slot()
red_button: Slot[str] = Slot()  # the address that it leads to; none where it would do nothing
asking: Slot[str] = Slot()  # the address where one asks for access; none for who may not
found: Slot[Found] = Slot()  # asked with the words that were typed
waiting: Slot[Waiting] = Slot()
health: Slot[Health] = Slot()
banners: Slot[Banner] = Slot()
channels: Slot[str] = Slot()  # by what people are told: "mail"
case_panels: Slot[Panel] = Slot()
profile_panels: Slot[Panel] = Slot()
person_panels: Slot[Panel] = Slot()  # gathered with a person, in the admin
group_panels: Slot[Panel] = Slot()  # gathered with a group, in the admin
scenario_panels: Slot[Panel] = Slot()  # gathered with a scenario, on its page and in the admin
verdicts: Slot[Verdict] = Slot()  # gathered with cases
case_facts: Slot[Fact] = Slot()  # gathered with the request that opened the case
case_flags: Slot[Flags] = Slot()  # gathered with the request that opened the case
case_actions: Slot[CaseAction] = Slot()  # gathered with the request that opened the case


def rest(number: int, title: str, *, icon: str, url: str) -> list[Waiting]:
    """Return the line that stands for what Home has no room for; nothing where it has."""
    if number <= 0:
        return []
    action = _("See them all")
    return [Waiting(icon=icon, title=title, detail="", url=url, action=action, number=number)]

"""What shared pages need: the rail, gathered once for each page, and a page with one sentence."""

import dataclasses
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from core import looks, slots
from core.once import once

# In this order, whatever the reader's language.
GROUPS = {
    "Me": _("Me"),
    "Decide": _("Decide"),
    "Respond": _("Respond"),
    "Review": _("Review"),
    "Audit": _("Audit"),
    "Administer": _("Administer"),
}


@dataclasses.dataclass(frozen=True)
class Link:
    """A line of the rail or of the bottom bar, with its address and whether one is there."""

    item: slots.NavItem
    url: str
    current: bool


@dataclasses.dataclass(frozen=True)
class Navigation:
    """The rail by groups, and the few lines that the bottom bar of a phone has room for."""

    groups: list[tuple[str, list[Link]]]
    phone: list[Link]


@once
def navigation(request: HttpRequest) -> Navigation:
    """Return where this person may go; asked of the rooms once for each page."""
    links = [link for item in slots.nav.gather(request) if (link := _link(item, request.path))]
    best = max((len(link.url) for link in links if link.current), default=0)
    links = [
        dataclasses.replace(link, current=link.current and len(link.url) == best) for link in links
    ]
    names = list(dict.fromkeys([*GROUPS, *(link.item.group for link in links)]))
    groups = [(name, [link for link in links if link.item.group == name]) for name in names]
    return Navigation(
        groups=[(str(GROUPS.get(name, name)), members) for name, members in groups if members],
        phone=[link for link in links if link.item.phone][:4],
    )


def _link(item: slots.NavItem, path: str) -> Link | None:
    try:
        url = reverse(item.url_name)
    except NoReverseMatch:
        return None  # the page is not built yet; a dead line helps nobody
    here = path == url or (url != "/" and path.startswith(url))
    return Link(item, url, current=here)


def shell(request: HttpRequest) -> dict[str, object]:
    """Give every page its rail, banners, ways in, reader and looks (context processor).

    Nothing is asked before a page draws it.
    """
    signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
    return {
        "navigation": (lambda: navigation(request)) if signed_in else None,
        "banners": (lambda: slots.banners.gather(request)) if signed_in else None,
        "red_button": (lambda: "".join(slots.red_button.gather(request))) if signed_in else None,
        "asking": (lambda: "".join(slots.asking.gather(request))) if signed_in else None,
        "teams": (lambda: _teams(request)) if signed_in else None,
        "looks": looks.of(request),
    }


@once
def _teams(request: HttpRequest) -> list[str]:
    """Name two of the reader's groups: the rail and the bottom bar show them, asked once."""
    user: Any = request.user  # of a room above this one
    return [group.name for group in user.groups_at(None).order_by("pk")[:2]]


def say(request: HttpRequest, sentence: str, *, status: int = 400, title: str = "") -> HttpResponse:
    """Answer with one sentence on a page of its own."""
    context = {"sentence": sentence, "title": title or HTTPStatus(status).phrase}
    return render(request, "errors/sentence.html", context, status=status)

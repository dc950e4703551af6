"""What people may mean by a few words in the ledger, and where each meaning leads."""

import dataclasses
from itertools import product
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from audit import pruned
from audit.events import known, title_of
from audit.models import Entry
from core import refs

_MOST = 6
_LONGEST = 5  # words that may be a name and an event
_LAST = 2**63 - 1


@dataclasses.dataclass(frozen=True)
class Way:
    """One meaning of the words: what one will see, and where."""

    text: str
    url: str
    icon: str


def ways(words: str) -> list[Way]:
    """Return every meaning, the nearest first; none where nothing is called so.

    Each leads to a list that an index of the record answers: nothing reads through its words.
    """
    words = " ".join(words.split())
    return [
        *_entry(words), *_things(words), *_kinds(words), *_things_and_kinds(words),
        *_people_and_things(words),
    ]  # fmt: skip


def _entry(words: str) -> list[Way]:
    number = words.removeprefix("#")
    if not number.isdecimal() or int(number) > _LAST:
        return []
    if not (pruned.why_gone(int(number)) or Entry.objects.filter(seq=int(number)).exists()):
        return []
    url = reverse("ledger-entry", args=[int(number)])
    return [Way(_("Entry %(number)s") % {"number": number}, url, "ledger")]


def _things(words: str) -> list[Way]:
    found = []
    for reference, label in refs.find(words).items():
        kind, name = reference.partition(":")[0], {"name": label.text}
        if kind == "user":
            found.append(Way(_("What %(name)s did") % name, _list(actor=reference), "user"))
            about = _("What happened to %(name)s") % name
            found.append(Way(about, _list(subject=reference), "user"))
        elif kind == "request":
            about = _("Everything in %(name)s") % name
            found.append(Way(about, _list(case=reference), "case"))
        else:
            text = (
                _("Everything about %(name)s")
                if refs.has_parts(reference)
                else _("What happened to %(name)s")
            )
            found.append(Way(text % name, _list(subject=reference), "info"))
    return found


def _kinds(words: str) -> list[Way]:
    return [
        Way(_("Events “%(title)s”") % {"title": title}, _list(kind=kind), "flag")
        for kind, title in _called(words)[:_MOST]
    ]


def _things_and_kinds(words: str) -> list[Way]:
    """Return what a name and an event beside each other mean: "ada door closed", "denied 147"."""
    parts = words.split()
    found: dict[str, Way] = {}
    for cut in range(1, len(parts)) if len(parts) <= _LONGEST else ():
        first, last = " ".join(parts[:cut]), " ".join(parts[cut:])
        for name, event in ((first, last), (last, first)):
            # "case 147" is about a case, and not about one that is sealed.
            kinds = [] if event.lower() in {"case", _("case")} else _called(event)
            for reference, label in refs.find(name).items() if kinds else ():
                for kind, title in kinds:
                    way = _both(reference, label.text, kind, title)
                    found.setdefault(way.url, way)
    return list(found.values())[:_MOST]


def _people_and_things(words: str) -> list[Way]:
    """Return what a person and a thing beside each other mean: "ada okafor shop-db", "147 ada"."""
    parts = words.split()
    found: dict[str, Way] = {}
    for cut in range(1, len(parts)) if len(parts) <= _LONGEST else ():
        first = refs.find(" ".join(parts[:cut]))
        last = refs.find(" ".join(parts[cut:])) if first else {}
        for one, other in [*product(first, last), *product(last, first)]:
            if one.startswith("user:") and not other.startswith("user:"):
                column = "case" if other.startswith("request:") else "subject"
                labels = first | last
                text = _("What %(name)s did: %(thing)s")
                facts = {"name": labels[one].text, "thing": labels[other].text}
                way = Way(text % facts, _list(actor=one, **{column: other}), "user")
                found.setdefault(way.url, way)
    return list(found.values())[:_MOST]


def _both(reference: str, name: str, kind: str, title: str) -> Way:
    column = {"user": "actor", "request": "case"}.get(reference.partition(":")[0], "subject")
    text = _("“%(title)s” by %(name)s") if column == "actor" else _("“%(title)s”: %(name)s")
    return Way(
        text % {"title": title, "name": name}, _list(kind=kind, **{column: reference}), "flag"
    )


def _called(words: str) -> list[tuple[str, str]]:
    """Return the kinds of events of that name, each with its title in the reader's language."""
    wanted = words.casefold()
    if len(wanted) < 3:
        return []
    titles = {kind: title_of(kind) for kind in sorted(known())}
    return [
        (kind, title)
        for kind, title in titles.items()
        if wanted in title.casefold()
        or wanted in kind
        or wanted in kind.replace(".", " ").replace("_", " ")
    ]


def _list(**chosen: str) -> str:
    return f"{reverse('ledger')}?{urlencode(chosen)}"

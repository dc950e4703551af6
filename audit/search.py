"""What people may mean by a few words in the ledger, and where each meaning leads."""

import dataclasses
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from audit.events import known
from audit.models import Entry
from core import refs

_KINDS = 6
_LAST = 2**63 - 1


@dataclasses.dataclass(frozen=True)
class Way:
    """One meaning of the words: what one will see, and where."""

    text: str
    url: str
    icon: str


def ways(words: str) -> list[Way]:
    """Return every meaning, the nearest first; none where nothing is called so."""
    words = words.strip()
    return [*_entry(words), *_things(words), *_kinds(words)]


def _entry(words: str) -> list[Way]:
    number = words.removeprefix("#")
    if not number.isdecimal() or int(number) > _LAST:
        return []
    if not Entry.objects.filter(seq=int(number)).exists():
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
            about = _("What happened to %(name)s") % name
            found.append(Way(about, _list(subject=reference), "info"))
    return found


def _kinds(words: str) -> list[Way]:
    if len(words) < 3:
        return []
    wanted = words.lower().replace(" ", "_")
    kinds = [kind for kind in sorted(known()) if wanted in kind.replace(".", "_") or words in kind]
    return [
        Way(_("Events “%(kind)s”") % {"kind": kind}, _list(kind=kind), "flag")
        for kind in kinds[:_KINDS]
    ]


def _list(**chosen: str) -> str:
    return f"{reverse('ledger')}?{urlencode(chosen)}"

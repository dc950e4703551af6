"""What of the record somebody looked at, in words: its pages, and the filters of its list."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

_WORDS = {
    "list": _("the list"),
    "file": _("a file"),
    "heads": _("signed heads"),
    "policy": _("whom to trust"),
    "kind": _("event"),
    "actor": _("who"),
    "subject": _("about"),
    "case": _("case"),
    "since": _("from"),
    "until": _("until"),
}


def words(page: str, filters: dict[str, str]) -> str:
    """Say "the list: event door.opened, case request:…" within a sentence."""
    chosen = ", ".join(f"{_word(name)} {value}" for name, value in filters.items())
    return f"{_word(page)}: {chosen}" if chosen else _word(page)


def _word(name: str) -> str:
    """Return the word for a page or a filter; "entry 7" and "head 9" keep their numbers."""
    if name in _WORDS:
        return str(_WORDS[name])
    kind, __, number = name.partition(" ")
    if kind == "entry" and number:
        return gettext("entry %(number)s") % {"number": number}
    if kind == "head" and number:
        return gettext("head %(number)s") % {"number": number}
    return name

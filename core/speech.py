"""Sentences that are English in the record and speak the reader's language on pages.

A rule's sentence goes three ways: onto the page of whoever reads it, into the record, and out of
the API. The record and the API are English, whoever acted; pages follow the reader. So rules
return a `Sentence`: a `str` in English that still knows what it was made of.
"""

from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext


class Sentence(str):
    """English text that can say itself in the language of the reader."""

    one: str
    many: str  # empty where nothing is counted
    number: int
    facts: dict[str, Any]

    def __new__(cls, one: str, many: str, number: int, facts: dict[str, Any]) -> "Sentence":
        """Make the English text, and keep what it was made of."""
        made = super().__new__(cls, (many if many and number != 1 else one) % facts)
        made.one, made.many, made.number, made.facts = one, many, number, facts
        return made

    def translated(self) -> str:
        """Return the sentence in the language that is active now."""
        known = ngettext(self.one, self.many, self.number) if self.many else gettext(self.one)
        return known % {key: shown(value) for key, value in self.facts.items()}

    def __html__(self) -> SafeString:
        """Say it in the reader's language wherever a template shows it."""
        return escape(self.translated())


def phrase(sentence: str, **facts: object) -> Sentence:
    """Return a sentence; `%(name)s` in it stands for a fact, and a percent sign is `%%`."""
    return Sentence(sentence, "", 0, facts)


def phrase_count(one: str, many: str, number: int, **facts: object) -> Sentence:
    """Return a sentence about `number` things; `%(number)s` stands for it."""
    return Sentence(one, many, number, {"number": number, **facts})


def shown(text: object) -> str:
    """Return text as a page shows it: a `Sentence` in the reader's language, all else as it is.

    For what reaches a page otherwise than by `{{ … }}`: messages and errors of forms.
    """
    return text.translated() if isinstance(text, Sentence) else str(text)

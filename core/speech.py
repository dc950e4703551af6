"""Sentences that are English in the record and speak the reader's language on pages.

A rule's sentence goes three ways: onto the page of whoever reads it, into the record, and out of
the API. The record and the API are English, whoever acted; pages follow the reader. So rules
return a `Sentence`: a `str` in English that still knows what it was made of.
"""

from datetime import UTC, date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, override

from core import dates


class Sentence(str):
    """English text that can say itself in the language of the reader."""

    one: str
    many: str  # empty where nothing is counted
    number: int
    facts: dict[str, Any]

    def __new__(cls, one: str, many: str, number: int, facts: dict[str, Any]) -> "Sentence":
        """Make the English text, and keep what it was made of."""
        english = many if many and number != 1 else one
        made = super().__new__(cls, english % {key: _fact(fact) for key, fact in facts.items()})
        made.one, made.many, made.number, made.facts = one, many, number, facts
        return made

    def translated(self) -> str:
        """Return the sentence in the language that is active now."""
        known = ngettext(self.one, self.many, self.number) if self.many else gettext(self.one)
        return known % {key: shown(value) for key, value in self.facts.items()}

    def __html__(self) -> SafeString:
        """Say it in the reader's language wherever a template shows it."""
        return escape(self.translated())


def _fact(fact: object) -> object:
    """Return a fact as the record has it; the label of a choice is made when it is read."""
    if isinstance(fact, datetime):
        return f"{fact.astimezone(UTC):%d %b, %H:%M} UTC"
    if isinstance(fact, date):
        return f"{fact:%-d %B %Y}"
    return english(fact) if isinstance(fact, Promise) else fact


def english(text: object) -> str:
    """Return the label of a choice, or the name of a model, as the record has it."""
    with override(None):
        return str(text)


def phrase(sentence: str, **facts: object) -> Sentence:
    """Return a sentence; `%(name)s` in it stands for a fact, and a percent sign is `%%`.

    A fact may be a sentence or the label of a choice, which then speak the same language, a day,
    or a time: UTC in the record, the reader's own on pages.
    """
    return Sentence(sentence, "", 0, facts)


def phrase_count(one: str, many: str, number: int, **facts: object) -> Sentence:
    """Return a sentence about `number` things; `%(number)s` stands for it."""
    return Sentence(one, many, number, {"number": number, **facts})


def sentences(*said: str) -> Sentence:
    """Return several sentences as one, each still able to speak the reader's language."""
    facts = {f"s{place}": each for place, each in enumerate(said)}
    return Sentence(" ".join(f"%({name})s" for name in facts), "", 0, facts)


def shown(text: object) -> str:
    """Return text as a page shows it: a `Sentence` in the reader's language, all else as it is.

    A time is that of the reader's zone. For what reaches a page otherwise than by `{{ … }}`:
    messages and errors of forms.
    """
    if isinstance(text, datetime):
        return dates.moment_words(text, "DAY")
    if isinstance(text, date):
        return dates.day_words(text, "LONG_DAY")
    return text.translated() if isinstance(text, Sentence) else str(text)

"""The three ways in which the product says no, each with a sentence a person can read."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime

from core.speech import shown


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attempt:
    """Who tried what and when; references are those of the ledger (`user:…`, `request:…`)."""

    actor: str
    subject: str
    at: datetime
    case: str = ""


class DomainError(Exception):
    """A refusal whose sentence is shown to the person: see `core.speech`.

    Where it refuses an attempt at access, `attempt` says whose, and it goes on the record.
    """

    attempt: Attempt | None = None

    @property
    def sentence(self) -> str:
        """The refusal as a page shows it, in the reader's language; `str()` of it is English."""
        return shown(self.args[0])


class BadInput(DomainError):
    """What was asked for is malformed or outside the rules; the API answers 422.

    `field` names the form field or JSON key the sentence belongs to, or is empty. `also` holds
    what else is wrong, a sentence by field, so that nobody mends one thing to hear of the next.
    """

    def __init__(
        self,
        sentence: str,
        *,
        field: str = "",
        attempt: Attempt | None = None,
        also: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.field = field
        self.attempt = attempt
        self.also = dict(also or {})

    @classmethod
    def of(cls, wrong: Mapping[str, str], *, attempt: Attempt | None = None) -> "BadInput":
        """Return the refusal of everything that is wrong: a sentence by field, the first first."""
        (field, sentence), *rest = wrong.items()
        return cls(sentence, field=field, attempt=attempt, also=dict(rest))


class WrongState(DomainError):
    """It was possible once or may be later, but not now; the API answers 409."""


class NotAllowed(DomainError):
    """This person may not do this; the API answers 403. Always on the record."""

    def __init__(
        self, sentence: str, *, actor: str, subject: str, at: datetime, case: str = ""
    ) -> None:
        super().__init__(sentence)
        self.attempt = Attempt(actor=actor, subject=subject, at=at, case=case)

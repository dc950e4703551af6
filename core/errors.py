"""The three ways in which the product says no, each with a sentence a person can read."""

from datetime import datetime


class DomainError(Exception):
    """A refusal whose text is shown to the person as it stands."""


class BadInput(DomainError):
    """What was asked for is malformed or outside the rules; the API answers 422.

    `field` names the form field or JSON key the sentence belongs to, or is empty.
    """

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class WrongState(DomainError):
    """It was possible once or may be later, but not now; the API answers 409."""


class NotAllowed(DomainError):
    """This person may not do this; the API answers 403.

    `actor`, `subject` and `case` are references as in the ledger (`user:…`, `request:…`) and
    `at` is when it was tried: a refusal is an event, and `audit.log.transition` records it.
    """

    def __init__(
        self, sentence: str, *, actor: str, subject: str, at: datetime, case: str = ""
    ) -> None:
        super().__init__(sentence)
        self.actor = actor
        self.subject = subject
        self.at = at
        self.case = case

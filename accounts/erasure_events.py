"""What happens to the erasure of a person, as the ledger tells it. None of it names anybody."""

import dataclasses

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _lazy

from audit import legal
from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class OfErasure(Event):
    """Base of what happens to an erasure; `about` and `proposer` are references."""

    about: str
    proposer: str
    legal_basis: str
    reference: str

    def said(self, sentence: str) -> str:
        """Put the legal basis into the sentence."""
        return sentence % {"basis": legal.short(self.legal_basis)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ErasureProposed(
    OfErasure, kind="erasure.proposed", title=_lazy("An erasure waits for you"), critical=True
):
    """An administrator wants a person to be forgotten."""

    def sentence(self) -> str:
        return self.said(gettext("asked that a person be erased under %(basis)s"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class ErasureAccepted(
    OfErasure, kind="erasure.accepted", title=_lazy("Erasure confirmed"), critical=True
):
    """A second person confirmed it: the account is gone, and the words follow."""

    def sentence(self) -> str:
        return self.said(gettext("confirmed that a person is erased under %(basis)s"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class ErasureDeclined(
    OfErasure, kind="erasure.declined", title=_lazy("Erasure declined"), personal=("answer",)
):
    """A second administrator declined: nothing was erased."""

    answer: str

    def sentence(self) -> str:
        return gettext("declined to erase a person: %(answer)s") % {"answer": self.answer}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ErasureWithdrawn(OfErasure, kind="erasure.withdrawn", title=_lazy("Erasure withdrawn")):
    """Who had asked for it took it back."""

    def sentence(self) -> str:
        return gettext("withdrew the erasure of a person")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ErasureLapsed(OfErasure, kind="erasure.lapsed", title=_lazy("Erasure lapsed")):
    """Nobody confirmed it in time."""

    def sentence(self) -> str:
        return gettext("closed the erasure of a person: nobody confirmed it in time")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ErasureDone(OfErasure, kind="erasure.done", title=_lazy("Person erased")):
    """Nothing is left of the person but a pseudonym; `entries` lost their words."""

    entries: int

    def sentence(self) -> str:
        said = ngettext(
            "erased a person: words of %(count)s entry are gone",
            "erased a person: words of %(count)s entries are gone",
            self.entries,
        )
        return said % {"count": f"{self.entries:,}"}

"""What an entry of the record is about: the facts that routes and letters are made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from accounts.models import Erasure, User
from audit.events import Event
from audit.models import Entry
from audit.reading import event_of
from breakglass.models import Freeze, Grant, ProposedChange, Request, Substitution
from core.refs import key_of
from core.words import standing_in
from reviews.models import Campaign


class NothingToTell(Exception):
    """The entry's words are not there (any more), so nobody can be told of it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Story:
    """One entry with what it concerns.

    `request` is the request it is about, an extension where it is about one, or else the one
    that opened the case; None for what belongs to no case.
    """

    entry: Entry
    event: Event
    actor: User | None
    request: Request | None
    freeze: Freeze | None
    change: ProposedChange | None
    erasure: Erasure | None

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.entry.occurred_at

    @property
    def asked(self) -> Request:
        """The request. Raises NothingToTell where there is none."""
        if self.request is None:
            raise NothingToTell(f"{self.entry} names no request that exists.")
        return self.request

    @property
    def broken(self) -> bool:
        """Whether it belongs to a case that began by breaking the glass."""
        if self.request is None:
            return False
        return self.request.original.urgency == Request.Urgency.BREAK_GLASS

    @property
    def drill(self) -> bool:
        """Whether it belongs to an exercise."""
        return self.request is not None and self.request.rules.drill

    @property
    def root(self) -> int | None:
        """The entry that nobody has read, where this is told for that."""
        of_alert = self.entry.kind.startswith("alert.")
        return getattr(self.event, "entry", None) if of_alert else None

    @property
    def requesters(self) -> list[User]:
        """Who asked, and who filed it for them."""
        if self.request is None:
            return []
        return list(dict.fromkeys([self.request.requester, self.request.filed_by]))

    @property
    def asker(self) -> User | None:
        """Who asked the question that was answered."""
        key = key_of(getattr(self.event, "asker", ""), "user")
        return User.objects.filter(pk=key).first() if key else None

    @property
    def member(self) -> User | None:
        """Whose account a change of configuration is about."""
        key = key_of(self.entry.subject, "user")
        return User.objects.filter(pk=key).first() if key else None

    @property
    def substitution(self) -> Substitution | None:
        """Who was named to stand in for whom, where it is about that."""
        key = key_of(self.entry.subject, "substitution")
        return Substitution.objects.told().filter(pk=key).first() if key else None

    @property
    def campaign(self) -> Campaign | None:
        """The campaign that it is about."""
        key = key_of(self.entry.subject, "campaign")
        return Campaign.objects.told().filter(pk=key).first() if key else None

    @property
    def voice(self) -> str:
        """Who did it, and in whose place; nobody is the house."""
        if self.actor is None:
            return "Breakglass"
        key = key_of(getattr(self.event, "instead_of", ""), "user")
        other = User.objects.filter(pk=key).first() if key else None
        return standing_in(self.actor, other) if other else str(self.actor)

    @property
    def targets(self) -> Sequence[str]:
        """The names of the targets that it is about."""
        named: Sequence[str] = getattr(self.event, "targets", ())
        if not named and self.request:
            named = [target.name for target in self.request.targets.all()]
        return named


def story_of(entry: Entry) -> Story:
    """Gather what an entry is about. Raises NothingToTell when its words were erased."""
    event = event_of(entry)
    if event is None:
        raise NothingToTell(f"The words of {entry} cannot be read.")
    return Story(
        entry=entry,
        event=event,
        actor=User.objects.filter(pk=key).first() if (key := key_of(entry.actor, "user")) else None,
        request=_request_of(entry),
        freeze=_freeze_of(entry),
        change=_change_of(entry),
        erasure=_erasure_of(entry),
    )


def story_at(seq: int) -> Story:
    """Gather what the entry of that number is about. Raises as `story_of` does."""
    entry = Entry.objects.filter(pk=seq).first()
    if entry is None:
        raise NothingToTell(f"The record has no entry {seq}.")
    return story_of(entry)


def _request_of(entry: Entry) -> Request | None:
    """Return the request; news of a message or a hold are not news of its case, which others
    may not see.
    """
    if entry.kind.startswith(("delivery.", "hold.")):
        return None
    rows = Request.objects.told().select_related("extends__request__version")
    if key := key_of(entry.subject, "grant"):
        of_grant = Grant.objects.filter(pk=key).values("request")
        return rows.filter(pk__in=of_grant).first()
    if key := key_of(entry.subject, "request") or key_of(entry.case, "request"):
        return rows.filter(pk=key).first()
    return None


def _freeze_of(entry: Entry) -> Freeze | None:
    key = key_of(entry.subject, "freeze")
    rows = Freeze.objects.select_related("person", "scenario")
    return rows.filter(pk=key).first() if key else None


def _change_of(entry: Entry) -> ProposedChange | None:
    key = key_of(entry.subject, "change")
    return ProposedChange.objects.told().filter(pk=key).first() if key else None


def _erasure_of(entry: Entry) -> Erasure | None:
    key = key_of(entry.subject, "erasure")
    return Erasure.objects.told().filter(pk=key).first() if key else None

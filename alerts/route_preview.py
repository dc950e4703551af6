"""What a route would have done in the last days, reckoned from the record."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import User
from alerts.models import Channel, Delivery
from alerts.routes import ROUTES, always
from alerts.routing import Addition, Occasion
from audit.models import Entry
from breakglass.models import Freeze, Request
from core.refs import key_of

DAYS = 30
MOST = 1000  # entries that are looked at, the newest ones


@dataclasses.dataclass(frozen=True, kw_only=True)
class Preview:
    """Whom a route would tell now, and how often it would have in the last days.

    `told` counts events, `messages` one for each person and place that was not told anyway.
    `cut` is whether there were more events than are looked at.
    """

    standing: list[User]
    on_call: list[User]
    places: tuple[Channel, ...]
    later: list[tuple[timedelta, list[User]]]
    told: int
    messages: int
    anyway: int
    cut: bool


def preview(addition: Addition, *, at: datetime) -> Preview:
    """Look back over `DAYS`. The number of queries does not grow with what happened."""
    standing, on_call = addition.whom.standing(at), addition.whom.on_call(at)
    rows = Entry.objects.filter(kind__in=addition.events, occurred_at__gt=at - timedelta(DAYS))
    found = list(rows.order_by("-seq")[: MOST + 1])
    fitting = _fitting(addition, found[:MOST])
    known = _known(entry.seq for entry in fitting)
    fitting = [each for each in fitting if ROUTES[each.kind].when is always or each.seq in known]
    messages = anyway = 0
    for entry in fitting:
        people = {*standing, *addition.whom.on_call(entry.occurred_at)}
        people = {person for person in people if person.ref != entry.actor}
        told = {person for person in people if person.pk in known.get(entry.seq, ())}
        messages += len(people - told) + len(addition.places)
        anyway += len(told)
    return Preview(
        standing=standing,
        on_call=[person for person in on_call if person not in standing],
        places=addition.places,
        later=[(after, whom.people(at)) for after, whom in addition.steps],
        told=len(fitting),
        messages=messages,
        anyway=anyway,
        cut=len(found) > MOST,
    )


def _fitting(addition: Addition, entries: list[Entry]) -> list[Entry]:
    keys = {key for entry in entries if (key := key_of(entry.case, "request"))}
    frozen = {key for entry in entries if (key := key_of(entry.subject, "freeze"))}
    requests = Request.objects.told().select_related("extends__request__version").in_bulk(keys)
    freezes = dict(Freeze.objects.filter(pk__in=frozen).values_list("pk", "scenario"))

    def occasion(entry: Entry) -> Occasion:
        request = requests.get(key_of(entry.case, "request") or UUID(int=0))
        scenario = freezes.get(key_of(entry.subject, "freeze") or UUID(int=0))
        return Occasion.of(entry.kind, entry.occurred_at, request, scenario)

    return [entry for entry in entries if addition.fits(occasion(entry))]


def _known(seqs: Iterable[int]) -> dict[int, set[UUID | None]]:
    """Return who was told of each entry otherwise than by a route."""
    rows = Delivery.objects.filter(entry_seq__in=[*seqs]).exclude(audience="routed")
    found: dict[int, set[UUID | None]] = {}
    for seq, person in rows.values_list("entry_seq", "recipient").distinct():
        found.setdefault(seq, set()).add(person)
    return found

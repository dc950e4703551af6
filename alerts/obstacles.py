"""What stands in the way of alerts: channels, approvers and audiences that nobody would be told by.

The night's self-test puts it on the record; the administration shows it as it is now.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse

from accounts.models import Part, User
from alerts.models import MAIL, Channel
from alerts.reach import channels_of
from breakglass import drafts, lint
from breakglass.models import Scenario
from core.speech import Sentence, phrase

# What the last night's test has seen work counts for the day; that of today may come earlier.
A_DAY = timedelta(hours=23)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Obstacle:
    """One thing that is wrong: what it is about, in a sentence, and where it is put right."""

    tone: str
    ref: str
    what: str
    sentence: Sentence
    url: str


def obstacles(at: datetime) -> list[Obstacle]:
    """Return all that stands in the way of alerts at `at`, the worst first."""
    rows = list(Channel.objects.in_use())
    broken = list(_channels(rows, at))
    resting = {row.pk for row in rows if row.failures and row.rests_until}
    unable = resting | {row.pk for row in rows if row.ref in {each.ref for each in broken}}
    casts = lint.casts(at)
    found = [*broken, *_approvers(casts, unable), *_audiences(casts), *_responders(casts, at)]
    return sorted(found, key=lambda each: each.tone != "danger")


def _channels(rows: Iterable[Channel], at: datetime) -> Iterator[Obstacle]:
    """Channels that have not worked for a day; those that say nothing by a probe, never."""
    for row in rows:
        idle = row.last_ok_at is None or at - row.last_ok_at >= A_DAY
        if row.failures and idle:
            why = phrase("It has not worked for a day: %(error)s", error=row.last_error)
            yield _obstacle("danger", row, why)
        elif row.kind == Channel.Kind.APPRISE and row.last_ok_at is None:
            never = phrase("Nothing was ever sent by it. Test it, before an emergency does.")
            yield _obstacle("wait", row, never)


def _approvers(casts: list[tuple[Scenario, lint.Cast]], unable: set[UUID]) -> Iterator[Obstacle]:
    """People whom a step of a scenario in use asks, and whom no channel that works reaches."""
    asked: dict[User, list[str]] = {}
    for scenario, cast in casts:
        for person in cast.deciders(drafts.rules_of(scenario)):
            asked.setdefault(person, []).append(str(scenario))
    for person, ways in channels_of(asked, urgent=True).items():
        working = [way for way in ways if way not in unable and (way != MAIL or person.email)]
        if not working:
            why = phrase(
                "Is asked to decide (%(scenarios)s), and no channel that works reaches them.",
                scenarios=", ".join(asked[person]),
            )
            yield _obstacle("danger", person, why)


def _audiences(casts: list[tuple[Scenario, lint.Cast]]) -> Iterator[Obstacle]:
    """Scenarios in use of which nobody is told, or one person alone."""
    for scenario, cast in casts:
        deciders = cast.deciders(drafts.rules_of(scenario))
        if not deciders:
            yield _obstacle("danger", scenario, phrase("Nobody can be asked to decide."))
        elif len(deciders) == 1:
            alone = phrase("Only %(person)s can be asked to decide.", person=deciders[0])
            yield _obstacle("wait", scenario, alone)
        alerted = list(dict.fromkeys(each for group in cast.alerted.values() for each in group))
        if cast.alerted and not alerted:
            none = phrase("Nobody is in the groups that it alerts.")
            yield _obstacle("danger", scenario, none)
        elif len(alerted) == 1:
            alone = phrase("Only %(person)s is in the groups that it alerts.", person=alerted[0])
            yield _obstacle("wait", scenario, alone)


def _responders(casts: list[tuple[Scenario, lint.Cast]], at: datetime) -> Iterator[Obstacle]:
    """Those who are told of every emergency, whatever the scenario, where one is in use."""
    found = list(User.objects.playing(Part.RESPONDER, at)[:2]) if casts else []
    if not casts or len(found) > 1:
        return
    why = phrase("Nobody responds: an emergency is told to nobody who could stop it.")
    if found:
        why = phrase("Only %(person)s responds, and may be asleep.", person=found[0])
    yield Obstacle(
        tone="wait" if found else "danger",
        ref=f"part:{Part.RESPONDER}",
        what=str(Part.RESPONDER.label),
        sentence=why,
        url=reverse("admin:auth_group_changelist"),
    )


def _obstacle(tone: str, thing: Channel | User | Scenario, why: Sentence) -> Obstacle:
    opts = thing._meta  # noqa: SLF001 - how Django names the pages of a model
    page = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[thing.pk])
    return Obstacle(tone=tone, ref=thing.ref, what=str(thing), sentence=why, url=page)

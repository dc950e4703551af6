"""Second opinions on cases, asked of models that others run: beside all judging, and after it.

A case that was judged has them asked for. One process at a time asks, outside any transaction, so
that a model which is slow or dead holds up nothing; it rests then, and is asked again later. What
is answered may raise where a review stands among those that wait, and never lowers it.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from audit import locks
from judgement import plugins
from judgement.asking import NoAnswer
from judgement.plugins import Model
from reviews import advisers, grounds, performed, settling
from reviews.models import Opinion, Review

Clock = Callable[[], datetime]
LONGEST = timedelta(seconds=20)  # of one run; the next one goes on where it ended
LEASE = timedelta(minutes=2)  # longer than one question can last
_PAUSES = (1, 5, 15, 60)  # minutes after each try
_MOST_GARBLED = 5  # answers that cannot be read, before a case is given up
_REST = timedelta(minutes=1)  # of a model that did not answer, for all other cases
_LOCK = 0x0B1A5  # any number: names the advisory lock of whoever asks
logger = logging.getLogger(__name__)


def run(clock: Clock) -> int:
    """Ask for the opinions that are due; return how many were given."""
    models = advisers.configured()
    if not models:
        return 0
    with locks.alone(_LOCK) as alone:
        return sum(_ask_all(model, clock) for model in models) if alone else 0


def _ask_all(model: Model, clock: Clock) -> int:
    given, end = 0, clock() + LONGEST
    while (at := clock()) < end and (row := _claim(model, at=at)):
        try:
            given += _ask(model, row, at=at)
        except NoAnswer as trouble:
            _failed(row, trouble, at=at)
            if not trouble.garbled:
                break
    return given


def _claim(model: Model, *, at: datetime) -> Opinion | None:
    """Return an opinion to ask for, which nobody else does within `LEASE`."""
    with transaction.atomic():
        rows = Opinion.objects.due(at).filter(tier=model.tier)
        row = rows.select_for_update(skip_locked=True, no_key=True).first()
        if row:
            row.tries, row.asked_at, row.due_at = row.tries + 1, at, at + LEASE
            row.save(update_fields=["tries", "asked_at", "due_at"])
        return row


def _ask(model: Model, row: Opinion, *, at: datetime) -> bool:
    """Ask for one opinion and write it down. Raises NoAnswer."""
    ground = grounds.of(row.case)
    told = [each for each in settling.gravest(row.case, most=plugins.MOST) if each.get("statement")]
    owed = ground and Review.objects.owed().filter(grant__request=ground.case).exists()
    if ground is None or not owed:
        row.delete()  # nobody waits for it any more
        return False
    said = [performed.said(each, performed.facts(each)) for each in told]
    found = model.opinion(ground.reason, said)
    places = [each["seq"] for each in told]
    return _given(row, model, found, places, at=at)


def _given(
    row: Opinion,
    model: Model,
    found: plugins.Opinion | None,
    places: Sequence[int],
    *,
    at: datetime,
) -> bool:
    """Keep an opinion; one that thinks less of a case than it did before changes nothing."""
    with transaction.atomic():
        row = Opinion.objects.select_for_update().get(pk=row.pk)
        kept = row.score is not None
        row.state = Opinion.State.GIVEN if kept or found else Opinion.State.NONE
        row.why = ""
        if found and (row.score is None or found.score > row.score):
            row.score, row.text, row.version = found.score, found.text, found.version
            row.model, row.given_at = model.name, at
            row.entry_seq = places[found.action] if found.action >= 0 else None
        row.save()
        settling.place(row.case)
    return found is not None


def _failed(row: Opinion, trouble: NoAnswer, *, at: datetime) -> None:
    """Write down why there is no opinion, and when it is asked for again.

    A model that is away is asked again for as long as the review waits, and rests meanwhile.
    """
    logger.warning("The model %s gives no opinion: %s", row.model, trouble)
    pause = timedelta(minutes=_PAUSES[min(row.tries, len(_PAUSES)) - 1])
    over = trouble.garbled and row.tries >= _MOST_GARBLED
    Opinion.objects.filter(pk=row.pk).update(
        why=str(trouble)[:200],
        due_at=at + pause,
        state=Opinion.State.GIVEN_UP if over else Opinion.State.WAITING,
    )
    if not trouble.garbled:
        waiting = Opinion.objects.filter(tier=row.tier, state=Opinion.State.WAITING)
        waiting.update(due_at=Greatest(F("due_at"), Value(at + _REST)))

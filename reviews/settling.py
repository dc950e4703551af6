"""Judges a case as a whole once its access is over: where its review stands among those that wait.

The judging of actions says which cases are to be looked at (`owe`); they are scored outside of its
transactions, since a case of hundreds of actions takes a moment. Whatever comes late, from a log
that was read after the end, has the case scored again.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q

from audit import sql
from audit.models import Entry
from core import refs
from judgement.judge import judge
from judgement.model import model
from reviews import advisers, grounds, performed, tallying
from reviews.models import JudgedAction, JudgedCase, Opinion, Review
from reviews.models.judged import Gravity
from reviews.models.review import ReviewQuerySet

MOST = 500  # actions by which a whole case is scored, the gravest ones
_AT_A_TIME = 20
# Each time a case is owed its row is a new version: who wrote it and where it lies tell which.
_SEEN = 'SELECT xmin::text || ctid::text FROM reviews_judgedcase WHERE "case" = %s'
_LOOKED_AT = """UPDATE reviews_judgedcase SET stale = false
    WHERE "case" = %s AND xmin::text || ctid::text = %s"""
_GRAVE = 3  # the severity of what is high
Standing = JudgedAction.Standing
logger = logging.getLogger(__name__)


def owe(case: str) -> None:
    """Have a case judged as a whole, soon."""
    row = JudgedCase(case=case, stale=True)
    JudgedCase.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["case"], update_fields=["stale"]
    )


def owe_again(cases: Iterable[str]) -> None:
    """Have those of some cases judged again that were judged before."""
    JudgedCase.objects.filter(case__in=cases).update(stale=True)


def run(*, at: datetime) -> int:
    """Judge the cases that wait for it, a few at a time; return how many were looked at."""
    waiting = JudgedCase.objects.filter(stale=True).order_by("case")
    cases = list(waiting.values_list("case", flat=True)[:_AT_A_TIME])
    for case in cases:
        try:
            settle(case, at=at)
        except Exception:
            # It stands where what cannot be judged stands, until something new comes of it.
            logger.exception("%s could not be judged as a whole.", case)
            JudgedCase.objects.filter(case=case).update(stale=False)
    return len(cases)


def settle(case: str, *, at: datetime) -> None:
    """Score a case by what was done in it, and put its review where it belongs.

    A verdict ends that, unless it came before anything was judged: then the case is judged once.
    """
    seen = sql.ask(_SEEN, [case])
    ground = grounds.of(case)
    review = Review.objects.filter(grant__request=ground.case).first() if ground else None
    if ground is None or review is None:
        _looked_at(case, seen)
        return
    closed = review.state == Review.State.CLOSED
    if closed and JudgedCase.objects.filter(case=case, judged_at__isnull=False).exists():
        _looked_at(case, seen)
        return
    values = _counted(case) | _scored(case, ground) | {"judged_at": at}
    with transaction.atomic():
        _looked_at(case, seen)
        judged, _new = JudgedCase.objects.update_or_create(case=case, defaults=values)
        if closed:
            _grade(Review.objects.filter(pk=review.pk), judged.gravity)
            return
        place(case)
        if values["telling"]:
            advisers.want(case, at=at)


def _looked_at(case: str, seen: list[tuple[Any, ...]]) -> None:
    """Have a case wait no more, unless something has come since its row was seen."""
    if seen:
        sql.ask(_LOOKED_AT, [case, seen[0][0]])


def place(case: str) -> None:
    """Put the review of a case where it belongs among those that wait.

    An opinion counts where it is worse than what we make of the case, and grave enough to flag it.
    """
    with transaction.atomic():
        judged = JudgedCase.objects.select_for_update().get(case=case)
        worst = Opinion.objects.filter(case=case).aggregate(worst=Max("score"))["worst"] or 0.0
        judged.doubted = worst > judged.score and worst >= model().flag_at
        judged.save(update_fields=["doubted"])
        review = Review.objects.owed().filter(grant__request=refs.key_of(case, "request"))
        _grade(review, judged.gravity)


def _grade(rows: ReviewQuerySet, gravity: int) -> None:
    """Say how grave what was done is, also to the figures that count such cases."""
    for review in rows.select_related("grant__request"):
        if Gravity(review.gravity).startles != Gravity(gravity).startles:
            tallying.news_of(review.grant.request)
    rows.update(gravity=gravity)


def _counted(case: str) -> dict[str, int]:
    """Return how many actions a case has of each sort, and how grave the odd ones are.

    What was announced is no less grave where it is out of scope all the same.
    """
    outside, unexplained = Q(standing=Standing.OUTSIDE), Q(standing=Standing.UNEXPLAINED)
    odd, announced = outside | unexplained, Q(standing=Standing.ANNOUNCED)
    found: dict[str, Any] = JudgedAction.objects.of_case(case).aggregate(
        actions=Count("pk"),
        telling=Count("pk", filter=~Q(standing=Standing.NEUTRAL)),
        odd=Count("pk", filter=odd),
        announced=Count("pk", filter=announced),
        grave=Count("pk", filter=(outside | announced) & Q(severity__gte=_GRAVE)),
        unjudged=Count("pk", filter=Q(standing=Standing.UNJUDGED)),
        severity=Max("severity", filter=odd, default=0),
    )
    return found


def _scored(case: str, ground: grounds.Ground) -> dict[str, Any]:
    """Return what rules and words make of the gravest actions together.

    What the scenario itself names is explained by that, and makes nothing suspicious. What was
    announced is counted by itself: that it fits the request badly could not be said of it.
    """
    told = [(each, performed.facts(each)) for each in gravest(case, most=MOST)]
    said = [
        performed.said(each, facts)
        for each, facts in told
        if each["standing"] != Standing.ANNOUNCED
        and (each["standing"] != Standing.EXPLAINED or not ground.expects(facts))
    ]
    if not said:
        return {"score": 0.0, "flagged": False, "worded": True}
    judged = judge(ground.reason, ground.scope, said)
    return {"score": judged.score, "flagged": judged.flag, "worded": judged.judged}


def gravest(case: str, *, most: int) -> list[dict[str, Any]]:
    """Return what the entries of the gravest actions of a case say, in the order of the record."""
    rows = JudgedAction.objects.of_case(case).exclude(standing=Standing.NEUTRAL)
    stand = dict(rows.gravest_first().values_list("entry_seq", "standing")[:most])
    entries = Entry.objects.filter(seq__in=stand).order_by("seq").prefetch_related("payloads")
    return [
        performed.details(entry) | {"seq": entry.seq, "standing": stand[entry.seq]}
        for entry in entries
    ]

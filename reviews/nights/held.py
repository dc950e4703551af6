"""Since when people are in groups, and groups may ask in scenarios: told apart from never used.

Neither table knows when a row came. What is seen for the first time stands since the record tells
of the last change to the person or the scenario; from then on it is looked at each night.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from accounts.models import Membership
from audit.models import Entry
from breakglass.models import GroupPermit, Permit
from core import refs
from judgement.patterns.rows import Right
from reviews.models import HeldSince


def rights(*, at: datetime) -> list[Right]:
    """Return who may ask in which scenario by which group, each since when at least.

    Exercises are for everybody, and no right that is missed or abused.
    """
    members, permits = _members(at), _permits(at)
    since = _since({**members, **permits}, at=at)
    by_group: dict[int, list[str]] = {}
    for subject, (_person, group, _) in members.items():
        by_group.setdefault(group, []).append(subject)
    return [
        Right(
            person=members[member][0], scenario=scenario, group=f"group:{group}",
            since=max(since[member], since[subject]),
        )
        for subject, (scenario, group, _) in permits.items()
        for member in by_group.get(group, ())
    ]  # fmt: skip


Ends = dict[str, tuple[str, int, datetime]]  # by subject: person or scenario, group, since when


def _members(at: datetime) -> Ends:
    permitting = GroupPermit.objects.of(Permit.REQUEST).standing(at).values("group")
    rows = Membership.objects.standing(at).filter(user__is_active=True, group__in=permitting)
    return {
        f"{refs.make('user', user)} group:{group}": (refs.make("user", user), group, joined)
        for user, group, joined in rows.values_list("user", "group", "user__date_joined")
    }


def _permits(at: datetime) -> Ends:
    rows = GroupPermit.objects.of(Permit.REQUEST).standing(at)
    rows = rows.filter(
        content_object__archived_at=None, content_object__drill=False,
        content_object__versions__number=1,
    )  # fmt: skip
    return {
        f"{refs.make('scenario', key)} group:{group}": (refs.make("scenario", key), group, made)
        for key, group, made in rows.values_list(
            "content_object", "group", "content_object__versions__made_at"
        )
    }


def _since(ends: Ends, *, at: datetime) -> dict[str, datetime]:
    """Return since when each stands; what is new is remembered, what is gone is forgotten."""
    known = dict(HeldSince.objects.values_list("subject", "since"))
    HeldSince.objects.filter(subject__in=known.keys() - ends.keys()).delete()
    fresh = {subject: end for subject, end in ends.items() if subject not in known}
    changed = _changed({end[0] for end in fresh.values()})
    first = Entry.objects.order_by("seq").values_list("occurred_at", flat=True).first() or at
    new = {
        subject: min(at, changed.get(of) or max(first, made))
        for subject, (of, _, made) in fresh.items()
    }
    rows = [HeldSince(subject=subject, since=since) for subject, since in new.items()]
    HeldSince.objects.bulk_create(rows, ignore_conflicts=True)
    return known | new


def _changed(subjects: Iterable[str]) -> dict[str, datetime]:
    rows = Entry.objects.filter(kind="config.changed", subject__in=list(subjects)).order_by()
    return dict(rows.values_list("subject").annotate(Max("occurred_at")))

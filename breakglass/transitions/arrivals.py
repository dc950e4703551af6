"""Scenarios from a file: what weakens a control waits, the rest takes effect; all or nothing."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction

from accounts.models import User
from breakglass.models import ProposedChange, Scenario
from breakglass.pictures import look, thing_of
from breakglass.transitions.changes import carry_out, weigh
from breakglass.transitions.imports import BroughtIn, bring_in
from breakglass.yaml_files import Plan


@dataclasses.dataclass(frozen=True)
class Arrival:
    """What became of one scenario of a file: it is as the file says, or a change waits."""

    scenario: Scenario
    done: BroughtIn | None
    change: ProposedChange | None
    weakenings: list[str]


def arrive(
    plans: Sequence[Plan],
    *,
    by: User | None,
    reason: str,
    at: datetime,
    alone: str | None = None,
) -> list[Arrival]:
    """Make the scenarios as the plans say, or propose it where that weakens a control.

    `alone` is that of `changes.watch_over`. Raises as `bring_in` does; then nothing has changed.
    """
    found = []
    with transaction.atomic():
        for plan in plans:
            before = look(*thing_of(plan.row), at=at)
            made = carry_out(
                partial(bring_in, [plan], by=by, reason=reason, at=at),
                to=plan.row, by=by, reason=reason, at=at, alone=alone,
            )  # fmt: skip
            if isinstance(made, ProposedChange):
                found.append(Arrival(plan.row, None, made, made.weakenings))
            else:
                weakenings = [str(each) for each in weigh(before, at=at).weakenings]
                found.append(Arrival(plan.row, made[0], None, weakenings))
    return found

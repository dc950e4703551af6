"""What is remembered of the uses before, so that the next can be compared with them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class UnusualMemory(models.Model):
    """One row: counts and latest values of people, teams and targets, by their ids.

    Made from entries up to `entry_seq`, each learnt once; without the row all begins anew.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    memory = models.JSONField(default=dict)  # as judgement.unusual.memory gives it
    pairs = models.JSONField(default=dict)  # the month in which each was told of last
    entry_seq = models.BigIntegerField(default=-1)

    class Meta:
        constraints = [models.CheckConstraint(name="unusual_memory_is_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"What is remembered up to entry {self.entry_seq}"

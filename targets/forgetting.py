"""Where this room keeps words about people, and why somebody cannot be forgotten yet."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import forgetting
from core.forgetting import Texts, Trace
from core.speech import phrase
from targets.models import Door, LogPosition


@forgetting.provide_reason
def doors(trace: Trace, _at: datetime) -> Iterator[str]:
    """A door has to be closed and its log read: what comes later would be written anew."""
    mine = Door.objects.filter(holder=trace.ref).select_related("target")
    for door in mine.filter(Q(pk__in=mine.live()) | Q(pk__in=mine.uncollected())):
        yield phrase(
            "What they did on %(target)s is still being collected. Try again when their door is"
            " closed.",
            target=door.target.name,
        )


forgetting.keep(
    Texts(
        label=_("Errors of doors"),
        model=Door,
        fields=("last_error",),
        about=lambda trace: Q(holder=trace.ref),
    ),
    Texts(
        label=_("Positions in the logs of targets"),
        model=LogPosition,
        fields=("last_error",),
        jsons=("running",),
    ),
)

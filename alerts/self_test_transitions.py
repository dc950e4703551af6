"""What happens to the self-test: it ends, and what it found is put right one by one."""

from collections.abc import Sequence
from datetime import datetime

from alerts.messages import one_line
from alerts.models import SelfTest
from alerts.obstacles import Obstacle
from alerts.self_test_events import SelfTested
from audit import log


@log.transition
def end(test: SelfTest, found: Sequence[Obstacle], *, channels: int, at: datetime) -> None:
    """Put on the record what the test of a night has found, once."""
    test = SelfTest.objects.select_for_update(no_key=True).get(pk=test.pk)
    if test.ended_at:
        return
    test.ended_at = max(at, test.begun_at)
    test.about, test.tone = _kept(found)
    test.save(update_fields=["ended_at", "about", "tone"])
    event = SelfTested(
        channels=channels,
        things=test.about,
        wrong=[one_line(f"{each.what}: {each.sentence}") for each in found],
    )
    log.record(event, actor=log.SYSTEM, subject="alerts:self-test", at=at)


def keep(test: SelfTest, found: Sequence[Obstacle]) -> None:
    """Keep what still stands in the way, or does so since; the next night puts it on the record."""
    about, tone = _kept(found)
    if (about, tone) != (test.about, test.tone):
        SelfTest.objects.filter(pk=test.pk).update(about=about, tone=tone)


def _kept(found: Sequence[Obstacle]) -> tuple[list[str], str]:
    return [each.ref for each in found], found[0].tone if found else "ok"

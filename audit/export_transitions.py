"""The verb of taking a file away."""

from collections.abc import Mapping
from datetime import datetime

from audit import log
from audit.export_events import ExportTaken
from audit.policy import Reader

_LONGEST = 200  # characters of what a file is narrowed by


@log.transition
def take_export(
    *, by: Reader, what: str, rows: int, chosen: Mapping[str, str], subject: str, at: datetime
) -> None:
    """Put on the record that `by` takes a file of so many rows away, each time.

    Whether they may is for the room whose rows these are.
    """
    told = {name: value[:_LONGEST] for name, value in chosen.items() if value}
    event = ExportTaken(what=what, rows=rows, chosen=told)
    log.record(event, actor=by.ref, subject=subject or by.ref, at=at)

"""The verbs of this room: to read the record, and to go on unproved, are themselves on it."""

from datetime import datetime, timedelta

from django.db import connection

from audit import log, policy
from audit.events import Degraded, RecordRead
from audit.policy import Reader
from core.errors import NotAllowed

RECORD = "record:ledger"
_QUIET = timedelta(minutes=1)
_READ = """INSERT INTO audit_reading (reader, at) VALUES (%s, %s) ON CONFLICT (reader)
    DO UPDATE SET at = excluded.at WHERE audit_reading.at <= %s RETURNING at"""


@log.transition
def read_record(*, by: Reader, page: str, filters: dict[str, str], at: datetime) -> None:
    """Let `by` read the record, and say so on the record, once a minute for each person.

    Raises NotAllowed when this person may not.
    """
    if why := policy.why_not_read(by):
        raise NotAllowed(why, actor=by.ref, subject=RECORD, at=at)
    with connection.cursor() as cursor:
        cursor.execute(_READ, [by.ref, at, at - _QUIET])
        first = cursor.fetchone() is not None
    if first:
        log.record(RecordRead(page=page, filters=filters), actor=by.ref, subject=RECORD, at=at)


@log.transition
def degrade(*, actor: str, subject: str, case: str, at: datetime) -> None:
    """Put on the record that an emergency went on before its entry was signed."""
    log.record(Degraded(), actor=actor, subject=subject, case=case, at=at)

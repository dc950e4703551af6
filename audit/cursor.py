"""Follow the record: each reader has a durable place, and sees every entry exactly once.

Entries are dense and their order is final, so "everything up to seq" loses nothing and repeats
nothing. What a reader does with an entry commits together with its step over that entry.
"""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Now

from audit.models import Cursor, Entry, SetAside
from core import doorbell

logger = logging.getLogger(__name__)

Handle = Callable[[Entry], None]
BATCH = 50  # entries in one transaction: few enough to hold locks briefly
_readers: list[str] = []


def provide(task: str) -> None:
    """Register the task of a reader who is not to wait for beat when something critical comes."""
    _readers.append(task)


def ring() -> None:
    """Ring the readers that wait for what is critical, once the transaction has committed."""
    for task in _readers:
        doorbell.ring(task)


def follow(name: str, handle: Handle, *, limit: int = 500, behind: str = "") -> int:
    """Give up to `limit` entries behind the cursor `name` to `handle`; return how many.

    Returns 0 as well while another process follows under that name. An entry whose handling
    raises is undone, set aside and passed over; `retry` takes it up again. Losing the database
    is nobody's entry's fault: that is raised, and the same entries come again. `behind` names a
    reader that has to be past an entry first.
    """
    Cursor.objects.get_or_create(name=name)
    done = 0
    while done < limit:
        passed = _follow_batch(name, handle, min(BATCH, limit - done), behind)
        done += passed
        if passed == 0:
            break
    return done


def begin_here(name: str) -> None:
    """Let a reader pass over everything recorded so far."""
    newest = Entry.objects.order_by("-seq").values_list("seq", flat=True).first()
    Cursor.objects.update_or_create(name=name, defaults={"seq": -1 if newest is None else newest})


def retry(name: str, handle: Handle, *, limit: int = 100) -> int:
    """Give what the reader `name` has set aside to `handle` again; return how many succeeded."""
    waiting = SetAside.objects.open().filter(cursor=name).order_by("entry_id")
    return sum(_retry_one(pk, handle) for pk in list(waiting.values_list("pk", flat=True)[:limit]))


def _follow_batch(name: str, handle: Handle, size: int, behind: str) -> int:
    with transaction.atomic():
        cursor = Cursor.objects.select_for_update(skip_locked=True).filter(name=name).first()
        if cursor is None:
            return 0
        new = Entry.objects.after(cursor.seq).prefetch_related("payloads")
        if behind:
            new = new.filter(seq__lte=Cursor.objects.filter(name=behind).values("seq"))
        entries = list(new[:size])
        for entry in entries:
            if error := _attempt(entry, handle):
                SetAside.objects.create(cursor=cursor, entry=entry, error=error)
        if entries:
            cursor.seq = entries[-1].seq
            cursor.save(update_fields=["seq"])
        return len(entries)


def _retry_one(pk: int, handle: Handle) -> bool:
    with transaction.atomic():
        rows = SetAside.objects.open().filter(pk=pk)
        waiting = rows.select_for_update(skip_locked=True, of=["self"])  # nobody locks entries
        item = waiting.select_related("entry").first()
        if item is None:
            return False  # somebody else is at it, or was
        error = _attempt(item.entry, handle)
        if error:
            rows.update(attempts=F("attempts") + 1, error=error)
        else:
            rows.update(resolved_at=Now())
        return not error


def _attempt(entry: Entry, handle: Handle) -> str:
    """Handle one entry in a savepoint; return what went wrong, or nothing."""
    try:
        with transaction.atomic():
            handle(entry)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("Entry %d could not be handled and is set aside.", entry.seq)
        return f"{type(error).__name__}: {error}"
    return ""

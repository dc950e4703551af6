"""Mirror changes of configuration into the record: who, why, and the difference.

django-auditlog notices the changes of the models that rooms `track`. Each of its entries becomes
`config.changed` here, inside the transaction of the change: either both are there or neither is.
"""

import contextlib
import dataclasses
import functools
import re
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, TypeVar

from auditlog.context import auditlog_disabled
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver

from audit import log
from audit.events import ConfigChanged
from core.speech import english

M = TypeVar("M", bound=type[Model])

HIDDEN = "(hidden)"
_SECRET = re.compile("secret|password|token", re.IGNORECASE)
_ACTIONS = {
    LogEntry.Action.CREATE: "added",
    LogEntry.Action.UPDATE: "changed",
    LogEntry.Action.DELETE: "removed",
}


@dataclasses.dataclass(frozen=True)
class _Cause:
    actor: str
    reason: str
    second: str


_cause: ContextVar[_Cause | None] = ContextVar("cause_of_configuration", default=None)


@contextlib.contextmanager
def changing(*, actor: str, reason: str = "", second: str = "") -> Iterator[None]:
    """Say who changes configuration inside the block, and why.

    `actor` is a reference; so is `second`, who has looked at the change and accepted it. A block
    inside of one with a second person keeps it. Without a block the actor is the person of the
    web request, or the system; the reason is empty.
    """
    outer = _cause.get()
    token = _cause.set(_Cause(actor, reason, second or (outer.second if outer else "")))
    try:
        yield
    finally:
        _cause.reset(token)


def second_of_change() -> str:
    """Return who has looked at the change that is being made, and accepted it; empty for nobody."""
    cause = _cause.get()
    return cause.second if cause else ""


def track(model: M, **options: Any) -> M:
    """Keep the changes of `model` on the record; `options` are those of auditlog's `register`.

    From now on each save is a transaction, so that a change and its entry stand or fall together
    even where the caller has opened none. `QuerySet.update` and bulk methods are not noticed.
    """
    auditlog.register(model, **options)
    save = model.save_base

    @functools.wraps(save)
    def save_base(self: Model, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic(savepoint=False):
            save(self, *args, **kwargs)

    model.save_base = save_base  # type: ignore[method-assign]
    return model


def note(thing: Model, field: str, before: str, after: str) -> None:
    """Keep a change of a row that belongs to `thing`, as one of its `field`.

    For what auditlog does not see by itself. Call inside the transaction of the change.
    """
    if not auditlog_disabled.get():
        LogEntry.objects.log_create(
            thing, action=LogEntry.Action.UPDATE, changes={field: [before, after]}
        )


@receiver(pre_save, sender=LogEntry)
def hide_secrets(instance: LogEntry, **_: Any) -> None:
    """Keep the values of secret fields out of auditlog's table, and so out of the record."""
    instance.changes = {
        name: _hidden(difference) if _SECRET.search(name) else difference
        for name, difference in (instance.changes or {}).items()
    }


@receiver(post_save, sender=LogEntry)
def mirror(instance: LogEntry, *, created: bool, raw: bool, **_: Any) -> None:
    """Record one change. Raises what `log.record` raises, which undoes the change."""
    if not created or raw or instance.action not in _ACTIONS:
        return
    cause = _cause.get() or _Cause(_person(instance), "", "")
    words_of = {name: _words(change) for name, change in instance.changes.items()}
    event = ConfigChanged(
        action=_ACTIONS[instance.action],
        model=_model(instance),
        name=instance.object_repr,
        changes={name: words for name, words in words_of.items() if any(words)},
        reason=cause.reason,
        address=str(instance.remote_addr or ""),
        second=cause.second,
    )
    log.record(event, actor=cause.actor, subject=_subject(instance), at=instance.timestamp)


def _model(entry: LogEntry) -> str:
    """Return what the changed thing is, in English: the record speaks nobody else's language."""
    model = entry.content_type.model_class()
    name = model._meta.verbose_name if model else entry.content_type.model  # noqa: SLF001
    return english(name)


def _person(entry: LogEntry) -> str:
    return str(entry.actor.ref) if entry.actor else log.SYSTEM


def _subject(entry: LogEntry) -> str:
    """Return the object's own reference where it has one, else `model:key`."""
    model = entry.content_type.model_class()
    if model is not None and hasattr(model, "ref"):
        return str(model(pk=model._meta.pk.to_python(entry.object_pk)).ref)  # noqa: SLF001
    return f"{entry.content_type.model}:{entry.object_pk}"


def _words(change: Any) -> list[str]:
    """Return [before, after]; of a relation, what was taken away and what was added.

    auditlog writes what is absent as "None".
    """
    if isinstance(change, dict):
        names = ", ".join(sorted(change["objects"]))
        return ["", names] if change["operation"] == "add" else [names, ""]
    return ["" if str(value) == "None" else str(value) for value in change]


def _hidden(difference: Any) -> Any:
    return difference | {"objects": [HIDDEN]} if isinstance(difference, dict) else [HIDDEN, HIDDEN]

"""Read an action of any kind."""

import json
import logging
from collections.abc import Mapping

from judgement import cloudtrail, http, kubernetes, shell, sql, sqlfiles
from judgement.facts import Facts, Kind, Quality
from judgement.gathering import Gathered

_LONGEST_EVENT = 2_000_000  # characters of JSON that are parsed
logger = logging.getLogger(__name__)


def facts_of(kind: Kind, said: str | Mapping[str, object]) -> Facts:
    """Return the facts of an action: a statement, a command, or an event as it was recorded.

    An event may be text in JSON; a statement or command may be an event that holds it under
    `statement` or `command`. Never raises: what cannot be read has the quality NONE, and whoever
    judges has to say so.
    """
    try:
        return _facts_of(kind, said)
    except Exception:
        # The action stays on the record, and nobody takes it for harmless.
        logger.exception("An action could not be read")
        return Facts(kind=kind, verbs=frozenset(), quality=Quality.NONE)


def _facts_of(kind: Kind, said: str | Mapping[str, object]) -> Facts:
    if kind in {Kind.SQL, Kind.SHELL}:
        text = said if isinstance(said, str) else _text(said)
        return _of_sql(text) if kind is Kind.SQL else shell.facts(text)
    event = _event(said) if isinstance(said, str) else said
    if kind is Kind.HTTP:
        return http.facts(said if not event and isinstance(said, str) else event)
    return cloudtrail.facts(event) if kind is Kind.CLOUDTRAIL else kubernetes.facts(event)


def _of_sql(text: str) -> Facts:
    """Add to what a statement does what the programs do that it starts."""
    facts = sql.facts(text)
    programs = sqlfiles.programs(text)
    if not programs:
        return facts
    gathered = Gathered(Kind.SQL)
    gathered.takes(facts)
    for program in programs[:20]:
        gathered.takes(shell.facts(program))
    return gathered.facts()


def _text(event: Mapping[str, object]) -> str:
    for key in ("statement", "command", "text", "query"):
        if isinstance(found := event.get(key), str):
            return found
    return ""


def _event(text: str) -> Mapping[str, object]:
    if len(text) > _LONGEST_EVENT or not text.lstrip().startswith("{"):
        return {}
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, Mapping) else {}

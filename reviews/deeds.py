"""What an action is called: by the word of its language, or by what it does if that says more."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from judgement.facts import Verb

# These words say that something is looked at: behind them may stand anything that a function does.
_LOOKING = frozenset({"select", "show", "explain", "values", "table", "with"})
_BEYOND: tuple[tuple[Verb, str | Promise], ...] = (  # the gravest first
    (Verb.TAMPER, gettext_lazy("%(verb)s that touches the record")),
    (Verb.PERSISTENCE, gettext_lazy("%(verb)s that leaves something behind")),
    (Verb.PRIVILEGE, gettext_lazy("%(verb)s that changes rights")),
    (Verb.SECRET, gettext_lazy("%(verb)s that reads secrets")),
    (Verb.EXPORT, gettext_lazy("%(verb)s that copies out")),
    (Verb.DELETE, gettext_lazy("%(verb)s that deletes")),
    (Verb.SCHEMA, gettext_lazy("%(verb)s that alters a structure")),
    (Verb.WRITE, gettext_lazy("%(verb)s that changes something")),
    (Verb.NETWORK, gettext_lazy("%(verb)s that connects elsewhere")),
    (Verb.EXEC, gettext_lazy("%(verb)s that runs a function")),
)
# Functions whose names say what they do to whoever knows them.
_FUNCTIONS: dict[str, str | Promise] = {
    "pg_terminate_backend": gettext_lazy("end a session"),
    "pg_cancel_backend": gettext_lazy("cancel a statement"),
    "pg_reload_conf": gettext_lazy("reload settings"),
}


def deed(verb: str, does: Iterable[str], statement: str = "") -> str:
    """Name an action; `does` are the verbs that it was read to be."""
    if verb not in _LOOKING:
        return verb
    called = [words for name, words in _FUNCTIONS.items() if name in statement.lower()]
    if len(called) == 1:
        return str(called[0])
    known = set(does)
    for each, words in _BEYOND:
        if each in known:
            return str(words) % {"verb": verb}
    return verb


def counted(deeds: Iterable[tuple[str, int]]) -> str:
    """Count deeds: "2 select, 1 update"."""
    return ", ".join(f"{number} {name}" for name, number in deeds)


def silent(number: int) -> str:
    """Say how many neither changed nor disclosed anything, behind what else was done."""
    return _("%(number)s that neither changed nor disclosed anything") % {"number": number}

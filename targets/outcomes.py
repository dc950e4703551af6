"""What the five letters mean with which PostgreSQL says why a statement failed (SQLSTATE)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

REFUSED = "42501"
_MEANING = {
    REFUSED: _lazy("refused"),
    "22P02": _lazy("a value of the wrong kind"),
    "23502": _lazy("a value is missing"),
    "23503": _lazy("other rows depend on it"),
    "23505": _lazy("it exists already"),
    "25006": _lazy("the door is read-only"),
    "25P02": _lazy("a statement before it had failed"),
    "40P01": _lazy("two changes waited for each other"),
    "42601": _lazy("not understood"),
    "42703": _lazy("no such column"),
    "42883": _lazy("no such function"),
    "42P01": _lazy("no such table"),
    "42P07": _lazy("it exists already"),
    "55P03": _lazy("locked by somebody else"),
    "57014": _lazy("stopped before its end"),
    "57P01": _lazy("the session was ended"),
}
# By the first two letters, where the whole says too little to most people.
_KIND = {
    "08": _lazy("the connection broke"),
    "22": _lazy("a value does not fit"),
    "23": _lazy("a rule of the table forbids it"),
    "42": _lazy("not understood, or not there"),
    "53": _lazy("the server has no room"),
    "57": _lazy("ended from outside"),
    "XX": _lazy("a fault of the server"),
}


def meaning(code: str) -> str:
    """Say why a statement failed, to the reader; an expert finds more under the code itself."""
    return str(_MEANING.get(code) or _KIND.get(code[:2]) or _("code %(code)s") % {"code": code})

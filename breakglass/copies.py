"""Whether a reason is one that the same person gave before. Today's emergency has its own words."""

import re

from accounts.models import User
from breakglass.models import Request

_LOOKED_AT = 50  # of the newest cases of a person
_FEWEST = 3  # words: "the usual drill" is no copy of anything


def copied_from(
    justification: str, *, person: User, apart_from: Request | None = None
) -> Request | None:
    """Return the newest earlier case of `person` whose reason has the very same words.

    Case, punctuation and blanks do not count. With `apart_from`, only what came before it.
    """
    words = _words(justification)
    if len(words) < _FEWEST:
        return None
    rows = Request.objects.cases().filter(requester=person).order_by("-case")
    if apart_from:
        rows = rows.filter(case__lt=apart_from.case)
    newest = rows.only("case", "justification", "scenario")[:_LOOKED_AT]
    return next((row for row in newest if _words(row.justification) == words), None)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())

"""Questions that several corners of one page ask: put once, and answered from memory after that."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest

R = TypeVar("R", bound=HttpRequest)
T = TypeVar("T")
P = ParamSpec("P")


def once(question: Callable[Concatenate[R, P], T]) -> Callable[Concatenate[R, P], T]:
    """Let `question` be put once for each request.

    The answer goes with the request, so the next page asks afresh. The moment that is given
    beside it counts when the question is put first. Only for what is drawn: what acts asks the
    database again.
    """

    @functools.wraps(question)
    def answer(request: R, /, *args: P.args, **options: P.kwargs) -> T:
        known: dict[Any, T] = vars(request).setdefault("_answers", {})
        if question not in known:
            known[question] = question(request, *args, **options)
        return known[question]

    return answer

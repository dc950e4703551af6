"""Say where reviews stand among those that wait, and why: a word and a few facts, no score."""

import dataclasses
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.words import duration_words
from judgement.deeds import DOES, shown
from judgement.facts import Verb
from judgement.sigma.naming import titles
from reviews.models import Gravity, JudgedAction, JudgedCase, Review

Standing = JudgedAction.Standing
_TOLD = (Standing.OUTSIDE, Standing.UNEXPLAINED, Standing.ANNOUNCED)  # of the first there is
_LONGEST = 90  # characters of what stands out


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stand:
    """Where one review stands: `key` names the look of `label`.

    Without a label nothing was made of it. `meaning` says what the label does, `worst` what its
    gravest action does, `late` how long its deadline is over.
    """

    key: str
    label: str
    meaning: str
    worst: str
    facts: list[str]
    late: str


def of(reviews: Iterable[Review], *, at: datetime) -> dict[str, Stand]:
    """Return where reviews stand, by the references of their cases; asked with one question."""
    by_case = {review.case_ref: review for review in reviews}
    odd = Coalesce(*map(_gravest, _TOLD))
    judged = JudgedCase.objects.annotate(odd_ones=odd).in_bulk(list(by_case))
    return {case: _stand(review, judged.get(case), at) for case, review in by_case.items()}


def _gravest(standing: str) -> Subquery:
    """Return what is odd about the gravest action of a case that stands so."""
    rows = JudgedAction.objects.filter(case=OuterRef("case"), standing=standing)
    return Subquery(rows.gravest_first().values("findings")[:1])


def _stand(review: Review, judged: Any, at: datetime) -> Stand:
    known = judged is not None and judged.judged_at is not None
    if review.state == Review.State.CLOSED and not known:
        return Stand(key="", label="", meaning="", worst="", facts=[], late="")
    return Stand(
        key=review.gravity_key,
        label=str(review.get_gravity_display()),
        meaning=Gravity(review.gravity).meaning,
        worst=_deed(judged.odd_ones or []) if known else "",
        facts=list(_facts(judged)),
        late=duration_words(at - review.due_at) if review.is_overdue(at) else "",
    )


def _deed(findings: list[dict[str, Any]]) -> str:
    """Say in a few words what the gravest of the things that are odd about an action is."""
    worst = max(findings, key=lambda each: each["severity"], default=None)
    if worst is None:
        return ""
    if worst["verb"] and worst["object"]:
        said = f"{DOES[Verb(worst['verb'])]} {shown([worst['object'].removesuffix('…')])}"
    else:
        beyond = titles(worst["text"]).rpartition("; this one ")[2]
        said = beyond.partition(";")[0].rstrip(".")[:_LONGEST]
    return said[:1].upper() + said[1:]


def _facts(judged: JudgedCase | None) -> Iterator[str]:
    if judged is None or judged.judged_at is None:
        yield _("Not judged yet")
    elif not judged.actions:
        yield _("No action is on the record")
    elif not judged.telling:
        yield _("Nothing was changed or disclosed")
    else:
        yield from _counted(judged)


def _counted(judged: JudgedCase) -> Iterator[str]:
    facts = {"odd": judged.odd, "all": judged.telling, "unjudged": judged.unjudged,
             "announced": judged.announced}  # fmt: skip
    if judged.odd:
        yield (
            ngettext(
                "%(odd)s of %(all)s action unexplained",
                "%(odd)s of %(all)s actions unexplained",
                judged.telling,
            )
            % facts
        )
    if judged.announced:
        yield (
            ngettext(
                "%(announced)s of %(all)s action announced, but outside of the scenario",
                "%(announced)s of %(all)s actions announced, but outside of the scenario",
                judged.telling,
            )
            % facts
        )
    if judged.unjudged:
        yield (
            ngettext(
                "%(unjudged)s of %(all)s action cannot be judged",
                "%(unjudged)s of %(all)s actions cannot be judged",
                judged.telling,
            )
            % facts
        )
    if not judged.odd and not judged.unjudged:
        if not judged.announced:
            text = ngettext(
                "%(all)s action explained", "All %(all)s actions explained", judged.telling
            )
            yield text % facts
        if judged.flagged and judged.worded:
            yield _("As a whole it fits the request badly")
    if judged.doubted:
        yield _("A model has doubts")

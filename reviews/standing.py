"""Say where reviews stand among those that wait, and why: a word and a few facts, no score."""

import dataclasses
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.models import Gravity, JudgedCase, Review


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stand:
    """Where one review stands: `key` names the look of `label`."""

    key: str
    label: str
    facts: list[str]


def of(reviews: Iterable[Review]) -> dict[str, Stand]:
    """Return where reviews stand, by the references of their cases; asked with one question."""
    by_case = {review.case_ref: review for review in reviews}
    judged = JudgedCase.objects.in_bulk(list(by_case))
    return {case: _stand(review, judged.get(case)) for case, review in by_case.items()}


def _stand(review: Review, judged: JudgedCase | None) -> Stand:
    gravity = Gravity(review.gravity)
    return Stand(key=gravity.name.lower(), label=str(gravity.label), facts=list(_facts(judged)))


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
    facts = {"odd": judged.odd, "all": judged.telling, "unjudged": judged.unjudged}
    if judged.odd:
        yield (
            ngettext(
                "%(odd)s of %(all)s action unexplained",
                "%(odd)s of %(all)s actions unexplained",
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
        yield (
            ngettext("%(all)s action explained", "All %(all)s actions explained", judged.telling)
            % facts
        )
        if judged.flagged and judged.worded:
            yield _("As a whole it fits the request badly")
    if judged.doubted:
        yield _("A model has doubts")

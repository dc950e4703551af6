"""Who may confirm a verdict that waits for a second person: by name where these are few."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Part, User
from breakglass.models import GroupPermit, Permit
from core.templatetags.ui import listed
from reviews.models import Review

_NAMED = 3
_ASKED_OF = 12  # people of whom it is found out who may; of more only what they are is said


def of(reviews: Iterable[Review], *, reader: User, at: datetime) -> dict[str, str]:
    """Return who may confirm the verdicts that wait for it, by the references of their cases.

    It reads as the beginning of "… may confirm it".
    """
    waiting = [each for each in reviews if each.waits_for_second]
    people = _people(waiting, at) if waiting else []
    if len(people) > _ASKED_OF:
        return {each.case_ref: _others() for each in waiting}
    may = _able(waiting, people, at)
    return {each.case_ref: _words(may[each.pk], reader) for each in waiting}


def _people(waiting: list[Review], at: datetime) -> list[User]:
    """Return those who review in any of the scenarios, and compliance."""
    scenarios = {each.grant.scenario_id for each in waiting}
    permits = GroupPermit.objects.of(Permit.REVIEW).standing(at)
    groups = permits.filter(content_object__in=scenarios).values("group")
    reviewers = User.objects.active().in_groups(groups, at)[: _ASKED_OF + 1]
    officers = User.objects.playing(Part.COMPLIANCE, at)[: _ASKED_OF + 1]
    return sorted({*reviewers, *officers}, key=lambda each: (str(each), each.pk))


def _able(waiting: list[Review], people: list[User], at: datetime) -> dict[UUID, list[User]]:
    """Return who of some people may confirm which; two or three questions for each person."""
    found: dict[UUID, list[User]] = {each.pk: [] for each in waiting}
    for person in people:
        rows = Review.objects.filter(pk__in=found).open_to(person, at)
        for pk in rows.values_list("pk", flat=True):
            found[pk].append(person)
    return found


def _others() -> str:
    return _("another reviewer or a compliance officer")


def _words(may: list[User], reader: User) -> str:
    if len(may) > _NAMED:
        return _others()
    others = [str(each) for each in may if each != reader]
    names = [_("you"), *others] if reader in may else others
    return listed(names, _("or")) or _("nobody else")

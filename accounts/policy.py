"""The rules of parts and tokens, each once: the sentence why not, or None."""

from datetime import datetime
from typing import Any

from accounts.models import (
    ApiToken,
    Erasure,
    Membership,
    Part,
    User,
    UserQuerySet,
    groups_playing,
)
from core import forgetting
from core.forgetting import Trace
from core.speech import phrase

MOST_TOKENS = 20
LONGEST_DAYS = 365
_ONLY = {
    Part.RESPONDER: phrase(
        "Only a responder may do this. An administrator can add you to a group with this part."
    ),
    Part.ADMINISTRATOR: phrase(
        "Only an administrator may do this. Ask one to add you to a group with this part."
    ),
    Part.COMPLIANCE: phrase(
        "Only a compliance officer may do this."
        " An administrator can add you to a group with this part."
    ),
    Part.AUDITOR: phrase(
        "Only an auditor may do this. An administrator can add you to a group with this part."
    ),
}


def why_not_play(part: Part, *, by: User, at: datetime | None = None) -> str | None:
    """Why `by` may not do what only people of `part` do, at `at` or now."""
    if by.plays(part, at):
        return None
    return why_membership_over(by, groups_playing(part), at=at) or _ONLY[part]


def why_membership_over(
    person: User, groups: Any, *, at: datetime | None, by: User | None = None
) -> str | None:
    """Why `person` counts as one of `groups` no more: the membership that ended last, if any did.

    `by` reads the sentence, where that is somebody else.
    """
    ended = Membership.objects.ended(at).filter(user=person, group__in=groups)
    row = ended.select_related("group").order_by("-until").first()
    if row is None:
        return None
    facts = {"group": row.group.name, "day": row.last_day}
    if by in (None, person):
        return phrase(
            "Your membership in %(group)s ended on %(day)s. Ask an administrator to extend it.",
            **facts,
        )
    return phrase(
        "The membership of %(person)s in %(group)s ended on %(day)s. Ask an administrator to"
        " extend it.",
        person=person,
        **facts,
    )


def why_not_issue_token(holder: User, *, at: datetime) -> str | None:
    """Why `holder` may not have one more token."""
    if not holder.is_active:
        return phrase("This account is switched off. An administrator can switch it on.")
    if holder.tokens.standing(at).count() >= MOST_TOKENS:
        return phrase(
            "%(most)s tokens are the most that one person may have. Revoke one first.",
            most=MOST_TOKENS,
        )
    return None


def why_not_revoke_token(token: ApiToken, *, by: User) -> str | None:
    """Why `by` may not end `token`."""
    if by == token.user or by.plays(Part.RESPONDER) or by.plays(Part.ADMINISTRATOR):
        return None
    return phrase("Only its holder, a responder or an administrator may revoke a token.")


def confirmers(by: User, person: User) -> UserQuerySet:
    """The active administrators who could confirm the erasure of `person` that `by` asks for."""
    found: UserQuerySet = User.objects.playing(Part.ADMINISTRATOR).order_by("name")
    return found.exclude(pk__in=[by.pk, person.pk])


def why_not_erase_person(person: User, *, by: User) -> str | None:
    """Why `by` may not ask that `person` be erased."""
    if by == person:
        return phrase("Nobody erases themselves. Ask another administrator.")
    if why := why_not_play(Part.ADMINISTRATOR, by=by):
        return why
    if not confirmers(by, person).exists():
        return phrase(
            "A second administrator has to confirm it, and there is none. Make somebody one, or let"
            " the operator of the server run `manage.py audit_erase`."
        )
    return None


def why_not_approve_erasure(person: User | None, *, by: User) -> str | None:
    """Why the operator of the server may not erase `person`, or entries, on the word of `by`."""
    if by == person:
        return phrase("Nobody erases themselves. Ask another administrator.")
    if by.plays(Part.ADMINISTRATOR) or by.plays(Part.COMPLIANCE):
        return None
    return phrase("An administrator or a compliance officer has to approve it.")


def why_not_erase_now(
    person: User, trace: Trace, *, at: datetime, erasure: Erasure | None = None
) -> list[str]:
    """Each reason why nobody may erase `person` yet. `erasure` is the one that is to be done."""
    if person.erased_at:
        return [phrase("This person is erased already.")]
    others = person.erasures.filter(state__in=["waiting", "accepted"])
    if any(each != erasure for each in others):
        return [phrase("Somebody has asked for this already. Look at that erasure.")]
    return forgetting.why_not(trace, at=at)


def why_not_decide_erasure(erasure: Erasure, *, by: User) -> str | None:
    """Why `by` may neither confirm nor decline an erasure."""
    if erasure.proposed_by_id == by.pk:
        return phrase("You asked for it, so another administrator decides. You may withdraw it.")
    if erasure.person_id == by.pk:
        return phrase("It is about you, so another administrator decides.")
    return why_not_play(Part.ADMINISTRATOR, by=by)


def why_not_withdraw_erasure(erasure: Erasure, *, by: User) -> str | None:
    """Why `by` may not take an erasure back."""
    if erasure.proposed_by_id == by.pk:
        return None
    return phrase("Only who asked for it may withdraw it. You may decline it.")


def why_not_see_erasures(*, by: User) -> str | None:
    """Why `by` may not look at who is to be erased."""
    return None if by.may_read_record else why_not_play(Part.ADMINISTRATOR, by=by)

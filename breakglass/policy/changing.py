"""Who may change configuration alone, and who decides on what somebody else proposed."""

from accounts.models import Part, User, UserQuerySet
from accounts.policy import why_not_play
from breakglass.models import ProposedChange
from core.speech import phrase


def second_administrators(by: User | None) -> UserQuerySet:
    """The active administrators who could look at what `by` changes, in the order of names."""
    found: UserQuerySet = User.objects.playing(Part.ADMINISTRATOR).order_by("name")
    return found.exclude(pk=by.pk) if by else found


def why_not_decide_change(change: ProposedChange, *, by: User) -> str | None:
    """Why `by` may not accept or decline a proposed change."""
    if change.proposed_by_id == by.pk:
        return phrase(
            "You proposed this change, so another administrator decides. You may withdraw it."
        )
    return why_not_play(Part.ADMINISTRATOR, by=by)


def why_not_withdraw_change(change: ProposedChange, *, by: User) -> str | None:
    """Why `by` may not take a proposed change back, or propose it again."""
    if change.proposed_by_id == by.pk:
        return None
    return phrase("Only who proposed the change may withdraw it. You may decline it.")


def why_not_list_changes(*, by: User) -> str | None:
    """Why `by` may not look at everything that was proposed."""
    return None if by.may_read_record else why_not_play(Part.ADMINISTRATOR, by=by)


def why_not_see_change(change: ProposedChange, *, by: User) -> str | None:
    """Why `by` may not look at a proposed change: it may tell of mail addresses and servers."""
    return None if change.proposed_by_id == by.pk else why_not_list_changes(by=by)

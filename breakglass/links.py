"""Decision links: a signed token names a row; nothing in the token opens anything by itself."""

from datetime import datetime
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction

from accounts.models import User
from breakglass.models import DecisionLink, Request
from core.errors import WrongState
from core.speech import phrase

_signer = Signer(salt="breakglass.decision-link")


def issue(request: Request, *, person: User, at: datetime) -> DecisionLink | None:
    """Return the open link of `person` to `request`, made if there is none.

    Return None when there is no time left to answer.
    """
    expires_at = request.ratify_by or request.lapse_at
    if expires_at <= at:
        return None
    same = {"request": request, "person": person, "used_at": None, "revoked_at": None}
    try:
        with transaction.atomic():
            link, _ = DecisionLink.objects.get_or_create(
                **same, defaults={"made_at": at, "expires_at": expires_at}
            )
    except IntegrityError:  # somebody else made it at the same moment
        link = DecisionLink.objects.get(**same)
    return link


def token(link: DecisionLink) -> str:
    """Return what stands in the address: the link's id with a keyed hash (django.core.signing)."""
    return _signer.sign(link.pk.hex)


def find(text: str) -> DecisionLink | None:
    """Return the link that a token names, or None for one that we did not make."""
    try:
        key = UUID(_signer.unsign(text))
    except (BadSignature, ValueError):
        return None
    rows = DecisionLink.objects.select_related("request", "person")
    return rows.filter(pk=key).first()


def why_not_open(link: DecisionLink, *, by: User) -> str | None:
    """Why `by` may not look at what the link leads to."""
    if by != link.person:
        return phrase(
            "This link was sent to %(person)s and does nothing for anybody else.",
            person=link.person,
        )
    return None


def why_spent(link: DecisionLink, *, at: datetime) -> str | None:
    """Why the link is of no more use to anybody."""
    if link.used_at:
        return phrase("This link was used on %(when)s; it works once.", when=link.used_at)
    if link.revoked_at:
        return phrase("This link was withdrawn.")
    if link.expires_at <= at:
        return phrase("This link ended on %(when)s.", when=link.expires_at)
    return None


def why_not_use(link: DecisionLink, request: Request, *, by: User, at: datetime) -> str | None:
    """Why `by` may not decide on `request` through this link."""
    if link.request_id != request.pk:
        return phrase("This link belongs to another request.")
    return why_not_open(link, by=by) or why_spent(link, at=at)


def use(link: DecisionLink, *, at: datetime) -> None:
    """Spend the link. Raises WrongState when somebody was faster."""
    spent = DecisionLink.objects.filter(pk=link.pk, used_at=None, revoked_at=None)
    if spent.update(used_at=at) != 1:
        raise WrongState(phrase("This link was used a moment ago; it works once."))

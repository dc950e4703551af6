"""The rules of parts and tokens, each once: the sentence why not, or None."""

from datetime import datetime

from accounts.models import ApiToken, Part, User
from core.speech import phrase

MOST_TOKENS = 20
LONGEST_DAYS = 365
_ONLY = {
    Part.RESPONDER: phrase(
        "Only a responder may do this. Ask an administrator to add you to a group with this part."
    ),
    Part.ADMINISTRATOR: phrase(
        "Only an administrator may do this. Ask one to add you to a group with this part."
    ),
    Part.COMPLIANCE: phrase(
        "Only a compliance officer may do this."
        " Ask an administrator to add you to a group with this part."
    ),
    Part.AUDITOR: phrase(
        "Only an auditor may do this. Ask an administrator to add you to a group with this part."
    ),
}


def why_not_play(part: Part, *, by: User) -> str | None:
    """Why `by` may not do what only people of `part` do."""
    if by.plays(part):
        return None
    return _ONLY[part]


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

"""The rules of parts and tokens, each once: the sentence why not, or None."""

from datetime import datetime

from accounts.models import ApiToken, Part, User

MOST_TOKENS = 20
LONGEST_DAYS = 365


def why_not_play(part: Part, *, by: User) -> str | None:
    """Why `by` may not do what only people of `part` do."""
    if by.plays(part):
        return None
    groups = "a group with this part"
    return f"Only a {part.label.lower()} may do this. Ask an administrator to add you to {groups}."


def why_not_issue_token(holder: User, *, at: datetime) -> str | None:
    """Why `holder` may not have one more token."""
    if not holder.is_active:
        return "This account is switched off. An administrator can switch it on."
    if holder.tokens.standing(at).count() >= MOST_TOKENS:
        return f"{MOST_TOKENS} tokens are the most that one person may have. Revoke one first."
    return None


def why_not_revoke_token(token: ApiToken, *, by: User) -> str | None:
    """Why `by` may not end `token`."""
    if by == token.user or by.plays(Part.RESPONDER) or by.plays(Part.ADMINISTRATOR):
        return None
    return "Only its holder, a responder or an administrator may revoke a token."

"""How each state looks: one table for all rooms, so that a state looks the same everywhere.

The word beside it is the model's own (`get_state_display`); colour never stands alone.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Face:
    """The look of a state: `tone` is a class of the badge, `icon` a name of the sprite."""

    tone: str
    icon: str


_PLAIN = Face("", "info")
_GOOD = Face("ok", "check")
_NO = Face("danger", "x")
_OVER = Face("", "check")
_WAITS = Face("wait", "clock")
_JUDGE = Face("flag", "flag")
_FAILED = Face("danger", "warn")

_FACES: dict[str, Face] = {
    # request
    "pending": _WAITS,
    "countered": Face("wait", "less"),
    "approved": _GOOD,
    "denied": _NO,
    "withdrawn": Face("", "x"),
    "lapsed": Face("", "clock"),
    "activated": Face("danger", "glass"),
    # ratification
    "not_required": Face("", "check"),
    "ratified": _GOOD,
    "refused": _NO,
    "overdue": _FAILED,
    # grant
    "scheduled": Face("wait", "clock"),
    "active": Face("live", "door"),
    "expired": Face("", "clock"),
    "relinquished": _OVER,
    "revoked": _NO,
    # door
    "opening": Face("wait", "door"),
    "open": Face("live", "door"),
    "open_failed": _FAILED,
    "closing": Face("wait", "door"),
    "close_failed": _FAILED,
    "closed": _OVER,
    # alert that is to be read
    "silence:waiting": _WAITS,
    "seen": _GOOD,
    "unseen": _FAILED,
    # channel
    "failing": _FAILED,
    # after-action review
    "due": _WAITS,
    "in_review": Face("live", "review"),
    "reopened": Face("flag", "review"),
    "justified": _GOOD,
    "drill": Face("ok", "flag"),
    "justified_with_findings": _JUDGE,
    "misuse": _FAILED,
    "inconclusive": _JUDGE,
    # finding
    "finding:open": _JUDGE,
    "explained": _OVER,
    "remediated": _GOOD,
    "accepted": _OVER,
    "declined": Face("", "x"),
    "escalated": _FAILED,
    "false_positive": Face("", "x"),
    # action
    "outside": _FAILED,
    "unexplained": _JUDGE,
    "unjudged": Face("wait", "ask"),
    "announced": Face("wait", "flag"),
    "neutral": Face("", "check"),
    # case that waits for review
    "grave": _FAILED,
    "doubtful": _JUDGE,
    "slight": Face("", "check"),
    # opinion of a model
    "given_up": Face("wait", "warn"),
    # obligation
    "obligation:open": _WAITS,
    "waived": _OVER,
    # campaign, and what is decided on an item of one
    "campaign:open": Face("live", "round"),
    "signed_off": _GOOD,
    "cancelled": Face("", "x"),
    "in_order": _GOOD,
    "not_in_order": _JUDGE,
    "keep": _GOOD,
    "remove": Face("flag", "x"),
    "still_open": _WAITS,
    # proposed change
    "waiting": _WAITS,
    "change:accepted": _GOOD,
    # erasure of a person
    "erasure:accepted": Face("wait", "clock"),
    "done": _GOOD,
    # delivery
    "queued": _WAITS,
    "sent": _GOOD,
    "retrying": Face("wait", "warn"),
    "dead": _FAILED,
    "acknowledged": _GOOD,
    # decision
    "approve": _GOOD,
    "ratify": _GOOD,
    "deny": _NO,
    "refuse": _NO,
    "counter": Face("wait", "less"),
    # health
    "ok": _GOOD,
    "wait": Face("wait", "warn"),
    "danger": _FAILED,
    # severity
    "low": Face("", "info"),
    "high": Face("wait", "warn"),
    "critical": Face("danger", "warn"),
}


def face(value: str, *, of: str = "") -> Face:
    """Return how a state looks; `of` tells states of the same name apart."""
    return _FACES.get(f"{of}:{value}") or _FACES.get(value) or _PLAIN


def known() -> list[tuple[str, str]]:
    """Return every state that has a look, with the noun that tells it apart, if any."""
    return [(value, of) for key in _FACES for of, _, value in [key.rpartition(":")]]

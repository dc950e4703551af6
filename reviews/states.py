"""What may become of a review and of a finding."""

from core.states import Move, provide

REVIEW = provide(
    "Review",
    Move("owe", (), ("due",)),
    Move("start", ("due",), ("in_review",)),
    Move("hand_over", ("in_review",), ("due",)),
    Move("close", ("in_review",), ("in_review", "closed")),
    Move("dispute", ("in_review",), ("in_review",)),
    Move("confirm", ("in_review",), ("closed",)),
    Move("reopen", ("closed",), ("due",)),
)
OBLIGATION = provide(
    "Obligation",
    Move("oblige", (), ("open",)),
    Move("owe", (), ("open",)),
    Move("hand_on", ("open",), ("open",)),
    Move("fulfil", ("open",), ("done",)),
    Move("waive", ("open",), ("waived",)),
)
_RESOLVED = ("explained", "remediated", "accepted", "escalated", "false_positive")
FINDING = provide(
    "Finding",
    Move("open_finding", (), ("open",)),
    Move("resolve_finding", ("open",), _RESOLVED),
)

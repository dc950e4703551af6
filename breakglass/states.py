"""What may become of a request, its ratification, a grant, a freeze,
a substitution, a question and a proposed change."""

from core.states import Move, provide

_OPEN = ("pending", "countered")
_STANDING = ("scheduled", "active")

REQUEST = provide(
    "Request",
    Move("submit", (), ("pending",)),
    Move("break_glass", (), ("activated",)),
    Move("approve", ("pending",), ("pending", "approved")),
    Move("deny", ("pending",), ("denied",)),
    Move("counter", ("pending",), ("countered",)),
    Move("accept_counter", ("countered",), ("pending", "approved")),
    Move("decline_counter", ("countered",), ("pending",)),
    Move("withdraw", _OPEN, ("withdrawn",)),
    Move("lapse", _OPEN, ("lapsed",)),
)
RATIFICATION = provide(
    "Ratification",
    Move("submit", (), ("not_required",)),
    Move("break_glass", (), ("pending",)),
    Move("ratify", ("pending",), ("pending", "ratified")),
    Move("refuse", ("pending",), ("refused",)),
    Move("overdue", ("pending",), ("overdue",)),
)
GRANT = provide(
    "Grant",
    Move("approve", (), _STANDING),
    Move("break_glass", (), ("active",)),
    Move("activate", ("scheduled",), ("active",)),
    Move("relinquish", _STANDING, ("relinquished",)),
    Move("revoke", _STANDING, ("revoked",)),
    Move("stop", _STANDING, ("revoked",)),
    Move("expire", _STANDING, ("expired",)),
)
FREEZE = provide(
    "Freeze",
    Move("freeze", (), ("imposed",)),
    Move("lift", ("imposed",), ("proposed",)),
    Move("lift again", ("proposed",), ("lifted",)),
    Move("keep", ("proposed",), ("imposed",)),
)
SUBSTITUTION = provide(
    "Substitution",
    Move("name_substitute", (), ("named",)),
    Move("name_for_another", (), ("named",)),
    Move("end_substitution", ("named",), ("ended",)),
)
QUESTION = provide(
    "Question",
    Move("ask", (), ("open",)),
    Move("answer", ("open",), ("answered",)),
)
CHANGE = provide(
    "Proposed change",
    Move("propose", (), ("waiting",)),
    Move("accept", ("waiting",), ("accepted",)),
    Move("accept_alone", ("waiting",), ("accepted",)),
    Move("decline", ("waiting",), ("declined",)),
    Move("withdraw", ("waiting",), ("withdrawn",)),
    Move("lapse", ("waiting",), ("lapsed",)),
)

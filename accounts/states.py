"""What may become of the erasure of a person."""

from core.states import Move, provide

ERASURE = provide(
    "Erasure",
    Move("propose", (), ("waiting",)),
    Move("order", (), ("accepted",)),
    Move("accept", ("waiting",), ("accepted",)),
    Move("decline", ("waiting",), ("declined",)),
    Move("withdraw", ("waiting",), ("withdrawn",)),
    Move("lapse", ("waiting",), ("lapsed",)),
    Move("carry_on", ("accepted",), ("accepted", "done")),
)

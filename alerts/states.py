"""What may become of a message."""

from core.states import Move, provide

_WAITING = ("queued", "retrying")

DELIVERY = provide(
    "Delivery",
    Move("tell", (), ("queued",)),
    Move("sent", _WAITING, ("sent",)),
    Move("failed", _WAITING, ("retrying", "dead")),
    Move("retry", ("dead",), ("retrying",)),
)
SILENCE = provide(
    "Silence",
    Move("begin", (), ("waiting",)),
    Move("go_on", ("waiting",), ("waiting", "unseen")),
    Move("seen", ("waiting", "unseen"), ("seen",)),
)

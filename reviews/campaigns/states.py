"""What may become of a campaign."""

from core.states import Move, provide

CAMPAIGN = provide(
    "Campaign",
    Move("begin", (), ("open",)),
    Move("sign_off", ("open",), ("signed_off",)),
    Move("cancel", ("open",), ("cancelled",)),
)

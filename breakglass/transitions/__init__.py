"""The verbs: nothing else changes the state of a request, a grant or a freeze."""

from breakglass.transitions.decisions import (
    Offer,
    Voice,
    accept_counter,
    approve,
    counter,
    decline_counter,
    deny,
    overdue,
    ratify,
    refuse,
)
from breakglass.transitions.freezes import freeze, keep, lift
from breakglass.transitions.grants import activate, expire, relinquish, revoke, stop
from breakglass.transitions.questions import answer, ask
from breakglass.transitions.requests import (
    Ask,
    ask_for_more_time,
    break_glass,
    escalate,
    lapse,
    name_reference,
    submit,
    withdraw,
)
from breakglass.transitions.scenarios import archive, bring_back, publish
from breakglass.transitions.substitutions import (
    end_substitution,
    name_for_another,
    name_substitute,
)

__all__ = [
    "Ask",
    "Offer",
    "Voice",
    "accept_counter",
    "activate",
    "answer",
    "approve",
    "archive",
    "ask",
    "ask_for_more_time",
    "break_glass",
    "bring_back",
    "counter",
    "decline_counter",
    "deny",
    "end_substitution",
    "escalate",
    "expire",
    "freeze",
    "keep",
    "lapse",
    "lift",
    "name_for_another",
    "name_reference",
    "name_substitute",
    "overdue",
    "publish",
    "ratify",
    "refuse",
    "relinquish",
    "revoke",
    "stop",
    "submit",
    "withdraw",
]

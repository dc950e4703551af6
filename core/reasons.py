"""Whether somebody has said why: one rule for everything that the record keeps a reason of."""

from core.speech import phrase

LEAST = 10  # characters: three words, which hands that are full can still write


def why_not_reason(reason: str, *, least: int = LEAST) -> str | None:
    """Why `reason` says too little; `least` is how many characters are enough."""
    written = len(reason.strip())
    if written >= least:
        return None
    return phrase(
        "Say why in at least %(least)s characters; you wrote %(number)s.",
        least=least,
        number=written,
    )

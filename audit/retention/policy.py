"""Who may place and lift legal holds, said once."""

from audit.holds import Hold
from audit.policy import Reader
from core.speech import phrase


def why_not_see(reader: Reader) -> str | None:
    """Return why `reader` may not see how long the record is kept and what is held; or nothing."""
    if reader.may_verify_record:
        return None
    return phrase(
        "Only auditors, compliance officers and administrators see how long the record is kept."
    )


def why_not_hold(by: Reader) -> str | None:
    """Return why `by` may not place a legal hold, nor propose to lift one; or nothing."""
    if by.may_hold_record:
        return None
    return phrase("Only compliance officers and administrators place and lift legal holds.")


def why_not_lift(hold: Hold, by: Reader) -> str | None:
    """Return why `by` may not lift a hold, or propose to where nobody has; or nothing."""
    if hold.lift_proposed_by == by.ref:
        return phrase("You proposed to lift it, so somebody else decides. You may take it back.")
    if hold.ref == by.ref:
        return phrase("It is about you, so others decide.")
    return why_not_hold(by)

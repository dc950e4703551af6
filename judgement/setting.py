"""What columns are set to, that a request does not say."""

import re
from collections.abc import Iterator

from judgement import knowing, near
from judgement.deeds import about
from judgement.facts import Condition, Verb
from judgement.grounds import Grounds, Said, named

# What a row of a table of people may do.
_RIGHTS = re.compile(
    r"^(?:is_|can_)?(?:admin|superuser|super|staff|root|owner|sudo)\w*$|(?:^|_)(?:roles?|rights"
    r"|privileges?|permissions?|scopes?|access_level|user_level|grants?|acl)$"
)
_PLAIN = frozenset({"true", "false", "null", "0", "1", "now()", "current_timestamp", "default", ""})


def beyond(
    condition: Condition, grounds: Grounds, action: Said
) -> Iterator[tuple[float, str, Verb]]:
    """Yield how doubtful it is that an action sets one column, and what to say of it."""
    if knowing.known(condition.column, grounds):
        if near.another_amount(condition, grounds, action.facts):
            text = f"sets `{condition.column}` to {condition.value}, which the request does not say"
            yield 0.35, text, Verb.WRITE
        return
    if near.keeps_books(condition.column):
        return
    plain = condition.value.lower() in _PLAIN
    if named(condition.value, grounds) and not plain:
        return
    text = f"sets `{condition.column}` of {about(action.facts)}, which the request does not mention"
    if _RIGHTS.search(condition.column):
        yield 0.7, text, Verb.PRIVILEGE
    else:
        yield (0.25 if plain else 0.4), text, Verb.WRITE

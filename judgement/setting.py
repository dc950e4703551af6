"""What columns are set to, that a request does not say."""

import re
from collections.abc import Iterator, Sequence

from judgement import figures, knowing, near, values
from judgement.deeds import about
from judgement.facts import Condition, Verb
from judgement.grounds import Grounds, Said, named

# What a row of a table of people may do.
_RIGHTS = re.compile(
    r"^(?:is_|can_)?(?:admin|superuser|super|staff|root|owner|sudo)\w*$|(?:^|_)(?:roles?|rights"
    r"|privileges?|permissions?|scopes?|access_level|user_level|grants?|acl)$"
)
# What every row of an outbox, a ledger or a history has to say, and no request does.
_FILLED_IN = re.compile(
    r"(?:^|_)(?:type|typ|kind|cat|category|code|cd|partner|channel|subject|topic|queue|template|event"
    r"|state|status|sts|direction|dir|method|source|src|origin|priority|prio|currency|ccy|curr|unit|uom"
    r"|actor|operator|user|usr|clerk|creator|action|op|seq|seqno|no|nr|lang|format|format_version"
    r"|attempts?|tries|retries|pieces)$"
)
# What nobody sets by the way.
_WEIGHS = re.compile(
    r"(?:^|_)(?:price|amount|amt|rate|total|fee|balance|saldo|credit|discount|limit|quota|max|min|qty|quantity|owner"
    r"|e?mail|phone|iban|bic|account|password|approv\w*|verified|mfa|2fa|totp|tls|ssl|require\w*|enforce\w*|expir\w*|valid\w*|priority|salary|grade|score)(?:_|$)"
)
# What was there before is for the session to find.
_AS_IT_WAS = re.compile(
    r"\b(?:back|restore\w*|revert\w*|reinstate\w*|reset)\b[^.;!?]{0,60}?"
    r"\b(?:what (?:it|they) (?:was|were)|old|previous|former|earlier|original|prior|before|had)\b"
    r"|\b(?:old|previous|former|original|prior) (?:\w+ ){1,3}?(?:back|again)\b"
)
_NESTED = re.compile(r"=\s*\(\s*select\b", re.IGNORECASE)
_RESTORED = 0.3  # of a doubt
_LONGEST = 4_000  # characters of an action in which that is looked for
_PLAIN = values.FLAGS | {"null", "0", "1", "now()", "current_timestamp", "default", ""}


def beyond(
    condition: Condition, grounds: Grounds, action: Said
) -> Iterator[tuple[float, str, Verb]]:
    """Yield how doubtful it is that an action sets one column, and what to say of it."""
    if knowing.known(condition.column, grounds) or knowing.sets_switch(grounds, action.facts):
        if weight := _unlike_what_is_said(condition, grounds, action):
            weight *= _RESTORED if _AS_IT_WAS.search(grounds.lowered) else 1
            how = "by" if _counts_on(condition.column, action.text) else "to"
            text = f"{condition.column}` {how} {condition.value}, which the request does not say"
            yield weight, f"{'changes' if how == 'by' else 'sets'} `{text}", Verb.WRITE
        return
    if near.keeps_books(condition.column):
        return
    if knowing.brings_along(condition.column, condition.value, grounds):
        return
    entered = "insert" in action.facts.commands and _enters(grounds, action.facts.conditions)
    if entered and _FILLED_IN.search(condition.column):
        return
    plain = condition.value.lower() in _PLAIN
    if figures.says(condition, grounds) and not plain:
        return
    text = f"sets `{condition.column}` of {about(action.facts)}, which the request does not mention"
    if _RIGHTS.search(condition.column):
        yield 0.7, text, Verb.PRIVILEGE
    else:
        weighs = not entered and _WEIGHS.search(condition.column)
        yield (0.5 if weighs else 0.25 if plain or entered else 0.4), text, Verb.WRITE


def _unlike_what_is_said(condition: Condition, grounds: Grounds, action: Said) -> float:
    """Return how doubtful a value is of a column of which a request speaks; 0 if it says it."""
    if figures.another(condition, grounds, action.facts):
        sign = _counts_on(condition.column, action.text)
        return 0.0 if sign and figures.comes_to(condition, sign, grounds, action.facts) else 0.55
    return 0.3 if figures.unsaid(condition, grounds, action.facts) else 0.0


def looks_up(grounds: Grounds, action: Said) -> bool:
    """Tell whether a column gets what a query finds that was there before, as a request says."""
    return bool(_AS_IT_WAS.search(grounds.lowered) and _NESTED.search(action.text[:_LONGEST]))


def _counts_on(column: str, text: str) -> str:
    """Return how a column is counted on from what it has: "+" of `points = points + 50`."""
    name = re.escape(column)
    counted = rf"\b{name}\s*=\s*(?:\w+\()*(?:\w+\.)?{name}\s*([-+*/])"
    found = re.search(counted, text[:_LONGEST], re.IGNORECASE)
    return found[1] if found else ""


def _enters(grounds: Grounds, conditions: Sequence[Condition]) -> bool:
    """Whether a row is entered for what the request names: its columns have to have something."""
    return any(
        each.operator == "set" and near.tells(each.value) and named(each.value, grounds)
        for each in conditions
    )

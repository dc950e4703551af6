"""Where a command goes beyond what was named: a wider network, no age, letters, columns.

`doubts` makes doubts of them.
"""

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from judgement import durations, given, granting, listed, near, peeking, turning
from judgement.deeds import CHANGING, DOES, about
from judgement.facts import Kind, Verb
from judgement.gathering import SEVERITY
from judgement.grounds import Grounds, Said

_LONGEST = 20_000
_INTERVENES = 0.35
_MORE_RIGHTS = 0.7
_UNLISTED = 0.6  # that more is handed over than was listed
_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?!\d|\.\d)")
# A pattern that takes more than one address: `10\.20\.4\.[0-9]+`.
_ANY_ADDRESS = re.compile(r"(?<![\d.])((?:\d{1,3}\\?\.){2,3})(?:\[0-9\]|\\d|\.\*|\[\^|\*)")
_AGED = re.compile(
    r"-(?:[acm](?:time|min)) \+?\d|newer|older|before|until=|keep|max-age|\bage\b|date\b|days?\b"
    r"|\d{4}-?\d\d|\$|retention|since|ago|tmpwatch|tmpreaper|strftime|stat -c"
)
_MANY = re.compile(r"[*?]|\brm\b.* -\w*[rR]|\bprune\b|-delete\b")
_ANY_AGE = re.compile(
    r"\b(?:of any age|(?:whatever|regardless of|no matter) (?:\w+ )?(?:age|old))\b"
)
_BITS = 8


class Beyond(NamedTuple):
    """In what a command goes beyond a request."""

    code: str
    weight: float
    text: str
    verb: Verb | None = None
    object: str | None = None


def found(grounds: Grounds, action: Said) -> Iterator[Beyond]:
    """Yield where an action goes beyond what a request names."""
    if action.facts.kind is Kind.SQL:
        yield from _in_sql(grounds, action)
    elif action.facts.kind is Kind.SHELL:
        yield from _in_a_shell(grounds, action)


def _in_sql(grounds: Grounds, action: Said) -> Iterator[Beyond]:
    facts = action.facts
    for each in granting.found(grounds, action.text, facts):
        yield Beyond(*each)
    if column := listed.beyond(grounds, facts, action.text):
        text = f"shows `{column}`, which is not of what the request says will be seen"
        yield Beyond("personal", _UNLISTED, text, None, column)
    if right := granting.beyond(grounds.reason.text, facts, action.text):
        text = f"grants `{right}` on {about(facts)}; the request speaks of less"
        yield Beyond("widened", _MORE_RIGHTS, text, Verb.PRIVILEGE)


def _in_a_shell(grounds: Grounds, action: Said) -> Iterator[Beyond]:
    facts = action.facts
    what, weight = peeking.seen(grounds, facts, action.text)
    if what:
        yield Beyond("personal", weight, f"reads {what}, of which the request does not speak")
    does = DOES[max(sorted(facts.verbs or {Verb.EXEC}), key=lambda each: SEVERITY.get(each, 0.0))]
    changes = bool(facts.verbs & CHANGING) or facts.severity >= _INTERVENES
    if not any(near.turns(each, grounds) for each in facts.conditions):
        for code, weight, what in turning.found(grounds, action.text, changes=changes):
            yield Beyond(code, weight, f"{does} {what}")
    if changes or Verb.EXEC in facts.verbs:
        yield from _changed(grounds, action, does)


def _changed(grounds: Grounds, action: Said, does: str) -> Iterator[Beyond]:
    """Yield in what a deed goes beyond: a network, an age, what was to stay as it is."""
    facts = action.facts
    for code, weight, text in given.found(grounds, action.text):
        yield Beyond(code, weight, text)
    if wider := _wider_network(grounds, action):
        text = f"{does} all of {wider[0]}; the request names only {wider[1]}"
        yield Beyond("widened", 0.55, text, None, wider[0])
    elif Verb.DELETE in facts.verbs and _drops_age(grounds, action.text):
        text = f"{does} {about(facts)} of any age; the request names one"
        yield Beyond("widened", 0.5, text)


def _wider_network(grounds: Grounds, action: Said) -> tuple[str, str] | None:
    """Return a network and the smaller one, or the address, that the request names of it."""
    told = _networks(grounds.reason.text[:_LONGEST])
    if not told:
        return None
    done = [each for each in (*action.facts.objects, *action.facts.literals) if "/" in each]
    for each in (address for value in done for address in _ADDRESS.findall(value)):
        net = _network(each)
        inner = next((t for t in told if net and t != net and t.subnet_of(net)), None)
        one_by_another = f"{each}." in action.text  # s/10.0.0.7/10.0.0.8/ has no network
        if inner and net not in told and not one_by_another:
            return each, _shown(inner)
    return _any_of_a_network(action.text[:4_000], told)


def _any_of_a_network(text: str, told: tuple[ipaddress.IPv4Network, ...]) -> tuple[str, str] | None:
    """Return how a pattern begins that takes any address, and the one that is named of them."""
    for found in _ANY_ADDRESS.finditer(text):
        begin = found[1].replace("\\", "")
        longer = [each for each in told if each.prefixlen > _BITS * begin.count(".")]
        if inner := next((each for each in longer if str(each).startswith(begin)), None):
            return f"{begin}*", _shown(inner)
    return None


@lru_cache(maxsize=200)
def _networks(text: str) -> tuple[ipaddress.IPv4Network, ...]:
    found = map(_network, _ADDRESS.findall(text))
    return tuple(dict.fromkeys(each for each in found if each))


@lru_cache(maxsize=2_000)
def _network(text: str) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        return None


def _shown(net: ipaddress.IPv4Network) -> str:
    return str(net).removesuffix("/32")


def _drops_age(grounds: Grounds, text: str) -> bool:
    """Whether many things go without regard to the age that the request names."""
    if not grounds.durations or not durations.BY_AGE.search(grounds.reason.text[:_LONGEST]):
        return False
    if _ANY_AGE.search(grounds.lowered):
        return False
    return bool(_MANY.search(text)) and not _AGED.search(text)

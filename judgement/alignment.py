"""How well actions align with a reason: tier 2, in numbers that a small model weighs.

Each action is held against each clause, never a session as one text: one bad action hides among
good ones. A session is described by the worst and the best of its actions.
"""

import dataclasses
import math
from collections.abc import Sequence

from judgement import association, figures, fitting, near, spans, terms, words
from judgement.deeds import CHANGING
from judgement.facts import Breadth, Condition, Facts, Quality, Verb
from judgement.fitting import Held
from judgement.grounds import Grounds, Said, covers, destination_named, named
from judgement.terms import Terms

_SENSITIVE = (
    Verb.WRITE, Verb.DELETE, Verb.SCHEMA, Verb.PRIVILEGE, Verb.EXPORT, Verb.PERSISTENCE,
    Verb.TAMPER, Verb.SECRET, Verb.EXEC, Verb.NETWORK, Verb.READ,
)  # fmt: skip
_EXCESS = {verb: f"excess_{verb}" for verb in _SENSITIVE}
_BREADTHS = [(each, f"breadth_{each}") for each in Breadth]
# What is known of the clause that covers an action best, each by itself.
_BEST = ("covered", "bound_objects", "bound_said", "bound_grams", "explains", "bound_associated",
         "hits", "hit_share")  # fmt: skip
_OBJECTS = 0.65  # of what covers an action, the share that its objects have


def _mean(values: Sequence[float], *, none: float) -> float:
    return math.fsum(values) / len(values) if values else none


def features(grounds: Grounds, said: Said, held: Held) -> dict[str, float]:
    """Return what is known of one action against a reason, by name."""
    facts, spoken = said.facts, said.terms
    names = _names(grounds, spoken, held)
    return {
        **_verbs(grounds, facts),
        **names,
        **_nearness(grounds, said, names["objects"]),
        **_clauses(grounds, facts, spoken, held),
        **_values(grounds, facts, spoken),
        **_reach(grounds, facts),
    }


def _nearness(grounds: Grounds, said: Said, known: float) -> dict[str, float]:
    """Return whether what nobody named lies beside what was: read it is honest, changed seldom."""
    facts = said.facts
    anchored, tied = near.anchored(grounds, facts), near.tied(grounds, facts)
    looks = near.looks(facts)
    apart = (1 - known) * (0.3 if anchored else 1.0) * (0.7 if tied else 1.0)
    set_ = [each for each in facts.conditions if each.operator == "set"]
    return {
        "anchored": float(anchored),
        "tied": float(tied),
        "apart_read": apart if looks else 0.0,
        "apart_deed": 0.0 if looks else 1 - known,
        "loose": 0.0 if anchored else 0.4 if looks else 1.0,
        "sibling": float(
            any(near.sibling(each, grounds) for each in facts.objects + facts.literals)
        ),
        "other_time": float(near.another_time(grounds, said) is not None),
        "picks_none": float(near.picks_none(grounds, facts)),
        "reads_all": float(near.reads_all(grounds, said)),
        "says_all": float(near.says_all(grounds, said)),
        "other_amount": float(any(figures.another_amount(each, grounds, facts) for each in set_)),
        "set_strange": float(
            sum(
                grounds.whole.names([words.stem(part) for part in words.pieces(each.column)]) < 0.5
                and not near.keeps_books(each.column)
                for each in set_
            )
        ),
    }


def _verbs(grounds: Grounds, facts: Facts) -> dict[str, float]:
    reason = grounds.reason
    heads, hints = reason.heads, reason.hints
    if near.mirrors(grounds, facts):
        facts = dataclasses.replace(facts, verbs=facts.verbs - {Verb.DELETE})
    found = {
        "compat": covers(facts.verbs, reason.verbs),
        "compat_heads": covers(facts.verbs, heads),
    }
    excess = 0.0
    for verb in _SENSITIVE:
        missing = 0.0
        if verb in facts.verbs and verb not in heads:
            missing = 0.35 if verb in reason.verbs else 0.7 if verb in hints else 1.0
        found[_EXCESS[verb]] = missing
        excess = max(excess, missing * (0.2 + facts.severity))
    changes = bool(facts.verbs & CHANGING)
    found["excess"] = excess
    found["read_only"] = float(reason.read_only and changes)
    found["forbidden"] = float(bool(facts.verbs & reason.forbidden))
    found["only_reads"] = float(reason.verbs <= {Verb.READ} and bool(facts.verbs - {Verb.READ}))
    found["severity"] = facts.severity
    found["unread"] = float(facts.quality is not Quality.WHOLE)
    return found


def _names(grounds: Grounds, spoken: Terms, held: Held) -> dict[str, float]:
    whole = grounds.whole
    objects, meant = held.whole.objects, held.whole.meant
    columns = [whole.names(parts) for parts in spoken.columns]
    built = [max(map(whole.knows, gloss)) for gloss in spoken.constructs]
    associated, worst = association.likelihood(held.rows, whole.stems)
    return {
        "objects": _mean(objects, none=0.6),
        "objects_min": min(objects, default=0.6),
        "objects_missing": float(sum([each < 0.5 for each in objects])),
        "columns": _mean(columns, none=0.6),
        "columns_min": min(columns, default=0.6),
        "columns_missing": float(sum([each < 0.5 for each in columns])),
        "meant": _mean(meant, none=0.5),
        "meant_first": meant[0] if meant else 0.5,
        "meant_not": float(sum([each < 0.5 for each in meant])),
        "built": _mean(built, none=0.5),
        "said": _mean(held.whole.said, none=0.5),
        "unsaid": float(sum([each < 0.5 for each in built])),
        "accounts": held.whole.accounts,
        "grams": _overlap(spoken.grams, whole.grams),
        "associated": associated,
        "associated_min": worst,
    }


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / math.sqrt(len(one) * len(other)) if one and other else 0.0


def _clauses(grounds: Grounds, facts: Facts, spoken: Terms, held: Held) -> dict[str, float]:
    """Hold an action against each clause; the one that covers it best counts."""
    rows = [(0.0, 0.0, 0.0, 0.0, 0.0, -9.0, 0.0, 0.0)]
    bound, likeness = frozenset[Verb](), -1.0
    for ground, share in zip(grounds.telling, held.shares, strict=True):
        objects = math.fsum(share.objects) / len(spoken.objects) if spoken.objects else 0.5
        said = math.fsum(share.said) / len(spoken.said) if spoken.said else 0.3
        covered = covers(facts.verbs, ground.verbs) * (1 - _OBJECTS + _OBJECTS * objects)
        associated, _ = association.likelihood(held.rows, ground.stems)
        hits = sum([literal in spoken.text for literal in ground.literals])
        share_of_hits = hits / len(ground.literals) if ground.literals else 0.5
        grams = _overlap(spoken.grams, ground.grams)
        rows.append(
            (covered, objects, said, grams, share.accounts, associated, hits, share_of_hits)
        )
        if (like := objects + said + share.accounts) > likeness:
            bound, likeness = ground.verbs, like
    best = dict(zip(_BEST, map(max, *rows, rows[0]), strict=True))
    best["bound_compat"] = covers(facts.verbs, bound)
    best["likeness"] = likeness
    best["fit"], best["fit_said"], best["fit_done"] = fitting.fit(held)
    return best


def _values(grounds: Grounds, facts: Facts, spoken: Terms) -> dict[str, float]:
    said = grounds.whole.literals
    unnamed = [each for each in spoken.literals if not named(each, grounds)]
    compared = [
        condition for condition in facts.conditions
        if condition.operator != "set" and not named(condition.value, grounds)
    ]  # fmt: skip
    assigned = [
        condition for condition in facts.conditions
        if condition.operator == "set" and not named(condition.value, grounds)
    ]  # fmt: skip
    strange = [
        each for each in assigned
        if grounds.whole.names([words.stem(part) for part in words.pieces(each.column)]) < 0.5
    ]  # fmt: skip
    changes = bool(facts.verbs & CHANGING)
    numbers = {each for each in said if any(map(str.isdigit, each))} if changes else set[str]()
    return {
        "values_unnamed": float(len(unnamed)),
        "values_named": float(len(spoken.literals) - len(unnamed)),
        "values_share": len(unnamed) / len(spoken.literals) if spoken.literals else 0.0,
        "compared_unnamed": float(len(compared)),
        "assigned_unnamed": float(len(assigned)),
        "assigned_strange": float(len(strange)),
        "names_none": float(
            bool(numbers)
            and numbers.isdisjoint(spoken.literals)
            and not any(named(each, grounds) for each in spoken.literals if len(each) > 1)
        ),
        "destinations": float(
            sum(not destination_named(each, grounds) for each in facts.destinations)
        ),
    }


def _reach(grounds: Grounds, facts: Facts) -> dict[str, float]:
    found = {name: float(each in facts.breadth) for each, name in _BREADTHS}
    wide = facts.breadth - {Breadth.RECURSIVE}
    found["wide"] = float(bool(wide) and not grounds.everything)
    turned = [each for each in facts.conditions if each.operator in {"<>", "not in", "not like"}]
    found["turned"] = float(bool(turned) and bool(facts.verbs & CHANGING))
    found["ranged"] = float(any(_wider(each, grounds, facts) for each in facts.conditions))
    return found


def _wider(condition: Condition, grounds: Grounds, facts: Facts) -> bool:
    """Tell whether a condition reaches further than the number, or the span, that is named."""
    within = spans.within(condition, facts.conditions, grounds.reason.spans)
    if within is not None:
        return not within
    return (
        condition.operator in {">", ">=", "<", "<="}
        and terms.canonical(condition.value) in grounds.whole.literals
        and not grounds.ranges
    )

"""Doubts: in what one action goes beyond what a reason says, each with a weight and a sentence.

They are what a reviewer reads, and what the model is told first.
"""

import re
from collections.abc import Iterator

from judgement import (
    beyond,
    commands,
    core,
    granting,
    grip,
    knowing,
    near,
    permitting,
    refusing,
    rows,
    spared,
    sweeping,
    transfers,
)
from judgement.binding import ruled_out, spoken_of, wider_than_named
from judgement.deeds import CHANGING, DOES, DOING, about, shown
from judgement.doubt import WEIGHTS, Doubt, deed
from judgement.facts import Breadth, Facts, Kind, Quality, Verb
from judgement.grounds import Grounds, Said, destination_named

_FEW = 20  # rows that somebody looks at to see what they look like
_AROUND = 0.3  # of a doubt, where the session looks there for what is named
_PRIVATE = 0.6  # of what few jobs need to see of people
_INTERVENES = 0.35  # from here what runs something ends or restarts it
_REMOTE = re.compile(r"@|://|^s3:|^[\w-]+(?:\.[\w-]+)+(?::|$)|^\w[\w.-]*:")


def doubts(grounds: Grounds, action: Said) -> list[Doubt]:
    """Return what is doubtful about one action, gravest first."""
    found = [
        *_unreadable(action),
        *_verbs(grounds, action),
        *_prohibitions(grounds, action),
        *_objects(grounds, action),
        *_reach(grounds, action),
        *_all(grounds, action),
        *rows.found(grounds, action),
        *_destinations(grounds, action),
        *_by_names(grounds, action),
        *(Doubt(*each) for each in beyond.found(grounds, action)),
    ]
    return sorted(found, key=lambda doubt: -doubt.weight)


def _unreadable(action: Said) -> Iterator[Doubt]:
    if action.facts.quality is Quality.NONE:
        yield Doubt("unreadable", 0.5, "cannot be read, so that nothing is known of what it does")


def _verbs(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    facts = action.facts
    unspoken = core.unspoken(grounds.reason.text, facts)
    permitted = permitting.permitted(grounds, facts, unspoken)
    for verb in sorted(facts.verbs - permitted - {Verb.NEUTRAL}):
        share = permitting.unmeant(verb, grounds, action, permitted)
        if verb in grounds.reason.hints - unspoken:
            share *= 0.75 if grounds.reason.verbs <= knowing.LOOKING else 0.5
        alone = verb is Verb.EXEC and not (facts.kind is Kind.SQL and facts.verbs & CHANGING)
        grave = facts.severity if alone else 0.0
        yield Doubt(
            "verb", max(WEIGHTS[verb], grave) * share,
            f"{DOES[verb]} {about(facts)}; no clause mentions {DOING[verb]}",
            verb, next(iter(facts.objects), None),
        )  # fmt: skip


def _prohibitions(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    changed = action.facts.verbs & CHANGING
    if not changed and action.facts.severity >= _INTERVENES:
        changed = action.facts.verbs & {Verb.EXEC}
    done = changed - grounds.reason.acts if grounds.reason.read_only else frozenset[Verb]()
    if done and granting.lets_read(action.facts, action.text):
        done -= grounds.reason.verbs & {Verb.PRIVILEGE}  # "select only" says which right
    if done and not knowing.collects(grounds.reason, action.facts):
        verb = max(sorted(done), key=WEIGHTS.__getitem__)
        yield Doubt(
            "read_only", 0.6 if verb is Verb.EXEC else 0.85,
            f"{DOES[verb]} {about(action.facts)}; the request says that nothing will be changed",
            verb,
        )  # fmt: skip
    if changed and (name := spared.spared(grounds, action.facts, action.text)):
        text = f"{deed(action)} `{name}`, of which the request says that it stays as it is"
        yield Doubt("forbidden", 0.85, text, None, name)
    if word := refusing.by_name(grounds.reason.text, action.facts, action.text):
        text = f"{deed(action)} {about(action.facts)}; the request rules out `{word}` by name"
        yield Doubt("forbidden", 0.7, text)
        return
    for verb in sorted(ruled_out(grounds.reason, action.facts)):
        text = f"{DOES[verb]} {about(action.facts)}; the request rules out {DOING[verb]}"
        yield Doubt("forbidden", 0.6, text, verb)


def _objects(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    facts = action.facts
    if not (facts.verbs - {Verb.NEUTRAL}):
        return
    changing = bool(facts.verbs - {Verb.READ, Verb.NETWORK, Verb.EXEC})
    # What a change reads to know how is none of what it changes, but for what it copies.
    copies = Verb.EXPORT in facts.verbs or "insert" in facts.commands
    objects = facts.objects if copies else facts.changed
    strange = [
        name for name in objects
        if not (knowing.known(name, grounds) or knowing.looks_everywhere(name, facts))
        or ((changing or facts.severity > _INTERVENES) and knowing.beside(name, grounds))
        or knowing.half_said(name, facts, grounds)
    ]  # fmt: skip
    if not strange:
        return
    share = len(strange) / len(objects)
    columns = [name for name in facts.columns if not knowing.known(name, grounds)]
    weight = (0.35 if changing else 0.2) + 0.25 * (share == 1)
    weight += 0.15 * (len(columns) / len(facts.columns) if facts.columns else 0.5)
    if grounds.around.issuperset(strange):
        weight *= _AROUND
    if near.looks(facts):
        weight *= _beside_it(grounds, facts)
    elif found := grip.held(grounds, action):
        weight *= 0.5 if found > 1 else 0.7
    elif any(
        knowing.within_what_is_named(name, grounds) for name in strange
    ) or knowing.sets_as_said(grounds, facts):
        weight *= 0.6
    yield Doubt(
        "object", weight, f"{deed(action)} `{strange[0]}`, which the request does not mention",
        None, strange[0],
    )  # fmt: skip


def _beside_it(grounds: Grounds, facts: Facts) -> float:
    """Return how much of a doubt is left where something is only read: little beside what is named.

    Whoever looks at an order looks at its parcels, by the number that was named.
    """
    tied = near.tied(grounds, facts)
    if near.anchored(grounds, facts):
        return 0.15 if tied else 0.25
    return 0.3 if near.bounded(facts) else 0.9


def _reach(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    facts = action.facts
    changes = bool(facts.verbs & (CHANGING | {Verb.EXPORT, Verb.SECRET}))
    if facts.breadth & {Breadth.NO_WHERE, Breadth.EVERYTHING, Breadth.WHOLE_TABLE} and changes:
        meant = grounds.everything or core.emptied(grounds.reason.text, facts)
        weight = 0.2 if meant else 0.75 if grounds.numbered else 0.45
        if Breadth.NO_WHERE not in facts.breadth:
            weight *= 0.2 if facts.kind is Kind.SHELL and sweeping.empties(grounds) else 0.5
        yield Doubt("whole", weight, f"{deed(action)} all of {about(facts)}, not only a part")
    for name in facts.objects if changes else ():
        texts = [grounds.reason.text[:20_000]]
        if name.startswith("/") and (within := wider_than_named(name, texts)):
            yield Doubt(
                "widened", 0.75,
                f"{deed(action)} all of `{name}`; the request names only `{within}`", None, name,
            )  # fmt: skip
            break
    if Breadth.ROOT in facts.breadth and changes:
        yield Doubt("root", 0.6, f"{deed(action)} {about(action.facts)}, a folder of the system")
    if Breadth.OPEN_TO_ALL in facts.breadth:
        yield Doubt("open_to_all", 0.7, f"opens {about(action.facts)} to everybody", Verb.PRIVILEGE)


def _any_rows(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    """Yield rows read without a condition, of what the request speaks of by a number."""
    facts = action.facts
    few = facts.limit is not None and facts.limit <= _FEW
    if facts.verbs != {Verb.READ} or facts.conditions or not facts.columns or few:
        return
    if not grounds.numbered or grounds.everything or grounds.ranges or near.sums_up(action):
        return
    for ground in grounds.clauses:
        numbers = sorted(each for each in ground.literals if each.isdigit() and len(each) > 1)
        name = next((each for each in facts.objects if spoken_of(each, ground.clauses)), None)
        if numbers and name:
            rows = f"{facts.limit} rows" if facts.limit else "all rows"
            text = f"reads {rows} of `{name}`; the request names {shown(numbers)}"
            yield Doubt("whole", 0.45, text, None, name)
            return


def _all(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    """Yield that all there is was meant, or read, where the request speaks of some."""
    if near.says_all(grounds, action):
        name = next(iter(action.facts.objects + action.facts.commands), None)
        yield Doubt(
            "whole", 0.4, f"{deed(action)} {about(action.facts)} and all there is", None, name
        )
    read = [*_any_rows(grounds, action)]
    yield from read
    if not read and action.facts.limit is not None and near.reads_all(grounds, action):
        yield Doubt(
            "whole", 0.4 if grounds.numbered else 0.2,
            f"reads many rows of {about(action.facts)}, where the request names some",
        )  # fmt: skip


def _destinations(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    for name in action.facts.destinations:
        if not destination_named(name, grounds):
            remote = _REMOTE.search(name) and not transfers.FILE.search(name)
            yield Doubt(
                "destination", 0.75 if remote else 0.15,
                f"sends to `{name}`, which the request does not name", Verb.EXPORT, name,
            )  # fmt: skip


def _by_names(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    """Yield that more is read of people than a request says, or a deed has none of its names."""
    facts = action.facts
    if not near.looks(facts):
        if grip.loose(grounds, action):
            text = f"{deed(action)} {about(facts)} by none of the names that the request says"
            yield Doubt("loose", 0.1 if commands.called(grounds, facts) else 0.3, text)
    elif (seen := grip.personal(grounds, facts)) and not near.sums_up(action):
        held = grip.held(grounds, action)
        strange = not held and not any(knowing.known(name, grounds) for name in facts.objects)
        one = near.anchored(grounds, facts)
        private = grip.private(seen, one=one)
        if strange or private or len(seen) > 1:
            text = f"reads {shown(seen)}, which the request does not mention"
            weight = _PRIVATE if private else 0.2 if one else 0.3 if held else 0.55
            yield Doubt("personal", weight, text, None, seen[0])

"""Judges each action as it comes: what it does, whether that was said, whether it is known bad.

It follows the record behind a cursor of its own, so an action is judged once, in the transaction
that writes down what was found. What it makes beside the entries can be made again from them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from audit import cursor, reading
from audit.events import known
from audit.models import Entry
from judgement import hard, scope
from judgement.facts import VERSION, Facts, Quality
from judgement.findings import Finding as Found
from judgement.findings import Severity, gravest_first
from judgement.grounds import Said
from judgement.judge import judge
from judgement.sigma.rules import Level, Rule
from reviews import (
    attempts,
    detect,
    ghosts,
    grounds,
    known_bad,
    performed,
    settling,
    transitions,
)
from reviews.grounds import Ground
from reviews.models import Finding, JudgedAction, Opinion
from reviews.transitions import Observation

NAME = "reviews.judge"
ACTION = "action.performed"
_UNSAID = frozenset({"object", "verb", "unexplained"})  # only that nobody spoke of it
_SHOWN = 200  # characters of a name that a finding keeps
_KNOWN = ("finding.", "alarm.", "review.")  # what people have looked at, or are told to
_RANK = {severity: place for place, severity in enumerate(Severity, 1)}
_LEVELS = {Level.CRITICAL: 4, Level.HIGH: 3, Level.MEDIUM: 2}
_SIGMA = 0  # the tier of rules that ask no words
_GONE = ("audit.erased", "audit.pruned")
Standing = JudgedAction.Standing
Grounds = dict[str, Ground | None]  # of cases, by their references


def run(*, at: datetime, limit: int = 2000) -> int:
    """Judge up to `limit` new entries, and the cases that are over; return how many entries."""
    kept: Grounds = {}
    done = cursor.follow(NAME, lambda entry: look(entry, at=at, kept=kept), limit=limit)
    settling.run(at=at)
    return done


def renew(*, limit: int = 500) -> int:
    """Judge again what was judged by an older reader of actions; return how many.

    Nobody is told anew: what it brings up stands beside the action.
    """
    older = JudgedAction.objects.filter(version__lt=VERSION).order_by("version", "entry_seq")
    seqs = list(older.values_list("entry_seq", flat=True)[:limit])
    kept: Grounds = {}
    entries = Entry.objects.filter(seq__in=seqs).prefetch_related("payloads")
    for entry in entries:
        _judge(entry, kept)
    settling.owe_again(kept)
    # What has been pruned meanwhile has nothing that could be read again.
    JudgedAction.objects.filter(entry_seq__in=seqs, version__lt=VERSION).delete()
    return len(seqs)


def take_up_again(*, at: datetime) -> int:
    """Look once more at the entries that were set aside; return how many succeeded."""
    return cursor.retry(NAME, lambda entry: look(entry, at=at))


def look(entry: Entry, *, at: datetime, kept: Grounds | None = None) -> None:
    """Judge an entry: an action by what was done, everything else by what the record says.

    `kept` are the grounds of cases that one run has met already.
    """
    if entry.kind in attempts.KINDS:
        attempts.look(entry, at=at)
    kept = {} if kept is None else kept
    if entry.kind == ACTION:
        ground, found, rules = _judge(entry, kept)
        _tell(entry, ground, found, rules, at=at)
        ghosts.look(entry, at=at)
        if ground and ground.over:
            settling.owe(entry.case)  # a log that is read late has its say as well
    elif entry.kind in ("review.owed", "review.reopened"):
        kept.pop(entry.case, None)  # what is known of it says that it goes on
        settling.owe(entry.case)
    elif entry.kind in _GONE:
        _forget(entry)
    elif not (entry.kind.startswith(_KNOWN) or entry.kind in detect.WATCHED or _tells(entry)):
        _known_bad(entry, known_bad.of_entry(entry), at=at)


def _judge(entry: Entry, kept: Grounds) -> tuple[Ground | None, list[Found], list[Rule]]:
    """Write down what is made of an action, and return what it was held against and what is odd."""
    details = performed.details(entry)
    facts = performed.facts(details)
    ground = _ground(entry.case, kept)
    spoken = performed.said(details, facts)
    found = _held_against(ground, spoken, entry.occurred_at) if ground else []
    rules = known_bad.of_action(details, facts, entry=entry)
    said = [*map(_said, found), *map(_ruled, rules)]
    JudgedAction.objects.update_or_create(
        entry_seq=entry.seq,
        defaults={
            "case": entry.case,
            "verb": str(details.get("verb", "unknown"))[:60],
            "standing": _standing(facts, ground, found, rules),
            "severity": max((each["severity"] for each in said), default=0),
            "facts": facts.body() if details.get("statement") else None,
            "findings": said,
            "version": VERSION,
        },
    )
    return ground, found, rules


def _ground(case: str, kept: Grounds) -> Ground | None:
    if case not in kept:
        kept[case] = grounds.of(case) if case else None
    return kept[case]


def _tell(
    entry: Entry, ground: Ground | None, found: list[Found], rules: list[Rule], *, at: datetime
) -> None:
    """Raise the alarm that an action calls for, if any."""
    if ground and (broken := [each for each in found if _is_hard(each)]):
        _hard(entry, broken, ground, at=at)
    else:  # one alarm is enough; what else is known of it stands beside the action
        _known_bad(entry, rules, at=at)


def _held_against(ground: Ground, said: Said, moment: datetime) -> list[Found]:
    """Return what is odd about an action: by hard rules, by the scope, by what was said."""
    late = scope.findings(ground.scope, ground.reason, 0, said.facts, at=moment)
    outside_of_time = [found for found in late if found.code == "time_outside"]
    if said.facts.quality is Quality.NONE:
        return outside_of_time
    judged = judge(ground.reason, ground.scope, [said])
    expected = ground.expects(said.facts)
    by_words = (each for each in judged.findings if each.action == 0)
    return gravest_first(
        [each for each in by_words if not (expected and each.code in _UNSAID)] + outside_of_time
    )


def _standing(
    facts: Facts, ground: Ground | None, found: Sequence[Found], rules: Sequence[Rule]
) -> Standing:
    """Say how an action stands: the gravest comes first, and what cannot be judged never passes.

    What one rule of detection in the middle says by itself is context, and makes nobody look.
    """
    unsaid = [each for each in found if not each.announced]
    grave = [each for each in unsaid if each.severity is not Severity.LOW]
    if any(each.tier <= 1 for each in grave):
        return Standing.OUTSIDE
    if grave or any(each.tier <= 1 for each in unsaid):
        return Standing.UNEXPLAINED
    if len(unsaid) < len(found):
        return Standing.ANNOUNCED
    return Standing.UNEXPLAINED if known_bad.alarming(rules) else _quietly(facts, ground)


def _quietly(facts: Facts, ground: Ground | None) -> Standing:
    """Say how an action stands about which nothing is odd."""
    if facts.quality is Quality.NONE:
        return Standing.UNJUDGED
    if facts.neutral:
        return Standing.NEUTRAL
    if ground is None or ground.reason.empty or not ground.reason.language_known:
        return Standing.UNJUDGED
    return Standing.EXPLAINED


def _said(found: Found) -> dict[str, Any]:
    """Return a finding as it is kept; its action is the one that it stands beside."""
    text = found.text.removeprefix("Action 1 ").replace("; action 1 ", "; this one ", 1)
    return {
        "code": found.code, "tier": found.tier, "severity": _RANK[found.severity],
        "text": text[:1].upper() + text[1:], "verb": found.verb and found.verb.value,
        "object": found.object and found.object[:_SHOWN], "announced": found.announced,
    }  # fmt: skip


def _ruled(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.id, "tier": _SIGMA, "severity": _LEVELS[rule.level],
        "text": f"{rule.sentence}.", "verb": None, "object": None,
    }  # fmt: skip


def _is_hard(found: Found) -> bool:
    return found.tier == hard.TIER and found.severity in (Severity.HIGH, Severity.CRITICAL)


def _hard(entry: Entry, broken: Sequence[Found], ground: Ground, *, at: datetime) -> None:
    """Raise an alarm for a hard rule, which may end the access where its scenario says so."""
    seen = Observation(
        kind=Finding.Kind.HARD_RULE,
        severity=Finding.Severity.HIGH,
        text=" ".join(_said(each)["text"] for each in broken),
        subject=entry.subject,
        case=ground.case,
        entry_seq=entry.seq,
    )
    transitions.raise_alarm(seen, person=entry.actor, stops=True, at=at)


def _known_bad(entry: Entry, matched: Sequence[Rule], *, at: datetime) -> None:
    """Raise an alarm for the rules that an entry matches, if one is grave."""
    grave = known_bad.alarming(matched)
    if not grave:
        return
    seen = Observation(
        kind=Finding.Kind.KNOWN_BAD,
        severity=Finding.Severity.HIGH,
        text=f"{'; '.join(rule.sentence for rule in grave[:3])}.",
        subject=entry.subject,
        case=detect.case_of(entry.case),
        entry_seq=entry.seq,
    )
    transitions.raise_alarm(seen, person=entry.actor, stops=False, at=at)


def _tells(entry: Entry) -> bool:
    """Whether an event is critical by itself, so that people are told of it anyway."""
    event = known().get(entry.kind)
    return event is None or event.critical


def _forget(entry: Entry) -> None:
    """Forget what actions were read as, and what models said of their cases, whose words or entries
    an entry takes from the record.
    """
    said = reading.parts_of(entry).get("d", {})
    pruned = Q(entry_seq__lt=said.get("below", 0))
    first, last = said.get("range") or (0, -1)
    gone = Q(entry_seq__in=said.get("seqs") or []) | Q(entry_seq__range=(first, last))
    cases = JudgedAction.objects.filter(pruned | gone).values("case")
    Opinion.objects.filter(case__in=cases).update(text="")
    JudgedAction.objects.filter(pruned).delete()
    JudgedAction.objects.filter(gone).update(facts=None, findings=[])

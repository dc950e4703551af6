"""Judge a session: what was done, held against what was said. The one entry to this room.

Rules and sentences come first, and a reviewer reads nothing else; the score of the small model only
orders what is looked at first. What cannot be judged is said to be so, and never passes silently.
"""

import dataclasses
import heapq
from collections.abc import Mapping, Sequence

from judgement import found, standing
from judgement.binding import spoken_of
from judgement.deeds import DOES, shown
from judgement.doubt import Doubt, weight
from judgement.facts import Facts, Verb
from judgement.findings import WHOLE_SESSION, Finding, Severity, gravest_first
from judgement.grounds import Grounds, Said
from judgement.model import Model, model
from judgement.reasons import Clause, Reason
from judgement.scope import Scope
from judgement.telling import asks
from judgement.weighing import Looked, look

TIER = 2
_TELLING = 0.31  # a doubt of less is none of a reviewer's business
_UNEXPLAINED = 0.35  # from here an action counts as unexplained
_SURE = 0.6  # a doubt of more names the worst action by itself
_MOST_WEIGHED = 500  # actions that are weighed beside each other, those that are doubted most
_MOST_OF_ONE = 3  # findings about one action
_MOST_COLUMNS = 20  # that are looked for in a clause
# Doubts that a rule of scope, or a hard one, says already.
_RULED = {"read_only": "read_only", "row": "value", "widened": "value", "inverted": "value",
          "destination": "egress"}  # fmt: skip
_ROUTINE = 0.4  # of a score, where all that was done is what everybody does beside
_UNJUDGED = 0.6  # the least score of what cannot be judged


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judgement:
    """What is thought of a session: `score` of 0 to 1, higher is more suspicious."""

    score: float
    flag: bool
    findings: tuple[Finding, ...]  # gravest first
    explained: int  # actions that the request accounts for, or that do nothing
    actions: int
    judged: bool = True  # False: there were no words to judge by

    @property
    def coverage(self) -> str:
        """Return the sentence that says what *was* explained."""
        return f"{self.explained} of {self.actions} actions explained"


def judge(reason: Reason, scope: Scope, actions: Sequence[Said]) -> Judgement:
    """Hold actions against a reason and a scope; never raises, whatever they are."""
    grounds, scope = found.known(Grounds.of(reason), scope, actions)
    looked = [look(grounds, scope, place, each) for place, each in enumerate(actions)]
    if reason.empty or not reason.language_known or not reason.words:
        return _unjudged(reason, looked)
    weigher = model()
    score, odds = _weighed(grounds, looked, weigher)
    if all(each.neutral for each in looked):
        score = min(score, 0.99 * weigher.flag_at)
    elif all(each.neutral or each.routine for each in looked):
        score *= _ROUTINE
    flag = score >= weigher.flag_at
    findings = _findings(grounds, looked)
    if flag:
        findings += _worst(grounds, looked, findings, odds)
    return Judgement(
        score=score,
        flag=flag,
        findings=tuple(gravest_first(findings)),
        explained=_explained(looked, findings),
        actions=len(actions),
    )


def _weighed(
    grounds: Grounds, looked: Sequence[Looked], weigher: Model
) -> tuple[float, dict[int, float]]:
    """Return how suspicious a session is, and the odds of its actions by their places."""
    places: Sequence[int] = range(len(looked))
    if len(looked) > _MOST_WEIGHED:
        gravest = heapq.nlargest(_MOST_WEIGHED, places, key=lambda at: weight(looked[at].doubts))
        places = sorted(gravest)
    if not looked:
        return 0.0, {}
    session, rows = standing.numbers(grounds, [looked[at] for at in places])
    odds = [weigher.odds_of(row) for row in rows]
    return weigher.score(session, odds), dict(zip(places, odds, strict=True))


def _unjudged(reason: Reason, looked: Sequence[Looked]) -> Judgement:
    """Return what is thought where there are no words to judge by: somebody has to look."""
    if reason.empty:
        code, why = "no_reason", "Nothing was said about the purpose"
    elif not reason.language_known:
        code, why = "language", "The request is not written in English"
    else:
        code, why = "no_words", "The request has no words that say anything"
    gravest = max((each.said.facts.severity for each in looked), default=0.0)
    text = f"{why}: these actions cannot be judged against it. Please look at each of them."
    severity = _severity(max(0.35, gravest))
    finding = Finding(code=code, tier=TIER, severity=severity, action=WHOLE_SESSION, text=text)
    return Judgement(
        score=_UNJUDGED + 0.35 * gravest,
        flag=True,
        findings=tuple(gravest_first([finding, *(f for each in looked for f in each.ruled)])),
        explained=sum(each.neutral for each in looked),
        actions=len(looked),
        judged=False,
    )


def _severity(doubt: float) -> Severity:
    if doubt >= 0.85:
        return Severity.CRITICAL
    if doubt >= 0.6:
        return Severity.HIGH
    return Severity.MEDIUM if doubt >= 0.35 else Severity.LOW


def _findings(grounds: Grounds, looked: Sequence[Looked]) -> list[Finding]:
    found: list[Finding] = []
    for place, each in enumerate(looked):
        found += each.ruled
        said = {finding.code.partition(".")[0] for finding in each.ruled}
        told = {finding.verb for finding in each.ruled if finding.verb}
        doubts = [
            doubt for doubt in each.doubts
            if doubt.weight >= _TELLING and _RULED.get(doubt.code, "") not in said
            and not (doubt.code == "verb" and doubt.verb in told)
        ]  # fmt: skip
        if doubts:
            permitted = _permitted(grounds.reason, each.said.facts)
            found += [_finding(place, doubt, permitted) for doubt in _joined(doubts)[:_MOST_OF_ONE]]
    return found


def _joined(doubts: Sequence[Doubt]) -> list[Doubt]:
    """Say in one sentence that neither a deed nor what it was done to is mentioned."""
    by_code = {doubt.code: doubt for doubt in doubts}
    verb, thing = by_code.get("verb"), by_code.get("object")
    if not (verb and thing and verb.object == thing.object):
        return list(doubts)
    both = dataclasses.replace(
        verb, weight=max(verb.weight, thing.weight), text=f"{verb.text}, nor `{verb.object}`"
    )
    others = [each for each in doubts if each is not thing]
    return [both if each is verb else each for each in others]


def _finding(place: int, doubt: Doubt, permitted: str) -> Finding:
    return Finding(
        code=doubt.code,
        tier=TIER,
        severity=_severity(doubt.weight),
        action=place,
        text=f"{permitted}; action {place + 1} {doubt.text}.",
        verb=doubt.verb,
        object=doubt.object,
    )


def _permitted(reason: Reason, facts: Facts) -> str:
    """Return the beginning of a sentence: what the clause that bears on an action permits.

    That is one that asks for something rather than tells what is wrong, and names what the action
    touches, asks for what it does, and speaks of its columns; else one that permits most.
    """
    clauses = [each for each in reason.clauses if each.verbs - {Verb.NEUTRAL}]
    if not clauses:
        return "The request permits nothing in particular"
    clause = _bearing(clauses, facts)
    verbs = ", ".join(sorted(clause.verbs - {Verb.NEUTRAL}))
    return f"The request permits {verbs} (“{clause.text[:80]}”)"


def _bearing(clauses: Sequence[Clause], facts: Facts) -> Clause:
    """Return the clause that bears on an action most: what tells most is asked first."""
    for bears in (_asks, _names, _does, _names_columns):
        if len(clauses) == 1:
            break
        found = [bears(each, facts) for each in clauses]
        most = max(found)
        clauses = [each for each, own in zip(clauses, found, strict=True) if own == most]
    return max(clauses, key=lambda each: (len(each.verbs - {Verb.NEUTRAL}), len(each.objects)))


def _asks(clause: Clause, _: Facts) -> int:
    return asks(clause.text)


def _names(clause: Clause, facts: Facts) -> int:
    return any(spoken_of(name, [clause]) for name in facts.objects)


def _does(clause: Clause, facts: Facts) -> int:
    return bool(clause.verbs & facts.verbs)


def _names_columns(clause: Clause, facts: Facts) -> int:
    return sum(spoken_of(name, [clause]) for name in facts.columns[:_MOST_COLUMNS])


def _worst(
    grounds: Grounds,
    looked: Sequence[Looked],
    findings: Sequence[Finding],
    odds: Mapping[int, float],
) -> list[Finding]:
    """Return a finding about the action that looks worst beside the others, unless it has one.

    Where another is named for sure, it has to look bad by itself.
    """
    busy = [at for at in odds if not looked[at].neutral] or [*odds]
    place = max(busy, key=lambda at: odds[at])
    if findings and odds[place] <= 0 and any(weight(each.doubts) >= _SURE for each in looked):
        return []
    if any(each.action == place for each in findings):
        return []
    facts = looked[place].said.facts
    verb = min(facts.verbs - {Verb.NEUTRAL}, default=Verb.EXEC)
    name = next(iter(facts.objects + facts.commands), looked[place].said.text[:40])
    text = f"{DOES[verb]} {shown([name])}, for which no clause accounts"
    doubt = Doubt("unexplained", 0.4, text, verb, name)
    return [_finding(place, doubt, _permitted(grounds.reason, facts))]


def _explained(looked: Sequence[Looked], findings: Sequence[Finding]) -> int:
    grave = {each.action for each in findings if each.tier < TIER or each.code == "unexplained"}
    return sum(
        weight(each.doubts) < _UNEXPLAINED and place not in grave
        for place, each in enumerate(looked)
    )

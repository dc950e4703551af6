"""Read a reason: what its words permit, on what, and what they rule out."""

import dataclasses
import functools
import itertools
import re
from collections.abc import Iterator, Sequence

from judgement import announcing, days, deferring, lexicon, promises, spans, telling, words
from judgement.deeds import CHANGING
from judgement.exact import literals
from judgement.facts import Verb
from judgement.hits import SINGLE, Hit, hits, meant
from judgement.promises import Said

LONGEST = 20_000  # characters that are read; nobody explains an emergency in more
_CLAUSES = 60
_SPANS = 20
_LED_IN = 3  # words on either side of a "to" that may be one phrase

# Both begin with one character of a few: a search leaps from one of them to the next.
_SENTENCE = re.compile(r"[.;!?:\r\n](?:(?<=[.;!?])[.;!?]*(?=\s|$)|(?<=[\r\n])[\r\n]*|(?<=:)(?=\s))")
_PART = re.compile(
    r"([,\s](?:(?<=,)(?=\s)|(?<=\s)(?:and|then|also|next|so that|in order to"
    r"|(?<!\bno changes\s)(?<!\bno change\s)to(?! be\b)|before"
    r"|after|plus|afterwards|but|by|[-\u2013\u2014]{1,2}|[-=]>)\s))",
    re.IGNORECASE,
)
_RIGHTS = r"(?-i:SELECT|INSERT|UPDATE|DELETE|EXECUTE|USAGE|CONNECT|REFERENCES)"
_MORE = rf"\s?(?:(?:and\s|/\s?)?{_RIGHTS}\W\s?|(?:rights?|only)\s){{0,4}}"
# Who shall be able to do something is given the right to: "the service account needs to read …".
_LET = re.compile(
    r"(?P<who>\b(?:(?:service |database |db )?account|user|role|login|she|he|they|svc\w+"
    r"|\w+_(?:ro|rw|reader|writer|user|app|svc))\b(?:\s[\w.-]+){0,5}?)"
    r"\s(?:(?:needs?|must|should|shall|may)\s"
    r"(?:be\s)?(?:able\s|allowed\s)?(?:to\s)?"
    r"(?:read|write|see|use|access|select|query|insert|update|connect|log in|execute)\b"
    r"|(?:needs?|requires?|gets?|(?:must|should|shall) (?:get|have))\s(?:\w+\s){0,2}?(?:read|write"
    r"|select|full|the same)?[\s-]?(?:only\s)?(?:access|rights?|permissions?)\b)"
    # "Give planner_ro SELECT on both tables", "kim gets SELECT on both".
    r"|\b(?:gives?|giving)\s(?P<to>(?!me\b|us\b)(?:the\s\w+\s(?:\w+\s)?)?[\w.@-]+)\s"
    rf"(?:(?:only|back)\s)?(?:{_RIGHTS}|select|usage)\W{_MORE}(?:on|to|for)\b"
    rf"|(?P<gets>\b[\w.@-]+)\s(?:gets?|needs?|receives?)\s(?:only\s)?{_RIGHTS}\W{_MORE}on\b"
    r"|^\s*(?P<on>(?-i:SELECT|USAGE|EXECUTE|CONNECT)\s(?:rights?\s)?on\b)",
    re.IGNORECASE,
)
# What every sentence has that says so, in lower case.
_LETS = re.compile(
    r"need|must|should|shall|may|require|get|giv|receive|select|usage|execute|connect"
)
# Of rows that are written "to /srv/handover/list.csv" there is a copy.
_TO_FILE = re.compile(r"\S+\.(?:csv|tsv|xlsx?|ods|pdf)\b", re.IGNORECASE)
# "Back to OPEN please", "the price back to what it was".
_BACK = re.compile(r"\b(?:back|over|again)$", re.IGNORECASE)
_AS_IT_WAS = re.compile(
    r"(?:status |state )?(?:[A-Z][A-Z_]{2,}\b|'[^']{1,40}'|\"[^\"]{1,40}\")"
    r"|(?:what|how|where) (?:it|they|he|she) (?:was|were|had)\b"
    r"|(?:(?:the|its?|their|his|her) )?(?:old|previous|normal|usual|former|original|regular)\b"
)
_TYPED = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\x00": " "})
_TOKEN = re.compile(r"[^\W\d_][\w'-]*|\d[\d.,:]*\w*|[\w.\-/~*@]+")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Clause:
    """A part of a reason that asks for one thing.

    `verbs` are all that it permits, `heads` those for which it asks outright. A part without a verb
    of its own has those of the part before ("list the orders, payments and refunds").
    """

    text: str
    verbs: frozenset[Verb]
    objects: tuple[str, ...]  # stems of its words that carry meaning
    literals: tuple[str, ...]  # numbers, quoted text, paths, hosts, in lower case
    read_only: bool = False
    heads: frozenset[Verb] = frozenset()
    hints: frozenset[Verb] = frozenset()  # of words that are as often the name of a thing
    forbidden: frozenset[Verb] = frozenset()
    looks: bool = False  # "only test the connection"
    tells: bool = False  # what is wrong: somebody looks for its cause
    acts: frozenset[Verb] = frozenset()  # which somebody announces beyond doubt


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reason:
    """What somebody said that they were going to do."""

    text: str
    clauses: tuple[Clause, ...]
    language_known: bool  # else nothing can be judged by its words, which is said
    words: frozenset[str]  # stems of all words that carry meaning
    literals: frozenset[str]

    @property
    def empty(self) -> bool:
        """Whether nothing was said, as in a drill."""
        return not self.text.strip()

    @functools.cached_property
    def lowered(self) -> str:
        """What is read of its text, in lower case."""
        return self.text[:LONGEST].lower()

    @functools.cached_property
    def read_only(self) -> bool:
        """Whether it says anywhere that nothing will be changed.

        "Only test the connection" says so too. Where another part asks for a change, that is said
        of what else there is: "set it to 5, no other changes".
        """
        return self.says_it_looks and not self.changes

    @functools.cached_property
    def changes(self) -> bool:
        """Whether it asks outright for a change, in a part that does not say that there is none."""
        return bool(self.acts & CHANGING)

    @functools.cached_property
    def acts(self) -> frozenset[Verb]:
        """What it announces beyond doubt, in a part that does not say that nothing will be done."""
        said = (clause.acts for clause in self.clauses if not clause.read_only)
        return frozenset[Verb]().union(*said)

    @functools.cached_property
    def says_it_looks(self) -> bool:
        """Whether it says anywhere that one only looks, whatever else it asks for.

        So does who leaves what has to be changed to others, and announces to run nothing either.
        """
        if any(clause.read_only or clause.looks for clause in self.clauses):
            return True
        text = self.text[:LONGEST]
        if Verb.EXEC in self.acts:
            return False
        spares = not self.verbs & CHANGING and promises.spares(text)
        return spares or deferring.leaves_to_others(text)

    @functools.cached_property
    def diagnoses(self) -> bool:
        """Whether it tells what is wrong, and asks for nothing but to look."""
        return any(clause.tells for clause in self.clauses) and not self.heads & CHANGING

    @functools.cached_property
    def operates(self) -> bool:
        """Whether it tells that something does not run well: one looks at how its host is doing.

        Whoever asks for nothing at all tells something that is wrong.
        """
        tells = any(clause.tells for clause in self.clauses) or not self.verbs
        return tells or bool(_RUNS.search(self.lowered))

    @functools.cached_property
    def verbs(self) -> frozenset[Verb]:
        """What any of its clauses permits."""
        return frozenset().union(*(clause.verbs for clause in self.clauses))

    @functools.cached_property
    def heads(self) -> frozenset[Verb]:
        """What any of its clauses asks for outright."""
        return frozenset().union(*(clause.heads for clause in self.clauses))

    @functools.cached_property
    def hints(self) -> frozenset[Verb]:
        """What any of its words could be meant to permit."""
        return frozenset().union(*(clause.hints for clause in self.clauses))

    @functools.cached_property
    def spans(self) -> tuple[spans.Span, ...]:
        """Which rows it names from the first to the last."""
        return tuple(itertools.islice(spans.spoken(self.text[:LONGEST]), _SPANS))

    @functools.cached_property
    def days(self) -> days.Days:
        """What it says of days."""
        return days.spoken(self.text[:LONGEST])

    @functools.cached_property
    def forbidden(self) -> frozenset[Verb]:
        """What any of its clauses rules out, and none asks for: "set it, nothing else moves"."""
        changes = bool(self.verbs & CHANGING)
        ruled_out = frozenset[Verb]().union(
            *(
                each.forbidden
                for each in self.clauses
                if not (changes and promises.spares(each.text))
                and not promises.of_others(each.text)
            )
        )
        return ruled_out - self.verbs - {Verb.READ, Verb.NETWORK, Verb.EXEC}


def read(text: str, *, deaf_to: frozenset[str] = frozenset()) -> Reason:
    """Read a reason of any length and language; never raises.

    `deaf_to` are stems that the lexicon shall not know: training drops some at random, so that the
    model does not rely on knowing every word.
    """
    said = text[:LONGEST].translate(_TYPED)
    clauses = tuple(itertools.islice(_clauses(said, deaf_to), _CLAUSES))
    return Reason(
        text=text,
        clauses=clauses,
        language_known=is_english(said),
        words=frozenset().union(*(clause.objects for clause in clauses)),
        literals=frozenset().union(*(clause.literals for clause in clauses)),
    )


def _clauses(text: str, deaf_to: frozenset[str]) -> Iterator[Clause]:
    for sentence in _SENTENCE.split(text):
        before: Clause | None = None
        parts = _PART.split(sentence)
        found = _LET.search(sentence) if _LETS.search(sentence.lower()) else None
        let = found and (found["who"] or found["to"] or found["gets"] or found["on"])
        said, links = parts[::2], ["", *parts[1::2], ""]
        for part, link, on, led in zip(said, links, links[1:], ["", *said], strict=False):
            if part.strip():
                lets = bool(let) and let in part
                led_in = led if link.strip() == "to" else ""
                clause = _clause(part.strip(), deaf_to, led_in, None if lets else before)
                if lets:
                    clause = _letting(clause)
                if clause.looks and on.strip() == "to" and promises.wants_it_to(part.strip()):
                    clause = dataclasses.replace(clause, looks=False)
                before = clause
                yield clause


def _letting(clause: Clause) -> Clause:
    """Return a clause that gives a right, whatever else it asks for."""
    right = {Verb.PRIVILEGE}
    return dataclasses.replace(
        clause,
        verbs=clause.verbs | right,
        heads=clause.heads | right,
        acts=clause.acts | right,
    )


def _clause(text: str, deaf_to: frozenset[str], led: str, before: Clause | None = None) -> Clause:
    """Return a part of a reason; without a verb of its own it has those of the part `before`."""
    said = [token.lower() for token in _TOKEN.findall(text)]
    plain = promises.without_own_access(said)
    ahead = _TOKEN.findall(led.lower()) if led else []
    led_in = [] if telling.question(ahead) is not None else ahead[-_LED_IN:]
    if led and promises.left_behind_to(led):
        plain.insert(0, "not")
    symptom = telling.symptom(plain)
    objects = tuple(dict.fromkeys(words.content(text)))
    alone = len(objects) == 1 and objects[0] in SINGLE  # a plan may be one word: "Update"
    if _CHATTER.issuperset(objects) and not alone:
        verbs = heads = hints = forbidden = acts = frozenset[Verb]()
    else:
        verbs, heads, hints, forbidden, acts = _verbs(plain, deaf_to, symptom)
        verbs |= _across(led_in, plain, deaf_to)
    if led and _TO_FILE.match(text):
        verbs |= {Verb.EXPORT}
    if (_BACK.search(led) and _AS_IT_WAS.match(text)) or promises.made_so(led, text):
        verbs |= {Verb.WRITE}
    if promises.one_changes(plain):
        verbs, forbidden = verbs | {Verb.WRITE}, frozenset()
    if before and not verbs:
        verbs, heads = before.verbs, before.heads
    return Clause(
        text=text,
        verbs=verbs,
        heads=heads,
        hints=hints,
        forbidden=forbidden,
        objects=objects,
        literals=tuple(literals(text)),
        read_only=promises.nothing_changes(said) and Verb.PRIVILEGE not in acts,
        looks=promises.looks(plain, led),
        tells=symptom is not None,
        acts=acts,
    )


def _across(
    led_in: Sequence[str], plain: Sequence[str], deaf_to: frozenset[str]
) -> frozenset[Verb]:
    """Return what phrases permit that begin before the "to" at which a part was cut off.

    "It needs to be 5", "get to the bottom of it".
    """
    if not led_in:
        return frozenset()
    before = list(map(meant, led_in))
    stems = [*before, "to", *map(meant, plain[:_LED_IN])]
    alone = list(hits(before, deaf_to))
    return frozenset[Verb]().union(
        *(found for at, found, hit in hits(stems, deaf_to)
          if at <= len(before) and hit is Hit.DEED and (at, found, hit) not in alone
          and not lexicon.PASSIVE.intersection(led_in[max(0, at - 1) : at]))
    )  # fmt: skip


def _verbs(
    plain: Sequence[str], deaf_to: frozenset[str], symptom: int | None
) -> tuple[frozenset[Verb], ...]:
    stems = list(map(meant, plain))
    permitted, heads, hints, forbidden, acts = (set[Verb]() for _ in range(5))
    asks = bool(lexicon.QUESTIONS & set(plain[:4]) or lexicon.ASKS_FIRST & set(plain[:1]))
    if asks or symptom is not None:
        heads.add(Verb.READ)
    first = next((at for at, word in enumerate(plain) if word not in announcing.LEADS), 0)
    question = telling.question(plain)
    for at, asked, hit in hits(stems, deaf_to):
        found = _meant_of(plain, at, asked)
        is_said = promises.said(plain, at)
        if is_said in (Said.LEFT, Said.UNNAMED):
            if is_said is Said.LEFT or hit is Hit.DEED:  # "no default" names a thing
                forbidden |= found
        elif (
            is_said is Said.TOLD
            or _only_hints(plain, at, hit, first)
            or telling.names(plain, at, symptom, found)
            or (question is not None and at > question and found.isdisjoint(_LOOKING))
        ):
            hints |= found
        else:
            own = heads if at <= first or announcing.by_us(plain, at) else permitted
            own.update(found)
            if announcing.outright(plain, at, first, faint=hit is Hit.FAINT):
                acts |= found
    permitted |= heads
    return tuple(map(frozenset, (permitted, heads, hints | permitted, forbidden - heads, acts)))


def _meant_of(plain: Sequence[str], at: int, asked: frozenset[Verb]) -> frozenset[Verb]:
    """Return what a word asks for, by what it is said of.

    Whoever kills a session deletes nothing, and who switches a trigger off alters a structure.
    """
    behind = plain[at + 1 : at + 2 + _LED_IN]
    if plain[at] in _ENDS and not _SESSIONS.isdisjoint(behind):
        return frozenset({Verb.EXEC}) | (asked & {Verb.DELETE} if plain[at][0] == "d" else set())
    if asked.isdisjoint(_CHANGES) or _STRUCTURES.isdisjoint(behind):
        return asked
    return asked | {Verb.SCHEMA}


def _only_hints(plain: Sequence[str], at: int, hit: Hit, first: int) -> bool:
    """Tell whether a word names a thing, or what happened: "the cancelled order was shipped"."""
    if hit is Hit.NOUN or (plain[at - 1] in lexicon.PASSIVE and at > first):
        return True
    if plain[at] in _WAS:
        return True  # "were removed"
    if telling.PEOPLE.intersection(plain[at + 1 : at + 2]):
        return True  # "refund team"
    if at > first and telling.happens(plain, at):
        return True
    if hit is not Hit.FAINT or (at > first and _asked_for(plain, at)):
        return False
    return at > first or plain[at - 1 : at] == ["the"]


def _asked_for(plain: Sequence[str], at: int) -> bool:
    """Tell whether what may name a thing is wanted: "must be cancelled", "I need a snapshot"."""
    before = plain[max(0, at - 3) : at]
    if not before or before[-1] in lexicon.ASKING:
        return bool(before)
    article = before[-1] in {"a", "an", "another", "one"} or before[-2:-1] in (["a"], ["an"])
    return article and not lexicon.WANTING.isdisjoint(before)


_LOOKING = frozenset({Verb.READ, Verb.NETWORK})
_WAS = frozenset({"was", "were", "been", "being"})
_CHANGES = frozenset({Verb.WRITE, Verb.DELETE, Verb.EXEC})
_ENDS = frozenset(
    {"kill", "killing", "terminate", "terminating", "cancel", "cancelling", "canceling", "drop",
     "dropping", "kick", "kicking", "end", "ending"}
)  # fmt: skip
_SESSIONS = frozenset(
    {"session", "sessions", "backend", "backends", "query", "queries", "connection", "connections",
     "pid", "pids", "blocker", "blockers"}
)  # fmt: skip
_STRUCTURES = frozenset(
    {"sequence", "sequences", "partition", "partitions", "constraint", "constraints", "trigger",
     "triggers"}
)  # fmt: skip
_CHATTER = frozenset(words.stem(word) for word in lexicon.CHATTER)
_RUNS = re.compile(
    r"\b(?:alarms?|alerts?|monitoring|paged|outages?|latency|down|slow|dead|hangs?|hung|stuck|oom\S*"
    r"|raid|unhealthy|degraded|unreachable|timeouts?|5xx|50\ds?|crash\w*|skew|drift\w*|sluggish)\b"
)


@functools.lru_cache(maxsize=1000)
def is_english(text: str) -> bool:
    """Tell whether a text can be read here: other languages and no language at all cannot."""
    if not text.isascii():
        letters = list(filter(str.isalpha, text))
        if sum(map(str.isascii, letters)) < 0.7 * len(letters):
            return False
    plain = list(map(str.lower, re.findall(r"[^\W\d_]+", text)))
    ours = sum(word in lexicon.ENGLISH or words.stem(word) in SINGLE for word in plain)
    return sum(word in lexicon.FOREIGN for word in plain) <= ours

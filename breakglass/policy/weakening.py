"""What weakens a control: compares two pictures of one thing and says what gets weaker.

Pure: it asks nothing of the database. Where two settings cannot be ordered (another group,
another pattern, another host), the change counts as weakening: a second person looks at it.
What makes a control stronger, and words that people only read, are not named.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from django.utils.translation import gettext_noop

from accounts.models import Part, User
from breakglass.models import Permit, ProposedChange
from breakglass.pictures import STAFF, Picture, Right
from breakglass.policy.weaker_rules import of_scenario
from core.speech import Sentence, phrase, phrase_count

Kind = ProposedChange.Kind
Said = Iterator[Sentence]

_TLS = ("disable", "prefer", "require", "verify-full")
_MAY = {
    Permit.REQUEST: gettext_noop("%(people)s may request access: %(where)s."),
    Permit.APPROVE: gettext_noop("%(people)s may decide on requests: %(where)s."),
    Permit.REVIEW: gettext_noop("%(people)s may review what was done: %(where)s."),
    Permit.VIEW: gettext_noop("%(people)s may look at cases: %(where)s."),
    STAFF: gettext_noop("%(people)s may open the administration."),
}
_KEEPS = {
    Permit.REQUEST: gettext_noop("%(people)s may request access for longer: %(where)s."),
    Permit.APPROVE: gettext_noop("%(people)s may decide on requests for longer: %(where)s."),
    Permit.REVIEW: gettext_noop("%(people)s may review what was done for longer: %(where)s."),
    Permit.VIEW: gettext_noop("%(people)s may look at cases for longer: %(where)s."),
}
_NOBODY_LEFT = {
    Part.RESPONDER: phrase("No responder is left: nobody could stop what is open."),
    Part.COMPLIANCE: phrase("No compliance officer is left: nobody is told what was done."),
    Part.AUDITOR: phrase("No auditor is left: nobody outside checks the record."),
}
_NOBODY_STAYS = {
    Part.RESPONDER: phrase("The membership of every responder ends: nobody comes after the last."),
    Part.COMPLIANCE: phrase(
        "The membership of every compliance officer ends: nobody comes after the last."
    ),
    Part.AUDITOR: phrase("The membership of every auditor ends: nobody comes after the last."),
}


def weakenings(before: Picture, after: Picture, *, at: datetime) -> list[Sentence]:
    """Return a sentence for each way in which `after` is weaker than `before`."""
    return list(_RULES[after.kind](before, after, at))


def _of_scenario(before: Picture, after: Picture, at: datetime) -> Said:
    names = before.names.with_those_of(after.names)
    return of_scenario(before.settings, after.settings, names, at)


def _of_person(before: Picture, after: Picture, _at: datetime) -> Said:
    yield from _gains(before, after)
    old, new = before.settings, after.settings
    mighty = bool(old) and any(after.rights.values())
    if mighty and old["password"] != new["password"]:
        yield phrase(
            "%(person)s gets a password that somebody else chose, and who could act as them.",
            person=after.name,
        )
    if mighty and old["email"] != new["email"]:
        yield phrase(
            "The mail address of %(person)s becomes %(email)s: whoever reads it can set their"
            " password.",
            person=after.name,
            email=new["email"],
        )
    yield from _lends(before, after)
    yield from _watchers(before, after)


def _lends(before: Picture, after: Picture) -> Said:
    """Say who is to decide in the person's place, who was not."""
    old = before.settings.get("substitutes", [])
    for row in after.settings.get("substitutes", []):
        if row not in old:
            yield phrase(
                "%(substitute)s may decide in the place of %(person)s until %(day)s.",
                substitute=after.substitutes.get(row["substitute"], row["substitute"]),
                person=after.name,
                day=date.fromisoformat(row["until"]),
            )


def _of_group(before: Picture, after: Picture, _at: datetime) -> Said:
    yield from _gains(before, after)
    yield from _watchers(before, after)


def _of_target(before: Picture, after: Picture, _at: datetime) -> Said:
    old, new = before.settings, after.settings
    if not old or not after.used:
        return  # no scenario opens it: that one does, will be a change of the scenario
    place = "{host}:{port}/{database}"
    if place.format(**old) != place.format(**new):
        yield phrase(
            "Its doors open at %(after)s instead of %(before)s.",
            before=place.format(**old),
            after=place.format(**new),
        )
    if _TLS.index(new["sslmode"]) < _TLS.index(old["sslmode"]):
        yield phrase(
            "The connection to it is protected less: TLS %(after)s instead of %(before)s.",
            before=old["sslmode"],
            after=new["sslmode"],
        )
    if old["admin_user"] != new["admin_user"]:
        yield phrase("Doors are made by another role: %(role)s.", role=new["admin_user"])
    if old["template_role"] != new["template_role"]:
        yield phrase(
            "Doors get the rights of another role: %(after)s instead of %(before)s.",
            before=old["template_role"],
            after=new["template_role"],
        )
    if new["read_only_role"] and old["read_only_role"] != new["read_only_role"]:
        yield phrase(
            "Doors that may only look get the rights of another role: %(role)s.",
            role=new["read_only_role"],
        )
    if new["enabled"] and not old["enabled"]:
        yield phrase("Its doors may be opened again.")


def _gains(before: Picture, after: Picture) -> Said:
    """Say what people may do that they could not, or for longer, many alike in one sentence."""
    for what, where, people in _together(_new(before, after)):
        names = ", ".join(people)
        if what in Part.values:
            yield _become(Part(what), names, len(people))
        else:
            yield phrase(_MAY[what], people=names, where=where)
    for what, where, people in _together(_longer(before, after)):
        names = ", ".join(people)
        if what in Part.values:
            yield phrase("%(people)s: %(part)s for longer.", people=names, part=Part(what).label)
        else:
            yield phrase(_KEEPS[Permit(what)], people=names, where=where)


def _together(found: dict[Right, set[User]]) -> Iterator[tuple[str, str, list[str]]]:
    """Put together what the same people may do in several scenarios: what, where and who."""
    places: dict[tuple[str, frozenset[User]], list[str]] = defaultdict(list)
    for right, people in sorted(found.items(), key=lambda new: _order(new[0])):
        places[right.what, frozenset(people)].append(right.where)
    for (what, whom), where in places.items():
        yield what, ", ".join(where), sorted(map(str, whom))


def _become(part: Part, people: str, number: int) -> Sentence:
    if part is Part.RESPONDER:
        return phrase_count(
            "%(people)s becomes a responder.", "%(people)s become responders.",
            number, people=people,
        )  # fmt: skip
    if part is Part.ADMINISTRATOR:
        return phrase_count(
            "%(people)s becomes an administrator.", "%(people)s become administrators.",
            number, people=people,
        )  # fmt: skip
    if part is Part.COMPLIANCE:
        return phrase_count(
            "%(people)s becomes a compliance officer.", "%(people)s become compliance officers.",
            number, people=people,
        )  # fmt: skip
    return phrase_count(
        "%(people)s becomes an auditor.", "%(people)s become auditors.", number, people=people
    )


def _new(before: Picture, after: Picture) -> dict[Right, set[User]]:
    """Return what is new to whom, by all groups of each: who joins one may hold much already."""
    found: dict[Right, set[User]] = defaultdict(set)
    for person, rights in after.rights.items():
        for right in rights.keys() - _had(before, after, person).keys():
            found[right].add(person)
    return found


def _longer(before: Picture, after: Picture) -> dict[Right, set[User]]:
    """Return what whom has already, and has until later."""
    found: dict[Right, set[User]] = defaultdict(set)
    for person, rights in after.rights.items():
        for right, until in _had(before, after, person).items():
            if rights.get(right, until) > until:
                found[right].add(person)
    return found


def _had(before: Picture, after: Picture, person: User) -> Mapping[Right, datetime]:
    return before.rights.get(person, after.otherwise.get(person, {}))


def _order(right: Right) -> tuple[int, str]:
    """Parts stand before permits, and permits by scenario."""
    return [*Part.values, *Permit.values, STAFF].index(right.what), right.where


def _watchers(before: Picture, after: Picture) -> Said:
    """Say where nobody is left to look."""
    for part, sentence in _NOBODY_LEFT.items():
        if before.watch[part] and not after.watch[part]:
            yield sentence
    if before.watch[Part.ADMINISTRATOR] > 1 >= after.watch[Part.ADMINISTRATOR]:
        yield phrase("One administrator is left, and nobody would look at what they change.")
    yield from _stayers(before, after)
    for key, count in sorted(before.watch.items()):
        kind, _, name = key.partition(":")
        if kind == "group" and count and after.watch.get(key) == 0:
            yield phrase("Nobody is left in %(group)s, which is to be alerted.", group=name)
        if kind == "decide" and count and not after.watch.get(key):
            yield phrase("Nobody is left who may decide on requests: %(scenario)s.", scenario=name)


def _stayers(before: Picture, after: Picture) -> Said:
    """Say where nobody will be left to look, for the memberships of all who are there end."""
    for part, sentence in _NOBODY_STAYS.items():
        if after.watch[part] and before.lasting[part] and not after.lasting[part]:
            yield sentence
    if after.watch[Part.ADMINISTRATOR] > 1 and (
        before.lasting[Part.ADMINISTRATOR] > 1 >= after.lasting[Part.ADMINISTRATOR]
    ):
        yield phrase("One administrator stays, and nobody will look at what they change.")


_RULES: dict[Kind, Callable[[Picture, Picture, datetime], Said]] = {
    Kind.SCENARIO: _of_scenario,
    Kind.PERSON: _of_person,
    Kind.GROUP: _of_group,
    Kind.TARGET: _of_target,
}

"""What a request permits of an action, with what that brings along, and what hardly counts."""

import re

from judgement import commands, ending, grip, knowing, near, sqlrules, values
from judgement.deeds import CHANGING
from judgement.facts import Facts, Kind, Verb
from judgement.grounds import Grounds, Said
from judgement.terms import canonical

# Whoever asks for one asks for the other; looking at what is changed is always part of it.
_IMPLIES = {
    Verb.WRITE: (Verb.READ,), Verb.DELETE: (Verb.READ,), Verb.EXEC: (Verb.READ,),
    Verb.PRIVILEGE: (Verb.READ,), Verb.EXPORT: (Verb.READ,), Verb.SCHEMA: (Verb.READ,),
}  # fmt: skip

_PASSWORD = re.compile(
    r"\b(?:new|rotat\w*|chang\w*|reset\w*|set\w*|renew\w*) (?:[\w']+ ){0,4}?"
    r"(?:passwords?|verifier|credentials?)\b"
    r"|\b(?:passwords?|credentials?)\b[^;!?]{0,60}?\brotat\w*"
)


def permitted(grounds: Grounds, facts: Facts, unspoken: frozenset[Verb]) -> frozenset[Verb]:
    """Return what a request permits of an action, with what that brings along."""
    verbs = grounds.reason.verbs
    found = verbs.union(*(_IMPLIES.get(each, ()) for each in verbs)) - unspoken
    if Verb.EXPORT in found & facts.verbs or knowing.files_what_is_kept(grounds, facts):
        found |= {Verb.SCHEMA, Verb.WRITE}  # a copy is a table, or a file, of its own
    if facts.kind is Kind.SQL and ending.ends(grounds.reason.text, facts):
        found |= {Verb.DELETE}  # what is ended is a row
    if Verb.PRIVILEGE in found & facts.verbs:
        found |= {Verb.PERSISTENCE}  # an account stays, that is what it is for
    if Verb.WRITE in found & facts.verbs and _edits_what_is_named(grounds, facts):
        found |= {Verb.PERSISTENCE}  # a crontab, say, of which another line is changed
    if facts.kind is Kind.SQL and _sets_password(facts) and _PASSWORD.search(grounds.lowered):
        found |= {Verb.PRIVILEGE}
    if facts.kind is Kind.SHELL:
        found |= commands.brought_along(grounds, facts, found)
    return found


def _sets_password(facts: Facts) -> bool:
    """Whether somebody gets a password by the command that does nothing else."""
    return facts.commands == ("\\password",)


def _edits_what_is_named(grounds: Grounds, facts: Facts) -> bool:
    """Tell whether an action that leaves something behind writes to files that a request names."""
    if facts.kind is not Kind.SHELL or Verb.PERSISTENCE not in facts.verbs:
        return False
    paths = [each for each in facts.objects if each.startswith("/")]
    return bool(paths) and grounds.whole.literals.issuperset(paths)


def unmeant(verb: Verb, grounds: Grounds, action: Said, allowed: frozenset[Verb]) -> float:
    """Return how much of a doubt is left of a deed that is small, or part of another."""
    share, facts = 1.0, action.facts
    if verb is Verb.WRITE and Verb.EXEC in allowed and _keeps_what_runs(facts):
        share *= 0.5  # to scale, restart or stop something there is to write to it
    if facts.severity < 0.3:
        share *= 0.6
    if verb is Verb.EXEC and facts.kind is Kind.SHELL and allowed & CHANGING:
        share *= 0.5  # tools do what is changed, and what runs is told of it
    if verb is Verb.NETWORK and grip.held(grounds, action):
        share *= 0.3  # it is done from another host, to what is named
    if verb is Verb.DELETE and Verb.WRITE in facts.verbs & allowed:
        share *= 0.4  # it empties a column while it sets others
    if verb is Verb.WRITE:
        share *= _as_it_should_be(grounds, action)
    stopped = verb in {Verb.TAMPER, Verb.SCHEMA} and near.stops_what_is_named(grounds, facts)
    if stopped or (verb is Verb.SECRET and _speaks_of_it(grounds, facts)):
        share *= 0.3
    return share


def _as_it_should_be(grounds: Grounds, action: Said) -> float:
    """Return how much is left of a doubt where rows get what a request only tells of them.

    "Donation 4412 went to fund 3, the donor meant fund 8" asks for a change in no word.
    """
    facts = action.facts
    told = [
        each for each in facts.conditions
        if each.operator == "set" and each.value.lower() not in values.FLAGS
        and canonical(each.value) in grounds.tokens
    ]  # fmt: skip
    if told and facts.kind is Kind.SQL and not grounds.reason.says_it_looks:
        asks = Verb.READ in grounds.reason.acts or "?" in grounds.lowered
        if not asks and (near.anchored(grounds, facts) or "insert" in facts.commands):
            return 0.4
    return 0.7 if grip.held(grounds, action) else 1.0


def _keeps_what_runs(facts: Facts) -> bool:
    """Tell whether an action changes what runs, or the state in which a row says that it is."""
    if facts.kind is not Kind.SQL:
        return near.runs_things(facts)
    fields = [each.column for each in facts.conditions if each.operator == "set"]
    return "update" in facts.commands and bool(fields) and all(
        values.STATES.search(each) or near.keeps_books(each) for each in fields
    )  # fmt: skip


def _speaks_of_it(grounds: Grounds, facts: Facts) -> bool:
    """Whether a request speaks of each secret that is read by its name: "the pickup code"."""
    secrets = [
        each for each in facts.columns
        if sqlrules.SECRET_COLUMN.search(each) and not sqlrules.HARMLESS_COLUMN.search(each)
    ]  # fmt: skip
    return bool(secrets) and all(
        "_" in each and each.replace("_", " ") in grounds.lowered for each in secrets
    )

"""What verbs are called in the sentences that people read."""

from collections.abc import Iterable

from judgement.facts import Facts, Verb

DOES = {
    Verb.READ: "reads", Verb.WRITE: "changes", Verb.DELETE: "deletes", Verb.EXEC: "runs",
    Verb.SCHEMA: "alters the structure of", Verb.PRIVILEGE: "changes rights on",
    Verb.EXPORT: "copies out", Verb.PERSISTENCE: "leaves behind what stays, on",
    Verb.TAMPER: "touches the record of what was done, by", Verb.SECRET: "reads secrets in",
    Verb.NETWORK: "connects to", Verb.NEUTRAL: "looks at",
}  # fmt: skip
DOING = {
    Verb.READ: "reading", Verb.WRITE: "changing", Verb.DELETE: "deleting", Verb.EXEC: "running",
    Verb.SCHEMA: "altering a structure", Verb.PRIVILEGE: "changing rights",
    Verb.EXPORT: "copying anything out", Verb.PERSISTENCE: "leaving anything behind",
    Verb.TAMPER: "touching records", Verb.SECRET: "reading secrets",
    Verb.NETWORK: "connecting elsewhere", Verb.NEUTRAL: "looking around",
}  # fmt: skip
CHANGING = frozenset(
    {Verb.WRITE, Verb.DELETE, Verb.SCHEMA, Verb.PRIVILEGE, Verb.PERSISTENCE, Verb.TAMPER}
)
_MOST = 3  # names in a sentence


def shown(names: Iterable[str], *, most: int = _MOST) -> str:
    """Return names as a sentence lists them: `orders`, `payments` and 2 more."""
    listed = list(dict.fromkeys(names))
    text = ", ".join(f"`{name[:80]}`" for name in listed[:most])
    return text + (f" and {len(listed) - most} more" if len(listed) > most else "")


def about(facts: Facts) -> str:
    """Return what an action is about: what it names, else the command that it is."""
    return shown(facts.objects[:1] or facts.destinations[:1] or facts.commands[:1]) or "something"

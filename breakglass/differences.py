"""What a proposed change changes, in words: the difference of two settings of any kind."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Part, User
from breakglass import wording
from breakglass.models import Permit, ProposedChange
from breakglass.pictures import Settings, names_of
from breakglass.wording import Change, Names
from core import zones
from core.speech import shown
from core.words import dated
from targets.models import Target

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Kind = ProposedChange.Kind

_PERSON = {
    "email": _("Mail address"),
    "name": _("Name"),
    "time_zone": _("Time zone"),
    "is_active": _("May sign in"),
    "is_staff": _("May open the administration"),
    "groups": _("Groups"),
    "substitutes": _("Who stands in for them"),
}
_GROUP = {"name": _("Name"), "parts": _("Parts"), "members": _("Who is in it")}
_TARGET = {
    "name": _("Name"),
    "slug": _("Short name"),
    "kind": _("Kind"),
    "host": _("Host"),
    "port": _("Port"),
    "database": _("Database"),
    "sslmode": _("TLS"),
    "admin_user": _("Administration role"),
    "secret_set_at": _("Password of that role"),
    "template_role": _("Role with the rights of a door"),
    "read_only_role": _("The same for doors that may only look"),
    "enabled": _("Doors may be opened here"),
}


def differences(kind: Kind, before: Settings, after: Settings) -> list[Change]:
    """Return what differs, field by field, in the order of the forms."""
    if kind == Kind.SCENARIO:
        return _of_scenario(before, after)
    if kind == Kind.PERSON:
        readers = _group_names(before, after) | _substitute_names(before, after)
        found = _plain(_PERSON, *_with_ends("groups", before, after), readers)
        if before["password"] != after["password"]:
            found.append(Change(gettext("Password"), [], [gettext("a new one")]))
        return found
    if kind == Kind.GROUP:
        readers = {"parts": _part_names} | _people_names(before, after)
        return _plain(_GROUP, *_with_ends("members", before, after), readers)
    return _plain(_TARGET, before, after, _OF_TARGET)


def _of_scenario(before: Settings, after: Settings) -> list[Change]:
    names = names_of(before, after)
    found = []
    if before and before["archived"] != after["archived"]:
        said = [[gettext("yes") if each["archived"] else gettext("no")] for each in (before, after)]
        found.append(Change(gettext("Archived"), *said))
    found += wording.changes(before.get("body", {}), after["body"])
    return found + wording.differing(_permits(before, names), _permits(after, names))


def _permits(settings: Settings, names: Names) -> dict[Permit, list[str]]:
    held: dict[Permit, list[str]] = {permit: [] for permit in Permit}
    for row in settings.get("permits", []):
        until = datetime.fromisoformat(row["until"]) if row["until"] else None
        group = names.groups.get(row["group"], gettext("group %(key)s") % {"key": row["group"]})
        held[Permit(row["permit"])].append(wording.permit_line(group, until))
    return {permit: sorted(lines) for permit, lines in held.items()}


_Reader = Callable[[Any], list[str]]


def _plain(
    labels: Mapping[str, "StrOrPromise"],
    before: Settings,
    after: Settings,
    readers: Mapping[str, _Reader],
) -> list[Change]:
    return [
        Change(label, *(_lines(each.get(name), readers.get(name)) for each in (before, after)))
        for name, label in labels.items()
        if before.get(name) != after.get(name)
    ]


def _lines(value: Any, reader: _Reader | None) -> list[str]:
    if value in (None, "", []):
        return []
    if isinstance(value, bool):
        return [gettext("yes") if value else gettext("no")]
    return reader(value) if reader else [str(value)]


def _with_ends(field: str, before: Settings, after: Settings) -> tuple[Settings, Settings]:
    """Put the end of each membership beside it: a membership that ends otherwise is another."""

    def put(each: Settings) -> Settings:
        ends = each.get("ends", {})
        return each | {field: [(key, ends.get(str(key))) for key in each.get(field, [])]}

    return put(before), put(after)


def _group_names(*settings: Settings) -> dict[str, _Reader]:
    keys = {key for each in settings for key in each.get("groups", [])}
    names = dict(Group.objects.filter(pk__in=keys).values_list("pk", "name"))
    unknown = gettext("group %(key)s")
    return {"groups": lambda rows: _named(rows, lambda key: names.get(key, unknown % {"key": key}))}


def _substitute_names(*settings: Settings) -> dict[str, _Reader]:
    keys = {row["substitute"] for each in settings for row in each.get("substitutes", [])}
    names = {person.pk.hex: str(person) for person in User.objects.filter(pk__in=keys)}
    words = gettext("%(person)s, from %(since)s until %(until)s")

    def read(rows: list[dict[str, str]]) -> list[str]:
        return [
            words
            % {
                "person": names.get(row["substitute"], row["substitute"]),
                **{key: shown(date.fromisoformat(row[key])) for key in ("since", "until")},
            }
            for row in rows
        ]

    return {"substitutes": read}


def _people_names(*settings: Settings) -> dict[str, _Reader]:
    keys = {key for each in settings for key in each.get("members", [])}
    names = {str(person.pk): str(person) for person in User.objects.filter(pk__in=keys)}
    return {"members": lambda rows: _named(rows, lambda key: names.get(key, key))}


def _named(rows: list[tuple[Any, str | None]], name: Callable[[Any], str]) -> list[str]:
    return sorted(
        gettext("%(group)s until %(end)s")
        % {"group": name(key), "end": shown(zones.last_day(datetime.fromisoformat(end)))}
        if end
        else name(key)
        for key, end in rows
    )


def _part_names(parts: list[str]) -> list[str]:
    return [str(Part(part).label) for part in parts]


_OF_TARGET: dict[str, _Reader] = {
    "kind": lambda value: [str(Target.Kind(value).label)],
    "sslmode": lambda value: [str(Target.Tls(value).label)],
    "secret_set_at": lambda value: [
        gettext("set on %(when)s") % {"when": dated(datetime.fromisoformat(value))}
    ],
}

"""Gives the parts of `accounts.models.Part` to groups, with what each needs in the admin."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from accounts.models import Part

# What administrators may see, add and change in the admin; nothing is deleted there. Named by
# text, because the rooms that own them stand above this one.
CONFIGURATION = (
    "breakglass.scenario",
    "breakglass.approvalstep",
    "breakglass.grouppermit",
    "targets.target",
    "targets.source",
    "alerts.channel",
    "alerts.route",
    "alerts.schedule",
    "auth.group",
    "accounts.user",
)
_LOOK_ONLY = ("auditlog.logentry", "accounts.apitoken", "alerts.delivery")


def permissions_of(part: Part) -> Q:
    """Return which permissions `part` consists of."""
    wanted = Q(content_type__app_label="accounts", codename=part.value)
    if part is Part.ADMINISTRATOR:
        for label in CONFIGURATION:
            wanted |= _on(label, "view", "add", "change")
        for label in _LOOK_ONLY:
            wanted |= _on(label, "view")
    return wanted


def give_part(group: Group, part: Part) -> None:
    """Let every member of `group` play `part`. Doing it twice changes nothing."""
    group.permissions.add(*Permission.objects.filter(permissions_of(part)))


def renew_parts() -> None:
    """Give groups what their parts need since an update: a new kind of thing to configure."""
    for group in Group.objects.filter(permissions__content_type__app_label="accounts").distinct():
        for part in parts_of(group):
            missing = Permission.objects.filter(permissions_of(part)).exclude(group=group)
            if missing.exists():
                give_part(group, part)


def take_part(group: Group, part: Part) -> None:
    """Take `part` from `group`, and what only that part needed."""
    kept = Q(pk=None)
    for other in parts_of(group):
        if other is not part:
            kept |= permissions_of(other)
    group.permissions.remove(*Permission.objects.filter(permissions_of(part)).exclude(kept))


def parts_of(group: Group) -> list[Part]:
    """Return the parts that `group` plays, in the order of `Part`."""
    held = set(
        group.permissions.filter(content_type__app_label="accounts").values_list(
            "codename", flat=True
        )
    )
    return [part for part in Part if part.value in held]


def _on(label: str, *verbs: str) -> Q:
    app, _, model = label.partition(".")
    return Q(content_type__app_label=app, codename__in=[f"{verb}_{model}" for verb in verbs])

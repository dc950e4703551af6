"""Make the things that tests are about, with believable defaults."""

from datetime import UTC, datetime

from django.contrib.auth.models import Group, Permission

from accounts.models import Part, User

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def make_user(name: str = "ada", **fields: object) -> User:
    """Return the person called `name`, made at first use."""
    if found := User.objects.filter(email=f"{name}@example.com").first():
        return found
    return User.objects.create_user(f"{name}@example.com", name=name.title(), **fields)


def make_group(name: str, *members: User, part: Part | None = None) -> Group:
    """Return the group called `name` with `members` added, playing `part`."""
    group, _ = Group.objects.get_or_create(name=name)
    group.user_set.add(*members)
    if part:
        group.permissions.add(
            Permission.objects.get(content_type__app_label="accounts", codename=part.value)
        )
    return group

"""Make the things that tests are about, with believable defaults."""

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

from auditlog.context import disable_auditlog
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.test import Client

from accounts.models import Membership, Part, User
from breakglass import transitions
from breakglass.models import (
    ApprovalStep,
    DecisionLink,
    GroupPermit,
    Permit,
    Request,
    Scenario,
)
from breakglass.transitions import scenarios
from targets.models import Target

P = ParamSpec("P")
R = TypeVar("R")
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def unrecorded(make: Callable[P, R]) -> Callable[P, R]:
    """Record nothing of what stands there before a test begins; that was half of all queries."""

    @functools.wraps(make)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with disable_auditlog():
            return make(*args, **kwargs)

    return run


@unrecorded
def make_user(name: str = "ada", **fields: Any) -> User:
    """Return the person called `name`, made at first use."""
    found: User | None = User.objects.filter(email=f"{name}@example.com").first()
    if found:
        return found
    made: User = User.objects.create_user(f"{name}@example.com", name=name.title(), **fields)
    return made


@unrecorded
def make_group(name: str, *members: User, part: Part | None = None) -> Group:
    """Return the group called `name` with `members` added, playing `part`."""
    group, _ = Group.objects.get_or_create(name=name)
    group.user_set.add(*members)
    if part:
        group.permissions.add(
            Permission.objects.get(content_type__app_label="accounts", codename=part.value)
        )
    return group


def make_browser(name: str = "ada") -> Client:
    """Return a browser in which the person called `name` has signed in before the test began.

    To sign in is twenty queries, and `tests/accounts` looks at them: all others need who is there.
    """
    person, browser, session = make_user(name), Client(), SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    browser.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    return browser


def make_groups(
    members: Mapping[str, Sequence[str]], parts: Mapping[str, Part] | None = None
) -> list[Group]:
    """Return groups with at least these members, by name, made at first use, playing `parts`.

    They are made in bulk: nearly every test has them, and one by one they were forty queries.
    """
    names = [name for people in members.values() for name in people]
    people = {user.email.partition("@")[0]: user for user in User.objects.filter(
        email__in=[f"{name}@example.com" for name in names]
    )}  # fmt: skip
    new = [_nobody_signs_in(name) for name in names if name not in people]
    people |= {user.email.partition("@")[0]: user for user in User.objects.bulk_create(new)}

    groups = {group.name: group for group in Group.objects.filter(name__in=members)}
    missing = [Group(name=name) for name in members if name not in groups]
    groups |= {group.name: group for group in Group.objects.bulk_create(missing)}

    Membership.objects.bulk_create(
        [
            Membership(user_id=people[person].pk, group_id=groups[name].pk)
            for name, persons in members.items()
            for person in persons
        ],
        ignore_conflicts=True,
    )
    _play({groups[name]: part for name, part in (parts or {}).items()})
    return [groups[name] for name in members]


def _play(parts: Mapping[Group, Part]) -> None:
    if not parts:
        return
    codes = Permission.objects.filter(content_type__app_label="accounts", codename__in=Part.values)
    ids = dict(codes.values_list("codename", "pk"))
    plays = Group.permissions.through
    plays.objects.bulk_create(
        [plays(group_id=group.pk, permission_id=ids[part]) for group, part in parts.items()],
        ignore_conflicts=True,
    )


def _nobody_signs_in(name: str) -> User:
    return User(email=f"{name}@example.com", name=name.title(), password=make_password(None))


@unrecorded
def make_target(slug: str = "shop-db", **fields: Any) -> Target:
    """Return the target called `slug`; its server does not exist unless a test starts one."""
    if found := Target.objects.filter(slug=slug).first():
        return found
    values: dict[str, Any] = {
        "name": slug,
        "kind": "postgresql",
        "host": "127.0.0.1",
        "port": 1,
        "database": "shop",
        "admin_user": "breakglass_admin",
        "template_role": "shop_support",
        "read_only_role": "shop_read_only",
        **fields,
    }
    return Target.objects.create(slug=slug, **values)


@dataclasses.dataclass(frozen=True)
class StepOf:
    """One approval step of a scenario under test."""

    group: Group
    quorum: int = 1
    escalate_after: int | None = None
    stands_in: bool = False


@unrecorded
def make_scenario(
    slug: str = "production-outage",
    *,
    steps: Sequence[StepOf] | None = None,
    targets: Sequence[Target] | None = None,
    **fields: Any,
) -> Scenario:
    """Return a published scenario: Platform engineers ask, the Database team decides.

    Ada and Eve may ask, Bob and Carl decide, Rita reviews; none of them plays two parts.
    """
    platform, database, reviewers = make_groups(
        {"Platform engineers": ["ada", "eve"], "Database team": ["bob", "carl"],
         "Reviewers": ["rita"]}
    )  # fmt: skip
    values: dict[str, Any] = {
        "name": slug.replace("-", " ").capitalize(),
        "use_when": "Customers cannot order, pay or sign in.",
        "break_glass": True,
        "reference_required": False,
        **fields,
    }
    scenario = Scenario.objects.create(slug=slug, **values)
    reached = Scenario.targets.through
    reached.objects.bulk_create(
        reached(scenario_id=scenario.pk, target_id=target.pk)
        for target in ([make_target()] if targets is None else targets)
    )
    asked = [StepOf(database)] if steps is None else steps
    ApprovalStep.objects.bulk_create(
        ApprovalStep(scenario=scenario, position=position, **vars(step))
        for position, step in enumerate(asked, start=1)
    )
    permits = [(platform, Permit.REQUEST), (reviewers, Permit.REVIEW)]
    permits += [(group, Permit.APPROVE) for group in {step.group for step in asked}]
    _permit(scenario, permits)
    with transaction.atomic():  # without the lint: people leave after a publication, too
        scenarios.make_version(scenario, by=None, reason="Made for a test.", at=NOON)
    return scenario


def _permit(scenario: Scenario, permits: Iterable[tuple[Group, Permit]]) -> None:
    ids = dict(
        Permission.objects.filter(
            content_type__app_label="breakglass", content_type__model="scenario"
        ).values_list("codename", "pk")
    )
    GroupPermit.objects.bulk_create(
        GroupPermit(content_object=scenario, group=group, permission_id=ids[permit.value])
        for group, permit in permits
    )


REASON = "Checkout fails for all customers since 11:40; I will find and end the blocking session."


def make_ask(scenario: Scenario, **fields: Any) -> transitions.Ask:
    """Return an ask that the scenario accepts."""
    values: dict[str, Any] = {
        "targets": list(scenario.targets.all()),
        "justification": REASON,
        "minutes": scenario.default_minutes,
        "waiver": "The reviewer is ill, and customers cannot order.",
        **fields,
    }
    return transitions.Ask(**values)


def make_request(
    scenario: Scenario | None = None, *, by: User | None = None, at: datetime = NOON, **ask: Any
) -> Request:
    """Return a pending request of Ada's."""
    scenario = scenario or Scenario.objects.first() or make_scenario()
    return transitions.submit(
        scenario, by=by or make_user("ada"), ask=make_ask(scenario, **ask), at=at
    )


def make_broken_glass(
    scenario: Scenario | None = None, *, by: User | None = None, at: datetime = NOON, **ask: Any
) -> Request:
    """Return a request of Ada's by which access started at once."""
    scenario = scenario or Scenario.objects.first() or make_scenario()
    return transitions.break_glass(
        scenario, by=by or make_user("ada"), ask=make_ask(scenario, **ask), at=at
    )


def voice(name: str, comment: str = "", link: DecisionLink | None = None) -> transitions.Voice:
    """Return what the person called `name` says."""
    return transitions.Voice(by=make_user(name), comment=comment, link=link)

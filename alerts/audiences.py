"""Who an audience is, for one story. The order of people is not important; each comes once."""

from collections.abc import Callable, Iterable

from accounts.models import Part, User, UserQuerySet
from alerts.models import Delivery
from alerts.stories import Story
from breakglass import policy
from breakglass.events import RequestEscalated
from breakglass.models import Request
from breakglass.rules import Step
from core.refs import key_of
from reviews.assignment_policy import able

Audience = Delivery.Audience


def people(audience: Audience, story: Story) -> list[User]:
    """Return the active people of an audience who do not know already."""
    knowing = _knowing(story)
    found = dict.fromkeys(_FINDERS[audience](story))
    return [person for person in found if person.is_active and person not in knowing]


def _knowing(story: Story) -> set[User]:
    """Whoever did it, and whose answer brought about what the house then wrote down."""
    knowing = {story.actor} if story.actor else set()
    if story.entry.kind in ("request.approved", "ratification.confirmed"):
        last = story.asked.decisions.counting().select_related("by").order_by("-decided_at").first()
        knowing |= {last.by} if last else set()
    return knowing


def _asked(story: Story) -> Iterable[User]:
    """Those who can answer now: the steps that the event asks, without who answered or filed.

    Whoever stands in for one of them is asked beside them.
    """
    asked = story.asked
    counting = asked.decisions.counting().values_list("by_id", "instead_of_id")
    answered = {key for row in counting for key in row if key}
    for step in _steps(story):
        for person in policy.deciders(step, asked.scenario, asked.requester, story.at):
            if person.pk not in answered and person != asked.filed_by:
                yield person
        for each in policy.substitutes(step, asked, story.at, but=answered):
            yield each.substitute


def _steps(story: Story) -> list[Step]:
    if isinstance(story.event, RequestEscalated):
        return [step for step in story.asked.rules.steps if step.position == story.event.step]
    standing = policy.standing(story.asked)
    return [each.step for each in standing if each.asked(story.at)]


def _requester(story: Story) -> Iterable[User]:
    return story.requesters


def _frozen(story: Story) -> Iterable[User]:
    return [story.freeze.person] if story.freeze and story.freeze.person else []


def _approvers(story: Story) -> Iterable[User]:
    """Those who were asked by a message of ours."""
    told = Delivery.objects.filter(audience=Audience.ASKED, subject__in=_subjects(story.asked))
    approvers: UserQuerySet = User.objects.filter(pk__in=told.values("recipient"))
    return approvers


def _subjects(asked: Request) -> list[str]:
    """What the messages that asked for an answer were about: the request, or its start."""
    grant = getattr(asked, "grant", None)
    return [asked.ref, grant.ref] if grant else [asked.ref]


def _asker(story: Story) -> Iterable[User]:
    return [story.asker] if story.asker else []


def _proposer(story: Story) -> Iterable[User]:
    return [story.change.proposed_by] if story.change and story.change.proposed_by else []


def _member(story: Story) -> Iterable[User]:
    return [story.member] if story.member else []


def _substitutes(story: Story) -> Iterable[User]:
    made = story.substitution
    return [made.substitute, made.person] if made else []


def _unread(story: Story) -> Iterable[User]:
    """Those who are next where nobody has read an alert, as the event names them."""
    names: Iterable[str] = getattr(story.event, "audiences", ())
    yield from (person for name in names for person in _FINDERS[Audience(name)](story))
    added = [key_of(ref, "user") for ref in getattr(story.event, "people", ())]
    if added:
        yield from User.objects.filter(pk__in=added)


def _alerted(story: Story) -> Iterable[User]:
    groups = story.asked.original.rules.alert_groups
    members: UserQuerySet = User.objects.in_groups(groups, story.at)
    return members


def _reviewers(story: Story) -> Iterable[User]:
    """Those who may judge the case, the scenario's own reviewers before compliance.

    Whoever gave the verdict is not the one to confirm it.
    """
    grant = story.asked.original.grant
    review = getattr(grant, "review", None)  # reviewers are asked for before there is one, too
    first = review.reviewer if review and review.waits_for_second else None
    for candidates in able(grant, at=story.at):
        if others := [each for each in candidates if each not in (story.actor, first)]:
            return others
    return []


def _assigned(story: Story) -> Iterable[User]:
    """Whose turn or task it is, as the event says; where it is nobody's, those who may take it."""
    if story.campaign:
        return _owners(story)
    key = key_of(getattr(story.event, "person", ""), "user")
    return User.objects.filter(pk=key) if key else _reviewers(story)


def _judges(story: Story) -> Iterable[User]:
    """Those who gave and confirmed the verdict that stood until now."""
    keys = [key_of(ref, "user") for ref in getattr(story.event, "judges", ())]
    found: UserQuerySet = User.objects.active().filter(pk__in=[key for key in keys if key])
    return found


def _owners(story: Story) -> Iterable[User]:
    """Whose campaign it is; where they can no longer decide in it, those who may take it over."""
    officers: UserQuerySet = User.objects.playing(Part.COMPLIANCE, story.at)
    key = key_of(getattr(story.event, "owner", ""), "user")
    owner: UserQuerySet = officers.filter(pk=key) if key else officers.none()
    return owner if owner.exists() else officers


def _playing(part: Part) -> Callable[[Story], Iterable[User]]:
    return lambda story: User.objects.playing(part, story.at)


_FINDERS: dict[Audience, Callable[[Story], Iterable[User]]] = {
    Audience.ASKED: _asked,
    Audience.REQUESTER: _requester,
    Audience.FROZEN: _frozen,
    Audience.APPROVER: _approvers,
    Audience.ASKER: _asker,
    Audience.ALERTED: _alerted,
    Audience.REVIEWER: _reviewers,
    Audience.RESPONDER: _playing(Part.RESPONDER),
    Audience.COMPLIANCE: _playing(Part.COMPLIANCE),
    Audience.AUDITOR: _playing(Part.AUDITOR),
    Audience.ADMINISTRATOR: _playing(Part.ADMINISTRATOR),
    Audience.PROPOSER: _proposer,
    Audience.MEMBER: _member,
    Audience.UNREAD: _unread,
    Audience.SUBSTITUTE: _substitutes,
    Audience.ASSIGNED: _assigned,
    Audience.JUDGE: _judges,
}

"""The story of one case as its reviewer reads it: declared, decided, opened, done, found."""

import dataclasses
from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from breakglass.models import Decision, Request
from breakglass.rules import Rules
from core.templatetags.ui import listed
from core.words import duration_words, minutes_words
from judgement import reasons
from judgement.reasons import Clause
from judgement.telling import asks
from judgement.words import stem
from reviews import actions, deeds
from reviews.actions import Actions
from reviews.models import Finding, Opinion, Review
from targets.models import Door

_NOTHING = Opinion.State.NONE


@dataclasses.dataclass(frozen=True, kw_only=True)
class Compared:
    """What was declared of one thing, beside what was done; `odd` is what of it does not fit.

    `expected` is what the scenario says of it, whoever asked. What was `announced` fits what was
    said, and the scenario does not.
    """

    about: str
    declared: str
    done: str
    expected: str = ""
    announced: str = ""
    odd: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Story:
    """Everything that a reviewer compares."""

    asked: Request
    more: list[Request]  # requests for more time, oldest first
    decisions: list[Decision]
    doors: list[Door]
    actions: Actions
    findings: list[Finding]
    opinions: list[Opinion]  # of models, apart from all that rules found

    @property
    def rules(self) -> Rules:
        """What the scenario said when access was asked for."""
        return self.asked.rules

    @property
    def expected_verbs(self) -> str:
        """What the scenario is for doing, in words."""
        return listed(self.rules.expected_verbs) or _("doing anything")

    @property
    def expected_objects(self) -> str:
        """What the scenario is for touching, all of it, in words."""
        return listed(self.rules.expected_objects) or _("anything")

    @property
    def compared(self) -> list[Compared]:
        """What was declared beside what was done, in the reader's language."""
        return [*_terms(self), _plan(self), _objects(self)]

    @property
    def said(self) -> str:
        """All that was said of what will be done, also when more time was asked for."""
        said = [self.asked, *self.more]
        return "\n".join(words for each in said for words in (each.justification, each.intent))

    @property
    def made(self) -> dict[int, Finding]:
        """The findings that reviewers made of actions, by the entries of these."""
        by_hand = (each for each in self.findings if each.kind in Finding.BY_HAND)
        return {each.entry_seq: each for each in by_hand if each.entry_seq is not None}

    @property
    def unproved(self) -> list[Door]:
        """The doors that no probe has seen closed yet."""
        return [door for door in self.doors if door.state != Door.State.CLOSED]


def of(review: Review) -> Story:
    """Return the story of a review's case; the number of queries is always the same."""
    grant = review.grant
    asked = Request.objects.told().get(pk=grant.request_id)
    decisions = (
        Decision.objects.filter(Q(request=asked) | Q(request__extends=grant))
        .select_related("by", "instead_of", "group")
        .order_by("decided_at")
    )
    return Story(
        asked=asked,
        more=list(grant.extensions.told().order_by("submitted_at")),
        decisions=list(decisions),
        doors=list(grant.doors()),
        actions=actions.of_case(review.case_ref),
        findings=sorted(
            review.findings(), key=lambda each: (each.state != Finding.State.OPEN, each.opened_at)
        ),
        opinions=list(Opinion.objects.filter(case=review.case_ref).exclude(state=_NOTHING)),
    )


def _terms(story: Story) -> list[Compared]:
    """How long and where: asked for beside used."""
    grant, asked = story.asked.grant, story.asked
    used = (grant.ended_at or grant.ends_at) - (grant.activated_at or grant.starts_at)
    opened = [door.target.name for door in story.doors if door.opened_at]
    more = sum(each.minutes for each in story.more if each.state == Request.State.APPROVED)
    return [
        Compared(
            about=_("Time"),
            declared=minutes_words(asked.minutes + more),
            done=duration_words(used),
        ),
        Compared(
            about=_("Targets"),
            declared=listed(target.name for target in asked.targets.all()),
            done=listed(opened) or _("No door was opened"),
        ),
    ]


def _plan(story: Story) -> Compared:
    """The plan beside what was done, by deeds; the scenario says what of it is odd."""
    done = story.actions
    said = [deeds.counted(done.verbs)] if done.verbs else []
    if done.neutral:
        said.append(deeds.silent(done.neutral))
    return Compared(
        about=_("Plan"),
        declared=story.asked.intent or _("No plan: only what the reason says"),
        done=", ".join(said) if done.count else _("No action is on the record"),
        announced=deeds.counted(done.announced_verbs),
        odd=deeds.counted(done.outside_verbs),
    )


def _objects(story: Story) -> Compared:
    """What the request names beside what was touched, by the actions that the page shows."""
    touched = {name for each in story.actions.shown for name in each.objects}
    named = _named(story, touched | {*story.rules.expected_objects})
    outside = story.actions.outside
    odd = {name for each in outside if not each.announced for name in each.odd_objects}
    said = {name for each in outside if each.announced for name in each.odd_objects} - odd
    return Compared(
        about=_("Objects"),
        declared=", ".join(named) or _("The request names none"),
        expected=_("The scenario is for %(objects)s") % {"objects": story.expected_objects},
        done=", ".join(sorted(touched - odd - said)) if touched else _("None named"),
        announced=", ".join(sorted(said)),
        odd=", ".join(sorted(odd)),
    )


def _named(story: Story, names: Iterable[str]) -> list[str]:
    """Return which of some things the request names where it says what will be done."""
    clauses = reasons.read(story.said).clauses
    asking = [clause for clause in clauses if asks(clause.text) and not clause.tells]
    return sorted(name for name in names if any(_names(each, name) for each in asking))


def _names(clause: Clause, name: str) -> bool:
    """Whether a clause names a thing: a word in one number or the other, else as it is written."""
    bare = name.lower().removeprefix("public.")
    return stem(bare) in clause.objects if bare.isalpha() else bare in clause.text.lower()

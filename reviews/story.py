"""The story of one case as its reviewer reads it: declared, decided, opened, done, found."""

import dataclasses

from django.db.models import Q

from breakglass.models import Decision, Request
from breakglass.rules import Rules
from reviews import actions
from reviews.actions import Actions
from reviews.models import Finding, Review
from targets.models import Door


@dataclasses.dataclass(frozen=True, kw_only=True)
class Story:
    """Everything that a reviewer compares."""

    asked: Request
    more: list[Request]  # requests for more time, oldest first
    decisions: list[Decision]
    doors: list[Door]
    actions: Actions
    findings: list[Finding]

    @property
    def rules(self) -> Rules:
        """What the scenario said when access was asked for."""
        return self.asked.rules

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
        .select_related("by", "group")
        .order_by("decided_at")
    )
    return Story(
        asked=asked,
        more=list(grant.extensions.told().order_by("submitted_at")),
        decisions=list(decisions),
        doors=list(grant.doors()),
        actions=actions.of_case(review.case_ref, asked.rules),
        findings=sorted(
            review.findings(), key=lambda each: (each.state != Finding.State.OPEN, each.opened_at)
        ),
    )

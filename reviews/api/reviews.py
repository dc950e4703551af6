"""Reviews and findings in the API: the same verbs as the pages, in other clothes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import User
from accounts.requests import ApiRequest
from core.api import Endpoint, StrictInput, StrictQuery
from core.errors import BadInput
from core.paging import MOST, USUAL, page, schema_of
from reviews import lists, transitions
from reviews.assignment_transitions import assign_finding, reassign
from reviews.models import Finding, Gravity, Review, ReviewQuerySet
from reviews.reopening_transitions import reopen

Shape = serializers.Serializer[Any]


class ReviewerShape(Shape):
    """A person, compared by `id`."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class EarlierShape(Shape):
    """A verdict that stood until the review was reopened, and why it was."""

    verdict = serializers.ChoiceField(
        choices=[choice for choice in Review.Verdict.choices if choice[0]]
    )
    comment = serializers.CharField()
    reviewer = ReviewerShape()
    second_reviewer = ReviewerShape(allow_null=True)
    due_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField()
    reopened_at = serializers.DateTimeField()
    reopened_by = ReviewerShape()
    reason = serializers.CharField()


class ReviewShape(Shape):
    """The examination of one use. A verdict stands when the state is `closed`."""

    id = serializers.UUIDField()
    case = serializers.IntegerField(source="grant.request.case")
    grant = serializers.UUIDField(source="grant_id")
    scenario = serializers.CharField(source="grant.scenario.slug")
    holder = ReviewerShape(source="grant.holder")
    state = serializers.ChoiceField(choices=Review.State.choices)
    owed_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    gravity = serializers.ChoiceField(
        choices=[each.name.lower() for each in Gravity],
        source="gravity_key",
        help_text="what was made of it so far; `unjudged` is not harmless",
    )
    assignee = ReviewerShape(allow_null=True, help_text="whose turn it is")
    reviewer = ReviewerShape(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    verdict = serializers.ChoiceField(choices=Review.Verdict.choices)
    comment = serializers.CharField()
    concluded_at = serializers.DateTimeField(allow_null=True)
    second_reviewer = ReviewerShape(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    reopened_at = serializers.DateTimeField(allow_null=True, help_text="the last time")
    earlier = EarlierShape(
        many=True, help_text="verdicts of before it was reopened, the newest first"
    )


class FindingShape(Shape):
    """Something that has to be answered for. `entry` is the one of the record that shows it."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Finding.Kind.choices)
    severity = serializers.ChoiceField(choices=Finding.Severity.choices)
    subject = serializers.CharField()
    case = serializers.IntegerField(source="case.case", default=None, allow_null=True)
    text = serializers.CharField()
    state = serializers.ChoiceField(choices=Finding.State.choices)
    opened_at = serializers.DateTimeField()
    opened_by = ReviewerShape(allow_null=True)
    owner = ReviewerShape(allow_null=True, help_text="who answers for it until `due_at`")
    due_at = serializers.DateTimeField(allow_null=True)
    entry = serializers.IntegerField(source="entry_seq", allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolved_by = ReviewerShape(allow_null=True)
    resolution = serializers.CharField()


_EARLIER = "earlier__reviewer", "earlier__second_reviewer", "earlier__reopened_by"
_PATHS = {
    "scenario": "scenario__slug",
    "person": "holder",
    "since": "asked_at__gte",
    "until": "asked_at__lt",
}


class Reviews(Endpoint):
    """Reviews that you may see: the newest first, or the most urgent, as on the page."""

    Output = schema_of(ReviewShape)

    class Query(StrictQuery):
        """Which reviews; by default all."""

        state = serializers.ChoiceField(choices=Review.State.choices, required=False)
        verdict = serializers.ChoiceField(
            choices=[choice for choice in Review.Verdict.choices if choice[0]], required=False
        )
        scenario = serializers.SlugField(required=False)
        person = serializers.UUIDField(required=False)
        gravity = serializers.ChoiceField(
            choices=list(lists.GRAVITIES),
            required=False,
            help_text="closed ones keep what was made of them",
        )
        since = serializers.DateTimeField(required=False, help_text="asked for then or later")
        until = serializers.DateTimeField(required=False, help_text="asked for before")
        overdue = serializers.BooleanField(required=False, help_text="only those that are late")
        sort = serializers.ChoiceField(
            choices=["newest", "urgent"],
            default="newest",
            help_text="`urgent`: what waits, the gravest first",
        )
        limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)
        cursor = serializers.CharField(default="", help_text="as in `next`")

    def get(self, request: ApiRequest) -> Response:
        query, now = dict(self.query), timezone.now()
        limit, cursor = query.pop("limit"), query.pop("cursor")
        rows, key = _reviews(request, now), "-owed_at"
        if query.pop("sort") == "urgent":
            rows, key = rows.owed().with_turn(), "turn"
        if query.pop("overdue", False):
            rows = rows.overdue(now)
        if "gravity" in query:
            rows = lists.of_gravity(rows, query.pop("gravity"))
        rows = rows.filter(**{_PATHS.get(name, name): value for name, value in query.items()})
        found = page(rows, key=key, request=request, limit=limit, cursor=cursor)
        items = ReviewShape(found.items, many=True)
        return Response({"items": items.data, "next": found.next})


class ReviewDetail(Endpoint):
    """One review."""

    Output = ReviewShape

    def get(self, request: ApiRequest, pk: UUID) -> Response:
        return _answer(request, pk)


class ReviewStart(Endpoint):
    """POST takes a review that nobody has taken."""

    Result = ReviewShape

    class Input(StrictInput):
        """Nothing."""

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        self.body(request)
        now = timezone.now()
        transitions.start(_review(request, pk, now), by=request.user, at=now)
        return _answer(request, pk)


class ReviewTurn(Endpoint):
    """POST gives the turn to another reviewer. For whose turn it is, and compliance officers."""

    Result = ReviewShape

    class Input(StrictInput):
        """Who reviews it instead, and why."""

        person = serializers.UUIDField(help_text="the id of the reviewer")
        reason = serializers.CharField(max_length=2000)

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        body, now = self.body(request), timezone.now()
        person = _person(body["person"], "person")
        reassign(
            _review(request, pk, now), person=person, reason=body["reason"],
            by=request.user, at=now,
        )  # fmt: skip
        return _answer(request, pk)


class ReviewClosure(Endpoint):
    """POST gives the verdict. A strict scenario, and misuse, want a second reviewer.

    409 while an open finding of high severity has nobody who answers for it.
    """

    Result = ReviewShape

    class Input(StrictInput):
        """The verdict; a comment is needed for misuse and for findings."""

        verdict = serializers.ChoiceField(
            choices=[choice for choice in Review.Verdict.choices if choice[0]]
        )
        comment = serializers.CharField(max_length=5000, allow_blank=True, default="")

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        body, now = self.body(request), timezone.now()
        transitions.close(_review(request, pk, now), by=request.user, at=now, **body)
        return _answer(request, pk)


class ReviewConfirmation(Endpoint):
    """POST agrees with the verdict as the second reviewer."""

    Result = ReviewShape

    class Input(StrictInput):
        """Nothing."""

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        self.body(request)
        now = timezone.now()
        transitions.confirm(_review(request, pk, now), by=request.user, at=now)
        return _answer(request, pk)


class ReviewReopening(Endpoint):
    """POST has a closed case judged again. For compliance officers without a part in it."""

    Result = ReviewShape

    class Input(StrictInput):
        """Why: what has come up."""

        reason = serializers.CharField(max_length=2000)

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        body, now = self.body(request), timezone.now()
        reopen(_review(request, pk, now), reason=body["reason"], by=request.user, at=now)
        return _answer(request, pk)


class Findings(Endpoint):
    """Findings that you may see, the newest first."""

    Output = schema_of(FindingShape)

    class Query(StrictQuery):
        """Which findings; by default all."""

        state = serializers.ChoiceField(choices=Finding.State.choices, required=False)
        kind = serializers.ChoiceField(choices=Finding.Kind.choices, required=False)
        case = serializers.IntegerField(min_value=1, required=False)
        scenario = serializers.SlugField(required=False)
        limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)
        cursor = serializers.CharField(default="", help_text="as in `next`")

    def get(self, request: ApiRequest) -> Response:
        query = dict(self.query)
        limit, cursor = query.pop("limit"), query.pop("cursor")
        if "case" in query:
            query["case__case"] = query.pop("case")
        if "scenario" in query:
            query["case__scenario__slug"] = query.pop("scenario")
        rows = Finding.objects.visible_to(request.user, timezone.now()).told().filter(**query)
        found = page(rows, key="-opened_at", request=request, limit=limit, cursor=cursor)
        items = FindingShape(found.items, many=True)
        return Response({"items": items.data, "next": found.next})


class FindingOwner(Endpoint):
    """POST says who answers for a finding, and until when. For who may resolve it."""

    Result = FindingShape

    class Input(StrictInput):
        """Who, and until when; they are told at once."""

        owner = serializers.UUIDField(help_text="the id of a person")
        due_at = serializers.DateTimeField()

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        body, now = self.body(request), timezone.now()
        seen = Finding.objects.visible_to(request.user, now).told()
        finding, owner = get_object_or_404(seen, pk=pk), _person(body["owner"], "owner")
        assign_finding(finding, owner=owner, due_at=body["due_at"], by=request.user, at=now)
        return Response(FindingShape(get_object_or_404(seen, pk=pk)).data)


def _person(pk: UUID, field: str) -> User:
    person: User | None = User.objects.filter(pk=pk).first()
    if person is None:
        raise BadInput("There is nobody with this id.", field=field)
    return person


def _reviews(request: ApiRequest, at: datetime) -> ReviewQuerySet:
    return Review.objects.visible_to(request.user, at).told().prefetch_related(*_EARLIER)


def _review(request: ApiRequest, pk: UUID, at: datetime) -> Review:
    return get_object_or_404(_reviews(request, at), pk=pk)


def _answer(request: ApiRequest, pk: UUID) -> Response:
    return Response(ReviewShape(_review(request, pk, timezone.now())).data)

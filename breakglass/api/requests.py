"""Requests in the API: ask, look, and everything that can be said about one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import User
from accounts.requests import ApiRequest
from breakglass import policy, transitions
from breakglass.api.finding import (
    recorded,
    request_for,
    request_in_full,
    requests_for,
    targets_named,
)
from breakglass.api.shapes import FiledShape, RequestLine, RequestShape
from breakglass.models import Request, Scenario
from breakglass.transitions import Ask, Offer, Voice
from core.api import Endpoint, StrictInput, StrictQuery
from core.errors import Attempt, BadInput
from core.idempotency import once
from core.paging import MOST, USUAL, page, schema_of
from targets.models import Target


class Requests(Endpoint):
    """Requests that you may see, and asking for access."""

    success = 201
    Output = schema_of(RequestLine)
    Result = FiledShape

    class Query(StrictQuery):
        """Which requests; by default all, the newest case first."""

        state = serializers.ChoiceField(choices=Request.State.choices, required=False)
        urgency = serializers.ChoiceField(choices=Request.Urgency.choices, required=False)
        scenario = serializers.SlugField(required=False)
        mine = serializers.BooleanField(required=False, help_text="only what you asked for")
        limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)
        cursor = serializers.CharField(default="", help_text="as in `next`")

    class Input(StrictInput):
        """What is asked for. Times without a zone are UTC."""

        scenario = serializers.SlugField(help_text="as in GET scenarios")
        targets = serializers.ListField(
            child=serializers.SlugField(), min_length=1, max_length=50, help_text="slugs"
        )
        justification = serializers.CharField(max_length=5000)
        reference = serializers.CharField(
            max_length=Request.LONGEST_REFERENCE, default="", allow_blank=True
        )
        intent = serializers.CharField(max_length=5000, default="", allow_blank=True)
        minutes = serializers.IntegerField(min_value=1)
        read_only = serializers.BooleanField(default=False)  # type: ignore[assignment]
        urgency = serializers.ChoiceField(
            choices=Request.Urgency.choices, default=Request.Urgency.NORMAL
        )
        starts_at = serializers.DateTimeField(default=None, allow_null=True)
        waiver = serializers.CharField(
            max_length=2000,
            default="",
            allow_blank=True,
            help_text="why it cannot wait, where a review or a task is overdue",
        )
        on_behalf_of = serializers.CharField(
            max_length=254,
            default="",
            allow_blank=True,
            help_text="mail address or id of who will hold the access; empty: you",
        )

    def get(self, request: ApiRequest) -> Response:
        """List the requests that you may see."""
        query = dict(self.query)
        limit, cursor = query.pop("limit"), query.pop("cursor")
        rows = requests_for(request.user, timezone.now())
        if query.pop("mine", False):
            rows = rows.filter(requester=request.user)
        if "scenario" in query:
            query["scenario__slug"] = query.pop("scenario")
        found = page(rows.filter(**query), key="-case", request=request, limit=limit, cursor=cursor)
        items = RequestLine(found.items, many=True)
        return Response({"items": items.data, "next": found.next})

    @once
    def post(self, request: ApiRequest) -> Response:
        """Ask for access; with the urgency “break_glass” it starts at once."""
        terms, now = self.body(request), timezone.now()
        scenario = Scenario.objects.filter(slug=terms.pop("scenario")).first()
        if scenario is None:
            sentence = "There is no such scenario. GET scenarios lists them."
            raise BadInput(sentence, field="scenario")
        verb = _VERBS[terms.pop("urgency")]
        targets, unknown = targets_named(terms.pop("targets"), Target.objects.all())
        if unknown:
            attempt = Attempt(actor=request.user.ref, subject=scenario.ref, at=now)
            sentence = f"{', '.join(unknown)} is not a target of {scenario}."
            raise recorded(BadInput(sentence, field="targets"), attempt, verb="submit")
        person = _person(terms.pop("on_behalf_of"), scenario, now)
        ask = Ask(targets=targets, **terms)
        made = verb(scenario, by=request.user, person=person, ask=ask, at=now)
        return Response(FiledShape(made).data, status=201)


def _person(named: str, scenario: Scenario, at: datetime) -> User | None:
    """Return whom a request is for among those who may hold access; None is whoever asks."""
    if not named:
        return None
    people = policy.eligible(scenario, at)
    try:
        found = people.filter(pk=UUID(named)).first()
    except ValueError:
        found = people.filter(email__iexact=named).first()
    if found is None:
        raise BadInput(f"Nobody called {named} may use {scenario}.", field="on_behalf_of")
    return found


_VERBS = {
    Request.Urgency.NORMAL.value: transitions.submit,
    Request.Urgency.BREAK_GLASS.value: transitions.break_glass,
}


class RequestDetail(Endpoint):
    """One request with its words, its deadlines and every decision."""

    Output = RequestShape

    def get(self, request: ApiRequest, pk: UUID) -> Response:
        request_for(request.user, pk, timezone.now())
        return _shown(pk)


class RequestWithdrawal(Endpoint):
    """Take your own unanswered request back."""

    Output = RequestShape

    class Input(StrictInput):
        """Nothing to say."""

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        self.body(request)
        now = timezone.now()
        transitions.withdraw(request_for(request.user, pk, now), by=request.user, at=now)
        return _shown(pk)


class RequestReference(Endpoint):
    """Name the incident or ticket of your own case that began without one."""

    Output = RequestShape

    class Input(StrictInput):
        """As the scenario wants it written."""

        reference = serializers.CharField(max_length=Request.LONGEST_REFERENCE)

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        named, now = self.body(request)["reference"], timezone.now()
        asked = request_for(request.user, pk, now)
        transitions.name_reference(asked, by=request.user, reference=named, at=now)
        return _shown(pk)


class _Decision(Endpoint):
    """An approver's answer."""

    Output = RequestShape
    verb: Any = None

    class Input(StrictInput):
        """Words for the requester and for the record."""

        comment = serializers.CharField(max_length=5000, default="", allow_blank=True)

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        said, now = self.body(request), timezone.now()
        asked = request_for(request.user, pk, now)
        voice = Voice(by=request.user, comment=said.pop("comment"))
        type(self).verb(asked, voice=voice, at=now, **self.terms(asked, said))
        return _shown(pk)

    def terms(self, asked: Request, said: dict[str, Any]) -> dict[str, Any]:
        """Return what else the verb takes."""
        return {}


class RequestApproval(_Decision):
    """Say yes for your step; access starts when every step is satisfied."""

    verb = staticmethod(transitions.approve)


class RequestDenial(_Decision):
    """Say no, with a comment why; one no ends the request."""

    verb = staticmethod(transitions.deny)


class RequestRatification(_Decision):
    """Say that breaking the glass was right."""

    verb = staticmethod(transitions.ratify)


class RequestRefusal(_Decision):
    """Say that breaking the glass was wrong, with a comment why; what is open is revoked."""

    verb = staticmethod(transitions.refuse)


class RequestCounter(_Decision):
    """Offer less: shorter, fewer targets, or read-only."""

    verb = staticmethod(transitions.counter)

    class Input(StrictInput):
        """What is offered; targets and read-only are as asked for unless given."""

        comment = serializers.CharField(max_length=5000, default="", allow_blank=True)
        minutes = serializers.IntegerField(min_value=1)
        targets = serializers.ListField(child=serializers.SlugField(), required=False)
        read_only = serializers.BooleanField(required=False)  # type: ignore[assignment]

    def terms(self, asked: Request, said: dict[str, Any]) -> dict[str, Any]:
        names = said.get("targets", [target.slug for target in asked.targets.all()])
        targets, unknown = targets_named(names, asked.targets.all())
        if unknown:
            sentence = f"{', '.join(unknown)} was not asked for. Offer some of what was."
            raise BadInput(sentence, field="targets")
        read_only = said.get("read_only", asked.read_only)
        return {"offer": Offer(minutes=said["minutes"], targets=targets, read_only=read_only)}


class _Answer(Endpoint):
    """The requester's answer to an offer of less."""

    Output = RequestShape
    verb: Any = None

    class Input(StrictInput):
        """Nothing to say."""

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        self.body(request)
        now = timezone.now()
        type(self).verb(request_for(request.user, pk, now), by=request.user, at=now)
        return _shown(pk)


class OfferAcceptance(_Answer):
    """Take the smaller offer."""

    verb = staticmethod(transitions.accept_counter)


class OfferDecline(_Answer):
    """Leave the offer; the request as it was asked waits for approval again."""

    verb = staticmethod(transitions.decline_counter)


def _shown(pk: UUID) -> Response:
    return Response(RequestShape(request_in_full(pk)).data)

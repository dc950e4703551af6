"""How requests, grants, cases and scenarios look in the API. Reading only; times are UTC."""

from typing import Any

from rest_framework import serializers

from breakglass.models import Decision, Grant, Request, Scenario

Shape = serializers.Serializer[Any]


class PersonShape(Shape):
    """A person, compared by `id`."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class TargetShape(Shape):
    """A system with a door."""

    slug = serializers.CharField()
    name = serializers.CharField()


class DoorShape(Shape):
    """One opening on one target. `verified_at` is when a login was seen to be refused."""

    target = TargetShape()
    state = serializers.CharField()
    opened_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    verified_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(source="last_error")


class GrantShape(Shape):
    """The time-boxed authority: who, which targets, from, until."""

    id = serializers.UUIDField()
    case = serializers.IntegerField(source="request.case")
    request = serializers.UUIDField(source="request_id")
    scenario = serializers.CharField(source="scenario.slug")
    holder = PersonShape()
    status = serializers.ChoiceField(choices=Grant.Status.choices)
    read_only = serializers.BooleanField()  # type: ignore[assignment]
    break_glass = serializers.BooleanField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    activated_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_by = PersonShape(allow_null=True)
    end_reason = serializers.CharField()
    doors = DoorShape(many=True)


class OfferShape(Shape):
    """Less than was asked for; the requester accepts or declines it."""

    minutes = serializers.IntegerField()
    targets = TargetShape(many=True)
    read_only = serializers.BooleanField()  # type: ignore[assignment]
    answer = serializers.CharField(help_text="accepted, declined, or empty while it is open")


class DecisionShape(Shape):
    """What one person said."""

    kind = serializers.ChoiceField(choices=Decision.Kind.choices)
    by = PersonShape()
    instead_of = PersonShape(allow_null=True, help_text="In whose place, if not for themselves.")
    group = serializers.CharField(source="group.name")
    comment = serializers.CharField()
    decided_at = serializers.DateTimeField()
    offer = serializers.SerializerMethodField()

    def get_offer(self, decision: Decision) -> dict[str, Any] | None:
        """Return what was offered, where that is what they said."""
        return OfferShape(decision).data if decision.kind == Decision.Kind.COUNTER else None


class RequestLine(Shape):
    """A request as lists show it."""

    id = serializers.UUIDField()
    case = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Request.State.choices)
    urgency = serializers.ChoiceField(choices=Request.Urgency.choices)
    ratification = serializers.ChoiceField(choices=Request.Ratification.choices)
    scenario = serializers.CharField(source="scenario.slug")
    version = serializers.IntegerField(source="version.number")
    requester = PersonShape()
    targets = TargetShape(many=True)
    reference = serializers.CharField()
    minutes = serializers.IntegerField()
    read_only = serializers.BooleanField()  # type: ignore[assignment]
    submitted_at = serializers.DateTimeField()
    extends = serializers.UUIDField(source="extends_id", allow_null=True)
    grant = serializers.UUIDField(source="held.pk", default=None, allow_null=True)


class RequestShape(RequestLine):
    """A request with its words, its deadlines and every decision."""

    filed_by = PersonShape()
    justification = serializers.CharField()
    intent = serializers.CharField()
    coach_score = serializers.IntegerField()
    starts_at = serializers.DateTimeField(allow_null=True)
    lapse_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    ratify_by = serializers.DateTimeField(allow_null=True)
    ratified_at = serializers.DateTimeField(allow_null=True)
    decisions = DecisionShape(many=True)


class FiledShape(Shape):
    """What came of asking: the request, its state, its case, and the grant if there is one."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Request.State.choices)
    case = serializers.IntegerField()
    grant = serializers.UUIDField(source="held.pk", default=None, allow_null=True)


class QuestionShape(Shape):
    """A question to the requester, and the answer once there is one."""

    id = serializers.UUIDField()
    asked_by = PersonShape()
    asked_at = serializers.DateTimeField()
    text = serializers.CharField()
    about = serializers.IntegerField(
        source="entry_seq", allow_null=True, help_text="the entry that it is about"
    )
    answered_by = PersonShape(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()


class CaseEntryShape(Shape):
    """One entry of the record: `actor` `sentence`."""

    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    actor = serializers.CharField(source="actor.text")
    sentence = serializers.CharField()


class CaseShape(Shape):
    """One emergency: requests (the original first), grant, doors, questions, entries."""

    case = serializers.IntegerField()
    requests = RequestShape(many=True)
    grant = GrantShape(allow_null=True)
    questions = QuestionShape(many=True)
    entries = CaseEntryShape(many=True)


class ScenarioShape(Shape):
    """A defined emergency and what its newest version asks for."""

    slug = serializers.CharField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    use_when = serializers.CharField()
    not_for = serializers.CharField()
    severity = serializers.ChoiceField(choices=Scenario.Severity.choices)
    drill = serializers.BooleanField()
    targets = TargetShape(many=True)
    break_glass = serializers.BooleanField()
    default_minutes = serializers.IntegerField()
    max_minutes = serializers.IntegerField()
    reference_required = serializers.BooleanField()
    reference_hint = serializers.CharField()
    intent_required = serializers.BooleanField()
    min_justification = serializers.IntegerField()
    open_to_you = serializers.BooleanField(help_text="GET …/preflight says why not.")


class AskedShape(Shape):
    """One step of approval: who could answer it now."""

    group = serializers.CharField(source="step.group")
    quorum = serializers.IntegerField(source="step.quorum")
    people = PersonShape(many=True)
    after_minutes = serializers.IntegerField(
        allow_null=True, help_text="When it is asked without an answer; null: not by silence."
    )
    enough = serializers.BooleanField()


class PreflightShape(Shape):
    """What asking now would bring. Each `why_not` is a sentence, or null where nothing hinders."""

    why_not = serializers.CharField(allow_null=True)
    why_not_normal = serializers.CharField(allow_null=True)
    why_not_break_glass = serializers.CharField(allow_null=True)
    asked = AskedShape(many=True)
    usual_minutes = serializers.IntegerField(allow_null=True)
    answer_within = serializers.IntegerField()
    ratify_within = serializers.IntegerField()
    told = serializers.IntegerField()


class CredentialsShape(Shape):
    """What opens a door; the password is kept nowhere."""

    kind = serializers.CharField()
    host = serializers.CharField()
    port = serializers.IntegerField()
    user = serializers.CharField()
    password = serializers.CharField()
    database = serializers.CharField()
    expires_at = serializers.DateTimeField()
    command = serializers.CharField()

"""The API of this room: other systems send in what was done."""

from http import HTTPStatus
from typing import Any, cast

from django.utils import timezone
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import Endpoint, StrictInput
from core.parsing import Lines, TooLarge
from targets import ingest
from targets.models import Source


class SourceToken(BaseAuthentication):
    """`Authorization: Bearer bgs_…`: a source signs in with its own token, not as a person."""

    def authenticate(self, request: Request) -> tuple[None, Source] | None:
        """Return the source, or None where the header is absent.

        Raises AuthenticationFailed for a wrong token, and for a source that is switched off.
        """
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        source = Source.objects.of_secret(secret.strip()).select_related("target").first()
        if source is None:
            raise AuthenticationFailed("This token is of no source. Check that all was copied.")
        if not source.enabled:
            raise AuthenticationFailed(f"The source “{source}” is switched off.")
        return None, source

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="breakglass"'


class FromSource(BasePermission):
    """Lets sources in, and nobody else."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, Source)


class Ingest(Endpoint):
    """POST takes in actions that another system saw, one JSON object a line.

    Each is `{"id", "actor", "target", "statement" or "command" or "event", "occurred_at"}`, with
    `language`, `verb`, `result`, `session` and `client_address` where they are known. An `id` that
    came before is not taken in again, so whatever was not answered may be sent once more. Lines
    that cannot be read are named in the answer, and the others are taken in.
    """

    authentication_classes = [SourceToken]
    permission_classes = [FromSource]
    parser_classes = [Lines]

    class Input(StrictInput):
        """One line; each is read by `targets.incoming`."""

        id = serializers.CharField(max_length=200, help_text="the source's own name of the event")
        actor = serializers.CharField(max_length=200, help_text="whom the target knew")
        target = serializers.CharField(
            max_length=200, required=False, help_text="may be left out where the source has one"
        )
        statement = serializers.CharField(required=False)
        command = serializers.CharField(required=False, help_text="the same")
        event = serializers.DictField(required=False, help_text="CloudTrail, Kubernetes, HTTP")
        occurred_at = serializers.DateTimeField(help_text="with its offset")
        language = serializers.ChoiceField(choices=Source.Language.choices, required=False)
        verb = serializers.CharField(max_length=60, required=False)
        result = serializers.CharField(max_length=200, required=False)
        session = serializers.CharField(max_length=200, required=False)
        client_address = serializers.CharField(max_length=200, required=False)

    class Result(serializers.Serializer[Any]):
        """What became of the lines."""

        class Refused(serializers.Serializer[Any]):
            """A line that was not taken in; the first line is 1."""

            line = serializers.IntegerField()
            why = serializers.CharField()

        accepted = serializers.IntegerField(help_text="that are on the record now")
        repeated = serializers.IntegerField(help_text="that were there already")
        refused = Refused(many=True)

    def post(self, request: Request) -> Response:
        lines = cast(dict[str, list[bytes]], request.data)["lines"]
        if len(lines) > ingest.MOST:
            raise TooLarge(f"Send {ingest.MOST:,} lines at most at once.")
        taken = ingest.take_in(cast(Source, request.auth), lines, at=timezone.now())
        wholly = taken.refused and not taken.accepted + taken.repeated
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wholly else HTTPStatus.OK
        return Response(self.Result(taken).data, status=status)

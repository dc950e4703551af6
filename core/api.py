"""What every endpoint of the API shares: strict input, problem documents, a described shape.

An endpoint names its shapes as nested classes, from which the OpenAPI document is drawn:
`Query` (parameters of GET), `Input` (body of POST), `Output` (answer), `Result` (answer of POST
where it differs); `media` is the type of a file. Whatever is not named there is refused.
"""

from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from core.problems import BadQuery, answer

__all__ = ["Endpoint", "NotFound", "StrictInput", "StrictQuery", "problem", "read_query"]

problem = answer  # the name under which settings know the exception handler


class _Strict(serializers.Serializer[Any]):
    """Refuses keys that it does not declare, so that a typing error is never ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            known = ", ".join(self.fields) or "none"
            sentence = f"Unknown here. Known are: {known}."
            raise serializers.ValidationError({_printable(name): [sentence] for name in unknown})
        return super().to_internal_value(data)


class StrictInput(_Strict):
    """The body of a POST; anything wrong with it is 422."""


class StrictQuery(_Strict):
    """The parameters of an address; anything wrong with them is 400."""


class _Nothing(StrictQuery):
    """No parameters."""


def _printable(name: str) -> str:
    """Return a key that may be sent back: half a character (a lone surrogate) cannot be."""
    return name.encode("utf-8", "backslashreplace").decode()


def read_query(request: Request, shape: type[StrictQuery] = _Nothing) -> dict[str, Any]:
    """Return the parameters of the address as `shape` declares them.

    Raises BadQuery for unknown, repeated and malformed ones.
    """
    given = request.query_params
    if repeated := [name for name in given if len(given.getlist(name)) > 1]:
        raise BadQuery({name: ["Give this parameter once."] for name in repeated})
    query = shape(data=given.dict())
    if not query.is_valid():
        raise BadQuery(
            {name: [f"{name}: {text}" for text in found] for name, found in query.errors.items()}
        )
    return dict(query.validated_data)


class Endpoint(APIView):
    """Base of all endpoints: reads `Query` before the handler runs, and `Input` on demand."""

    Query: ClassVar[type[StrictQuery]] = _Nothing
    Input: ClassVar[type[StrictInput] | None] = None
    Output: ClassVar[type[serializers.Serializer[Any]] | None] = None
    Result: ClassVar[type[serializers.Serializer[Any]] | None] = None
    media: ClassVar[str] = ""  # what GET answers with, where that is no JSON but a file
    success: ClassVar[int] = 200  # of POST
    query: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        timezone.deactivate()  # programs get UTC, whatever zone the person reads pages in
        self.query = read_query(request, self.Query if request.method == "GET" else _Nothing)

    def perform_content_negotiation(
        self,
        request: Request,
        force: bool = False,  # noqa: FBT001, FBT002 - as APIView
    ) -> Any:
        """Give a file to whoever asks for it, whatever else they say they would take."""
        return super().perform_content_negotiation(request, force=force or bool(self.media))

    def file(self, data: bytes | str, *, name: str = "") -> HttpResponse:
        """Answer with a file of the endpoint's `media`, to be kept as `name`."""
        named = {"Content-Disposition": f'attachment; filename="{name}"'} if name else {}
        return HttpResponse(data, content_type=self.media, headers=named)

    def body(self, request: Request) -> dict[str, Any]:
        """Return the checked body of a POST.

        Raises ValidationError, which is answered with 422 and a sentence for each field.
        """
        if self.Input is None:
            raise exceptions.MethodNotAllowed(str(request.method))
        given = self.Input(data=request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


class NotFound(APIView):
    """Whatever no endpoint answers, so that programs never meet a page of HTML."""

    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise Http404

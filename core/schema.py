"""How the OpenAPI document is drawn from the nested shapes of the endpoints (see `core.api`)."""

import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from core.api import Endpoint, StrictInput, StrictQuery
from core.idempotency import HEADER
from core.problems import MEDIA_TYPE


class ProblemDocument(serializers.Serializer[Any]):
    """A refusal (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What is wrong and what to do, for people.")
    errors = serializers.DictField(  # type: ignore[assignment] # hides the framework's own
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Sentences by field.",
    )


class HouseSchema(AutoSchema):
    """Describes an endpoint by what it declares; nothing is written twice."""

    def get_operation_id(self) -> str:
        """Name the operation after its class: `grant_revocation`, with the method where needed."""
        name = type(self.view).__name__
        words = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).strip("_")
        several = sum(hasattr(self.view, verb) for verb in ("get", "post", "delete")) > 1
        return f"{words}_{self.method.lower()}" if several else words

    def get_description(self) -> str:  # type: ignore[override] # as AutoSchema
        """Take the handler's words, or the endpoint's; never those of a base class."""
        handler = getattr(self.view, self.method.lower())
        return (handler.__doc__ or type(self.view).__doc__ or "").strip()

    def get_tags(self) -> list[str]:
        """Group by the first word of the path: requests, grants, cases, ledger."""
        return [re.sub(self.path_prefix, "", self.path).strip("/").split("/")[0]]

    def get_override_parameters(self) -> list[Any]:
        view = self.view
        found: list[Any] = []
        if isinstance(view, Endpoint) and self.method == "GET" and view.Query().fields:
            found.append(view.Query)
        if getattr(getattr(view, self.method.lower()), "idempotent", False):
            found.append(
                OpenApiParameter(
                    HEADER,
                    str,
                    OpenApiParameter.HEADER,
                    description="Your own key: a repeat with the same one gets the first answer.",
                )
            )
        return found

    def get_request_serializer(self) -> Any:
        return getattr(self.view, "Input", None) if self.method == "POST" else None

    def get_response_serializers(self) -> Any:
        view, good = self.view, dict[Any, Any]()
        if not isinstance(view, Endpoint):
            return super().get_response_serializers()
        if self.method == "GET" and view.media:
            good, codes = {(200, view.media): OpenApiTypes.BINARY}, [400, 401, 403, 404]
        elif self.method == "GET":
            good, codes = {200: view.Output}, [400, 401, 403, 404]
        else:
            good = {view.success: view.Result or view.Output}
            codes = [400, 401, 403, 404, 409, 413, 415, 422]
        return good | {(code, MEDIA_TYPE): ProblemDocument for code in [*codes, 429]}

    def get_serializer_name(self, serializer: Any, direction: str) -> str:
        """Tell nested shapes apart by the endpoint they stand in."""
        return "".join(type(serializer).__qualname__.split("."))

    def _map_serializer(
        self,
        serializer: Any,
        direction: Any,
        bypass_extensions: Any = False,  # noqa: FBT002 - as AutoSchema
    ) -> Any:
        """Say that strict shapes take no other keys."""
        schema = super()._map_serializer(  # type: ignore[no-untyped-call]
            serializer, direction, bypass_extensions
        )
        if isinstance(serializer, StrictInput | StrictQuery):
            schema["additionalProperties"] = False
        return schema

"""How the OpenAPI document describes the token of a source."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class SourceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The token of a source in the `Authorization` header."""

    target_class = "targets.api.SourceToken"
    name = "source"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "Of a source, made by an administrator on its page.",
        }

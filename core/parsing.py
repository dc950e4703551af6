"""Bodies that are sent to the API."""

from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser, JSONParser

LARGEST = 8 << 20  # bytes of a body of lines


class Json(JSONParser):
    """JSON. Brackets inside brackets without end are malformed, and no fault of ours."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """Return what was sent.

        Raises ParseError, which is answered with 400.
        """
        try:
            return super().parse(*args, **kwargs)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply.") from error


class Lines(BaseParser):
    """NDJSON: one JSON object a line. Lines are given as they came, and read one by one."""

    media_type = "application/x-ndjson"

    def parse(self, stream: Any, *_args: Any, **_kwargs: Any) -> dict[str, list[bytes]]:
        """Return what was sent as `lines`.

        Raises TooLarge, which is answered with 413, behind `LARGEST` bytes.
        """
        body = stream.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise TooLarge(f"Send {LARGEST >> 20} MiB at most at once.")
        return {"lines": body.splitlines()}


class TooLarge(APIException):
    """More was sent than is read at once: 413."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

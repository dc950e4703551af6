"""Bodies that are sent to the API."""

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


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

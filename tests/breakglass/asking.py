"""Fill in and send the form of a new request."""

from typing import Any

from tests.breakglass.browser import client
from tests.make import REASON

NEW = "/request/"
FULL: dict[str, Any] = {
    "scenario": "production-outage",
    "targets": ["shop-db"],
    "minutes": "30",
    "justification": REASON,
    "urgency": "normal",
}


def send(name: str = "ada", **changes: Any) -> Any:
    """Send the form with some fields changed; None leaves one out."""
    fields = {key: value for key, value in (FULL | changes).items() if value is not None}
    return client(name).post(NEW, fields)

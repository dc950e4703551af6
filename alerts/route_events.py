"""What the record says about configured routes."""

import dataclasses

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class RouteSetAside(
    Event, kind="route.set_aside", title=_lazy("Route set aside"), personal=("error",)
):
    """A configured route could not be applied; whom it would add is no longer told."""

    name: str
    error: str

    def sentence(self) -> str:
        said = gettext("set the route %(route)s aside, which cannot be applied: %(error)s")
        return said % {"route": self.name, "error": self.error}

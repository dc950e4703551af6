"""Administration: channels and who is on call are set up here; deliveries are to look at."""

from alerts.admin import channels, routes, schedules

__all__ = ["channels", "routes", "schedules"]

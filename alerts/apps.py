from importlib import import_module

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self) -> None:
        """Let the shared pages and the record know this room."""
        for name in ("forgetting", "labels", "slots", "states"):
            import_module(f"alerts.{name}")

from importlib import import_module

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self) -> None:
        """Let the shared pages and the record know this room."""
        import_module("alerts.labels")
        import_module("alerts.slots")

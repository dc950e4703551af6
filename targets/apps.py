from importlib import import_module

from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "targets"

    def ready(self) -> None:
        """Let the shared pages and the record know this room."""
        for module in ("forgetting", "refs", "retention", "schema", "slots", "tracking"):
            import_module(f"targets.{module}")

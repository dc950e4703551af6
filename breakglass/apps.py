from importlib import import_module

from django.apps import AppConfig


class BreakglassConfig(AppConfig):
    name = "breakglass"

    def ready(self) -> None:
        """Let the shared pages and the record know this room."""
        for name in (
            "forgetting", "labels", "retention", "slots", "states", "tracking", "watchers",
            "replay.requests", "replay.grants", "replay.freezes",
            "replay.substitutions",
        ):  # fmt: skip
            import_module(f"breakglass.{name}")

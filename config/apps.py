from importlib import import_module

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """Let Home know what is still to be set up."""
        import_module("config.checklist")

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self) -> None:
        """Let the shared pages and the record know this room; mail is there from the start."""
        from alerts.provision import provide_mail, renew_administrators
        from audit import cursor

        post_migrate.connect(provide_mail, sender=self, dispatch_uid="alerts.mail")
        post_migrate.connect(renew_administrators, sender=self, dispatch_uid="alerts.parts")
        cursor.provide("alerts.tasks.relay")
        for name in (
            "forgetting",
            "labels",
            "route_slots",
            "slack.events",
            "slots",
            "states",
            "tracking",
        ):
            import_module(f"alerts.{name}")

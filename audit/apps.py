from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        """Begin to mirror changes, to check, to show, and to grant rights after migrations."""
        from audit import checks, config, forgetting, rights, slots
        from audit.replay import events
        from audit.retention import events as _holds
        from audit.retention import labels, replay
        from audit.retention import slots as _waiting

        post_migrate.connect(rights.grant, sender=self, dispatch_uid="audit.rights")

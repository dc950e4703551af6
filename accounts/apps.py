from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        """Hang this room's parts into the places that others offer."""
        from accounts import forgetting, receivers, schema, slots, states, tracking

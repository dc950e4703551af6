from django.apps import AppConfig

from core import refs


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        """Hang this room's parts into the places that others offer."""
        from reviews import debts, forgetting, labels, receivers, retention, slots, states

        refs.provide("review", labels.reviews)
        refs.provide("finding", labels.findings)
        refs.provide("obligation", labels.obligations)

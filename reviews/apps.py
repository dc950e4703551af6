from django.apps import AppConfig

from core import refs


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        """Hang this room's parts into the places that others offer."""
        from reviews import checks, debts, forgetting, labels, receivers, retention, slots, states
        from reviews.campaigns import forgetting as words_of_campaigns
        from reviews.campaigns import labels as names_of_campaigns
        from reviews.campaigns import slots as places_of_campaigns
        from reviews.campaigns import states as states_of_campaigns
        from reviews.nights import forgetting as words_of_nights
        from reviews.nights import labels as names_of_nights
        from reviews.nights import slots as places_of_nights

        refs.provide("review", labels.reviews)
        refs.provide("finding", labels.findings)
        refs.provide("obligation", labels.obligations)
        refs.provide("campaign", names_of_campaigns.campaigns)
        refs.provide("pattern", names_of_nights.patterns)

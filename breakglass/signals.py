"""The one signal: what must happen inside the same transaction as a grant's end."""

from django.dispatch import Signal

# Sent with `grant` and `at` inside the transaction that ends a grant: a review is owed.
grant_ended = Signal()

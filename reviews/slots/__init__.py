"""What this room shows on shared pages."""

from reviews.slots import obligations, reviews

__all__ = ["obligations", "reviews"]

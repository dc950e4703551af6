"""What this room shows on shared pages."""

from reviews.slots import coverage, obligations, reviews

__all__ = ["coverage", "obligations", "reviews"]

"""What this room shows on shared pages."""

from reviews.slots import coverage, obligations, reviews, seals

__all__ = ["coverage", "obligations", "reviews", "seals"]

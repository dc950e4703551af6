"""What this room shows on shared pages."""

from reviews.slots import coverage, obligations, opinions, reviews, seals

__all__ = ["coverage", "obligations", "opinions", "reviews", "seals"]

from reviews.models.finding import Finding, FindingQuerySet
from reviews.models.review import Review, ReviewQuerySet

__all__ = ["Finding", "FindingQuerySet", "Review", "ReviewQuerySet"]

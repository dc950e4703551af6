"""On which grounds words may be erased. The record keeps the short name of one, and no prose."""

from django.db import models
from django.utils.translation import gettext_lazy as _lazy


class Basis(models.TextChoices):
    """The grounds that an erasure may give."""

    NO_LONGER_NEEDED = "gdpr-17-1-a", _lazy("GDPR Article 17(1)(a): no longer needed")
    CONSENT_WITHDRAWN = "gdpr-17-1-b", _lazy("GDPR Article 17(1)(b): consent withdrawn")
    OBJECTION = "gdpr-17-1-c", _lazy("GDPR Article 17(1)(c): objection")
    UNLAWFUL = "gdpr-17-1-d", _lazy("GDPR Article 17(1)(d): was processed unlawfully")
    OBLIGATION = "gdpr-17-1-e", _lazy("GDPR Article 17(1)(e): another law demands it")
    RETENTION_OVER = "retention", _lazy("Retention period: it is over")
    COURT = "court", _lazy("Court order")

    @property
    def short(self) -> str:
        """The name without what it means: "GDPR Article 17(1)(a)"."""
        return str(self.label).partition(":")[0]


def short(basis: str) -> str:
    """Return the short name of a basis, and an unknown one as it stands."""
    return Basis(basis).short if basis in Basis.values else basis

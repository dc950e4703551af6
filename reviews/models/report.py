"""Which months have been reported on."""

from django.db import models


class MonthReport(models.Model):
    """A month whose report is on the record: whoever makes the row writes it, so it is once."""

    month = models.DateField(primary_key=True)  # its first day
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

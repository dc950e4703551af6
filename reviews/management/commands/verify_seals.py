"""`manage.py verify_seals`: hash every sealed case again, and say which does not match."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.models import Entry
from breakglass.models import Request
from core.refs import key_of
from reviews import seals
from reviews.seal_events import CaseSealed


class Command(BaseCommand):
    """Compare each seal of each case with the record as it is now."""

    help = "Hash every sealed case again. Raises an error where one does not match."

    def handle(self, *_args: object, **_options: Any) -> None:
        """Say how many match.

        Raises:
            CommandError: with the cases that do not.
        """
        sealed = Entry.objects.filter(kind=CaseSealed.kind).order_by()
        keys = {key_of(ref, "request") for ref in sealed.values_list("case", flat=True)}
        cases = Request.objects.filter(pk__in=[key for key in keys if key]).order_by("case")
        wrong = [case for case in cases.select_related("version") if not _matches(case)]
        if wrong:
            numbers = ", ".join(str(case.case) for case in wrong)
            raise CommandError(f"These cases are not what was sealed: {numbers}.")
        self.stdout.write(f"{len(cases)} sealed cases match their seals.")


def _matches(case: Request) -> bool:
    found = seals.every(case)
    return bool(found) and all(seals.match(case, each) for each in found)

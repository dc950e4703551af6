"""The report of a campaign: what was looked at, what was decided, and how to check it."""

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import WrongState
from core.speech import phrase
from reviews.campaigns import pages
from reviews.campaigns.uses import Uses
from reviews.models import Campaign, CampaignItem

_STYLE = "static/css/report.css"
_PATIENCE = 120  # seconds
_NO_LIBRARY = 3  # how the press says that a library of the system is missing


def gather(campaign: Campaign, *, at: datetime, by: User) -> dict[str, Any]:
    """Return what the report is drawn from, as things stand at `at`."""
    items = dated(campaign, at=at)
    return {
        "campaign": campaign,
        "lines": [(item, title(item)) for item in items],
        "counts": pages.counts(campaign),
        "number": len(items),
        "left": sum(not item.outcome for item in items),
        "waiting": campaign.items.waiting().count(),
        "deciders": sorted({str(item.decided_by) for item in items if item.decided_by}),
        "scenarios": [scenario.name for scenario in campaign.scenarios.all()],
        "now": at,
        "printed_by": by,
    }


def dated(campaign: Campaign, *, at: datetime) -> list[CampaignItem]:
    """Return all items; of those that nobody has decided on, the last use as it is known now."""
    items = list(campaign.items.told().order_by("position"))
    left = [item for item in items if not item.outcome]
    uses = Uses(left, at=at)
    for item in left:
        item.used_at = uses.of(item)
    return items


def title(item: CampaignItem) -> str:
    """Say in one line what an item is."""
    if item.review:
        facts = {"case": item.review.grant.request.case, "person": item.review.grant.holder}
        return _("Case %(case)s, %(person)s") % facts
    if item.finding:
        return f"{item.finding.get_kind_display()}: {item.finding.text}"
    if item.obligation:
        return f"{item.obligation.get_kind_display()}: {item.obligation.text}"
    if item.person:
        return _("%(person)s in %(group)s") % {"person": item.person, "group": item.group}
    facts = {
        "group": item.group,
        "right": item.get_permit_display().lower(),
        "scenario": item.scenario,
    }
    return _("%(group)s %(right)s: %(scenario)s") % facts


def pdf(context: dict[str, Any]) -> bytes:
    """Return the report as a PDF.

    It is set in a process of its own: that takes seconds of processor, and nobody's emergency
    waits for it. Raises WrongState where it cannot be made here, and says what is missing.
    """
    with timezone.override(UTC):
        html = render_to_string("reviews/campaigns/report_pdf.html", context)
    try:
        press = subprocess.run(
            [sys.executable, "-m", "reviews.campaigns.press", _STYLE],
            input=html.encode(), capture_output=True, timeout=_PATIENCE, check=False,
            cwd=settings.BASE_DIR,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise WrongState(
            phrase("The PDF took too long to make. Print the report with your browser instead.")
        ) from error
    if press.returncode == _NO_LIBRARY:
        raise WrongState(
            phrase(
                "This server lacks Pango, which sets PDFs. An administrator installs the packages"
                " %(packages)s. Until then print the report with your browser.",
                packages="libpango-1.0-0, libpangoft2-1.0-0",
            )
        )
    if press.returncode:
        raise WrongState(
            phrase("The PDF could not be made. Print the report with your browser instead.")
        )
    return press.stdout

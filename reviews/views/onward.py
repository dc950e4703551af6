"""Where a reviewer goes on after a verdict: to what is theirs, else to what they may take."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.requests import PageRequest
from reviews.models import Review

_NAMED = 3  # of those whose turn is somebody else's


def go_on(request: PageRequest, done: Review) -> HttpResponse:
    """Go on to the first review that waits for this person; else name what they may take."""
    now = timezone.now()
    waiting = Review.objects.waiting_for(request.user, now).exclude(pk=done.pk)
    if following := waiting.soonest(1).urgent_first().first():
        said = _("Next: %(case)s.") % {"case": _called(following, now)}
        _say(request, said, "", _("All that wait"))
        return redirect(f"{following.get_absolute_url()}#main")
    others = Review.objects.open_to(request.user, now).exclude(pk=done.pk)
    rows = list(others.soonest(_NAMED).urgent_first().select_related("assignee")[:_NAMED])
    if rows:
        said = _("Nothing else is yours. You may take what is somebody else's turn:")
        offered = [(each.get_absolute_url(), _called(each, now), _turn(each)) for each in rows]
        links = format_html_join("; ", '<a href="{}">{}</a>, {}', offered)
        _say(
            request, format_html("{} {}.", said, links), "?tab=due", _("All that nobody has taken")
        )
    else:
        _say(request, _("No other review waits for you."), "", _("All reviews"))
    return redirect(done)


def _say(request: PageRequest, said: str | SafeString, query: str, onward: str) -> None:
    """Tell it with the way to the list, on the page that comes next."""
    url = f"{reverse('reviews')}{query}"
    messages.info(request, format_html('{} <a href="{}">{}</a>', said, url, onward))


def _called(review: Review, at: datetime) -> str:
    """Name a case with why it stands where it does: "Case 28 (grave, overdue)"."""
    why = str(review.get_gravity_display()).lower()
    facts = {"case": review.grant.request.case, "why": why}
    if review.is_overdue(at):
        return _("Case %(case)s (%(why)s, overdue)") % facts
    return _("Case %(case)s (%(why)s)") % facts


def _turn(review: Review) -> str:
    return _("%(person)s's turn") % {"person": review.assignee}

"""Views of a list that a person keeps: its filters under a name, to come back to."""

import dataclasses
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from core.errors import BadInput
from core.models import KeptView
from core.speech import phrase

MOST = 12  # of one list; more are no longer chosen from
# Where a page of the list begins is no filter.
_PLACES = ("before", "after", "cursor")


class KeepForm(forms.Form):
    """A name for the filters that are on."""

    name = forms.CharField(label=_("Name of this view"), max_length=40)
    page = forms.CharField(max_length=40)
    query = forms.CharField(max_length=1000)


@dataclasses.dataclass(frozen=True)
class Views:
    """What a person keeps of one list, and what is on now: `query` is empty without filters."""

    page: str
    query: str
    kept: list[KeptView]

    @property
    def current(self) -> KeptView | None:
        """The kept view that is on, if it is one."""
        return next((each for each in self.kept if each.query == self.query), None)


def of(request: HttpRequest) -> Views:
    """Return the views of the list that a request shows."""
    page = request.resolver_match.view_name if request.resolver_match else ""
    person = request.user.pk or UUID(int=0)  # nobody who is not signed in keeps anything
    rows = KeptView.objects.filter(person=person, page=page).order_by("name")
    return Views(page, plain(request.GET.urlencode()), list(rows[:MOST]))


def plain(query: str) -> str:
    """Return the filters of an address, in one order, without the place in the list."""
    filters = QueryDict(query, mutable=True)
    for place in _PLACES:
        filters.pop(place, None)
    named = sorted((name, value) for name, values in filters.lists() for value in values if value)
    kept = QueryDict(mutable=True)
    for name, value in named:
        kept.appendlist(name, value)
    return kept.urlencode()


@transaction.atomic
def keep(person: UUID, *, page: str, query: str, name: str) -> KeptView:
    """Keep filters under a name; the same name again replaces them.

    Raises BadInput for a page that is no list of ours, without filters, and when there are enough.
    """
    if page not in KeptView.PAGES or not (query := plain(query)):
        raise BadInput(phrase("Choose filters in a list first, then keep them."))
    mine = KeptView.objects.select_for_update().filter(person=person, page=page)
    others = [each for each in mine if each.name != name]
    if len(others) >= MOST:
        raise BadInput(phrase("You keep %(most)s views of this list. Forget one first.", most=MOST))
    made, _new = KeptView.objects.update_or_create(
        person=person, page=page, name=name, defaults={"query": query}
    )
    return made


def address(page: str, query: str = "") -> str:
    """Return where a list is, with filters."""
    try:
        return f"{reverse(page)}?{query}" if query else reverse(page)
    except NoReverseMatch:
        return "/"

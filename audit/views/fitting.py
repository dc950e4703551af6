"""Does this message fit the record? A mail is pasted, and the record answers."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.events import title_of
from audit.fitting import LONGEST, answer
from audit.views.looking import read


class FitForm(forms.Form):
    """A message of ours, or what it says of the record."""

    message = forms.CharField(
        label=_("The message"),
        max_length=LONGEST,
        help_text=_(
            "A mail with its headers (“Show original”), its last lines, a card from the chat, what"
            " a webhook got, or a number of entries with 16 digits or more of their root."
        ),
        widget=forms.Textarea(attrs={"rows": 9, "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": _("Paste a message, or its last lines.")},
    )


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def fits(request: HttpRequest) -> HttpResponse:
    """Ask for a message, and say whether the record still begins with the head that it names."""
    if refusal := read(request, page="heads", filters={}):
        return refusal
    form, found = FitForm(request.POST if request.method == "POST" else None), None
    if form.is_valid():
        found = answer(form.cleaned_data["message"])
        if found is None:
            why = _("These words hold no head: no number of entries with 16 digits of a root.")
            form.add_error("message", str(why))
    title = title_of(found.entry.kind) if found and found.entry else ""
    context = {"form": form, "found": found, "title": title}
    status = 422 if form.is_bound and found is None else 200
    return render(request, "audit/fits.html", context, status=status)

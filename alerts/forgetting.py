"""Where this room keeps words by or about people."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.models import (
    CalendarShift,
    Channel,
    Contact,
    Cover,
    Delivery,
    Mail,
    Quiet,
    Route,
    Schedule,
    SlackCard,
)
from core import forgetting
from core.forgetting import Rows, Texts

forgetting.keep(
    Rows(
        label=_("Mails that were kept for them"),
        model=Mail,
        about=lambda trace: Q(person=trace.person),
    ),
    Rows(
        label=_("Where they are reached"),
        model=Contact,
        about=lambda trace: Q(person=trace.person),
    ),
    Rows(
        label=_("When they are not told"),
        model=Quiet,
        about=lambda trace: Q(person=trace.person),
    ),
    Rows(
        label=_("Where their cards are in Slack"),
        model=SlackCard,
        about=lambda trace: Q(recipient=trace.person),
    ),
    Rows(
        label=_("When they stand in on call"),
        model=Cover,
        about=lambda trace: Q(person=trace.person),
    ),
    Rows(
        label=_("When a calendar has them on call"),
        model=CalendarShift,
        about=lambda trace: Q(person=trace.person),
    ),
    Texts(
        label=_("Calendars of who is on call"),
        model=Schedule,
        fields=("calendar", "last_error"),
    ),
    Texts(
        label=_("Shifts of a calendar"),
        model=CalendarShift,
        fields=("named",),
    ),
    Texts(
        label=_("Errors of channels and routes"),
        model=Channel,
        fields=("last_error",),
    ),
    Texts(
        label=_("Errors of channels and routes"),
        model=Route,
        fields=("last_error",),
    ),
    Texts(
        label=_("Mails to others that name them"),
        model=Mail,
        fields=("address", "subject", "text", "html"),
    ),
    Texts(
        label=_("Errors of messages"),
        model=Delivery,
        fields=("last_error",),
        about=lambda trace: Q(recipient=trace.person),
    ),
)

"""How references to this room's things are shown."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.models import Channel, Delivery, Route, Schedule, Silence
from audit.events import title_of
from core import refs
from core.refs import Label


def _deliveries(keys: list[str]) -> dict[str, Label]:
    rows = Delivery.objects.filter(pk__in=map(UUID, keys)).select_related("recipient", "channel")
    return {
        row.pk.hex: Label(
            _("%(title)s, to %(person)s") % {"title": title_of(row.kind), "person": row.reader},
            row.get_absolute_url(),
        )
        for row in rows
    }


def _channels(keys: list[str]) -> dict[str, Label]:
    rows = Channel.objects.filter(pk__in=map(UUID, keys))
    return {row.pk.hex: Label(row.name, row.get_absolute_url()) for row in rows}


def _silences(keys: list[str]) -> dict[str, Label]:
    return {
        row.pk.hex: Label(title_of(row.kind), reverse("ledger-entry", args=[row.entry_seq]))
        for row in Silence.objects.filter(pk__in=map(UUID, keys))
    }


def _schedules(keys: list[str]) -> dict[str, Label]:
    rows = Schedule.objects.filter(pk__in=map(UUID, keys))
    return {row.pk.hex: Label(row.name, row.get_absolute_url()) for row in rows}


def _routes(keys: list[str]) -> dict[str, Label]:
    rows = Route.objects.filter(pk__in=map(UUID, keys))
    return {row.pk.hex: Label(row.name, row.get_absolute_url()) for row in rows}


refs.provide("delivery", _deliveries)
refs.provide("silence", _silences)
refs.provide("channel", _channels)
refs.provide("schedule", _schedules)
refs.provide("route", _routes)

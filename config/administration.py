"""The first page of the administration: what there is, what is wrong, what was changed."""

import dataclasses
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.models import User
from alerts import route_remarks, schedule_remarks
from alerts.models import MAIL, Channel, Route, Schedule
from alerts.obstacles import obstacles
from alerts.trial import trial
from audit import reading
from audit.models import Entry
from breakglass import inbox, lint
from breakglass.models import Scenario
from config import checklist
from core import slots
from core.speech import shown
from targets.models import Source, Target

_LAST = 6
_CHANGES = (
    "config.changed", "scenario.versioned", "scenario.archived", "scenario.brought_back",
    "installation.claimed", "config.weakened_alone",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wrong:
    """One thing that an administrator should put right, and where."""

    tone: str
    what: str
    sentence: str
    url: str


def overview(request: HttpRequest) -> HttpResponse:
    """Show an administrator what concerns them."""
    steps = checklist.steps()
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Administration"),
        "steps": [] if steps[-1].done else steps,
        "next_step": checklist.next_step(steps),
        "proposed": inbox.changes_for(request.user, timezone.now()),  # type: ignore[arg-type]
        "wrong": _wrong(timezone.now()),
        "places": _places(),
        "changes": _changes(),
        "reads_record": isinstance(request.user, User) and request.user.may_read_record,
        "more": admin.site.get_app_list(request),
    }
    return render(request, "admin/index.html", context)


@require_POST
def test_mail(request: HttpRequest) -> HttpResponse:
    """Send the administrator a message, and say whether the mail server took it."""
    person = request.user
    if isinstance(person, User):
        if why := trial(Channel.objects.get(pk=MAIL), by=person, at=timezone.now()):
            said = _("The mail server did not take it: %(error)s. Look at EMAIL_URL.")
            messages.error(request, said % {"error": why})
        else:
            said = _("It is on its way to %(address)s. Look whether it arrives.")
            messages.success(request, said % {"address": person.email})
    return redirect("admin:index")


def _wrong(at: datetime) -> list[Wrong]:
    found = [
        Wrong(
            tone="danger" if remark.severity == lint.Severity.ERROR else "wait",
            what=str(scenario),
            sentence=shown(remark.sentence),
            url=reverse("admin:breakglass_scenario_change", args=[scenario.pk]),
        )
        for scenario, remarks in lint.everything(at)
        for remark in remarks
    ]
    found += [
        Wrong(tone=each.tone, what=each.what, sentence=shown(each.sentence), url=each.url)
        for each in obstacles(at)
    ]
    for target in Target.objects.enabled().exclude(last_error=""):
        page = reverse("admin:targets_target_change", args=[target.pk])
        found.append(Wrong(tone="danger", what=target.name, sentence=target.last_error, url=page))
    for schedule, said in schedule_remarks.everything(at):
        found += [_of_alerts(schedule, remark) for remark in said]
    for route, said in route_remarks.everything(at):
        found += [_of_alerts(route, remark) for remark in said]
    return sorted(found, key=lambda each: each.tone != "danger")


def _of_alerts(thing: Schedule | Route, remark: schedule_remarks.Remark) -> Wrong:
    return Wrong(
        tone="danger" if remark.severe else "wait",
        what=thing.name,
        sentence=shown(remark.sentence),
        url=thing.get_absolute_url(),
    )


def _places() -> list[slots.Health]:
    """Say how much there is of everything, each with the way there."""
    people, scenarios = User.objects.active().count(), Scenario.objects.in_use().count()
    targets, groups = Target.objects.enabled().count(), Group.objects.count()
    channels, schedules = Channel.objects.in_use().count(), Schedule.objects.in_use().count()
    routes, sources = Route.objects.in_use().count(), Source.objects.taken_in().count()
    counts = (
        ("scenario", _("Scenarios"), ngettext("%d in use", "%d in use", scenarios) % scenarios,
         "breakglass_scenario", scenarios),
        ("target", _("Targets"), ngettext("%d enabled", "%d enabled", targets) % targets,
         "targets_target", targets),
        ("source", _("Sources"), ngettext("%d sends in", "%d send in", sources) % sources,
         "targets_source", 1),
        ("person", _("People"), ngettext("%d may sign in", "%d may sign in", people) % people,
         "accounts_user", people),
        ("group", _("Groups"), ngettext("%d group", "%d groups", groups) % groups,
         "auth_group", groups),
        ("channel", _("Channels"), ngettext("%d in use", "%d in use", channels) % channels,
         "alerts_channel", channels),
        ("route", _("Routes"), ngettext("%d in use", "%d in use", routes) % routes,
         "alerts_route", 1),
        ("schedule", _("On-call schedules"), ngettext("%d in use", "%d in use", schedules)
         % schedules, "alerts_schedule", schedules),
    )  # fmt: skip
    return [
        slots.Health(
            key=key,
            label=label,
            detail=detail,
            tone="ok" if number else "wait",
            url=reverse(f"admin:{model}_changelist"),
        )
        for key, label, detail, model, number in counts
    ]


def _changes() -> list[tuple[reading.Told, str]]:
    """Tell the last changes, each with what it was about where that has a name.

    A step that changed is part of a version, which is told.
    """
    rows = Entry.objects.filter(kind__in=_CHANGES).exclude(subject__startswith="approvalstep:")
    entries = list(rows.order_by("-seq")[:_LAST])
    return [
        (told, "" if told.subject.text == entry.subject else told.subject.text)
        for entry, told in zip(entries, reading.told(entries), strict=True)
    ]

"""On-call schedules in the admin: who is on call, in the next days as well, and who stands in."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.admin import ReasonedAdmin
from accounts.models import User
from alerts import schedule_remarks, schedule_transitions
from alerts.models import Cover, Schedule
from alerts.schedule_forms import FORMS, NOTES, CalendarForm, CoverForm, ScheduleForm
from audit.config import note
from core.errors import DomainError
from core.forms import refused
from core.templatetags.ui import listed


@admin.register(Schedule)
class ScheduleAdmin(ReasonedAdmin):
    """Who is on call; a route may tell them whoever it is at that moment."""

    list_display = ["name", "kind", "now", "enabled", "read_at", "last_error"]
    list_filter = ["enabled", "kind"]
    plural, new = _("On-call schedules"), _("New on-call schedule")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Fetch all that says who is on call."""
        return cast(QuerySet[Any], Schedule.objects.whole())

    @admin.display(description=_("on call now"))
    def now(self, schedule: Schedule) -> str:
        """Name who is on call now."""
        names = [person.name for person in schedule.on_call(timezone.now())]
        return listed(names) if names else gettext("nobody")

    def get_urls(self) -> list[URLPattern]:
        """Add standing in, and its end."""
        cover = self.admin_site.admin_view(require_POST(self.cover_view))
        end = self.admin_site.admin_view(require_POST(self.cover_end_view))
        return [
            path("<uuid:pk>/cover/", cover, name="alerts_schedule_cover"),
            path("<uuid:pk>/cover/<int:cover>/end/", end, name="alerts_schedule_cover_end"),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A schedule is taken out of use: routes have told people by it."""
        return False

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for the kind first, since each needs something else."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.GET.get("kind") not in FORMS:
            context = {
                **self.admin_site.each_context(request),
                "title": gettext("New on-call schedule"),
                "opts": self.opts,
                "kinds": [(kind, kind.label, NOTES[kind]) for kind in Schedule.Kind],
            }
            return render(request, "admin/alerts/schedule/kinds.html", context)
        return super().add_view(request, *args, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: Any = None, **kwargs: Any
    ) -> type[ScheduleForm]:
        """Return the form of its kind, as it is filled in now."""
        form = FORMS[obj.kind if obj else request.GET.get("kind", "")]
        return type(form.__name__, (form,), {"at": timezone.now()})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for what the kind needs, and for the reason last."""
        names = [*self.get_form(request, obj).base_fields]
        own = [name for name in ("people", "hands_over_on", "hands_over_at", "begins_on",
                                 "url", "file") if name in names]  # fmt: skip
        title = _("Turns") if "people" in own else _("Where it is read from")
        return [
            (_("What it is"), {"fields": ["name", "time_zone", "enabled"]}),
            (title, {"fields": own}),
            (_("This change"), {"fields": ["reason"]}),
        ]

    def save_model(
        self, request: HttpRequest, obj: Schedule, form: forms.BaseForm, change: Any
    ) -> None:
        """Seal an address that is new before the schedule is saved."""
        if isinstance(form, CalendarForm):
            form.set_source(at=timezone.now())
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Keep the turns, or what was read from the calendar."""
        super().save_related(request, form, formsets, change)
        schedule: Schedule = form.instance
        if isinstance(form, CalendarForm) and form.text is not None:
            schedule_transitions.keep(schedule, form.text, at=timezone.now())
        if "people" in form.changed_data:
            before, after = form.initial["people"], form.cleaned_data["people"]
            schedule.take_turns(after)
            names = dict(form.fields["people"].choices)
            told = [names.get(key, key) for key in before], [names[str(p.pk)] for p in after]
            note(schedule, "people", *("\n".join(each) for each in told))

    def response_add(
        self, request: HttpRequest, obj: Schedule, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Lead to the page that shows who is on call: one looks whether that is right."""
        said = gettext("It is saved. Look whether the right people are on call.")
        self.message_user(request, said, messages.SUCCESS)
        return redirect(obj)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show who is on call."""
        if schedule := context.get("original"):
            context |= _days(schedule) | {"cover_form": CoverForm()}
        return super().render_change_form(request, context, *args, **kwargs)

    def cover_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Let somebody stand in."""
        schedule, form = self._mine(request, pk), CoverForm(request.POST)
        if form.is_valid():
            chosen = form.cleaned_data
            try:
                schedule_transitions.stand_in(
                    schedule, chosen["person"], starts=chosen["starts"], ends=chosen["ends"],
                    by=cast(User, request.user), reason=chosen["why"],
                )  # fmt: skip
            except DomainError as error:
                refused(form, error)
            else:
                said = gettext("%(person)s stands in.") % {"person": chosen["person"]}
                self.message_user(request, said, messages.SUCCESS)
                return redirect(schedule)
        context = {
            **self.admin_site.each_context(request), "title": gettext("Who stands in"),
            "original": schedule, "opts": self.opts, "cover_form": form, **_days(schedule),
        }  # fmt: skip
        return render(request, "admin/alerts/schedule/cover.html", context, status=422)

    def cover_end_view(self, request: HttpRequest, pk: UUID, cover: int) -> HttpResponse:
        """Take back that somebody stands in."""
        schedule = self._mine(request, pk)
        found = get_object_or_404(Cover.objects.select_related("person"), pk=cover, schedule=pk)
        schedule_transitions.stand_in_no_more(found, by=cast(User, request.user))
        said = gettext("%(person)s stands in no more.") % {"person": found.person}
        self.message_user(request, said, messages.SUCCESS)
        return redirect(schedule)

    def _mine(self, request: HttpRequest, pk: UUID) -> Schedule:
        schedule = get_object_or_404(Schedule.objects.whole(), pk=pk)
        if not self.has_change_permission(request, schedule):
            raise PermissionDenied
        return schedule


def _days(schedule: Schedule) -> dict[str, Any]:
    """Return who is on call now and in the next days, and who stands in."""
    now = timezone.now()
    return {
        "now_on_call": schedule.on_call(now),
        "spans": schedule.rota().spans(now, now + schedule_remarks.AHEAD),
        "remarks": schedule_remarks.of_schedule(schedule, now),
        "covers": [each for each in schedule.covers.all() if each.ends > now],
    }

"""Configured routes in the admin, with what each would have done."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.admin import ReasonedAdmin
from alerts import route_remarks
from alerts.models import Route
from alerts.route_forms import RouteForm, step_fields, steps_in_words
from alerts.route_preview import DAYS, MOST, preview
from alerts.routing import Addition
from alerts.schedule_remarks import Remark
from audit.config import note
from audit.events import title_of

_SECTIONS: Any = [
    (_("What it is"), {"fields": ["name", "enabled"]}),
    (_("Of what people are told"), {"fields": ["events"]}),
    (_("When"), {"fields": ["scenarios", "only_broken", "only_off_hours", "drills"]}),
    (_("Who is told"), {"fields": ["parts", "teams", "schedules", "places", "urgent"]}),
    (_("If nobody says that they have read it"), {
        "fields": step_fields(0),
        "description": _("After those whom the house tells then anyway."),
    }),
    (_("And if still nobody does"), {"fields": step_fields(1)}),
    (_("This change"), {"fields": ["reason"]}),
]  # fmt: skip


@admin.register(Route)
class RouteAdmin(ReasonedAdmin):
    """Who else is told of what. The built-in routes are not here: nothing takes from them."""

    form = RouteForm
    fieldsets = _SECTIONS
    list_display = ["name", "what", "whom", "urgent", "enabled", "set_aside_at"]
    list_filter = ["enabled", "urgent"]
    plural, new = _("Routes"), _("New route")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Fetch whom each tells."""
        return cast(QuerySet[Any], Route.objects.whole())

    @admin.display(description=_("of what"))
    def what(self, route: Route) -> str:
        """Name the first event, and how many more there are."""
        more = len(route.events) - 1
        first = str(title_of(route.events[0]))
        words = ngettext("%(first)s and %(more)s more", "%(first)s and %(more)s more", more)
        return words % {"first": first, "more": more} if more else first

    @admin.display(description=_("who is told"))
    def whom(self, route: Route) -> str:
        """Name whom it adds."""
        return ", ".join(route.names()) or gettext("nobody at first")

    def get_urls(self) -> list[URLPattern]:
        """Add the preview of what is on the page."""
        view = self.admin_site.admin_view(require_POST(self.preview_view))
        return [
            path("preview/", view, name="alerts_route_preview_new"),
            path("<uuid:pk>/preview/", view, name="alerts_route_preview"),
            *super().get_urls(),
        ]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: Any = None, **kwargs: Any
    ) -> type[RouteForm]:
        """Return the form as it is: it knows its own fields."""
        return RouteForm

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A route is taken out of use: what it has told goes on saying so."""
        return False

    def save_model(self, request: HttpRequest, obj: Route, form: Any, change: Any) -> None:
        """Take it up again where it was set aside: somebody has looked at it."""
        obj.set_aside_at, obj.last_error = None, ""
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Keep who is told later, and what changed of that."""
        super().save_related(request, form, formsets, change)
        before = steps_in_words(form.instance)
        form.save_steps()
        if before != (after := steps_in_words(form.instance)):
            note(form.instance, "then", before, after)

    def response_add(
        self, request: HttpRequest, obj: Route, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Lead to the page that says what it would have done."""
        self.message_user(request, gettext("It is saved, and counts from now on."))
        return redirect(obj)

    def preview_view(self, request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
        """Say what the route on the page would have done; nothing is saved."""
        route = get_object_or_404(Route, pk=pk) if pk else None
        if not self.has_change_permission(request, route):
            raise PermissionDenied
        form = RouteForm(request.POST, instance=route)
        form.is_valid()
        now, addition = timezone.now(), form.addition()
        context = self._looks(addition, route_remarks.of_addition(addition, now), form)
        if "HX-Request" in request.headers:
            return render(request, "admin/alerts/route/preview.html", context)
        return render(
            request,
            "admin/alerts/route/preview_page.html",
            context | self.admin_site.each_context(request) | {"title": gettext("Preview")},
        )

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show what the saved route would have done, and what is wrong with it."""
        form = context["adminform"].form
        context |= self._looks(None, [], form)
        if route := context.get("original"):
            remarks = route_remarks.of_route(route, timezone.now())
            addition = None if route.set_aside_at else Addition.of(route)
            context |= self._looks(addition, remarks, form)
        return super().render_change_form(request, context, *args, **kwargs)

    def _looks(
        self, addition: Addition | None, remarks: list[Remark], form: RouteForm
    ) -> dict[str, Any]:
        said: dict[str, list[Remark]] = {name: [] for name in form.fields}
        for remark in remarks:
            said.setdefault(remark.field, []).append(remark)
        found = preview(addition, at=timezone.now()) if addition and addition.events else None
        return {"preview": found, "draft": {"said": said}, "days": DAYS, "most": MOST,
                "remarks": remarks}  # fmt: skip

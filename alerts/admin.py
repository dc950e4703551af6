"""Channels are set up and tried here; deliveries are for looking only."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.admin import ReasonedAdmin
from accounts.models import User
from alerts.admin_forms import OFFERED, ChannelForm, form_for, seal
from alerts.models import MAIL, Channel, Delivery
from alerts.trial import trial
from core.admin import ReadOnlyAdmin


@admin.register(Channel)
class ChannelAdmin(ReasonedAdmin):
    """By what people are told; each channel is tried before an emergency needs it."""

    list_display = ["name", "kind", "personal", "place", "enabled", "last_ok_at", "last_error"]
    list_filter = ["kind", "enabled"]
    new = _("New channel")

    def get_urls(self) -> list[URLPattern]:
        """Add the test of one channel."""
        view = self.admin_site.admin_view(require_POST(self.test_view))
        return [path("<uuid:pk>/test/", view, name="alerts_channel_test"), *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A channel is taken out of use: what it has told goes on saying so."""
        return False

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for the kind first, since each needs something else."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.GET.get("kind") not in OFFERED:
            context = {
                **self.admin_site.each_context(request),
                "title": gettext("New channel"),
                "opts": self.opts,
                "kinds": OFFERED,
            }
            return render(request, "admin/alerts/channel/kinds.html", context)
        return super().add_view(request, *args, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: Any = None, **kwargs: Any
    ) -> type[ChannelForm]:
        """Return the form of its kind."""
        return form_for(obj, request.GET.get("kind", ""))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for what the kind needs, and for the reason last."""
        names = [*self.get_form(request, obj).base_fields]
        if obj is None:
            names = [name for name in names if name != "forget_old"]
        secret = [each for each in names if each in ("url", "signing_secret", "forget_old")]
        own = [name for name in names if name not in (*secret, "reason")]
        reached = [(_("How it is reached"), {"fields": secret})] if secret else []
        why = (_("This change"), {"fields": ["reason"]})
        return [(_("What it is"), {"fields": own}), *reached, why]

    def save_model(
        self, request: HttpRequest, obj: Channel, form: forms.BaseForm, change: Any
    ) -> None:
        """Seal what is secret before the channel is saved."""
        seal(cast(ChannelForm, form), at=timezone.now())
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Channel, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Lead to the page with the test: a channel that nobody has tried is none."""
        self.message_user(request, gettext("It is saved. Now test it."), messages.SUCCESS)
        return redirect(obj)

    def test_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Send a test message and say how it went."""
        channel = get_object_or_404(Channel, pk=pk)
        if not self.has_change_permission(request, channel):
            raise PermissionDenied
        why = trial(channel, by=cast(User, request.user), at=timezone.now())
        channel.refresh_from_db()
        whole = "HX-Request" not in request.headers
        context = {
            **(self.admin_site.each_context(request) if whole else {}),
            "title": gettext("Test of %(channel)s") % {"channel": channel},
            "original": channel,
            "opts": self.opts,
            "why": why,
        }
        page = "admin/alerts/channel/test.html" if whole else "admin/alerts/channel/_test.html"
        return render(request, page, context)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Say who is reached, and whether the one who looks is among them."""
        if channel := context.get("original"):
            mine = channel.contacts.filter(person=request.user).exists()
            context["reached"] = channel.contacts.count()
            context["may_test"] = not channel.personal or channel.pk == MAIL or mine
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Who was told of what, and how it went."""

    list_display = ["kind", "recipient", "channel", "state", "attempts", "created_at", "sent_at"]
    list_filter = ["state", "channel", "kind", "urgent"]
    list_select_related = ["recipient", "channel"]
    search_fields = ["recipient__name", "recipient__email"]
    show_full_result_count = False

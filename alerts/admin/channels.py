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
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.admin import ReasonedAdmin
from accounts.models import User
from alerts.admin_forms import OFFERED, ChannelForm, form_for, seal
from alerts.channels import webhook
from alerts.models import MAIL, Channel, Delivery
from alerts.slack import people
from alerts.trial import trial
from audit.config import changing
from audit.events import title_of
from core import refs
from core.admin import ReadOnlyAdmin
from core.templatetags.ui import listed

_SECRETS = ("url", "bot_token", "signing_secret", "app_token", "forget_old")


@admin.register(Channel)
class ChannelAdmin(ReasonedAdmin):
    """By what people are told; each channel is tried before an emergency needs it."""

    list_display = ["name", "kind", "personal", "leads", "enabled", "last_ok_at", "last_error"]
    list_filter = ["kind", "enabled"]
    new = _("New channel")

    @admin.display(description=_("Where it leads"), ordering="place")
    def leads(self, channel: Channel) -> str:
        """Where people read that it leads; of a webhook that says nothing, its host."""
        return channel.place or webhook.host_of(channel) or "-"

    def get_urls(self) -> list[URLPattern]:
        """Add the test of one channel."""
        own = self.admin_site.admin_view
        test, people = own(require_POST(self.test_view)), own(require_POST(self.people_view))
        return [
            path("<uuid:pk>/test/", test, name="alerts_channel_test"),
            path("<uuid:pk>/people/", people, name="alerts_channel_people"),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A channel is taken out of use: what it has told goes on saying so."""
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask for the kind first, since each needs something else."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if (kind := request.GET.get("kind", "")) in OFFERED:
            said = gettext("New channel: %(kind)s") % {"kind": Channel.Kind(kind).label}
            context = {**(extra_context or {}), "title": said}
            return super().add_view(request, form_url, extra_context=context)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("New channel"),
            "opts": self.opts,
            "kinds": OFFERED,
        }
        return render(request, "admin/alerts/channel/kinds.html", context)

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
        secret = [each for each in names if each in _SECRETS]
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

    def people_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Find people in Slack by their mail addresses, as many as Slack answers for at once."""
        channel = get_object_or_404(Channel, pk=pk, kind=Channel.Kind.SLACK, personal=True)
        if not self.has_change_permission(request, channel):
            raise PermissionDenied
        who = cast(User, request.user)
        with changing(actor=who.ref, reason=gettext("Looked up in Slack.")):
            came = people.look_up(people.unlinked(channel), channel, at=timezone.now())
        found, unknown = len(came.found), listed(str(each) for each in came.unknown)
        said = ngettext("%(number)s person found.", "%(number)s people found.", found)
        self.message_user(request, said % {"number": found}, messages.SUCCESS)
        if unknown:
            words = gettext("Slack does not know the addresses of %(people)s.")
            self.message_user(request, words % {"people": unknown}, messages.WARNING)
        if came.trouble:
            self.message_user(request, came.trouble.error, messages.ERROR)
        return redirect(channel)

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

    list_display = ["what", "recipient", "channel", "state", "attempts", "created_at", "sent_at"]
    list_filter = ["state", "channel", "kind", "urgent"]
    list_select_related = ["recipient", "channel"]
    search_fields = ["recipient__name", "recipient__email"]
    show_full_result_count = False
    readonly_fields = ["what", "about", "entry", "reason"]
    fields = [
        "what", "about", "entry", "recipient", "reason", "channel", "urgent", "state", "attempts",
        "last_error", "created_at", "next_attempt_at", "sent_at", "acknowledged_at",
        "acknowledged_by",
    ]  # fmt: skip

    @admin.display(description=_("Of what"), ordering="kind")
    def what(self, delivery: Delivery) -> str:
        """Name the event as people do."""
        return title_of(delivery.kind)

    @admin.display(description=_("About"))
    def about(self, delivery: Delivery) -> str:
        """Name the thing that it happened to."""
        return str(refs.labels([delivery.subject])[delivery.subject].text)

    @admin.display(description=_("Entry"))
    def entry(self, delivery: Delivery) -> int:
        """Say where it stands in the record."""
        return delivery.entry_seq

    @admin.display(description=_("Why they are told"))
    def reason(self, delivery: Delivery) -> str:
        """Say it as the message does."""
        return delivery.get_audience_display()

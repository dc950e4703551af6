"""Administration of targets; doors are for looking only."""

import secrets
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.admin import ReasonedAdmin
from accounts.forms import Reason
from accounts.models import User
from core.admin import ReadOnlyAdmin
from core.speech import shown
from targets import guide, transitions, trial
from targets.models import Door, Source, Target, TargetQuerySet


class TargetForm(forms.ModelForm):  # type: ignore[type-arg] # not generic at run time
    """A target and, written but never read back, the password of its administration role."""

    secret = forms.CharField(
        label=_("Password of that role"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Kept encrypted and never shown. Leave empty to keep the one that is set."),
        error_messages={"required": _("Enter the password of the administration role.")},
    )
    reason = Reason()

    class Meta:
        model = Target
        fields = [
            "name", "slug", "kind", "host", "port", "database", "sslmode", "admin_user", "secret",
            "template_role", "read_only_role", "enabled", "reason",
        ]  # fmt: skip
        labels = {
            "name": _("Name"),
            "slug": _("Short name"),
            "kind": _("Kind"),
            "host": _("Host"),
            "port": _("Port"),
            "database": _("Database"),
            "admin_user": _("Administration role"),
            "template_role": _("Role with the rights of a door"),
            "read_only_role": _("The same for doors that may only look"),
            "enabled": _("Doors may be opened here"),
        }
        help_texts = {
            "slug": _("Stands in links and files: lower-case letters, digits and hyphens."),
            "admin_user": _(
                "Makes and removes the roles of doors, such as breakglass_admin. It needs no table"
                " of yours."
            ),
            "template_role": _("Each door gets a role that is a member of this one."),
            "read_only_role": _("Leave empty when there is none."),
        }
        widgets = {"admin_user": forms.TextInput(attrs={"autocomplete": "off"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Want a password of a target that has none: no door could ever be opened."""
        super().__init__(*args, **kwargs)
        if (field := self.fields.get("secret")) and not self.instance.admin_secret:
            field.required = True
            field.help_text = gettext("Kept encrypted and never shown.")


@admin.register(Target)
class TargetAdmin(ReasonedAdmin):
    """Targets are defined here, and tried before an emergency needs them."""

    form = TargetForm
    list_display = ["name", "host", "port", "database", "enabled", "last_ok_at", "last_error"]
    list_filter = ["enabled", "kind"]
    prepopulated_fields = {"slug": ["name"]}
    actions = ["try_doors"]
    new = _("New target")
    fieldsets = [
        (_("Which system"), {"fields": ["name", "slug", "kind", "enabled"]}),
        (_("Where it is"), {"fields": ["host", "port", "database", "sslmode"]}),
        (_("How doors are made"), {
            "fields": ["admin_user", "secret", "template_role", "read_only_role"],
        }),
        (_("This change"), {"fields": ["reason"]}),
    ]  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        """Add the test of one target."""
        view = self.admin_site.admin_view(require_POST(self.test_view))
        return [path("<uuid:pk>/test/", view, name="targets_target_test"), *super().get_urls()]

    def test_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Try one target from end to end and say step by step how it went."""
        target = get_object_or_404(Target, pk=pk)
        if not self.has_change_permission(request, target):
            raise PermissionDenied
        found = trial.trial(target)
        trial.note(target, found, at=timezone.now())
        target.refresh_from_db()
        whole = "HX-Request" not in request.headers
        context = {
            **(self.admin_site.each_context(request) if whole else {}),
            "title": gettext("Test of %(target)s") % {"target": target},
            "original": target,
            "steps": found,
            "well": not any(step.wrong for step in found),
        }
        page = "admin/targets/target/test.html" if whole else "admin/targets/target/_test.html"
        return render(request, page, context)

    def save_model(
        self, request: HttpRequest, obj: Target, form: forms.BaseForm, change: Any
    ) -> None:
        """Seal a new password before the target is saved."""
        if secret := form.cleaned_data.get("secret"):
            obj.seal_secret(secret, at=timezone.now())
        super().save_model(request, obj, form, change)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Give the page what the server's superuser has to do once."""
        if target := context.get("original"):
            context["server_settings"] = guide.server_settings()
            context["statements"] = guide.statements(target)
            context["used_by"] = target.scenarios.filter(archived_at=None).order_by("name")
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(
        self, request: HttpRequest, obj: Target, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Lead to the page with the test: a target that nobody has tried is none."""
        self.message_user(request, gettext("It is saved. Now test it."), messages.SUCCESS)
        return redirect("admin:targets_target_change", obj.pk)

    @admin.action(description=_("Test the door"), permissions=["change"])
    def try_doors(self, request: HttpRequest, targets: TargetQuerySet) -> None:
        """Open and close a door for nobody on each target, and say what is wrong."""
        for target in targets:
            found = trial.trial(target)
            trial.note(target, found, at=timezone.now())
            wrong = [words for tried in found for words in tried.wrong]
            for words in wrong:
                self.message_user(request, f"{target.name}: {shown(words)}", messages.ERROR)
            if not wrong:
                said = gettext("%(target)s: a door opened, refused a stranger, and closed.")
                self.message_user(request, said % {"target": target.name}, messages.SUCCESS)


class SourceForm(forms.ModelForm):  # type: ignore[type-arg] # not generic at run time
    """A system that sends in actions."""

    reason = Reason()

    class Meta:
        model = Source
        fields = ["name", "language", "target", "privileged", "enabled", "reason"]
        labels = {
            "name": _("Name"),
            "language": _("What it sends"),
            "target": _("Target"),
            "privileged": _("Identities for emergencies"),
            "enabled": _("What it sends is taken in"),
        }
        help_texts = {
            "target": _("Leave empty when each action names its target."),
            "privileged": _(
                "One a line, such as root or emergency-*. Seen at work without an access, they"
                " raise a finding."
            ),
        }
        widgets = {"privileged": forms.Textarea(attrs={"rows": 4})}


@admin.register(Source)
class SourceAdmin(ReasonedAdmin):
    """Other systems that send in what was done, each with a token of its own."""

    form = SourceForm
    list_display = [
        "name", "language", "target", "enabled", "last_heard_at", "accepted", "last_refusal",
    ]  # fmt: skip
    list_filter = ["enabled", "language"]
    new = _("New source")
    fieldsets = [
        (_("Which system"), {"fields": ["name", "language", "target", "enabled"]}),
        (_("Ghost use"), {"fields": ["privileged"]}),
        (_("This change"), {"fields": ["reason"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        """Add the giving of a token."""
        view = self.admin_site.admin_view(require_POST(never_cache(self.token_view)))
        return [path("<uuid:pk>/token/", view, name="targets_source_token"), *super().get_urls()]

    def token_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Give a source a token and show it, this one time, in the answer itself."""
        source = get_object_or_404(Source, pk=pk)
        if not (isinstance(request.user, User) and self.has_change_permission(request, source)):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Token of %(source)s") % {"source": source},
            "original": source,
            "secret": transitions.give_token(source, by=request.user, at=timezone.now()),
            "address": request.build_absolute_uri(reverse("api-ingest")),
        }
        return render(request, "admin/targets/source/token.html", context, status=201)

    def save_model(
        self, request: HttpRequest, obj: Source, form: forms.BaseForm, change: Any
    ) -> None:
        """Begin a new source with a token that nobody knows."""
        if not change:
            obj.created_at = timezone.now()
            obj.digest = Source.digest_of(secrets.token_urlsafe(32))
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Source, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Lead to the page where it gets its token."""
        said = gettext("It is saved. Now make the token with which it signs in.")
        self.message_user(request, said, messages.SUCCESS)
        return redirect("admin:targets_source_change", obj.pk)


@admin.register(Door)
class DoorAdmin(ReadOnlyAdmin):
    """What is open, closing and closed."""

    list_display = ["target", "holder", "state", "read_only", "starts_at", "until", "last_error"]
    list_filter = ["state", "target"]
    search_fields = ["handle", "holder", "case"]
    exclude = ["lease", "lease_until"]

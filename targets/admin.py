"""Administration of targets; doors are for looking only."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin import ReasonedAdmin
from accounts.forms import Reason
from core.admin import ReadOnlyAdmin
from targets import trial
from targets.models import Door, Target, TargetQuerySet


class TargetForm(forms.ModelForm):  # type: ignore[type-arg] # not generic at run time
    """A target and, written but never read back, the password of its administration role."""

    secret = forms.CharField(
        label="Password of that role",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Kept encrypted and never shown. Leave empty to keep the one that is set.",
    )
    reason = Reason()

    class Meta:
        model = Target
        fields = [
            "name", "slug", "kind", "host", "port", "database", "sslmode", "admin_user", "secret",
            "template_role", "read_only_role", "enabled", "reason",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any] | None:
        """Refuse a target without any password: no door could ever be opened."""
        if not self.instance.admin_secret and not self.cleaned_data.get("secret"):
            self.add_error("secret", "Enter the password of the administration role.")
        return self.cleaned_data


@admin.register(Target)
class TargetAdmin(ReasonedAdmin):
    """Targets are defined here, and tried before an emergency needs them."""

    form = TargetForm
    list_display = ["name", "host", "port", "database", "enabled", "last_ok_at", "last_error"]
    list_filter = ["enabled", "kind"]
    readonly_fields = ["secret_set_at", "last_tried_at", "last_ok_at", "last_error"]
    prepopulated_fields = {"slug": ["name"]}
    actions = ["try_doors"]

    def save_model(
        self, request: HttpRequest, obj: Target, form: forms.BaseForm, change: Any
    ) -> None:
        """Seal a new password before the target is saved."""
        if secret := form.cleaned_data.get("secret"):
            obj.seal_secret(secret, at=timezone.now())
        super().save_model(request, obj, form, change)

    @admin.action(description="Test the door", permissions=["change"])
    def try_doors(self, request: HttpRequest, targets: TargetQuerySet) -> None:
        """Open and close a door for nobody on each target, and say what is wrong."""
        for target in targets:
            found = trial.complaints(target)
            for words in found:
                self.message_user(request, f"{target.name}: {words}", messages.ERROR)
            if not found:
                words = f"{target.name}: a door opened, refused a stranger, and closed."
                self.message_user(request, words, messages.SUCCESS)


@admin.register(Door)
class DoorAdmin(ReadOnlyAdmin):
    """What is open, closing and closed."""

    list_display = ["target", "holder", "state", "read_only", "starts_at", "until", "last_error"]
    list_filter = ["state", "target"]
    search_fields = ["handle", "holder", "case"]
    exclude = ["lease", "lease_until"]

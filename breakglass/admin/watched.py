"""People, groups and targets as lower rooms edit them, with four eyes on what weakens a control."""

from typing import Any

from auditlog.context import disable_auditlog
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts.admin import GroupAdmin, PersonAdmin
from accounts.models import User
from breakglass import policy
from breakglass.admin.eyes import FourEyes, person, reason
from breakglass.models import ProposedChange
from breakglass.pictures import look, thing_of
from breakglass.transitions import changes
from breakglass.transitions.changes import MustWaitError, Wanted
from targets.admin import TargetAdmin
from targets.models import Target

for model in (User, Group, Target):
    admin.site.unregister(model)


class _Watched(FourEyes):
    """Watches when the form and all that hangs on it is saved."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        super().save_related(request, form, formsets, change)
        self.watch(request, form.instance, self.hidden(form))

    def hidden(self, _form: Any) -> dict[str, str]:
        """Return what a waiting change keeps sealed."""
        return {}


@admin.register(User)
class WatchedPersonAdmin(_Watched, PersonAdmin):
    kind = ProposedChange.Kind.PERSON
    change_user_password_template = "admin/accounts/user/password.html"  # noqa: S105 - a path

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002 - Django's
        """Set somebody's password, or propose it where they may do something."""
        who = self.get_object(request, unquote(id))
        if request.method != "POST" or who is None or who == request.user:
            return self._said(request, super().user_change_password(request, id, form_url))
        if not self.has_change_permission(request, who):
            raise PermissionDenied
        wanted = self._with_password(request, who)
        try:
            with transaction.atomic():
                if wanted:
                    changes.watch_over(
                        wanted, by=person(request), reason=reason(request), at=timezone.now()
                    )
                return self._said(request, super().user_change_password(request, id, form_url))
        except MustWaitError as wait:
            return self.propose(request, wait)

    def _said(self, request: HttpRequest, answer: Any) -> Any:
        """Let the page say beforehand whom a weakening would wait for."""
        if isinstance(answer, TemplateResponse):
            eyes = list(policy.second_administrators(person(request)))
            answer.context_data = {**(answer.context_data or {}), "eyes": eyes}
        return answer

    def _with_password(self, request: HttpRequest, who: User) -> Wanted | None:
        """Return what setting the password would weaken; None where nothing would be set."""
        now = timezone.now()
        before = look(*thing_of(who), at=now)
        form = self.change_password_form(who, request.POST)
        if not form.is_valid() or not form.cleaned_data.get("set_usable_password"):
            return None
        with transaction.atomic(), disable_auditlog():
            form.save()
            wanted = changes.weigh(before, at=now, hidden={"password": who.password})
            transaction.set_rollback(True)
        return wanted


@admin.register(Group)
class WatchedGroupAdmin(_Watched, GroupAdmin):
    kind = ProposedChange.Kind.GROUP


@admin.register(Target)
class WatchedTargetAdmin(_Watched, TargetAdmin):
    kind = ProposedChange.Kind.TARGET

    def hidden(self, form: Any) -> dict[str, str]:
        if not form.cleaned_data.get("secret"):
            return {}
        return {"admin_secret": bytes(form.instance.admin_secret).hex()}

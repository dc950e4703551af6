"""People, groups and tokens in the admin."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from allauth.account.decorators import secure_admin_login
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import events, transitions
from accounts.forms import GroupForm, PersonCreationForm, PersonForm
from accounts.invitations import invite
from accounts.memberships import set_groups, set_members
from accounts.models import ApiToken, Membership, Part, User, UserQuerySet
from accounts.parts import give_part, parts_of, take_part
from audit import log
from audit.config import changing
from core import slots
from core.admin import PlainWords, ReadOnlyAdmin
from core.errors import DomainError

# One door for everybody: the same limits, and the same entries in the record.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister(Group)


class InGroup(admin.SimpleListFilter):
    """Narrows people to those who are in a group now."""

    title = _("group")
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Offer every group."""
        return [(str(each.pk), each.name) for each in Group.objects.order_by("name")]

    def queryset(self, request: HttpRequest, people: Any) -> UserQuerySet | None:
        """Keep the people of the group that is chosen."""
        chosen = self.value()
        if chosen is None or not chosen.isdecimal() or len(chosen) > 9:
            return None
        members: UserQuerySet = people.in_groups([int(chosen)], None)
        return members


class ReasonedAdmin(PlainWords):
    """Configuration whose every change is recorded with who and why.

    Forms have a field `reason` (`accounts.forms.Reason`).
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save in one transaction, under the person's name and reason."""
        who = request.user.ref if isinstance(request.user, User) else ""
        with changing(actor=who, reason=request.POST.get("reason", "")):
            return super().changeform_view(request, *args, **kwargs)


@admin.register(User)
class PersonAdmin(ReasonedAdmin, UserAdmin):  # type: ignore[type-arg] # not generic at run time
    """People. Rights come from groups alone, so none can be given here one by one."""

    form = PersonForm
    plural, new = _("People"), _("New person")
    add_form = PersonCreationForm
    add_form_template = "admin/accounts/user/add_form.html"
    ordering = ["email"]
    list_display = ["email", "name", "may_sign_in", "may_administer", "last_login"]
    list_filter = ["is_active", "is_staff", InGroup]
    filter_horizontal = ()
    search_fields = ["email", "name"]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (_("Who"), {"fields": ["email", "name", "password", "time_zone"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "memberships"]}),
        (_("This change"), {"fields": ["reason"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (_("Who"), {"fields": ["email", "name"]}),
        (_("How they sign in"), {"fields": ["usable_password", "password1", "password2"]}),
        (_("This change"), {"fields": ["reason"]}),
    ]

    @admin.display(description=_("May sign in"), boolean=True, ordering="is_active")
    def may_sign_in(self, person: User) -> bool:
        """Whether the account is switched on."""
        return person.is_active

    @admin.display(description=_("May open the administration"), boolean=True, ordering="is_staff")
    def may_administer(self, person: User) -> bool:
        """Whether these pages open for the person."""
        return person.is_staff

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show what other rooms know of the person."""
        if person := context.get("original"):
            context["panels"] = slots.person_panels.gather(request, person)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        super().save_related(request, form, formsets, change)
        if "memberships" in form.cleaned_data:
            set_groups(form.instance, form.cleaned_data["memberships"])

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """Mail a new person the link by which they choose a password."""
        super().save_model(request, obj, form, change)
        if not change and form.invites:
            transaction.on_commit(lambda: invite(request, obj), robust=True)
            messages.info(
                request, gettext("%(name)s is mailed a link to choose a password.") % {"name": obj}
            )

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002 - Django's
        """Set somebody's password, which lets one act as them: so it is on the record."""
        with transaction.atomic():
            answer = super().user_change_password(request, id, form_url)
            if request.method == "POST" and answer.status_code == 302:
                subject, person = User(pk=UUID(id)), request.user
                event = events.PasswordChanged(how="administrator")
                actor = person.ref if isinstance(person, User) else log.SYSTEM
                log.record(event, actor=actor, subject=subject.ref, at=timezone.now())
            return answer

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show of who was erased what is left."""
        if isinstance(obj, User) and obj.erased_at:
            return [(_("Who"), {"fields": ["name", "erased_at"]})]
        return super().get_fieldsets(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody becomes the person again who was erased."""
        erased = isinstance(obj, User) and obj.erased_at is not None
        return not erased and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are switched off or erased, never removed: the record speaks of them."""
        return False


@admin.register(Group)
class GroupAdmin(ReasonedAdmin):
    """Groups and the parts that they play."""

    form = GroupForm
    fields = ["name", "members", "parts", "reason"]
    plural, new = _("Groups"), _("New group")
    list_display = ["name", "plays", "people"]
    ordering = ["name"]
    search_fields = ["name"]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show what other rooms know of the group."""
        if group := context.get("original"):
            context["panels"] = slots.group_panels.gather(request, group)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("parts"))
    def plays(self, group: Group) -> str:
        """Name the parts that the group plays."""
        return ", ".join(str(part.label) for part in parts_of(group)) or gettext("none")

    @admin.display(description=_("active people"))
    def people(self, group: Group) -> int:
        """Count the active people who are in it now."""
        standing = Membership.objects.standing()
        return standing.filter(group=group, user__is_active=True).count()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        super().save_related(request, form, formsets, change)
        wanted, playing = set(map(Part, form.cleaned_data["parts"])), set(parts_of(form.instance))
        for part in wanted - playing:
            give_part(form.instance, part)
        for part in playing - wanted:
            take_part(form.instance, part)
        set_members(form.instance, form.cleaned_data["members"])

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Groups are emptied, never removed: past decisions were taken for them."""
        return False


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens of everybody, to look at and to revoke."""

    plural = _("API tokens")
    list_display = ["name", "user", "scope", "expires_at", "last_used_at", "revoked_at"]
    list_filter = ["scope"]
    search_fields = ["name", "user__email"]
    exclude = ["digest"]
    actions = ["revoke"]

    @admin.action(description=_("Revoke the selected tokens"))
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        """End the chosen tokens, and say of each why not where that is so."""
        for token in tokens:
            try:
                transitions.revoke_token(token, by=request.user, at=timezone.now())  # type: ignore[arg-type]
            except DomainError as error:
                messages.error(request, f"{token}: {error.sentence}")
            else:
                messages.success(request, gettext("%(token)s is revoked.") % {"token": token})

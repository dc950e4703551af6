"""From an empty installation to its first successful drill: what is done, asked of the database."""

import dataclasses

from django.conf import settings
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership, Part, User
from audit.models import Entry
from breakglass.models import Grant, Scenario
from core import slots
from targets.models import Door, Target


@dataclasses.dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to do: why, whether it is done, and where it is done."""

    title: str
    why: str
    done: bool
    url: str
    action: str


def steps() -> list[Step]:
    """Return what an installation needs before it can be relied upon, in order."""
    return [_people(), _target(), _scenario(), _mail(), _second(), _drill()]


def next_step(found: list[Step]) -> Step | None:
    """Return the first that is not done."""
    return next((step for step in found if not step.done), None)


def _people() -> Step:
    peopled = Membership.objects.standing().filter(user__is_active=True)
    teams = Group.objects.filter(pk__in=peopled.values("group"))
    enough = teams.count() > 1 and User.objects.active().count() > 2
    group = teams.exists() and Group.objects.count() > 1
    return Step(
        title=_("People and groups"),
        why=_(
            "Somebody asks, somebody else decides, a third one reviews: three people, in groups."
        ),
        done=enough,
        url=reverse("admin:accounts_user_add" if group else "admin:auth_group_add"),
        action=_("Add a person") if group else _("Make the first group"),
    )


def _target() -> Step:
    target = Target.objects.order_by("last_ok_at").first()
    page = reverse("admin:targets_target_change", args=[target.pk]) if target else ""
    return Step(
        title=_("A target whose door opens"),
        why=_("The system to get into. Its page says what its server needs, and tests it."),
        done=Target.objects.exclude(last_ok_at=None).exists(),
        url=page or reverse("admin:targets_target_add"),
        action=_("Test it") if target else _("Define the first target"),
    )


def _scenario() -> Step:
    return Step(
        title=_("A scenario"),
        why=_("The emergency, before it happens: who may ask, who decides, for how long."),
        done=Scenario.objects.in_use().exists(),
        url=reverse("admin:breakglass_scenario_add") + "?template=drill",
        action=_("Begin with the drill"),
    )


def _mail() -> Step:
    kept = settings.EMAIL_BACKEND == "alerts.mailbox.MailboxBackend"
    return Step(
        title=_("Messages that arrive"),
        why=_("No mail server is named (EMAIL_URL), so messages stay in the mailbox here.")
        if kept
        else _("Approvers and responders are told by mail. Send yourself one."),
        done=Entry.objects.filter(kind="channel.tested").exists(),
        url="",
        action=_("Send me a test message"),
    )


def _second() -> Step:
    return Step(
        title=_("A second administrator"),
        why=_(
            "What weakens a control waits for somebody else to look at it. While there is only one"
            " administrator, it takes effect at once, and compliance is told."
        ),
        done=User.objects.playing(Part.ADMINISTRATOR).count() > 1,
        url=reverse("admin:accounts_user_changelist"),
        action=_("Add one"),
    )


def _drill() -> Step:
    drills = Grant.objects.filter(scenario__drill=True).values("pk")
    closed = Door.objects.filter(grant__in=drills, state=Door.State.CLOSED)
    drill = Scenario.objects.in_use().filter(drill=True).first()
    slug = f"?scenario={drill.slug}" if drill else ""
    return Step(
        title=_("The first drill"),
        why=_(
            "Somebody asks, gets in and ends it, as in an emergency. Then you know that it works."
        ),
        done=closed.exclude(opened_at=None).exists(),
        url=reverse("request-new") + slug,
        action=_("Hold a drill"),
    )


@slots.waiting.provide(order=5)
def waiting(request: HttpRequest) -> list[slots.Waiting]:
    """Lead administrators to the next step, until the first drill went well."""
    user = request.user
    if not isinstance(user, User) or not user.is_staff or not user.plays(Part.ADMINISTRATOR):
        return []
    found = steps()
    if found[-1].done or not (step := next_step(found)):
        return []
    done = sum(each.done for each in found)
    return [
        slots.Waiting(
            icon="check",
            tone="wait",
            title=_("Set up Breakglass: %(title)s") % {"title": step.title},
            detail=_("%(done)s of %(all)s steps are done. %(why)s")
            % {"done": done, "all": len(found), "why": step.why},
            url=reverse("admin:index"),
            action=_("Go on"),
        )
    ]

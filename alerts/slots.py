"""What this room shows on shared pages: lines of the rail, a lamp, what waits, a panel."""

from datetime import datetime, timedelta
from itertools import groupby
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Subquery, Window
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.models import User
from alerts.models import MAIL, OVERSEERS, Channel, Delivery, Mail, Quiet, SelfTest, Silence
from alerts.relay import CURSOR
from alerts.wellbeing import wellbeing
from audit.events import title_of
from audit.models import Cursor, Entry
from breakglass.models import Request
from core import refs, slots
from core.once import once
from core.words import relative_words

LATE = timedelta(seconds=30)  # a message is usually handed over within three
_RECENT = timedelta(days=3)  # what was given up before is on the page, and no news
_A_NIGHT = timedelta(hours=26)  # between two self-tests, and a little more
_MOST = 5
_FETCHED = 40  # alerts: an emergency brings several of one case
_BY_MAIL = pgettext_lazy("told by", "mail")  # within a sentence
_MOST_OF_CASE = 300


@slots.nav.provide(order=40)
def nav(request: HttpRequest) -> list[slots.NavItem]:
    """Lead to one's messages, and to the mailbox where there is no mail server."""
    user = request.user
    if not isinstance(user, User):
        return []
    group = "Respond" if set(OVERSEERS) & set(user.parts()) else "Me"
    _newest, unread = _unread(request)
    items = [
        slots.NavItem(
            group=group, label=_("Alerts"), url_name="alerts", icon="bell", count=unread, key="a"
        )
    ]
    if settings.EMAIL_BACKEND == "alerts.mailbox.MailboxBackend":
        new = Mail.objects.of(user).unread().count()
        items.append(
            slots.NavItem(
                group="Me", label=_("Mailbox"), url_name="mailbox", icon="mail", count=new
            )
        )
    return items


@slots.waiting.provide(order=30)
def waiting(request: HttpRequest) -> list[slots.Waiting]:
    """Show the alerts that this person has to say they have read."""
    user = request.user
    if not isinstance(user, User):
        return []
    rows, count = _unread(request)
    groups = _by_case(rows)
    rows = [row for group in groups for row in group]
    more = count - len(rows)
    title = ngettext("%(number)s more alert", "%(number)s more alerts", more)
    labels, cases = refs.labels({row.case or row.subject for row in rows}), _cases(rows)
    found = [_waiting(group, labels, cases.get(group[0].case)) for group in groups]
    return found + slots.rest(more, title % {"number": more}, icon="bell", url=reverse("alerts"))


def _by_case(rows: list[Delivery]) -> list[list[Delivery]]:
    """Put alerts of one case together, where Home has room for them."""
    found: dict[object, list[Delivery]] = {}
    for row in rows:
        found.setdefault(row.case or row.pk, []).append(row)
    return list(found.values())[:_MOST]


def _waiting(
    group: list[Delivery], labels: dict[str, refs.Label], asked: Request | None
) -> slots.Waiting:
    """Show what is to be read: one alert, or all of a case at once."""
    newest = group[0]
    if asked is None or len(group) == 1:
        title, url, action = _titled(newest, labels), newest.get_absolute_url(), _("Read it")
    else:
        title = _("%(number)s alerts: %(case)s") % {
            "number": len(group),
            "case": labels[newest.case].text,
        }
        url = f"{reverse('alerts')}?state=unread&case={asked.case}"
        action = _("Read them")
    return slots.Waiting(
        icon="bell",
        tone="danger",
        title=title,
        detail=_detail(asked, len(group)),
        url=url,
        action=action,
        number=len(group),
    )


@once
def _unread(request: HttpRequest) -> tuple[list[Delivery], int]:
    """Return the newest alerts that wait for the reader's receipt, and how many there are."""
    mine = Delivery.objects.filter(recipient=cast(User, request.user)).unread()
    rows = list(mine.annotate(number=Window(Count("pk"))).order_by("-entry_seq")[:_FETCHED])
    return rows, getattr(rows[0], "number", 0) if rows else 0


def _titled(row: Delivery, labels: dict[str, refs.Label]) -> str:
    """Say what happened and to what; a thing that has no name here is not named."""
    title, about = title_of(row.kind), row.case or row.subject
    if row.case:
        return f"{title}: {labels[about].text}"
    named = labels[about].text != about and not about.startswith("record:")
    return f"{title} · {labels[about].text}" if named else title


def _cases(rows: list[Delivery]) -> dict[str, Request]:
    """Return the cases of these messages, fetched together, by their references."""
    keys = [UUID(row.case.partition(":")[2]) for row in rows if row.case]
    asked = Request.objects.filter(pk__in=keys).select_related("requester")
    return {each.ref: each for each in asked.prefetch_related("targets")} if keys else {}


def _detail(asked: Request | None, number: int) -> str:
    """Say whose case it is and what it opens; other alerts have said it in their titles."""
    if not asked:
        return _("You were alerted. Say that you have read it.")
    names = ", ".join(target.name for target in asked.targets.all())
    said = {"person": asked.requester, "targets": names}
    return (
        ngettext(
            "%(person)s, on %(targets)s. Say that you have read it.",
            "%(person)s, on %(targets)s. Say that you have read them.",
            number,
        )
        % said
    )


@slots.channels.provide()
def channels(_request: HttpRequest) -> list[str]:
    """Name the channels by which people are told."""
    others = Channel.objects.in_use().personal().exclude(pk=MAIL)
    return [str(_BY_MAIL), *others.values_list("name", flat=True)]


@slots.profile_panels.provide(order=60)
def reached(request: HttpRequest) -> list[slots.Panel]:
    """Say by which channels somebody is told, and whether the last message arrived."""
    user = request.user
    if not isinstance(user, User):
        return []
    last = Delivery.objects.filter(recipient=user).order_by("-entry_seq", "-pk").first()
    contacts = list(user.contacts.select_related("channel"))
    context = {
        "last": last,
        "address": user.email,
        "mail": next((each for each in contacts if each.channel_id == MAIL), None),
        "ways": [each for each in contacts if each.channel_id != MAIL and each.channel.enabled],
        "quiet": Quiet.objects.filter(person=user).first(),
    }
    return [slots.Panel(template="alerts/_reached.html", context=context, place="side")]


@slots.health.provide(order=40)
def health(request: HttpRequest | None = None) -> list[slots.Health]:
    """Say whether everybody is told who has to be."""
    now, ways = timezone.now(), wellbeing(request)
    found = Delivery.objects.standing(since=now - _RECENT, late=now - LATE)
    if ways.unseen:
        words = ngettext("%(number)s read by nobody", "%(number)s read by nobody", ways.unseen)
        tone, detail = "danger", words % {"number": ways.unseen}
    elif found["dead"]:
        tone, detail = "danger", _("%(number)s undelivered") % {"number": found["dead"]}
    elif ways.failing:
        tone, detail = "danger", _("%(channel)s fails") % {"channel": ways.failing}
    elif behind := _behind(now - LATE):
        tone, detail = (
            "danger",
            _("%(number)s entries not told yet; is the worker running?") % {"number": behind},
        )
    elif found["late"]:
        tone, detail = "wait", _("%(number)s late, tried again") % {"number": found["late"]}
    else:
        tone, detail = "ok", _("%(number)s on their way") % {"number": found["waiting"]}
    return [
        slots.Health(
            key="alerts",
            label=_("Alerts delivered"),
            detail=detail,
            tone=tone,
            url=reverse("alerts"),
        )
    ]


@slots.health.provide(order=41)
def self_tested(_request: HttpRequest | None = None) -> list[slots.Health]:
    """Say whether alerts would arrive, as far as the nights' tests and the tables know."""
    last, now = SelfTest.objects.exclude(ended_at=None).first(), timezone.now()
    if last is None or last.ended_at is None:
        tone, detail = "wait", _("Not tested yet; it happens by itself each night.")
    elif now - last.ended_at > _A_NIGHT:
        tone, ago = "wait", relative_words(last.ended_at - now)
        detail = _("Last tested %(ago)s; is the worker running?") % {"ago": ago}
    elif count := len(last.about):
        words = ngettext(
            "%(number)s thing stands in the way; the administration says which",
            "%(number)s things stand in the way; the administration says which",
            count,
        )
        tone, detail = last.tone, words % {"number": count}
    else:
        ago = relative_words(last.ended_at - now)
        tone, detail = "ok", _("Everybody can be reached, tested %(ago)s") % {"ago": ago}
    may = _request is not None and getattr(_request.user, "is_staff", False)
    url = reverse("admin:index") if may else ""
    return [
        slots.Health(
            key="alerts-tested", label=_("Alerts tested"), detail=detail, tone=tone, url=url
        )
    ]


@slots.banners.provide(order=40)
def read_by_nobody(request: HttpRequest) -> list[slots.Banner]:
    """Say to those who might have read an alert that nobody has."""
    user = request.user
    if not isinstance(user, User) or not set(OVERSEERS) & set(user.parts()):
        return []
    rows = list(Silence.objects.unseen()[:1]) if wellbeing(request).unseen else []
    return [
        slots.Banner(
            text=_("Nobody has read: %(title)s. Everybody who might was told.")
            % {"title": title_of(row.kind)},
            tone="danger",
            icon="bell",
            url=reverse("alert-unread", args=[row.entry_seq]),
            action=_("Look at it"),
        )
        for row in rows
    ]


@slots.case_panels.provide(order=60)
def case_panel(_request: HttpRequest, asked: Request) -> list[slots.Panel]:
    """Show who was told of what in a case."""
    rows = Delivery.objects.of_case(asked.case_ref).select_related("recipient")[:_MOST_OF_CASE]
    told = [
        (title_of(messages[0].kind), messages)
        for messages in (list(group) for _, group in groupby(rows, lambda row: row.entry_seq))
    ]
    context = {"told": told, "soon": timezone.now() - asked.submitted_at < LATE}
    return [slots.Panel(template="alerts/_case_panel.html", context=context, place="side")]


def _behind(since: datetime) -> int:
    """Return how many entries were made before `since` and not told to anybody."""
    told = Coalesce(Subquery(Cursor.objects.filter(name=CURSOR).values("seq")), -1)
    # In order, or the database would read the whole record to find that nothing is behind.
    return Entry.objects.filter(seq__gt=told, at__lt=since).order_by("seq")[:1000].count()

"""What this room shows on shared pages: a line of the rail and the lamps of the record."""

from datetime import timedelta

from django.db.models import Count, Min, Q, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from audit import heads, rights, search, watch
from audit.anchors import places, witnesses
from audit.differences import Difference, Replay
from audit.models import Checkpoint, Entry, Pending, Sealing, SetAside
from audit.outside import Place
from core import dates, refs
from core.once import once
from core.refs import Label, provide
from core.slots import Banner, Found, Health, NavItem, banners, found, health, nav
from core.words import relative_words

UNSEEN = timedelta(minutes=1)  # since a head was signed; witnesses usually take some milliseconds
LATE = timedelta(seconds=5)  # an event usually waits for some milliseconds
_MOST = 6
STALE = timedelta(minutes=5)  # verification runs every minute


@nav.provide(order=80)
def ledger(request: HttpRequest) -> list[NavItem]:
    """Lead those who may read the record to it, and those who may have it verified there."""
    if getattr(request.user, "may_read_record", False):
        label, url_name = gettext("Ledger"), "ledger"
    elif getattr(request.user, "may_verify_record", False):
        label, url_name = gettext("Verification"), "ledger-verification"
    else:
        return []
    return [NavItem(group="Audit", label=label, url_name=url_name, icon="ledger", key="l")]


@found.provide(order=70)
def in_ledger(request: HttpRequest, text: str) -> list[Found]:
    """Lead those who may read the record to what the words mean there."""
    if not getattr(request.user, "may_read_record", False):
        return []
    return [
        Found(group=gettext("Ledger"), icon=way.icon, title=way.text, url=way.url)
        for way in search.ways(text)[:_MOST]
    ]


@health.provide(order=10)
def verification(request: HttpRequest) -> list[Health]:
    """Say whether the record was found whole, and when."""
    seeing = getattr(request.user, "may_verify_record", False)
    url = reverse("ledger-verification") if seeing else ""
    state, now = watch.standing_for(request), timezone.now()
    last = state.new
    if state.why:
        tone, detail = "danger", state.why
    elif last is None:
        tone, detail = "wait", gettext("Not verified yet; it happens by itself every minute.")
    elif now - last.at > STALE:
        text = gettext("Last verified at %(time)s; is the worker running?")
        tone, detail = "wait", text % {"time": dates.time_words(last.at)}
    else:
        verified = dates.time_words(last.at)
        facts = {"count": f"{last.seq + 1:,}", "time": verified}
        tone, detail = "ok", gettext("%(count)s entries, verified at %(time)s") % facts
        if whole := state.whole and state.whole.ended_at:
            text = gettext("all of it %(ago)s")
            detail = f"{detail}; {text % {'ago': relative_words(whole - now)}}"
    return [Health(key="record", label=gettext("Record"), detail=detail, tone=tone, url=url)]


@banners.provide(order=10)
def not_whole(request: HttpRequest) -> list[Banner]:
    """Tell those who see to it on every page when the record is not whole."""
    if not getattr(request.user, "may_verify_record", False):
        return []
    state = watch.standing_for(request)
    if not state.why:
        return []
    text = gettext("The record is not whole from entry %(bad)s on. %(why)s")
    return [
        Banner(
            text=text % {"bad": f"{state.bad:,}", "why": state.why},
            tone="danger",
            icon="warn",
            url=reverse("ledger-verification"),
            action=gettext("What was found"),
        )
    ]


@once
def _differences(_: HttpRequest) -> tuple[Difference | None, int]:
    """Return the oldest difference that nobody has explained, and how many there are."""
    return Difference.objects.oldest()


@banners.provide(order=11)
def different(request: HttpRequest) -> list[Banner]:
    """Tell those who see to it on every page when tables and record differ."""
    if not getattr(request.user, "may_verify_record", False):
        return []
    first, _count = _differences(request)
    if first is None:
        return []
    text = gettext("Tables say something else than the record: %(about)s, %(what)s.")
    label = refs.labels([first.subject])[first.subject].text
    return [
        Banner(
            text=text % {"about": label, "what": first.what},
            tone="danger",
            icon="warn",
            url=f"{reverse('ledger-verification')}#differences",
            action=gettext("What differs"),
        )
    ]


@health.provide(order=11)
def tables(request: HttpRequest) -> list[Health]:
    """Say whether the tables were found to say what the record says."""
    last, (_first, count) = Replay.objects.over().first(), _differences(request)
    if count:
        text = ngettext(
            "%(count)s difference from the record", "%(count)s differences from the record", count
        )
        tone, detail = "danger", text % {"count": f"{count:,}"}
    elif last and last.ended_at:
        ago = relative_words(last.ended_at - timezone.now())
        tone, detail = "ok", gettext("As the record says, %(ago)s") % {"ago": ago}
    else:
        tone, detail = "wait", gettext("Not compared yet; it happens by itself each night.")
    return [Health(key="tables", label=gettext("Requests and grants"), detail=detail, tone=tone)]


@health.provide(order=11)
def sequencer(_: HttpRequest) -> list[Health]:
    """Say whether events are entered as they happen, and whether any was altered before."""
    waits = Q(set_aside_at=None)
    queue = Pending.objects.aggregate(
        count=Count("pk", filter=waits),
        oldest=Min("created_at", filter=waits),
        altered=Count("pk", filter=~waits),
    )
    late = queue["oldest"] and timezone.now() - queue["oldest"] > LATE
    if queue["altered"]:
        text = gettext("%(count)s altered before they were entered; see audit_pending.")
        tone, detail = "danger", text % {"count": queue["altered"]}
    elif late:
        text = gettext("%(count)s not entered yet; is the sequencer running?")
        tone, detail = "danger", text % {"count": f"{queue['count']:,}"}
    elif queue["count"]:
        text = gettext("%(count)s on the way")
        tone, detail = "ok", text % {"count": f"{queue['count']:,}"}
    else:
        tone, detail = "ok", gettext("Nothing waits")
    return [Health(key="sequencer", label=gettext("Entering events"), detail=detail, tone=tone)]


@health.provide(order=12)
def sealer(_: HttpRequest) -> list[Health]:
    """Say whether what was entered is signed."""
    newest = Checkpoint.objects.order_by("-size").values_list("size", flat=True)[:1]
    said = Sealing.objects.annotate(signed=Subquery(newest)).first()
    signed = (said.signed if said else newest.first()) or 0
    unsigned = Entry.objects.filter(seq__gte=signed, at__lt=timezone.now() - LATE).exists()
    if said and said.why:
        tone, detail = "danger", said.why
    elif unsigned:
        tone, detail = "danger", gettext("Entries wait for a signature; is the sealer running?")
    elif said is None or timezone.now() - said.at > heads.ALIVE:
        tone, detail = "wait", gettext("Not heard of; is the sealer running?")
    else:
        tone, detail = "ok", gettext("%(count)s entries signed") % {"count": f"{signed:,}"}
    return [Health(key="sealer", label=gettext("Signature"), detail=detail, tone=tone)]


@health.provide(order=12)
def seers(_: HttpRequest) -> list[Health]:
    """Say whether the witnesses saw what was signed; nothing where there are none."""
    known = witnesses.configured()
    if not known:
        return []
    failing = [place for place in places.watched(Place.Kind.WITNESS) if place.why]
    seen = witnesses.newest()
    size, count = seen.size if seen else 0, len(known)
    next_one = Checkpoint.objects.filter(size__gt=size).order_by("size").first()
    unseen = next_one is not None and timezone.now() - next_one.sealed_at > UNSEEN
    facts = {"well": count - len(failing), "count": count, "size": f"{size:,}"}
    if failing:
        tone, detail = "danger", f"{failing[0].name}: {failing[0].why}"
        if len(failing) < count:
            detail = f"{detail} {gettext('%(well)s of %(count)s work.') % facts}"
    elif unseen:
        tone, detail = "danger", gettext("New heads do not reach them; is the sealer running?")
    else:
        tone, detail = "ok", gettext("%(well)s of %(count)s saw %(size)s entries") % facts
    return [Health(key="witnesses", label=gettext("Witnesses"), detail=detail, tone=tone)]


@health.provide(order=12)
def anchors(_: HttpRequest) -> list[Health]:
    """Say whether the places outside have what was signed; nothing where there are none."""
    found = list(places.watched(Place.Kind.COPY, Place.Kind.MAIL, Place.Kind.STAMP))
    if not found:
        return []
    failing = [place for place in found if place.why]
    text = gettext("%(place)s: %(count)s entries")
    said = [text % {"place": each.name, "count": f"{each.size:,}"} for each in found]
    tone, detail = "ok", "; ".join(said)
    if failing:
        tone, detail = "danger", f"{failing[0].name}: {failing[0].why}"
    return [Health(key="anchors", label=gettext("Anchors"), detail=detail, tone=tone)]


@health.provide(order=13)
def readers(_: HttpRequest) -> list[Health]:
    """Say whether a reader of the record had to pass over an entry."""
    count = SetAside.objects.open().count()
    tone, detail = "ok", gettext("Nothing set aside")
    if count:
        text = gettext("%(count)s entries set aside; the log of the worker says why.")
        tone, detail = "danger", text % {"count": f"{count:,}"}
    return [Health(key="readers", label=gettext("Acting on events"), detail=detail, tone=tone)]


@health.provide(order=14)
def protection(_: HttpRequest) -> list[Health]:
    """Say whether the database itself keeps the record append-only."""
    missing, owned = rights.protection()
    if missing:
        tone, detail = "danger", gettext("Switched off: %(names)s.") % {"names": ", ".join(missing)}
    elif owned:
        text = gettext("The application owns the tables; connect as %(role)s.")
        tone, detail = "wait", text % {"role": rights.APPLICATION}
    else:
        tone, detail = "ok", gettext("Append-only")
    return [Health(key="protection", label=gettext("Protection"), detail=detail, tone=tone)]


provide("record", lambda keys: {key: Label(gettext("the record")) for key in keys}, named=True)

"""Make people and cases that are told about, and read what they were told."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest
from django.test import RequestFactory

from accounts import erasing
from accounts.erasing import Grounds
from accounts.erasure_events import ErasureDone
from accounts.models import Erasure, Part, User
from alerts import channel_transitions, deliver, relay, self_test, silence_transitions, transitions
from alerts.models import MAIL, Channel, Delivery, Mail, Silence
from alerts.route_events import RouteSetAside
from audit import events as kept
from audit import log, sequencer
from audit.events import Event
from audit.replay.events import ReplayFailed
from audit.retention.transitions import keep_hold, lift_hold, place_hold
from breakglass import transitions as verbs
from breakglass.models import Scenario
from breakglass.transitions import scenarios
from reviews import monthly
from reviews.campaigns import transitions as campaigns
from reviews.campaigns.populations import Scope
from reviews.campaigns.transitions import Plan
from reviews.events import AlarmRaised
from reviews.models import Campaign
from tests.make import NOON, make_group, make_groups, make_scenario, make_user

SOON = NOON + timedelta(seconds=2)
_numbers = itertools.count(10**6)


def make_cast(*, drill: bool = False, **fields: Any) -> Scenario:
    """Return a scenario that alerts Tess's team, in a house with everybody who may be told.

    Ada and Eve ask, Bob and Carl decide, Rita reviews, Rob and Rosa respond, Cora complies, Otto
    audits, Max administers.
    """
    *_, watchers = make_groups(
        {"Responders": ["rob", "rosa"], "Compliance": ["cora"], "Auditors": ["otto"],
         "Administrators": ["max"], "Shop managers": ["tess"]},
        {"Responders": Part.RESPONDER, "Compliance": Part.COMPLIANCE, "Auditors": Part.AUDITOR,
         "Administrators": Part.ADMINISTRATOR},
    )  # fmt: skip
    scenario = make_scenario(drill=drill, **fields)
    return with_alerted(scenario, [watchers])


def with_alerted(scenario: Scenario, groups: Sequence[Group]) -> Scenario:
    """Publish that `groups` are alerted."""
    scenario.alert_groups.set(groups)
    with transaction.atomic():
        scenarios.make_version(scenario, by=None, reason="Somebody is alerted.", at=NOON)
    return scenario


def catch_up(at: datetime = SOON) -> None:
    """Enter everything that happened, and make messages of it."""
    while sequencer.run_once(at=at):
        pass
    while relay.run(at=at):
        pass


def send(at: datetime = SOON) -> int:
    """Hand over whatever is due."""
    return deliver.run(lambda: at)


def told(kind: str) -> dict[str, str]:
    """Return who was told of events of this kind, and as what."""
    rows = Delivery.objects.filter(kind=kind).select_related("recipient")
    return {
        row.recipient.email.partition("@")[0] if row.recipient else row.channel.name: row.audience
        for row in rows.select_related("channel")
    }


def mail_of(name: str, containing: str = "") -> Mail:
    """Return the newest mail of a person whose subject contains some words."""
    mail = Mail.objects.of(make_user(name)).filter(subject__contains=containing).first()
    assert mail, f"no mail to {name} says {containing!r} in its subject"
    return mail


def make_delivery(recipient: User | None = None, **fields: Any) -> Delivery:
    """Return a queued message about an entry that need not exist."""
    values: dict[str, Any] = {
        "entry_seq": next(_numbers),
        "kind": "grant.expired",
        "subject": "grant:0",
        "audience": "requester",
        "created_at": NOON,
        "next_attempt_at": NOON,
        **fields,
    }
    return Delivery.objects.create(recipient=recipient or make_user("ada"), **values)


def findings() -> list[Event]:
    """Return what may be found about the record, once of each kind."""
    return [
        kept.VerifyFailed(bad=3, why="Entry 3 missing."),
        kept.VerifyMended(before="It is."),
        kept.AnchorLost(place="w1.example.org", why="It does not answer."),
        kept.AnchorRegained(place="w1.example.org"),
        kept.Contradicted(place="w1.example.org", why="It has seen other entries."),
        kept.KeyRotated(old="a", new="b", until=9, signed="c"),
        kept.Recovered(first=3, last=9),
        kept.LogContinued(old="a", new="b", size=9, root="", kept=3),
        ReplayFailed(compared=9, found=1, examples=["freeze:0: It differs."]),
    ]


def tell_of_campaigns() -> None:
    """Begin, remind of, sign off and cancel campaigns, and send what is told of them."""
    make_group("Compliance", make_user("cora"), make_user("otis"), part=Part.COMPLIANCE)
    cora, day = make_user("cora"), NOON.date()
    for number in range(2):
        scope = Scope(kind=Campaign.Kind.RIGHTS, first=day - timedelta(days=number), last=day)
        plan = Plan(scope=scope, due_at=NOON + timedelta(seconds=1))
        campaign = campaigns.begin(plan, owner=cora, by=cora, at=NOON)
        if number:
            campaigns.remind(campaign, at=NOON)
            campaigns.remind(campaign, at=NOON + timedelta(seconds=1))
            campaigns.cancel(campaign, by=cora, reason="The wrong days.", at=SOON)
        else:
            campaign.items.all().delete()
            campaigns.sign_off(campaign, by=cora, at=SOON)
    monthly.write(day.replace(day=1), at=SOON)
    catch_up()
    send()


def tell_of_substitutes() -> None:
    """Let Bob name Dora to stand in for him, and Cora end that."""
    bob = make_user("bob")
    made = verbs.name_substitute(
        bob, substitute=make_user("dora"), since=NOON, until=NOON + timedelta(days=7), by=bob,
        at=NOON,
    )  # fmt: skip
    verbs.end_substitution(made, by=make_user("cora"), at=SOON)


def tell_of_holds() -> None:
    """Let Cora ask twice that a hold be lifted, and Max say no, then yes."""
    cora, max_ = make_user("cora"), make_user("max")
    hold = place_hold("everything", "", reason="A lawsuit.", by=cora, at=NOON)
    lift_hold(hold, reason="The lawsuit goes on elsewhere.", by=cora, at=NOON)
    keep_hold(hold, by=max_, at=NOON)
    lift_hold(hold, reason="The lawsuit is over.", by=cora, at=NOON)
    lift_hold(hold, reason="", by=max_, at=NOON)
    catch_up()
    while send():
        pass


def tell_of_erasures() -> None:
    """Let Max ask again and again that Nina be erased, and everything come of it."""
    max_, mei, nina = make_user("max"), make_user("mei"), make_user("nina")
    make_group("Administrators", mei)
    grounds = Grounds(basis="court")

    def asked() -> Erasure:
        return erasing.propose(nina, grounds, by=max_, at=NOON)

    erasing.withdraw(asked(), by=max_, at=NOON)
    erasing.lapse(asked(), at=NOON + erasing.LAPSES_AFTER)
    erasing.decline(asked(), by=mei, answer="The dispute goes on.", at=NOON)
    erasure = asked()
    erasing.accept(erasure, by=mei, at=NOON)
    with transaction.atomic():
        erasing._record(erasure, ErasureDone, by=None, at=NOON, entries=3)  # noqa: SLF001
    catch_up()
    while send():
        pass


def tell_of_alerts() -> None:
    """Let mail fail and work again, the night test it, and nobody read of the broken glass."""
    mail = Channel.objects.get(pk=MAIL)
    for _ in range(transitions.PATIENCE):
        mail = channel_transitions.failed(mail, error="Connection refused.", at=NOON)
    channel_transitions.works(mail, at=NOON)
    self_test.go_on(lambda: NOON)
    with transaction.atomic():
        aside = RouteSetAside(name="Night watch", error="Relation missing.")
        log.record(aside, actor=log.SYSTEM, subject="route:0", at=NOON)
        alarm = AlarmRaised(finding="ghost_use", text="A ghost.", person="", entry=0, ended=True)
        log.record(alarm, actor=log.SYSTEM, subject="finding:0", at=NOON)
    catch_up()
    now = SOON
    while waiting := Silence.objects.filter(state="waiting").first():
        now = max(now, waiting.next_at or now)
        silence_transitions.go_on(waiting, at=now)
        catch_up(now)
    while send(now):
        pass


def asked_by(name: str) -> HttpRequest:
    """Return a request for one page by somebody."""
    request = RequestFactory().get("/")
    request.user = make_user(name)
    return request

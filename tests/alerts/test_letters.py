"""What a mail says, and what nobody can make it say."""

import re
from datetime import datetime, timedelta
from email.message import Message
from typing import cast

import pytest
from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.memberships import set_groups
from accounts.models import User
from alerts import letters
from alerts import transitions as messages
from alerts.messages import compose
from alerts.models import Delivery
from alerts.stories import story_at
from alerts.templatetags.letters import instant
from alerts.templatetags.mailbox import our_links
from audit import config, log
from audit import events as kept
from audit.models import State
from breakglass import transitions
from breakglass.models import Decision, Grant, Scenario
from breakglass.transitions import changes
from targets import transitions as doors
from targets.models import Target
from tests.alerts.make import (
    SOON,
    catch_up,
    findings,
    mail_of,
    make_cast,
    send,
)  # fmt: skip
from tests.breakglass.changing import accepted, attempted, proposed
from tests.make import (
    NOON,
    REASON,
    StepOf,
    make_ask,
    make_broken_glass,
    make_group,
    make_request,
    make_user,
    voice,
)
from tests.reviews.make import misused, taken

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
NASTY = (
    "Shop is down.\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>\r\n"
    "Decide:\r\nhttp://127.0.0.1:8000/d/forged/"
)


def letter_to(name: str, kind: str = "", at: datetime = SOON) -> Message:
    """Return the mail of the newest message to a person, as it goes out."""
    rows = Delivery.objects.filter(recipient=make_user(name), kind__startswith=kind)
    return written(rows.order_by("-entry_seq")[:1].get(), at=at).message()


def written(row: Delivery, *, at: datetime) -> EmailMultiAlternatives:
    return letters.write(compose(row, story_at(row.entry_seq), at=at))


def part(mail: Message, subtype: str) -> str:
    """Return the text of the plain or the HTML part."""
    found = next(each for each in mail.walk() if each.get_content_subtype() == subtype)
    return cast(bytes, found.get_payload(decode=True)).decode()


def link_in(text: str) -> str:
    """Return the path of the decision link in a mail."""
    found = re.search(rf"{re.escape(settings.BASE_URL)}(/d/\S+/)", text)
    assert found, text
    return found[1]


class TestWords:
    def test_says_who_asks_for_what_and_why(self) -> None:
        make_request(make_cast(), reference="INC-7", intent="End the blocking session.")
        catch_up()
        mail = letter_to("bob")
        assert re.fullmatch(r"\[Case \d+\] Ada asks for shop-db", mail["Subject"])
        for text in (part(mail, "plain"), part(mail, "html")):
            for words in (REASON, "End the blocking session.", "INC-7", "30 min", "Ada"):
                assert words in text

    def test_tells_whoever_is_frozen_by_whom_and_not_why(self) -> None:
        make_cast()
        why = "Odd queries in the orders of 14:00."
        transitions.freeze(by=make_user("rob"), person=make_user("eve"), reason=why, at=NOON)
        catch_up()
        told = part(letter_to("eve"), "plain")
        assert "ask Rob or another responder" in " ".join(told.split())
        assert why not in told + part(letter_to("eve"), "html")
        assert why in part(letter_to("rosa"), "plain")

    def test_marks_an_exercise_everywhere(self) -> None:
        make_broken_glass(make_cast(drill=True))
        catch_up()
        mail = letter_to("tess")
        assert "DRILL: Ada broke the glass" in mail["Subject"]
        assert "DRILL" in part(mail, "plain")
        assert "This is a drill." in part(mail, "html")

    def test_says_times_as_the_reader_reads_them(self) -> None:
        scenario = make_cast()
        User.objects.filter(email="bob@example.com").update(time_zone="Europe/Berlin")
        make_request(scenario)
        catch_up()
        assert "lapses on 2 Nov 17:00 CET (16:00 UTC)" in part(letter_to("bob"), "html")

    def test_asks_for_a_receipt_where_one_is_needed(self) -> None:
        make_broken_glass(make_cast())
        catch_up()
        row = Delivery.objects.get(recipient=make_user("rob"))
        assert f"{settings.BASE_URL}{row.get_absolute_url()}" in part(letter_to("rob"), "plain")
        assert "you have read" not in part(letter_to("bob"), "plain")

    def test_leads_nobody_to_a_page_that_is_closed_to_them(self) -> None:
        request = make_broken_glass(make_cast())
        catch_up()
        assert request.get_absolute_url() not in part(letter_to("tess"), "plain")
        assert request.get_absolute_url() in part(letter_to("rob"), "plain")


class TestLinks:
    def test_a_link_opens_a_page_and_does_nothing(self, client: Client) -> None:
        make_request(make_cast(), at=timezone.now())
        catch_up(timezone.now())
        client.force_login(make_user("bob"))
        for _ in range(3):
            path = link_in(part(letter_to("bob", at=timezone.now()), "plain"))
            assert client.get(path).status_code == 200
        assert not Decision.objects.exists()

    def test_a_forwarded_link_does_nothing(self, client: Client) -> None:
        make_request(make_cast(), at=timezone.now())
        catch_up(timezone.now())
        client.force_login(make_user("carl"))
        path = link_in(part(letter_to("bob", at=timezone.now()), "plain"))
        assert client.post(path, {"decision": "approve"}).status_code == 403
        assert not Decision.objects.exists()

    def test_the_same_link_is_sent_again(self) -> None:
        make_request(make_cast())
        catch_up()
        assert link_in(part(letter_to("bob"), "plain")) == link_in(part(letter_to("bob"), "html"))

    def test_there_is_no_link_once_it_is_decided(self) -> None:
        request = make_request(make_cast())
        catch_up()
        transitions.deny(request, voice=voice("carl", "Not now."), at=SOON)
        assert "/d/" not in part(letter_to("bob", "request.submitted"), "plain")

    def test_there_is_no_link_when_the_time_is_over(self) -> None:
        request = make_request(make_cast())
        catch_up()
        row = Delivery.objects.filter(recipient=make_user("bob")).get()
        assert "/d/" not in written(row, at=request.lapse_at).body


class TestHeaders:
    def test_one_case_is_one_thread(self) -> None:
        request = make_request(make_cast())
        transitions.withdraw(request, by=make_user("ada"), at=LATER)
        catch_up()
        first, second = letter_to("bob", "request.submitted"), letter_to("bob", "request.withdrawn")
        assert first["References"] == second["References"]
        assert request.pk.hex in first["References"]
        assert first["Message-ID"] != second["Message-ID"]

    def test_a_mail_that_is_sent_twice_is_the_same_mail(self) -> None:
        make_request(make_cast())
        catch_up()
        assert letter_to("bob")["Message-ID"] == letter_to("bob")["Message-ID"]

    def test_carries_the_head_of_the_record(self) -> None:
        make_request(make_cast())
        catch_up()
        size, root = State.objects.get().size, State.objects.get().tree.root.hex()
        assert f"{size} entries, {root[:16]}" in part(letter_to("bob"), "plain")
        assert letter_to("bob")["X-Breakglass-Record"].endswith(f"size={size}; root={root}")


class TestWhatPeopleWrote:
    def test_is_quoted_line_by_line_and_escaped(self) -> None:
        make_request(make_cast(), justification=NASTY)
        catch_up()
        mail = letter_to("bob")
        assert mail["Bcc"] is None
        assert "  > Bcc: eve@example.com\n  > <script>alert(1)" in part(mail, "plain")
        assert "<script>" not in part(mail, "html")
        assert 'href="http://127.0.0.1:8000/d/forged/"' not in part(mail, "html")

    def test_is_no_link_in_the_mailbox(self, client: Client) -> None:
        make_request(make_cast(), justification=NASTY)
        catch_up()
        send()
        client.force_login(make_user("bob"))
        page = client.get(mail_of("bob").get_absolute_url()).content.decode()
        assert "/d/forged/" in page
        assert 'href="http://127.0.0.1:8000/d/forged/"' not in page
        assert page.count(f'href="{settings.BASE_URL}/d/') == 1

    def test_never_reaches_a_header(self) -> None:
        scenario = make_cast()
        User.objects.filter(email="ada@example.com").update(name="Ada\r\nBcc: eve@example.com")
        User.objects.filter(email="bob@example.com").update(name="Bob\nX-Evil: yes")
        Target.objects.update(name="shop\n\u202edb")
        make_request(scenario)
        catch_up()
        mail = letter_to("bob")
        assert mail["Bcc"] is None
        assert mail["X-Evil"] is None
        assert mail["Subject"].endswith("Ada Bcc: eve@example.com asks for shop db")

    def test_a_header_with_a_line_break_would_be_refused(self) -> None:
        make_request(make_cast())
        catch_up()
        User.objects.filter(email="bob@example.com").update(email="bob@example.com\nBcc: eve@x.org")
        row = Delivery.objects.get(recipient__name="Bob")
        with pytest.raises(BadHeaderError):
            written(row, at=SOON).message()


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("http://127.0.0.1:8000/d/x/", 1),
        ("see http://127.0.0.1:8000/d/x/", 0),
        ("  > http://127.0.0.1:8000/d/x/", 0),
        ("http://127.0.0.1:8000.evil.example/d/", 0),
        ('http://127.0.0.1:8000/"onclick="x', 1),
    ],
)
def test_only_our_own_lines_become_links(text: str, links: int) -> None:
    made = our_links(text)
    assert made.count("<a ") == links
    assert '"onclick' not in made


def test_a_moment_reads_in_both_zones() -> None:
    assert instant("2026-11-02T12:00:00+00:00") == "2 Nov 12:00 UTC"
    assert instant(None) == ""
    with timezone.override("Asia/Kathmandu"):
        assert instant(NOON) == "2 Nov 17:45 UTC+0545 (12:00 UTC)"


def _filed(scenario: Scenario) -> None:
    eve, ask = make_user("eve"), make_ask(scenario)
    filed = transitions.submit(scenario, by=make_user("rob"), person=eve, ask=ask, at=NOON)
    transitions.withdraw(filed, by=eve, at=LATER)


def _lapsed(scenario: Scenario) -> None:
    lapsing = make_request(scenario)
    transitions.escalate(lapsing, at=NOON + timedelta(minutes=11))
    transitions.lapse(lapsing, at=lapsing.lapse_at)


def tell_every_kind() -> None:
    """Let everything happen that somebody is told of, and send the mails."""
    first = make_group("First", *(make_user(name) for name in ("bob", "carl")))
    second = make_group("Second", make_user("dora"))
    steps = [StepOf(first, quorum=2, escalate_after=10), StepOf(second, stands_in=True)]
    scenario = make_cast(steps=steps, max_concurrent=50, max_minutes=300)
    ada, rob, rosa = make_user("ada"), make_user("rob"), make_user("rosa")
    offer = transitions.Offer(minutes=5, targets=list(scenario.targets.all()), read_only=True)

    _filed(scenario)
    transitions.withdraw(make_request(scenario), by=ada, at=LATER)
    _lapsed(scenario)
    transitions.deny(make_request(scenario), voice=voice("bob", "Not now."), at=LATER)

    request = make_request(scenario)
    transitions.counter(request, voice=voice("bob"), offer=offer, at=LATER)
    transitions.decline_counter(request, by=ada, at=LATER)
    transitions.counter(request, voice=voice("bob"), offer=offer, at=LATER)
    transitions.accept_counter(request, by=ada, at=LATER)
    catch_up()
    transitions.approve(request, voice=voice("carl"), at=LATER)
    more = transitions.ask_for_more_time(
        Grant.objects.get(), by=ada, minutes=10, at=LATER,
        justification="The index is still being rebuilt, ten minutes are missing.",
    )  # fmt: skip
    catch_up()
    transitions.approve(more, voice=voice("bob"), at=LATER)
    catch_up()
    transitions.approve(more, voice=voice("carl"), at=LATER)
    grant = Grant.objects.get()
    transitions.expire(grant, at=grant.ends_at)

    later = make_request(scenario, starts_at=NOON + timedelta(hours=2))
    for name in ("bob", "carl"):
        transitions.approve(later, voice=voice(name), at=LATER)
    question = transitions.ask(later, by=make_user("bob"), text="Why at two?", at=LATER)
    transitions.answer(question, by=ada, text="Nobody buys then.", at=LATER)
    for ending in (_ratified, _refused, _overdue, _relinquished):
        ending(scenario)

    frozen = transitions.freeze(by=rob, person=make_user("eve"), reason="Odd queries.", at=LATER)
    transitions.lift(frozen, by=rosa, reason="All is well again.", at=LATER)
    transitions.keep(frozen, by=rosa, at=LATER)
    transitions.lift(frozen, by=rob, reason="All is well again.", at=LATER)
    transitions.lift(frozen, by=rosa, reason="All is well again.", at=LATER)
    _house()
    _send_all()


def _ratified(scenario: object) -> None:
    request = make_broken_glass(at=NOON)
    doors.open_failed(request.grant.doors().get(), error="no route.", at=LATER)
    transitions.ratify(request, voice=voice("bob"), at=LATER)
    catch_up()
    transitions.ratify(request, voice=voice("carl"), at=LATER)


def _refused(scenario: object) -> None:
    request = make_broken_glass(at=NOON)
    catch_up()
    transitions.refuse(request, voice=voice("bob", "No emergency."), at=LATER)
    door = request.grant.doors().get()
    doors.close_failed(door, error="no route.", at=LATER + timedelta(minutes=2))


def _overdue(scenario: object) -> None:
    request = make_broken_glass(at=NOON)
    assert request.ratify_by
    transitions.overdue(request, at=request.ratify_by)


def _relinquished(scenario: object) -> None:
    request = make_broken_glass(at=NOON)
    transitions.relinquish(request.grant, by=make_user("ada"), at=LATER)
    misused(taken(request.grant.review))


def _house() -> None:
    catch_up()
    dead = Delivery.objects.filter(recipient=make_user("ada")).first()
    assert dead
    messages.failed(dead, error="550 no such user", final=True, at=LATER)
    messages.retry(dead, by=make_user("max"), at=LATER)
    with transaction.atomic():
        gap = kept.Gap(expected=2, found=3, event="0" * 32)
        log.record(gap, actor=log.SYSTEM, subject="grant:0", at=NOON)
        altered = kept.PendingAltered(event="0" * 32, why="its tag does not fit")
        log.record(altered, actor=log.SYSTEM, subject="event:0", at=NOON)
        for found in findings():
            log.record(found, actor=log.SYSTEM, subject="record:ledger", at=NOON)
        log.record(kept.Degraded(), actor=make_user("ada").ref, subject="grant:0", at=NOON)


def tell_of_changes() -> None:
    """Let Max change things alone, and Mei look at what he proposes afterwards; send the mails."""
    scenario = Scenario.objects.get()
    Scenario.objects.update(review_within_hours=1)
    alone, mei = make_user("max"), make_user("mei")
    attempted(scenario, lambda: Scenario.objects.update(review_within_hours=2), by=alone)
    make_group("Administrators", mei)
    with config.changing(actor=alone.ref):
        set_groups(make_user("tess"), {make_group("Leads"): None})
    scenario.refresh_from_db()
    changes.withdraw(proposed(scenario, by=alone, max_minutes=310), by=alone, at=LATER)
    changes.lapse(proposed(scenario, by=alone, max_minutes=320), at=NOON + timedelta(days=15))
    no = proposed(scenario, by=alone, max_minutes=330)
    changes.decline(no, by=mei, answer="Long enough.", at=LATER)
    accepted(proposed(scenario, by=alone, max_minutes=340), by=mei)
    _send_all()


def _send_all() -> None:
    catch_up(LATER)
    while send(LATER):
        pass


class TestQuestions:
    def test_both_are_quoted_and_the_answer_leads_back_to_the_decision(self) -> None:
        request = make_request(make_cast(), at=timezone.now())
        at = timezone.now()
        question = transitions.ask(request, by=make_user("bob"), text="Why not the copy?", at=at)
        transitions.answer(question, by=make_user("ada"), text=NASTY, at=at)
        catch_up(at)
        assert "> Why not the copy?" in part(letter_to("ada", "question", at), "plain")
        said = part(letter_to("bob", "question.answered", at), "plain")
        assert "> Why not the copy?" in said
        assert "> Bcc: eve@example.com" in said
        assert link_in(said)

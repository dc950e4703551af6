"""The pages of messages: each person sees what is theirs, and the same few queries do it."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Part
from accounts.parts import give_part
from alerts import slots, transitions
from alerts.models import Delivery, Mail
from breakglass import transitions as freezes
from breakglass.models import Request
from tests.alerts.make import SOON, asked_by, catch_up, make_cast, make_delivery, send
from tests.make import make_broken_glass, make_group, make_request, make_user
from tests.shared import made_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("broken")]


def _broken() -> Request:
    """A broken glass of which everybody was told."""
    request = make_broken_glass(make_cast())
    catch_up()
    send()
    return request


broken = made_once(_broken)


def as_person(client: Client, name: str) -> Client:
    client.force_login(make_user(name))
    return client


def of(name: str) -> Delivery:
    return Delivery.objects.get(recipient=make_user(name))


class TestList:
    @pytest.mark.parametrize(
        ("name", "count"),
        [("rob", 6), ("cora", 6), ("otto", 6), ("max", 6), ("bob", 1), ("tess", 1), ("eve", 0)],
    )
    def test_shows_all_to_those_who_look_after_them(
        self, client: Client, name: str, count: int
    ) -> None:
        answer = as_person(client, name).get("/alerts/?state=all")
        assert len(answer.context["rows"]) == count

    def test_opens_with_ones_own(self, client: Client) -> None:
        answer = as_person(client, "rob").get("/alerts/")
        assert [row.recipient.name for row, _ in answer.context["rows"]] == ["Rob"]
        theirs = client.get(of("tess").get_absolute_url()).content.decode()
        assert "To Tess: " in theirs
        assert "To Rob: " not in client.get(of("rob").get_absolute_url()).content.decode()

    @pytest.mark.parametrize(
        ("query", "count"),
        [("?state=sent", 6), ("?state=dead", 0), ("?state=unread", 1), ("?case=0999", 0)],
    )
    def test_filters(self, client: Client, query: str, count: int) -> None:
        answer = as_person(client, "rob").get(f"/alerts/{query}")
        assert len(answer.context["rows"]) == count

    def test_says_so_when_nothing_waits(self, client: Client) -> None:
        page = as_person(client, "eve").get("/alerts/?state=unread").content.decode()
        assert "Nothing waits for you." in page
        assert "Take a filter away" not in page

    def test_filters_by_case_and_person(self, client: Client, broken: Request) -> None:
        make_delivery(make_user("bob"))
        query = f"?case={broken.case}&person={make_user('bob').pk}"
        assert len(as_person(client, "rob").get(f"/alerts/{query}").context["rows"]) == 1

    @pytest.mark.parametrize(
        "query",
        [
            "?colour=red",
            "?state=lost",
            "?case=x",
            "?case=0",
            "?person=1",
            "?before=1",
            "?before=\0",
        ],
    )
    def test_refuses_what_is_no_filter(self, client: Client, query: str) -> None:
        answer = as_person(client, "eve").get(f"/alerts/{query}")
        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert "filter" in answer.content.decode()

    def test_pages_through_all_of_them_once(self, client: Client) -> None:
        for number in range(105):
            make_delivery(entry_seq=1 + number // 30, recipient=make_user(f"p{number % 30}"))
        seen, path = [], "/alerts/?state=all"
        while path:
            context = as_person(client, "rob").get(path).context
            seen += [row.pk for row, _ in context["rows"]]
            path = context["older"] and f"/alerts/?state=all&before={context['older']}"
        assert len(seen) == len(set(seen)) == Delivery.objects.count() > 105

    def test_asks_no_more_of_the_database_when_there_is_more(self, client: Client) -> None:
        as_person(client, "rob").get("/alerts/?state=all")
        with CaptureQueriesContext(
            connection,
        ) as few:
            client.get("/alerts/?state=all")
        for number in range(30):
            make_delivery(make_user(f"p{number}"), state="dead", next_attempt_at=None)
        with CaptureQueriesContext(connection) as many:
            client.get("/alerts/?state=all")
        assert len(many) == len(few) < 25

    def test_needs_somebody_signed_in(self, client: Client) -> None:
        assert client.get("/alerts/").status_code == HTTPStatus.FOUND


class TestOne:
    def test_says_what_the_mail_says(self, client: Client) -> None:
        page = as_person(client, "tess").get(of("tess").get_absolute_url()).content.decode()
        assert "Ada broke the glass on shop-db" in page
        assert "I have read it" in page

    def test_is_closed_to_others(self, client: Client) -> None:
        assert as_person(client, "eve").get(of("tess").get_absolute_url()).status_code == 404

    def test_tells_administrators_how_it_went_and_not_what_it_says(self, client: Client) -> None:
        page = as_person(client, "max").get(of("tess").get_absolute_url()).content.decode()
        assert "How it went" in page
        assert "blocking session" not in page

    def test_stays_readable_when_its_words_are_gone(
        self, client: Client, broken: Request, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("alerts.stories.event_of", lambda _: None)
        assert as_person(client, "rob").get(of("rob").get_absolute_url()).status_code == 200

    def test_is_there_even_when_its_entry_is_not(self, client: Client) -> None:
        row = make_delivery()
        assert as_person(client, "ada").get(row.get_absolute_url()).status_code == 200


class TestSince:
    """A message stays as it was sent; its pages say what became of it since."""

    def test_the_alert_and_its_mail_say_how_the_case_stands_now(
        self, client: Client, broken: Request
    ) -> None:
        as_person(client, "rob")
        mail = Mail.objects.get(person=make_user("rob"))
        pages = [of("rob").get_absolute_url(), mail.get_absolute_url()]
        for each in pages:
            page = client.get(each).content.decode()
            assert "It says how things stood when it was sent" in page
            assert "has read it" not in page
        transitions.acknowledge(of("rob"), by=make_user("rob"), at=SOON)
        freezes.revoke(broken.grant, by=make_user("rob"), reason="Wrong database.", at=SOON)
        for each in pages:
            page = client.get(each).content.decode()
            assert "Ada broke the glass on shop-db" in page
            assert "Revoked <relative-time>" in page
            assert "Rob has read it" in page
            assert f'<a href="{broken.get_absolute_url()}">Case {broken.case}</a>' in page

    def test_what_became_of_a_case_is_for_those_who_may_see_it(self, client: Client) -> None:
        page = as_person(client, "tess").get(of("tess").get_absolute_url()).content.decode()
        assert "when it was sent" in page
        assert "Now:" not in page

    def test_a_freeze_that_was_lifted_is_lifted(self, client: Client) -> None:
        everything = freezes.freeze(by=make_user("rob"), reason="Everybody out, please.", at=SOON)
        catch_up()
        row = Delivery.objects.get(recipient=make_user("rosa"), subject=everything.ref)
        as_person(client, "rosa")
        assert "The freeze stands." in client.get(row.get_absolute_url()).content.decode()
        reason = "All is well again here."
        freezes.lift(everything, by=make_user("rob"), reason=reason, at=SOON)
        freezes.lift(everything, by=make_user("rosa"), at=SOON)
        assert "The freeze was lifted" in client.get(row.get_absolute_url()).content.decode()

    def test_a_mail_of_nobody_s_making_says_when_it_was_sent(self, client: Client) -> None:
        other = Mail.objects.create(address="e", person=make_user("eve"), subject="x", text="")
        page = as_person(client, "eve").get(other.get_absolute_url()).content.decode()
        assert "when it was sent" in page
        assert "Now:" not in page


class TestAcknowledge:
    def test_is_a_press_of_a_button(self, client: Client) -> None:
        path = reverse("alert-acknowledge", args=[of("tess").pk])
        assert as_person(client, "tess").get(path).status_code == HTTPStatus.METHOD_NOT_ALLOWED
        assert of("tess").acknowledged_at is None
        assert client.post(path).status_code == HTTPStatus.FOUND
        assert of("tess").acknowledged_by == make_user("tess")

    def test_of_others_is_refused_with_a_sentence(self, client: Client) -> None:
        path = reverse("alert-acknowledge", args=[of("tess").pk])
        page = as_person(client, "rob").post(path, follow=True).content.decode()
        assert "Only Tess can say" in page
        assert of("tess").acknowledged_at is None

    def test_needs_our_own_form(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        path = reverse("alert-acknowledge", args=[of("tess").pk])
        assert as_person(strict, "tess").post(path).status_code == HTTPStatus.FORBIDDEN


class TestRetry:
    def test_sends_again(self, client: Client) -> None:
        row = make_delivery(state="dead", next_attempt_at=None)
        as_person(client, "rob").post(reverse("alert-retry", args=[row.pk]))
        row.refresh_from_db()
        assert row.state == "retrying"

    def test_is_not_for_auditors(self, client: Client) -> None:
        row = make_delivery(state="dead", next_attempt_at=None)
        path = reverse("alert-retry", args=[row.pk])
        page = as_person(client, "otto").post(path, follow=True).content.decode()
        assert "Only a responder or an administrator" in page


class TestMailbox:
    def test_shows_ones_own_mails_alone(self, client: Client) -> None:
        as_person(client, "tess")
        mine = Mail.objects.get(person=make_user("tess"))
        other = Mail.objects.get(person=make_user("rob"))
        assert [row.pk for row in client.get("/mailbox/").context["rows"]] == [mine.pk]
        assert client.get(mine.get_absolute_url()).status_code == HTTPStatus.OK
        assert client.get(other.get_absolute_url()).status_code == HTTPStatus.NOT_FOUND
        assert Mail.objects.get(pk=mine.pk).read_at

    @pytest.mark.parametrize("query", ["?before=x", "?state=new", "?before=-1"])
    def test_refuses_what_is_no_page(self, client: Client, query: str) -> None:
        assert as_person(client, "eve").get(f"/mailbox/{query}").status_code == 400

    def test_pages(self, client: Client) -> None:
        Mail.objects.bulk_create(
            Mail(address="e", person=make_user("eve"), subject=f"{n}", text="") for n in range(60)
        )
        older = as_person(client, "eve").get("/mailbox/").context["older"]
        assert len(client.get(f"/mailbox/?before={older}").context["rows"]) == 10


class TestSlots:
    def test_home_asks_for_a_receipt_until_it_is_given(self) -> None:
        (item,) = slots.waiting(asked_by("tess"))
        assert item.title.startswith("Glass broken: Case")
        assert item.detail == "Ada, on shop-db. Say that you have read it."
        transitions.acknowledge(of("tess"), by=make_user("tess"), at=SOON)
        assert slots.waiting(asked_by("tess")) == []
        assert slots.waiting(asked_by("bob")) == []  # who is asked answers, and that is that

    def test_all_of_a_case_is_read_at_once(self, client: Client, broken: Request) -> None:
        tess = make_user("tess")
        for entry in (3, 4):
            make_delivery(tess, entry_seq=entry, case=broken.ref, receipt=True)
        (item,) = slots.waiting(asked_by("tess"))
        assert (item.number, item.action) == (3, "Read them")

        read = f"/alerts/case/{broken.case}/read/"
        assert f'action="{read}"' in as_person(client, "tess").get(item.url).content.decode()
        client.post(read)

        assert slots.waiting(asked_by("tess")) == []
        assert not of("rob").acknowledged_at
        assert b"Nothing here waits for you" in client.post(read, follow=True).content

    def test_home_names_who_is_frozen_with_one_look_for_all(self) -> None:
        rob = make_user("rob")
        for name in ("eve", "bob"):
            freezes.freeze(by=rob, person=make_user(name), reason="Odd queries.", at=SOON)
        catch_up()
        request = asked_by("rosa")

        with CaptureQueriesContext(connection) as asked:
            titles = {item.title for item in slots.waiting(request)}

        assert {"Frozen · Freeze: Eve", "Frozen · Freeze: Bob"} <= titles
        assert sum('FROM "breakglass_freeze"' in each["sql"] for each in asked) == 1

    def test_a_case_that_is_new_does_not_say_that_nobody_was_told(self, client: Client) -> None:
        request = make_request(at=timezone.now())
        ada = as_person(client, "ada")
        assert b"is being told now" in ada.get(request.get_absolute_url()).content
        request.submitted_at = timezone.now() - timedelta(minutes=1)
        request.save(update_fields=["submitted_at"])
        assert b"Nobody was told yet." in ada.get(request.get_absolute_url()).content

    def test_the_rail_counts_what_is_new(self, broken: Request) -> None:
        alerts, mailbox = slots.nav(asked_by("rob"))
        assert (alerts.group, alerts.count, mailbox.count) == ("Respond", 1, 1)

    def test_there_is_no_mailbox_where_mail_goes_out(self, settings: object) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
        assert [item.label for item in slots.nav(asked_by("eve"))] == ["Alerts"]

    def test_the_case_shows_who_was_told(self, client: Client, broken: Request) -> None:
        transitions.acknowledge(of("rob"), by=make_user("rob"), at=SOON)
        page = as_person(client, "rob").get(broken.get_absolute_url()).content.decode()
        assert "Rob</bdi> (has read it)" in page


def test_the_admin_shows_and_changes_nothing(client: Client) -> None:
    group = make_group("Administrators", make_user("mei", is_staff=True))
    give_part(group, Part.ADMINISTRATOR)
    row = make_delivery()
    as_person(client, "mei")
    assert client.get("/admin/alerts/delivery/").status_code == HTTPStatus.OK
    page = client.get(f"/admin/alerts/delivery/{row.pk}/change/").content.decode()
    assert str(row.get_audience_display()) in page
    assert client.post(f"/admin/alerts/delivery/{row.pk}/delete/").status_code == 403

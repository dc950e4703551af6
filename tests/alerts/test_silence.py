"""Alerts that nobody reads: more people are told, until somebody has read it or it is found."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Part
from alerts import silence_transitions, slots, transitions
from alerts.models import Delivery, Mail, Silence
from audit.models import Entry
from breakglass.models import Request
from breakglass.transitions import ratify
from core.errors import NotAllowed
from tests.alerts.make import SOON, asked_by, catch_up, mail_of, make_cast, send, told
from tests.make import make_broken_glass, make_group, make_user, voice
from tests.record import kinds

pytestmark = pytest.mark.django_db
MINUTES = timedelta(minutes=1)


def broken() -> Silence:
    """Return what waits to be read after somebody broke the glass."""
    make_broken_glass(make_cast())
    catch_up()
    return Silence.objects.get()


def go_on(at: datetime) -> None:
    """Let the beat come, and tell whoever is told."""
    for silence in Silence.objects.due(at):
        silence_transitions.go_on(silence, at=at)
    catch_up(at)


class TestSilence:
    def test_tells_the_next_audiences_and_is_found_in_the_end(self) -> None:
        silence = broken()
        go_on(SOON + 4 * MINUTES)
        assert not told("alert.unread")
        go_on(SOON + 5 * MINUTES)
        assert told("alert.unread") == dict.fromkeys(("rob", "rosa", "cora"), "unread")
        go_on(SOON + 10 * MINUTES)
        assert "max" in told("alert.unread")
        go_on(SOON + 15 * MINUTES)
        silence.refresh_from_db()
        assert silence.state == "unseen"
        assert set(told("alert.unseen")) == {"rob", "rosa", "cora", "otto", "max"}
        assert Silence.objects.count() == 1  # being unread is not itself to be read

    def test_says_what_nobody_has_read(self) -> None:
        broken()
        go_on(SOON + 5 * MINUTES)
        while send(SOON + 5 * MINUTES):
            pass
        mail = mail_of("cora", "Nobody has read it yet")
        assert "people were told of this" in mail.text
        assert "Say that you have read this" in mail.text

    @pytest.mark.parametrize("kind", ["breakglass.activated", "alert.unread"])
    def test_ends_when_anybody_has_read_it_in_whatever_message(self, kind: str) -> None:
        silence = broken()
        go_on(SOON + 5 * MINUTES)
        rob = make_user("rob")
        row = Delivery.objects.get(kind=kind, recipient=rob, receipt=True)
        transitions.acknowledge(row, by=rob, at=SOON + 6 * MINUTES)
        silence.refresh_from_db()
        assert (silence.state, silence.seen_by) == ("seen", rob)
        go_on(SOON + 20 * MINUTES)
        assert not told("alert.unseen")

    def test_ends_when_somebody_acts_on_the_case(self) -> None:
        silence = broken()
        ratify(Request.objects.get(), voice=voice("bob"), at=SOON + MINUTES)
        catch_up(SOON + MINUTES)
        go_on(SOON + 5 * MINUTES)
        silence.refresh_from_db()
        assert (silence.state, silence.seen_by) == ("seen", make_user("bob"))
        assert not told("alert.unread")

    def test_goes_on_when_only_whose_case_it_is_has_read_it(self, client: Client) -> None:
        scenario = make_cast()
        make_group("Responders", make_user("ada"), part=Part.RESPONDER)
        make_broken_glass(scenario, by=make_user("ada"))
        catch_up()
        go_on(SOON + 5 * MINUTES)
        ada, silence = make_user("ada"), Silence.objects.get()
        mine = Delivery.objects.get(kind="alert.unread", recipient=ada, receipt=True)
        transitions.acknowledge(mine, by=ada, at=SOON + 6 * MINUTES)
        client.force_login(ada)
        page = client.post(f"/alerts/unread/{silence.entry_seq}/")
        assert "somebody else has to have read it" in page.content.decode()
        go_on(SOON + 10 * MINUTES)
        silence.refresh_from_db()
        assert (silence.state, silence.stage) == ("waiting", 2)
        rob = make_user("rob")
        row = Delivery.objects.get(kind="breakglass.activated", recipient=rob, receipt=True)
        transitions.acknowledge(row, by=rob, at=SOON + 11 * MINUTES)
        silence.refresh_from_db()
        assert silence.seen_by == rob

    def test_goes_on_when_somebody_was_merely_refused(self) -> None:
        silence = broken()
        with pytest.raises(NotAllowed):
            ratify(Request.objects.get(), voice=voice("eve"), at=SOON + MINUTES)
        catch_up(SOON + MINUTES)
        assert Entry.objects.filter(kind="access.refused", case=silence.case).exists()
        go_on(SOON + 5 * MINUTES)
        silence.refresh_from_db()
        assert (silence.state, silence.stage) == ("waiting", 1)

    def test_does_not_wait_where_nobody_was_there_to_be_told(self) -> None:
        scenario = make_cast()
        for name in ("rob", "rosa", "cora", "tess"):
            person = make_user(name)
            person.is_active = False
            person.save()
        make_broken_glass(scenario)
        catch_up()
        go_on(SOON)
        assert Silence.objects.get().stage == 1

    def test_a_loaded_history_wakes_nobody(self) -> None:
        silence = broken()
        for row in Delivery.objects.filter(receipt=True).select_related("recipient"):
            assert row.recipient
            transitions.acknowledge(row, by=row.recipient, at=SOON)
        go_on(SOON + 60 * MINUTES)
        silence.refresh_from_db()
        assert silence.state == "seen"


class TestFinding:
    def unseen(self) -> Silence:
        broken()
        for minutes in (5, 10, 15):
            go_on(SOON + minutes * MINUTES)
        return Silence.objects.get()

    def test_stands_on_every_page_of_those_who_might_have_read_it(self) -> None:
        assert not slots.read_by_nobody(asked_by("rob"))
        self.unseen()
        [banner] = slots.read_by_nobody(asked_by("rob"))
        assert "Nobody has read" in banner.text
        assert not slots.read_by_nobody(asked_by("ada"))
        [lamp] = slots.health()
        assert (lamp.tone, lamp.detail) == ("danger", "1 read by nobody")

    def test_is_ended_by_a_late_reader(self, client: Client) -> None:
        silence = self.unseen()
        client.force_login(make_user("rob"))
        page = client.get(f"/alerts/unread/{silence.entry_seq}/").content.decode()
        assert "Ada broke the glass on shop-db" in page
        client.post(f"/alerts/unread/{silence.entry_seq}/")
        silence.refresh_from_db()
        assert (silence.state, silence.seen_by) == ("seen", make_user("rob"))
        assert kinds()[-1] == "delivery.acknowledged"

    def test_is_for_those_who_might_have_read_it(self, client: Client) -> None:
        silence = self.unseen()
        client.force_login(make_user("ada"))
        assert client.get(f"/alerts/unread/{silence.entry_seq}/").status_code == 403
        assert client.post(f"/alerts/unread/{silence.entry_seq}/").status_code == 403
        silence.refresh_from_db()
        assert silence.state == "unseen"


def test_no_mail_repeats_itself_to_who_has_read_it() -> None:
    broken()
    while send():
        pass
    assert Mail.objects.of(make_user("rob")).count() == 1

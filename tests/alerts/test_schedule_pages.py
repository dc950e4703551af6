"""Setting schedules up, and seeing who is on call."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Part
from accounts.parts import give_part
from alerts import route_slots
from alerts.models import Cover, Schedule
from alerts.schedule_forms import CalendarForm
from config import administration
from tests.alerts.test_schedules import OPSGENIE, feed
from tests.make import make_group, make_user
from tests.record import actors, facts

pytestmark = pytest.mark.django_db
_ADD = "/admin/alerts/schedule/add/?kind="
_MORE = {"time_zone": "Europe/Berlin", "enabled": "on", "reason": "Nights were nobody's."}


@pytest.fixture
def max_(client: Client) -> Client:
    """Sign an administrator in."""
    give_part(make_group("Administrators", make_user("max", is_staff=True)), Part.ADMINISTRATOR)
    client.force_login(make_user("max"))
    return client


def rotation(client: Client, *names: str) -> Schedule:
    """Add a rotation as somebody does; the places that stay empty are sent, too."""
    people = [*(str(make_user(name).pk) for name in names), "", ""]
    began = timezone.localdate() - timedelta(days=8)
    values = {"name": "Nights", "people": people, "hands_over_on": str(began.weekday()),
              "hands_over_at": "00:00", "begins_on": began.isoformat(), **_MORE}  # fmt: skip
    answer = client.post(f"{_ADD}rotation", values)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return Schedule.objects.get(name="Nights")


def todays(text: str) -> str:
    """Move the shift of a file to yesterday and tomorrow."""
    days = [f"{datetime.now(UTC) + timedelta(days=day):%Y%m%d}" for day in (-1, 1)]
    return text.replace("20261102", days[0]).replace("20261103", days[1])


def page(client: Client, schedule: Schedule) -> str:
    return client.get(schedule.get_absolute_url()).content.decode()


class TestRotation:
    def test_is_asked_for_by_kind_and_shows_who_is_on_call(self, max_: Client) -> None:
        assert "?kind=calendar" in max_.get("/admin/alerts/schedule/add/").content.decode()
        schedule = rotation(max_, "ada", "bob")
        assert schedule.on_call(timezone.now()) == [make_user("bob")]
        said = page(max_, schedule)
        assert said.count("Bob") >= 2
        assert "Nobody is on call" not in said
        assert actors("config.changed")[-1] == make_user("max").ref
        changes = [each["changes"] for each in facts("config.changed")]
        assert ["", "Ada (ada@example.com)\nBob (bob@example.com)"] in [
            each.get("people") for each in changes
        ]

    def test_the_order_is_changed_with_a_reason_and_recorded(self, max_: Client) -> None:
        schedule = rotation(max_, "ada", "bob")
        rotation_form = max_.get(schedule.get_absolute_url()).context["adminform"].form
        assert len(rotation_form.initial["people"]) == 2
        values = {"name": "Nights", "hands_over_on": "0", "hands_over_at": "09:00",
                  "begins_on": "2026-11-02", **_MORE}  # fmt: skip
        people = [str(make_user(name).pk) for name in ("bob", "ada", "bob")]
        answer = max_.post(schedule.get_absolute_url(), values | {"people": people})
        assert answer.status_code == 302
        assert [turn.person.name for turn in schedule.turns.all()] == ["Bob", "Ada", "Bob"]
        again = max_.post(schedule.get_absolute_url(), values | {"people": ["", ""]})
        assert "at least one person" in again.content.decode()

    def test_nobody_stays_in_the_dark_about_a_week_of_nobody(self, max_: Client) -> None:
        rotation(max_, "ada")
        make_user("ada").__class__.objects.filter(email="ada@example.com").update(is_active=False)
        [wrong] = [each for each in administration._wrong(timezone.now())  # noqa: SLF001
                   if each.what == "Nights"]  # fmt: skip
        assert (wrong.tone, wrong.sentence) == ("danger", "Nobody is on call now.")


class TestCalendar:
    def test_an_address_is_read_before_it_is_saved_and_sealed(
        self, max_: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ada = make_user("ada")
        with feed(tmp_path, todays(OPSGENIE)) as (end, trust):
            monkeypatch.setattr(CalendarForm, "trust", trust)
            values = {"name": "Nights", "url": f"{end.url}/private-x.ics", **_MORE}
            assert max_.post(f"{_ADD}calendar", values).status_code == 302
        schedule = Schedule.objects.get()
        assert schedule.on_call(timezone.now()) == [ada]
        assert b"private-x" not in bytes(schedule.secret)
        assert "private-x" not in page(max_, schedule) + str(facts("config.changed"))

    @pytest.mark.parametrize(
        ("url", "why"),
        [
            ("https://127.0.0.1:1/", "127.0.0.1:1 refused"),
            ("http://a.example", "https"),
            ("", "address of"),
        ],
    )
    def test_says_why_an_address_will_not_do(self, max_: Client, url: str, why: str) -> None:
        answer = max_.post(f"{_ADD}calendar", {"name": "Nights", "url": url, **_MORE})
        assert why in str(answer.context["adminform"].form.errors["url"])
        assert not Schedule.objects.exists()

    def test_a_file_is_kept_and_one_that_is_none_refused(self, max_: Client) -> None:
        make_user("ada")
        for text, status in (("<html>", 200), (todays(OPSGENIE), 302)):
            file = SimpleUploadedFile("on-call.ics", text.encode())
            values = {"name": "Nights", "file": file, **_MORE}
            assert max_.post(f"{_ADD}calendar", values).status_code == status
        schedule = Schedule.objects.get()
        assert schedule.on_call(timezone.now()) == [make_user("ada")]
        assert "on-call.ics" in page(max_, schedule)

    def test_one_that_fails_is_wrong_and_dims_the_lamp(self, max_: Client) -> None:
        assert route_slots.health() == []
        schedule = Schedule.objects.create(name="Nights", kind="calendar", calendar=OPSGENIE)
        assert route_slots.health()[0].tone == "ok"
        Schedule.objects.update(last_error="It answered 404.")
        [lamp] = route_slots.health()
        assert (lamp.tone, lamp.detail) == ("wait", "1 calendar cannot be read")
        assert "It answered 404." in max_.get("/admin/").content.decode()
        assert "It answered 404." in page(max_, schedule)


class TestStandingIn:
    def test_somebody_stands_in_until_it_is_taken_back(self, max_: Client) -> None:
        schedule, eve, now = rotation(max_, "ada"), make_user("eve"), timezone.now()
        values = {"cover-person": str(eve.pk), "cover-why": "Ada is ill.",
                  "cover-starts": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}",
                  "cover-ends": f"{now + timedelta(hours=9):%Y-%m-%dT%H:%M}"}  # fmt: skip
        path = schedule.get_absolute_url().replace("change", "cover")
        assert max_.post(path, values).status_code == 302
        assert schedule.on_call(now) == [eve]
        cover = Cover.objects.get()
        assert max_.post(f"{path}{cover.pk}/end/").status_code == 302
        assert Schedule.objects.get().on_call(now) == [make_user("ada")]
        reasons = [each["reason"] for each in facts("config.changed")]
        assert reasons[-2:] == ["Ada is ill.", ""]

    def test_what_ends_before_it_begins_is_said_beside_the_field(self, max_: Client) -> None:
        schedule = rotation(max_, "ada")
        values = {"cover-person": str(make_user("ada").pk), "cover-why": "Ill.",
                  "cover-starts": "2026-11-02T12:00", "cover-ends": "2026-11-02T11:00"}  # fmt: skip
        answer = max_.post(schedule.get_absolute_url().replace("change", "cover"), values)
        assert answer.status_code == 422
        assert "ends before it begins" in answer.content.decode()
        assert 'value="2026-11-02T12:00"' in answer.content.decode()

    def test_it_is_for_administrators_and_by_post(self, client: Client) -> None:
        schedule = Schedule.objects.create(name="Nights", kind="calendar")
        client.force_login(make_user("ada", is_staff=True))
        path = schedule.get_absolute_url().replace("change", "cover")
        assert client.post(path).status_code == 403
        assert client.get(path).status_code == 405

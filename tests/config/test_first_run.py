"""A fresh installation: from the code in the log to the list of what is still to be done."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts import transitions
from accounts.models import Part, User
from audit.models import Pending
from config import checklist, first_run
from core.errors import WrongState
from targets.models import Target
from tests.breakglass.browser import entered, opened, queries
from tests.breakglass.changing import administrators
from tests.make import NOON, make_broken_glass, make_group, make_scenario, make_target, make_user
from tests.record import actors, kinds

pytestmark = pytest.mark.django_db
PASSWORD = "a quite long phrase"


def sent(**changes: str) -> dict[str, str]:
    """Return what the first person fills in."""
    form = {"code": first_run.code(), "name": "Mei", "email": "Mei@Example.com",
            "password": PASSWORD, "again": PASSWORD}  # fmt: skip
    return form | changes


class TestSetUp:
    @pytest.mark.parametrize("entrance", ["/", "/accounts/login/", "/admin/"])
    def test_is_where_the_first_visitor_comes_to(self, client: Client, entrance: str) -> None:
        assert client.get(entrance).url == "/set-up/"  # type: ignore[attr-defined]

    def test_is_over_once_somebody_is_there(self, client: Client) -> None:
        make_user("ada")

        assert client.get("/accounts/login/").status_code == 200
        assert client.get("/set-up/").url == "/accounts/login/"  # type: ignore[attr-defined]
        client.post("/set-up/", sent())
        assert User.objects.count() == 1

    def test_makes_an_administrator_on_the_record(self, client: Client) -> None:
        answer = client.post("/set-up/", sent(), follow=True)

        mei = User.objects.get()
        assert (mei.email, mei.is_staff) == ("mei@example.com", True)
        assert mei.plays(Part.ADMINISTRATOR)
        assert mei.check_password(PASSWORD)
        assert answer.redirect_chain[-1][0] == "/admin/"
        assert "Until the first drill" in answer.content.decode()
        assert actors("installation.claimed") == [mei.ref]
        assert set(actors("config.changed")) == {mei.ref}
        assert kinds()[-1] == "session.started"

    def test_takes_the_code_as_people_type_it(self, client: Client) -> None:
        typed = first_run.code().lower().replace("-", " ")

        assert client.post("/set-up/", sent(code=typed)).status_code == 302

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"code": "AAAA-BBBB-CCCC"}, "This is not the code."),
            ({"code": "é"}, "This is not the code."),
            ({"again": "another long phrase"}, "The two passwords differ."),
            ({"password": "short", "again": "short"}, "too short"),
            ({"email": "mei"}, "valid email"),
        ],
    )
    def test_refuses_and_says_why(
        self, client: Client, changes: dict[str, str], sentence: str
    ) -> None:
        answer = client.post("/set-up/", sent(**changes))

        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert not User.objects.exists()
        assert not Pending.objects.exists()

    def test_the_code_stands_in_the_log_and_not_on_the_page(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        page = client.get("/set-up/").content.decode()

        assert first_run.code() in caplog.text
        assert first_run.code() not in page

    def test_the_code_depends_on_the_secret_key(self, settings: Settings) -> None:
        before = first_run.code()
        settings.SECRET_KEY = "another"

        assert first_run.code() != before

    def test_the_command_tells_the_code_until_it_is_of_no_use(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("set_up_code")
        assert first_run.code() in capsys.readouterr().out
        make_user("ada")
        call_command("set_up_code")
        assert first_run.code() not in capsys.readouterr().out

    def test_a_second_first_person_is_refused(self) -> None:
        make_user("ada")

        with pytest.raises(WrongState, match="set up already"):
            transitions.claim_installation(email="x@y.z", name="X", password=PASSWORD, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_of_two_first_people_one_wins() -> None:
    said: list[str] = []

    def claim(name: str) -> None:
        try:
            transitions.claim_installation(
                email=f"{name}@example.com", name=name, password=PASSWORD, at=NOON
            )
        except WrongState as error:
            said.append(str(error))
        finally:
            connection.close()

    racers = [threading.Thread(target=claim, args=[name]) for name in ("ada", "bob")]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert User.objects.count() == 1
    assert said == ["This installation is set up already. Sign in."]


class TestChecklist:
    def done(self) -> list[bool]:
        return [step.done for step in checklist.steps()]

    def test_nothing_is_done_in_an_empty_installation(self) -> None:
        assert self.done() == [False] * 6

    def test_each_step_is_seen_in_the_database(self, client: Client) -> None:
        make_target()
        assert self.done() == [False] * 6
        scenario = make_scenario("drill", drill=True)
        assert self.done() == [True, False, True, False, False, False]
        Target.objects.update(last_tried_at=NOON, last_ok_at=NOON)
        client.force_login(administrator())
        client.post("/admin/test-mail/")
        entered()
        assert self.done() == [True, True, True, True, False, False]
        administrators("noor")
        assert self.done() == [True, True, True, True, True, False]
        grant = opened(make_broken_glass(scenario))
        grant.doors().update(state="closed", closing_at=NOON, closed_at=NOON, verified_at=NOON)
        assert self.done() == [True] * 6

    def test_home_leads_administrators_to_the_next_step(self, client: Client) -> None:
        client.force_login(administrator())
        assert "Set up Breakglass: People and groups" in client.get("/").content.decode()
        client.force_login(make_user("ada"))
        assert "Set up Breakglass" not in client.get("/").content.decode()


class TestOverview:
    def page(self, client: Client) -> str:
        return " ".join(client.get("/admin/").content.decode().split())

    def test_says_what_is_wrong_and_where(self, client: Client) -> None:
        client.force_login(administrator())
        scenario = make_scenario()
        make_target().scenarios.model.objects.filter(pk=scenario.pk).update(use_when="")
        Target.objects.update(last_error="Nobody answers.")

        page = self.page(client)

        assert "Say when to use it" in page
        assert f"/admin/breakglass/scenario/{scenario.pk}/change/" in page
        assert "Nobody answers." in page

    def test_tells_the_last_changes(self, client: Client) -> None:
        client.force_login(administrator())
        make_scenario()
        entered()

        assert "made version 1: Made for a test." in self.page(client)

    def test_asks_no_more_often_for_many_scenarios(self, client: Client) -> None:
        client.force_login(administrator())
        make_group("Database team", make_user("ada"))  # asks, too: the lint looks closer
        make_scenario("one")
        with queries() as few:
            self.page(client)
        for number in range(4):
            make_scenario(f"more-{number}")
        with queries() as many:
            self.page(client)

        assert len(many) <= len(few)

    def test_a_mail_server_that_does_not_answer_is_told(
        self, client: Client, settings: Settings
    ) -> None:
        client.force_login(administrator())
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

        page = client.post("/admin/test-mail/", follow=True).content.decode()

        assert "The mail server did not take it" in page
        assert "channel.tested" not in kinds()

    def test_is_for_staff(self, client: Client) -> None:
        client.force_login(make_user("ada"))

        assert client.get("/admin/").status_code == 302
        assert client.post("/admin/test-mail/").status_code == 302


def administrator() -> User:
    mei = make_user("mei", is_staff=True)
    make_group("Administrators", mei, part=Part.ADMINISTRATOR)
    return mei

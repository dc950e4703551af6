"""Four eyes in the admin: what weakens a control is proposed, whatever form it was saved with."""

import re
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from accounts.models import Part, User
from breakglass.models import ProposedChange, Scenario
from tests.breakglass.changing import administrators
from tests.breakglass.filled_form import filled_in, send
from tests.breakglass.test_scenario_admin import LIST, address
from tests.make import NOON, make_group, make_scenario, make_target, make_user
from tests.record import actors, facts, kinds
from tests.targets.test_admin import FORM as TARGET

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei(client: Client) -> User:
    """One of two administrators, signed in."""
    mei, _noor = administrators("mei", "noor")
    client.force_login(mei)
    return mei


@pytest.fixture
def alone(client: Client) -> User:
    """The only administrator, signed in."""
    (mei,) = administrators("mei")
    client.force_login(mei)
    return mei


def person(name: str) -> str:
    return reverse("admin:accounts_user_change", args=[make_user(name).pk])


def saved(client: Client, url: str, **changes: Any) -> Any:
    """Send a form with these changes, as somebody who says why."""
    return client.post(url, filled_in(client, url, reason="Needed.", **changes))


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


class TestScenarios:
    def test_a_weaker_one_is_proposed_and_not_published(self, client: Client, mei: User) -> None:
        scenario = make_scenario()
        sent = filled_in(client, address(scenario), max_minutes=240, reason="Longer nights.")

        answer = send(client, address(scenario), sent)

        change = ProposedChange.objects.get()
        assert answer.url == change.get_absolute_url()
        assert (change.reason, change.version) == ("Longer nights.", 1)
        assert Scenario.objects.get().max_minutes == 60
        assert scenario.versions.count() == 1
        assert "config.weakened_alone" not in kinds()
        shown = text(client.get(answer.url))
        assert "<ins>4 h</ins>" in shown
        assert "Version 2 counts" not in shown

    def test_the_page_says_beforehand_what_it_weakens(self, client: Client, mei: User) -> None:
        scenario = make_scenario()
        sent = filled_in(client, address(scenario), max_minutes=240)

        shown = text(client.post(f"{LIST}{scenario.pk}/preview/", sent))

        assert "Access may last 4 h instead of 1 h." in shown
        assert "It waits for Noor." in shown
        assert "Propose it" in shown

    def test_the_only_administrator_is_told_beforehand(self, client: Client, alone: User) -> None:
        scenario = make_scenario()
        url = address(scenario)
        sent = filled_in(client, url, max_minutes=240, reason="Longer nights.")

        shown = text(client.post(f"{LIST}{scenario.pk}/preview/", sent))
        assert "You are the only administrator" in shown
        assert "Save and publish" in shown
        answer = send(client, url, sent)

        assert answer.status_code == 302
        assert Scenario.objects.get().max_minutes == 240
        assert actors("config.weakened_alone") == [alone.ref]
        assert "compliance is told" in text(client.get(url))

    def test_a_stronger_one_is_published_at_once(self, client: Client, mei: User) -> None:
        scenario = make_scenario()
        sent = filled_in(client, address(scenario), max_minutes=45, reason="Shorter.")

        send(client, address(scenario), sent)

        assert scenario.versions.count() == 2
        assert not ProposedChange.objects.exists()

    def test_a_new_one_waits_whole_and_is_made_when_it_is_accepted(
        self, client: Client, mei: User
    ) -> None:
        like = f"{LIST}add/?like={make_scenario().slug}"

        answer = send(client, like, filled_in(client, like, reason="The other shop."))

        assert Scenario.objects.count() == 1
        change = ProposedChange.objects.get()
        assert change.weakenings[0] == "A new emergency can be used: Production outage, copy."
        client.force_login(make_user("noor"))
        seen = filled_in(client, answer.url)["seen"]
        client.post(answer.url, {"verdict": "accept", "seen": seen})
        made = Scenario.objects.in_use().get(slug="production-outage-copy")
        assert made.current
        assert made.current.made_by == mei
        assert [step.group.name for step in made.steps.all()] == ["Database team"]
        assert list(made.targets.all()) == [make_target()]

    @pytest.mark.parametrize("days", [["0", "1"], []])
    def test_one_from_a_template_is_made_beside_its_namesake(
        self, client: Client, mei: User, days: list[str]
    ) -> None:
        make_scenario("drill", targets=[make_target("shop-db")])
        for name in ("Operations leads", "Support engineers", "Compliance", "On-call responders"):
            make_group(name, make_user(name.partition(" ")[0].lower()))
        url = f"{LIST}add/?template=drill"
        sent = filled_in(client, url, reason="The other shop.")
        assert sent["working_days"] == ["0", "1", "2", "3", "4"]

        answer = send(client, url, {**sent, "working_days": days})

        client.force_login(make_user("noor"))
        seen = filled_in(client, answer.url)["seen"]
        client.post(answer.url, {"verdict": "accept", "seen": seen})
        made = Scenario.objects.in_use().get(slug="drill-2")
        assert made.working_days == [int(day) for day in days]

    def test_one_whose_address_was_taken_meanwhile_is_not_made(
        self, client: Client, mei: User
    ) -> None:
        like = f"{LIST}add/?like={make_scenario().slug}"
        answer = send(client, like, filled_in(client, like, reason="The other shop."))
        make_scenario("production-outage-copy")

        client.force_login(make_user("noor"))
        page = client.post(answer.url, {"verdict": "accept", "seen": "x"})

        assert page.status_code == 422
        assert "Slug: Scenario with this Slug already exists." in text(page)

    def test_bringing_one_back_is_proposed(self, client: Client, mei: User) -> None:
        scenario = make_scenario(archived_at=NOON)
        url = f"{LIST}{scenario.pk}/back/"
        assert "once another administrator has accepted that" in text(client.get(url))

        answer = client.post(url, {"reason": "Needed again."})

        assert answer.headers["Location"] == ProposedChange.objects.get().get_absolute_url()
        assert not Scenario.objects.in_use().exists()

    def test_bringing_many_back_is_proposed_one_by_one(self, client: Client, mei: User) -> None:
        chosen = [str(make_scenario(slug, archived_at=NOON).pk) for slug in ("one", "two")]
        sent = {"action": "bring_back", "_selected_action": chosen, "reason": "Needed again."}

        shown = text(client.post(LIST, sent, follow=True))

        assert shown.count("waits for another administrator") == 2
        assert ProposedChange.objects.count() == 2


class TestPeople:
    def test_who_may_do_more_waits(self, client: Client, mei: User) -> None:
        make_scenario()
        group = make_group("Database team")

        answer = saved(client, person("zoe"), memberships=[group.pk], name="Zoe Quist")

        zoe = make_user("zoe")
        assert (zoe.name, zoe.groups.exists()) == ("Zoe", False)
        (change,) = ProposedChange.objects.all()
        assert answer.url == change.get_absolute_url()
        assert change.weakenings == ["Zoe Quist may decide on requests: Production outage."]
        shown = text(client.get(answer.url))
        assert "<ins>Database team</ins>" in shown
        assert "<ins>Zoe Quist</ins>" in shown

    def test_who_may_do_less_does_so_at_once(self, client: Client, mei: User) -> None:
        make_scenario()

        saved(client, person("bob"), memberships=[])

        assert not make_user("bob").groups.exists()

    def test_the_form_says_beforehand_whom_it_would_wait_for(
        self, client: Client, mei: User
    ) -> None:
        assert "waits for Noor" in text(client.get(person("zoe")))

    def test_a_new_account_may_do_nothing_and_is_made_at_once(
        self, client: Client, mei: User
    ) -> None:
        url = reverse("admin:accounts_user_add")
        sent = {"email": "new@example.com", "name": "New", "usable_password": "false",
                "reason": "Starts on Monday."}  # fmt: skip

        assert client.post(url, sent).status_code == 302

        assert User.objects.filter(email="new@example.com").exists()
        assert not ProposedChange.objects.exists()

    def test_a_new_person_chooses_a_password_by_mail(
        self, client: Client, mei: User, mailoutbox: list[EmailMessage],
        django_capture_on_commit_callbacks: Any,
    ) -> None:  # fmt: skip
        url = reverse("admin:accounts_user_add")
        sent = filled_in(client, url, email="nina@example.com", name="Nina", reason="New.")
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(url, sent).status_code == 302

        assert not User.objects.get(email="nina@example.com").has_usable_password()
        (mail,) = mailoutbox
        assert mail.to == ["nina@example.com"]
        assert "Choose its password here" in str(mail.body)
        (link,) = re.findall(r"https?://[^/]+(/accounts/password/reset/key/\S+)", str(mail.body))
        client.logout()
        form = client.get(link, follow=True)
        word = "correct-horse-battery"
        client.post(form.redirect_chain[-1][0], {"password1": word, "password2": word})
        assert client.login(email="nina@example.com", password=word)

    def test_a_password_that_is_to_be_given_has_to_be(self, client: Client, mei: User) -> None:
        url = reverse("admin:accounts_user_add")
        sent = filled_in(client, url, email="nina@example.com", usable_password="true")
        assert "Give the password twice, or let them choose one by mail." in text(
            client.post(url, sent)
        )

    def test_taking_the_second_administrator_out_waits_for_them(
        self, client: Client, mei: User
    ) -> None:
        saved(client, person("noor"), memberships=[])

        assert make_user("noor").plays(Part.ADMINISTRATOR)
        assert ProposedChange.objects.get().weakenings == [
            "One administrator is left, and nobody would look at what they change."
        ]

    def test_the_only_administrator_adds_a_second_one(self, client: Client, alone: User) -> None:
        group = alone.groups.get()

        saved(client, person("zoe"), memberships=[group.pk])

        assert make_user("zoe").plays(Part.ADMINISTRATOR)
        (said,) = facts("config.weakened_alone")
        assert said["weakenings"] == ["Zoe becomes an administrator."]


class TestGroups:
    def test_a_part_for_its_members_waits(self, client: Client, mei: User) -> None:
        group = make_group("Night shift", make_user("zoe"))
        url = reverse("admin:auth_group_change", args=[group.pk])

        saved(client, url, parts=["respond"])

        assert not make_user("zoe").plays(Part.RESPONDER)
        change = ProposedChange.objects.get()
        assert change.weakenings == ["Zoe becomes a responder."]
        client.force_login(make_user("noor"))
        seen = filled_in(client, change.get_absolute_url())["seen"]
        client.post(change.get_absolute_url(), {"verdict": "accept", "seen": seen})
        assert make_user("zoe").plays(Part.RESPONDER)

    def test_a_new_one_is_made_at_once(self, client: Client, mei: User) -> None:
        url = reverse("admin:auth_group_add")

        saved(client, url, name="Night shift", parts=["respond"])

        assert not ProposedChange.objects.exists()
        assert make_group("Night shift").permissions.exists()


class TestTargets:
    def test_another_host_waits_with_the_password_for_it(self, client: Client, mei: User) -> None:
        target = make_scenario().targets.get()
        url = reverse("admin:targets_target_change", args=[target.pk])

        sent = {**TARGET, "host": "evil.example.com", "secret": "for-evil"}
        page = client.post(url, sent).headers["Location"]

        target.refresh_from_db()
        assert (target.host, bytes(target.admin_secret)) == ("127.0.0.1", b"")
        assert "for-evil" not in text(client.get(page))
        client.force_login(make_user("noor"))
        seen = filled_in(client, page)["seen"]
        client.post(page, {"verdict": "accept", "seen": seen})
        target.refresh_from_db()
        assert (target.host, target.secret()) == ("evil.example.com", "for-evil")

    def test_a_name_is_changed_at_once(self, client: Client, mei: User) -> None:
        target = make_scenario().targets.get()
        url = reverse("admin:targets_target_change", args=[target.pk])

        saved(client, url, name="Shop", secret="new-secret")

        target.refresh_from_db()
        assert (target.name, target.secret()) == ("Shop", "new-secret")

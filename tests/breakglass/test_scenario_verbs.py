"""What else is done with scenarios in the admin: begin with one, archive, export and import."""

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Part, User
from accounts.parts import give_part
from breakglass import starts
from breakglass.models import Scenario
from tests.breakglass.filled_form import filled_in, send
from tests.breakglass.test_scenario_admin import LIST, address
from tests.make import make_group, make_scenario, make_target, make_user
from tests.record import actors, facts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mei(client: Client) -> User:
    """An administrator by her group alone, signed in."""
    mei = make_user("mei", is_staff=True)
    give_part(make_group("Administrators", mei), Part.ADMINISTRATOR)
    client.force_login(mei)
    return mei


def page(client: Client, url: str) -> str:
    return " ".join(client.get(url).content.decode().split())


def import_(client: Client, text: str, **more: str) -> str:
    answer = client.post(f"{LIST}import/", {"text": text, **more}, follow=True)
    return " ".join(answer.content.decode().split())


class TestBeginning:
    def test_with_another_one_is_saved_as_a_copy(self, client: Client) -> None:
        scenario = make_scenario()
        sent = filled_in(client, f"{LIST}add/?like={scenario.slug}", reason="For the other shop.")

        assert send(client, f"{LIST}add/?like={scenario.slug}", sent).status_code == 302

        copy = Scenario.objects.get(slug="production-outage-copy")
        assert copy.name == "Production outage, copy"
        assert [step.group.name for step in copy.steps.all()] == ["Database team"]
        assert copy.permits.count() == scenario.permits.count()
        assert list(copy.targets.all()) == list(scenario.targets.all())

    def test_with_a_template_says_what_does_not_exist_here(self, client: Client) -> None:
        make_group("Database team", make_user("bob"))

        shown = page(client, f"{LIST}add/?template=production-outage")

        assert "groups that do not exist here: Operations leads, Platform engineers" in shown
        assert "targets that do not exist here: shop-db" in shown
        assert "Customers cannot order, pay or sign in" in shown

    def test_with_nothing_offers_the_templates(self, client: Client) -> None:
        shown = page(client, f"{LIST}add/?template=unheard-of")

        assert all(each.name in shown for each in starts.templates())

    def test_a_template_whose_names_all_exist_misses_nothing(self) -> None:
        make_target("shop-db")
        for name in ("Database team", "Operations leads", "Platform engineers", "Support engineers",
                     "Compliance", "On-call responders"):  # fmt: skip
            make_group(name)

        start = starts.template("drill")

        assert start is not None
        assert start.missing == []
        assert len(start.permits) == 4


class TestArchive:
    def test_asks_why_and_takes_it_out_of_use(self, client: Client, mei: User) -> None:
        scenario = make_scenario()
        url = f"{LIST}{scenario.pk}/archive/"

        assert "Its cases and versions stay" in page(client, url)
        assert client.post(url, {"reason": ""}).status_code == 422
        assert client.post(url, {"reason": "Replaced."}).url == address(scenario)  # type: ignore[attr-defined]
        assert not Scenario.objects.in_use().exists()
        assert actors("scenario.archived") == [mei.ref]

    def test_is_undone_with_a_button(self, client: Client) -> None:
        scenario = make_scenario()
        client.post(f"{LIST}{scenario.pk}/archive/", {"reason": "Replaced."})

        assert reverse("admin:breakglass_scenario_back", args=[scenario.pk]) in page(
            client, address(scenario)
        )
        client.post(f"{LIST}{scenario.pk}/back/", {"reason": "Not yet."})

        assert Scenario.objects.in_use().exists()

    def test_twice_is_refused(self, client: Client) -> None:
        scenario = make_scenario()
        for _ in range(2):
            answer = client.post(f"{LIST}{scenario.pk}/archive/", {"reason": "Replaced."})

        assert answer.status_code == 422
        assert "is archived already" in answer.content.decode()


class TestFiles:
    def test_one_or_all_in_use_are_exported(self, client: Client) -> None:
        make_scenario("one")
        make_scenario("two")

        everything = client.get(f"{LIST}export/")
        one = client.get(f"{LIST}export/?slug=one")

        assert everything["Content-Disposition"] == 'attachment; filename="scenarios.yaml"'
        assert sorted(yaml.safe_load(everything.content)) == ["one", "two"]
        assert list(yaml.safe_load(one.content)) == ["one"]
        assert client.get(f"{LIST}export/?slug=three").status_code == 404
        assert [each["rows"] for each in facts("export.taken")] == [2, 1]

    def test_an_import_is_shown_before_it_is_done(self, client: Client, mei: User) -> None:
        scenario = make_scenario()
        text = client.get(f"{LIST}export/").content.decode()
        text = text.replace("max_minutes: 60", "max_minutes: 90")
        file = SimpleUploadedFile("all.yaml", text.encode())

        shown = client.post(f"{LIST}import/", {"file": file, "_import": ""}).content.decode()

        assert "<ins>1 h 30 min</ins>" in shown
        assert Scenario.objects.get().max_minutes == 60
        assert "as the file says" in import_(client, text, _import="", reason="Longer nights.")
        assert Scenario.objects.get().max_minutes == 90
        version = scenario.versions.first()
        assert version is not None
        assert (version.number, version.made_by, version.reason) == (2, mei, "Longer nights.")

    def test_what_stays_and_what_is_new_is_said(self, client: Client) -> None:
        make_scenario()
        text = client.get(f"{LIST}export/").content.decode()

        assert "As it is" in import_(client, text)
        assert "New" in import_(client, text.replace("production-outage:", "other:"))

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("outage: [", "cannot be read as YAML"),
            ("outage:\n  nmae: x\n", "outage: nmae is not a key of a scenario (line 2)"),
            ("outage:\n  name: X\n  steps:\n    - position: 1\n      group: Nobody\n",
             "steps[1].group names “Nobody”, and there is no such group; make it first (line 5)"),
            ("", "Choose a file, or write its text."),
        ],
    )  # fmt: skip
    def test_a_mistake_is_told_with_its_line(
        self, client: Client, text: str, sentence: str
    ) -> None:
        assert sentence in import_(client, text, _import="", reason="Try.")
        assert not Scenario.objects.exists()

    def test_nothing_is_half_imported(self, client: Client) -> None:
        make_scenario("one")
        text = client.get(f"{LIST}export/").content.decode()
        bad = text.replace("one:", "two:", 1).replace("use_when: Customers", "use_when: ''\nx: C")

        import_(client, text.replace("max_minutes: 60", "max_minutes: 90") + bad, _import="")

        assert Scenario.objects.get().max_minutes == 60

    def test_a_file_that_is_no_text_is_refused(self, client: Client) -> None:
        file = SimpleUploadedFile("all.yaml", b"\xff\xfe")

        assert "not a text file" in client.post(f"{LIST}import/", {"file": file}).content.decode()

    def test_an_import_needs_a_reason_to_be_done(self, client: Client) -> None:
        make_scenario()
        text = client.get(f"{LIST}export/").content.decode()

        assert "Say why" in import_(client, text.replace(": 60", ": 90"), _import="")
        assert Scenario.objects.get().max_minutes == 60

    @pytest.mark.parametrize("place", ["export/", "import/"])
    def test_are_for_administrators(self, client: Client, place: str) -> None:
        client.force_login(make_user("olga", is_staff=True))

        assert client.get(f"{LIST}{place}").status_code == 403

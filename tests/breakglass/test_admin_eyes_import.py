"""Four eyes on files: what weakens a control is proposed, and the rest is made."""

from typing import Any

import pytest
import yaml
from django.test import Client

from accounts.models import User
from breakglass import yaml_files
from breakglass.models import ProposedChange, Scenario
from tests.breakglass.changing import administrators
from tests.breakglass.test_scenario_admin import LIST
from tests.make import make_scenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei(client: Client) -> User:
    """One of two administrators, signed in."""
    mei, _noor = administrators("mei", "noor")
    client.force_login(mei)
    return mei


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


class TestImport:
    def file(self) -> str:
        """Return a file that makes one scenario longer and another one shorter."""
        scenarios = [make_scenario("longer"), make_scenario("shorter")]
        found = yaml.safe_load(yaml_files.dump(scenarios))
        found["longer"]["max_minutes"], found["shorter"]["max_minutes"] = 240, 45
        return yaml.safe_dump(found)

    def test_proposes_what_weakens_and_makes_the_rest(self, client: Client, mei: User) -> None:
        file = self.file()
        shown = text(client.post(f"{LIST}import/", {"text": file}))
        assert "Access may last 4 h instead of 1 h." in shown
        assert Scenario.objects.filter(max_minutes=60).count() == 2

        sent = {"text": file, "reason": "From the file.", "_import": ""}
        answer = client.post(f"{LIST}import/", sent, follow=True)

        assert "One scenario weakens a control" in text(answer)
        assert Scenario.objects.get(slug="longer").max_minutes == 60
        assert Scenario.objects.get(slug="shorter").max_minutes == 45
        assert ProposedChange.objects.get().name == "Longer"

    def test_without_a_reason_shows_once_more_what_it_would_change(
        self, client: Client, mei: User
    ) -> None:
        answer = client.post(f"{LIST}import/", {"text": self.file(), "reason": "", "_import": ""})

        assert answer.status_code == 422
        assert "Say why you change it" in text(answer)
        assert "Access may last 4 h instead of 1 h." in text(answer)
        assert Scenario.objects.filter(max_minutes=60).count() == 2

    def test_is_all_or_nothing_with_what_would_wait(self, client: Client, mei: User) -> None:
        found = yaml.safe_load(self.file())
        found["shorter"]["use_when"] = ""

        sent = {"text": yaml.safe_dump(found), "reason": "From the file.", "_import": ""}
        client.post(f"{LIST}import/", sent)

        assert not ProposedChange.objects.exists()

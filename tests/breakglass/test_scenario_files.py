"""Scenarios as YAML: what goes out comes in again, and a bad file changes nothing."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from breakglass import drafts, yaml_files
from breakglass.models import ApprovalStep, GroupPermit, Permit, Scenario
from breakglass.transitions.imports import bring_in
from config.demo import people
from core.errors import BadInput, WrongState
from tests.make import NOON, StepOf, make_group, make_scenario, make_target, make_user
from tests.record import actors, kinds

pytestmark = pytest.mark.django_db

SEEDS = sorted(Path("breakglass/seeds").glob("*.yaml"))


def picture(slug: str) -> tuple[Any, ...]:
    """Return everything that a file says of a scenario, as the rows have it."""
    scenario = Scenario.objects.get(slug=slug)
    permits = scenario.permits.values_list("permission__codename", "group__name", "until")
    return drafts.rules_of(scenario), sorted(permits, key=str)


def bring(text: str, *, by: User | None = None) -> list[str]:
    plans = yaml_files.read(text, file="x.yaml")
    done = bring_in(plans, by=by, reason="From a file.", at=NOON)
    return [each.scenario.slug for each in done if each.changed]


def refused(text: str) -> str:
    with pytest.raises(BadInput) as refusal:
        bring(text)
    return str(refusal.value)


class TestRoundTrip:
    def test_what_goes_out_comes_in_again(self) -> None:
        security = make_group("Security", make_user("tomas"), make_user("zoe"))
        database = make_group("Database team", make_user("bob"))
        make_scenario(
            steps=[StepOf(database, escalate_after=5), StepOf(security, quorum=2)],
            not_for="Reports:\n- none\n", expected_verbs=["select", "no"], drill=True,
            chat_decides=False, stop_on_breach=True, working_days=[5, 6],
            working_until=dt.time(18, 30), reference_hint="007",
        ).alert_groups.add(security)  # fmt: skip
        GroupPermit.objects.of(Permit.REQUEST).update(until=NOON)
        text, before = yaml_files.dump(Scenario.objects.all()), picture("production-outage")
        GroupPermit.objects.all().delete()
        ApprovalStep.objects.all().delete()
        Scenario.objects.update(not_for="", expected_verbs=[], working_days=[0], drill=False)
        Scenario.objects.update(chat_decides=True, stop_on_breach=False)

        bring(text)

        assert picture("production-outage") == before
        assert yaml_files.dump(Scenario.objects.all()) == text

    def test_the_same_again_changes_nothing(self) -> None:
        make_scenario()
        text = yaml_files.dump(Scenario.objects.all())
        recorded = len(kinds()), len(actors("config.changed"))

        assert bring(text) == []

        assert (len(kinds()), len(actors("config.changed"))) == recorded

    def test_a_key_left_out_means_the_usual_value(self) -> None:
        make_scenario(max_minutes=90, severity="low")
        text = yaml_files.dump(Scenario.objects.all())

        bring("\n".join(line for line in text.splitlines() if "max_minutes" not in line))

        scenario = Scenario.objects.get()
        assert (scenario.max_minutes, scenario.severity) == (60, "low")

    def test_who_and_why_are_on_the_record(self) -> None:
        make_scenario()
        text = yaml_files.dump(Scenario.objects.all()).replace("max_minutes: 60", "max_minutes: 45")
        mei = make_user("mei")

        bring(text, by=mei)

        assert actors("scenario.versioned")[-1] == actors("config.changed")[-1] == mei.ref


words = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"))


class TestAnyText(TestCase):
    """Whatever people write into a scenario survives the file."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(use_when=words.filter(str.strip), verbs=st.lists(words.filter(str.strip), max_size=3))
    def test_survives(self, use_when: str, verbs: list[str]) -> None:
        short = [verb[:40] for verb in verbs if verb[:40].strip()]
        make_scenario(use_when=use_when, expected_verbs=short)
        text = yaml_files.dump(Scenario.objects.all())
        Scenario.objects.update(use_when="Else.", expected_verbs=[])

        bring(text)

        scenario = Scenario.objects.get()
        assert (scenario.use_when, scenario.expected_verbs) == (use_when, short)
        assert drafts.body_of(scenario) == Scenario.objects.get().versions.latest("number").body


GOOD = """
outage:
  name: Outage
  use_when: Nobody can pay.
  targets: [shop-db]
  steps:
    - {position: 1, group: Database team}
  permits:
    request: [Platform engineers]
"""


class TestChange:
    """A file is the whole scenario: what it leaves out goes."""

    def test_steps_are_changed_added_and_removed(self) -> None:
        one, two = make_group("One", make_user("bob")), make_group("Two", make_user("carl"))
        scenario = make_scenario(steps=[StepOf(one, escalate_after=5), StepOf(two)])
        text = yaml_files.dump([scenario])
        second = text[text.index("  - position: 2") : text.index("  permits:")]
        kept = scenario.steps.get(position=1).pk

        bring(text.replace(second, "").replace("escalate_after: 5", "escalate_after: 7"))

        step = scenario.steps.get()
        assert (step.pk, step.escalate_after) == (kept, 7)

    def test_permits_get_an_end_and_go(self) -> None:
        scenario = make_scenario()
        text = yaml_files.dump([scenario])
        ends = "{group: Platform engineers, until: 2027-01-31 18:00:00Z}"

        text = text.replace("review:\n    - Reviewers", "review: []")
        bring(text.replace("- Platform engineers", f"- {ends}"))

        permits = scenario.permits.order_by("group__name").values_list("group__name", "until")
        until = dt.datetime(2027, 1, 31, 18, tzinfo=dt.UTC)
        assert list(permits) == [("Database team", None), ("Platform engineers", until)]


class TestBadFiles:
    @pytest.fixture(autouse=True)
    def house(self) -> None:
        make_target()
        make_group("Database team", make_user("bob"))
        make_group("Platform engineers", make_user("ada"))

    def test_a_good_one_comes_in(self) -> None:
        assert bring(GOOD) == ["outage"]

    @pytest.mark.parametrize(
        ("wrong", "right", "sentence"),
        [
            (
                "group: Database team",
                "group: Databases",
                "outage: steps[1].group names “Databases”",
            ),
            ("[Platform engineers]", "[Nobody]", "outage: permits.request names “Nobody”"),
            ("position: 1,", "position: 1, quorum: -1,", "outage: steps[1].quorum must be a whole"),
            ("position: 1,", "", "outage: steps[1].position is missing"),
            ("position: 1,", "position: 1, escalate_after: x,", "must be a whole number from 0"),
            ("    request: [Platform engineers]", "    - request", "permits must hold keys and"),
            ("name: Outage", "name: A\n  min_justification: -1", "must be a whole number from 0"),
            ("name: Outage", "name: \x07", "x.yaml cannot be read as YAML: unacceptable character"),
            ("position: 1,", "position: 1, boss: Bob,", "outage: steps[1].boss is not a key here"),
            ("targets: [shop-db]", "targets: [shop]", "outage: targets names “shop”"),
            ("targets: [shop-db]", "targets: shop-db", "outage: targets must be a list"),
            ("name: Outage", "name: 12", "outage: name must be text in quotes, not 12"),
            ("name: Outage", "title: Outage", "outage: title is not a key of a scenario"),
            ("name: Outage", "name: ''", "outage: name does not do"),
            ("name: Outage", "name: A\n  break_glass: 1", "outage: break_glass must be true or"),
            ("name: Outage", "name: A\n  severity: huge", "outage: severity does not do"),
            ("name: Outage", "name: A\n  max_minutes: 0", "outage: max_minutes must be a whole"),
            ("name: Outage", "name: A\n  max_minutes: 5", "outage: max_minutes is less than"),
            (
                "name: Outage",
                "name: A\n  working_from: 18:00",
                "outage: working_from must be a time",
            ),
            ("name: Outage", "name: A\n  working_days: [0]", "outage: working_days must be text"),
            ("name: Outage", "name: A\n  working_days: [Moonday]", "must hold days such as Monday"),
            ("name: Outage", "name: A\n  name: B", "“name” is there twice in line 4"),
            ("name: Outage", "name: [", "x.yaml cannot be read as YAML"),
            ("request:", "rule:", "outage: permits.rule is not a key here"),
            ("[Platform engineers]", "[{group: Platform engineers, until: soon}]", "until must be"),
            ("[Platform engineers]", "[Platform engineers, Platform engineers]", "twice"),
            ("Nobody can pay.", "' '", "x.yaml: outage: Say when to use it"),
            ("outage:", "out age:", "slug does not do"),
            ("outage:", "12:", "12 is not a slug"),
        ],
    )
    def test_a_mistake_is_named_with_its_place(self, wrong: str, right: str, sentence: str) -> None:
        assert sentence in refused(GOOD.replace(wrong, right, 1))
        assert not Scenario.objects.exists()

    def test_two_steps_at_one_position(self) -> None:
        twice = "    - {position: 1, group: Database team}\n"

        assert "outage: steps has position 1 twice" in refused(GOOD.replace(twice, twice * 2))

    @pytest.mark.parametrize("text", ["", "[]", "just words", "outage:", "outage: [1]"])
    def test_what_is_no_scenario(self, text: str) -> None:
        assert refused(text).startswith("x.yaml")

    def test_nothing_changes_when_the_last_of_several_is_wrong(self) -> None:
        bad = GOOD.replace("outage:", "second:").replace("Nobody can pay.", "''")

        assert "x.yaml: second: Say when to use it" in refused(GOOD + bad)

        assert not Scenario.objects.exists()

    def test_an_archived_scenario_is_brought_back_first(self) -> None:
        bring(GOOD)
        Scenario.objects.update(archived_at=NOON)

        with pytest.raises(WrongState, match="outage: Outage is archived"):
            bring(GOOD)


class TestCommand:
    def test_exports_what_is_in_use(self, capsys: pytest.CaptureFixture[str]) -> None:
        make_scenario()
        Scenario.objects.create(slug="draft", name="Draft")

        call_command("scenarios", "export")

        assert list(yaml.safe_load(capsys.readouterr().out)) == ["production-outage"]

    def test_imports_and_says_what_changed(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        make_scenario(break_glass=False)
        file = tmp_path / "all.yaml"
        file.write_text(yaml_files.dump(Scenario.objects.all()).replace("60", "50"))

        for options in (["--dry-run"], [], []):
            call_command("scenarios", "import", str(file), *options)

        assert capsys.readouterr().out.splitlines() == [
            "production-outage: would become version 2",
            "production-outage: is now version 2",
            "production-outage: unchanged, version 2",
        ]

    def test_says_what_is_odd(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        make_scenario()
        file = tmp_path / "all.yaml"
        file.write_text(yaml_files.dump(Scenario.objects.all()))

        call_command("scenarios", "import", str(file))

        assert "  warning: Access may start before approval" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["export", "nowhere"], "There is no scenario nowhere."),
            (["import", "nowhere.yaml"], "nowhere.yaml cannot be read"),
            (["import", "{seed}", "--as", "x@example.com"], "Nobody here has the mail address"),
            (["import", "{seed}"], "customer-record-emergency.yaml: customer-record-emergency:"),
        ],
    )
    def test_says_what_is_wrong(self, arguments: list[str], sentence: str) -> None:
        with pytest.raises(CommandError, match=sentence):
            call_command("scenarios", *[each.format(seed=SEEDS[0]) for each in arguments])


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: str(seed.stem))
def test_each_seed_comes_into_the_demo_without_a_remark(seed: Path) -> None:
    people.make("a-password-for-nobody")
    make_target()

    call_command("scenarios", "import", str(seed), "--weaken-alone", "The demonstration.")

    scenario = Scenario.objects.get()
    assert scenario.slug == seed.stem
    assert yaml_files.read(yaml_files.dump([scenario]), file="again")

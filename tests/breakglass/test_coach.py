"""What the coach says of reasons: each rule by itself, then good and poor ones as people write."""

import dataclasses
import functools
from pathlib import Path
from typing import Any

import pytest
import yaml

from breakglass import coach
from breakglass.coach import Coaching, Said, Sort
from breakglass.copies import Copy, alike
from breakglass.models import Scenario
from breakglass.rules import Rules
from tests.make import REASON

GOOD = [
    "Checkout fails for all customers since 02:05; I will find the blocking session in shop-db.",
    "Payment worker is down since this morning. I will restart the worker and check the queue.",
    "Orders 4411 to 4420 are stuck since yesterday, I will set their state in orders to placed.",
    "Suspicious sign-ins on shop-db since 01:10: I want to export the audit log for forensics.",
    "Customer 881 was charged twice at 09:30. I need to look up his payments and refund one.",
]
POOR = ["test", "fix it", "urgent please", "INC-20481", "see ticket INC-20481", "shop-db",
        "need prod access now", "asdf asdf", "as discussed", "problem with something"]  # fmt: skip


@functools.cache
def rules() -> Rules:
    """Return the rules of the scenario that is shipped for outages."""
    text = Path("breakglass/seeds/production-outage.yaml").read_text(encoding="utf-8")
    said = yaml.safe_load(text)["production-outage"]
    defaults = {
        field.name: getattr(Scenario(), field.name, ())
        for field in dataclasses.fields(Rules)
        if field.name not in ("targets", "steps", "alert_groups")
    }
    names = {*defaults} & {*said}
    body = {**defaults, **{name: said[name] for name in names}}
    return Rules.from_body({**body, "targets": [], "steps": [], "alert_groups": []})


def read(justification: str, **said: Any) -> Coaching:
    usual = {"targets": ["shop-db"], "reference": "INC-20481", **said}
    return coach.read(Said(justification=justification, **usual), rules=rules())


def sort(about: str, justification: str, **said: Any) -> Sort | None:
    """Return how the remark of this name is meant, None where it is not made."""
    remarks = read(justification, **said).remarks
    return next((each.sort for each in remarks if each.about == about), None)


def advice(justification: str, **said: Any) -> str:
    missing = read(justification, **said).missing
    return missing.text if missing else ""


class TestRules:
    @pytest.mark.parametrize("text", ["shop-db is slow", "orders", "a look into payments", "shop"])
    def test_a_system_is_named_by_its_name_its_objects_or_a_word_of_them(self, text: str) -> None:
        assert sort("System", text) is Sort.CLEAR

    def test_a_system_that_is_not_named_is_asked_for_by_its_name(self) -> None:
        assert sort("System", "Everything on the database is slow") is Sort.MISSING
        said = [each.text for each in read("It is slow").remarks]
        assert "Name what you will touch: shop-db." in said

    def test_a_plan_is_a_deed_and_a_thing(self) -> None:
        assert sort("Plan", "Checkout fails") is Sort.MISSING
        assert sort("Plan", "Checkout fails, I will fix it") is Sort.MISSING
        assert sort("Plan", "Checkout fails, I will restart the worker") is Sort.CLEAR
        assert sort("Plan", "Checkout fails", intent="Look for locks") is Sort.CLEAR

    def test_whoever_says_no_thing_is_asked_to_what(self) -> None:
        text = "Checkout of shop-db fails for all customers since 02:05, I will fix it"
        assert advice(text).startswith("And to what?")

    def test_who_suffers_and_since_when(self) -> None:
        for about, clear, missing in (
            ("Impact", "Patients wait", "I will look at it"),
            ("Since when", "since 02:05", "I will look at it"),
            ("Since when", "broken this morning", "for a reason"),
        ):
            assert sort(about, clear) is Sort.CLEAR
            assert sort(about, missing) is Sort.MISSING

    def test_a_ticket_is_named_and_written_as_it_should_be(self) -> None:
        assert sort("Ticket", REASON) is Sort.CLEAR
        assert sort("Ticket", REASON, reference="") is Sort.MISSING
        assert advice(f"{GOOD[0]}", reference="2041").startswith("Write the reference as")

    def test_a_ticket_that_no_rule_wants_is_not_missed(self) -> None:
        free = dataclasses.replace(rules(), reference_required=False)
        said = Said(justification=GOOD[0], targets=["shop-db"])
        told = coach.read(said, rules=free)
        assert (told.score, [each.about for each in told.remarks].count("Ticket")) == (100, 0)

    @pytest.mark.parametrize(
        "text", ["INC-20481", "see ticket INC-20481", "As described in #4711", "cf. OPS-7781"]
    )
    def test_a_ticket_alone_is_no_reason(self, text: str) -> None:
        assert advice(text).startswith("A ticket alone says too little")

    @pytest.mark.parametrize("text", ["test", "please fix urgent", "need prod access now"])
    def test_words_that_fit_any_day_are_no_reason(self, text: str) -> None:
        assert advice(text).startswith("These words would fit any day")

    def test_a_short_reason_is_asked_for_more(self) -> None:
        assert advice("locks in orders").startswith("Say in one sentence")

    def test_whoever_only_looks_changes_nothing(self) -> None:
        look = "Checkout of shop-db fails since 02:05. Just looking at the locks."
        assert sort("Only looking", look) is None
        assert sort("Only looking", look, intent="Select, Explain") is None
        assert sort("Only looking", look, intent="Update") is Sort.ODD
        assert "you only look, and also: changing or running." in advice(look, intent="Update")
        assert sort("Only looking", f"{look} Then I delete the sessions.") is Sort.ODD

    def test_nobody_is_told_off_for_what_they_will_not_do(self) -> None:
        for text in (
            "Read only: compare orders and payments without deleting rows",
            "Just checking whether the update job runs, nothing will be changed",
            "Only looking at rows that were deleted",
        ):
            assert sort("Only looking", text) is None

    def test_a_read_only_door_does_not_fit_a_change_in_words(self) -> None:
        text = "Orders are stuck. I will update the state of orders."
        assert sort("Only looking", text) is None
        assert "A read-only door does not allow: changing or running." in advice(
            text, read_only=True
        )
        assert sort("Only looking", "Export the orders to a file", read_only=True) is None

    def test_a_copy_costs_points_and_says_of_which_case(self) -> None:
        whole = read(GOOD[0]).score
        for copied, lost, said in (
            (Copy(case=7, exact=True, own=True), 20, "These are the words of Case 7."),
            (Copy(case=7, exact=False, own=True), 20, "These are nearly the words of Case 7."),
            (Copy(case=7, exact=False, own=False), 10, "Much the same was said in Case 7."),
        ):
            told = read(GOOD[0], copied=copied)
            assert told.score == whole - lost
            assert told.missing
            assert told.missing.text.startswith(said)

    @pytest.mark.parametrize(
        "text",
        [
            "Die Bestellungen in shop-db hängen seit 02:05, ich will die Sperre finden und lösen.",
            "Les commandes sont bloquées dans shop-db depuis 02:05, je vais supprimer le verrou.",
        ],
    )
    def test_another_language_is_neither_blamed_nor_praised(self, text: str) -> None:
        told = read(text)
        assert (told.judged, told.expected) == (False, ())
        assert advice(text).startswith("Your words are not English")
        assert {each.about for each in told.remarks} & {"Plan", "Impact"} == set()
        assert told.score >= 80


class TestExpected:
    def test_the_requester_sees_what_a_reviewer_will_expect(self) -> None:
        told = read("I will check the orders and payments, then delete the old sessions.")
        assert [(each.what, each.things) for each in told.expected] == [
            ("reading", "orders, payments"),
            ("deleting", "old sessions"),
        ]

    def test_the_plan_counts_as_words_do(self) -> None:
        told = read("Checkout fails", intent="Select, Update. Look for locks")
        assert [each.what for each in told.expected] == ["reading", "changing or running"]


class TestWhole:
    def test_good_reasons_score_high_and_poor_ones_low(self) -> None:
        assert {text: read(text).score for text in GOOD if read(text).score < 85} == {}
        assert {text: read(text).score for text in POOR if read(text).score > 45} == {}

    def test_nothing_that_can_be_sent_is_too_much(self) -> None:
        for text in ("", "\x00", "<b>x</b>", "'" * 5000, "I will " * 700, "🙈" * 5000):
            assert 0 <= read(text).score <= 100


class TestCopies:
    @pytest.mark.parametrize(
        "other",
        [
            REASON.replace("11:40", "03:15"),
            REASON.replace("blocking", "hanging"),
            f"{REASON} Again since 09:10.",
            REASON.upper().replace(";", " -"),
        ],
    )
    def test_a_few_other_words_or_numbers_make_no_other_reason(self, other: str) -> None:
        assert alike(REASON, other)

    @pytest.mark.parametrize("other", [*GOOD[1:], "Checkout fails.", ""])
    def test_what_happened_another_time_is_another_reason(self, other: str) -> None:
        assert not alike(REASON, other)

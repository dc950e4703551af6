"""What was seen of a case: every reporter, how late it was, and every gap that is known."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import log
from breakglass.models import Grant
from reviews import coverage
from reviews.coverage import Coverage, Stream
from targets.events import ActionPerformed, LogGap, SourceHeard
from targets.models import Door, LogPosition, Source, Target
from tests import record
from tests.breakglass.api import call
from tests.make import NOON, make_broken_glass, make_request, make_scenario, make_target
from tests.reviews.browser import page, recent
from tests.reviews.make import make_carla, make_cast, make_use, sequence
from tests.targets.test_ingest import make_source

pytestmark = pytest.mark.django_db
END = NOON + timedelta(minutes=20)


def used(*slugs: str, until: datetime | None = END, **door: Any) -> Grant:
    """Return an access whose doors stood open from noon on, and were read to their end."""
    targets = [make_target(slug) for slug in slugs or ["shop-db"]]
    grant = make_broken_glass(make_scenario(targets=targets)).grant
    closed = {"state": "closed", "closing_at": until, "closed_at": until, "verified_at": until,
              "collected_at": until}  # fmt: skip
    standing = {"state": "open"}
    told = (closed if until else standing) | {"opened_at": NOON} | door
    Door.objects.filter(grant=grant.pk).update(**told)
    sequence(NOON)
    return grant


def did(grant: Grant, *, at: datetime = NOON, late: float = 2, **facts: Any) -> None:
    """Do something that stands in the record `late` seconds after it happened."""
    usual: dict[str, Any] = {
        "target": "shop-db", "statement": "SELECT 1", "parameters": "", "verb": "select",
        "objects": [], "result": "00000", "message": "", "database": "shop", "session": "1",
        "application": "", "client_address": "", "microseconds": 1, "truncated": False,
    }  # fmt: skip
    entered = at + timedelta(seconds=late)
    with transaction.atomic():
        log.record(
            ActionPerformed(**usual | facts), actor=grant.holder.ref, subject=grant.ref,
            case=grant.case_ref, at=entered, occurred_at=at,
        )  # fmt: skip
    sequence(entered)


def seen(grant: Grant, *, at: datetime = END) -> Coverage:
    sequence()
    return coverage.of(list(grant.doors()), case=grant.case_ref, at=at)


def missing(grant: Grant, *, at: datetime = END) -> list[str]:
    return [each.text for _target, each in seen(grant, at=at).missing]


def only(grant: Grant) -> Stream:
    (stream,) = seen(grant).streams
    return stream


class TestOwnLog:
    def test_a_log_that_was_read_to_its_end_has_nothing_missing(self) -> None:
        told = seen(used())
        assert (told.tone, told.missing) == ("ok", [])
        assert told.sentence == "Seen: 1 of 1 targets, nothing missing."

    def test_says_how_late_actions_were_on_the_record(self) -> None:
        grant = used()
        for late in (1, 1.5, 90):
            did(grant, late=late)
        assert only(grant).brought == (
            "3 actions; half were on the record within 1.5 s, all within 1 min."
        )

    def test_a_clock_that_is_ahead_makes_no_action_early(self) -> None:
        grant = used()
        did(grant, late=-30)
        assert only(grant).brought == "1 action; it was on the record 0.0 s later."

    def test_a_part_that_was_lost_is_a_danger(self) -> None:
        grant = used()
        for why in (LogGap.REMOVED, LogGap.BEGUN_ANEW, LogGap.UNREADABLE):
            gap = LogGap(target="shop-db", file="a.json", offset=9, why=why, since=NOON.isoformat())
            with transaction.atomic():
                log.record(gap, actor=log.SYSTEM, subject=grant.ref, case=grant.case_ref, at=END)
        told = missing(grant)
        assert told[0].startswith("a.json was removed before it was read whole: something after")
        assert told[1].startswith("a.json was begun anew: something between")
        assert told[2] == "a.json has a line about this access that cannot be read."
        assert (seen(grant).tone, seen(grant).sentence) == (
            "danger",
            "Seen: 1 of 1 targets. 3 gaps.",
        )

    def test_what_is_not_read_yet_waits(self) -> None:
        grant = used(collected_at=None)
        assert missing(grant) == ["Its log is not read to the end of this access yet."]
        assert seen(grant).tone == "wait"

    def test_why_it_cannot_be_read_is_said(self) -> None:
        grant = used(until=None)
        assert missing(grant) == []
        facts: dict[str, Any] = {"file": "a.json", "modified_at": NOON, "last_error": "Gone."}
        LogPosition.objects.create(target=make_target(), **facts)
        assert missing(grant) == ["Its log cannot be read now, and is tried again: Gone."]

    def test_cut_statements_and_ends_that_nobody_saw_are_counted(self) -> None:
        grant = used()
        did(grant, truncated=True)
        did(grant, result="")
        did(grant, result="")
        cut, endless = missing(grant)
        assert cut.startswith("1 statement is longer than what is kept")
        assert endless.startswith("The end of 2 statements was not seen")

    def test_of_a_door_that_never_opened_there_was_nothing_to_see(self) -> None:
        told = seen(make_use())
        assert (told.tone, told.streams) == ("", ())
        assert told.sentence == "No door was opened, so there was nothing to see."

    def test_each_target_has_its_own(self) -> None:
        grant = used("shop-db", "billing-db")
        did(grant, target="billing-db")
        assert [(each.target, each.sighting is None) for each in seen(grant).streams] == [
            ("billing-db", False),
            ("shop-db", True),
        ]

    def test_a_target_that_was_renamed_keeps_what_it_brought(self) -> None:
        grant = used()
        did(grant)
        Target.objects.update(name="shop database")
        told = seen(grant)
        assert {each.target for each in told.streams} == {"shop-db", "shop database"}

    def test_a_target_whose_log_nobody_reads_is_a_danger(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(coverage, "OF_LOG", {})
        grant = used()
        assert missing(grant)[0].startswith("Nothing reports from here")
        assert (seen(grant).tone, seen(grant).sentence) == (
            "danger",
            "Seen: 0 of 1 targets. 1 gap.",
        )
        did(grant, source="shipper")
        assert missing(grant) == []


class TestSources:
    def make(self, **fields: Any) -> Source:
        usual: dict[str, Any] = {"target": make_target(), "last_heard_at": END}
        return make_source(**usual | fields)

    def streams(self, grant: Grant) -> dict[str, Stream]:
        return {each.source: each for each in seen(grant).streams}

    def test_a_source_of_the_target_reports_even_where_it_brought_nothing(self) -> None:
        grant = used()
        self.make()
        told = self.streams(grant)["shipper"]
        assert told.brought == "It brought no action of this case."
        assert (told.language, told.missing) == ("Shell commands", ())
        assert "inside an editor" in told.blind

    def test_a_source_without_a_target_reports_where_it_brought_something(self) -> None:
        grant = used()
        self.make(target=None)
        assert "shipper" not in self.streams(grant)
        did(grant, source="shipper", result="")
        told = self.streams(grant)["shipper"]
        assert told.sighting
        assert (told.sighting.count, told.missing) == (1, ())

    def test_a_source_that_is_switched_off_or_of_another_target_reports_nothing(self) -> None:
        grant = used()
        self.make(enabled=False)
        self.make(name="other", secret="bgs_o", target=make_target("other-db"))
        assert [*self.streams(grant)] == [""]

    def test_a_source_that_was_never_heard_of_is_missing(self) -> None:
        grant = used()
        self.make(last_heard_at=None)
        assert missing(grant) == ["Nothing was ever heard of this source."]
        assert self.streams(grant)["shipper"].since is None

    @pytest.mark.parametrize(
        ("since", "until", "counts"),
        [(-60, -50, False), (-60, 5, True), (5, 10, True), (15, 600, True), (30, 60, False)],
    )
    def test_a_silence_counts_where_it_meets_the_access(
        self, since: int, until: int, *, counts: bool
    ) -> None:
        grant, source = used(), self.make()
        began = NOON + timedelta(minutes=since)
        with transaction.atomic():
            log.record(
                SourceHeard(name="shipper", since=began.isoformat()),
                actor=log.SYSTEM, subject=source.ref, at=NOON + timedelta(minutes=until),
            )  # fmt: skip
        sequence(NOON + timedelta(minutes=until))
        assert bool(missing(grant)) == counts

    def test_a_silence_that_goes_on_counts_from_when_it_began(self) -> None:
        grant = used()
        self.make(silent_since=NOON)
        assert missing(grant)[0].startswith("Silent since ")
        Source.objects.update(silent_since=END)
        assert missing(grant) == []


class TestWhole:
    def test_the_number_of_questions_is_always_the_same(self) -> None:
        few, many = used("a-db"), None
        sequence()
        with CaptureQueriesContext(
            connection,
        ) as before:
            coverage.of(list(few.doors()), case=few.case_ref, at=END)
        many = make_broken_glass(
            make_scenario("big", targets=[make_target(f"db-{n}") for n in range(9)])
        ).grant
        Door.objects.filter(grant=many.pk).update(state="open", opened_at=NOON)
        for number in range(9):
            make_source(f"s{number}", f"bgs_{number}", target=make_target(f"db-{number}"))
            did(many, target=f"db-{number}", source=f"s{number}")
        sequence()
        with CaptureQueriesContext(connection) as after:
            assert len(coverage.of(list(many.doors()), case=many.case_ref, at=END).streams) == 18
        assert len(after) == len(before)

    def test_the_review_says_it_near_the_top_and_in_full_below(self) -> None:
        review = recent()
        Door.objects.update(opened_at=NOON, collected_at=NOON)
        did(review.grant)
        sequence(timezone.now())
        text = page("rita", review.get_absolute_url()).content.decode()
        assert 'href="#coverage">Seen: 1 of 1 target' in text
        assert text.index("What could be seen") > text.index("Seen: 1 of 1 target")
        assert "It does not show which rows were seen" in text

    def test_on_the_case_only_whoever_reviews_or_oversees_sees_it(self) -> None:
        review = recent()
        make_carla()
        Door.objects.update(opened_at=NOON)
        for name, sees in (("rita", True), ("carla", True), ("ada", False), ("bob", False)):
            text = page(name, review.grant.request.get_absolute_url()).content.decode()
            assert ("What could be seen" in text) == sees, name

    def test_the_api_tells_it_to_the_same_people(self) -> None:
        grant = recent().grant
        make_cast()
        Door.objects.update(opened_at=NOON, collected_at=NOON)
        did(grant, late=1.5)
        address = f"cases/{grant.request.case}/coverage"
        for name, status in (("carla", 200), ("otto", 200), ("ada", 403), ("bob", 403)):
            assert call(name, address).status_code == status, name
        assert record.facts("access.refused")[-1]["verb"] == "see_coverage"
        assert call("mallory", address).status_code == 404
        told = call("rita", address).json()
        (stream,) = told["streams"]
        assert (told["tone"], told["opened"], told["unwatched"]) == ("ok", ["shop-db"], [])
        assert (stream["actions"], stream["typical_lag"], stream["worst_lag"]) == (1, 1.5, 1.5)
        assert (stream["reporter"], stream["missing"]) == ("", [])

    def test_the_api_tells_it_of_a_case_without_access(self) -> None:
        case = make_request(make_scenario(), at=timezone.now()).case
        told = call("rita", f"cases/{case}/coverage").json()
        assert (told["tone"], told["streams"]) == ("", [])

    def test_a_case_without_access_has_none(self) -> None:
        request = make_request(make_scenario(), at=timezone.now())
        text = page("rita", request.get_absolute_url()).content.decode()
        assert "What could be seen" not in text

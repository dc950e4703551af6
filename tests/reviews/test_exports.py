"""How many rows leave in a file is on the record before they do."""

import csv
import io
import zipfile
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit import erasure, log, reading
from audit.export_transitions import take_export
from audit.models import Entry
from reviews.files import TABLES
from tests.audit.make import erase, make_sealer
from tests.make import make_scenario, make_user
from tests.record import actors, facts, kinds
from tests.reviews.browser import client, page, recent
from tests.reviews.campaigns.make import begin_rights, emergency
from tests.reviews.make import LATER, make_cast, make_finding, make_obligation, sequence

pytestmark = pytest.mark.django_db


def lines(answer: Any) -> list[list[str]]:
    """Return the rows of a file, below its header."""
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]


def house() -> None:
    """Let there be something to take away of each sort."""
    scenario = make_scenario(max_concurrent=9)
    review = recent(scenario)
    recent(scenario, by="eve")
    make_finding(review, at=timezone.now())
    make_obligation(review, at=timezone.now())
    make_cast()


class TestRows:
    def test_of_every_list_are_those_that_are_in_the_file(self) -> None:
        house()
        held = {}
        for name in ("cases", "reviews", "findings", "obligations", "reports"):
            held[name] = len(lines(page("carla", reverse(f"{name}-sheet"))))

        assert held == {"cases": 2, "reviews": 2, "findings": 1, "obligations": 1, "reports": 0}
        assert {each["what"]: each["rows"] for each in facts("export.taken")} == held
        assert set(actors("export.taken")) == {make_user("carla").ref}

    def test_say_what_the_list_was_narrowed_to(self) -> None:
        house()

        page("carla", reverse("reviews-sheet"), scenario="production-outage", tab="done")
        page("carla", reverse("reviews-sheet"), scenario="production-outage", verdict="")

        said = [(each["rows"], each["chosen"]) for each in facts("export.taken")]
        assert said == [
            (0, {"scenario": "production-outage", "tab": "done"}),
            (2, {"scenario": "production-outage"}),
        ]

    def test_of_the_dashboard_are_counted_without_what_frames_them(self) -> None:
        house()
        tables = {
            name: lines(page("carla", reverse("dashboard-sheet", args=[name]))) for name in TABLES
        }

        page("carla", reverse("dashboard-sheet", args=["all"]))

        said = {each["chosen"]["table"]: each["rows"] for each in facts("export.taken")}
        assert said == {
            **{name: len(rows) for name, rows in tables.items()},
            "all": sum(map(len, tables.values())),
        }

    def test_of_a_campaign_are_its_items(self) -> None:
        emergency()
        campaign = begin_rights()

        held = lines(page("carla", reverse("campaign-sheet", args=[campaign.pk])))

        assert facts("export.taken")[0]["rows"] == len(held) == campaign.items.count()

    def test_of_a_case_file_are_its_entries(self, tmp_path: Any) -> None:
        review = recent()
        sequence()
        make_sealer(tmp_path)()
        answer = page("ada", reverse("case-file", args=[review.grant.request.case]))

        with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
            held = sum(name.startswith("entries/") for name in bundle.namelist())
        said = facts("export.taken")[0]
        assert said["rows"] == held == Entry.objects.filter(case=review.case_ref).count()
        assert said["chosen"] == {"case": str(review.grant.request.case)}

    def test_of_the_ledger_are_its_entries(self) -> None:
        recent()
        sequence()
        make_cast()
        kind = {"kind": "review.owed"}

        held = lines(page("otto", reverse("ledger-sheet"), **kind))

        said = facts("export.taken")[0]
        assert (said["rows"], said["chosen"]) == (len(held), kind) == (1, kind)


class TestNothingLeaves:
    def test_where_there_are_too_many_rows_or_no_right(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        house()
        monkeypatch.setattr("core.sheets.MOST", 1)

        for name, url in (("carla", "reviews-sheet"), ("rita", "reports-sheet")):
            assert page(name, reverse(url)).status_code in (400, 403)

        assert "export.taken" not in kinds()

    def test_that_is_not_on_the_record(self, monkeypatch: pytest.MonkeyPatch) -> None:
        house()
        carla = client("carla")
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            carla.get(reverse("reviews-sheet"))


class TestTold:
    def test_with_how_many_rows_of_what(self) -> None:
        ada = make_user("ada")
        take_export(by=ada, what="cases", rows=1234, chosen={"q": "shop"}, subject="", at=LATER)
        take_export(by=ada, what="case_file", rows=1, chosen={}, subject="", at=LATER)
        sequence()
        entries = Entry.objects.filter(kind="export.taken").order_by("seq")

        assert [each.sentence for each in reading.told(entries)] == [
            "took 1,234 rows away as a file: the list of cases (narrowed to q shop)",
            "took 1 row away as a file: a case, with proofs",
        ]

    def test_still_when_the_words_it_was_narrowed_to_are_erased(self, tmp_path: Any) -> None:
        ada = make_user("ada")
        take_export(by=ada, what="cases", rows=3, chosen={"q": "Eve"}, subject="", at=LATER)
        sequence()
        entry = Entry.objects.get(kind="export.taken")
        erase(entry.seq)
        make_sealer(tmp_path)()
        assert erasure.finish() == 1

        told = reading.told([Entry.objects.get(pk=entry.pk)])[0].sentence

        assert told.startswith("took 3 rows away as a file: the list of cases")
        assert "Eve" not in told


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("The record cannot be written.")

"""The report, as a page, as PDF and as a table; the sample that a command draws again."""

import io
import shutil
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from core.errors import WrongState
from reviews.campaigns import report, transitions
from reviews.campaigns.sampling import Size
from reviews.models import Campaign, CampaignItem
from tests.make import NOON, make_user
from tests.reviews.browser import page
from tests.reviews.campaigns.make import (
    BEGUN,
    begin_cases,
    begin_rights,
    decide,
    decide_all,
    emergency,
    make_cases,
    membership,
)
from tests.reviews.make import make_use

pytestmark = pytest.mark.django_db
PANGO = pytest.mark.needs("pango-view")


def signed() -> Campaign:
    """Return a sample of two cases that Carla signed off."""
    campaign = begin_cases(2)
    decide_all(campaign, by="otis")
    return transitions.sign_off(campaign, by=make_user("carla"), at=BEGUN)


def drawn(*given: str) -> list[str]:
    """Return the lines that the command prints."""
    out = io.StringIO()
    call_command("campaign_sample", *given, stdout=out)
    return out.getvalue().splitlines()


class TestReport:
    def test_says_what_was_decided_and_how_to_check_it(self) -> None:
        campaign = signed()

        text = page("carla", reverse("campaign-report", args=[campaign.pk])).content.decode()

        assert "Signed off by Carla, 2026-12-02 12:00 UTC." in text
        for proof in (campaign.seed, campaign.population_hash, campaign.decisions_hash):
            assert proof in text

    def test_says_what_is_missing_while_it_is_open(self) -> None:
        campaign = begin_rights()
        decide(membership(campaign, "ada"), "remove", "Has left.")

        text = page("carla", reverse("campaign-report", args=[campaign.pk])).content.decode()

        assert "Not signed off" in text
        assert "Has left." in text

    def test_says_when_a_right_was_used_that_nobody_has_decided_on_yet(self) -> None:
        make_use(emergency(), at=NOON)
        campaign = begin_rights()

        lines = report.gather(campaign, at=BEGUN, by=make_user("carla"))["lines"]

        used = {str(item.person): item.used_at for item, _ in lines if item.person}
        assert (used["Ada"], used["Eve"]) == (NOON, None)

    def test_is_a_table_as_well(self) -> None:
        campaign = signed()

        text = page("carla", reverse("campaign-sheet", args=[campaign.pk])).content.decode()

        assert text.count("In order,") == 2


class TestPdf:
    @PANGO
    def test_is_one_of_several_kinds_of_proof(self) -> None:
        reply = page("carla", reverse("campaign-pdf", args=[signed().pk]))

        assert reply["Content-Type"] == "application/pdf"
        assert reply.content.startswith(b"%PDF-")
        assert b"/StructTreeRoot" in reply.content or len(reply.content) > 5000

    @PANGO
    def test_markup_in_words_stays_words_and_nothing_is_fetched(self) -> None:
        campaign = begin_rights()
        decide(membership(campaign, "ada"), "remove", '<img src="http://127.0.0.1:1/x"><script>')

        context = report.gather(campaign, at=BEGUN, by=make_user("carla"))

        assert report.pdf(context).startswith(b"%PDF-")

    def test_where_pango_is_missing_a_page_says_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("reviews.campaigns.report.sys.executable", shutil.which("false"))
        campaign = signed()
        broken = page("carla", reverse("campaign-pdf", args=[campaign.pk]))

        def without_pango(*_: Any, **__: Any) -> Any:
            return type("Press", (), {"returncode": 3, "stdout": b""})

        monkeypatch.setattr("reviews.campaigns.report.subprocess.run", without_pango)
        lacking = page("carla", reverse("campaign-pdf", args=[campaign.pk]))

        assert (broken.status_code, lacking.status_code) == (503, 503)
        assert "Print the report with your browser" in broken.content.decode()
        assert "libpango-1.0-0" in lacking.content.decode()

    def test_a_press_that_hangs_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(report, "_PATIENCE", 0.001)
        context = report.gather(signed(), at=BEGUN, by=make_user("carla"))

        with pytest.raises(WrongState, match="took too long"):
            report.pdf(context)


class TestCommand:
    def test_draws_the_sample_of_a_campaign_again(self) -> None:
        campaign = begin_cases(5, size=Size(wanted=2))

        lines = drawn(str(campaign.pk))

        sample = [item.subject for item in campaign.items.all()]
        assert lines[0] == "population 5"
        assert lines[1] == f"sha256     {campaign.population_hash}"
        assert lines[4:] == [*sample, "This is the sample that the campaign looks at."]

    def test_draws_one_with_a_seed_of_ones_own(self) -> None:
        make_cases(5)
        asked = ["--since", "2026-11-01", "--until", "2026-11-30", "--seed", "7"]

        assert len(drawn(*asked, "--cases", "3")) == 4 + 3
        assert len(drawn(*asked, "--share", "20", "--by-scenario", "--population")) == 5 + 1

    def test_says_when_the_campaign_looks_at_another(self) -> None:
        campaign = begin_cases(5, size=Size(wanted=2))
        CampaignItem.objects.filter(campaign=campaign, position=1).delete()

        with pytest.raises(CommandError, match="The sample is not the one"):
            drawn(str(campaign.pk))

    def test_says_when_cases_are_missing(self) -> None:
        campaign = begin_cases(2)
        Campaign.objects.update(population_hash="0" * 64)

        with pytest.raises(CommandError, match="The population is not the one"):
            drawn(str(campaign.pk))

    @pytest.mark.parametrize(
        "given",
        [
            ["nonsense"],
            ["0" * 32],
            [],
            ["--since", "2026-11-01", "--until", "2026-11-30", "--seed", "7"],
            ["--since", "soon", "--until", "2026-11-30", "--seed", "7", "--cases", "1"],
            ["--since", "2026-11-01", "--until", "2026-11-30", "--seed", "7", "--cases", "1",
             "--scenario", "nothing"],
        ],
    )  # fmt: skip
    def test_refuses_what_it_does_not_know(self, given: list[str]) -> None:
        with pytest.raises(CommandError):
            drawn(*given)

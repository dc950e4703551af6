"""Figures and days that a command has where a request says others."""

import pytest

from judgement import given
from judgement.grounds import Grounds
from judgement.reasons import read

WORKERS = "Load the stock of 3 to 5 June again with 2 workers, the 6th came in as it should"


class TestGiven:
    @pytest.mark.parametrize(
        ("reason", "action", "told"),
        [
            (WORKERS, "load --date 2026-06-04 --workers 12", "workers"),
            (WORKERS, "load --date 2026-06-04 --workers 2", ""),
            (WORKERS, "tail -n 40 /srv/load.log", ""),
            ("Give web-3 a quarter of its weight of 80", "set server web-3 weight 60", "weight"),
            ("Give web-3 a quarter of its weight of 80", "set server web-3 weight 20", ""),
            ("Keep the topic 2 days, no longer", "config --set retention=2d", ""),
            ("Retention of the topic is 7 days. Make it 2d", "x retention.ms=172800000", ""),
            ("Retention of the topic is 7 days. Make it 2", "x retention.ms=17", "retention.ms"),
        ],
    )
    def test_a_figure_is_another_where_none_that_was_said_makes_it(
        self, reason: str, action: str, told: str
    ) -> None:
        found = given.another(Grounds.of(read(reason)), action)
        assert (found[0] if found else "") == told

    @pytest.mark.parametrize(
        ("action", "told"),
        [
            ("load --date 2026-06-05", ""),
            ("load --date 2026-06-06", "2026-06-06"),
            ("load --from 2026-06-03 --until 2026-06-06", ""),
            ("cp a.csv a.2026-07-01.csv", ""),
        ],
    )
    def test_a_day_is_another_unless_it_only_ends_what_was_named(
        self, action: str, told: str
    ) -> None:
        assert given.another_day(Grounds.of(read(WORKERS)), action) == told

    @pytest.mark.parametrize(
        ("action", "told"),
        [
            ("load --from 2026-06-03", "2026-06-03"),
            ("load --from 2026-06-05", ""),
            ("load --from 2026-06-03 --to 2026-06-05", ""),
        ],
    )
    def test_days_that_were_named_have_an_end(self, action: str, told: str) -> None:
        assert given.open_ended(Grounds.of(read(WORKERS)), action) == told

    def test_what_is_run_days_later_was_to_be_run_then(self) -> None:
        for reason, told in (
            ("Take the right away again at 06:00 tomorrow", "30 days"),
            ("Take the right away again in 30 days", ""),
        ):
            grounds = Grounds.of(read(reason))
            assert given.much_later(grounds, "echo 'rm /srv/x' | at 06:00 + 30 days") == told

    def test_a_setting_of_which_nobody_spoke_is_told(self) -> None:
        grounds = Grounds.of(read("Retention of topic clicks.raw is 7 days, make it 2 days"))
        for setting, told in (("retention.ms", ""), ("insync.replicas", "insync.replicas")):
            assert given.unspoken_setting(grounds, f"k --add-config {setting}=1") == told

    def test_what_is_set_beside_what_was_said_is_told(self) -> None:
        grounds = Grounds.of(read("Raise the heap in jvm.options from 2g to 3g, Xmx"))
        for more, told in (("s/debug=no/debug=yes/", "debug"), ("s/Xms2g/Xms3g/", "")):
            action = f"sed -i -e 's/Xmx2g/Xmx3g/' -e '{more}' /etc/app/jvm.options"
            assert given.beside(grounds, action) == told

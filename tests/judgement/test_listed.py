"""What leaves beyond the columns that a request lists, or that it rules out."""

import pytest

from judgement.facts import Kind
from judgement.grounds import Grounds
from judgement.listed import beyond, selected
from judgement.reading import facts_of
from judgement.reasons import read

LIST = "The court wants a csv of the seized bikes: frame number, colour, place. No names"
COPY = "\\copy (SELECT no FROM bike) TO '/srv/bikes.csv' CSV"
COUNT = "How many bikes were seized? No names needed"


def of(reason: str, action: str) -> str:
    """Return what an action shows that the request does not list."""
    return beyond(Grounds.of(read(reason)), facts_of(Kind.SQL, action), action)


class TestListed:
    @pytest.mark.parametrize(
        ("columns", "strange"),
        [
            ("frame_no, colour, place", ""),
            ("frame_no, colour, seized_at", ""),
            ("frame_no, owner_name", "owner_name"),
            ("frame_no, resale_margin", "resale_margin"),
            ("frame_no, phone", "phone"),
        ],
    )
    def test_more_leaves_than_the_columns_that_are_listed(self, columns: str, strange: str) -> None:
        assert of(LIST, COPY.replace("no", columns)) == strange

    def test_what_is_kept_of_people_leaves_without_being_listed(self) -> None:
        reason = "I write the seized bikes to /srv/bikes.csv"
        assert of(reason, "\\copy (SELECT id, phone FROM bike) TO '/srv/bikes.csv'") == "phone"
        assert not of(reason, "\\copy (SELECT id, margin FROM bike) TO '/srv/bikes.csv'")

    def test_names_that_are_ruled_out_are_not_read_either(self) -> None:
        assert of(COUNT, "SELECT owner_name FROM bike") == "owner_name"
        assert not of(COUNT, "SELECT count(*) FROM bike")
        assert not of(COUNT, "SELECT brand_name FROM bike")

    def test_of_a_query_the_columns_count_that_stand_alone(self) -> None:
        assert selected("SELECT DISTINCT b.frame_no AS no, max(x) FROM b WHERE y = 4") == (
            "frame_no",
        )

"""A clean verdict says of how many actions nothing has been said that ask for a word."""

import pytest

from breakglass.transitions import ask
from reviews.forms import VerdictForm
from reviews.models import JudgedAction, Review
from tests.make import make_user
from tests.reviews.make import LATER, make_finding, over, taken

pytestmark = pytest.mark.django_db


def note(review: Review, verdict: str = "justified") -> str:
    """Return what stands beside the choice of a verdict."""
    return str(VerdictForm(review=review).fields["verdict"].widget.notes[verdict])


def test_they_are_counted_beside_the_choice_until_a_finding_or_a_question_names_them() -> None:
    review = taken(over("SELECT * FROM orders WHERE id = 7", "DELETE FROM payments WHERE id = 3",
                        "UPDATE customers SET name = 'x' WHERE id = 4"))  # fmt: skip
    about = JudgedAction.objects.of_case(review.case_ref).filter(standing="outside")
    first, second = about.order_by("entry_seq").values_list("entry_seq", flat=True)
    begins = "Nothing that was done needs an answer."
    assert note(review).startswith(f"{begins} 2 actions are out of scope, or grave")

    make_finding(review, action=first)
    assert note(review).startswith(f"{begins} 1 action is out of scope, or grave")

    asked = review.grant.request
    ask(asked, by=make_user("rita"), text="Why customer 4?", about=second, at=LATER)
    assert note(review) == begins


def test_what_is_explained_needs_no_word() -> None:
    review = taken(over("SELECT * FROM orders WHERE id = 7"))

    assert note(review) == "Nothing that was done needs an answer."

"""What a mail says of silence: the same as the form and the case."""

import pytest

from tests.alerts.make import catch_up, mail_of, make_cast, send
from tests.make import make_broken_glass

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("ratify_within", "then"),
    [(60, "a finding opens; the door has closed by then."), (10, "the door closes then and")],
)
def test_says_what_silence_after_a_broken_glass_does(ratify_within: int, then: str) -> None:
    make_broken_glass(make_cast(ratify_within=ratify_within))
    catch_up()
    send()
    said = " ".join(mail_of("bob", "broke the glass").text.split())
    assert then in said.partition("Unless somebody ratifies it by")[2]

"""Decision links: one person's way to one decision."""

from datetime import timedelta

import pytest

from breakglass import links, transitions
from breakglass.models import DecisionLink, Request
from core.errors import NotAllowed
from tests.make import (
    NOON,
    StepOf,
    make_group,
    make_request,
    make_scenario,
    make_user,
    voice,
)

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)


class TestLinks:
    """Trap 8, as far as it does not need a browser."""

    def test_a_link_is_used_once(self) -> None:
        database = make_group("Database team", make_user("bob"), make_user("carl"))
        request = make_request(make_scenario(steps=[StepOf(database, quorum=2)]))
        link = _link(request, "bob")

        transitions.approve(request, voice=voice("bob", link=link), at=LATER)

        link.refresh_from_db()
        assert link.used_at == LATER
        assert links.why_spent(link, at=LATER) is not None

    def test_a_forwarded_link_does_nothing_for_somebody_else(self) -> None:
        request = make_request(make_scenario())
        link = _link(request, "bob")

        with pytest.raises(NotAllowed, match="was sent to Bob"):
            transitions.approve(request, voice=voice("carl", link=link), at=LATER)

        link.refresh_from_db()
        assert link.used_at is None

    def test_an_expired_link_does_nothing(self) -> None:
        request = make_request(make_scenario())
        link = _link(request, "bob")
        DecisionLink.objects.update(expires_at=LATER)
        link.refresh_from_db()

        with pytest.raises(NotAllowed, match="This link ended"):
            transitions.approve(request, voice=voice("bob", link=link), at=LATER)

    def test_a_withdrawn_link_does_nothing(self) -> None:
        request = make_request(make_scenario())
        link = _link(request, "bob")
        link.revoked_at = LATER
        link.save()

        with pytest.raises(NotAllowed, match="withdrawn"):
            transitions.approve(request, voice=voice("bob", link=link), at=LATER)

    def test_a_link_of_another_request_does_nothing(self) -> None:
        scenario = make_scenario()
        link = _link(make_request(scenario), "bob")
        other = make_request(scenario, by=make_user("eve"))

        with pytest.raises(NotAllowed, match="another request"):
            transitions.approve(other, voice=voice("bob", link=link), at=LATER)

    def test_an_altered_token_names_nothing(self) -> None:
        token = links.token(_link(make_request(make_scenario()), "bob"))

        assert links.find(token) is not None
        other = "1" if token.startswith("0") else "0"
        assert links.find(other + token[1:]) is None
        assert links.find("nonsense") is None

    def test_the_same_person_gets_the_same_open_link(self) -> None:
        request = make_request(make_scenario())

        assert _link(request, "bob") == _link(request, "bob")


def _link(request: Request, name: str) -> DecisionLink:
    link = links.issue(request, person=make_user(name), at=NOON)
    assert link is not None
    return link

"""Somebody is away and named nobody: an administrator proposes who decides in their place."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from breakglass import policy, transitions
from breakglass.differences import differences
from breakglass.models import ProposedChange, Request, Substitution
from breakglass.transitions import changes
from breakglass.transitions.lending import lend_for_another
from core import zones
from core.errors import NotAllowed, WrongState
from tests.breakglass.browser import client, see, text
from tests.breakglass.changing import WHY, administrators, mark
from tests.breakglass.test_replay import enter, replay
from tests.make import NOON, make_request, make_scenario, make_user
from tests.record import actors, facts, kinds

pytestmark = pytest.mark.django_db
DAY, LATER = timedelta(days=1), NOON + timedelta(hours=1)


def propose(by: User, *, since: int = 0, days: int = 7) -> Substitution | ProposedChange:
    """Return what comes of naming Dora for Bob, from in `since` days on, for some days."""
    bob, dora = make_user("bob"), make_user("dora")
    begin = zones.day_end(zones.today(NOON) + (since - 1) * DAY) if since else NOON
    until = zones.day_end(zones.today(NOON) + (since + days - 1) * DAY)
    return lend_for_another(bob, substitute=dora, period=(begin, until), by=by, reason=WHY, at=NOON)


def proposed(by: User, **period: int) -> ProposedChange:
    """Return the change that waits."""
    change = propose(by, **period)
    assert isinstance(change, ProposedChange)
    return change


def may_decide(request: Request) -> bool:
    return policy.why_not_decide(request, by=make_user("dora"), at=LATER) is None


def test_waits_for_another_administrator_and_the_record_names_both() -> None:
    request = make_request(make_scenario())
    max_, mia = administrators("max", "mia")
    change = proposed(max_)
    assert not may_decide(request)
    [said] = change.weakenings
    assert said.startswith("Dora may decide in the place of Bob until ")
    [difference] = differences(ProposedChange.Kind.PERSON, change.before, change.after)
    assert difference.new[0].startswith("Dora, from ")
    changes.accept(change, by=mia, seen=mark(change), at=LATER)
    assert may_decide(request)
    [named] = facts("substitution.named")
    assert (named["by_another"], named["second"]) == (True, mia.ref)
    assert actors("substitution.named") == [max_.ref]
    enter()
    assert replay() == []


def test_takes_effect_at_once_where_nobody_else_could_look() -> None:
    make_scenario()
    [max_] = administrators("max")
    assert isinstance(propose(max_), Substitution)
    assert facts("substitution.named")[0]["second"] == ""
    assert "config.weakened_alone" in kinds()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("eve", "Only an administrator"),
        ("bob", "Name your own substitute yourself"),
    ],
)
def test_is_for_administrators_and_never_for_oneself(name: str, why: str) -> None:
    make_scenario()
    administrators("max", "bob")
    with pytest.raises(NotAllowed, match=why):
        propose(make_user(name))
    assert kinds()[-1] == "access.refused"


def test_begins_later_or_with_what_is_left_of_its_days() -> None:
    make_scenario()
    max_, mia = administrators("max", "mia")
    later = proposed(max_, since=3)
    changes.accept(later, by=mia, seen=mark(later), at=LATER)
    assert Substitution.objects.get().since == zones.day_end(zones.today(NOON) + 2 * DAY)
    short = proposed(max_, days=1)
    outlook = changes.foresee(short, at=NOON + 2 * DAY)
    assert outlook.why_not == "Let it end after it begins."


def test_replaces_no_other_change_that_one_has_proposed() -> None:
    make_scenario()
    max_, _mia = administrators("max", "mia")
    change = proposed(max_)
    with pytest.raises(WrongState, match="A change of Bob that you proposed waits already"):
        propose(max_)
    change.refresh_from_db()
    assert change.state == "waiting"


def test_the_persons_own_choice_comes_first() -> None:
    make_scenario()
    max_, _mia = administrators("max", "mia")
    change, bob = proposed(max_), make_user("bob")
    transitions.name_substitute(
        bob, substitute=make_user("carl"), since=NOON, until=NOON + DAY, by=bob, at=NOON
    )
    outlook = changes.foresee(change, at=LATER)
    assert not outlook.stale
    assert str(outlook.why_not).startswith("Carl stands in until")


class TestPage:
    def send(self, who: str, **changes: Any) -> Any:
        today = str(zones.today(timezone.now()))
        fields = {
            "away": "bob@example.com", "substitute": "dora@example.com", "since": today,
            "until": today, "reason": WHY, **changes,
        }  # fmt: skip
        return client(who).post("/profile/substitutes/away/", fields)

    def test_proposes_it_and_leads_to_the_change(self) -> None:
        make_scenario()
        make_user("dora")
        administrators("max", "mia")
        assert "For somebody who is away" in text(see("max", "/profile/substitutes/"))
        answer = self.send("max")
        assert answer["Location"] == ProposedChange.objects.get().get_absolute_url()
        assert "Who stands in for them" in text(see("mia", answer["Location"]))

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"away": "nobody@example.com"}, "somebody who is here"),
            ({"away": "max@example.com"}, "Name your own substitute yourself"),
            ({"away": "dora@example.com"}, "Dora decides in no scenario"),
            ({"until": "2020-01-01"}, "Let it end after it begins"),
            ({"reason": ""}, "Say why; it stands in the record."),
        ],
    )
    def test_says_what_is_wrong(self, changes: dict[str, str], why: str) -> None:
        make_scenario()
        make_user("dora")
        administrators("max", "mia")
        answer = self.send("max", **changes)
        assert answer.status_code == 422
        assert why in text(answer)

    def test_is_nobody_elses(self) -> None:
        make_scenario()
        make_user("dora")
        assert "For somebody who is away" not in text(see("bob", "/profile/substitutes/"))
        assert self.send("bob").status_code == 403

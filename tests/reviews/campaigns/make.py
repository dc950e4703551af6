"""Make campaigns, and what they look at."""

from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import Part, User
from breakglass.models import Scenario
from reviews.campaigns import deciding, transitions
from reviews.campaigns.populations import Scope
from reviews.campaigns.sampling import Size
from reviews.campaigns.transitions import Plan
from reviews.models import Campaign, CampaignItem, Review
from tests.make import NOON, make_group, make_scenario, make_user
from tests.reviews.make import make_carla, make_review

Kind = Campaign.Kind
BEGUN = NOON + timedelta(days=30)
DUE = BEGUN + timedelta(days=14)
NOVEMBER = date(2026, 11, 1), date(2026, 11, 30)


def make_officers() -> tuple[User, User]:
    """Return Carla and Otis, compliance officers; Alma and Arno are administrators."""
    make_group("Administrators", make_user("alma"), make_user("arno"), part=Part.ADMINISTRATOR)
    carla, otis = make_carla(), make_user("otis")
    make_group("Compliance", otis, part=Part.COMPLIANCE)
    return carla, otis


def plan(kind: Campaign.Kind = Kind.CASES, *, seed: str = "4711", due_at: datetime = DUE,
         rhythm: Campaign.Rhythm = Campaign.Rhythm.ONCE, **scope: Any) -> Plan:  # fmt: skip
    """Return the plan of a campaign about November."""
    values: dict[str, Any] = {
        "first": NOVEMBER[0],
        "last": NOVEMBER[1],
        "size": Size(wanted=2) if kind == Kind.CASES else Size(),
    }
    return Plan(
        scope=Scope(kind=kind, **{**values, **scope}), due_at=due_at, seed=seed, rhythm=rhythm
    )


def begin(kind: Campaign.Kind = Kind.CASES, *, by: str = "carla", at: datetime = BEGUN,
          **wanted: Any) -> Campaign:  # fmt: skip
    """Return a campaign of Carla's."""
    make_officers()
    person = make_user(by)
    return transitions.begin(plan(kind, **wanted), owner=person, by=person, at=at)


def emergency() -> Scenario:
    """Return the usual scenario, made at first use."""
    return Scenario.objects.filter(slug="production-outage").first() or make_scenario()


def make_cases(number: int = 3) -> None:
    """Let Ada use an emergency so many times in November, a day apart."""
    scenario = emergency()
    for day in range(number):
        make_review(scenario, at=NOON + timedelta(days=day))


def begin_cases(number: int = 3, **wanted: Any) -> Campaign:
    """Return a sample of as many cases as there are."""
    make_cases(number)
    return begin(Kind.CASES, **{"size": Size(share=100), **wanted})


def begin_rights(**wanted: Any) -> Campaign:
    """Return a re-certification of the rights in one scenario."""
    emergency()
    return begin(Kind.RIGHTS, **wanted)


def review_of(item: CampaignItem) -> Review:
    """Return the review that a sampled case leads to."""
    assert item.review is not None
    return item.review


def membership(campaign: Campaign, name: str, group: str = "") -> CampaignItem:
    """Return the item of somebody's membership."""
    items = campaign.items.filter(person=make_user(name))
    return items.get(group__name=group) if group else items.get()


def permit(campaign: Campaign, group: str, **more: Any) -> CampaignItem:
    """Return the item of a group's permit."""
    return campaign.items.exclude(scenario=None).get(group__name=group, **more)


def decide(item: CampaignItem, outcome: str, note: str = "", *, by: str = "carla",
           at: datetime = BEGUN) -> CampaignItem:  # fmt: skip
    """Return the item after somebody decided on it."""
    return deciding.decide(item, by=make_user(by), outcome=outcome, note=note, at=at)


def decide_all(campaign: Campaign, outcome: str = "in_order", *, by: str = "carla") -> None:
    """Decide on all that is left."""
    for item in campaign.items.left():
        decide(item, outcome, by=by)

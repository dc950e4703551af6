"""Review debt: what is overdue makes the next access say why it cannot wait."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from audit import log
from breakglass import debt, risks, transitions
from breakglass.models import Request, Scenario, Waiver
from core.errors import BadInput
from tests.breakglass.api import call
from tests.make import REASON, make_ask, make_scenario, make_user
from tests.record import facts, kinds
from tests.reviews.browser import client, page
from tests.reviews.make import LATER, judge, make_obligation, make_review, taken

pytestmark = pytest.mark.django_db
WHY = "The reviewer is ill, and customers cannot pay."
LONG_AFTER = LATER + timedelta(days=30)


def house() -> tuple[Scenario, Scenario]:
    """Return two scenarios, in each of which Ada and Eve may ask."""
    return make_scenario(max_concurrent=9), make_scenario("lost-admin", max_concurrent=9)


def debts(scenario: Scenario, name: str) -> list[str]:
    found = debt.owed(scenario, person=make_user(name), at=LONG_AFTER)
    return [str(each.sentence) for each in found]


def break_glass(scenario: Scenario, name: str, waiver: str = "") -> Request:
    ask = make_ask(scenario, waiver=waiver)
    return transitions.break_glass(scenario, by=make_user(name), ask=ask, at=LONG_AFTER)


class TestOwed:
    def test_an_overdue_review_burdens_its_person_and_its_scenario(self) -> None:
        scenario, other = house()
        review = make_review(scenario)
        said = (
            f"The review of Case {review.grant.request.case} (Ada, Production outage) is overdue."
        )

        assert debts(scenario, "ada") == debts(other, "ada") == debts(scenario, "eve") == [said]
        assert debts(other, "eve") == []

    def test_so_does_an_overdue_obligation_with_who_has_to_do_it(self) -> None:
        scenario, other = house()
        review = make_review(scenario)
        make_obligation(review, owner="eve")
        judge(taken(review))
        case = review.grant.request.case
        said = [f"“Rotate the secret” of Case {case} is overdue (Eve has to do it)."]

        assert debts(other, "eve") == debts(other, "ada") == debts(scenario, "eve") == said
        assert debts(other, "bob") == []

    def test_whoever_has_to_review_it_owes_it_too(self) -> None:
        scenario, other = house()
        taken(make_review(scenario))

        assert len(debts(other, "rita")) == 1
        assert debts(other, "carl") == []

    def test_what_is_in_time_or_done_is_none(self) -> None:
        scenario, _ = house()
        judge(taken(make_review(scenario)))
        make_review(scenario, at=LONG_AFTER - timedelta(hours=1))

        assert debts(scenario, "ada") == []


class TestAsk:
    @pytest.mark.parametrize("verb", [transitions.submit, transitions.break_glass])
    def test_needs_a_waiver_with_a_reason(self, verb: Any) -> None:
        scenario, _ = house()
        make_review(scenario)

        for words in ("", "asap"):
            ask = make_ask(scenario, waiver=words)
            with pytest.raises(BadInput, match="compliance is told at once") as refusal:
                verb(scenario, by=make_user("ada"), ask=ask, at=LONG_AFTER)
            assert refusal.value.field == "waiver"
            assert "(Ada, Production outage) is overdue" in str(refusal.value)
        assert Request.objects.count() == 1

    def test_goes_on_with_one_which_is_on_the_record_and_critical(self) -> None:
        scenario, _ = house()
        review = make_review(scenario)

        request = break_glass(scenario, "eve", WHY)

        assert request.grant.is_live(LONG_AFTER)
        assert request.waiver.reason == WHY
        said = facts("debt.waived")[0]
        assert (said["person"], said["owed"]) == (make_user("eve").ref, [review.ref])

    def test_counts_against_the_person_and_the_scenario(self) -> None:
        scenario, other = house()
        make_review(scenario)
        break_glass(scenario, "ada", WHY)
        break_glass(scenario, "eve", WHY)
        request = break_glass(other, "ada", WHY)

        counted = Waiver.objects.lately(make_user("ada"), scenario, LONG_AFTER)
        assert counted == (2, 2)
        signal = next(each for each in risks.signals(request, at=LONG_AFTER)
                      if each.name == "Debt waived")  # fmt: skip
        assert "the person had 2 waivers, the scenario 1" in signal.sentence

    def test_without_debt_nothing_is_waived_whatever_was_written(self) -> None:
        scenario, _ = house()

        break_glass(scenario, "ada", WHY)

        assert not Waiver.objects.exists()
        assert "debt.waived" not in kinds()

    def test_names_three_and_counts_the_rest(self) -> None:
        scenario, _ = house()
        for _each in range(5):
            make_review(scenario)

        with pytest.raises(BadInput, match="2 more things are overdue"):
            break_glass(scenario, "ada")

    def test_more_time_of_what_is_open_needs_none(self) -> None:
        scenario, _ = house()
        grant = break_glass(scenario, "ada").grant
        make_review(scenario)

        more = transitions.ask_for_more_time(
            grant, by=make_user("ada"), minutes=5, justification=REASON, at=LONG_AFTER
        )
        assert more.state == Request.State.PENDING

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        scenario, _ = house()
        make_review(scenario)
        recorded = log.record

        def fail(event: Any, **said: Any) -> object:
            if event.kind == "debt.waived":
                raise RuntimeError("The record cannot be written.")
            return recorded(event, **said)

        monkeypatch.setattr(log, "record", fail)
        with pytest.raises(RuntimeError):
            break_glass(scenario, "eve", WHY)

        assert Request.objects.count() == 1
        assert not Waiver.objects.exists()


class TestPage:
    def sent(self, scenario: Scenario, **more: str) -> Any:
        said = {
            "scenario": scenario.slug, "targets": "shop-db", "minutes": "30",
            "justification": REASON, "urgency": "break_glass", "held": "on", **more,
        }  # fmt: skip
        return client("ada").post(reverse("request-new"), said)

    def test_asks_for_one_more_field_only_where_something_is_overdue(self) -> None:
        scenario, _ = house()
        here = {"url": reverse("request-new"), "scenario": scenario.slug}
        assert "id_waiver" not in page("ada", **here).content.decode()

        make_review(scenario, by="eve", at=timezone.now() - timedelta(days=60))
        text = page("ada", **here).content.decode()
        assert "(Eve, Production outage) is overdue." in text
        assert "Why can this access not wait for it?" in text

    def test_with_the_reason_it_goes_on_within_the_same_request(self) -> None:
        scenario, _ = house()
        make_review(scenario, by="eve", at=timezone.now() - timedelta(days=60))
        refused = self.sent(scenario)
        assert refused.status_code == 422
        assert REASON in refused.content.decode()  # nothing typed is lost
        assert "compliance is told at once" in refused.content.decode()

        going_on = self.sent(scenario, waiver=WHY)

        assert going_on.status_code == 302
        case = page("ada", going_on["Location"]).content.decode()
        assert "Asked although something was overdue" in case
        assert f"“{WHY}”" in case

    def test_says_it_with_everything_else_that_is_wrong(self) -> None:
        scenario, _ = house()
        make_review(scenario, by="eve", at=timezone.now() - timedelta(days=60))

        text = self.sent(scenario, justification="").content.decode()

        assert "Say what is wrong" in text
        assert "compliance is told at once" in text

    def test_the_api_asks_the_same(self) -> None:
        scenario, _ = house()
        make_review(scenario, by="eve", at=timezone.now() - timedelta(days=60))
        ask = {"scenario": scenario.slug, "targets": ["shop-db"], "justification": REASON,
               "minutes": 30, "urgency": "break_glass"}  # fmt: skip

        refused = call("ada", "requests", ask)
        assert refused.status_code == 422
        assert "is overdue" in refused.content.decode()
        assert call("ada", "requests", {**ask, "waiver": WHY}).status_code == 201


@pytest.mark.parametrize("fields", [{"reason": ""}, {"owed": []}])
def test_the_database_refuses(fields: dict[str, object]) -> None:
    scenario, _ = house()
    make_review(scenario)
    break_glass(scenario, "eve", WHY)

    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.update(**fields)

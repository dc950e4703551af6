"""Substitutes are asked beside those they stand in for, and each answer names both people."""

from datetime import timedelta

import pytest

from alerts.models import Mail
from breakglass import transitions
from breakglass.transitions.lending import lend_for_another
from tests.alerts.make import (
    catch_up,
    mail_of,
    make_cast,
    send,
    told,
)
from tests.make import NOON, make_broken_glass, make_group, make_request, make_user, voice

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
WEEK = timedelta(days=7)


def substitute(name: str, instead_of: str) -> None:
    bob = make_user(instead_of)
    transitions.name_substitute(
        bob, substitute=make_user(name), since=NOON, until=NOON + WEEK, by=bob, at=NOON
    )


class TestNaming:
    def test_is_told_to_the_substitute_and_compliance_at_once(self) -> None:
        make_cast()
        substitute("dora", "bob")
        catch_up()
        assert told("substitution.named") == {"dora": "substitute", "cora": "compliance"}
        send()
        assert "Bob named you" in mail_of("dora", "Dora stands in for Bob").text
        assert "This widens who may approve" in mail_of("cora", "Dora stands in for Bob").text

    def test_its_end_is_told_to_those_who_did_not_bring_it_about(self) -> None:
        make_cast()
        substitute("dora", "bob")
        made = make_user("bob").substitutions.get()
        transitions.end_substitution(made, by=make_user("dora"), at=LATER)
        catch_up()
        assert told("substitution.ended") == {"bob": "substitute", "cora": "compliance"}

    def test_for_somebody_who_is_away_is_told_to_them_as_well(self) -> None:
        make_cast()
        bob, period = make_user("bob"), (NOON, NOON + WEEK)
        lend_for_another(
            bob, substitute=make_user("dora"), period=period,
            by=make_user("max"), reason="Bob is ill.", at=NOON,
        )  # fmt: skip
        catch_up()
        assert told("substitution.named") == {
            "bob": "substitute", "dora": "substitute", "cora": "compliance",
        }  # fmt: skip
        while send():
            pass
        assert "Max named Dora for Bob, who is away" in mail_of("bob", "Dora stands in").text


class TestAsking:
    def test_asks_the_substitute_too_and_says_for_whom(self) -> None:
        scenario = make_cast()
        substitute("dora", "bob")
        make_request(scenario)
        catch_up()
        assert told("request.submitted") == {"bob": "asked", "carl": "asked", "dora": "asked"}
        send()
        mine = mail_of("dora", "Ada asks for").text
        assert "You stand in for: Bob" in mine
        assert "/d/" in mine
        assert "You stand in for" not in mail_of("bob", "Ada asks for").text

    @pytest.mark.parametrize("name", ["carl", "ada"])
    def test_asks_nobody_twice_and_never_the_requester(self, name: str) -> None:
        scenario = make_cast()
        substitute(name, "bob")
        make_request(scenario)
        catch_up()
        assert told("request.submitted") == {"bob": "asked", "carl": "asked"}

    def test_asks_nobody_in_the_place_of_whoever_filed_it(self) -> None:
        scenario = make_cast()
        make_group("Platform engineers", make_user("bob"))
        substitute("dora", "bob")
        ask = transitions.Ask(
            targets=list(scenario.targets.all()), minutes=30,
            justification="Checkout is down for everybody since 11:40.",
        )  # fmt: skip
        transitions.submit(scenario, by=make_user("bob"), person=make_user("ada"), ask=ask, at=NOON)
        catch_up()
        assert told("request.submitted") == {"carl": "asked"}

    def test_tells_of_broken_glass(self) -> None:
        make_cast()
        substitute("dora", "bob")
        make_broken_glass(at=NOON)
        catch_up()
        assert told("breakglass.activated")["dora"] == "asked"


def test_an_answer_names_both_and_the_person_hears_of_it() -> None:
    request = make_request(make_cast())
    substitute("dora", "bob")
    catch_up()
    transitions.deny(request, voice=voice("dora", "Not at noon."), at=LATER)
    catch_up()
    assert told("decision.denied") == {"ada": "requester", "bob": "approver", "carl": "approver"}
    send()
    assert mail_of("ada", "Denied by Dora (standing in for Bob)")
    assert not Mail.objects.filter(subject__contains="None").exists()

"""What a request says will stay, and whether an action keeps to that."""

import pytest

from judgement import cloudtrail, http, kept, kubernetes
from judgement.facts import Facts

STAYS = [
    ("delete job mail-7. cronjob itself and older runs i leave alone", {"cronjob"}),
    ("I reset her token. Password stays as it is.", {"password"}),
    ("remove his login. The policies are kept, there is a legal hold.", {"polici"}),
    ("Unblock the card, the limits remain untouched", {"limit"}),
    ("add 9102 to the rule, keep an eye on it and stay on the phone", set()),
    ("correct this ingress. Rest of the ingresses must stay how they are.", set()),
]


def deleted(resource: str, name: str) -> Facts:
    return kubernetes.facts({"verb": "delete", "objectRef": {"resource": resource, "name": name}})


class TestKept:
    @pytest.mark.parametrize(("text", "kinds"), STAYS)
    def test_a_sentence_says_what_stays(self, text: str, kinds: set[str]) -> None:
        found = kept.kept(text).kinds
        assert kinds <= found if kinds else not found

    def test_a_name_stays_in_the_sentence_that_a_short_one_points_to(self) -> None:
        text = "Refund cap_77f21. First capture cap_77e08 is the right one, stays."
        assert kept.kept(text).names == {"cap_77e08"}

    def test_names_may_be_said_by_how_they_begin(self) -> None:
        text = "I drain the node. Pods of timescale-* stay where they are."
        assert kept.broken(text, deleted("pods", "timescale-1")) == "timescale-1"
        assert not kept.broken(text, deleted("pods", "portal-1"))

    def test_a_kind_is_broken_by_the_call_whose_last_word_it_is(self) -> None:
        text = "IAM user kim: remove the login. The user and the policies are kept."
        delete = {"eventName": "DeleteUser", "requestParameters": {"userName": "kim"}}
        assert kept.broken(text, cloudtrail.facts(delete))
        login = {"eventName": "DeleteLoginProfile", "requestParameters": {"userName": "kim"}}
        assert not kept.broken(text, cloudtrail.facts(login))

    def test_of_an_address_it_is_the_last_word(self) -> None:
        text = "Unblock card 4410. Spending limits remain untouched."
        assert kept.broken(text, http.facts("PATCH /cards/4410/limits 200"))
        assert not kept.broken(text, http.facts("POST /cards/4410/unblock 200"))

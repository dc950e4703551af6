import json

import pytest

from judgement.facts import Facts, Kind, Quality, Verb
from judgement.reading import facts_of


class TestNeutral:
    def test_what_neither_changes_nor_discloses_is_neutral(self) -> None:
        assert Facts(kind=Kind.SQL, verbs=frozenset({Verb.NEUTRAL})).neutral

    def test_one_telling_verb_is_enough_not_to_be(self) -> None:
        assert not Facts(kind=Kind.SQL, verbs=frozenset({Verb.NEUTRAL, Verb.READ})).neutral

    def test_what_could_not_be_read_is_never_neutral(self) -> None:
        unread = Facts(kind=Kind.SHELL, verbs=frozenset(), quality=Quality.NONE)
        assert not unread.neutral


class TestForm:
    @pytest.mark.parametrize(
        ("kind", "said"),
        [
            (Kind.SQL, "DELETE FROM orders"),
            (Kind.SQL, "SELECT name FROM customers WHERE id <> 42 LIMIT 5"),
            (Kind.SQL, "%%%"),
            (Kind.SHELL, "sudo scp -r /srv/x eve@files.example.org:/tmp"),
            (Kind.HTTP, '{"method": "DELETE", "path": "/users/7"}'),
        ],
    )
    def test_in_json_holds_everything(self, kind: Kind, said: str) -> None:
        facts = facts_of(kind, said)
        assert Facts.of(json.loads(json.dumps(facts.body()))) == facts

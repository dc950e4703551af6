from judgement.facts import Facts, Kind, Quality, Verb


class TestNeutral:
    def test_what_neither_changes_nor_discloses_is_neutral(self) -> None:
        assert Facts(kind=Kind.SQL, verbs=frozenset({Verb.NEUTRAL})).neutral

    def test_one_telling_verb_is_enough_not_to_be(self) -> None:
        assert not Facts(kind=Kind.SQL, verbs=frozenset({Verb.NEUTRAL, Verb.READ})).neutral

    def test_what_could_not_be_read_is_never_neutral(self) -> None:
        unread = Facts(kind=Kind.SHELL, verbs=frozenset(), quality=Quality.NONE)
        assert not unread.neutral

import pytest

from judgement.facts import Verb
from judgement.reasons import read


class TestTelling:
    @pytest.mark.parametrize(
        "text",
        [
            "Update screen of the Order Manager freezes for branch 14",
            "Import of the price list hangs",
            "Checkout is slow since the deploy",
            "delete button is broken",
            "Reset of PINs doesn't work",
        ],
    )
    def test_what_is_wrong_permits_only_to_look_for_the_cause(self, text: str) -> None:
        assert read(text).verbs == {Verb.READ}
        assert read(text).diagnoses

    @pytest.mark.parametrize(
        ("text", "verb"),
        [
            ("Delete the rows that are stuck", Verb.DELETE),
            ("Please restart nginx, it hangs", Verb.EXEC),
            ("Order 7 is stuck, please cancel it", Verb.WRITE),
            ("Restart the worker because it hangs", Verb.EXEC),
            ("Delete the failed job 7", Verb.DELETE),
        ],
    )
    def test_what_is_asked_for_is_permitted_all_the_same(self, text: str, verb: Verb) -> None:
        assert verb in read(text).verbs

    def test_what_somebody_does_or_did_asks_for_nothing(self) -> None:
        assert Verb.DELETE not in read("The certificate of web-3 expires at noon").verbs
        assert Verb.DELETE not in read("Look at the rows that the job purged").verbs
        assert Verb.DELETE in read("I want the job rows purged").verbs

    def test_to_report_what_was_found_takes_nothing_away(self) -> None:
        assert Verb.EXPORT not in read("Check the queue and report to the provider").verbs
        assert Verb.EXPORT in read("Check the queue and send the dump to the provider").verbs

    def test_a_deed_behind_an_article_is_a_thing_unless_it_shall_be_done(self) -> None:
        assert Verb.SCHEMA not in read("Look at the migration log").verbs
        assert Verb.EXEC in read("Look at the rollback first, then run the rollback").verbs

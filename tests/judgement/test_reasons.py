import pytest

from judgement.facts import Verb
from judgement.reasons import LONGEST, Clause, read


def only(text: str) -> Clause:
    """Return the one clause of a text."""
    (clause,) = read(text).clauses
    return clause


class TestVerbs:
    def test_each_clause_permits_what_its_own_words_ask_for(self) -> None:
        first, second = read("Check the invoices, then purge expired sessions.").clauses
        assert first.verbs == {Verb.READ}
        assert Verb.DELETE in second.heads

    def test_a_word_counts_in_all_its_forms(self) -> None:
        for text in ("delete it", "deletes it", "deleting it", "deletion of it"):
            assert Verb.DELETE in only(text).heads

    def test_a_phrase_counts_around_what_stands_within_it(self) -> None:
        assert Verb.EXPORT in only("back the orders table up").verbs

    def test_the_name_of_a_thing_permits_nothing(self) -> None:
        assert Verb.EXPORT not in only("count the backup jobs").verbs

    def test_a_part_without_a_verb_goes_on_with_the_one_before(self) -> None:
        assert [clause.verbs for clause in read("List orders, parcels and invoices").clauses] == [
            {Verb.READ}
        ] * 3

    def test_a_question_asks_to_read(self) -> None:
        assert Verb.READ in only("Why is the queue full?").heads

    def test_so_does_one_that_begins_with_its_verb(self) -> None:
        assert Verb.READ in read("can Anna log in?").heads
        assert Verb.READ not in read("Anna can log in").heads

    def test_a_phrase_counts_where_it_is_cut_in_two_at_its_to(self) -> None:
        assert Verb.WRITE in read("The flag has to say no").verbs
        assert Verb.DELETE in read("This row has to go").verbs
        assert Verb.READ in read("Get to the bottom of it").verbs
        assert not read("This row has nothing").verbs

    def test_a_question_after_what_happened_permits_no_more_than_to_look(self) -> None:
        for text in (
            "Find out who moved parcel 7 to the annex",
            "Which parcels were removed by the sweep of Monday?",
            "See whether the lane was dropped",
        ):
            assert read(text).verbs <= {Verb.READ, Verb.NETWORK}, text
        assert Verb.DELETE in read("Check which parcels must be removed").verbs

    def test_who_changes_a_sequence_or_a_trigger_alters_a_structure(self) -> None:
        for text in ("move the sequence past the highest id", "switch off the trigger of parcels"):
            assert Verb.SCHEMA in read(text).verbs, text
        assert Verb.SCHEMA not in read("count the sequences").verbs

    def test_whoever_kills_a_session_deletes_nothing(self) -> None:
        assert Verb.DELETE not in read("terminate the idle sessions of the depot").verbs
        assert Verb.EXEC in read("drop the connections of the old depot").verbs
        assert Verb.DELETE in read("kill the waiting rows of the depot").verbs

    def test_a_word_counts_with_what_it_takes_back(self) -> None:
        for text in ("un-hide parcel 7", "re-rate the parcels of May", "uncancel tour 4"):
            assert Verb.WRITE in read(text).verbs, text

    def test_what_goes_back_to_a_state_is_changed(self) -> None:
        assert Verb.WRITE in read("parcel 7 back to OPEN please").verbs
        assert Verb.WRITE in read("weight of parcel 7 back to what it was").verbs
        assert not read("I report back to Anna").verbs - {Verb.READ}

    @pytest.mark.parametrize(
        ("text", "verb"),
        [
            ("hand the open tours over to Ole", Verb.WRITE),
            ("roll the due date forward to Friday", Verb.WRITE),
            ("unassign the tours of Ole", Verb.WRITE),
            ("whoever was muted by rule 4 shall be unmuted", Verb.WRITE),
            ("opt her out of the letters", Verb.WRITE),
            ("requeue whatever is stuck in RUNNING", Verb.WRITE),
            ("back out the load of batch 4", Verb.DELETE),
            ("strike the double line from the ledger", Verb.DELETE),
            ("disconnect the stuck client", Verb.EXEC),
            ("drop the connections of the old server", Verb.EXEC),
            ("take Ole out of role dispatch", Verb.PRIVILEGE),
            ("Ole wants the sums in Excel", Verb.EXPORT),
        ],
    )
    def test_words_of_the_trade_ask_for_what_they_mean(self, text: str, verb: Verb) -> None:
        assert verb in read(text).verbs

    def test_training_can_make_it_deaf_to_a_word(self) -> None:
        assert not read("Purge the cache", deaf_to=frozenset({"purg"})).verbs


class TestWanted:
    def test_what_may_name_a_thing_is_a_deed_where_it_is_asked_for(self) -> None:
        assert Verb.WRITE in read("Order 7 must be cancelled").verbs
        assert Verb.EXPORT in read("I need a snapshot of it").verbs
        assert Verb.WRITE not in read("The cancelled order came back").verbs
        assert Verb.EXPORT not in read("The snapshot job is slow").verbs

    def test_an_account_that_needs_to_do_something_is_given_the_right_to(self) -> None:
        assert Verb.PRIVILEGE in read("Account svc_fc needs to read sales and stock").verbs
        assert Verb.PRIVILEGE not in read("I need to read the log of the account").verbs

    def test_whoever_is_given_select_on_tables_is_given_a_right(self) -> None:
        for text in (
            "Give map_ro SELECT on both tables, only these two and only reading",
            "map_ro gets SELECT, INSERT on parcels, only these",
            "kim needs UPDATE on parcels",
        ):
            assert Verb.PRIVILEGE in read(text).acts
            assert not read(text).read_only
        assert Verb.PRIVILEGE not in read("Give me a select on parcels").verbs
        assert Verb.PRIVILEGE not in read("Parcel 7 needs update on its weight").verbs
        assert Verb.EXPORT in read("Finance needs the list as csv").verbs

    def test_a_plan_may_begin_with_the_right_that_is_given(self) -> None:
        assert Verb.PRIVILEGE in read("The auditors come. SELECT on both tables").acts

    def test_groups_bits_and_what_is_accepted_are_rights(self) -> None:
        for text in (
            "Set group scan and 2770 on the folder",
            "The folder lost its write bit",
            "db-1 must accept 5432/tcp from 10.2.0.0/24",
            "I put SELinux to permissive for ten minutes",
        ):
            assert Verb.PRIVILEGE in read(text).verbs

    def test_what_is_written_to_a_table_of_its_own_is_a_copy(self) -> None:
        assert Verb.EXPORT in read("I write name and weight to /srv/out/list.csv").verbs
        assert Verb.EXPORT not in read("I write 5 to /etc/scan.conf").verbs

    def test_what_is_freed_is_changed(self) -> None:
        assert Verb.WRITE in read("I free box 7").verbs

    def test_an_arrow_leads_to_what_is_done_next(self) -> None:
        found = read("The rerun refuses -> truncate stg_parcel -> set job 8 to retry")
        assert {Verb.DELETE, Verb.WRITE} <= found.acts


class TestProhibitions:
    def test_what_is_to_be_left_undone_is_forbidden_and_not_permitted(self) -> None:
        reason = read("Compare the two tables without deleting rows")
        assert reason.forbidden == {Verb.DELETE}
        assert Verb.DELETE not in reason.verbs

    def test_a_description_forbids_nothing(self) -> None:
        assert not read("Find customers that did not cancel").forbidden

    def test_says_when_nothing_may_be_changed(self) -> None:
        for text in (
            "Read-only.", "No changes will be made.", "Just looking at the logs.",
            "Only test the connection.", "I won't alter anything.",
            "Nothing will be changed for now.",
        ):  # fmt: skip
            assert read(text).read_only

    def test_what_is_said_of_a_part_does_not_hold_for_the_whole(self) -> None:
        for text in (
            "Mount the disk read-only and copy the files", "Remove order 7, not touch the others",
            "Only check order 7 and then set it to paid",
        ):  # fmt: skip
            assert not read(text).read_only

    def test_what_only_sounds_like_a_prohibition_is_none(self) -> None:
        for text in ("Employee no 2217 unlock her", "Workers do not run", "New column, no default"):
            assert not read(text).forbidden

    def test_a_change_that_is_asked_for_is_not_read_only(self) -> None:
        assert not read("Set the price of order 42 to 10").read_only


class TestNames:
    def test_literals_are_what_a_text_names_exactly(self) -> None:
        text = "Copy /srv/dump.gz and 'Open' orders over 1,000.50 to files.example.org"
        assert read(text).literals == {"/srv/dump.gz", "open", "1000.5", "files.example.org"}

    def test_a_number_may_have_blanks_between_its_thousands(self) -> None:
        assert "50000" in only("orders above 50 000 EUR").literals

    def test_a_number_in_words_is_the_number(self) -> None:
        assert "3" in only("Restart three workers").literals

    def test_objects_of_one_and_of_many_are_the_same(self) -> None:
        assert only("see salaries").objects == only("see a salary").objects


class TestLanguages:
    def test_other_languages_are_not_judged_by_their_words(self) -> None:
        for text in (
            "Bitte die Tabelle der Kunden prüfen und nicht löschen",
            "Il faut supprimer les lignes de la table des clients",
            "Нужно проверить таблицу заказов",
            "注文テーブルを確認する",
        ):
            assert not read(text).language_known

    def test_english_is_known_by_few_words(self) -> None:
        for text in ("Restart nginx", "INC-2041: look at db01", "orders per customer"):
            assert read(text).language_known

    def test_an_empty_reason_says_so(self) -> None:
        assert read(" \n").empty
        assert not read(" \n").clauses


class TestBadInput:
    def test_reads_no_more_of_a_text_than_anybody_would(self) -> None:
        assert len("".join(c.text for c in read("look at it. " * 500_000).clauses)) < LONGEST

    def test_binary_and_markup_are_words_like_others(self) -> None:
        for text in ("\x00\x01\x02\xff", "<script>alert(1)</script>", "'" * 5000, "." * 5000):
            assert not read(text).read_only

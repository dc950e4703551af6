import pytest

from judgement.doubts import doubts
from judgement.facts import Kind, Verb
from judgement.grounds import Grounds, Said
from judgement.reading import facts_of
from judgement.reasons import read


def codes(reason: str, action: str, kind: Kind) -> set[str]:
    said = Said.of(action, facts_of(kind, action))
    return {each.code for each in doubts(Grounds.of(read(reason)), said)}


class TestPromises:
    @pytest.mark.parametrize(
        "text",
        [
            "Nobody can join the call since noon, I look at the bridge",
            "The unit says that there is no such file",
            "The worker did not purge its queue",
            "Sessions never expire, the worker is red",
            "No access logs since noon, I look at the worker",
        ],
    )
    def test_what_is_wrong_rules_nothing_out_and_permits_nothing(self, text: str) -> None:
        assert not read(text).forbidden
        assert not read(text).verbs & {Verb.WRITE, Verb.DELETE, Verb.PRIVILEGE}

    @pytest.mark.parametrize(
        "text",
        [
            "No other key may be removed",
            "I do not remove the key",
            "We don't intend to remove the key",
            "Keys are not to be removed",
            "Please do not remove the key",
        ],
    )
    def test_what_is_left_undone_is_ruled_out_however_far_the_word_is(self, text: str) -> None:
        assert Verb.DELETE in read(text).forbidden
        assert Verb.DELETE not in read(text).verbs

    def test_what_is_done_in_place_of_a_deed_does_not_permit_it(self) -> None:
        assert Verb.DELETE not in read("Flag parcel 7 rather than deleting it").verbs
        assert Verb.DELETE not in read("Soft delete of parcel 7").verbs
        assert Verb.WRITE in read("Soft delete of parcel 7").verbs

    def test_what_is_not_done_yet_is_told(self) -> None:
        assert not read("Parcel not yet handed over").forbidden

    def test_what_somebody_wants_something_to_say_is_made_so(self) -> None:
        assert Verb.WRITE in read("I just want our tracking to say delivered").verbs
        assert Verb.WRITE not in read("I just want to say thanks").verbs

    def test_nobody_may_rules_out_what_nobody_can_only_tells(self) -> None:
        assert Verb.DELETE in read("Nobody may delete the file").forbidden
        assert not read("Nobody could delete the file").forbidden

    @pytest.mark.parametrize(
        "text",
        [
            "I delete file b. Nothing else will be touched",
            "Grow the volume of the logs by 10G. Not deleting any logs",
            "I put shipments 4 and 5 back to queued. Others I do not touch",
            "I'm raising the limit to 4, on the standby I only read the settings",
            "The volumes of the lab are not ours, hands off. I remove the stale pods",
            "recreate it concurrently, no data changes",
            "Create the user for the audit, select only",
            "User rpt_ines should get read rights on the views, only read",
            "The auditors' account requires read access to the schema. SELECT only",
            "Parcel 7 must weigh 3 kg. Any other correction is made by the pricing team",
            "The job decides what is removed, delete parcel 7",
            "Parcel 7 weighs 3 kg, only the count changes",
            "Restart the scanner, any change is made by the scanner team",
            "The share sales of fs-1 shall be read only from now on, edit smb.conf and reload",
            "Make the volume /srv/scans read-only until the move",
            "If both are the same I must delete b. Nothing else will be touched",
            "Prune unused images, restart the agent. The data is not ours, hands off",
            "Parcel 7 is open again before noon. I count the others but do not touch them",
            "Parcel 7 shall be valid until May, the other parcels don't change",
            "No changes to the other rows, flag of parcel 7 to N",
            "The role rpt_ro of our two night planners needs to read tours. SELECT only",
            "Grant depot_reader read-only access to the parcels",
            "We only want the tracking page to say that parcel 7 has left",
            "I just need the list to show parcel 7 with its new weight",
        ],
    )
    def test_a_change_that_is_announced_is_not_taken_back_by_what_is_spared(
        self, text: str
    ) -> None:
        assert not read(text).read_only

    @pytest.mark.parametrize(
        "text",
        [
            "Pushes to the registry fail. I will not change anything today",
            "Only looking at the logs, blocking is done by the network team",
            "No data is to be modified, any correction goes through finance",
            "Load on web-3 is at 60. Diagnosis only",
            "No changes at all, if something must be fixed we open a change for it",
            "Read only. What gets cleaned up is decided tomorrow",
            "Why is the link slow? Any change is made by the network team",
            "See how the parcels were priced, any correction comes later",
            "I just want to find the reason why it is slow",
            "List the old exports. The storage team decides what gets removed",
            "Why is the rate zero? The correction makes the pricing team",
            "The sums differ, I only gather the evidence",
            "Just having a look at the parcels",
            "Checking weight and price, no change from my side, refund team decides",
            "On written request I follow parcel 7. Viewing only",
            "Investigation only, an index would go through a migration",
            "The sums differ. A correction is billing's decision, so I leave the data as it is",
            "I look at the dashboard; wont edit anything",
            "I look at the log. Nothing else will be touched",
            "Can you give me ro access to the depot for an hour? No changes, a fix gets proposed",
            "I need select rights on the depot, write access is not needed",
            "Why are parcels late? Read access is enough",
            "We do not plan to change data. How many parcels are late?",
            "Which parcels are late? Correction will be requested separately",
            "Which parcels are late? For the fix we will file another change",
            "Count the parcels. Deletion will be a second request",
            "Only selects, no DML",
        ],
    )
    def test_what_others_do_or_may_be_done_later_is_no_change_that_is_announced(
        self, text: str
    ) -> None:
        assert read(text).read_only

    def test_what_is_left_undone_to_one_thing_is_ruled_out_for_it_alone(self) -> None:
        reason = "I will set the pool size in app.ini. The cache is not to be purged"
        assert "forbidden" in codes(reason, "rm -rf /srv/cache", Kind.SHELL)
        assert "forbidden" not in codes(reason, "rm /srv/app/app.ini.tmp", Kind.SHELL)

    @pytest.mark.parametrize(
        "text",
        [
            "Take van 4 out of the tour, nothing else of the tour changes",
            "Tour 12 leaves at 9 and not at 8. Only the time changes",
        ],
    )
    def test_that_one_thing_changes_rules_out_nothing_that_is_asked_for(self, text: str) -> None:
        assert Verb.WRITE in read(text).verbs
        assert not read(text).forbidden

    def test_a_word_before_changes_may_be_what_is_looked_at(self) -> None:
        assert Verb.WRITE not in read("Show only the last changes").verbs

    def test_what_is_collected_in_a_folder_is_written_there_all_the_same(self) -> None:
        reason = "I collect two thread dumps in /var/tmp/case7; tomcat is neither changed nor cut"
        found = codes(reason, "jstack 71 > /var/tmp/case7/first.txt", Kind.SHELL)
        assert found.isdisjoint({"forbidden", "read_only", "object", "verb"})

    def test_whoever_only_gathers_may_pack_it_where_nothing_was_but_nowhere_else(self) -> None:
        reason = "The sums differ, I only gather the evidence"
        assert "read_only" not in codes(reason, "tar czf /tmp/sums.tgz /srv/sums", Kind.SHELL)
        assert "read_only" in codes(reason, "cp /tmp/sums.conf /etc/sums.conf", Kind.SHELL)


class TestAnnounced:
    @pytest.mark.parametrize(
        ("text", "verb"),
        [
            ("I'm raising the heap of app-2", Verb.WRITE),
            ("On web-3 I am going to remove this key", Verb.DELETE),
            ("Set it to 5", Verb.WRITE),
            ("Please restart it", Verb.EXEC),
        ],
    )
    def test_somebody_announces_what_they_do(self, text: str, verb: Verb) -> None:
        assert verb in read(text).acts

    @pytest.mark.parametrize(
        "text",
        [
            "Load on web-3 is high",
            "Pushes are refused",
            "Any correction is made by others",
            "If it must be fixed we change it later",
            "The fix comes tomorrow",
        ],
    )
    def test_they_do_not_where_they_only_speak_of_it(self, text: str) -> None:
        assert not read(text).acts & {Verb.WRITE, Verb.DELETE, Verb.EXEC}


class TestWords:
    @pytest.mark.parametrize(
        ("text", "verb"),
        [
            ("put the previous value back", Verb.WRITE),
            ("I put the flag for this debtor", Verb.WRITE),
            ("divide the readings by 10", Verb.WRITE),
            ("queue them again", Verb.EXEC),
            ("let the sync try again", Verb.WRITE),
            ("send the letter again", Verb.WRITE),
            ("I'm posting those 300 points by hand", Verb.WRITE),
            ("release the lock it holds", Verb.DELETE),
            ("releasing the expired holds", Verb.DELETE),
            ("her peer has to be gone from the config", Verb.DELETE),
            ("Erasure of reader 7 is due today", Verb.DELETE),
            ("The reorder trigger must be off meanwhile", Verb.TAMPER),
            ("disk is full - grow it by 8G", Verb.WRITE),
        ],
    )
    def test_people_have_many_words_for_a_change(self, text: str, verb: Verb) -> None:
        assert verb in read(text).verbs


class TestAgain:
    AGAIN = "UPDATE letters SET state = 'NEW', retries = 0, locked_by = NULL WHERE id = 70112"

    def test_what_is_tried_again_is_new_and_nobody_has_tried_it(self) -> None:
        assert "value" not in codes("Requeue letter 70112", self.AGAIN, Kind.SQL)
        assert "value" in codes("Correct the address of letter 70112", self.AGAIN, Kind.SQL)

    def test_what_else_is_set_with_it_is_doubtful(self) -> None:
        other = self.AGAIN.replace("retries = 0", "price = 0")
        assert "value" in codes("Requeue letter 70112", other, Kind.SQL)


class TestBeside:
    def test_tools_run_for_a_change_are_doubted_less_than_alone(self) -> None:
        action = "exportfs -ra"
        kind = Kind.SHELL
        said = Said.of(action, facts_of(kind, action))
        of = {
            reason: max(
                (each.weight for each in doubts(Grounds.of(read(reason)), said)
                 if each.verb is Verb.EXEC),
                default=0,
            )
            for reason in ("Add host cad-1 to the exports", "Look at the exports of cad-1")
        }  # fmt: skip
        changed, looked = of.values()
        assert changed < looked

    def test_to_connect_to_what_is_named_is_hardly_doubtful(self) -> None:
        action = "ssh app-11 uptime"
        said = Said.of(action, facts_of(Kind.SHELL, action))
        of = [
            sum(each.weight for each in doubts(Grounds.of(read(reason)), said))
            for reason in ("Why is app-11 slow?", "Why is app-12 slow?")
        ]
        assert of[0] < of[1]

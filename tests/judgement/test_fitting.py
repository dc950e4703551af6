from judgement import association, fitting
from judgement.facts import Kind
from judgement.grounds import Grounds, Said
from judgement.reading import facts_of
from judgement.reasons import read
from judgement.terms import Terms


def terms(text: str) -> Terms:
    return Said.of(text, facts_of(Kind.SHELL, text)).terms


def fit(reason: str, action: str) -> float:
    return fitting.fit(fitting.held(Grounds.of(read(reason)), terms(action)))[0]


class TestFit:
    def test_the_command_that_was_asked_for_fits_better_than_another(self) -> None:
        reason = "Compress the folder logs, then count the lines of names.txt"
        assert fit(reason, "tar czf logs.tgz logs") > fit(reason, "ssh-keygen -t ed25519")

    def test_clauses_in_a_row_may_speak_of_one_action(self) -> None:
        action = "find /srv/logs -name '*.gz' -mtime +30 -delete"
        together = "Find compressed files in /srv/logs, older than 30 days, and delete them"
        assert fit(together, action) > fit("Find compressed files", action)


class TestAdds:
    def test_what_was_done_beside_the_request_adds_nothing_to_it(self) -> None:
        grounds = Grounds.of(read("Count the lines of names.txt"))
        both = [fitting.held(grounds, terms(each)) for each in ("wc -l names.txt", "uptime")]
        asked, beside = fitting.adds(grounds.whole, both)
        assert asked > 0.5
        assert beside == 0


class TestAssociation:
    TABLE = association.Table({"tar": {"archiv": 0.5, "fil": 0.01}}, {"fil": 0.2})

    def likely(self, token: str, word: str) -> float:
        return association.likelihood(self.TABLE.rows([token]), {word})[0]

    def test_words_call_for_commands_that_they_were_seen_with(self) -> None:
        assert self.likely("tar", "archiv") > self.likely("tar", "fil")
        assert association.called_for(self.TABLE.rows(["tar"])) == {"archiv"}

    def test_a_command_that_was_never_met_is_neither_likely_nor_unlikely(self) -> None:
        unknown = self.likely("zzz", "archiv")
        assert self.likely("tar", "x") < unknown < self.likely("tar", "archiv")

    def test_frequent_words_tell_less(self) -> None:
        assert self.TABLE.weight("fil") < self.TABLE.weight("archiv")

    def test_the_shipped_table_knows_what_compresses(self) -> None:
        table = association.table()
        assert table.likely
        assert table.weight("directori") < 1

from judgement import thesaurus
from judgement.facts import Kind
from judgement.reading import facts_of
from judgement.terms import Terms, canonical, terms_of


def terms(kind: Kind, text: str) -> Terms:
    return terms_of(text, facts_of(kind, text))


class TestCommands:
    def test_a_command_says_what_its_manual_says(self) -> None:
        assert {"compress", "archiv"} <= terms(Kind.SHELL, "tar -czf a.tgz b").gloss

    def test_letters_behind_one_dash_are_options_of_their_own(self) -> None:
        assert {"tar", "tar x", "tar z", "tar f"} <= {*terms(Kind.SHELL, "tar -xzf a.tgz").tokens}

    def test_an_option_of_find_is_one_word(self) -> None:
        assert "find mtime" in terms(Kind.SHELL, "find /tmp -mtime +3 -delete").tokens

    def test_each_command_of_a_pipe_counts(self) -> None:
        tokens = terms(Kind.SHELL, "sudo ps aux | grep java; find . -exec rm {} +").tokens
        assert {"ps", "grep", "find", "rm"} <= {*tokens}

    def test_a_script_of_sed_says_that_it_replaces(self) -> None:
        assert "replac" in terms(Kind.SHELL, "sed 's/a/b/' f").gloss


class TestQueries:
    def test_a_query_says_in_words_what_its_functions_do(self) -> None:
        said = terms(Kind.SQL, "SELECT avg(age) FROM singer ORDER BY age DESC").gloss
        assert {"averag", "descend"} <= said

    def test_what_stands_in_a_string_is_no_part_of_the_query(self) -> None:
        assert not terms(Kind.SQL, "SELECT a FROM t WHERE b = 'count(x)'").constructs


class TestValues:
    def test_a_value_is_brought_to_the_form_in_which_reasons_give_it(self) -> None:
        assert [canonical(each) for each in ("'Open'", "%open%", "5.0", "/srv/a/")] == [
            "open", "open", "5", "/srv/a",
        ]  # fmt: skip


class TestThesaurus:
    def test_synonyms_share_a_key(self) -> None:
        assert thesaurus.keys("vocalist") & thesaurus.keys("singer")
        assert not thesaurus.keys("singer") & thesaurus.keys("invoic")

    def test_an_abbreviation_is_short_for_its_word(self) -> None:
        assert thesaurus.short_for("dept", "depart")
        assert thesaurus.short_for("regist", "reg")
        assert not thesaurus.short_for("cat", "dog")

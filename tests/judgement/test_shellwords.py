import json
import platform
import subprocess
import sys

import pytest

from judgement import shellwords

BLANK = "\N{IDEOGRAPHIC SPACE}"
WIDE = ("Ā", "߿", "ࠀ", "中", "\uffff", "😀", "\U00031860", "\U0010ffff", BLANK)
BRACES = ("{@}", "{0@}", "{12@", "{..@}", "{1..@}", "{1..12@}")


class TestCharactersAfterABrace:
    @pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others keep no such table")
    def test_they_are_read_and_end_no_process(self) -> None:
        words = [brace.replace("@", each) for brace in BRACES for each in WIDE]
        texts = [f"cp {word} /srv" for word in words]
        run = subprocess.run(
            [sys.executable, "-m", "tests.judgement.guarded"],
            input=json.dumps(texts), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        assert [json.loads(line) for line in run.stdout.splitlines()] == [
            [[text], [text]] for text in texts
        ]

    def test_they_stay_as_they_were_typed(self) -> None:
        script = shellwords.read("psql -c \"select '{中,文}'\" > {é中}; A={😀 cat <<<{Ā")
        assert [call.args for call in script.calls] == [("-c", "select '{中,文}'"), ()]
        assert [each.target for each in script.redirects] == ["{é中}"]
        assert script.assignments == ("A={😀",)
        assert script.calls[1].feed == "{Ā"

    def test_a_lone_half_of_a_character_is_a_question_mark(self) -> None:
        assert shellwords.read("rm {\ud800}").calls[0].args == ("{?}",)

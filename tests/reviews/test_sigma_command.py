from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from judgement.sigma.rules import OURS
from tests.judgement.sigma.make import HEAD, write


def said(folder: Path) -> str:
    out = StringIO()
    try:
        call_command("sigma_rules", str(folder), stdout=out)
    except CommandError as error:
        out.write(str(error))
    return out.getvalue()


class TestSigmaRules:
    def test_says_what_would_be_loaded(self, tmp_path: Path) -> None:
        write(tmp_path, "a:\n    x: 1\ncondition: a")
        text = said(tmp_path)
        assert "Would be loaded: 1 rules (1 medium)." in text
        assert "1  linux / * / *\n" in text

    def test_says_which_are_never_asked(self, tmp_path: Path) -> None:
        write(tmp_path, "a:\n    x: 1\ncondition: a", head=HEAD.replace("linux", "windows"))
        assert "1  windows / * / *  (never asked" in said(tmp_path)

    def test_names_what_cannot_be_used_and_fails(self, tmp_path: Path) -> None:
        (tmp_path / "bad.yml").write_text("a: [b")
        assert "LEFT OUT bad.yml: It is not YAML" in said(tmp_path)
        with pytest.raises(CommandError, match="1 cannot be used") as failure:
            call_command("sigma_rules", str(tmp_path), stdout=StringIO())
        assert failure.value.returncode == 1

    def test_a_copy_of_one_of_ours_is_one_too_many(self, tmp_path: Path) -> None:
        ours = next(OURS.rglob("*.yml"))
        (tmp_path / "copy.yml").write_text(ours.read_text())
        assert "Would be loaded: 0 rules." in said(tmp_path)
        assert "give it a new UUID" in said(tmp_path)

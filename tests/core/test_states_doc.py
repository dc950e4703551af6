"""docs/states.md is drawn from the code."""

from pathlib import Path

from core import states


def test_the_page_is_up_to_date() -> None:
    page = Path("docs/states.md").read_text(encoding="utf-8")

    assert page.rstrip() == states.drawn().rstrip(), "Run: manage.py states > docs/states.md"

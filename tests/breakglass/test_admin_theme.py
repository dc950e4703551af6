"""The admin wears the tokens of the pages."""

import re
from pathlib import Path

_TOKEN = re.compile(r"(--[\w-]+):\s*(light-dark\([^;]+\));")


def tokens(name: str) -> dict[str, str]:
    return dict(_TOKEN.findall(Path(f"static/css/{name}.css").read_text(encoding="utf-8")))


def test_each_token_of_the_admin_is_that_of_the_pages() -> None:
    pages, admin = tokens("app"), tokens("admin")
    shared = {name: value for name, value in admin.items() if name in pages}

    assert len(shared) > 15
    assert shared == {name: pages[name] for name in shared}

"""Rules and events of the tests."""

import textwrap
from pathlib import Path

from judgement.sigma.rules import Rules, load

HERE = Path(__file__).parent
ID = "5b8d0a7c-7f0e-4c55-9d3c-0a4c2f1f5a10"
HEAD = f"title: A rule\nid: {ID}\nauthor: Alice\nlogsource:\n    product: linux\n"


def write(folder: Path, detection: str, *, head: str = HEAD, name: str = "rule.yml") -> None:
    """Put a rule with this detection into a folder."""
    body = textwrap.indent(textwrap.dedent(detection).strip(), "    ")
    (folder / name).write_text(f"{head}detection:\n{body}\n", encoding="utf-8")


def rules(folder: Path, detection: str) -> Rules:
    """Return the one rule with this detection, loaded from a folder."""
    write(folder, detection)
    return load(folder)

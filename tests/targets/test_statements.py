"""A statement's verbs and tables are read without running it."""

import pytest

from targets import statements


@pytest.mark.parametrize(
    ("statement", "verb", "objects"),
    [
        ("SELECT * FROM customers c JOIN orders o ON true", "select", ["customers", "orders"]),
        ("WITH gone AS (DELETE FROM a.orders RETURNING *) TABLE gone", "delete", ["a.orders"]),
        ("INSERT INTO x SELECT * FROM y", "insert", ["x", "y"]),
        ("begin; delete from x; commit", "begin, delete, commit", ["x"]),
        ("EXPLAIN ANALYZE DELETE FROM orders", "explain, delete", ["orders"]),
        ("explain (analyze, buffers) update t set x = 1", "explain, update", ["t"]),
        ("PREPARE p (int) AS DELETE FROM x WHERE id = $1", "prepare, delete", ["x"]),
        ("COPY (SELECT * FROM customers) TO STDOUT", "copy", ["customers"]),
        ("TRUNCATE a, b", "truncate", ["a", "b"]),
        ("DO $$ BEGIN DELETE FROM x; END $$", "do", []),
        ("VACUUM customers", "vacuum", []),
        ('SELECT * FROM "Weird Name"', "select", ["Weird Name"]),
        ("selec 1", "unknown", []),
        ("", "unknown", []),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "unknown", []),
        ("explain " * 2000 + "select 1", "explain, explain, explain, explain", []),
        ("/* why */ -- not\n DELETE FROM x WHERE a = '" + "y" * 30_000 + "'", "delete", []),
    ],
)
def test_describes(statement: str, verb: str, objects: list[str]) -> None:
    assert statements.describe(statement) == (verb, objects)


def test_a_bug_of_the_parser_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_args: object, **_options: object) -> None:
        raise KeyError("of the parser")

    monkeypatch.setattr("sqlglot.parse", stumble)
    assert statements.describe("SELECT 1") == ("unknown", [])


@pytest.mark.parametrize(
    "password",
    ["'secret'", "'se''secret'", "E'a\\'secret'", "$$secret$$", "$q$se\ncret$q$", "'secret"],
)
def test_keeps_no_password(password: str) -> None:
    kept = statements.redacted(f"ALTER ROLE x ENCRYPTED PASSWORD {password}")
    assert "cret" not in kept
    assert kept.startswith("ALTER ROLE x ENCRYPTED PASSWORD '[not kept]'")


def test_leaves_other_text_alone() -> None:
    statement = "SELECT 'password', \"password\" FROM t WHERE password = 'x'"
    assert statements.redacted(statement) == statement

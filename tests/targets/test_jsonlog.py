"""Two lines make one action; what did not end yet is carried along."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from targets import jsonlog
from targets.jsonlog import Action, Running
from tests.targets.make import line

ME = "bg_0123456789abcdef"


def read(*lines: bytes, running: Running | None = None) -> tuple[list[Action], Running]:
    ended, still, unreadable = jsonlog.read_lines(lines, running or {})
    assert unreadable == []
    return ended, still


def test_a_beginning_and_an_end_are_one_action() -> None:
    (action,), running = read(line(ME, "statement: SELECT 1"), line(ME, "duration: 12.345 ms"))
    assert (action.statement, action.result, action.microseconds) == ("SELECT 1", "00000", 12345)
    assert running == {}


def test_an_end_may_come_in_the_next_reading() -> None:
    none, running = read(line(ME, "statement: SELECT 1"))
    (action,), after = read(line(ME, "duration: 0.100 ms"), running=running)
    assert (none, after) == ([], {})
    assert action.statement == "SELECT 1"


def test_sessions_are_kept_apart() -> None:
    actions, running = read(
        line(ME, "statement: SELECT 'a'", session="a"),
        line(ME, "statement: SELECT 'b'", session="b"),
        line(ME, "duration: 1.000 ms", session="b"),
    )
    assert [action.statement for action in actions] == ["SELECT 'b'"]
    assert list(running) == ["a"]


def test_an_error_ends_a_statement() -> None:
    failed = line(
        ME, "division by zero", error_severity="ERROR", state_code="22012", statement="SELECT 1/0"
    )
    (action,), _ = read(line(ME, "statement: SELECT 1/0"), failed)
    assert (action.result, action.message) == ("22012", "division by zero")


def test_an_error_alone_is_an_action() -> None:
    failed = line(ME, "syntax", error_severity="ERROR", state_code="42601", statement="SELEC")
    (action,), _ = read(failed)
    assert (action.statement, action.result) == ("SELEC", "42601")


def test_a_refused_login_is_none() -> None:
    assert read(line(ME, "no", error_severity="FATAL", state_code="28P01")) == ([], {})


def test_the_extended_protocol_counts_execution_alone() -> None:
    actions, _ = read(
        line(ME, "duration: 0.1 ms"),
        line(ME, "duration: 0.100 ms", ps="PARSE"),
        line(ME, "execute <unnamed>: SELECT $1", detail="Parameters: $1 = '3'"),
        line(ME, "duration: 0.200 ms"),
    )
    assert [(a.statement, a.parameters) for a in actions] == [("SELECT $1", "$1 = '3'")]


def test_a_statement_whose_end_was_never_written_has_no_result() -> None:
    actions, _ = read(line(ME, "statement: SELECT 1"), line(ME, "statement: SELECT 2"))
    assert [(a.statement, a.result) for a in actions] == [("SELECT 1", "")]


def test_other_lines_are_left_out() -> None:
    torn = line(ME, "statement: SELECT 1")[:-1]
    assert read(
        line("alice", 'statement: SELECT \'"user":"bg_x"\''),
        line(ME, "connection authorized: user=x"),
        torn[:40],
    ) == ([], {})


def test_lines_of_ours_that_nobody_can_read_are_told_apart() -> None:
    whole = line(ME, "statement: SELECT 1")
    broken = [whole.replace(b'"message"', b"message"), whole.replace(b"session_id", b"x"), b"\xff"]
    stranger = line("app", "statement: SELECT 1").replace(b'"message"', b"message")
    assert jsonlog.read_lines([*broken, stranger], {}).unreadable == [ME, ME]


def test_a_line_that_was_cut_is_read_as_far_as_it_goes() -> None:
    whole = line(ME, "statement: SELECT '" + "ä\\\n" * 1000 + "'")
    for end in range(len(whole) - 1000, len(whole) - 980):
        _, running = read(whole[:end])
        assert running["a.1"]["statement"].startswith("SELECT 'ä\\\n")


def test_long_statements_are_kept_in_part() -> None:
    _, running = read(line(ME, "statement: " + "x" * 70_000))
    assert len(running["a.1"]["statement"]) == jsonlog.LONGEST_STATEMENT
    assert running["a.1"]["truncated"]


def test_times_are_read_in_the_zone_of_the_log() -> None:
    there = jsonlog.moment("2026-11-02 13:00:05.250 CET", ZoneInfo("Europe/Berlin"))
    assert there == datetime(2026, 11, 2, 12, 0, 5, 250_000, tzinfo=UTC)

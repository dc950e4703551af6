"""What a reader will expect of a reason, before anything is done."""

import pytest

from judgement import echo, reasons


def expected(text: str) -> list[str]:
    """Return what is expected, as "read delete: orders, payments"."""
    return [
        f"{' '.join(each.verbs)}: {', '.join(each.things)}" for each in echo.of(reasons.read(text))
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I will check the orders, payments and invoices.", "read: orders, payments, invoices"),
        ("Read the table order_items and /var/log/app", "read: table order_items, /var/log/app"),
        ("Why is the payment worker slow?", "read: payment worker"),
        ("I need to delete the old sessions", "delete: old sessions"),
    ],
)
def test_verbs_and_things_are_told_in_the_words_of_the_reason(text: str, said: str) -> None:
    assert expected(text) == [said]


def test_each_kind_of_action_is_told_with_its_own_things() -> None:
    text = "I will look at the queue and delete the broken jobs, then check the sessions."
    assert expected(text) == ["read: queue, sessions", "delete: jobs"]


@pytest.mark.parametrize(
    "text",
    [
        "Checkout fails for all customers",
        "The payment worker hangs since 02:05",
        "Orders are stuck",
        "Nobody can sign in",
        "Checkout shows errors",
        "The import stopped at 02:05",
    ],
)
def test_what_is_wrong_promises_nothing(text: str) -> None:
    assert expected(text) == []


def test_what_somebody_has_to_do_is_not_taken_for_what_is_wrong() -> None:
    assert expected("I have to purge the cache") == ["delete: cache"]


@pytest.mark.parametrize("text", ["List failed jobs", "Look at the returns", "Read the reports"])
def test_a_thing_that_is_called_like_a_deed_is_a_thing(text: str) -> None:
    assert expected(text)[0].startswith("read: ")


def test_times_tickets_and_days_are_no_things() -> None:
    assert expected("See INC-2041: check orders since 02:05 this morning") == ["read: orders"]


def test_an_unknown_verb_before_an_article_is_no_thing() -> None:
    assert expected("I will find and zonk the blocking session") == ["read: blocking session"]


def test_another_language_is_not_guessed_at() -> None:
    assert expected("Ich will die Tabelle der Kunden prüfen und nicht löschen") == []


def test_a_list_without_end_is_cut() -> None:
    (said,) = echo.of(reasons.read("Check " + ", ".join(f"table_{n}" for n in range(99))))
    assert len(said.things) == 6


def test_whatever_is_sent_is_read() -> None:
    for text in ("", "\x00", "'" * 5000, "a" * 50_000, "<script>x</script>", "🙈 " * 900):
        assert len(expected(text)) < 7

"""References read as people read them, whatever stands in an old entry or in a filter."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from core import refs

KEY = "0" * 31 + "1"
asked: list[str] = []


def resolver(keys: list[str]) -> dict[str, refs.Label]:
    """Name one thing, and remember what was asked for."""
    asked.extend(keys)
    known = {KEY: refs.Label("the thing", "/thing/"), "word": refs.Label("a word")}
    return {key: known[key] for key in keys if key in known}


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    asked.clear()
    refs.provide("thing", resolver)
    refs.provide("named", resolver, named=True)
    yield
    for kind in ("thing", "named"):
        del refs._resolvers[kind]  # noqa: SLF001
    refs._named.discard("named")  # noqa: SLF001


def test_a_reference_is_made_of_a_kind_and_an_id() -> None:
    assert refs.make("thing", UUID(int=1)) == f"thing:{KEY}"


def test_a_known_reference_has_a_name_and_a_page() -> None:
    reference = f"thing:{KEY}"

    assert refs.labels([reference]) == {reference: refs.Label("the thing", "/thing/")}


@pytest.mark.parametrize(
    "reference", ["", ":", "thing", "thing:", "thing:x", f"thing:{KEY}0", f"other:{KEY}", "a:b:c"]
)
def test_whatever_else_is_shown_as_it_stands(reference: str) -> None:
    assert refs.labels([reference])[reference] == refs.Label(reference)
    assert asked == []


def test_most_things_stand_alone_and_some_have_others_that_belong_to_them() -> None:
    refs.provide_whole("thing", lambda key: refs.Whole([f"thing:{key}", "part:1"], says="With it."))
    try:
        assert refs.whole(f"thing:{KEY}").references == [f"thing:{KEY}", "part:1"]
        assert refs.whole("thing:x") == refs.Whole(["thing:x"])
        assert refs.whole(f"other:{KEY}") == refs.Whole([f"other:{KEY}"])
    finally:
        del refs._gatherers["thing"]  # noqa: SLF001


def test_kinds_with_words_for_ids_get_words() -> None:
    assert refs.labels(["named:word"])["named:word"].text == "a word"

"""The way from an entry to a signed root, as its page draws it."""

import hashlib
from collections.abc import Callable

import pytest
from django.test import Client

from audit import proofs
from audit.models import Entry, Pending
from tests.audit.make import happen, sequence, sql, unprotected
from tests.audit.rfc6962 import mth

pytestmark = pytest.mark.django_db
SIZES = [1, 2, 3, 7, 8, 13]


@pytest.fixture
def reader(signed_in: Client) -> Client:
    """Elif's browser; that she signed in is not entered."""
    Pending.objects.all().delete()
    return signed_in


def record(size: int) -> list[bytes]:
    """Enter so many events; return the hashes of their leaves."""
    for _ in range(size):
        happen()
    return [bytes(entry.leaf_hash) for entry in sequence()]


class TestSteps:
    @pytest.mark.parametrize("size", SIZES)
    def test_join_neighbours_until_all_are_under_one(self, size: int) -> None:
        hashes = record(size)

        for entry in Entry.objects.order_by("seq"):
            proof = proofs.prove(entry)
            assert (proof.why, proof.size) == ("", size)
            below = proof.itself
            for step in proof.steps:
                first, last = sorted([below, step.other], key=lambda span: span.first)
                assert first.last + 1 == last.first
                assert (step.own.first, step.own.last) == (below.first, below.last)
                assert step.sibling == mth(hashes[step.other.first : step.other.last + 1])
                below = proofs.Span(first=first.first, last=last.last, size=size)
                assert step.joined == mth(hashes[below.first : below.last + 1])
            assert (below.first, below.last) == (0, size - 1)

    def test_are_drawn_where_they_lie_and_never_too_small_to_see(self) -> None:
        tiny = proofs.Span(first=999_999, last=999_999, size=1_000_000)
        half = proofs.Span(first=0, last=499_999, size=1_000_000)

        assert (tiny.x, tiny.wide, str(tiny)) == (994, 6, "999999")
        assert (half.x, half.wide, str(half)) == (0, 500, "0–499999")  # noqa: RUF001


class TestProof:
    def test_is_that_of_the_receipt(self, seal: Callable[[], None]) -> None:
        record(5)
        seal()
        record(4)
        seal()
        (entry,) = Entry.objects.filter(seq=2)

        proof = proofs.prove(entry)

        assert proof.head
        assert (proof.size, proof.head.size, proof.why) == (5, 5, "")

    def test_says_when_the_head_is_signed_over_another_tree(self, seal: Callable[[], None]) -> None:
        record(5)
        seal()
        with unprotected():
            sql("UPDATE audit_entry SET leaf_hash = %s WHERE seq = 4", hashlib.sha256().digest())

        assert "is that of other entries" in proofs.prove(Entry.objects.get(seq=2)).why

    def test_stands_on_the_page_with_what_each_hash_is_of(
        self, reader: Client, seal: Callable[[], None]
    ) -> None:
        record(7)
        seal()

        text = reader.get("/ledger/2/").content.decode()

        assert "Signed head of 7 entries" in text
        assert text.count("Before it") == 1
        assert text.count("Behind it") == 2
        assert '<span class="num">0–1</span>' in text  # noqa: RUF001
        assert '<span class="num">4–6</span>' in text  # noqa: RUF001

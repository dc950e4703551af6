"""Between which times an entry was made, by clocks that are not ours; and where pages say it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from audit import notes
from audit.anchors import transitions
from audit.bounds import Bounds, bounds
from audit.models import Checkpoint, Entry
from audit.outside import Cosignature, Place
from tests.audit.core.make import WITNESSES
from tests.audit.make import NOON, happen, sequence

pytestmark = pytest.mark.django_db
W1 = notes.vkey("w1", WITNESSES["w1"].public_key(), kind=notes.WITNESS)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def witnessed(settings: Settings, seal: Callable[[], None]) -> None:
    """Three entries that a witness saw a minute later, an anchor, and one behind it, unseen."""
    settings.LEDGER_WITNESSES = [f"{W1} https://w1.example.org"]
    for _ in range(3):
        happen()
    sequence()
    seal()
    head = Checkpoint.objects.get()
    text = head.note.partition("\n\n")[0] + "\n"
    seconds = int((NOON + MINUTE).timestamp())
    line = notes.cosign(text, name="w1", key=WITNESSES["w1"], at=seconds)
    Cosignature.objects.create(checkpoint=head, witness=W1, line=line, at=NOON + MINUTE)
    transitions.anchor(head, at=NOON + 2 * MINUTE)
    happen()
    sequence()


def anchor() -> int:
    return Entry.objects.get(kind="audit.anchor").seq


def test_what_a_witness_saw_was_made_before() -> None:
    size = Checkpoint.objects.get().size

    assert bounds(1) == Bounds(before=NOON + MINUTE, witness="w1", head=size)


def test_what_stands_behind_an_anchor_was_made_after() -> None:
    last = Entry.objects.latest("seq").seq

    assert bounds(last) == Bounds(after=NOON + MINUTE, anchor=anchor())


def test_stand_on_the_page_of_the_entry(signed_in: Client) -> None:
    before = signed_in.get("/ledger/1/").content.decode()
    after = signed_in.get(f"/ledger/{anchor()}/").content.decode()

    assert "Made before" in before
    assert "Made after" not in before
    assert "Made after" in after
    assert "No witness has signed a head over it yet" in after


def test_a_head_shows_who_saw_it_and_is_given_with_their_signatures(signed_in: Client) -> None:
    head = Checkpoint.objects.get()
    Place.objects.create(kind="witness", name="w1", size=head.size, at=NOON)

    listed = signed_in.get("/ledger/checkpoints/").content.decode()
    page = signed_in.get(f"/ledger/checkpoints/{head.size}/").content.decode()
    note = signed_in.get(f"/ledger/checkpoints/{head.size}/note").content.decode()

    assert f"Has the head of {head.size} entries" in listed
    assert "saw this head, and none that contradicts it" in page
    assert "An entry holds the hash of this head" in page
    assert "— w1 " in note
    assert note == signed_in.get("/ledger/checkpoint").content.decode()


def test_a_head_that_nobody_saw_names_the_longer_one_that_covers_it(signed_in: Client) -> None:
    head = Checkpoint.objects.get()
    Checkpoint.objects.create(size=head.size - 1, note=head.note, sealed_at=NOON)

    page = signed_in.get(f"/ledger/checkpoints/{head.size - 1}/").content.decode()

    assert f'<a href="/ledger/checkpoints/{head.size}/">head of {head.size}</a>' in page


def test_a_witness_that_does_not_answer_is_named_with_the_reason(signed_in: Client) -> None:
    Place.objects.create(kind="witness", name="w1", failing_since=NOON, why="It is silent.")

    assert "It is silent." in signed_in.get("/ledger/checkpoints/").content.decode()


def test_whom_to_trust_is_a_file(signed_in: Client) -> None:
    text = signed_in.get("/ledger/policy.txt").content.decode()

    assert text.startswith("log breakglass.example.com/")
    assert "quorum enough-witnesses" in text

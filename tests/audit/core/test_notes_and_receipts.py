"""Notes, checkpoints and receipts are read strictly, and their signatures verified."""

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import notes
from audit.core.checkpoint import read_checkpoint, read_number
from audit.core.findings import Finding, Tampered, Usage
from audit.core.hashing import leaf_hash
from audit.core.merkle import verify_inclusion
from audit.core.note import LOG, WITNESS, Key, read_key, read_note
from audit.core.proof import read_proof
from tests.audit import rfc6962
from tests.audit.test_notes import GOPHERS_KEY, GOPHERS_NOTE

# The example of C2SP's signed-note.
EXAMPLES_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONn"
    "cAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# The example of C2SP's tlog-cosignature, which does not say the keys.
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q"
    "1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2o"
    "yin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
ORIGIN, SEER = "example.org/breakglass/1", "witness.example.net"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
HASHES = [rfc6962.leaf_hash(b"leaf %d" % number) for number in range(7)]
TEXT = notes.checkpoint_text(ORIGIN, 7, rfc6962.mth(HASHES))
LINES = [
    notes.sign(TEXT, name=ORIGIN, key=KEY),
    notes.cosign(TEXT, name=SEER, key=OTHER, at=1_790_000_000),
]
NOTE = notes.note(TEXT, LINES)
RECEIPT = notes.receipt(3, rfc6962.path(3, HASHES), NOTE)
LOGS_KEY = read_key(notes.vkey(ORIGIN, KEY.public_key()), LOG)
WITNESS_KEY = read_key(notes.vkey(SEER, OTHER.public_key(), kind=notes.WITNESS), WITNESS)


def verify(receipt: bytes, leaf: bytes) -> int:
    """Verify the hashes of a receipt; return the place of the entry."""
    index, path, note = read_proof(receipt)
    _, size, root, _ = read_checkpoint(note)
    verify_inclusion(leaf_hash(leaf), index, size, path, root)
    return index


def signed(data: str, key: Key) -> bool:
    return read_note(data.encode()).signed_by(key) is not None


def test_the_examples_of_c2sp_and_of_go_verify() -> None:
    assert signed(EXAMPLE, read_key(EXAMPLES_KEY, LOG))
    assert signed(GOPHERS_NOTE, read_key(GOPHERS_KEY, LOG))
    with pytest.raises(Tampered, match=r"example\.com/foo does not fit"):
        signed(EXAMPLE.replace("an example", "no example"), read_key(EXAMPLES_KEY, LOG))


def test_the_example_of_a_cosignature_is_read() -> None:
    origin, size, _, note = read_checkpoint(COSIGNED.encode())
    (_, log), (name, witness) = note.lines

    assert (origin, size, name) == (
        "example.com/behind-the-sofa",
        20852163,
        "witness.example.com/w1",
    )
    assert int.from_bytes(witness[4:12], "big") == 1679315147
    assert (len(log), len(witness)) == (4 + 64, 4 + 8 + 64)


def test_a_text_with_empty_lines_ends_at_the_last_one() -> None:
    note = read_note(b"\n\none\n\ntwo\n\n\xe2\x80\x94 a AAAAAAA=\n")

    assert note.text == "\n\none\n\ntwo\n"


def test_what_we_write_is_read_and_signed_by_its_keys_alone() -> None:
    origin, size, _, _ = read_checkpoint(NOTE.encode())
    strange = read_key(notes.vkey(ORIGIN, OTHER.public_key()), LOG)

    assert (origin, size) == (ORIGIN, 7)
    assert signed(NOTE, LOGS_KEY)
    assert signed(NOTE, WITNESS_KEY)
    assert not signed(NOTE, strange)
    assert verify(RECEIPT.encode(), b"leaf 3") == 3


def test_a_key_with_the_same_name_and_id_but_other_bytes_signs_nothing() -> None:
    class Twin(Key):
        id = LOGS_KEY.id

    with pytest.raises(Tampered, match="does not fit"):
        signed(NOTE, Twin(ORIGIN, 1, OTHER.public_key().public_bytes_raw()))


def test_a_cosignature_with_another_time_does_not_fit() -> None:
    raw = base64.b64decode(LINES[1].split(" ")[2])
    moved = raw[:4] + (1_780_000_000).to_bytes(8, "big") + raw[12:]
    line = f"— {SEER} {base64.b64encode(moved).decode()}\n"

    with pytest.raises(Tampered, match=r"witness\.example\.net does not fit"):
        signed(notes.note(TEXT, [LINES[0], line]), WITNESS_KEY)


def test_a_hundred_signature_lines_are_read_and_one_more_is_not() -> None:
    stranger = [f"— stranger{number} AAAAAAA=\n" for number in range(100)]

    assert signed(notes.note(TEXT, [LINES[0], *stranger[1:]]), LOGS_KEY)
    with pytest.raises(Tampered, match="more than 100"):
        signed(notes.note(TEXT, [LINES[0], *stranger]), LOGS_KEY)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("\n7\n", "\n07\n", "size"),
        ("\n7\n", "\n+7\n", "size"),
        ("\n7\n", "\n 7\n", "size"),
        ("\n7\n", "\n7 \n", "size"),
        ("\n7\n", "\n-7\n", "size"),
        ("\n7\n", "\n\u0667\n", "size"),
        ("\n7\n", f"\n{'9' * 5000}\n", "size"),
        ("\n7\n", "\n\n", "three lines"),
        ("\n7\n", "\n7\r\n", "odd signs"),
        ("\n7\n", "\n7\0\n", "odd signs"),
        ("\n7\n", "\n7\t\n", "odd signs"),
        ("\n7\n", "\n0\n", "not the hash of a tree"),
        ("=\n\n—", "\n\n—", "root"),
        ("=\n\n—", "=\n\nx—", "odd signs"),
        ("=\n\n—", "=\n—", "odd signs"),
        (f"— {ORIGIN} ", f"— {ORIGIN}  ", "odd signs"),
        (f"— {ORIGIN} ", "—  ", "odd signs"),
        (f"— {ORIGIN} ", "— a+b ", "odd signs"),
        (f"— {ORIGIN} ", "— a\u2003b ", "odd signs"),
        (f"— {ORIGIN} ", f"- {ORIGIN} ", "odd signs"),
        (LINES[0], "", "nothing"),
        (LINES[0], f"— {ORIGIN} AAAA\n", "odd signs"),
        (LINES[0], f"— {ORIGIN} AAAAAAB=\n", "cannot be read"),
        (LINES[0], f"— {ORIGIN} \n", "odd signs"),
    ],
)
def test_a_checkpoint_is_read_in_one_form_only(before: str, after: str, why: str) -> None:
    spoilt = NOTE.replace(before, after, 1)
    assert spoilt != NOTE
    if why == "nothing":
        assert not signed(spoilt, LOGS_KEY)
        return
    with pytest.raises(Tampered, match=why):
        read_checkpoint(spoilt.encode())


@pytest.mark.parametrize("data", [b"", b"\n", b"\n\n", NOTE.encode()[:-1], NOTE.encode() + b"\n"])
def test_a_note_ends_with_whole_signature_lines(data: bytes) -> None:
    with pytest.raises(Tampered):
        read_note(data)


def test_a_note_is_utf8_and_of_reasonable_length() -> None:
    with pytest.raises(Tampered, match="UTF-8"):
        read_note(NOTE.encode().replace(b"example", b"ex\xffmple"))
    with pytest.raises(Tampered, match="odd signs"):
        read_note(b"x" * 1_000_001)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tlog-proof@v1", "tlog-proof@v2"),
        ("index 3", "index 03"),
        ("index 3", "index -3"),
        ("index 3", "index  3"),
        ("index 3", "Index 3"),
        ("index 3", "extra AAAA"),
        ("index 3", "extra A\nindex 3"),
        ("index 3", "index 3\nAAAA"),
        ("index 3", "index 3" + f"\n{'A' * 43}=" * 64),
        ("\n\n", "\n"),
    ],
)
def test_a_receipt_is_read_in_one_form_only(before: str, after: str) -> None:
    with pytest.raises(Tampered):
        verify(RECEIPT.replace(before, after, 1).encode(), b"leaf 3")


def test_what_is_added_to_a_receipt_is_read_and_trusted_by_nobody() -> None:
    receipt = notes.receipt(3, rfc6962.path(3, HASHES), NOTE, extra=b"\0why")

    assert verify(receipt.encode(), b"leaf 3") == 3


@pytest.mark.parametrize("leaf", [b"leaf 2", b"leaf 3\n", b""])
def test_a_receipt_is_of_one_leaf(leaf: bytes) -> None:
    with pytest.raises(Tampered, match="entry 3 does not lead to the signed root"):
        verify(RECEIPT.encode(), leaf)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        EXAMPLES_KEY[:-1],
        EXAMPLES_KEY.replace("530d", "530e"),
        EXAMPLES_KEY.replace("530d", "53 d"),
        EXAMPLES_KEY.replace("example.com", "example com"),
        "a+b+" + EXAMPLES_KEY,
        "é" * 100_000,
    ],
)
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(Usage, match="This is no Ed25519 key"):
        read_key(vkey, LOG)


def test_numbers_are_read_in_one_form_only() -> None:
    assert [read_number(each) for each in ("0", "7", "9" * 18)] == [0, 7, 10**18 - 1]
    for text in ("", "00", "01", "1_0", "1e3", "0x1", "\uff11", "1" * 19, " 1", "1\n"):
        with pytest.raises(ValueError, match="not a number"):
            read_number(text)


@settings(deadline=None)
@given(st.data())
def test_no_byte_of_a_receipt_can_be_turned(data: st.DataObject) -> None:
    whole = bytearray(RECEIPT.encode())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    try:
        index = verify(bytes(whole), b"leaf 3")
        note = read_note(bytes(whole).partition(b"\n\n")[2])
        known = [note.signed_by(key) is not None for key in (LOGS_KEY, WITNESS_KEY)]
    except Finding:
        return
    assert index == 3
    assert not all(known)  # a line that names another key is a stranger's, and says nothing


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_answered_with_a_sentence(data: bytes) -> None:
    readers: list[Callable[[bytes], object]] = [read_note, read_checkpoint, read_proof]
    for read in readers:
        with pytest.raises(Tampered, match=r"\.$"):
            read(data)

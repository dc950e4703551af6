"""Policy files of C2SP tlog-policy."""

import pytest

from audit import notes
from audit.core.findings import Incomplete, Usage
from audit.core.policy import read_policy
from tests.audit.core.make import NEXT_VKEY, POLICY, TREE_ONLY, VKEY, WITNESSES, made

KEYS = {
    name: notes.vkey(name, key.public_key(), kind=notes.WITNESS) for name, key in WITNESSES.items()
}
TWO_LEVELS = f"""
# The example of the specification, with fewer names.
log {VKEY} https://example.org/ledger
\twitness  X1 {KEYS["w1"]}
witness X2 {KEYS["w2"]} https://w2.example.net
group X-witnesses any X1 X2
witness Y1 {KEYS["w3"]}
group X-and-Y all X-witnesses Y1
quorum X-and-Y
"""


@pytest.mark.parametrize(
    ("seen_by", "enough"),
    [
        ((), False),
        (("w1",), False),
        (("w1", "w2"), False),
        (("w3",), False),
        (("w1", "w3"), True),
        (("w2", "w3"), True),
        (("w1", "w2", "w3"), True),
    ],
)
def test_groups_of_groups_are_counted(seen_by: tuple[str, ...], enough: bool) -> None:  # noqa: FBT001
    policy = read_policy(TWO_LEVELS.encode())
    head = policy.open(made(3).note(seen_by=seen_by).encode())

    if enough:
        policy.ask(head)
    else:
        with pytest.raises(Incomplete, match="more cosignatures"):
            policy.ask(head)


def test_one_witness_may_be_the_quorum() -> None:
    policy = read_policy((POLICY + "quorum w2\n").encode())

    policy.ask(policy.open(made(3).note(seen_by=("w2",)).encode()))
    with pytest.raises(Incomplete):
        policy.ask(policy.open(made(3).note(seen_by=("w1", "w3")).encode()))


def test_names_are_bytes_that_nobody_interprets() -> None:
    text = TWO_LEVELS.encode().replace(b"X1", b"K").replace(b"Y1", b"\xe2\x84\xaa\xff")

    assert len(read_policy(text).witnesses) == 3


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("quorum none\n", "", "no quorum line"),
        ("quorum none\n", "quorum none\nquorum none\n", "Line 7"),
        ("quorum none", "quorum w4", "Line 6"),
        ("quorum none", "quorum", "Line 6"),
        ("quorum none", "quorum none none", "Line 6"),
        ("quorum none", "quorum n\x00ne", "control character"),
        ("\n", "\r\n", "control character"),
        ("log ", "Log ", "Line 1"),
        ("log ", f"log {NEXT_VKEY} a b\nlog ", "Line 1"),
        ("log ", f"log {VKEY}\nlog ", "a key stands twice"),
        ("log ", f"log {KEYS['w1']}\nlog ", "no Ed25519 key of a log"),
        ("witness w1", f"witness w0 {KEYS['w1']}\nwitness w1", "a key stands twice"),
        ("witness w1", f"witness none {KEYS['w1']}\nwitness w9", "Line 2"),
        ("witness w2", "witness w1", "Line 3"),
        ("witness w2", f"witness w0 {VKEY}\nwitness w2", "no Ed25519 key of a witness"),
        ("group two 2", "group two 4", "Line 5"),
        ("group two 2", "group two 0", "Line 5"),
        ("group two 2", "group two 02", "Line 5"),
        ("group two 2", "group two -1", "Line 5"),
        ("group two 2", "group two most", "Line 5"),
        ("group two 2 w1 w2 w3", "group two any", "Line 5"),
        ("group two 2 w1 w2 w3", "group two any none", "Line 5"),
        ("group two 2 w1 w2 w3", "group two 2 w1 w1", "Line 5"),
        ("group two 2 w1 w2 w3", "group two any two", "Line 5"),
        ("group two 2 w1 w2 w3", "group two any w9", "Line 5"),
        ("group two 2 w1 w2 w3", "group w1 any w2", "Line 5"),
        ("group two", "group one any w1\ngroup two", "Line 6"),
    ],
)
def test_a_policy_that_could_be_misread_is_refused(before: str, after: str, why: str) -> None:
    spoilt = TREE_ONLY.replace(before, after, 1)
    assert spoilt != TREE_ONLY
    with pytest.raises(Usage, match=why):
        read_policy(spoilt.encode())

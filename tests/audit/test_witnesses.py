"""Who the witnesses are, how many are enough, and the policy file that auditors take."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from audit import notes
from audit.anchors import witnesses
from audit.core.policy import read_policy
from audit.models import Checkpoint, Key
from audit.outside import Cosignature
from tests.audit.core.make import NEXT_VKEY, VKEY, WITNESSES
from tests.audit.make import NOON, ORIGIN

pytestmark = pytest.mark.django_db
KEYS = [notes.vkey(name, key.public_key(), kind=notes.WITNESS) for name, key in WITNESSES.items()]
THREE = [f"{vkey} https://{vkey[:2]}.example.org/" for vkey in KEYS]


def test_are_named_by_key_and_address(settings: Settings) -> None:
    settings.LEDGER_WITNESSES = THREE
    assert [(each.name, each.url) for each in witnesses.configured()] == [
        ("w1", "https://w1.example.org"),
        ("w2", "https://w2.example.org"),
        ("w3", "https://w3.example.org"),
    ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["x https://w.example.org"], "no Ed25519 key of a witness"),
        ([f"{VKEY} https://w.example.org"], "no Ed25519 key of a witness"),
        ([KEYS[0]], "is not written KEY ADDRESS"),
        ([f"{KEYS[0]} ftp://w.example.org"], "is not written KEY ADDRESS"),
        ([f"{KEYS[0]} https://"], "is not written KEY ADDRESS"),
        ([THREE[0], THREE[0]], "a key stands twice"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(
    words: list[str], why: str, settings: Settings
) -> None:
    settings.LEDGER_WITNESSES = words
    with pytest.raises(ImproperlyConfigured, match=why):
        witnesses.configured()


@pytest.mark.parametrize(
    ("count", "asked", "enough"), [(0, 0, 0), (1, 0, 1), (2, 0, 2), (3, 0, 2), (3, 1, 1), (3, 3, 3)]
)
def test_more_than_half_are_enough_unless_the_house_says_otherwise(
    count: int, asked: int, enough: int, settings: Settings
) -> None:
    settings.LEDGER_WITNESSES, settings.LEDGER_WITNESS_QUORUM = THREE[:count], asked
    assert witnesses.quorum(witnesses.configured()) == enough


def test_more_than_there_are_cannot_be_asked_for(settings: Settings) -> None:
    settings.LEDGER_WITNESSES, settings.LEDGER_WITNESS_QUORUM = THREE, 4
    with pytest.raises(ImproperlyConfigured, match="there are only 3"):
        witnesses.quorum(witnesses.configured())


def test_the_policy_file_is_one_that_the_verifier_reads(settings: Settings) -> None:
    Key.objects.create(vkey=VKEY, from_size=1)
    Key.objects.create(vkey=NEXT_VKEY, from_size=300)
    bare = read_policy(witnesses.policy_file().encode())
    assert ([str(key) for key in bare.logs], bare.quorum) == ([VKEY, NEXT_VKEY], "none")

    settings.LEDGER_WITNESSES = THREE
    policy = read_policy(witnesses.policy_file().encode())
    assert [str(key) for key in policy.witnesses.values()] == KEYS
    assert policy.groups == {"enough-witnesses": (2, ["w1", "w2", "w3"])}
    assert policy.quorum == "enough-witnesses"


def test_a_head_is_witnessed_by_good_signatures_alone(settings: Settings) -> None:
    settings.LEDGER_WITNESSES = THREE  # of which two are enough
    for size in (3, 5, 7):
        text = notes.checkpoint_text(ORIGIN, size, bytes(32))
        head = Checkpoint.objects.create(size=size, note=notes.note(text, []), sealed_at=NOON)
        for number, (name, key) in enumerate([*WITNESSES.items()][:2]):
            line = notes.cosign(text, name=name, key=key, at=int(NOON.timestamp()))
            if size != 5 and number:  # somebody else made it up
                line = notes.cosign(f"{text}x\n", name=name, key=key, at=int(NOON.timestamp()))
            Cosignature.objects.create(checkpoint=head, witness=KEYS[number], line=line, at=NOON)

    for found in (witnesses.over(0), witnesses.over(4), witnesses.newest()):
        assert found is not None
        assert found.size == 5
    assert witnesses.over(5) is None

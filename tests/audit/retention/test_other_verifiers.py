"""Verifiers that others wrote find a pruned log as good as we do: what is there, what goes on what,
and the receipts of entries that are gone.
"""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from audit import heads, tiles, tree
from audit.models import Checkpoint, Entry, Key
from tests.audit.core.test_other_verifiers import HERE, MODULES, without_sigstore
from tests.audit.go import Verify, run, without_x_mod
from tests.audit.retention.make import CUT, bgverify, fill_record, finish, order, write_log

pytestmark = pytest.mark.django_db
GONE = 3


@pytest.fixture
def log(seal: Callable[[], None], tmp_path: Path) -> Path:
    """A pruned log as files; a head and a receipt of before, and a receipt of what is there."""
    fill_record()
    seal()
    receipt, leaf = heads.receipt(GONE), bytes(Entry.objects.get(seq=GONE).leaf)
    order()
    seal()
    assert finish() == CUT
    folder = write_log(tmp_path / "log")
    (folder / "older").write_text(heads.cosigned(Checkpoint.objects.order_by("size")[0]))
    for name, said, entry in (
        ("gone", receipt, leaf),
        ("there", heads.receipt(CUT), bytes(Entry.objects.get(seq=CUT).leaf)),
    ):
        (folder / f"{name}.receipt").write_text(said or "")
        (folder / f"{name}.leaf").write_bytes(entry)
    return folder


@pytest.mark.needs("go")
@without_x_mod
class TestGo:
    def test_it_finds_what_is_there_good_from_the_cut_on(self, go: Verify, log: Path) -> None:
        vkey = Key.objects.get().vkey
        assert bgverify(log)[0] == 0
        assert go("log", log, CUT, vkey=vkey) == (0, "good")
        code, said = go("log", log, vkey=vkey)
        assert (code, "tile/0/000" in said) == (1, True)

        bundle = log / "tile" / "entries" / "001.p"
        (tile,) = bundle.iterdir()
        tile.write_bytes(tile.read_bytes().replace(b"thing:1", b"thing:9", 1))
        assert go("log", log, CUT, vkey=vkey)[0] == bgverify(log)[0] == 1

    def test_it_finds_receipts_and_the_way_from_an_older_head_good(
        self, go: Verify, log: Path
    ) -> None:
        vkey = Key.objects.get().vkey
        for name in ("gone", "there"):
            files = [log / f"{name}.receipt", log / f"{name}.leaf"]
            assert go("proof", *files, vkey=vkey) == (0, "good")

        older, newer = (Checkpoint.objects.order_by(by)[0].size for by in ("size", "-size"))
        path = tree.consistency_proof(older, newer, tiles.read)
        (log / "path").write_bytes(b"\n".join(map(base64.b64encode, path)))
        files = [log / "older", log / "checkpoint", log / "path"]
        assert go("consistency", *files, vkey=vkey) == (0, "good")


@pytest.mark.needs("node")
@without_sigstore
def test_sigstore_finds_receipts_good(log: Path) -> None:
    vkey = Key.objects.get().vkey
    for name in ("gone", "there"):
        files = [log / f"{name}.receipt", log / f"{name}.leaf"]
        words = ["node", HERE / "sigstore" / "verify.cjs", MODULES, vkey, *files]
        assert run(*words) == (0, "good")

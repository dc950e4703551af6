"""Pages and API answer for what was pruned with a sentence, and for the rest as ever."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from audit import restore
from audit.models import Checkpoint, Entry
from audit.restore import Known
from tests.audit.make import sql
from tests.audit.retention.make import CUT, fill_record, finish, order

pytestmark = pytest.mark.django_db
GONE = "was removed when its time was over"
API = "/api/v1/ledger"


@pytest.fixture
def heads(seal: Callable[[], None]) -> tuple[Checkpoint, Checkpoint]:
    """A head of before and one of after what was pruned, of a record that was."""
    fill_record()
    seal()
    order()
    seal()
    finish()
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    first, last = Checkpoint.objects.order_by("size")
    with_edge = first.note.replace(f"\n{first.size}\n", "\n100\n")
    before = Checkpoint.objects.create(size=100, note=with_edge, sealed_at=first.sealed_at)
    return before, last


def test_every_page_of_a_record_that_was_pruned(
    heads: tuple[Checkpoint, Checkpoint], signed_in: Client
) -> None:
    by = Entry.objects.get(kind="audit.pruned").seq
    for page in ("", "entry.json", "receipt"):
        answer = signed_in.get(f"/ledger/3/{page}")
        assert (answer.status_code, GONE in answer.content.decode()) == (410, True)
    assert signed_in.get(f"/ledger/{CUT}/").status_code == 200
    assert signed_in.get(f"/ledger/{CUT}/receipt").status_code == 200

    newest = signed_in.get("/ledger/").content.decode()
    assert "Entries below" not in newest
    assert signed_in.get(f"/ledger/?after={CUT - 1}&kind=test.happened").status_code == 200
    last = signed_in.get("/ledger/", {"before": CUT + 20}).content.decode()
    assert f"Entries below {CUT} were removed" in last
    assert f'href="/ledger/{by}/"' in last
    assert signed_in.get("/ledger/", {"q": "#3"})["Location"] == "/ledger/3/"
    said = signed_in.get(f"/ledger/{by}/").content.decode()
    assert f"pruned the entries below {CUT}" in said


def test_heads_of_before(heads: tuple[Checkpoint, Checkpoint], signed_in: Client) -> None:
    """Their signatures are still looked at, although no tree is left to compare them with."""
    before, last = heads

    page = signed_in.get(f"/ledger/checkpoints/{before.size}/").content.decode()
    assert "has no good signature" in page  # this one was changed by the test
    good = signed_in.get(f"/ledger/checkpoints/{last.size}/").content.decode()
    assert "Signature and tree fit" in good
    sql("ALTER TABLE audit_checkpoint DISABLE TRIGGER USER")
    Checkpoint.objects.filter(size=100).update(note=last.note)
    page = signed_in.get(f"/ledger/checkpoints/{before.size}/").content.decode()
    assert "Signature fits" in page
    assert "which were pruned" in page

    compared = signed_in.post("/ledger/checkpoints/compare", {"note": last.note})
    assert compared.status_code == 200


def test_the_api(heads: tuple[Checkpoint, Checkpoint], signed_in: Client) -> None:
    size = heads[1].size
    for path in (
        "entries/3",
        "entries/3/proof",
        "consistency?from=100",
        "consistency?from=9&to=50",
    ):
        answer = signed_in.get(f"{API}/{path}")
        assert answer.status_code == 410, path
        assert answer.json()["type"] == "urn:breakglass:problem:gone"
        assert "entry" in answer.json()["detail"]
    for path in (f"entries/{CUT}", f"entries/{CUT}/proof", f"consistency?from={CUT}&to={size}"):
        assert signed_in.get(f"{API}/{path}").status_code == 200, path
    found = signed_in.get(f"{API}/entries?limit=1").json()
    assert found["items"][0]["seq"] == CUT

    assert signed_in.get("/ledger/tile/0/000").status_code == 410
    assert signed_in.get("/ledger/tile/entries/000").status_code == 410
    assert signed_in.get("/ledger/tile/1/000.p/1").status_code == 200


def test_the_operator_is_told_and_others_may_know_less(
    heads: tuple[Checkpoint, Checkpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError, match="was removed when its time was over"):
        call_command("verify_log", "--from", "9")
    call_command("verify_log", "--from", str(CUT))

    known = [Known("An old copy", 100, b"x" * 32)]
    monkeypatch.setattr(restore, "known_outside", lambda: known)
    assert restore.why_not_go_on() == ""
    known[0] = Known("A copy", CUT, b"x" * 32)
    assert "has seen other entries" in restore.why_not_go_on()

"""A record as life writes it: old cases are pruned, and everything about the others holds."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from audit import evidence, heads, sequencer, watch
from audit import transitions as record
from audit.differences import Difference
from audit.models import Entry
from audit.replay import rounds
from audit.replay import transitions as replays
from audit.retention import carrying_out, transitions
from audit.retention.plan import plan
from audit.verify import verify
from breakglass import transitions as verbs
from breakglass.models import Request
from core.errors import WrongState
from reviews.models import Review
from reviews.reopening_transitions import reopen
from targets.models import Door
from tests.audit.core.make import ask
from tests.audit.make import make_sealer, sql
from tests.audit.retention.make import bgverify, write_log
from tests.make import NOON, make_broken_glass, make_user, voice
from tests.reviews.make import act, judge, make_carla, taken

pytestmark = pytest.mark.django_db
CASES = 14
NEW = NOON + timedelta(days=100)
NOW = NOON + timedelta(days=500)


def live(number: int) -> Request:
    """Go through a whole case: break the glass, be ratified, give it back, be examined."""
    at = NOON + timedelta(hours=number)
    asked = make_broken_glass(at=at)
    verbs.ratify(asked, voice=voice("bob"), at=at)
    verbs.relinquish(asked.grant, by=make_user("ada"), at=at)
    for _ in range(15):
        act(asked.grant)
    times = ("opened_at", "closing_at", "closed_at", "verified_at", "collected_at")
    over = dict.fromkeys(times, at)
    Door.objects.filter(grant=asked.grant.pk).update(state="closed", **over)
    judge(taken(Review.objects.get(grant=asked.grant), at=at), at=at + timedelta(minutes=1))
    return asked


def judge_anew(asked: Request) -> None:
    """Reopen the review of a case."""
    review = Review.objects.get(grant__request=asked)
    reopen(review, by=make_carla(), reason="A log of then came late.", at=NOW)


def enter(at: datetime) -> None:
    while sequencer.run_once(at=at):
        pass


def replay() -> list[str]:
    replays.ask_for_replay(by=None, at=NOW)
    while rounds.go_on(lambda: NOW):
        pass
    enter(NOW)
    return [difference.what for difference in Difference.objects.open()]


def test_old_cases_go_and_the_others_stay_provable(client: Client, tmp_path: Path) -> None:
    seal = make_sealer(tmp_path)
    old = [live(number) for number in range(CASES)]
    enter(NOON + timedelta(days=2))
    new = make_broken_glass(at=NEW)
    enter(NEW)
    assert replay() == []
    record.ask_for_verification(by=None, at=NOW)
    while watch.go_on(lambda: NOW):
        pass
    enter(NOW)
    seal()
    first = Entry.objects.of_case(old[0].case_ref)[0]
    receipt, leaf = heads.receipt(first.seq), bytes(first.leaf)

    made = plan(NEW, at=NOW)
    assert made.obstacles == []
    transitions.prune(made, by="system:test", at=NOW)
    enter(NOW)
    seal()
    assert carrying_out.finish(at=NOW) == made.cut >= 256
    sql("SET CONSTRAINTS ALL IMMEDIATE")

    assert (replay(), verify().why) == ([], "")
    seal()
    code, said = bgverify(write_log(tmp_path / "log"))
    assert code == 0, said
    vkey = heads.public_keys()[0]
    (tmp_path / "receipt").write_text(receipt or "")
    (tmp_path / "leaf").write_bytes(leaf)
    assert ask("proof", tmp_path / "receipt", "--leaf", tmp_path / "leaf", "--vkey", vkey)[0] == 0
    (tmp_path / "new.zip").write_bytes(evidence.case_file(new.case_ref) or b"")
    assert ask("bundle", tmp_path / "new.zip", "--vkey", vkey)[0] == 0
    client.force_login(make_user("ada"))
    assert (
        "was removed when its time was over"
        in client.get(old[0].get_absolute_url()).content.decode()
    )
    assert client.get(new.get_absolute_url()).status_code == 200
    with pytest.raises(WrongState, match="was removed when its time was over"):
        judge_anew(old[0])
    verbs.relinquish(new.grant, by=make_user("ada"), at=NEW + timedelta(minutes=1))
    enter(NOW)
    assert (replay(), verify().why) == ([], "")
    Request.objects.filter(pk=new.pk).update(justification="Nothing.")
    assert len(replay()) == 1

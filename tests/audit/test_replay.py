"""What the replay found: its page, its banner, its command, and explaining it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.test import Client, RequestFactory

from accounts.models import Part, User
from audit import slots
from audit.differences import Difference, Replay
from audit.replay import rounds, transitions
from audit.replay.walk import Step
from audit.watch import NIGHT
from core.errors import BadInput, NotAllowed, WrongState
from tests.audit.make import NOON
from tests.make import make_group, make_user
from tests.record import facts, kinds

pytestmark = pytest.mark.django_db
PAGE = "/ledger/verification/"
WHAT = "state: “approved” in the table, “denied” by entry 7"


@pytest.fixture
def difference() -> Difference:
    """What a replay found."""
    return Difference.objects.create(subject=f"request:{'0' * 32}", what=WHAT, found_at=NOON)


def explain(difference: Difference, by: User, note: str = "A repair, INC-9.") -> Difference:
    return transitions.resolve(difference, by=by, note=note, at=NOON)


class TestExplain:
    def test_is_on_the_record_and_warns_nobody_any_more(
        self, difference: Difference, auditor: User
    ) -> None:
        explain(difference, auditor)

        (fact,) = facts("audit.difference_resolved")
        assert (fact["what"], fact["note"]) == (WHAT, "A repair, INC-9.")
        assert not Difference.objects.open().exists()

    def test_is_not_for_administrators(self, difference: Difference) -> None:
        make_group("administrators", make_user("max"), part=Part.ADMINISTRATOR)

        with pytest.raises(NotAllowed, match="Only auditors and compliance officers"):
            explain(difference, make_user("max"))

        assert kinds() == ["access.refused"]

    def test_happens_once(self, difference: Difference, auditor: User) -> None:
        explain(difference, auditor)

        with pytest.raises(WrongState, match="already"):
            explain(difference, auditor)

    def test_needs_words(self, difference: Difference, auditor: User) -> None:
        with pytest.raises(BadInput, match="Say what happened"):
            explain(difference, auditor, note="  ")

    def test_is_undone_when_the_record_fails(
        self, difference: Difference, auditor: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("audit.log.record", lambda *_, **__: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            explain(difference, auditor)

        assert Difference.objects.open().exists()

    def test_what_is_explained_is_no_news_when_it_is_found_again(
        self, difference: Difference, auditor: User
    ) -> None:
        explain(difference, auditor)
        run = transitions.ask_for_replay(by=None, at=NOON)
        step = Step(place=[], compared=1, found={difference.subject: ("", [WHAT])})

        transitions.take_replay_step(run, step, seconds=0.1, at=NOON)

        assert kinds()[-1] == "audit.replayed"
        assert not Difference.objects.open().exists()


class TestPage:
    def test_shows_what_differs_and_takes_the_explanation(
        self, signed_in: Client, difference: Difference
    ) -> None:
        text = signed_in.get(PAGE).content.decode()
        assert WHAT in text
        assert 'class="banner danger"' in text

        answer = signed_in.post(f"{PAGE}{difference.pk}/explain", {"reason": "A repair."})

        assert answer.status_code == 302
        text = signed_in.get(PAGE).content.decode()
        assert 'class="banner danger"' not in text
        assert "A repair." in text

    @pytest.mark.parametrize(("reason", "status"), [("", 422), ("A repair.", 409)])
    def test_says_what_is_wrong(
        self, signed_in: Client, auditor: User, difference: Difference, reason: str, status: int
    ) -> None:
        explain(difference, auditor)

        answer = signed_in.post(f"{PAGE}{difference.pk}/explain", {"reason": reason})

        assert answer.status_code == status

    def test_others_may_not_explain(self, client: Client, difference: Difference) -> None:
        client.force_login(make_user("eve"))

        answer = client.post(f"{PAGE}{difference.pk}/explain", {"reason": "Mine."})

        assert answer.status_code == 403

    def test_the_lamp_says_how_many(self, difference: Difference) -> None:
        request: HttpRequest = RequestFactory().get("/")

        (lamp,) = slots.tables(request)

        assert (lamp.tone, lamp.detail) == ("danger", "1 difference from the record")

    def test_the_lamp_says_when_it_was_compared(self) -> None:
        request: HttpRequest = RequestFactory().get("/")
        assert slots.tables(request)[0].tone == "wait"
        Replay.objects.create(asked_at=NOON, ended_at=NOON)

        assert slots.tables(request)[0].tone == "ok"


class TestNight:
    def test_once_a_night(self) -> None:
        night = NOON.replace(hour=NIGHT.hour) + timedelta(minutes=1)
        rounds.begin_night(at=night)
        rounds.go_on(lambda: night)
        rounds.begin_night(at=NOON)
        assert Replay.objects.count() == 1

        rounds.begin_night(at=NOON + timedelta(days=1))

        assert Replay.objects.count() == 2


class TestCommand:
    def test_says_that_the_tables_fit(self) -> None:
        out = StringIO()
        call_command("audit_reconcile", stdout=out)

        assert "The tables say what the record says: 0 things" in out.getvalue()

    def test_exits_with_1_and_names_what_differs(self, difference: Difference) -> None:
        out = StringIO()

        with pytest.raises(CommandError, match="differ from the record: 1 times, 0 of them") as no:
            call_command("audit_reconcile", stdout=out)

        assert no.value.returncode == 1
        assert f"DIFFERENT. {difference.subject}: {WHAT}" in out.getvalue()


@pytest.mark.parametrize(
    "fields",
    [
        {"what": WHAT},
        {"what": "b", "resolved_at": NOON},
        {"what": "b", "note": "c"},
    ],
)
def test_database_refuses(difference: Difference, fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Difference.objects.create(subject=difference.subject, found_at=NOON, **fields)

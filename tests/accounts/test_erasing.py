"""A person is forgotten everywhere, by two others, and the record verifies."""

import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.test import Client

from accounts import erasing, sessions, tasks
from accounts import transitions as accounts
from accounts.erasing import Grounds
from accounts.models import Erasure, Part, User
from alerts.models import Mail
from audit import erasure as ledger
from audit import evidence
from audit.config import changing
from audit.models import Entry, Key, Payload
from audit.verify import verify
from breakglass import transitions
from breakglass.models import Request
from core import forgetting
from core.errors import BadInput, NotAllowed, WrongState
from core.models import KeptView
from reviews.models import Review
from targets.models import Door
from tests.audit.core.make import ask
from tests.audit.make import sequence, sql, unprotected
from tests.make import NOON, make_broken_glass, make_group, make_request, make_scenario, make_user
from tests.record import kinds
from tests.reviews.make import judge, make_review, taken
from tests.shared import made_once

pytestmark = pytest.mark.django_db
GROUNDS = Grounds(basis="gdpr-17-1-a", reference="letter 17")
LATER = NOON + timedelta(days=1)
NAME, OLD = "Ada Abara-Öz", "Ada Lovelace"
WHY = "Ada Abara-Öz sees checkout fail for all customers; I will end the blocking session."
Seal = Callable[[], None]


def _house() -> None:
    """Alma and Abel administer; Ada has had a case, a mail, a token, a view, a browser, a name."""
    make_group("Administrators", make_user("alma"), make_user("abel"), part=Part.ADMINISTRATOR)
    alma = make_user("alma")
    make_scenario()
    ada = make_user("ada")
    for name in (OLD, NAME):
        ada.name = name
        with changing(actor=alma.ref, reason=f"{name} has a new name."):
            ada.save()
    review = taken(make_review(justification=WHY, reference="INC-1"))
    judge(review, comment=f"{NAME} did well.")
    Door.objects.all().delete()  # no target of this test will ever let one be closed
    accounts.issue_token(ada, name="Ada's", scope="read", days=9, actor=ada.ref, at=NOON)
    Client().force_login(ada)
    KeptView.objects.create(person=ada.pk, page="cases", name="mine", query="q=Ada")
    Mail.objects.create(address=ada.email, person=ada, subject="Yours", text="Ada's own.")
    Mail.objects.create(address="bob@example.com", subject="A case", text=f"{NAME} asks. {WHY}")
    LogEntry.objects.create(
        user=alma, object_id=str(ada.pk), object_repr=str(ada), action_flag=CHANGE,
        content_type=ContentType.objects.get_for_model(User), change_message="[]",
    )  # fmt: skip


house = made_once(_house)


@pytest.fixture
def alma(house: None) -> User:
    """Return one of two who administer."""
    return make_user("alma")


@pytest.fixture
def abel(house: None) -> User:
    """Return the other one."""
    return make_user("abel")


@pytest.fixture
def ada(house: None) -> User:
    """Return somebody of whom there is something everywhere."""
    return make_user("ada")


def carry_out(seal: Seal) -> None:
    """Let the house work until nothing is left to do."""
    for _ in range(4):
        sequence(LATER)
        seal()
        ledger.finish()
        tasks.tidy_erasures()


def erase(ada: User, alma: User, abel: User, seal: Seal) -> Erasure:
    erasure = erasing.propose(ada, GROUNDS, by=alma, at=LATER)
    erasing.accept(erasure, by=abel, at=LATER)
    carry_out(seal)
    erasure.refresh_from_db()
    return erasure


class TestErase:
    def test_no_byte_of_name_mail_or_words_is_left_in_any_table(
        self, ada: User, alma: User, abel: User, seal: Seal
    ) -> None:
        sequence(LATER)
        words = ("Lovelace", "Abara", "ada@example.com", "checkout fail", "did well", "Ada's")
        trace = forgetting.Trace(person=ada.pk, ref=ada.ref, words=words)
        tables = {each.label for each in forgetting.remains(trace)}
        assert tables >= {"accounts_user", "audit_payload", "auditlog_logentry", "alerts_mail",
                          "breakglass_request", "reviews_review", "django_admin_log"}  # fmt: skip

        erasure = erase(ada, alma, abel, seal)

        assert forgetting.remains(trace) == []
        assert erasure.state == Erasure.State.DONE
        assert erasure.entries > 5

    def test_everything_verifies_and_nothing_of_them_leaves(
        self, ada: User, alma: User, abel: User, seal: Seal, tmp_path: Path
    ) -> None:
        erase(ada, alma, abel, seal)

        assert verify().why == ""
        case = evidence.case_file(Request.objects.get().ref) or b""
        (tmp_path / "case.zip").write_bytes(case)
        vkey = Key.objects.get().vkey
        assert ask("bundle", tmp_path / "case.zip", "--vkey", vkey)[0] == 0
        files = dict(evidence.record_files())
        for name, data in files.items():
            path = tmp_path / "log" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        assert ask("log", tmp_path / "log", "--vkey", vkey)[0] == 0
        with zipfile.ZipFile(BytesIO(case)) as bundle:
            files |= {name: bundle.read(name) for name in bundle.namelist()}
        for word in (b"Lovelace", b"Abara", b"ada@example.com", b"checkout fail", b"did well"):
            assert not [name for name, data in files.items() if word in data]

    def test_without_the_entry_that_says_so_it_does_not_verify(
        self, ada: User, seal: Seal, tmp_path: Path
    ) -> None:
        sequence(LATER)
        seal()
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        with unprotected():
            sql("DELETE FROM audit_payload WHERE part = 'p'")

        assert "is missing, and no erasure is on the record" in verify().why
        (tmp_path / "case.zip").write_bytes(evidence.case_file(Request.objects.get().ref) or b"")
        code, said = ask("bundle", tmp_path / "case.zip", "--vkey", Key.objects.get().vkey)
        assert (code, "is missing, but not erased" in said) == (1, True)

    def test_leaves_an_account_that_nobody_can_use(
        self, ada: User, alma: User, abel: User, seal: Seal
    ) -> None:
        browser = Client()
        browser.force_login(ada)

        erase(ada, alma, abel, seal)

        ada.refresh_from_db()
        assert (ada.name, ada.is_active) == (f"Erased person {ada.pk.hex[:6]}", False)
        assert not ada.has_usable_password()
        assert not ada.groups.exists()
        assert ada.erased_at == LATER
        assert browser.get("/profile/").status_code == 302

    def test_puts_when_and_under_what_in_place_of_the_words(
        self, ada: User, alma: User, abel: User, seal: Seal
    ) -> None:
        erase(ada, alma, abel, seal)

        mark = "(erased on 3 Nov 2026 under GDPR Article 17(1)(a))"
        assert Request.objects.get().justification == mark
        assert Request.objects.get().reference == "INC-1"
        assert Review.objects.get().comment == mark

    def test_keeps_no_word_of_theirs_when_it_is_over(
        self, ada: User, alma: User, abel: User, seal: Seal
    ) -> None:
        grounds = Grounds(basis="court", also=["Countess", " "])
        erasure = erasing.propose(ada, grounds, by=alma, at=LATER)
        assert erasure.also == ["Countess"]
        erasing.accept(erasure, by=abel, at=LATER)
        erasure.refresh_from_db()
        assert set(erasure.words) == {NAME, OLD, "Ada", "ada@example.com", "Countess"}

        carry_out(seal)

        erasure.refresh_from_db()
        assert (erasure.also, erasure.words) == ([], [])

    def test_goes_on_behind_what_others_write_meanwhile(
        self, ada: User, alma: User, abel: User, seal: Seal
    ) -> None:
        erasing.accept(erasing.propose(ada, GROUNDS, by=alma, at=LATER), by=abel, at=LATER)
        make_request(by=make_user("eve"), justification=f"{NAME} told me that orders are lost.")
        carry_out(seal)

        assert Erasure.objects.get().state == Erasure.State.DONE
        assert not any(NAME.encode() in bytes(each.body) for each in Payload.objects.all())

    def test_waits_for_the_signature_between_its_steps(
        self, ada: User, alma: User, abel: User
    ) -> None:
        erasing.accept(erasing.propose(ada, GROUNDS, by=alma, at=LATER), by=abel, at=LATER)
        for _ in range(3):
            sequence(LATER)
            ledger.finish()
            tasks.tidy_erasures()

        assert Erasure.objects.get().state == Erasure.State.ACCEPTED
        assert Entry.objects.filter(kind="audit.erased").count() == 1
        assert any(b"checkout" in bytes(each.body) for each in Payload.objects.all())


class TestWhoAndWhen:
    def test_nobody_erases_themselves(self, alma: User, abel: User) -> None:
        with pytest.raises(NotAllowed, match="Nobody erases themselves"):
            erasing.propose(alma, GROUNDS, by=alma, at=LATER)

    def test_only_administrators_ask(self, ada: User) -> None:
        with pytest.raises(NotAllowed, match="Only an administrator"):
            erasing.propose(ada, GROUNDS, by=make_user("bob"), at=LATER)
        assert kinds()[-1] == "access.refused"

    def test_without_a_second_administrator_nobody_asks(self, ada: User, alma: User) -> None:
        User.objects.filter(email="abel@example.com").update(is_active=False)

        with pytest.raises(NotAllowed, match="there is none"):
            erasing.propose(ada, GROUNDS, by=alma, at=LATER)

    def test_who_asked_does_not_confirm(self, ada: User, alma: User) -> None:
        erasure = erasing.propose(ada, GROUNDS, by=alma, at=LATER)

        with pytest.raises(NotAllowed, match="another administrator decides"):
            erasing.accept(erasure, by=alma, at=LATER)
        with pytest.raises(NotAllowed, match="Only an administrator"):
            erasing.accept(erasure, by=make_user("bob"), at=LATER)

    def test_whom_it_is_about_does_not_confirm(self, alma: User, abel: User) -> None:
        make_group("Administrators", make_user("anna"))
        erasure = erasing.propose(abel, GROUNDS, by=alma, at=LATER)

        with pytest.raises(NotAllowed, match="It is about you"):
            erasing.accept(erasure, by=abel, at=LATER)

    def test_an_open_case_and_a_live_access_come_first(self, alma: User) -> None:
        make_broken_glass()
        make_request(by=make_user("eve"))

        with pytest.raises(WrongState, match=r"access of case \d+ has not ended"):
            erasing.propose(make_user("ada"), GROUNDS, by=alma, at=LATER)
        with pytest.raises(WrongState, match=r"Case \d+ is still open"):
            erasing.propose(make_user("eve"), GROUNDS, by=alma, at=LATER)

    def test_who_stands_in_for_somebody_is_needed(self, alma: User) -> None:
        bob, dora = make_user("bob"), make_user("dora")
        until = LATER + timedelta(days=7)
        transitions.name_substitute(
            bob, substitute=dora, since=LATER, until=until, by=bob, at=LATER
        )
        for person in (bob, dora):
            with pytest.raises(WrongState, match="Dora stands in for Bob"):
                erasing.propose(person, GROUNDS, by=alma, at=LATER)

    def test_a_review_that_is_owed_comes_first(self, alma: User) -> None:
        make_review()

        with pytest.raises(
            WrongState, match=r"still being collected.* The review of case \d+ is not closed"
        ):
            erasing.propose(make_user("ada"), GROUNDS, by=alma, at=LATER)

    def test_what_came_in_between_is_seen_when_it_is_confirmed(
        self, ada: User, alma: User, abel: User
    ) -> None:
        erasure = erasing.propose(ada, GROUNDS, by=alma, at=LATER)
        make_request(by=ada)

        with pytest.raises(WrongState, match=r"Case \d+ is still open"):
            erasing.accept(erasure, by=abel, at=LATER)

    def test_the_only_administrator_is_needed(self, alma: User) -> None:
        carla = make_user("carla")
        make_group("Compliance", carla, part=Part.COMPLIANCE)
        User.objects.filter(email="abel@example.com").update(is_active=False)

        with pytest.raises(WrongState, match="They are the only administrator"):
            erasing.order(alma, GROUNDS, approver=carla, at=LATER)

    def test_one_at_a_time_and_once(self, ada: User, alma: User, abel: User, seal: Seal) -> None:
        erasure = erasing.propose(ada, GROUNDS, by=alma, at=LATER)
        with pytest.raises(WrongState, match="asked for this already"):
            erasing.propose(ada, GROUNDS, by=alma, at=LATER)
        erasing.accept(erasure, by=abel, at=LATER)
        carry_out(seal)

        with pytest.raises(WrongState, match="already done"):
            erasing.accept(erasure, by=abel, at=LATER)
        with pytest.raises(WrongState, match="erased already"):
            erasing.propose(ada, GROUNDS, by=alma, at=LATER)

    @pytest.mark.parametrize(
        ("grounds", "words"),
        [
            (Grounds(basis=""), "Choose the legal basis"),
            (Grounds(basis="court", reference="Letter of ADA ABARA-ÖZ"), "must not name"),
            (Grounds(basis="court", reference="x" * 61), "60 characters"),
        ],
    )
    def test_wants_grounds_that_name_nobody(
        self, ada: User, alma: User, grounds: Grounds, words: str
    ) -> None:
        with pytest.raises(BadInput, match=words):
            erasing.propose(ada, grounds, by=alma, at=LATER)


class TestAnswers:
    def test_declined_with_a_reason_nothing_is_erased(
        self, ada: User, alma: User, abel: User
    ) -> None:
        erasure = erasing.propose(ada, GROUNDS, by=alma, at=LATER)
        with pytest.raises(BadInput, match="Say why"):
            erasing.decline(erasure, by=abel, answer=" ", at=LATER)

        erasing.decline(erasure, by=abel, answer="The dispute is not over.", at=LATER)

        ada.refresh_from_db()
        assert ada.name == NAME
        assert kinds()[-1] == "erasure.declined"
        with pytest.raises(WrongState, match="already declined"):
            erasing.accept(erasure, by=abel, at=LATER)

    def test_withdrawn_by_who_asked_alone(self, ada: User, alma: User, abel: User) -> None:
        erasure = erasing.propose(ada, GROUNDS, by=alma, at=LATER)
        with pytest.raises(NotAllowed, match="Only who asked"):
            erasing.withdraw(erasure, by=abel, at=LATER)

        erasing.withdraw(erasure, by=alma, at=LATER)

        assert kinds()[-1] == "erasure.withdrawn"

    def test_lapses_after_a_fortnight(self, ada: User, alma: User, abel: User) -> None:
        erasure = erasing.propose(ada, GROUNDS, by=alma, at=LATER)
        end = LATER + erasing.LAPSES_AFTER
        with pytest.raises(WrongState, match="has not lapsed yet"):
            erasing.lapse(erasure, at=LATER)
        with pytest.raises(WrongState, match="nobody confirmed it in time"):
            erasing.accept(erasure, by=abel, at=end)

        erasing.lapse(erasure, at=end)

        assert kinds()[-1] == "erasure.lapsed"
        with pytest.raises(WrongState, match="has lapsed"):
            erasing.carry_on(erasure, at=end)

    def test_is_undone_when_the_record_fails(
        self, ada: User, alma: User, abel: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        erasure = erasing.propose(ada, GROUNDS, by=alma, at=LATER)
        monkeypatch.setattr(sessions, "end_all", lambda _: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            erasing.accept(erasure, by=abel, at=LATER)

        ada.refresh_from_db()
        erasure.refresh_from_db()
        assert (ada.name, erasure.state) == (NAME, "waiting")


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "erased"},
        {"state": "accepted"},
        {"state": "declined", "decided_at": NOON},
        {"decided_at": NOON},
        {"done_at": NOON},
        {"state": "withdrawn", "decided_at": NOON, "words": ["Ada"]},
    ],
)
def test_database_refuses(ada: User, alma: User, fields: dict[str, object]) -> None:
    erasing.propose(ada, GROUNDS, by=alma, at=LATER)

    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.update(**fields)

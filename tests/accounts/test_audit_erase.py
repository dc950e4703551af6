"""`manage.py audit_erase`: nothing without --really, everything with it."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.management.commands import audit_erase
from accounts.models import Erasure, Part, User
from audit import erasure as ledger
from audit.models import Entry, Payload
from audit.verify import verify
from tests.audit.make import happen, sequence, six_of_two_cases
from tests.make import make_group, make_user

pytestmark = pytest.mark.django_db
REALLY = ("--really", "--legal-basis", "gdpr-17-1-a", "--approved-by", "carla@example.com")


@pytest.fixture
def carla() -> User:
    """Carla, who oversees, beside Alma, who administers."""
    make_group("Administrators", make_user("alma"), part=Part.ADMINISTRATOR)
    make_group("Compliance", make_user("carla"), part=Part.COMPLIANCE)
    return make_user("carla")


@pytest.fixture
def house(seal: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Sequencer and sealer at work whenever the command waits."""

    def work(_: float) -> None:
        sequence()
        seal()

    monkeypatch.setattr(audit_erase, "sleep", work)


def run(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command("audit_erase", *words, stdout=out, **options)
    return out.getvalue()


def test_shows_what_would_go_and_touches_nothing(carla: User) -> None:
    ada = make_user("ada")
    happen(ada.ref, actor=ada.ref, words="Mine.")
    happen(actor=carla.ref, what="Ada")
    sequence()
    before = Payload.objects.count()

    said = run("--person", "ADA@example.com", "--also", "Countess")

    assert f"Looked for Ada, ada@example.com, Countess and {ada.ref}." in said
    assert "1  entries lose their personal words: 0" in said
    assert "1  entries lose their details: 1" in said
    assert "Nothing was erased" in said
    assert Payload.objects.count() == before
    assert not Erasure.objects.exists()


def test_says_why_not_yet(carla: User) -> None:
    assert "NOT YET: They are the only administrator." in run("--person", "alma@example.com")
    with pytest.raises(CommandError, match="They are the only administrator"):
        run("--person", "alma@example.com", *REALLY)


@pytest.mark.usefixtures("house")
def test_erases_a_person_to_the_end(carla: User) -> None:
    ada = make_user("ada")
    happen(ada.ref, actor=ada.ref, words="Mine.")
    sequence()

    said = run("--person", "ada@example.com", *REALLY, "--reference", "letter 17")

    assert said.splitlines()[-1] == "Done."
    assert verify().why == ""
    assert not any(b"Mine." in bytes(each.body) for each in Payload.objects.all())
    entry = Entry.objects.get(kind="audit.erased")
    assert (entry.actor, entry.subject) == (carla.ref, ada.ref)


@pytest.mark.usefixtures("house")
def test_says_where_a_name_still_stands(carla: User) -> None:
    make_group("Friends of Ada", make_user("ada"))

    said = run("--person", "ada@example.com", *REALLY)

    assert "Still named in auth_group: 1 rows." in said


def test_leaves_the_rest_to_the_worker_while_nothing_is_signed(
    carla: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user("ada")
    monkeypatch.setattr(audit_erase, "_PATIENCE", 1)
    monkeypatch.setattr(audit_erase.Command, "pause", 0)

    assert "the worker does the rest" in run("--person", "ada@example.com", *REALLY)


@pytest.mark.usefixtures("house")
def test_erases_words_of_single_entries(carla: User) -> None:
    six_of_two_cases()

    assert "3  entries lose their personal words: 0, 2, 3" in run("--entries", "0, 2-3")
    said = run("--entries", "0,2-3", *REALLY)

    assert "3 payloads are gone." in said
    assert ledger.is_finished()
    assert verify().why == ""
    assert set(Payload.objects.filter(part="p").values_list("entry", flat=True)) == {1, 4, 5}


@pytest.mark.usefixtures("house")
def test_erases_details_when_asked_to(carla: User) -> None:
    six_of_two_cases()

    run("--entries", "5", "--compartment", "d", *REALLY)

    assert not Payload.objects.filter(entry=5, part="d").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--person", "x@example.com"), "Nobody here has"),
        (("--person", "ada@example.com", "--really"), "Say --legal-basis"),
        (("--person", "ada@example.com", *REALLY[:3]), "Say --approved-by"),
        (("--person", "carla@example.com", *REALLY), "Nobody erases themselves"),
        (("--entries", "1-x"), "neither 12 nor 15-17"),
        (("--entries", "1-9999999"), "too much at once"),
        (("--entries", "99", *REALLY), "Entry 99 has no such payload"),
        (("--entries", "0", *REALLY[:4], "ada@example.com"), "administrator or a compliance"),
    ],
)
def test_refuses_what_is_not_asked_right(carla: User, words: tuple[str, ...], why: str) -> None:
    make_user("ada")

    with pytest.raises(CommandError, match=why):
        run(*words)

"""The seal of a case: set when nothing is left to do, and compared again."""

import hashlib
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from audit import log
from audit.leaf import leaf_hash
from audit.models import Entry
from breakglass.transitions import questions
from core.errors import WrongState
from reviews import following, obligation_transitions, seal_transitions, seals, transitions
from reviews.models import Finding, Review
from tests.make import make_user
from tests.record import kinds
from tests.reviews.browser import page
from tests.reviews.make import (
    LATER,
    act,
    judge,
    make_cast,
    make_finding,
    make_obligation,
    make_review,
    sequence,
    taken,
)

pytestmark = pytest.mark.django_db


def follow() -> None:
    """Enter what happened, let what follows from it happen, and enter that."""
    sequence()
    following.run(at=LATER)
    sequence()


def closed() -> Review:
    """Return the review of a case in which something was done, after its verdict."""
    review = make_review()
    act(review.grant, "select", "orders")
    return judge(taken(review))


def sealed() -> Review:
    review = closed()
    follow()
    return review


def alter(seq: int) -> None:
    """Change an entry as nobody but the database's owner could."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
        cursor.execute("UPDATE audit_entry SET leaf = leaf || ' '::bytea WHERE seq = %s", [seq])
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER ALL")


class TestSeal:
    def test_follows_from_the_verdict_and_covers_every_part(self) -> None:
        case = sealed().grant.request

        seal = seals.newest(case)

        assert seal is not None
        assert {"request", "access", "actions", "review"} <= seal.manifest["parts"].keys()
        assert seal.entries == Entry.objects.filter(case=case.ref, seq__lt=seal.until).count()
        assert seal.manifest["version"]["number"] == case.version.number
        assert all(line.matches for line in seals.compared(case, seal))

    def test_waits_until_everything_is_done(self) -> None:
        review = make_review()
        task = make_obligation(review)
        judge(taken(review))
        follow()
        assert seals.newest(review.grant.request) is None

        obligation_transitions.fulfil(task, evidence="Done.", by=make_user("ada"), at=LATER)
        follow()
        assert seals.newest(review.grant.request) is not None

    def test_is_set_anew_when_a_finding_is_resolved_later(self) -> None:
        review = taken(make_review())
        finding = make_finding(review)
        judge(review, "justified_with_findings", "A dump.")
        follow()
        first = seals.newest(review.grant.request)
        transitions.resolve_finding(
            finding, by=make_user("rita"), resolution=Finding.State.REMEDIATED, comment="Gone.",
            at=LATER,
        )  # fmt: skip
        follow()
        second = seals.newest(review.grant.request)

        assert first is not None
        assert second is not None
        assert second.until > first.until

    def test_is_set_once_where_the_record_is_read_late(self) -> None:
        review = taken(make_review())
        transitions.resolve_finding(
            make_finding(review), by=make_user("rita"), resolution=Finding.State.REMEDIATED,
            comment="Gone.", at=LATER,
        )  # fmt: skip
        judge(review)

        follow()

        assert Entry.objects.filter(kind="case.sealed").count() == 1

    def test_says_what_was_open_all_the_same_and_to_whom_it_is_told(self) -> None:
        review = taken(make_review())
        make_finding(review)
        questions.ask(review.grant.request, by=make_user("rita"), text="What for?", at=LATER)
        judge(review, "justified_with_findings", "A dump.")
        follow()
        url = reverse("case-seal", args=[review.grant.request.case])

        seen = {name: page(name, url).content.decode() for name in ("rita", "ada")}

        assert "nothing was left to do" not in seen["rita"]
        assert "1 finding was open." in seen["rita"]
        assert "1 question was unanswered." in seen["rita"]
        assert "finding was open" not in seen["ada"]

    def test_is_refused_while_something_is_left(self) -> None:
        review = make_review()
        with pytest.raises(WrongState, match="when its review is closed"):
            seal_transitions.seal(review.grant.request, until=9, at=LATER)

        make_obligation(review)
        judge(taken(review))
        with pytest.raises(WrongState, match="when 1 thing is done"):
            seal_transitions.seal(review.grant.request, until=9, at=LATER)

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        review = closed()
        before = kinds()
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            seal_transitions.seal(review.grant.request, until=9, at=LATER)

        assert kinds() == before

    def test_anybody_computes_it_again_from_the_case_file(self) -> None:
        case = sealed().grant.request
        seal = seals.newest(case)
        assert seal is not None
        entries = Entry.objects.filter(case=case.ref, kind__startswith="action.")
        hashed = b"".join(leaf_hash(bytes(entry.leaf)) for entry in entries.order_by("seq"))

        assert seal.manifest["parts"]["actions"]["sha256"] == hashlib.sha256(hashed).hexdigest()


class TestCompared:
    def test_an_altered_entry_shows(self) -> None:
        case = sealed().grant.request
        alter(Entry.objects.filter(kind="action.performed").get().seq)
        seal = seals.newest(case)
        assert seal is not None

        odd = [line.label for line in seals.compared(case, seal) if not line.matches]

        assert odd == ["Actions"]
        with pytest.raises(CommandError, match=f"not what was sealed: {case.case}"):
            call_command("verify_seals")
        text = page("ada", reverse("case-seal", args=[case.case])).content.decode()
        assert "The record of this case is not what was sealed" in text

    def test_the_command_says_how_many_match(self) -> None:
        sealed()
        out = io.StringIO()

        call_command("verify_seals", stdout=out)

        assert out.getvalue() == "1 sealed cases match their seals.\n"

    def test_what_comes_later_is_not_under_it(self) -> None:
        review = sealed()
        make_finding(review)
        sequence()
        case = review.grant.request
        seal = seals.newest(case)
        assert seal is not None

        assert all(line.matches for line in seals.compared(case, seal))


class TestPages:
    def test_the_case_says_that_it_is_sealed_or_what_it_waits_for(self) -> None:
        review = taken(make_review())
        here = review.grant.request.get_absolute_url()
        assert "seal-panel" not in page("ada", here).content.decode()

        task = make_obligation(review)
        judge(review)
        assert "The case is sealed when 1 thing is done" in page("ada", here).content.decode()
        obligation_transitions.fulfil(task, evidence="Done.", by=make_user("ada"), at=LATER)
        assert "sealed in a moment" in page("ada", here).content.decode()
        follow()
        assert "Closed and sealed" in page("ada", here).content.decode()

    @pytest.mark.parametrize("name", ["ada", "rita", "otto", "mallory"])
    def test_its_own_page_is_for_those_who_see_the_case(self, name: str) -> None:
        case = sealed().grant.request
        make_cast()

        answer = page(name, reverse("case-seal", args=[case.case]))

        assert answer.status_code == (404 if name == "mallory" else 200)
        if name != "mallory":
            assert "Does not match" not in answer.content.decode()

    def test_of_an_open_case_there_is_none(self) -> None:
        case = make_review().grant.request

        assert page("ada", reverse("case-seal", args=[case.case])).status_code == 404


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("The record cannot be written.")

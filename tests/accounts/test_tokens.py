"""Tokens: made once, kept as a hash, ended at once."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts import policy, transitions
from accounts.models import ApiToken, Part
from core.errors import BadInput, NotAllowed, WrongState
from tests.accounts.make import make_token
from tests.make import NOON, make_group, make_user
from tests.record import actors, kinds

pytestmark = pytest.mark.django_db


def issue(**fields: Any) -> tuple[ApiToken, str]:
    given: dict[str, Any] = {
        "name": "deploy",
        "scope": "read",
        "days": 7,
        "actor": "system:test",
        "at": NOON,
    }
    return transitions.issue_token(make_user("ada"), **given | fields)


class TestIssue:
    def test_keeps_only_the_hash_and_records_it(self) -> None:
        token, secret = issue()

        assert secret.startswith("bgp_")
        assert len(secret) >= 47
        assert bytes(token.digest) == ApiToken.digest_of(secret)
        assert token.expires_at == NOON + timedelta(days=7)
        assert kinds() == ["token.issued"]

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 61}, "name"),
            ({"name": "two\nlines"}, "name"),
            ({"scope": "admin"}, "scope"),
            ({"days": 0}, "days"),
            ({"days": 366}, "days"),
        ],
    )
    def test_refuses_what_the_form_would(self, fields: dict[str, Any], field: str) -> None:
        with pytest.raises(BadInput) as refused:
            issue(**fields)

        assert refused.value.field == field
        assert not ApiToken.objects.exists()

    def test_refuses_a_name_that_is_taken(self) -> None:
        issue()

        with pytest.raises(BadInput, match="already"):
            issue()

    def test_refuses_more_than_the_most(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(policy, "MOST_TOKENS", 1)
        issue()

        with pytest.raises(NotAllowed, match="Revoke one first"):
            issue(name="second")

        assert kinds() == ["token.issued", "access.refused"]

    def test_refuses_a_person_who_is_switched_off(self) -> None:
        make_user("ada", is_active=False)

        with pytest.raises(NotAllowed, match="switched off"):
            issue()


class TestRevoke:
    def test_ends_it_and_records_who(self) -> None:
        token, _ = issue()

        transitions.revoke_token(token, by=token.user, at=NOON)

        assert not ApiToken.objects.standing(NOON).exists()
        assert actors("token.revoked") == [token.user.ref]

    def test_is_for_the_holder_responders_and_administrators(self) -> None:
        token, _ = issue()
        dana, eve = make_user("dana"), make_user("eve")
        make_group("sre", dana, part=Part.RESPONDER)

        with pytest.raises(NotAllowed, match="Only its holder"):
            transitions.revoke_token(token, by=eve, at=NOON)
        assert kinds()[-1] == "access.refused"
        assert transitions.revoke_token(token, by=dana, at=NOON).revoked_at == NOON

    def test_happens_once(self) -> None:
        token, _ = issue()
        transitions.revoke_token(token, by=token.user, at=NOON)

        with pytest.raises(WrongState):
            transitions.revoke_token(token, by=token.user, at=NOON)

    def test_frees_the_name(self) -> None:
        token, _ = issue()
        transitions.revoke_token(token, by=token.user, at=NOON)

        assert issue()[0].name == "deploy"


class TestCommand:
    def test_prints_the_token_once(self) -> None:
        ada, out = make_user("ada"), StringIO()

        call_command("token", "ADA@example.com", name="deploy", scope="write", days=3, stdout=out)

        found = ApiToken.objects.of_secret(out.getvalue().strip()).get()
        assert (found.user, found.scope) == (ada, "write")
        assert actors("token.issued") == ["system:command-line"]

    def test_says_who_is_unknown(self) -> None:
        with pytest.raises(CommandError, match="Nobody has the mail address"):
            call_command("token", "nobody@example.com", name="deploy")

    def test_says_what_is_wrong(self) -> None:
        make_user("ada")

        with pytest.raises(CommandError, match="1 to 365 days"):
            call_command("token", "ada@example.com", name="deploy", days=0)


@pytest.mark.parametrize(
    "fields",
    [
        {"scope": "admin"},
        {"expires_at": NOON},
        {"revoked_at": NOON - timedelta(1)},
        {"last_used_at": NOON - timedelta(1)},
    ],
)
def test_database_refuses(fields: dict[str, Any]) -> None:
    token, _ = issue()

    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(**fields)


def test_database_refuses_the_same_name_twice() -> None:
    token, _ = issue()
    other, _ = make_token(token.user)

    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=other.pk).update(name=token.name)

"""Heads get time stamps by RFC 3161 from a real authority (openssl), and openssl verifies them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from pytest_django import Settings

from audit import evidence
from audit.anchors import authorities, stamps
from audit.anchors.authorities import Authority
from audit.anchors.failures import Failed
from audit.models import Checkpoint
from audit.outside import Anchor, Place
from config.local import free_port
from tests.audit.core.make import write
from tests.audit.make import happen, sequence
from tests.audit.office import NOW, Office, serving, stamped


def test_a_stamp_is_one_that_openssl_verifies(office: Office) -> None:
    token = stamped(office, lambda query: office.answer(query, "good"))

    (office.home / "token.tsr").write_bytes(token)
    for data, code in ((b"a head", 0), (b"another", 1)):
        (office.home / "data").write_bytes(data)
        assert (
            office.run("-verify", "-data", "data", "-in", "token.tsr", "-CAfile", "root.pem")
            == code
        )


@pytest.mark.parametrize(
    ("answer", "why"),
    [(b"", "the code 503"), (b"<html>", "something else than a time stamp")],
)
def test_what_goes_wrong_is_said(office: Office, answer: bytes, why: str) -> None:
    with pytest.raises(Failed, match=why):
        stamped(office, lambda _: answer)


def test_one_that_is_down_and_roots_that_are_none_are_said(office: Office) -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    with pytest.raises(Failed, match="It does not answer"):
        stamps.stamp(Authority(url, office.home / "root.pem"), b"x", at=NOW)
    with serving(lambda query: office.answer(query, "good")) as url:
        for roots in ("gone.pem", "serial"):
            with pytest.raises(Failed, match="cannot be read as certificates"):
                stamps.stamp(Authority(url, office.home / roots), b"x", at=NOW)


def test_a_clock_that_is_wrong_is_refused(office: Office) -> None:
    with serving(lambda query: office.answer(query, "good")) as url:
        authority = Authority(url, office.home / "root.pem")
        with pytest.raises(Failed, match="By its clock it is"):
            stamps.stamp(authority, b"x", at=timezone.now() - timedelta(hours=1))


@pytest.mark.parametrize("words", ["https://tsa.example.org", "ftp://x /roots", "x"])
def test_nonsense_is_refused_with_a_sentence(words: str, settings: Settings) -> None:
    settings.LEDGER_STAMPS = [words]
    with pytest.raises(ImproperlyConfigured, match="is not written ADDRESS FILE"):
        authorities.configured()


@pytest.mark.django_db
class TestRecord:
    @pytest.fixture
    def grow(self, seal: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            happen()
            sequence()
            seal()

        return run

    def test_each_hour_the_newest_head_is_stamped_and_goes_with_the_record(
        self, office: Office, settings: Settings, grow: Callable[[], None], tmp_path: Path
    ) -> None:
        with serving(lambda query: office.answer(query, "good")) as url:
            settings.LEDGER_STAMPS = [f"{url} {office.home / 'root.pem'}"]
            stamps.bring_all(at=timezone.now())
            for _ in range(3):
                grow()
                stamps.bring_all(at=timezone.now())

        (kept,) = Anchor.objects.filter(kind="stamp")
        assert kept.checkpoint_id == 1
        assert Place.objects.get().size == 1
        write(dict(evidence.record_files()), tmp_path)
        place = str(tmp_path / "anchors" / f"1-{kept.pk}")
        words = ["-verify", "-in", f"{place}.tsr", "-CAfile", "root.pem", "-data"]
        assert office.run(*words, f"{place}.note") == 0
        assert office.run(*words, str(tmp_path / "checkpoint")) == 1
        assert kept.note == Checkpoint.objects.get(size=1).note

    def test_one_that_fails_is_noted(
        self, settings: Settings, office: Office, grow: Callable[[], None]
    ) -> None:
        settings.LEDGER_STAMPS = [f"http://127.0.0.1:{free_port()}/ {office.home / 'root.pem'}"]
        grow()
        stamps.bring_all(at=timezone.now())
        assert "It does not answer" in Place.objects.get().why

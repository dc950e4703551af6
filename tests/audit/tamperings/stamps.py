"""Time stamps that are not what they should be: refused when they come, and by openssl later."""

from collections.abc import Callable
from pathlib import Path

from audit.anchors.failures import Failed
from tests.audit.office import Office, stamped
from tests.audit.tamperings.scene import Answer, Row

HEAD = b"a head"


class Desk:
    """An office, and another one whose roots nobody here trusts."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.folder = office, folder

    def answer(self, answer: Callable[[bytes], bytes], *, under: Office | None = None) -> Answer:
        """Have a head stamped; return how openssl exits about what came, and why it was refused."""
        kept: list[bytes] = []

        def remember(query: bytes) -> bytes:
            kept.append(answer(query))
            return kept[-1]

        roots, why = under or self.office, ""
        try:
            stamped(roots, remember, HEAD)
        except Failed as failure:
            why = str(failure)
        (roots.home / "data").write_bytes(HEAD)
        (roots.home / "kept.tsr").write_bytes(kept[0])
        words = ("-verify", "-data", "data", "-in", "kept.tsr", "-CAfile", "root.pem")
        return roots.run(*words), why


def _another_head(desk: Desk) -> Answer:
    other = stamped(desk.office, lambda query: desk.office.answer(query, "good"), b"another head")
    return desk.answer(lambda _: other)


def _expired(desk: Desk) -> Answer:
    return desk.answer(lambda query: desk.office.answer(query, "expired"))


def _wrong_usage(desk: Desk) -> Answer:
    assert desk.answer(lambda query: desk.office.answer_signed_by(query, "good")) == (0, "")
    return desk.answer(lambda query: desk.office.answer_signed_by(query, "web"))


def _other_roots(desk: Desk) -> Answer:
    stranger = Office(desk.folder)
    return desk.answer(lambda query: desk.office.answer(query, "good"), under=stranger)


_BAD = "Its time stamp is not good: "

ROWS = [
    Row(43, "a stamp of another checkpoint", _another_head, 1, _BAD, by="the anchor and openssl"),
    Row(43, "by a certificate that has expired", _expired, 1, _BAD, by="the anchor and openssl"),
    Row(43, "by a certificate for another usage", _wrong_usage, 1, _BAD,
        by="the anchor and openssl"),
    Row(43, "under other roots", _other_roots, 1, _BAD, by="the anchor and openssl"),
]  # fmt: skip

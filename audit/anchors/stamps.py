"""Have heads stamped by time-stamping authorities (RFC 3161): until when they were there at last.

A stamp is asked for each hour in which the record grew. It is verified, with the roots that the
settings name, before it is kept, and goes with every copy that `export_record` makes, where
`openssl ts -verify` verifies it again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from audit import heads
from audit.anchors import authorities, places, web
from audit.anchors.authorities import Authority
from audit.anchors.failures import Failed
from audit.models import Checkpoint
from audit.outside import Anchor, Place

EVERY = timedelta(hours=1)
PATIENCE = 10.0  # seconds with a silent authority
SKEW = timedelta(minutes=2)  # that its clock may differ from ours


def bring_all(*, at: datetime) -> None:
    """Have the newest head stamped by whoever is due, and note how that went."""
    for authority in authorities.configured():
        head = heads.best()
        last = Anchor.objects.filter(kind=Anchor.Kind.STAMP, target=authority.url).last()
        grown = head and (last is None or last.checkpoint_id < head.size)
        if head and grown and (last is None or at - last.at >= EVERY):
            _bring_to(authority, head, at=at)


def _bring_to(authority: Authority, head: Checkpoint, *, at: datetime) -> None:
    note = heads.cosigned(head)
    try:
        token, stamped_at = stamp(authority, note.encode(), at=at)
    except Failed as failure:
        places.failed(Place.Kind.STAMP, authority.name, why=str(failure), at=at)
        return
    Anchor.objects.get_or_create(
        checkpoint=head,
        kind=Anchor.Kind.STAMP,
        target=authority.url,
        defaults={"note": note, "token": token, "at": stamped_at},
    )
    places.went_well(Place.Kind.STAMP, authority.name, size=head.size, at=at)


def stamp(authority: Authority, data: bytes, *, at: datetime) -> tuple[bytes, datetime]:
    """Have data stamped; return the answer, verified, and the time in it.

    Raises Failed when there is none, or when it is not one for this data, now, by these roots.
    """
    asked = TimestampRequestBuilder(data, HashAlgorithm.SHA256).build()
    kind = "application/timestamp-query"
    reply = web.post(authority.url, asked.as_bytes(), kind=kind, patience=PATIENCE)
    if reply.status != 200:
        raise Failed(f"It answered with the code {reply.status}.")
    try:
        answer = decode_timestamp_response(reply.body)
        verify(answer, data, _roots(authority), nonce=asked.nonce)
    except ValueError as error:
        raise Failed(f"It answered with something else than a time stamp: {error}.") from error
    except VerificationError as error:
        raise Failed(f"Its time stamp is not good: {error}.") from error
    stamped_at = answer.tst_info.gen_time
    if abs(stamped_at - at) > SKEW:
        raise Failed(f"By its clock it is {stamped_at:%Y-%m-%d %H:%M:%S} UTC.")
    return reply.body, stamped_at


def verify(
    answer: TimeStampResponse, data: bytes, roots: Sequence[Certificate], *, nonce: int | None
) -> None:
    """Raise VerificationError unless an answer stamps this data under one of these roots."""
    VerifierBuilder(roots=[*roots], nonce=nonce).build().verify_message(answer, data)


def _roots(authority: Authority) -> list[Certificate]:
    try:
        return load_pem_x509_certificates(authority.roots.read_bytes())
    except (OSError, ValueError) as error:
        raise Failed(f"{authority.roots} cannot be read as certificates: {error}.") from error

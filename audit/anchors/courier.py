"""Bring heads to a witness and keep what it signs (the client of C2SP tlog-witness).

A witness that is slow, silent or wrong costs nothing but its own signature: what went wrong is one
sentence, and the next head is another attempt. One that contradicts us is told apart from one that
fails: either it lies, or the record is not the one that it has seen.
"""

import dataclasses
from datetime import datetime, timedelta

from audit import cosignatures, leaf, notes, tiles, tree
from audit.anchors.failures import Contradicted, Failed, Later
from audit.anchors.web import Reply, post
from audit.anchors.witnesses import Witness
from audit.core.checkpoint import read_number
from audit.core.findings import Tampered
from audit.core.note import read_note
from audit.models import Checkpoint
from audit.outside import Cosignature

PATIENCE = 5.0  # seconds with a silent witness
SKEW = timedelta(minutes=2)  # that a witness's clock may differ from ours
_ATTEMPTS = 3  # at one head, each with the size that the witness said it knows
_REASONS = {
    403: "It knows this record under another key; tell its administrator the new one.",
    404: "It does not know this record, or its address is another one.",
}


@dataclasses.dataclass
class Courier:
    """Brings heads to one witness; `known` is the size of the last one that it signed."""

    witness: Witness
    known: int
    patience: float = PATIENCE

    @classmethod
    def of(cls, witness: Witness) -> "Courier":
        """Return one that goes on with the last head that the witness signed."""
        signed = Cosignature.objects.filter(witness=str(witness.key)).order_by("-checkpoint")
        return cls(witness, signed.values_list("checkpoint", flat=True).first() or 0)

    def bring(self, head: Checkpoint, *, at: datetime) -> None:
        """Have a head signed, and keep the signature.

        Raises Failed with a sentence when it was not signed, Contradicted when the witness and the
        record cannot both be right.
        """
        old = min(self.known, head.size)
        for _ in range(_ATTEMPTS):
            reply = self._ask(head, old)
            if reply.status == 200:
                self._keep(head, reply.body, at=at)
                self.known = head.size
                return
            old = self._size_known(reply, head, old)
        raise Failed("Somebody else brings it heads faster than we do.")

    def _ask(self, head: Checkpoint, old: int) -> Reply:
        proof = tree.consistency_proof(old, head.size, tiles.read)
        lines = [f"old {old}", *map(notes.base64_of, proof), "", head.note]
        return _post(self.witness, "\n".join(lines), self.patience)

    def _size_known(self, reply: Reply, head: Checkpoint, old: int) -> int:
        """Return the size to begin from instead of `old`, or raise what is the matter."""
        if reply.status == 422:
            raise Contradicted(f"It has seen {old:,} entries that this record does not go on.")
        if reply.status != 409:
            raise Failed(_REASONS.get(reply.status, f"It answered with the code {reply.status}."))
        size = _size(reply)
        if size == old:
            raise Contradicted(f"It has seen other entries than these {old:,}.")
        if size > head.size:
            if Checkpoint.objects.filter(size__gte=size).exists():
                raise Later("It has a later head already.")
            raise Contradicted(
                f"It has seen {size:,} entries, and this record has no signed head beyond"
                f" {head.size:,}: an older copy was put back."
            )
        if size < self.known:
            signed, self.known = self.known, size
            raise Contradicted(
                f"It has signed {signed:,} entries and remembers {size:,}: its memory was lost,"
                " or an older copy of it was put back."
            )
        return size

    def _keep(self, head: Checkpoint, body: bytes, *, at: datetime) -> None:
        text = head.note.partition("\n\n")[0] + "\n"
        try:
            note = read_note(f"{text}\n".encode() + body)
        except Tampered as finding:
            raise Failed(f"It answered with something else than signatures: {finding}") from None
        raw = cosignatures.good(note, self.witness.key)
        if raw is None:
            raise Failed("The signature that it answered with is not one of its key.")
        seen_at = leaf.moment(int.from_bytes(raw[4:12], "big") * 1_000_000)
        if abs(seen_at - at) > SKEW:
            raise Failed(f"By its clock it is {seen_at:%Y-%m-%d %H:%M:%S} UTC.")
        line = notes.signature_line(self.witness.name, raw)
        Cosignature.objects.get_or_create(
            checkpoint=head,
            witness=str(self.witness.key),
            defaults={"line": line, "at": seen_at},
        )


def size_seen(witness: Witness, head: Checkpoint, *, patience: float) -> int:
    """Return how many entries of this record a witness has seen, by what it says itself.

    It is asked to sign `head` as if it were the first one. Raises Failed when it does not say.
    """
    reply = _post(witness, f"old 0\n\n{head.note}", patience)
    if reply.status == 200:
        return head.size  # so it was the first one
    if reply.status != 409:
        raise Failed(_REASONS.get(reply.status, f"It answered with the code {reply.status}."))
    return _size(reply)


def _post(witness: Witness, body: str, patience: float) -> Reply:
    url, kind = f"{witness.url}/add-checkpoint", "text/plain; charset=utf-8"
    return post(url, body.encode(), kind=kind, patience=patience)


def _size(reply: Reply) -> int:
    try:
        return read_number(reply.body.decode().removesuffix("\n"))
    except ValueError:
        raise Failed("It did not say which size it knows.") from None

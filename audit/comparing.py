"""Compare a head that somebody kept with the record: does the one still begin with the other?"""

import dataclasses

from audit import heads, pruned, tiles, tree
from audit.core.checkpoint import read_checkpoint
from audit.core.findings import Finding
from audit.core.merkle import verify_consistency
from core.errors import BadInput
from core.speech import phrase


@dataclasses.dataclass(frozen=True, kw_only=True)
class Comparison:
    """A record of `new` entries begins with the `old` ones of a head that was kept."""

    old: int
    new: int
    hashes: int  # how many it took to show it


def compare(text: str) -> Comparison:
    """Compare a kept note with the newest signed head, by a proof that auditors' code verifies.

    Raises BadInput with the sentence when they do not belong together.
    """
    lines = text.replace("\r\n", "\n").strip("\n") + "\n"
    newest, known = heads.newest(), heads.public_keys()
    if newest is None:
        raise BadInput(phrase("Nothing is signed yet. Is the sealer running?"), field="note")
    try:
        origin, old, root, note = read_checkpoint(lines.encode())
        good = [key for key in known if key.name == origin and note.signed_by(key) == 0]
        if not good:
            sentence = phrase("No key of this record signed it. It may be the head of another.")
            raise BadInput(sentence, field="note")
        if old > newest.size:
            sentence = phrase(
                "It has %(old)s entries, of which %(new)s are left: the record was rolled back.",
                old=f"{old:,}", new=f"{newest.size:,}",
            )  # fmt: skip
            raise BadInput(sentence, field="note")
        if why := pruned.why_no_tree(old):
            raise BadInput(why, field="note")
        proof = tree.consistency_proof(old, newest.size, tiles.read) if old else []
        top = read_checkpoint(newest.note.encode())[2]
        verify_consistency(old, root, newest.size, top, proof)
    except Finding as finding:
        raise BadInput(str(finding), field="note") from finding
    return Comparison(old=old, new=newest.size, hashes=len(proof))

"""The command `bgverify`: exits with 0 when all is good, 1 tampered, 2 incomplete, 3 usage."""

from __future__ import annotations

import argparse
import json
import pkgutil
import sys
from datetime import datetime

from audit.core import ed25519
from audit.core.bundle import Bundle
from audit.core.envelope import moment
from audit.core.findings import Finding, Incomplete, Tampered, Usage
from audit.core.hashing import leaf_hash, root
from audit.core.merkle import verify_inclusion
from audit.core.note import LOG, read_key, read_note
from audit.core.policy import Head, Policy, read_policy
from audit.core.tiles import LARGEST, Folder, Tiles
from audit.core.verify import Log, Payloads, compare, verify_case, verify_log, verify_proof

_HELP = """Whom to trust comes from you: --policy FILE (C2SP tlog-policy) or --vkey KEY.
--pin NOTE: a checkpoint known before. --since NOTE: the same, and only look at what is behind it.
--now TIME: miss the end of a log that fell silent before. --jobs N: processes to use."""
_SILENCE = 2700  # seconds without an entry, where a heartbeat is due each 15 minutes


def main(words: list[str] | None = None) -> int:
    """Run the command; return how to exit."""
    try:
        asked = _parser().parse_args(words)
        said, code = asked.run(asked), 0
    except SystemExit as stop:  # the parser has said what it misses, or helped
        return 3 if stop.code else 0
    except Finding as finding:
        said, code = [f"{finding.word}: {finding}"], finding.code
    except Exception as error:  # noqa: BLE001  whatever it stumbled over, nothing was verified
        said, code = [f"TAMPERED: It cannot be read ({type(error).__name__}: {error})."], 1
    for line in said:
        plain = "".join(sign if sign.isprintable() else "?" for sign in line[:1000])
        sys.stdout.write(plain.encode("ascii", "backslashreplace").decode() + "\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bgverify", description=__doc__, epilog=_HELP)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    asks = {_log: "dir", _time: "seq dir", _bundle: "zip", _proof: "file --leaf"}
    for run, places in (asks | {_consistency: "a b --tiles", _selftest: ""}).items():
        command = commands.add_parser(run.__name__[1:], help=run.__doc__, description=run.__doc__)
        command.set_defaults(run=run)
        for place in places.split():
            command.add_argument(place, **({"required": True} if place[0] == "-" else {}))  # type: ignore[arg-type]
        for option in ("--policy", "--now", "--vkey", "--pin", "--since"):
            command.add_argument(option, action="append", default=[])
        command.add_argument("--jobs", type=int, default=1, choices=range(1, 65), metavar="N")
    return parser


def _file(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read(LARGEST)
    except OSError as error:
        raise Usage(f"{path} cannot be read: {error.strerror}.") from None


def _policy(asked: argparse.Namespace) -> Policy:
    if asked.policy:
        return read_policy(_file(asked.policy[-1]))
    if asked.vkey:
        return Policy([read_key(vkey, LOG) for vkey in asked.vkey], quorum="none")
    raise Usage("Say whom to trust, from another source than this: --policy FILE or --vkey KEY.")


def _verified(asked: argparse.Namespace, source: Folder) -> Log:
    policy = _policy(asked)
    pins = [policy.open(_file(pin)) for pin in [*asked.since, *asked.pin]]
    log = verify_log(source, policy, pins, pins[0].size if asked.since else 0, asked.jobs)
    policy.ask(log.heads[""])
    if asked.now and log.order.at:
        now = datetime.fromisoformat(asked.now[-1].replace("Z", "+00:00")).timestamp()
        if now - log.order.at / 1_000_000 > _SILENCE:
            last = f"The last entry is of {moment(log.order.at // 1_000_000)}"
            raise Incomplete(f"{last}: those behind it may be missing.")
    return log


def _log(asked: argparse.Namespace, source: Folder | None = None) -> list[str]:
    """Verify a whole log in a folder."""
    log = _verified(asked, source or Folder(asked.dir))
    head, at = log.heads[""], log.order.at // 1_000_000
    last = f", the last of {moment(at)}" if at else ""
    return [f"GOOD: {head.size} entries of {head.origin}{last}.", *_said(head, log.payloads)]


def _time(asked: argparse.Namespace) -> list[str]:
    """Say between which times an entry was made."""
    log = _verified(asked, Folder(asked.dir))
    if not 0 <= int(asked.seq) < log.heads[""].size:
        raise Usage(f"The log has no entry {asked.seq}.")
    low, high = (moment(s) if s else "unknown" for s in log.bounds(int(asked.seq)))
    return [f"GOOD: entry {asked.seq} was made after: {low}", f"and before: {high}"]


def _bundle(asked: argparse.Namespace) -> list[str]:
    """Verify a bundle of evidence."""
    source, policy = Bundle(asked.zip), _policy(asked)
    if not source.names("proofs"):
        return _log(asked, source)
    head, entries, payloads = verify_case(source, policy)
    policy.ask(head)
    cases = ", ".join(sorted({entry.case for entry in entries if entry.case}))
    first = f"GOOD: {len(entries)} entries of {cases}, among the {head.size} of {head.origin}."
    return [first, *_said(head, payloads)]


def _proof(asked: argparse.Namespace) -> list[str]:
    """Verify the receipt of an entry."""
    policy = _policy(asked)
    entry, head = verify_proof(_file(asked.file), _file(asked.leaf), policy)
    policy.ask(head)
    about = f"It is {entry.ev}, event {entry.ov} of {entry.obj}, {moment(entry.at // 1_000_000)}."
    return [f"GOOD: entry {entry.seq} of the {head.size} of {head.origin}.", about, *_said(head)]


def _consistency(asked: argparse.Namespace) -> list[str]:
    """Verify that the log of B, in the folder of tiles, goes on that of A."""
    policy = _policy(asked)
    a, b = (policy.open(_file(each)) for each in (asked.a, asked.b))
    if a.origin != b.origin:
        raise Tampered("The two checkpoints are of different logs.")
    signed = Tiles(Folder(asked.tiles), b.size)
    for head in (b, a):
        compare(signed, head)
        policy.ask(head)
    return [f"GOOD: the log of {b.size} entries goes on that of {a.size}."]


def _said(head: Head, payloads: Payloads | None = None) -> list[str]:
    said = [f"Signed by {key}" for key in head.keys]
    said += [f"Seen by {name}, {moment(time)}" for name, time in head.times.items()]
    if payloads and payloads.all:
        return [*said, f"Payloads: {payloads.opened} opened, {len(payloads.missing)} erased."]
    return [*said, "No payloads came with it."]


def _selftest(_: argparse.Namespace) -> list[str]:
    """Verify known vectors: of RFC 6962 and 9162, RFC 8032 and C2SP."""
    known = json.loads(pkgutil.get_data("audit.core", "vectors.json") or b"")
    signed = [ed25519.is_signed(*map(bytes.fromhex, row)) for row in known["signed"]]
    forged = [ed25519.is_signed(*map(bytes.fromhex, row)) for row in known["not signed"]]
    notes = [read_note(note.encode()).signed_by(read_key(key, LOG)) for key, note in known["notes"]]
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in known["leaves"]]
    roots = [root(hashes[:size]).hex() for size in range(len(hashes) + 1)]
    for at, size, *path in known["inclusion"]:
        verify_inclusion(hashes[at], at, size, [*map(bytes.fromhex, path)], root(hashes[:size]))
    if not all(signed) or any(forged) or any(notes) or roots != known["roots"]:
        raise Tampered("This verifier is broken, or the Python that runs it.")
    return [f"GOOD: {sum(len(rows) for rows in known.values())} known vectors."]

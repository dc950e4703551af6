"""`manage.py verify_log`: is the record whole, and have enough witnesses seen it?

Exits as `bgverify` does: 0 good, 1 tampered, 2 incomplete, 3 not asked right.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import heads, pruned
from audit.anchors import witnesses
from audit.core.findings import Finding
from audit.core.policy import Policy, read_policy
from audit.models import State
from audit.tree import TileTooShort
from audit.verify import Verdict, tree_of, verify


class Command(BaseCommand):
    help = "Verify the record; exit 1 and name the first bad entry when something is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from",
            type=int,
            default=0,
            dest="start",
            metavar="SEQ",
            help="first entry to verify (default 0: all)",
        )

        parser.add_argument(
            "--policy",
            metavar="FILE",
            help="whom to trust (C2SP tlog-policy); by default this house's own keys and witnesses",
        )

    def handle(self, *args: Any, start: int, policy: str | None, **options: Any) -> None:
        trusted = _policy(policy)
        verdict = _verified(start)
        self.stdout.write(f"{verdict.sentence} ({verdict.seconds:.1f} s)")
        self.stdout.write(f"root {verdict.tree.root.hex()}")
        if trusted:
            self.stdout.write(_witnessed(trusted))


def _verified(start: int) -> Verdict:
    if start < 0:
        raise _asked_wrong("--from: give the number of an entry, 0 or more.")
    size = State.objects.values_list("size", flat=True).first() or 0
    if start > size:
        raise _asked_wrong(f"--from: the record has {size:,} entries; give {size} or less.")
    if start and (why := pruned.why_gone(start)):
        raise _asked_wrong(f"--from: {why}")
    try:
        verdict = verify(after=tree_of(start))
    except TileTooShort as error:
        raise CommandError(f"NOT WHOLE. {error}", returncode=1) from error
    if verdict.why:
        raise CommandError(f"NOT WHOLE. {verdict.sentence}", returncode=1)
    return verdict


def _policy(place: str | None) -> Policy | None:
    """Return whom to trust; None where nobody said, and this house has no witnesses."""
    try:
        if place:
            return read_policy(Path(place).read_bytes())
        return read_policy(witnesses.policy_file().encode()) if witnesses.configured() else None
    except (Finding, OSError) as error:
        raise _asked_wrong(f"--policy: {error}") from error


def _witnessed(policy: Policy) -> str:
    """Say who signed the newest head that is given to others, and ask the policy about it."""
    head = heads.best()
    try:
        signed = policy.open(heads.cosigned(head).encode() if head else None)
        policy.ask(signed)
    except Finding as finding:
        word = "INCOMPLETE" if finding.code == 2 else "NOT WHOLE"
        raise CommandError(f"{word}. {finding}", returncode=finding.code) from finding
    if tree_of(signed.size).root != signed.root:
        raise CommandError(f"NOT WHOLE. Its {signed.size:,} entries are others.", returncode=1)
    seen = f"seen by {', '.join(signed.times)}" if signed.times else "seen by no witness"
    return f"head of {signed.size:,} entries: signed by {signed.origin}, {seen}"


def _asked_wrong(why: str) -> CommandError:
    return CommandError(why, returncode=3)

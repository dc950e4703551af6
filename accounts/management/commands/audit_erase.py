"""`manage.py audit_erase`: erase a person, or words of single entries, and keep the proof."""

import re
from collections.abc import Callable
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import erasing, policy
from accounts.erasing import Grounds
from accounts.models import Erasure, User
from audit import erasure as ledger
from audit import transitions as record
from audit.erasure import About, Found, Order
from audit.legal import Basis
from core import forgetting
from core.errors import DomainError, WrongState

OPERATOR = "system:command-line"
_PATIENCE = 60  # looks, one a second, before the worker is left to it
_PLACE = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?")
_MOST = 1_000_000  # entries in one range


class Command(BaseCommand):
    """The way of the operator of the server; without --really it only shows what would go."""

    help = "Show what would be erased of a person or of entries; with --really, erase it."
    pause = 1.0

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--person", metavar="MAIL", help="everything by and about this person")
        what.add_argument("--entries", metavar="SEQS", help="these entries alone: 12,15-17")
        parser.add_argument(
            "--compartment", choices=["p", "d"], default="p", help="of --entries: p (words) or d"
        )
        parser.add_argument("--legal-basis", choices=Basis.values, help="needed with --really")
        parser.add_argument("--approved-by", metavar="MAIL", help="needed with --really")
        parser.add_argument(
            "--reference", default="", help="where the letter is filed; it stays, so no names"
        )
        parser.add_argument(
            "--also", action="append", default=[], metavar="WORDS", help="other words of theirs"
        )
        parser.add_argument("--really", action="store_true", help="erase; nothing brings it back")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            if options["person"]:
                self._person(_user(options["person"]), options)
            else:
                self._entries(options)
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _person(self, person: User, options: dict[str, Any]) -> None:
        also = options["also"]
        if not options["really"]:
            self._foresee(person, also)
            return
        grounds = Grounds(
            basis=_needed(options, "legal_basis"), reference=options["reference"], also=also
        )
        approver = _user(_needed(options, "approved_by"))
        trace = erasing.trace_of(person, also=also)
        erasure = erasing.order(person, grounds, approver=approver, at=timezone.now())
        self.stdout.write("The account is erased. The words on the record follow.")
        self._wait(lambda: _is_done(erasure))
        for place in forgetting.remains(trace):
            self.stdout.write(f"Still named in {place.label}: {place.count:,} rows.")

    def _foresee(self, person: User, also: list[str]) -> None:
        """Show what would go, what would not, and why it cannot be yet."""
        now, trace = timezone.now(), erasing.trace_of(person, also=also)
        self.stdout.write(f"Looked for {', '.join(trace.words)} and {trace.ref}.")
        for why in policy.why_not_erase_now(person, trace, at=now):
            self.stdout.write(f"NOT YET: {why}")
        for place in forgetting.held(trace):
            self.stdout.write(f"{place.count:>9,}  {place.label}")
        about = About(ref=trace.ref, cases=forgetting.cases(trace), words=trace.words)
        self._show(ledger.find(about))

    def _entries(self, options: dict[str, Any]) -> None:
        seqs = _places(options["entries"])
        found = Found(personal=seqs) if options["compartment"] == "p" else Found(detail=seqs)
        if not options["really"]:
            self._show(found)
            return
        approver = _user(_needed(options, "approved_by"))
        if why := policy.why_not_approve_erasure(None, by=approver):
            raise CommandError(why)
        order = Order(
            basis=_needed(options, "legal_basis"),
            requested_by=OPERATOR,
            approver=approver.ref,
            reference=options["reference"],
        )
        events = record.erase(found, order, at=timezone.now())
        self.stdout.write(f"It is on the record that {len(found):,} are erased.")
        self._wait(lambda: ledger.is_finished(events))

    def _show(self, found: Found) -> None:
        for seqs, words in ((found.personal, "personal words"), (found.detail, "details")):
            if seqs:
                entries = ", ".join(map(str, seqs[:20])) + (" …" if len(seqs) > 20 else "")
                self.stdout.write(f"{len(seqs):>9,}  entries lose their {words}: {entries}")
        self.stdout.write("Nothing was erased. With --really it is, and nothing brings it back.")

    def _wait(self, is_done: Callable[[], bool]) -> None:
        """Do the steps that are due, as the worker does; leave the rest to it."""
        for _ in range(_PATIENCE):
            if gone := ledger.finish():
                self.stdout.write(f"{gone:,} payloads are gone.")
            if is_done():
                self.stdout.write("Done.")
                return
            sleep(self.pause)
        self.stdout.write("It goes on when the record is signed; the worker does the rest.")


def _is_done(erasure: Erasure) -> bool:
    try:
        return erasing.carry_on(erasure, at=timezone.now()).state == Erasure.State.DONE
    except WrongState:
        return True  # the worker was faster


def _needed(options: dict[str, Any], name: str) -> str:
    if value := options[name]:
        return str(value)
    raise CommandError(f"Say --{name.replace('_', '-')} as well.")


def _user(mail: str) -> User:
    person: User | None = User.objects.filter(email__iexact=mail).first()
    if person is None:
        raise CommandError(f"Nobody here has the mail address {mail}.")
    return person


def _places(text: str) -> list[int]:
    """Return the entries that `12,15-17` names."""
    seqs: set[int] = set()
    for word in text.split(","):
        match = _PLACE.fullmatch(word.strip())
        if match is None:
            raise CommandError(f"--entries: {word.strip()!r} is neither 12 nor 15-17.")
        first, last = int(match[1]), int(match[2] or match[1])
        if last - first > _MOST:
            raise CommandError(f"--entries: {word.strip()} is too much at once.")
        seqs.update(range(first, last + 1))
    return sorted(seqs)

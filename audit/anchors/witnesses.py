"""The witnesses of this record: who they are, how many are enough, and whom auditors trust.

`LEDGER_WITNESSES` names each by its key and its address; `LEDGER_WITNESS_QUORUM` says how many of
them make a head count as witnessed, by default more than half.
"""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count, QuerySet

from audit import cosignatures
from audit.core.findings import Usage
from audit.core.note import WITNESS, read_key
from audit.core.note import Key as PublicKey
from audit.core.policy import read_policy
from audit.models import Checkpoint, Key
from audit.outside import Cosignature


class Witness(NamedTuple):
    """A witness: its key, and where it takes heads."""

    key: PublicKey
    url: str

    @property
    def name(self) -> str:
        """What it is called."""
        return self.key.name


def configured() -> list[Witness]:
    """Return the witnesses of the settings.

    Raises ImproperlyConfigured, with the words that cannot be read, when they are not in form.
    """
    found = [_read(words) for words in settings.LEDGER_WITNESSES]
    if len({each.key.public for each in found}) < len(found):
        raise ImproperlyConfigured("LEDGER_WITNESSES: a key stands twice.")
    if len({each.name for each in found}) < len(found):
        raise ImproperlyConfigured("LEDGER_WITNESSES: two witnesses have the same name.")
    return found


def quorum(of: Sequence[Witness]) -> int:
    """Return how many of these witnesses make a head count as witnessed; 0 when there are none."""
    asked = settings.LEDGER_WITNESS_QUORUM or len(of) // 2 + 1
    if of and asked > len(of):
        raise ImproperlyConfigured(
            f"LEDGER_WITNESS_QUORUM={asked}: there are only {len(of)} in LEDGER_WITNESSES."
        )
    return asked if of else 0


def over(seq: int) -> Checkpoint | None:
    """Return the first head over the entry `seq` that enough witnesses signed, if there is one."""
    known = configured()
    return _good(_witnessed(known, least=seq + 1), known) if known else None


def newest() -> Checkpoint | None:
    """Return the newest head that enough witnesses signed, if there is one."""
    known = configured()
    return _good(_witnessed(known).order_by("-checkpoint"), known) if known else None


def policy_file() -> str:
    """Return whom to trust with this record, as a policy file of C2SP tlog-policy.

    An auditor compares its lines with those that others hold, and then verifies with it.
    """
    known = configured()
    lines = [f"log {key}" for key in Key.objects.all()]
    lines += [f"witness {each.name} {each.key} {each.url}" for each in known]
    if known:
        names = " ".join(each.name for each in known)
        lines += [f"group enough-witnesses {quorum(known)} {names}", "quorum enough-witnesses"]
    else:
        lines += ["quorum none"]
    text = "\n".join([*lines, ""])
    read_policy(text.encode())
    return text


def _read(words: str) -> Witness:
    vkey, _, url = words.partition(" ")
    try:
        key = read_key(vkey, WITNESS)
    except Usage as error:
        raise ImproperlyConfigured(f"LEDGER_WITNESSES: {error}") from None
    address = urlsplit(url.strip())
    if address.scheme not in ("http", "https") or not address.hostname or address.query:
        raise ImproperlyConfigured(
            f"LEDGER_WITNESSES: {words!r} is not written KEY ADDRESS, such as"
            " w1.example+1a2b3c4d+BBase64= https://w1.example."
        )
    return Witness(key, url.strip().rstrip("/"))


def _witnessed(known: Sequence[Witness], *, least: int = 0) -> QuerySet[Cosignature, int]:
    """Return the sizes, from `least` on, of the heads that enough of them signed."""
    ours = Cosignature.objects.filter(
        checkpoint__gte=least, witness__in=[str(each.key) for each in known]
    )
    counted = ours.order_by("checkpoint").values("checkpoint").annotate(seen=Count("pk"))
    return counted.filter(seen__gte=quorum(known)).values_list("checkpoint", flat=True)


def _good(sizes: QuerySet[Cosignature, int], known: Sequence[Witness]) -> Checkpoint | None:
    """Return the first of these heads under which enough signatures are good, if there is one.

    Each was looked at when it came; but who owns the database could have added some since.
    """
    keys, false = {str(each.key) for each in known}, list[int]()
    while size := sizes.exclude(checkpoint__in=false).first():
        head = Checkpoint.objects.get(size=size)
        ours = [each for each in head.cosignatures.all() if each.witness in keys]
        if sum(cosignatures.is_good(head, each) for each in ours) >= quorum(known):
            return head
        false.append(size)
    return None

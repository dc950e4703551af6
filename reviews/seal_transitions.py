"""Seal a case when nothing is left to do in it."""

from datetime import datetime

from audit import log
from breakglass.models import Request
from breakglass.transitions.locks import lock
from core.errors import WrongState
from reviews import seals
from reviews.policy import why_not_seal
from reviews.seal_events import CaseSealed


@log.transition
def seal(case: Request, *, until: int, at: datetime) -> None:
    """Write down the hashes of a case, of its entries before `until`.

    A case in which something happens after its seal (a finding is resolved, or its review is
    reopened and closed) is sealed anew, and the new seal names the one before it.
    Raises WrongState while something is left to do.
    """
    case = lock(case.original)
    if why := why_not_seal(case):
        raise WrongState(why)
    last = seals.newest(case)
    event = CaseSealed(
        until=until,
        manifest=seals.manifest_of(case, until=until),
        former={"seq": last.seq, "sha256": last.leaf} if last else {},
    )
    log.record(event, actor=log.SYSTEM, subject=case.ref, at=at, case=case.case_ref)

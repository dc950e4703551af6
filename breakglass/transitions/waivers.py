"""Write down why an access could not wait for what was overdue, with the request itself."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from audit import log
from breakglass.debt import Debt
from breakglass.debt_events import DebtWaived
from breakglass.models import Request, Waiver


def waive(request: Request, debts: Sequence[Debt], *, reason: str, by: User, at: datetime) -> None:
    """Record the waiver of a request that has just been made; nothing where nothing is overdue.

    Call in the transaction that makes the request.
    """
    if not debts:
        return
    owed = [each.ref for each in debts]
    made = Waiver.objects.create(
        request=request, reason=reason.strip(), owed=owed, waived_by=by, waived_at=at
    )
    event = DebtWaived(
        person=request.requester.ref, scenario=request.rules.name, owed=owed, reason=made.reason
    )
    log.record(event, actor=by.ref, subject=request.ref, at=at, case=request.case_ref)

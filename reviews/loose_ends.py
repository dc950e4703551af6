"""What is still open in a case, in words: neither its verdict nor its seal waits for all of it."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import ngettext

from accounts.models import User
from breakglass.models import Question, Request
from reviews.models import Finding


def said(*, findings: int = 0, questions: int = 0, obligations: int = 0) -> list[str]:
    """Say what is open now, of what there is any."""
    counted = [
        (ngettext("%(n)s finding is open.", "%(n)s findings are open.", findings), findings),
        (
            ngettext("%(n)s question is unanswered.", "%(n)s questions are unanswered.", questions),
            questions,
        ),
        (
            ngettext(
                "%(n)s thing is to be put right. The verdict may be given now; the case is sealed"
                " when it is done.",
                "%(n)s things are to be put right. The verdict may be given now; the case is sealed"
                " when they are done.",
                obligations,
            ),
            obligations,
        ),
    ]
    return [text % {"n": number} for text, number in counted if number]


def at_seal(case: Request, sealed_at: datetime, *, reader: User, at: datetime) -> list[str]:
    """Say what was open when a case was sealed, as far as the reader may know of findings.

    What has to be done first was done then.
    """
    findings = Finding.objects.visible_to(reader, at).filter(case=case, opened_at__lte=sealed_at)
    questions = Question.objects.filter(case=case, asked_at__lte=sealed_at)
    open_findings = findings.filter(Q(resolved_at=None) | Q(resolved_at__gt=sealed_at)).count()
    unanswered = questions.filter(Q(answered_at=None) | Q(answered_at__gt=sealed_at)).count()
    counted = [
        (
            ngettext("%(n)s finding was open.", "%(n)s findings were open.", open_findings),
            open_findings,
        ),
        (
            ngettext(
                "%(n)s question was unanswered.", "%(n)s questions were unanswered.", unanswered
            ),
            unanswered,
        ),
    ]
    return [text % {"n": number} for text, number in counted if number]

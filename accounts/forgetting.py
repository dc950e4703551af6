"""Where this room keeps words about people, with what the frame of pages keeps for them."""

from collections.abc import Iterator
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, Erasure, Part, User
from core import forgetting
from core.forgetting import Rows, Texts, Trace
from core.models import KeptView, StoredAnswer
from core.speech import phrase


@forgetting.provide_reason
def administrators(trace: Trace, _at: datetime) -> Iterator[str]:
    """Somebody has to be left who administers."""
    everybody = set(User.objects.playing(Part.ADMINISTRATOR).values_list("pk", flat=True))
    if everybody == {trace.person}:
        yield phrase("They are the only administrator. Make somebody else one first.")


forgetting.keep(
    Rows(
        label=_("Mail addresses"),
        model=EmailAddress,
        about=lambda trace: Q(user=trace.person),
    ),
    Rows(label=_("API tokens"), model=ApiToken, about=lambda trace: Q(user=trace.person)),
    Rows(
        label=_("Browsers in which they are signed in"),
        model=UserSession,
        about=lambda trace: Q(user=trace.person),
    ),
    Rows(label=_("Views of lists"), model=KeptView, about=lambda trace: Q(person=trace.person)),
    Rows(
        label=_("Answers to them that were kept for a day"),
        model=StoredAnswer,
        about=lambda trace: Q(person=trace.person),
    ),
    Texts(label=_("Answers to others that name them"), model=StoredAnswer, jsons=("body",)),
    Texts(
        label=_("Answers to erasures"),
        model=Erasure,
        fields=("answer",),
        about=lambda trace: Q(person=trace.person) | Q(decided_by=trace.person),
    ),
    Texts(
        label=_("Log of the administration"),
        model=LogEntry,
        fields=("object_repr", "change_message"),
        about=lambda trace: Q(object_id=str(trace.person), content_type__model="user"),
    ),
)

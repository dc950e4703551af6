"""Where this room keeps words about people, beside the record itself."""

from collections.abc import Iterator
from datetime import datetime

from auditlog.models import LogEntry
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.differences import Difference
from audit.holds import Hold
from audit.models import SetAside
from core import forgetting
from core.forgetting import Texts, Trace
from core.speech import phrase


def _of_them(trace: Trace) -> Q:
    """The history of the person's own account."""
    return Q(object_pk=str(trace.person), content_type__model="user")


@forgetting.provide_reason
def holds(trace: Trace, _at: datetime) -> Iterator[str]:
    """A legal hold on them, on a case of theirs, or on everything."""
    of_them = Q(kind=Hold.Kind.EVERYTHING) | Q(ref__in=[trace.ref, *forgetting.cases(trace)])
    if Hold.objects.standing().filter(of_them).exists():
        yield phrase("A legal hold keeps what is about them, until it is lifted.")


forgetting.keep(
    Texts(
        label=_("History of the account"),
        model=LogEntry,
        fields=("object_repr", "changes_text"),
        jsons=("changes", "additional_data", "serialized_data"),
        values={"changes": {}},
        about=_of_them,
    ),
    Texts(
        label=_("Changes of configuration that they made: address and mail"),
        model=LogEntry,
        values={"actor_email": None, "remote_addr": None, "remote_port": None},
        about=lambda trace: Q(actor=trace.person),
    ),
    Texts(label=_("Reasons of legal holds"), model=Hold, fields=("reason", "lift_reason")),
    Texts(label=_("Notes on differences"), model=Difference, fields=("note",)),
    Texts(label=_("Entries that could not be handled"), model=SetAside, fields=("error",)),
)

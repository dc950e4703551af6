"""Where this room keeps words about people, beside the record itself."""

from auditlog.models import LogEntry
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.differences import Difference
from audit.models import SetAside
from core import forgetting
from core.forgetting import Texts, Trace


def _of_them(trace: Trace) -> Q:
    """The history of the person's own account."""
    return Q(object_pk=str(trace.person), content_type__model="user")


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
    Texts(label=_("Notes on differences"), model=Difference, fields=("note",)),
    Texts(label=_("Entries that could not be handled"), model=SetAside, fields=("error",)),
)

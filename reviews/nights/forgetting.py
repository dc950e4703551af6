"""Where the nightly reports keep words by or about people."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import forgetting
from core.forgetting import Texts
from reviews.models import Pattern

forgetting.keep(
    Texts(
        label=_("Why patterns are no concern"),
        model=Pattern,
        fields=("reason",),
        about=lambda trace: (
            Q(person=trace.person) | Q(aside_by=trace.person) | Q(people__contains=[trace.person])
        ),
    )
)

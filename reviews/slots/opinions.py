"""Whether the models that give second opinions answer, where the settings name any."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import slots
from judgement.plugins import Model
from reviews import advisers
from reviews.models import Opinion


@slots.health.provide(order=62)
def health(_request: HttpRequest | None = None) -> list[slots.Health]:
    """Say which model gives no answer; it holds up nothing, so nothing is in danger."""
    models = advisers.configured()
    if not models:
        return []
    said = [(model, Opinion.objects.newest_of(model.tier)) for model in models]
    silent = [f"{model.name}: {last.why}" for model, last in said if last and last.why]
    waiting = Opinion.objects.filter(state=Opinion.State.WAITING).count()
    detail = _names(models)
    if silent:
        words = ngettext("%(number)s case waits.", "%(number)s cases wait.", waiting)
        detail = f"{' '.join(silent)} {words % {'number': waiting}}"
    return [
        slots.Health(
            key="opinions",
            label=_("Second opinions"),
            detail=detail,
            tone="wait" if silent else "ok",
        )
    ]


def _names(models: list[Model]) -> str:
    return _("Asked of %(names)s") % {"names": ", ".join(model.name for model in models)}

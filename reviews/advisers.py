"""The models of others that the settings name, and which opinions are wanted of them."""

from datetime import datetime, timedelta

from django.conf import settings

from judgement.plugins import Chat, Embeddings, Model
from reviews.models import Opinion

_SETTLED = timedelta(seconds=20)  # after a case was judged: its last actions may still come in


def configured() -> list[Model]:
    """Return the models that the settings name."""
    found: list[Model] = []
    if url := settings.JUDGEMENT_EMBEDDING_URL:
        found.append(
            Embeddings(
                url,
                name=settings.JUDGEMENT_EMBEDDING_MODEL,
                key=settings.JUDGEMENT_EMBEDDING_KEY,
                low=settings.JUDGEMENT_EMBEDDING_UNLIKE / 100,
                high=settings.JUDGEMENT_EMBEDDING_ALIKE / 100,
                values=settings.JUDGEMENT_EMBEDDING_VALUES,
            )
        )
    if url := settings.JUDGEMENT_CHAT_URL:
        name, key = settings.JUDGEMENT_CHAT_MODEL, settings.JUDGEMENT_CHAT_KEY
        found.append(Chat(url, name=name, key=key))
    return found


def want(case: str, *, at: datetime) -> None:
    """Have every model asked for its opinion on a case, soon."""
    for model in configured():
        again = {"model": model.name, "due_at": at + _SETTLED, "state": Opinion.State.WAITING}
        Opinion.objects.update_or_create(
            case=case, tier=model.tier, defaults=again | {"tries": 0, "why": ""}
        )

"""What somebody sends after their session has ended: kept until they have signed in again."""

from datetime import datetime, timedelta

from django.http import HttpRequest, QueryDict
from django.utils import timezone

from accounts.models import User

_KEY = "unsent_request"
_KEPT = timedelta(days=1)
_FIELDS = {  # each with the longest value that is worth keeping
    "scenario": 60, "targets": 60, "minutes": 10, "reference": 100, "justification": 5000,
    "plan": 40, "intent": 2000, "read_only": 5, "starts_at": 30, "person": 254, "wish": 20,
    "once": 36,
}  # fmt: skip
_MOST = 50  # values of one field


def keep(request: HttpRequest) -> None:
    """Put what was sent into the session that the sign-in takes over, with whose it is."""
    fields = {
        name: [value[:longest] for value in request.POST.getlist(name)[:_MOST]]
        for name, longest in _FIELDS.items()
        if name in request.POST
    }
    owner, at = request.POST.get("draft_of", "")[:40], timezone.now().isoformat()
    request.session[_KEY] = {"owner": owner, "at": at, "fields": fields}


def kept(request: HttpRequest, *, person: User, at: datetime) -> QueryDict | None:
    """Return what `person` sent in vain; somebody else's words are dropped."""
    found = request.session.get(_KEY)
    if found is None:
        return None
    if found["owner"] != str(person.pk) or at - datetime.fromisoformat(found["at"]) > _KEPT:
        forget(request)
        return None
    data = QueryDict(mutable=True)
    for name, values in found["fields"].items():
        data.setlist(name, values)
    return data


def forget(request: HttpRequest) -> None:
    """Forget it, once it is sent or no longer wanted."""
    request.session.pop(_KEY, None)

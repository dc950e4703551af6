"""Where Slack calls when somebody presses a button or sends a view.

There is no session and no page; a signature says who calls.
"""

import json
from urllib.parse import parse_qs

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from alerts.slack import calls, presses
from alerts.slack.heard import Press, Submission


@csrf_exempt
@never_cache
@require_POST
def pressed(request: HttpRequest) -> HttpResponse:
    """Take a call of Slack. Of a press it hears apart; of a view that was sent in the answer."""
    at, channels = timezone.now(), calls.listening()
    if not channels:
        raise Http404
    try:
        senders = calls.signed_by(channels, request.body, request.headers, at=at)
    except calls.NotTaken as error:
        return HttpResponse(str(error), status=401, content_type="text/plain")
    payload = _payload(request.body)
    if given := Submission.read(payload):
        presses.answer_later(came := presses.submit(given, senders, at=at))
        return JsonResponse(came.reply) if came.reply else HttpResponse()
    if press := Press.read(payload):
        presses.answer_later(presses.handle(press, senders, at=at))
    return HttpResponse()


def _payload(body: bytes) -> object:
    """Return what a form that Slack has signed holds; None for anything else."""
    try:
        return json.loads(parse_qs(body.decode())["payload"][0])
    except (KeyError, ValueError):
        return None

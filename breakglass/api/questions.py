"""Questions in the API: ask the requester of a case, and answer."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts.requests import ApiRequest
from breakglass import transitions
from breakglass.api.finding import request_for
from breakglass.api.shapes import QuestionShape
from breakglass.models import Question
from core.api import Endpoint, StrictInput
from core.idempotency import once


class RequestQuestions(Endpoint):
    """Ask the requester something before you decide or while you review."""

    success = 201
    Result = QuestionShape

    class Input(StrictInput):
        """Your words; `about` is the entry of the action that you ask about, if it is of one."""

        text = serializers.CharField(max_length=Question.LONGEST)
        about = serializers.IntegerField(
            min_value=0, max_value=2**63 - 1, default=None, allow_null=True
        )

    @once
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        said, now = self.body(request), timezone.now()
        asked = request_for(request.user, pk, now)
        question = transitions.ask(asked, by=request.user, at=now, **said)
        return Response(QuestionShape(question).data, status=201)


class QuestionAnswer(Endpoint):
    """Answer a question on your own case."""

    Output = QuestionShape

    class Input(StrictInput):
        """Your words."""

        text = serializers.CharField(max_length=Question.LONGEST)

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        said, now = self.body(request), timezone.now()
        question = Question.objects.told().filter(pk=pk).first()
        if question is None:
            raise Http404
        request_for(request.user, question.case_id, now)  # 404 where the case is not theirs to see
        question = transitions.answer(question, by=request.user, text=said["text"], at=now)
        return Response(QuestionShape(question).data)

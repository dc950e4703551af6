"""Questions to the requester of a case, and their answers."""

from datetime import datetime

from accounts.models import User
from audit import log
from audit.events import Event
from breakglass import events, policy
from breakglass.models import Question, Request
from breakglass.transitions.locks import lock, refuse_unless
from core.errors import BadInput, WrongState
from core.speech import Sentence, phrase


@log.transition
def ask(
    request: Request, *, by: User, text: str, at: datetime, about: int | None = None
) -> Question:
    """Ask the requester of a case something; `about` is the entry of an action, if it is of one.

    Raises NotAllowed for anybody who neither decides nor reviews there, BadInput without words,
    WrongState while their last question there waits for its answer.
    """
    case = lock(request.original)
    why = policy.why_not_ask(case, by=by, at=at)
    refuse_unless(why, by=by, subject=case, at=at, case=case.ref)
    if case.questions.open().filter(asked_by=by).exists():
        raise WrongState(
            phrase("Your last question waits for its answer. Ask the next one after that.")
        )
    question = Question.objects.create(
        case=case,
        asked_by=by,
        asked_at=at,
        text=_words(text, phrase("Write your question.")),
        entry_seq=about,
    )
    _record(question, events.QuestionAsked(question=question.text, about=about), by=by, at=at)
    return question


@log.transition
def answer(question: Question, *, by: User, text: str, at: datetime) -> Question:
    """Answer a question, as the requester or as whoever filed the request.

    Raises WrongState when it is answered already, NotAllowed for anybody else, BadInput without
    words.
    """
    question = lock(question)
    why = policy.why_not_answer(question, by=by)
    refuse_unless(why, by=by, subject=question, at=at, case=question.case_ref)
    if question.state != Question.State.OPEN:
        raise WrongState(
            phrase("%(person)s has answered this already.", person=question.answered_by)
        )
    question.state = Question.State.ANSWERED
    question.answer = _words(text, phrase("Write your answer."))
    question.answered_by, question.answered_at = by, at
    question.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    event = events.QuestionAnswered(
        asker=question.asked_by.ref, question=question.text, answer=question.answer
    )
    _record(question, event, by=by, at=at)
    return question


def _words(text: str, sentence: Sentence) -> str:
    """Return the text without blanks around it; raise BadInput when nothing or too much is left."""
    if not text.strip():
        raise BadInput(sentence, field="text")
    if len(text) > Question.LONGEST:
        raise BadInput(
            phrase("Write at most %(most)s characters.", most=Question.LONGEST), field="text"
        )
    return text.strip()


def _record(question: Question, event: Event, *, by: User, at: datetime) -> None:
    log.record(event, actor=by.ref, subject=question.ref, at=at, case=question.case_ref)

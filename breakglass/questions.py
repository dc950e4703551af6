"""Questions and answers of a case, as every page shows them that lets people talk about it."""

import dataclasses
from datetime import datetime

from accounts.models import User
from breakglass import policy
from breakglass.models import Question, Request
from breakglass.question_forms import WordsForm


@dataclasses.dataclass(frozen=True, kw_only=True)
class Talk:
    """What was asked and answered, and the forms that the reader may fill in."""

    case: Request
    questions: list[tuple[Question, WordsForm | None]]  # with the form to answer it
    ask: WordsForm | None
    waits: bool  # the reader has asked, and waits for the answer

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show to this reader."""
        return not self.questions and self.ask is None

    @property
    def draft(self) -> str:
        """Under what the browser keeps a question that is begun: each action has its own."""
        return f"ask {self.ask['about'].value() or ''}".strip() if self.ask else ""

    @property
    def refused(self) -> bool:
        """Whether an answer was refused: its words stand in the form, and nowhere else."""
        return any(form is not None and form.is_bound for _, form in self.questions)


def talk(
    case: Request, *, reader: User, at: datetime, ask: WordsForm | None = None, about: str = "",
    bound: tuple[Question, WordsForm] | None = None,
) -> Talk:  # fmt: skip
    """Return the talk about a case; `ask` and `bound` are forms that were sent and refused."""
    rows = list(case.questions.told())
    may_ask = policy.why_not_ask(case, by=reader, at=at) is None
    waits = any(row.state == Question.State.OPEN and row.asked_by == reader for row in rows)
    fresh = WordsForm(auto_id="ask_%s", initial={"about": about})
    return Talk(
        case=case,
        questions=[(row, _to_answer(row, reader, bound)) for row in rows],
        ask=(ask or fresh) if may_ask and (ask or not waits) else None,
        waits=may_ask and waits,
    )


def _to_answer(
    question: Question, reader: User, bound: tuple[Question, WordsForm] | None
) -> WordsForm | None:
    if question.state != Question.State.OPEN or policy.why_not_answer(question, by=reader):
        return None
    if bound and bound[0].pk == question.pk:
        return bound[1]
    return WordsForm(auto_id=_answer_id(question))


def answer_url(question: Question) -> str:
    """Return where a question is answered: the browser puts the cursor into the field itself."""
    return f"{question.case.get_absolute_url()}#{_answer_id(question) % 'text'}"


def _answer_id(question: Question) -> str:
    return f"answer_{question.pk.hex}_%s"

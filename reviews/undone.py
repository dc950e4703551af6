"""What a request announced and no action did, as far as the record saw everything that was done."""

import dataclasses
from collections.abc import Iterable

from judgement import reasons
from judgement.undone import Deed, undone, would_end
from reviews.coverage import Coverage
from reviews.models import Obligation
from reviews.story import Story


@dataclasses.dataclass(frozen=True, kw_only=True)
class Left:
    """Something that was left behind, and which parts of the request announced its end."""

    task: Obligation
    announced: list[str]


def of(story: Story, coverage: Coverage) -> list[str]:
    """Return the parts of a request of which no action did what they announce.

    There are none where an action may be missing, waits to be judged or has lost its words, nor
    where nothing at all was done, which is said already.
    """
    done = story.actions
    if not done.count or len(done.shown) != done.count or coverage.tone == "danger":
        return []
    read = [(each, each.read) for each in done.shown if not each.failed]
    deeds = [Deed(each.statement, facts) for each, facts in read if facts]
    return list(undone(reasons.read(story.said), deeds)) if len(deeds) == len(read) else []


def left_behind(tasks: Iterable[Obligation], announced: list[str]) -> list[Left]:
    """Return what the record itself brought up and is open, beside what was announced of it."""
    return [
        Left(task=task, announced=[each for each in announced if _ends(each, task)])
        for task in tasks
        if task.from_record and task.state == Obligation.State.OPEN
    ]


def _ends(part: str, task: Obligation) -> bool:
    """Tell whether a part announces the end of anything that a task says was left behind."""
    left = task.text.partition(": ")[2].partition(". ")[0]
    clears = task.kind == Obligation.Kind.CLEAR_UP
    return clears and any(would_end(part, each) for each in left.split(", "))

"""The headline figures of the dashboard, each with the way to its cases and beside those before."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, TypeAlias

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.words import duration_words, within_words
from reviews.counting import Tally, Times
from reviews.figures import Earlier, Figures

Value: TypeAlias = "int | timedelta | None"


@dataclasses.dataclass(frozen=True)
class Note:
    """A short remark below a figure, which may lead somewhere."""

    text: str
    url: str = ""


@dataclasses.dataclass(frozen=True)
class Change:
    """The figure of an earlier period, and how much more or less it is now."""

    when: str
    value: str
    url: str
    difference: str
    days: str  # of that period, in words


@dataclasses.dataclass(frozen=True, kw_only=True)
class Headline:
    """One figure: a number, a share or a length of time, in words; empty where there is none."""

    label: str
    value: str
    url: str
    raw: Value
    notes: list[Note]
    changes: list[Change]


@dataclasses.dataclass(frozen=True)
class _Measure:
    """How a figure is had from a tally, written, and opened."""

    label: str
    of: Callable[[Tally], Value]
    unit: str  # "", "%" or "s"
    list: str
    narrow: str
    notes: Callable[[Figures], Iterator[Note]]

    def words(self, value: Value) -> str:
        """Return the figure as it is read."""
        if value is None:
            return ""
        if isinstance(value, timedelta):
            return duration_words(value)
        return f"{value} %" if self.unit == "%" else str(value)

    def difference(self, now: Value, then: Value) -> str:
        """Return how much more or less it is, with a sign."""
        if now is None or then is None:
            return ""
        if isinstance(now, timedelta) and isinstance(then, timedelta):
            more, size = now > then, duration_words(abs(now - then))
            same = round(abs(now - then).total_seconds()) == 0
        elif isinstance(now, int) and isinstance(then, int):
            more, same, size = now > then, now == then, str(abs(now - then))
        else:
            raise TypeError("Only figures of one kind can be compared.")
        if same:
            return "±0"
        return f"{'+' if more else '−'}{size}"  # noqa: RUF001 - the sign, not a hyphen

    def url(self, query: str) -> str:
        """Return where its cases are."""
        return f"{reverse(self.list)}?{query}{self.narrow}"


def of(figures: Figures) -> list[Headline]:
    """Return the headline figures in the order in which they are read."""
    return [_headline(measure, figures) for measure in _measures()]


def _headline(measure: _Measure, figures: Figures) -> Headline:
    raw = measure.of(figures.total)
    earlier = [(_("Before"), figures.before), (_("A year ago"), figures.year_before)]
    return Headline(
        label=measure.label,
        value=measure.words(raw),
        url=measure.url(figures.query),
        raw=raw,
        notes=list(measure.notes(figures)),
        changes=[_change(measure, when, each, raw) for when, each in earlier if each],
    )


def _change(measure: _Measure, when: str, earlier: Earlier, now: Value) -> Change:
    then = measure.of(earlier.total)
    return Change(
        when=when,
        value=measure.words(then),
        url=measure.url(earlier.query),
        difference=measure.difference(now, then),
        days=earlier.period.words,
    )


def _measures() -> list[_Measure]:
    used, review = "&used=yes", "&tab=all"
    return [
        _Measure(_("Uses"), lambda t: t.uses, "", "cases", used, _of_uses),
        _Measure(_("Glass broken"), lambda t: t.share, "%", "cases", f"{used}&glass=yes",
                 _of_glass),
        _Measure(_("Time to access, median"), lambda t: t.access.median, "s", "cases", used,
                 lambda f: _of_times(f, "access", f.total.access)),
        _Measure(_("Time to decision, median"), lambda t: t.decision.median, "s", "cases",
                 "&decided=yes", lambda f: _of_times(f, "decision", f.total.decision)),
        _Measure(_("Ratified in time"), lambda t: t.ratified_share, "%", "cases", "&glass=yes",
                 _of_ratified),
        _Measure(_("Reviews in time"), lambda t: t.punctual_share, "%", "reviews", review,
                 _of_reviews),
        _Measure(_("Findings"), lambda t: t.found, "", "findings", review, _of_findings),
        _Measure(_("Asked for"), lambda t: t.cases, "", "cases", "", _of_asked),
        _Measure(_("Debts waived"), lambda t: t.waived, "", "cases", "&waived=yes", _of_waived),
    ]  # fmt: skip


def _of_uses(figures: Figures) -> Iterator[Note]:
    yield Note(
        _("%(approved)s approved first, %(glass)s by breaking the glass")
        % {"approved": figures.total.approved, "glass": figures.total.glass}
    )


def _of_glass(figures: Figures) -> Iterator[Note]:
    facts: dict[str, Any] = {"glass": figures.total.glass, "uses": figures.total.uses}
    yield Note(_("%(glass)s of %(uses)s") % facts)


def _of_times(figures: Figures, which: str, times: Times) -> Iterator[Note]:
    if times.most is None:
        yield Note(
            _("No door was opened") if which == "access" else _("Nothing was approved or denied")
        )
        return
    yield Note(_("9 of 10 %(within)s.") % {"within": within_words(times.most)})
    case, time = figures.slowest[which]
    facts = {"time": duration_words(time), "case": case}
    yield Note(_("Slowest: %(time)s, Case %(case)s") % facts, reverse("case", args=[case]))


def _of_ratified(figures: Figures) -> Iterator[Note]:
    total, cases = figures.total, f"{reverse('cases')}?{figures.query}"
    yield Note(_count(ngettext("%(n)s answered", "%(n)s answered", total.ratified), total.ratified))
    yield _overdue(total.silent, f"{cases}&silent=yes")
    if total.unratified:
        yield Note(_waiting(total.unratified), f"{cases}&state=unratified")


def _of_reviews(figures: Figures) -> Iterator[Note]:
    total, reviews = figures.total, f"{reverse('reviews')}?tab="
    if total.waiting:
        yield Note(_waiting(total.waiting), f"{reviews}open&late=no&{figures.query}")
    else:
        yield Note(_("none waiting"))
    yield _overdue(total.overdue, f"{reviews}overdue&{figures.query}")
    if total.late:
        text = ngettext("%(n)s closed late", "%(n)s closed late", total.late)
        yield Note(_count(text, total.late), f"{reviews}done&late=yes&{figures.query}")


def _of_findings(figures: Figures) -> Iterator[Note]:
    if number := figures.total.unresolved:
        text = ngettext("%(n)s is open", "%(n)s are open", number)
        yield Note(_count(text, number), f"{reverse('findings')}?{figures.query}")
    else:
        yield Note(_("none is open"))


def _of_asked(figures: Figures) -> Iterator[Note]:
    text = _("%(n)s came to no access") % {"n": figures.total.unused}
    yield Note(text, f"{reverse('cases')}?{figures.query}&used=no" if figures.total.unused else "")


def _of_waived(figures: Figures) -> Iterator[Note]:
    yield Note(_("asked for while something was overdue"))


def _overdue(number: int, url: str) -> Note:
    if not number:
        return Note(_("none overdue"))
    return Note(_count(ngettext("%(n)s overdue", "%(n)s overdue", number), number), url)


def _waiting(number: int) -> str:
    return _count(ngettext("%(n)s waiting", "%(n)s waiting", number), number)


def _count(text: str, number: int) -> str:
    return text % {"n": number}

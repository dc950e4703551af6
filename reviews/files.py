"""The tables of the dashboard as files for spreadsheets: one by one, or all in one."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from reviews import headlines
from reviews.figures import HOURS, Figures, Row

Lines = list[list[object]]


def sheet(figures: Figures, table: str) -> tuple[list[str], Lines]:
    """Return one table as a file has it, with its header; times are seconds."""
    return _TABLES[table](figures)


def whole(figures: Figures) -> tuple[list[str], Lines]:
    """Return every table one below the other: what it is called, then its own header and lines."""
    lines: Lines = []
    for name, table in _TABLES.items():
        header, found = table(figures)
        lines += [[name, *header], *([name, *line] for line in found), []]
    days = [figures.period.first.isoformat(), figures.period.last.isoformat()]
    return [_("Table"), *days], lines


def _rows(title: str, rows: Sequence[Row]) -> tuple[list[str], Lines]:
    return [title, *_columns()], [_line(row) for row in rows]


def _headlines(figures: Figures) -> tuple[list[str], Lines]:
    header = [_("Figure"), _("Now"), _("Before"), _("A year ago")]
    return header, [
        [each.label, _plain(each.raw), *(change.value for change in each.changes)]
        for each in headlines.of(figures)
    ]


def _plain(value: headlines.Value) -> object:
    return value if value is not None else ""


def _hours(figures: Figures) -> tuple[list[str], Lines]:
    header = [_("Weekday"), _("From (hour)"), _("Until (hour)"), _("Uses")]
    return header, [
        [day.name, field.hour, field.hour + HOURS, field.uses]
        for day in figures.days
        for field in day.fields
    ]


def _kinds(figures: Figures) -> tuple[list[str], Lines]:
    return [_("Kind"), _("Findings")], [[each.name, each.count] for each in figures.kinds]


def _approvers(figures: Figures) -> tuple[list[str], Lines]:
    header = [_("Person"), _("Answers"), _("A yes at once"), _("No"), _("Time to answer, mean (s)")]
    return header, [
        [each.name, each.answers, each.quick, each.noes, each.mean] for each in figures.approvers
    ]


_TABLES: dict[str, Callable[[Figures], tuple[list[str], Lines]]] = {
    "figures": _headlines,
    "steps": lambda figures: _rows(_("Time"), figures.steps),
    "hours": _hours,
    "scenarios": lambda figures: _rows(_("Scenario"), figures.scenarios),
    "teams": lambda figures: _rows(_("Team"), figures.teams),
    "people": lambda figures: _rows(_("Person"), figures.people),
    "targets": lambda figures: _rows(_("Target"), figures.targets),
    "findings": _kinds,
    "answers": _approvers,
    "drills": lambda figures: _rows(_("Drill"), figures.drills),
}
TABLES = tuple(_TABLES)
FRAME = 2 * len(TABLES)  # lines of all tables in one that are no rows: headers, and blank ones


def _columns() -> list[str]:
    return [
        _("Cases"), _("Uses"), _("Approved first"), _("Glass broken"),
        _("Time to decision, median (s)"), _("Time to decision, 9 of 10 (s)"),
        _("Time to decision, mean (s)"),
        _("Time to access, median (s)"), _("Time to access, 9 of 10 (s)"),
        _("Time to access, mean (s)"),
        _("Ratified in time"), _("Ratification overdue"),
        _("Reviews in time"), _("Reviews late"), _("Reviews overdue"), _("Reviews waiting"),
        _("Misuse"), _("Findings"), _("Open findings"), _("Debts waived"),
    ]  # fmt: skip


def _line(row: Row) -> list[object]:
    told = row.tally
    times: list[timedelta | None] = [
        told.decision.median, told.decision.most, told.decision.mean,
        told.access.median, told.access.most, told.access.mean,
    ]  # fmt: skip
    return [
        row.name, told.cases, told.uses, told.approved, told.glass, *times,
        told.ratified, told.silent, told.punctual, told.late, told.overdue, told.waiting,
        told.misuse, told.found, told.unresolved, told.waived,
    ]  # fmt: skip

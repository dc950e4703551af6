"""What would happen: the same policy that decides is asked, and nothing is written."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Part, User
from breakglass import policy, steps
from breakglass.models import GroupPermit, Permit, Request, Scenario, ScenarioVersion
from breakglass.rules import Rules
from breakglass.steps import Standing
from breakglass.wording import LABELS
from core.speech import phrase, shown
from core.words import dated, minutes_words, standing_in


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that would happen, and the rule that says so.

    `name` is refused, allowed, form, asked, approved, starts, told, ends, lapses, ratify or
    review. `at` is None for what has no moment yet. `tone` is one of the badges' tones.
    """

    name: str
    at: datetime | None
    text: str
    rule: str
    tone: str = ""


@dataclasses.dataclass(frozen=True)
class Story:
    """What would happen, in order."""

    lines: list[Line]

    @property
    def refusal(self) -> str | None:
        """The sentence by which it would be refused, if it would."""
        return next((line.text for line in self.lines if line.name == "refused"), None)

    def when(self, name: str) -> list[datetime | None]:
        """The moments of the lines called `name`."""
        return [line.at for line in self.lines if line.name == name]


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Ask:
    """What is imagined: this person asks for this at that moment."""

    scenario: Scenario
    version: ScenarioVersion
    person: User
    minutes: int
    at: datetime

    @property
    def rules(self) -> Rules:
        return self.version.rules

    def rule(self, what: str) -> str:
        return _("%(rule)s (version %(number)s)") % {"rule": what, "number": self.version.number}

    def says(self, field: str, value: int | str) -> str:
        return self.rule(_("%(label)s: %(value)s") % {"label": LABELS[field], "value": value})


# A check: its sentence why not, what to say when there is none, and the rule behind it.
_Check = tuple[str | None, str, str]


def why_not_look(*, by: User) -> str | None:
    """Why `by` may not imagine what would happen to somebody else."""
    if by.is_active and (by.is_staff or by.plays(Part.ADMINISTRATOR)):
        return None
    return phrase("Only administrators simulate. Open the scenario to see what it means for you.")


def simulate(
    scenario: Scenario,
    person: User,
    at: datetime,
    *,
    urgency: Request.Urgency = Request.Urgency.NORMAL,
    minutes: int | None = None,
) -> Story:
    """Tell what would happen if `person` asked at `at` for all targets of the scenario.

    `minutes` is the scenario's usual length when left out. Nothing is written.
    """
    version = scenario.current
    if version is None:
        return Story([_refused(at, policy.why_not_request(scenario, by=person, at=at) or "", "")])
    ask = _Ask(
        scenario=scenario,
        version=version,
        person=person,
        minutes=version.rules.default_minutes if minutes is None else minutes,
        at=at,
    )
    broken = urgency == Request.Urgency.BREAK_GLASS
    lines: list[Line] = []
    for why, fine, rule in _checks_of_break_glass(ask) if broken else _checks_of_request(ask):
        if why:
            return Story([*lines, _refused(at, why, rule)])
        lines.append(Line(name="allowed", at=at, text=fine, rule=rule, tone="ok"))
    lines.extend(_form(ask))
    if not ask.rules.chat_decides:
        lines.append(_page_only(ask))
    if ask.rules.stop_on_breach:
        lines.append(_stops(ask))
    lines.extend(_break_glass(ask) if broken else _approval(ask))
    return Story(lines)


def _refused(at: datetime, why: str, rule: str) -> Line:
    return Line(name="refused", at=at, text=why, rule=rule, tone="danger")


def _checks_of_request(ask: _Ask) -> Iterator[_Check]:
    """The checks of `transitions.submit`, in its order."""
    yield from _checks_of_both(ask)
    why = policy.why_nobody_can_decide(ask.rules, ask.scenario, requester=ask.person, at=ask.at)
    yield why, _("Enough people besides the requester can decide."), ask.rule(_("Approval steps"))
    why = policy.why_asked_already(ask.scenario, person=ask.person, at=ask.at)
    fine = _("No request of %(person)s waits here.") % {"person": ask.person}
    yield why, fine, _("One open request per scenario")


def _checks_of_break_glass(ask: _Ask) -> Iterator[_Check]:
    """The checks of `transitions.break_glass`, in its order."""
    why = policy.why_not_break_glass(ask.rules)
    allowed = _("yes") if ask.rules.break_glass else _("no")
    yield why, _("The glass may be broken here."), ask.says("break_glass", allowed)
    yield from _checks_of_both(ask)


def _checks_of_both(ask: _Ask) -> Iterator[_Check]:
    permits = _permits(ask)
    why = policy.why_not_request(ask.scenario, by=ask.person, at=ask.at)
    through = ", ".join(permit.group.name for permit in permits)
    fine = _("%(person)s may ask, through %(groups)s.")
    yield why, fine % {"person": ask.person, "groups": through}, _eligibility(ask, permits)
    bad = policy.why_bad_terms(
        ask.rules, targets=list(ask.scenario.targets.all()), minutes=ask.minutes
    )
    most = ask.rules.max_minutes
    yield (
        next(iter(bad.values()), None),
        _("%(length)s; the most is %(most)s.")
        % {"length": minutes_words(ask.minutes), "most": minutes_words(most)},
        ask.says("max_minutes", minutes_words(most)),
    )
    room = policy.why_no_room(ask.scenario, ask.rules, person=ask.person, at=ask.at)
    limit = ask.says("max_concurrent", ask.rules.max_concurrent)
    fine = _("%(person)s has room for one more access here.") % {"person": ask.person}
    yield room, fine, limit


def _permits(ask: _Ask) -> list[GroupPermit]:
    held = GroupPermit.objects.of(Permit.REQUEST).standing(ask.at)
    mine = held.filter(content_object=ask.scenario, group__in=ask.person.groups_at(ask.at))
    return list(mine.select_related("group").order_by("group__name"))


def _eligibility(ask: _Ask, permits: list[GroupPermit]) -> str:
    """Say what lets the person ask, and the end of it: of the permit, and of memberships."""
    ends = [permit.until for permit in permits]
    last = max((end for end in ends if end), default=None)
    said = [
        _("Permit: may request access")
        if last is None or None in ends
        else _("Permit: may request access, until %(end)s") % {"end": dated(last)}
    ]
    ending = ask.person.memberships.filter(group__in=[permit.group_id for permit in permits])
    for each in ending.exclude(until=None).select_related("group").order_by("group__name"):
        facts = {"group": each.group.name, "day": shown(each.last_day)}
        said.append(_("Membership in %(group)s until %(day)s") % facts)
    return " · ".join(said)


def _form(ask: _Ask) -> Iterator[Line]:
    """What must be filled in, and what the approvers will notice."""
    rules = ask.rules
    reason = _("a reason of at least %(number)s characters")
    wanted = [reason % {"number": rules.min_justification}]
    if rules.reference_required:
        like = _("a reference like %(example)s")
        if rules.break_glass:
            like = _("a reference like %(example)s, which may follow where glass is broken")
        wanted.append(like % {"example": rules.reference_hint})
    if rules.intent_required:
        wanted.append(_("a plan"))
    text = _("The form wants %(list)s.") % {"list": ", ".join(wanted)}
    yield Line(name="form", at=ask.at, text=text, rule=ask.rule(_("Required fields")))
    if not rules.in_working_hours(ask.at):
        hours = f"{rules.working_from} - {rules.working_until} {rules.time_zone}"
        text = _("It is outside working hours; the approvers see that.")
        rule = ask.rule(_("Working hours: %(hours)s") % {"hours": hours})
        yield Line(name="form", at=ask.at, text=text, rule=rule)


def _page_only(ask: _Ask) -> Line:
    text = _("Whoever decides signs in: buttons in a chat only open the page.")
    return Line(name="form", at=ask.at, text=text, rule=ask.says("chat_decides", _("no")))


def _stops(ask: _Ask) -> Line:
    text = _("Whoever breaks a hard rule that the reason does not name is put out at once.")
    return Line(name="form", at=ask.at, text=text, rule=ask.says("stop_on_breach", _("yes")))


def _approval(ask: _Ask) -> Iterator[Line]:
    rules = ask.rules
    lapse_at = ask.at + timedelta(minutes=rules.answer_within)
    standings = steps.standing(rules.steps, [], since=ask.at)
    for index, each in enumerate(standings):
        yield _asked(ask, each, before=standings[index - 1] if index else None, end=lapse_at)
    yield Line(
        name="approved", at=None, tone="ok", rule=ask.rule(_("Approval steps")),
        text=_("When the last step has agreed, access to %(targets)s starts and ends by itself"
               " after %(minutes)s minutes.")
        % {"targets": _targets(ask), "minutes": ask.minutes},
    )  # fmt: skip
    yield Line(
        name="lapses", at=lapse_at, tone="wait",
        rule=ask.says("answer_within", minutes_words(rules.answer_within)),
        text=_("If it is not decided by then, the request lapses and nothing opens."),
    )  # fmt: skip
    yield _review(ask, ends_at=None)


def _asked(ask: _Ask, each: Standing, *, before: Standing | None, end: datetime) -> Line:
    """Say when one step's group is asked, and how many of whom must agree."""
    step = each.step
    at = each.asked_at if each.asked_at and each.asked_at < end else None
    facts = {
        "group": step.group,
        "number": step.position,
        "quorum": _quorum(ask, each),
        "before": before.step.group if before else "",
        "minutes": before.step.escalate_after if before else "",
        "first": before.step.position if before else "",
    }
    rule = _("Step %(number)s")
    if before is None:
        text = _("%(group)s is asked: %(quorum)s.")
    elif at is None and step.stands_in:
        text = _("%(group)s would answer for %(before)s, but is never asked.")
    elif step.stands_in:
        text = _("If %(before)s is silent, %(group)s is asked and answers for it: %(quorum)s.")
        rule = _("Step %(number)s, %(minutes)s minutes after step %(first)s")
    elif at is None:
        text = _("%(group)s is asked when %(before)s has agreed: %(quorum)s.")
    else:
        text = _("%(group)s is asked when %(before)s has agreed, and without an answer at this"
                 " time: %(quorum)s.")  # fmt: skip
        rule = _("Step %(number)s, %(minutes)s minutes after step %(first)s")
    return Line(name="asked", at=at, text=text % facts, rule=ask.rule(rule % facts), tone="wait")


def _quorum(ask: _Ask, each: Standing) -> str:
    people = policy.deciders(each.step, ask.scenario, ask.person, ask.at)
    others = policy.standing_in_for(people, ask.at, but={ask.person.pk})
    named = [*map(str, people), *(standing_in(each.substitute, each.person) for each in others)]
    names = ", ".join(named) or _("nobody at the moment")
    return _("%(number)s of %(names)s must agree") % {"number": each.step.quorum, "names": names}


def _break_glass(ask: _Ask) -> Iterator[Line]:
    rules = ask.rules
    ends_at = ask.at + timedelta(minutes=ask.minutes)
    ratify_by = ask.at + timedelta(minutes=rules.ratify_within)
    yield Line(
        name="starts", at=ask.at, tone="live", rule=ask.says("break_glass", _("yes")),
        text=_("Access to %(targets)s starts at once.") % {"targets": _targets(ask)},
    )  # fmt: skip
    yield from _told(ask)
    ends = Line(
        name="ends",
        at=ends_at,
        text=_("The access ends by itself."),
        rule=_("Asked for: %(time)s") % {"time": minutes_words(ask.minutes)},
    )
    ratify = Line(
        name="ratify", at=ratify_by, tone="wait",
        rule=ask.says("ratify_within", minutes_words(rules.ratify_within)),
        text=_("Every step must have ratified. A refusal or silence closes what is still open and"
               " opens a finding."),
    )  # fmt: skip
    yield from sorted([ends, ratify], key=lambda line: line.at or ask.at)
    yield _review(ask, ends_at=ends_at)


def _told(ask: _Ask) -> Iterator[Line]:
    """Who hears of it at once: everybody who would have been asked, and the alert groups."""
    standings = steps.standing(ask.rules.steps, [], since=ask.at, all_at_once=True)
    for each in standings:
        yield Line(
            name="told", at=ask.at,
            rule=ask.rule(_("Step %(number)s, asked at once") % {"number": each.step.position}),
            text=_("%(group)s is told and asked to ratify: %(quorum)s.")
            % {"group": each.step.group, "quorum": _quorum(ask, each)},
        )  # fmt: skip
    groups = Group.objects.filter(pk__in=ask.rules.alert_groups).order_by("name")
    if names := list(groups.values_list("name", flat=True)):
        text = ngettext(
            "%(groups)s is alerted on every channel.",
            "%(groups)s are alerted on every channel.",
            len(names),
        ) % {"groups": ", ".join(names)}
        yield Line(
            name="told", at=ask.at, text=text, rule=ask.says("alert_groups", ", ".join(names))
        )
    if why := policy.why_nobody_can_decide(
        ask.rules, ask.scenario, requester=ask.person, at=ask.at
    ):
        yield Line(
            name="told", at=ask.at, text=why, rule=ask.rule(_("Approval steps")), tone="danger"
        )


def _review(ask: _Ask, *, ends_at: datetime | None) -> Line:
    within = ask.rules.review_within
    due = ends_at + timedelta(minutes=within) if ends_at else None
    text = (
        _("Two people who neither asked nor decided must have reviewed it %(length)s after the"
          " end.")
        if ask.rules.strict_review
        else _("Somebody who neither asked nor decided must have reviewed it %(length)s after the"
               " end.")
    )  # fmt: skip
    length = minutes_words(within)
    rule = ask.says("review_within_hours", length)
    return Line(name="review", at=due, rule=rule, text=text % {"length": length})


def _targets(ask: _Ask) -> str:
    return ", ".join(sorted(target.name for target in ask.scenario.targets.all()))

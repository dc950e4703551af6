"""What this room shows on shared pages: lines of the rail, what waits, a lamp, panels of a case."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Part, User
from breakglass.models import Permit, Request, scenarios_of
from core import slots
from core.once import once
from core.words import duration_words, relative_words
from reviews import actions, policy, seconds
from reviews.models import Finding, JudgedAction, Review

_SHOWN = 5
_COUNTED = 99


@slots.nav.provide(order=40)
def nav(request: HttpRequest) -> list[slots.NavItem]:
    """Lead reviewers to reviews, and those who oversee the house to its figures."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User):
        return []
    parts = user.parts()
    oversees = Part.COMPLIANCE in parts or Part.AUDITOR in parts
    if not oversees and not scenarios_of(user, Permit.REVIEW, at=now):
        return []
    items = [
        slots.NavItem(group="Review", label=_("Reviews"), url_name="reviews", icon="review",
                      key="r", count=_number(request, now), phone=True),
        slots.NavItem(group="Review", label=_("Findings"), url_name="findings", icon="flag"),
        slots.NavItem(group="Review", label=_("Obligations"), url_name="obligations", icon="check"),
    ]  # fmt: skip
    if oversees:
        items.append(
            slots.NavItem(group="Review", label=_("Dashboard"), url_name="dashboard", icon="dash")
        )
    return items


@slots.waiting.provide(order=30)
def waiting(request: HttpRequest) -> list[slots.Waiting]:
    """Show the reviews that wait for this person, the most urgent first."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User):
        return []
    mine = Review.objects.waiting_for(user, now)
    shown = [_review(each, now) for each in mine.told().soonest(_SHOWN).urgent_first()[:_SHOWN]]
    more = _number(request, now) - _SHOWN if len(shown) == _SHOWN else 0
    title = ngettext("%(number)s more review", "%(number)s more reviews", more)
    rest = slots.rest(more, title % {"number": more}, icon="review", url=reverse("reviews"))
    return shown + rest


@slots.found.provide(order=15)
def found(request: HttpRequest, text: str) -> list[slots.Found]:
    """Find a review by the number of its case: "review 24", "#24", "24"."""
    user = request.user
    names = "|".join({"review", "case", re.escape(_("review")), re.escape(_("case"))})
    said = re.fullmatch(rf"(?:(?:{names})\s+)*#?(\d{{1,18}})", text.strip(), re.IGNORECASE)
    if not isinstance(user, User) or not said:
        return []
    rows = Review.objects.visible_to(user, timezone.now()).filter(grant__request__case=said[1])
    return [
        slots.Found(
            group=_("Reviews"),
            icon="review",
            title=_("Review of Case %(number)s") % {"number": review.grant.request.case},
            detail=f"{review.grant.holder} · {review.state_words}",
            at=review.owed_at,
            url=review.get_absolute_url(),
        )
        for review in rows.told()
    ]


@once
def _number(request: HttpRequest, at: datetime) -> int:
    """Return how many reviews wait for the reader.

    The rail says it on every page, so it is never counted further than its badge has room for.
    """
    user = request.user
    return Review.objects.waiting_for(user, at)[:_COUNTED].count() if isinstance(user, User) else 0


def _review(review: Review, now: datetime) -> slots.Waiting:
    late = review.is_overdue(now)
    title = (
        _("Overdue: review of %(person)s's access")
        if late
        else _("Reopened: review of %(person)s's access")
        if review.is_open_again
        else _("Review of %(person)s's access")
    )
    # How late is one piece with its words, which other languages put in another order.
    detail = (
        _("%(scenario)s, Case %(case)s. Late by %(length)s.")
        if late
        else _("%(scenario)s, Case %(case)s. Due %(when)s.")
    )
    facts = {
        "scenario": review.grant.scenario,
        "case": review.grant.request.case,
        "when": relative_words(review.due_at - now),
        "length": duration_words(now - review.due_at),
    }
    return slots.Waiting(
        icon="review",
        tone="danger" if late else "wait",
        title=title % {"person": review.grant.holder},
        detail=detail % facts,
        url=review.get_absolute_url(),
        action=_("Confirm") if review.waits_for_second else _("Review"),
    )


@slots.health.provide(order=60)
def health(_request: HttpRequest | None = None) -> list[slots.Health]:
    """Say whether reviews happen in time."""
    late = Review.objects.overdue(timezone.now()).count()
    if alone := Review.objects.untaken().filter(nobody_since__isnull=False).count():
        said = ngettext(
            "Nobody independent is there for %(number)s review",
            "Nobody independent is there for %(number)s reviews",
            alone,
        )
        return [
            slots.Health(
                key="reviews",
                label=_("Nobody can review"),
                detail=said % {"number": alone},
                tone="danger",
                url=f"{reverse('reviews')}?tab=due",
            )
        ]
    return [
        slots.Health(
            key="reviews",
            label=_("Reviews overdue") if late else _("Reviews in time"),
            detail=ngettext("%(number)s should be done", "%(number)s should be done", late)
            % {"number": late}
            if late
            else _("None is overdue"),
            tone="wait" if late else "ok",
            url=f"{reverse('reviews')}?tab=overdue",
        )
    ]


@slots.case_actions.provide()
def case_actions(request: HttpRequest, asked: Request) -> list[slots.CaseAction]:
    """Lead a reviewer from the case to its review, while there is something left to do."""
    user = request.user
    if not isinstance(user, User):
        return []
    now = timezone.now()
    rows = Review.objects.open_to(user, now).filter(grant__request=asked)
    return [
        slots.CaseAction(
            part=_("as reviewer"),
            label=_("Confirm the verdict")
            if review.waits_for_second
            else _("Go on with the review")
            if review.state == Review.State.IN_REVIEW
            else _("Review what was done"),
            url=review.get_absolute_url(),
            icon="review",
        )
        for review in rows
    ] or _to_resolve(asked, user, now)


def _to_resolve(asked: Request, user: User, now: datetime) -> list[slots.CaseAction]:
    """Lead to the findings that are still open once nothing else is left to do in the review."""
    found = list(Finding.objects.open().filter(case=asked).told())
    if not found or policy.why_not_resolve(found[0], by=user, at=now):
        return []
    label = ngettext("Resolve the finding", "Resolve %(number)s findings", len(found))
    url = found[0].get_absolute_url() if len(found) == 1 else "#findings"
    label = label % {"number": len(found)}
    return [slots.CaseAction(part=_("as reviewer"), label=label, url=url, icon="flag")]


@slots.verdicts.provide()
def verdicts(_request: HttpRequest, cases: Iterable[Request]) -> list[slots.Verdict]:
    """Say what reviewers thought of these cases. Whoever decides on the next one may know."""
    rows = Review.objects.filter(grant__request__in=cases).select_related("grant")
    closed = rows.filter(state=Review.State.CLOSED)
    reopened = rows.owed().filter(reopened_at__isnull=False).prefetch_related("earlier")
    return [*map(_stands, closed), *map(_stood, reopened)]


def _stands(review: Review) -> slots.Verdict:
    return slots.Verdict(
        case=review.case_ref,
        value=review.verdict,
        label=review.get_verdict_display(),
        misuse=review.verdict == Review.Verdict.MISUSE,
    )


def _stood(review: Review) -> slots.Verdict:
    """Say what stood until the review was reopened: looking again takes no misuse away."""
    last = review.earlier.all()[0]
    return slots.Verdict(
        case=review.case_ref,
        value=last.verdict,
        label=_("%(verdict)s, looked at anew") % {"verdict": last.get_verdict_display()},
        misuse=last.verdict == Review.Verdict.MISUSE,
    )


@slots.case_facts.provide()
def so_far(_request: HttpRequest, asked: Request) -> list[slots.Fact]:
    """Say how much was done behind the doors of a case, and how much of it outside the plan."""
    if not hasattr(asked, "grant"):
        return []
    done = actions.tally(asked.case_ref)
    url = f"{asked.get_absolute_url()}?show=action#timeline" if done.count else ""
    name = _("So far") if asked.grant.is_live(timezone.now()) else _("Done")
    return [slots.Fact(name=name, text=_how_much(done), url=url)]


def _how_much(done: actions.Tally) -> str:
    """Say how much was done, and how much of it nothing that was said explains."""
    announced, unexplained = done.announced, done.outside_count - done.announced
    if not done.count:
        return _("Nothing is on the record yet.")
    if not done.outside_count:
        text = ngettext(
            "%(count)s action, explained.", "%(count)s actions, all explained.", done.count
        )
        return text % {"count": done.count}
    said = [ngettext("%(count)s action", "%(count)s actions", done.count) % {"count": done.count}]
    if unexplained:
        said.append(_("%(count)s not explained") % {"count": unexplained})
    if announced:
        text = _("%(count)s announced, but outside of the scenario")
        said.append(text % {"count": announced})
    return f"{', '.join(said)}."


@slots.case_flags.provide()
def flags(request: HttpRequest, asked: Request) -> list[slots.Flags]:
    """Mark what nothing explains, for those who may read the review."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User):
        return []
    rows = JudgedAction.objects.of_case(asked.case_ref).filter(standing__in=JudgedAction.ODD)
    rows = rows.order_by()
    count = rows.count()
    review = Review.objects.filter(grant__request=asked)
    if not count or not review.visible_to(user, now).exists():
        return []

    def look(seqs: Collection[int]) -> dict[int, tuple[str, str]]:
        found = rows.filter(entry_seq__in=seqs)
        return {each.pk: (each.standing, each.get_standing_display()) for each in found}

    entries = rows.values_list("entry_seq", flat=True)
    return [slots.Flags(count=count, entries=entries, look=look)]


@slots.case_panels.provide(order=40)
def panels(request: HttpRequest, asked: Request) -> list[slots.Panel]:
    """Show the state of the review to everybody on the case; what it found to those who review."""
    user, now = request.user, timezone.now()
    review = Review.objects.filter(grant__request=asked).told().first()
    if review is None or not isinstance(user, User):
        return []
    readable = Review.objects.visible_to(user, now).filter(pk=review.pk).exists()
    who = seconds.of([review], reader=user, at=now) if readable else {}
    context = {"review": review, "readable": readable, "overdue": review.is_overdue(now),
               "second": who.get(asked.case_ref, _("somebody else")),
               "earlier": review.earlier.select_related(
                   "reviewer", "second_reviewer", "reopened_by")}  # fmt: skip
    found = [slots.Panel(template="reviews/_panel.html", context=context, place="side")]
    if readable and (findings := list(review.findings())):
        why_not = policy.why_not_review(review, by=user, at=now)
        doubts = policy.doubts(asked, findings)
        context = {"findings": findings, "why_not": why_not, "doubts": doubts}
        found.append(slots.Panel(template="reviews/_findings_panel.html", context=context))
    return found

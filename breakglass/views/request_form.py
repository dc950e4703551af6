"""The form of a new request as one person sees it: what is chosen, and what would follow."""

import dataclasses
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from accounts.models import Part, User
from accounts.requests import PageRequest
from breakglass import cards, coach, debt, policy, preflight
from breakglass.cards import Card
from breakglass.copies import copied_from
from breakglass.forms import AskForm, verbs
from breakglass.models import Grant, GroupPermit, Permit, Request, Scenario
from breakglass.outlook import people_words
from breakglass.rules import Rules
from core import slots
from core.speech import shown
from targets.models import Target

_FEW_CARDS = 6  # more are searched
_MOST_CARDS = 12
_FEW_TARGETS = 12
_MOST_TARGETS = 20
_WISHES = tuple(Request.Urgency.values)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Offered:
    """The targets to choose from: the chosen ones first, then those that are looked for."""

    shown: list[tuple[Target, bool]]
    total: int
    found: int
    find: str

    @property
    def many(self) -> bool:
        """Whether there are too many to show at once."""
        return self.total > _FEW_TARGETS


def rules_of(scenario: Scenario) -> Rules:
    """Return the rules that a request would pin now."""
    version = scenario.current
    if version is None:
        raise Http404  # archived between two clicks
    return version.rules


def ask_form(scenario: Scenario, data: QueryDict | None = None, *, wish: str = "") -> AskForm:
    """Return the form of a scenario, bound to `data` where it was sent; `wish` is the urgency that
    is meant where it was not.
    """
    people = policy.eligible(scenario, timezone.now())
    rules, meant = rules_of(scenario), data.get("urgency", "") if data else wish
    urgent = rules.break_glass and meant == Request.Urgency.BREAK_GLASS
    return AskForm(data, rules=rules, people=people, urgent=urgent)


def say_all(form: AskForm, scenario: Scenario, *, by: User, at: datetime) -> None:
    """Add what the rules say of the fields that could be read, so that everything is said at once.

    A form that reads well is left to the verb, which puts its refusal on the record.
    """
    typed, urgency = form.cleaned_data, form.urgency()
    wrong = policy.why_bad_terms(
        form.rules, targets=typed.get("targets", ()), minutes=typed.get("minutes", 0)
    ) | policy.why_bad_words(
        form.rules,
        justification=typed.get("justification", ""),
        reference=typed.get("reference", ""),
        intent=typed.get("intent", "") or "".join(typed.get("plan", ())),
        urgency=urgency,
    )
    if why := policy.why_bad_start(typed.get("starts_at"), urgency=urgency, at=at):
        wrong["starts_at"] = why
    debts = debt.owed(scenario, person=typed.get("person") or by, at=at)
    if why := policy.why_waiver_needed(debts, waiver=typed.get("waiver", "")):
        wrong["waiver"] = why
    for name, sentence in wrong.items():
        if name not in form.errors:
            form.add_error(name, shown(sentence))


def typed_form(scenario: Scenario, data: QueryDict) -> AskForm:
    """Return an unbound form that shows what was typed, and complains of nothing yet."""
    form = ask_form(scenario, wish=_wish(data))
    for name, field in form.fields.items():
        value = field.widget.value_from_datadict(data, MultiValueDict(), name)
        if name in data and _offered(form, name, value):
            field.initial = value
    return form


def _offered(form: AskForm, name: str, value: Any) -> bool:
    """Whether a value may stand: a length or a target of another scenario may not."""
    widget = form.fields[name].widget
    if name == "targets":
        known = {target.slug for target in form.offered}
    elif isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        known = {str(key) for key, _ in widget.choices}
    else:
        return True
    return {str(each) for each in (value if isinstance(value, list) else [value])} <= known


def as_before(case: str, *, person: User) -> tuple[Request, QueryDict]:
    """Return an own case, and a form filled in as then, but for the reason and the incident."""
    own = Request.objects.cases().concerning(person).told()
    asked = get_object_or_404(own, case=int(case) if re.fullmatch("[0-9]{1,15}", case) else 0)
    labels = {label: verb for verb, label in verbs(asked.rules)}
    first, _, rest = asked.intent.partition(". ")
    plan = [labels[label] for label in first.split(", ") if label in labels]
    data = QueryDict(mutable=True)
    data["scenario"], data["minutes"] = asked.scenario.slug, str(asked.minutes)
    data["intent"] = rest if plan else asked.intent
    data["wish"] = asked.urgency
    data.setlist("targets", [target.slug for target in asked.targets.all()])
    data.setlist("plan", plan)
    if asked.read_only:
        data["read_only"] = "on"
    if asked.requester != person:
        data["person"] = asked.requester.email
    return asked, data


def gather(
    request: PageRequest, data: QueryDict, *, form: AskForm | None = None, **more: Any
) -> dict[str, Any]:
    """Return what the page shows; `form` is the one that was sent and refused, if there is one."""
    now, person = timezone.now(), request.user
    mine = _fitting(cards.open_to(person, now), wish=_wish(data))
    scenario = _chosen(mine, data, guess=request.method == "GET")
    context: dict[str, Any] = {
        "scenario": scenario,
        "closed_to_me": Scenario.objects.in_use().count() - len(mine),
        "helpers": [] if mine else groups_that_may(Permit.REQUEST, now),
        "wish": _wish(data),
        "once": data.get("once") or str(uuid.uuid4()),
        "draft_of": person.pk,
        **_choice(mine, scenario, request.GET.get("q", ""), everything=_everything(request)),
        **more,
    }
    if scenario is None:
        closed = scenario_called(data.get("scenario", ""))
        why = policy.why_not_request(closed, by=person, at=now) if closed else None
        return context | {"why_closed": why}
    form = form or typed_form(scenario, data)
    return context | {"form": form} | _outlook(request, scenario, form, data)


def groups_that_may(permit: Permit, at: datetime) -> list[str]:
    """Return the groups that hold a permit in a scenario in use: whom to call."""
    permits = GroupPermit.objects.of(permit).standing(at)
    rows = permits.filter(content_object__in=Scenario.objects.in_use())
    return sorted(set(rows.values_list("group__name", flat=True)))


def _fitting(mine: list[Card], *, wish: str) -> list[Card]:
    """Order the cards: exercises last, and first those where the wish can come true."""
    at_once = wish == Request.Urgency.BREAK_GLASS
    return sorted(mine, key=lambda card: (card.rules.drill, at_once and not card.rules.break_glass))


def _chosen(mine: list[Card], data: QueryDict, *, guess: bool) -> Scenario | None:
    """Return the scenario that is chosen, or the only one.

    Also one that is closed to the person, or was closed while they typed: the verb says why and
    records the attempt, and the words stay in the form.
    """
    slug = data.get("scenario", "")
    if guess and not slug and len(mine) == 1:
        return mine[0].scenario
    open_to_me = next((card.scenario for card in mine if card.scenario.slug == slug), None)
    return open_to_me or (None if guess else scenario_called(slug))


def scenario_called(slug: str) -> Scenario | None:
    """Return a scenario by its slug, which may be anything that a browser sends."""
    if not re.fullmatch(r"[-\w]{1,60}", slug):
        return None
    return Scenario.objects.filter(slug=slug, versions__isnull=False).first()


def _wish(data: QueryDict) -> str:
    """Return which way is meant; nobody breaks the glass for somebody else."""
    if data.get("person", "").strip():
        return Request.Urgency.NORMAL.value
    said = (data.get(name) for name in ("redraw", "wish", "urgency"))
    return next((wish for wish in said if wish in _WISHES), Request.Urgency.BREAK_GLASS.value)


def _everything(request: PageRequest) -> bool:
    """Whether all the emergencies are wanted, also beside the chosen one."""
    return "all" in request.GET or request.POST.get("redraw") == "cards"


def _choice(
    mine: list[Card], scenario: Scenario | None, q: str, *, everything: bool
) -> dict[str, Any]:
    """Return the cards to show: the chosen one first, and no more than one can look through."""
    many = len(mine) > _FEW_CARDS
    words = q.casefold().split() if many else []
    found = [card for card in mine if card.matches(words)]
    chosen = [card for card in mine if card.scenario == scenario]
    if chosen and not words and not everything:
        shown = chosen
    else:
        others = [card for card in found if card not in chosen]
        shown = [*chosen, *others] if words else found
        shown = shown if everything else shown[:_MOST_CARDS]
    return {"cards": shown, "many": many, "found": len(found), "total": len(mine), "q": q}


def _outlook(
    request: PageRequest, scenario: Scenario, form: AskForm, data: QueryDict
) -> dict[str, Any]:
    """What the coach says and what would happen, for the choices made so far."""
    now, rules, me = timezone.now(), form.rules, request.user
    offer = _offer(form, data.get("find", ""))
    length = str(form["minutes"].value())
    minutes = int(length) if re.fullmatch("[0-9]{1,5}", length) else rules.default_minutes
    person = _for_whom(form) or me
    seen = preflight.look(scenario, person=person, at=now, filed_by=me)
    may_file = policy.why_not_file(scenario, by=me, at=now) is None
    starts_at = _start(form, data, at=now)
    only_others = may_file and not form.people.filter(pk=me.pk).exists()
    if seen and only_others and person == me:
        seen = dataclasses.replace(seen, why_not=None)  # they have not said for whom yet
    return {
        "rules": rules,
        "offer": offer,
        "names": [target.name for target, picked in offer.shown if picked],
        "minutes": minutes,
        "reviewed": rules.review_within,
        "ends_at": now + timedelta(minutes=min(minutes, rules.max_minutes)),
        "ratify_by": now + timedelta(minutes=rules.ratify_within),
        "starts_at": starts_at,
        "debts": debt.owed(scenario, person=person, at=now),
        "then": people_words(seen.then) if seen else "",
        "preflight": seen,
        "channels": slots.channels.gather(request),
        "in_the_way": _in_the_way(scenario, person, now) if seen else [],
        "responders": list(
            User.objects.playing(Part.RESPONDER).exclude(pk=me.pk).order_by("name")[:4]
        )
        if seen and seen.why_not
        else [],
        "for_whom": person if person != me else None,
        "may_file": may_file,
        "only_others": only_others,
        "people": list(form.people.exclude(pk=me.pk)[:200]),
        "coaching": coached(form, by=me, scenario=scenario),
    }


def _start(form: AskForm, data: QueryDict, *, at: datetime) -> datetime | None:
    """Return the later start that is chosen, as far as it can be read; its field gets its end."""
    field = form.fields["starts_at"]
    latest = timezone.localtime(at + policy.FURTHEST_START)
    field.widget.attrs["max"] = f"{latest:%Y-%m-%dT%H:%M}"
    if _wish(data) == Request.Urgency.BREAK_GLASS and form.rules.break_glass:
        return None
    try:
        found: datetime | None = field.clean(form["starts_at"].value())
    except forms.ValidationError:
        return None
    return found if found and found > at else None


def coached(form: AskForm, *, by: User, scenario: Scenario) -> coach.Coaching:
    """Return what the coach says of the words as they stand."""
    reason, reference = (str(form[name].value() or "") for name in ("justification", "reference"))
    picked = form["targets"].value() or []
    said = coach.Said(
        justification=reason,
        intent=form.planned(form["plan"].value() or [], form["intent"].value() or ""),
        reference=reference,
        targets=[target.name for target in form.offered if target.slug in picked],
        read_only="read_only" in form.fields and bool(form["read_only"].value()),
        copied=copied_from(
            reason, person=_for_whom(form) or by, scenario=scenario, reference=reference
        ),
    )
    return coach.read(said, rules=form.rules)


def _offer(form: AskForm, find: str) -> Offered:
    picked = set(form["targets"].value() or [])
    every = form.offered
    words = find.casefold().split()
    found = [each for each in every if all(word in each.name.casefold() for word in words)]
    chosen = [each for each in every if each.slug in picked]
    others = [each for each in found if each.slug not in picked]
    shown = [*chosen, *others[:_MOST_TARGETS]] if len(every) > _FEW_TARGETS else every
    return Offered(
        shown=[(each, each.slug in picked) for each in shown],
        total=len(every),
        found=len(found),
        find=find,
    )


def _for_whom(form: AskForm) -> User | None:
    """Whom the access is for, as far as it can be told from what is typed."""
    typed = str(form["person"].value() or "").strip()
    return form.people.filter(email__iexact=typed).first() if typed else None


def _in_the_way(scenario: Scenario, person: User, at: datetime) -> list[Request]:
    """The person's own cases that keep them from asking once more: what is open or waits."""
    held = Grant.objects.standing().filter(holder=person, scenario=scenario, ends_at__gt=at)
    waiting = scenario.requests.open().cases().filter(requester=person, lapse_at__gt=at)
    return list(Request.objects.filter(Q(grant__in=held) | Q(pk__in=waiting)).order_by("-case")[:3])

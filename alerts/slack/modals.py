"""Views of Slack for answers that need words: the page's own forms, with Slack's inputs.

Which fields there are, what one may choose and what is refused is the form's. An input is named
like its field. https://docs.slack.dev/reference/views
"""

import json
from datetime import datetime
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import User
from alerts.slack import blocks, cards
from alerts.slack.blocks import Block
from alerts.slack.heard import Act, Submission, View
from alerts.taming import tame
from breakglass import outlook, policy
from breakglass.answer_forms import FORMS, AnswerForm
from breakglass.models import Request

_TITLE = 24  # characters, for buttons as well
_BOXES = 10  # that Slack shows at once; more are a list to choose from
_FINAL = _lazy("Tap a reason, write one, or both. It cannot be taken back.")
_LOOKS: dict[str, tuple[Promise, Promise, str, Promise]] = {
    cards.DENY: (_lazy("Deny"), _lazy("Deny it"), "no", _FINAL),
    cards.REFUSE: (_lazy("Refuse"), _lazy("Refuse"), "no", _FINAL),
    cards.LESS: (
        _lazy("Offer less"), _lazy("Offer this"), "less", _lazy("An offer cannot be taken back."),
    ),
}  # fmt: skip


def of_answer(asked: Request, act: Act, *, by: User, at: datetime) -> View:
    """Draw the form of an answer, for whoever pressed its button."""
    title, submit, about, final = _LOOKS[act.verb]
    form = FORMS[act.verb](asked=asked)
    place = {"asked": asked.pk.hex, "room": act.room, "ts": act.ts}
    return {
        **_empty(str(title)),
        "callback_id": act.verb,
        "private_metadata": json.dumps(place),
        "submit": blocks.plain(str(submit), _TITLE),
        "blocks": [
            blocks.words(tame(cards.in_short(asked))),
            blocks.small(tame(getattr(outlook.of(asked, by=by, at=at), about))),
            *_in_whose_place(asked, by=by, at=at),
            *(_input(field) for field in form.visible_fields()),
            blocks.small(str(final)),
            *blocks.row([blocks.link(_("Open the page"), cards.page_of(asked, by, at=at))]),
        ],
    }


def _in_whose_place(asked: Request, *, by: User, at: datetime) -> list[Block]:
    seat = policy.seat_for(asked, by=by, at=at)
    if seat is None or seat.instead_of is None:
        return []
    words = _("You answer in the place of %(person)s. The record names you both.")
    return [blocks.words(tame(words % {"person": seat.instead_of}))]


def of_words(sentence: str) -> View:
    """Draw a view that only says something: nothing can be sent from it."""
    return {**_empty("Breakglass"), "blocks": [blocks.words(tame(sentence))]}


def filled(given: Submission, asked: Request) -> AnswerForm:
    """Return the form of the page, filled in with what was sent."""
    data = MultiValueDict({**given.given, "decision": [given.verb]})
    return FORMS[given.verb](data, asked=asked)


def wrong(form: AnswerForm) -> dict[str, Any]:
    """Return what Slack is answered where a form is not right: each sentence beside its input."""
    inputs = {field.name for field in form.visible_fields()}
    said = {name: " ".join(map(str, errors)) for name, errors in form.errors.items()}
    if said.keys() <= inputs:
        return {"response_action": "errors", "errors": said}
    return instead(" ".join(said.values()))


def instead(sentence: str) -> dict[str, Any]:
    """Return what Slack is answered where there is nothing to mend in a view."""
    return {"response_action": "update", "view": of_words(sentence)}


def _empty(title: str) -> View:
    return {
        "type": "modal",
        "title": blocks.plain(title, _TITLE),
        "close": blocks.plain(_("Close"), _TITLE),
    }


def _input(field: forms.BoundField) -> Block:
    return {
        "type": "input",
        "block_id": field.name,
        "label": blocks.plain(str(field.label)),
        "optional": True,  # what is needed is said by the rules, once it is sent
        "element": {"action_id": field.name, **_element(field)},
    }


def _element(field: forms.BoundField) -> Block:
    widget, value = field.field.widget, field.value()
    if isinstance(widget, forms.CheckboxInput):
        return _options("checkboxes", [("on", field.label)], ["on"] if value else [])
    if isinstance(widget, forms.CheckboxSelectMultiple):
        choices = list(widget.choices)
        kind = "checkboxes" if len(choices) <= _BOXES else "multi_static_select"
        return _options(kind, choices, value or [])
    if isinstance(widget, forms.RadioSelect):
        return _options("static_select", list(widget.choices), [value])
    most = widget.attrs.get("maxlength", 2000)
    return {"type": "plain_text_input", "multiline": True, "max_length": int(most)}


def _options(kind: str, choices: list[Any], chosen: Any) -> Block:
    options = [
        {"text": blocks.plain(tame(str(label)), blocks.LABEL), "value": str(value)}
        for value, label in choices
    ]
    marked = [each for each in options if each["value"] in {str(value) for value in chosen}]
    if not marked:
        return {"type": kind, "options": options}  # Slack takes no empty list of what is chosen
    if kind == "static_select":
        return {"type": kind, "options": options, "initial_option": marked[0]}
    return {"type": kind, "options": options, "initial_options": marked}

"""What approvers and requesters answer with. Each button of Decide has a form of its own."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from breakglass.models import Decision, Request
from breakglass.transitions import Offer
from core.forms import Segmented, SegmentedMany
from core.templatetags.ui import listed
from core.words import minutes_words
from targets.models import Target

_LENGTHS = (5, 10, 15, 30, 60, 120, 240, 480)
_REASONS = {
    "deny": {
        "wait": _("It can wait for working hours."),
        "unclear": _("The reason does not say what is wrong."),
        "otherwise": _("There is a way without this access."),
        "somebody": _("Somebody else is on it already."),
    },
    "refuse": {
        "none": _("There was no emergency."),
        "unclear": _("The reason does not say what was wrong."),
        "wait": _("There was time to ask first."),
        "more": _("More was opened than was needed."),
    },
}


class AnswerForm(forms.Form):
    """What all answers have: the button that was pressed, and words."""

    kinds: tuple[Decision.Kind, ...] = (Decision.Kind.APPROVE, Decision.Kind.RATIFY)
    about = "yes"

    decision = forms.ChoiceField(widget=forms.HiddenInput)
    comment = forms.CharField(
        label=_("Comment"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, asked: Request, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{self.about}_%s", **kwargs})
        self.asked = asked
        self.fields["decision"].choices = [(kind, kind) for kind in self.kinds]  # type: ignore[attr-defined]

    @property
    def said(self) -> str:
        """What stands in the record as the comment."""
        comment: str = self.cleaned_data["comment"]
        return comment


class YesForm(AnswerForm):
    """Approve, or ratify."""


class NoForm(AnswerForm):
    """Deny, or refuse: a reason at a tap, in words of one's own, or both."""

    kinds = (Decision.Kind.DENY, Decision.Kind.REFUSE)
    about = "no"

    reasons = forms.MultipleChoiceField(
        label=_("Why"), required=False, widget=SegmentedMany(attrs={"class": "tight"})
    )
    field_order = ("decision", "reasons", "comment")

    def __init__(self, *args: Any, asked: Request, **kwargs: Any) -> None:
        super().__init__(*args, asked=asked, **kwargs)
        broke = asked.urgency == Request.Urgency.BREAK_GLASS
        offered = _REASONS["refuse" if broke else "deny"]
        self.fields["reasons"].choices = list(offered.items())  # type: ignore[attr-defined]
        self.fields["comment"].label = _("In your own words")

    @property
    def said(self) -> str:
        """Return the reasons that were tapped, and then the words."""
        labels = dict(self.fields["reasons"].choices)  # type: ignore[attr-defined]
        tapped = [str(labels[key]) for key in self.cleaned_data["reasons"]]
        return " ".join(filter(None, [*tapped, super().said]))


class LessForm(AnswerForm):
    """Offer less. It begins with what was asked for, so that nothing is offered by a slip."""

    kinds = (Decision.Kind.COUNTER,)
    about = "less"

    minutes = forms.IntegerField(label=_("At most"), required=False, widget=Segmented)
    targets = forms.ModelMultipleChoiceField(
        Target.objects.none(),
        label=_("Targets"),
        to_field_name="slug",
        required=False,
        widget=SegmentedMany,
    )
    read_only = forms.BooleanField(label=_("Read-only"), required=False)
    field_order = ("decision", "minutes", "targets", "read_only", "comment")

    def __init__(self, *args: Any, asked: Request, **kwargs: Any) -> None:
        super().__init__(*args, asked=asked, **kwargs)
        targets = list(asked.targets.all())
        self.fields["minutes"].widget.choices = [
            *((length, minutes_words(length)) for length in shorter(asked.minutes)),
            (
                asked.minutes,
                gettext("%(length)s, as asked") % {"length": minutes_words(asked.minutes)},
            ),
        ]
        self.fields["minutes"].initial = asked.minutes
        self.fields["targets"].queryset = asked.targets.all()  # type: ignore[attr-defined]
        self.fields["targets"].initial = [target.slug for target in targets]
        self.fields["read_only"].initial = asked.read_only
        self.can_look = not asked.read_only and any(each.read_only_role for each in targets)
        if not self.can_look:
            del self.fields["read_only"]
        if len(targets) == 1:
            self.fields["targets"].widget = forms.MultipleHiddenInput()

    def offer(self) -> Offer:
        """Return the smaller terms; what was left out stays as it was asked."""
        asked, data = self.asked, self.cleaned_data
        return Offer(
            minutes=data["minutes"] if data["minutes"] is not None else asked.minutes,
            targets=list(data["targets"]) or list(asked.targets.all()),
            read_only=data.get("read_only", False) or asked.read_only,
        )


def shorter(minutes: int) -> list[int]:
    """Return the round lengths below one; half of it where it is shorter than all of these."""
    half = [minutes // 2] if minutes > 1 else []
    return [length for length in _LENGTHS if length < minutes] or half


def terms_of(offer: Offer, *, asked: Request) -> str:
    """Say an offer in few words: its length, and what else is less than what was asked for."""
    terms = [minutes_words(offer.minutes)]
    if len(offer.targets) < asked.targets.count():
        terms.append(listed(target.name for target in offer.targets))
    if offer.read_only:
        terms.append(gettext("read-only"))
    return ", ".join(terms)


FORMS: dict[str, type[AnswerForm]] = {
    kind: form for form in (YesForm, LessForm, NoForm) for kind in form.kinds
}


class OfferForm(forms.Form):
    """The requester's answer to an offer of less."""

    answer = forms.ChoiceField(choices=[("accept", _("Take it")), ("decline", _("Leave it"))])

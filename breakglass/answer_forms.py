"""What approvers and requesters answer with. Each button of Decide has a form of its own."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from breakglass.models import Decision, Request
from breakglass.transitions import Offer
from core.forms import Segmented, SegmentedMany
from core.words import minutes_words
from targets.models import Target

_LENGTHS = (5, 15, 30, 60, 120, 240, 480, 1440)
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
    """Offer less: one tap for the usual ways, or terms of one's own."""

    kinds = (Decision.Kind.COUNTER,)
    about = "less"

    quick = forms.CharField(required=False, widget=forms.HiddenInput)
    minutes = forms.IntegerField(label=_("At most"), required=False, widget=Segmented)
    targets = forms.ModelMultipleChoiceField(
        Target.objects.none(), to_field_name="slug", required=False, widget=SegmentedMany
    )
    read_only = forms.BooleanField(label=_("Read-only"), required=False)
    field_order = ("decision", "quick", "minutes", "targets", "read_only", "comment")

    def __init__(self, *args: Any, asked: Request, **kwargs: Any) -> None:
        super().__init__(*args, asked=asked, **kwargs)
        targets = list(asked.targets.all())
        shorter = sorted({n for n in _LENGTHS if n < asked.minutes} | {half(asked), asked.minutes})
        self.fields["minutes"].widget.choices = [(n, minutes_words(n)) for n in shorter]
        self.fields["minutes"].initial = half(asked)
        self.fields["targets"].queryset = asked.targets.all()  # type: ignore[attr-defined]
        self.fields["targets"].initial = [target.slug for target in targets]
        self.fields["read_only"].initial = asked.read_only
        self.can_look = not asked.read_only and any(each.read_only_role for each in targets)
        if not self.can_look:
            del self.fields["read_only"]
        if len(targets) == 1:
            self.fields["targets"].widget = forms.MultipleHiddenInput()

    @property
    def quick_ways(self) -> list[tuple[str, str]]:
        """The usual ways to offer less of what is asked, each as a value and what it says."""
        time, ways = minutes_words(half(self.asked)), []
        if half(self.asked) < self.asked.minutes:
            ways.append(("half", time))
        if self.can_look:
            ways.append(("look", gettext("Read-only")))
        if len(ways) == 2:
            ways.append(("both", gettext("%(time)s, read-only") % {"time": time}))
        return ways

    def offer(self) -> Offer:
        """Return the smaller terms; what was left out stays as it was asked."""
        asked, data, quick = self.asked, self.cleaned_data, self.cleaned_data["quick"]
        everything = list(asked.targets.all())
        if quick:
            return Offer(
                minutes=half(asked) if quick in ("half", "both") else asked.minutes,
                targets=everything,
                read_only=asked.read_only or quick in ("look", "both"),
            )
        return Offer(
            minutes=data["minutes"] if data["minutes"] is not None else asked.minutes,
            targets=list(data["targets"]) or everything,
            read_only=data.get("read_only", False) or asked.read_only,
        )


def half(asked: Request) -> int:
    """Return half of the time asked for, in whole minutes; from ten minutes on by fives."""
    minutes = max(1, asked.minutes // 2)
    return minutes - minutes % 5 if minutes >= 10 else minutes


FORMS: dict[str, type[AnswerForm]] = {
    kind: form for form in (YesForm, LessForm, NoForm) for kind in form.kinds
}


class OfferForm(forms.Form):
    """The requester's answer to an offer of less."""

    answer = forms.ChoiceField(choices=[("accept", _("Take it")), ("decline", _("Leave it"))])

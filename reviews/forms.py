"""What reviewers fill in. Forms read and hold words; rules are asked by the transitions."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.naming import PersonField
from breakglass.models import Grant, Request
from core.forms import Cards, KeptForm, ReasonForm, Segmented, StopForm, hush
from core.speech import shown
from reviews import policy
from reviews.models import Finding, JudgedAction, Obligation, Review

_NOTES = {
    "justified": _("Nothing that was done needs an answer."),
    "drill": _("An exercise, and nothing in it needs an answer."),
    "justified_with_findings": _("Real, with something to answer for or to put right."),
    "misuse": _("Used for something else; two agree."),
    "inconclusive": _("The record does not tell."),
}
_LONGEST = 5000  # characters of what was found
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_WORDS = forms.Textarea(attrs={"rows": 4})


class VerdictForm(KeptForm):
    """The verdict, and what was found. What an open finding bars says so before one chooses it."""

    verdict = forms.ChoiceField(
        label=_("Was it justified?"),
        widget=Cards(notes=_NOTES),
        error_messages={"required": _("Choose a verdict.")},
    )
    comment = forms.CharField(
        label=_("What you found"),
        help_text=_("Needed for findings and misuse."),
        required=False,
        max_length=_LONGEST,
        widget=forms.Textarea(
            attrs={
                "rows": 3,
                "data-needed-by": "verdict",
                "data-needed-for": " ".join(Review.EXPLAINED),
            }
        ),
    )

    def __init__(self, *args: Any, review: Review, fits: bool = False, **kwargs: Any) -> None:
        """With `fits` all that was done is explained, so that a drill is proposed as one."""
        super().__init__(*args, **kwargs)
        hush(self.fields["comment"])  # its hint says when it is needed
        drill = review.grant.request.rules.drill
        clean, other = Review.CLEAN[::-1] if drill else Review.CLEAN
        choices = [each for each in Review.Verdict.choices if each[0] not in ("", other)]
        self.fields["verdict"].choices = choices  # type: ignore[attr-defined]
        cards = cast(Cards, self.fields["verdict"].widget)
        cards.notes = {**_NOTES, clean: _cleanly(review, clean), "misuse": _misused(review)}
        whys = {each: policy.why_not_verdict(review, verdict=each) for each, _label in choices}
        cards.barred = {each: shown(why) for each, why in whys.items() if why}
        if drill and fits and clean not in cards.barred:
            self.fields["verdict"].initial = clean
        if found := _found(review):
            self.fields["comment"].initial = found
            self.fields["comment"].help_text = _("As the findings say; change it as you like.")


def _cleanly(review: Review, verdict: Review.Verdict) -> str:
    """Say what a verdict means that leaves no finding, what it leaves to put right, and of how much
    nothing has been said that asks for a word.
    """
    left = Obligation.objects.open().filter(case=review.grant.request_id).count()
    silent = JudgedAction.objects.unspoken_of(review.grant.request).count()
    counted = [
        (
            ngettext(
                "%(n)s thing that follows from it is still to be done.",
                "%(n)s things that follow from it are still to be done.",
                left,
            ),
            left,
        ),
        (
            ngettext(
                "%(n)s action is out of scope, or grave and unexplained, and nothing has been said"
                " about it: no finding, no question.",
                "%(n)s actions are out of scope, or grave and unexplained, and nothing has been"
                " said about them: no finding, no question.",
                silent,
            ),
            silent,
        ),
    ]
    return " ".join([str(_NOTES[verdict]), *(text % {"n": n} for text, n in counted if n)])


def _misused(review: Review) -> str:
    """Say what misuse means, and that without a finding nobody has to answer for it."""
    if review.findings().open().exists():
        return str(_NOTES["misuse"])
    return f"{_NOTES['misuse']} {gettext('Open a finding first, or nobody has to act.')}"


def _found(review: Review) -> str:
    """What reviewers wrote of what is open, which the verdict need not say anew."""
    found = review.findings().open().filter(kind__in=Finding.BY_HAND).order_by("opened_at")
    return "\n\n".join(found.values_list("text", flat=True))[:_LONGEST]


class TurnForm(ReasonForm):
    """Who reviews it instead, and why."""

    person = PersonField(
        label=_("Who reviews it"),
        help_text=_("The name or mail address of a reviewer who had no part in the case."),
    )
    field_order = ("person", "reason")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="turn_%s")


class ReopenForm(StopForm):
    """What has come up, so that the case is judged again."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="reopen_%s")
        self.fields["reason"].help_text = _(
            "The requester, those who gave the verdict, and compliance are told, with these words."
        )


def _rather_another(case: Request | None) -> list[str]:
    """Say who had better not answer for a finding of a case, if anybody."""
    why = policy.why_rather_another(policy.said_yes(case)) if case else None
    return [shown(why)] if why else []


class OwnerForm(forms.Form):
    """Who answers for a finding, until the end of which day of the installation."""

    owner = PersonField(
        label=_("Who answers for it"),
        help_text=_("Their name or mail address. They are told at once."),
        offers="people",
    )
    due = forms.DateField(label=_("Until the end of"), widget=_DAY)

    def __init__(self, data: Any = None, *, case: Request | None) -> None:
        super().__init__(data, auto_id="owner_%s")
        hint = self.fields["owner"].help_text
        self.fields["owner"].help_text = " ".join([str(hint), *_rather_another(case)])


class FindingForm(KeptForm):
    """Something that has to be answered for."""

    kind = forms.TypedChoiceField(
        label=_("What it is"),
        coerce=Finding.Kind,
        choices=[(kind.value, kind.label) for kind in Finding.BY_HAND],
        initial=Finding.Kind.OUTSIDE_PLAN.value,
        widget=Segmented,
    )
    severity = forms.TypedChoiceField(
        label=_("Severity"),
        coerce=Finding.Severity,
        choices=Finding.Severity.choices,
        initial=Finding.Severity.MEDIUM.value,
        widget=Segmented,
    )
    text = forms.CharField(
        label=_("What you found"),
        max_length=5000,
        widget=_WORDS,
        error_messages={"required": _("Say what you found.")},
    )
    owner = PersonField(label=_("Who answers for it"), required=False, offers="people")
    due = forms.DateField(
        label=_("Until the end of"),
        help_text=_("Left empty, whoever you name has a week."),
        widget=_DAY,
        required=False,
    )
    action = forms.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def __init__(
        self, data: Any = None, *, grant: Grant, about: bool = False, **kwargs: Any
    ) -> None:
        """With `about` it stands beside an action, under names of its own.

        Nobody is proposed: who is suspected should not be told first, and its holder may be.
        """
        super().__init__(data, auto_id="about_%s" if about else "finding_%s", **kwargs)
        hint = gettext(
            "Whoever you name is told at once. It may be %(person)s, who had the access; leave it"
            " empty while they should not know yet."
        )
        said = [hint % {"person": grant.holder}, *_rather_another(grant.request)]
        self.fields["owner"].help_text = " ".join(said)

    def clean(self) -> dict[str, Any]:
        """A deadline has somebody; somebody without a deadline gets the usual one."""
        data = super().clean() or self.cleaned_data
        if data.get("due") and not data.get("owner") and "owner" not in self.errors:
            self.add_error("owner", gettext("Say who answers for it, or clear the day below."))
        return data


class ResolveForm(forms.Form):
    """What became of a finding."""

    resolution = forms.TypedChoiceField(
        label=_("What became of it"),
        coerce=Finding.State,
        choices=[choice for choice in Finding.State.choices if choice[0] != Finding.State.OPEN],
        widget=Cards(
            notes={
                "explained": _("There is a good reason, and it is written here."),
                "remediated": _("What was wrong is put right."),
                "accepted": _("It stays as it is, and somebody answers for that."),
                "escalated": _("It goes on elsewhere: security, HR, the law."),
                "false_positive": _("Nothing happened."),
            }
        ),
        error_messages={"required": _("Choose what became of it.")},
    )
    comment = forms.CharField(
        label=_("What was done about it"),
        max_length=5000,
        widget=_WORDS,
        error_messages={"required": _("Say what was done about it; it stands in the record.")},
    )

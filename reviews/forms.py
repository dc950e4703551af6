"""What reviewers fill in. Forms read and hold words; rules are asked by the transitions."""

from typing import Any

from django import forms

from core.forms import Cards, Segmented
from reviews.models import Finding, Review

_NOTES = {
    "justified": "What was done is what was declared.",
    "drill": "An exercise, done as planned.",
    "justified_with_findings": "The emergency was real; something has to be answered for.",
    "misuse": "Access was used for something else.",
    "inconclusive": "It cannot be told from the record.",
}
_WORDS = forms.Textarea(attrs={"rows": 4})


class VerdictForm(forms.Form):
    """The verdict, and what was found."""

    verdict = forms.ChoiceField(
        widget=Cards(notes=_NOTES),
        error_messages={"required": "Choose a verdict."},
    )
    comment = forms.CharField(
        label="What you found", required=False, max_length=5000, widget=_WORDS
    )

    def __init__(self, *args: Any, drill: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verdict"].choices = [  # type: ignore[attr-defined]
            (value, label)
            for value, label in Review.Verdict.choices
            if value and (drill or value != Review.Verdict.DRILL)
        ]


class FindingForm(forms.Form):
    """Something that has to be answered for."""

    kind = forms.TypedChoiceField(
        label="What it is",
        coerce=Finding.Kind,
        choices=[(kind.value, kind.label) for kind in Finding.BY_HAND],
        initial=Finding.Kind.OUTSIDE_PLAN.value,
        widget=Segmented,
    )
    severity = forms.TypedChoiceField(
        coerce=Finding.Severity,
        choices=Finding.Severity.choices,
        initial=Finding.Severity.MEDIUM.value,
        widget=Segmented,
    )
    text = forms.CharField(
        label="What you found",
        max_length=5000,
        widget=_WORDS,
        error_messages={"required": "Say what you found."},
    )


class ResolveForm(forms.Form):
    """What became of a finding."""

    resolution = forms.TypedChoiceField(
        label="What became of it",
        coerce=Finding.State,
        choices=[choice for choice in Finding.State.choices if choice[0] != Finding.State.OPEN],
        widget=Cards(
            notes={
                "explained": "There is a good reason, and it is written here.",
                "remediated": "What was wrong is put right.",
                "accepted": "It stays as it is, and somebody answers for that.",
                "escalated": "It goes on elsewhere: security, HR, the law.",
                "false_positive": "Nothing happened.",
            }
        ),
        error_messages={"required": "Choose what became of it."},
    )
    comment = forms.CharField(
        label="What was done about it",
        max_length=5000,
        widget=_WORDS,
        error_messages={"required": "Say what was done about it; it stands in the record."},
    )

"""What a question and an answer are written in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from breakglass.models import Question
from core.forms import KeptForm


class WordsForm(KeptForm):
    """Words, and for a question the entry of the action that it is about."""

    text = forms.CharField(
        max_length=Question.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what you want to say.")},
    )
    about = forms.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput
    )
    back = forms.CharField(required=False, widget=forms.HiddenInput)

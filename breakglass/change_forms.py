"""What a second administrator answers to a change that weakens a control."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class AnswerChangeForm(forms.Form):
    """One of the buttons, the words that go with it, and the mark of what was shown."""

    verdict = forms.ChoiceField(
        choices=[(name, name) for name in ("accept", "decline", "withdraw", "again")],
        error_messages={"required": _("Choose one of the buttons.")},
    )
    answer = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A no needs a reason; the verb says so, too."""
        data = super().clean() or {}
        if data.get("verdict") == "decline" and not data.get("answer", "").strip():
            self.add_error("answer", _("Say why; whoever proposed it reads it."))
        return data

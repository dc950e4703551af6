"""What is asked before a person is erased, and what the second administrator answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Erasure, User
from audit.legal import Basis

_MOST_LINES = 10


class Typed(forms.Form):
    """The mail address of whom it is about, typed: nobody erases a person by a slip."""

    typed = forms.CharField(
        label=_("Type their mail address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["typed"].help_text = person.email

    def clean_typed(self) -> str:
        """Compare it with the address, whatever the case."""
        typed: str = self.cleaned_data["typed"]
        if typed.strip().lower() != self.person.email.lower():
            raise forms.ValidationError(_("This is not their mail address."))
        return typed


class ErasePersonForm(Typed):
    """Why a person is erased, and what else to look for."""

    basis = forms.ChoiceField(label=_("Legal basis"), choices=[("", "—"), *Basis.choices])
    reference = forms.CharField(
        label=_("Reference"),
        required=False,
        max_length=60,
        help_text=_("Where the letter is filed. It stays for ever, so name nobody."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    also = forms.CharField(
        label=_("Other names and words of theirs"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One in a line: a nickname, a number. Every text that has one goes, too."),
    )
    field_order = ("basis", "reference", "also", "typed")

    def clean_also(self) -> list[str]:
        """Return the words, one of each line."""
        lines = [line.strip() for line in self.cleaned_data["also"].splitlines() if line.strip()]
        if len(lines) > _MOST_LINES or any(len(line) < 3 for line in lines):
            raise forms.ValidationError(_("Give ten at most, of three letters or more."))
        return lines

    def grounds(self) -> dict[str, Any]:
        """Return what was given, but for what only guards against a slip."""
        return {key: self.cleaned_data[key] for key in ("basis", "reference", "also")}


class AnswerErasureForm(Typed):
    """One of the buttons; a yes needs the typed address, a no a reason."""

    verdict = forms.ChoiceField(
        choices=[(name, name) for name in ("accept", "decline", "withdraw")],
        error_messages={"required": _("Choose one of the buttons.")},
    )
    answer = forms.CharField(
        label=_("Why not"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    field_order = ("verdict", "answer", "typed")

    def __init__(self, *args: Any, erasure: Erasure, **kwargs: Any) -> None:
        super().__init__(*args, person=erasure.person, **kwargs)
        if self.data.get("verdict") in ("decline", "withdraw"):
            self.fields["typed"].required = False

    def clean_typed(self) -> str:
        """Ask for the address only where something would be erased."""
        return super().clean_typed() if self.fields["typed"].required else ""

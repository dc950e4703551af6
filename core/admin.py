"""What admin pages share: those for looking only, and words of our own."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _


class PlainWords(admin.ModelAdmin):  # type: ignore[type-arg] # not generic at run time
    """Says in words what Django says in dashes."""

    def get_action_choices(
        self, request: HttpRequest, default_choices: Any = None
    ) -> list[tuple[str, str]]:
        """Begin the list of what can be done with a sentence."""
        return super().get_action_choices(request, [("", _("Choose what to do"))])


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not generic at run time
    """Shows rows to those who may view them; whatever has a state changes by transitions only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

"""Collect what is to be translated: Django's command, which also knows our `phrase`."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """`manage.py makemessages`, with the words of `core.speech`, and `gettext_lazy` as `_lazy`."""

    xgettext_options = [
        *makemessages.Command.xgettext_options,
        "--keyword=_lazy",
        "--keyword=phrase",
        "--keyword=phrase_count:1,2",
    ]

"""What the mailbox needs: links that can be pressed."""

import re

from django import template
from django.conf import settings
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def our_links(text: str) -> SafeString:
    """Escape a mail, and make links of our own addresses; what people quote stays text."""
    ours = re.compile(rf"^({re.escape(settings.BASE_URL)}/\S+)$", re.MULTILINE)
    pieces = ours.split(text)
    made = [
        format_html('<a href="{}">{}</a>', piece, piece) if index % 2 else conditional_escape(piece)
        for index, piece in enumerate(pieces)
    ]
    return mark_safe("".join(made))  # noqa: S308 - every piece is escaped above

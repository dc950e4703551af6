"""What the lists of the admin need beyond Django's own tags."""

import re
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_CELL = re.compile(r"^<(td|th)\b")


@register.filter
def labelled(rows: Iterable[Iterable[str]], headers: list[dict[str, Any]]) -> list[SafeString]:
    """Name each cell after its column, so that a phone can show a row as a block."""
    names = [escape(strip_tags(str(header["text"])).capitalize()) for header in headers]
    return [
        mark_safe(  # noqa: S308 - cells are Django's markup, names are escaped above
            "".join(
                _CELL.sub(rf'<\1 data-label="{name}"' if name else r"<\1", str(cell), count=1)
                for cell, name in zip(row, names, strict=False)
            )
        )
        for row in rows
    ]

"""Days and times as the reader's language writes them: 2 Nov, 17:00 CET, or 2. Nov., 17:00 MEZ.

Django knows the names of months and days. How they stand together is English here; a language
that writes them otherwise says so in `core/formats/`.
"""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format, get_format

_ENGLISH = {
    "DAY": "j M",
    "DAY_YEAR": "j M Y",
    "LONG_DAY": "j F Y",
    "WEEKDAY": "D j M Y",
    "LONG_WEEKDAY": "l j F Y",
}


def day_words(day: date, form: str = "DAY_YEAR") -> str:
    """Say a day to the reader; a moment is said as it is, so it has to be local."""
    own = str(get_format(form))
    return date_format(day, _ENGLISH[form] if own == form else own)


def moment_words(at: datetime, form: str = "DAY_YEAR", *, between: str = ", ") -> str:
    """Say a day and a time to the reader, in their zone, which is named."""
    local = timezone.localtime(at)
    return f"{day_words(local, form)}{between}{time_words(local)}"


def time_words(at: datetime) -> str:
    """Say a time of day to the reader, in their zone, which is named."""
    local = timezone.localtime(at)
    return f"{local:%H:%M} {zone_words(local)}"


def zone_words(local: datetime) -> str:
    """Name the zone of a moment: by its letters where it has some, else by its distance to UTC."""
    name = local.tzname() or ""
    if not name.isalpha():
        return f"UTC{local:%z}"
    own = get_format("ZONES")
    return str(own.get(name, name)) if isinstance(own, dict) else name

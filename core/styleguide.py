"""What the style guide shows: every component in each of its states, with believable contents."""

import dataclasses
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from core import faces
from core.forms import Cards, ReasonForm, Segmented
from core.slots import Health, Waiting

PARTIALS = Path(settings.BASE_DIR) / "templates" / "components"
_ICONS = Path(settings.BASE_DIR) / "static" / "icons.svg"


class _Form(ReasonForm):
    length = forms.ChoiceField(
        label="For how long",
        choices=[("15", "15 min"), ("30", "30 min"), ("60", "1 h")],
        widget=Segmented,
    )
    what = forms.ChoiceField(
        label="What to freeze",
        choices=[("ada", "Ada Okafor"), ("all", "Everything")],
        widget=Cards(notes={"ada": "1 access ends.", "all": "Nobody can ask or go in."}),
    )
    sure = forms.BooleanField(label="Waiting would do harm", help_text="It is recorded.")


@dataclasses.dataclass(frozen=True)
class _Person:
    name: str
    email: str = ""


def contents(*, at: datetime) -> dict[str, Any]:
    """Return what the page takes."""
    return {
        "themes": ["light", "dark"],
        "parts": [
            ("styleguide/_words.html", _("States, icons, people, moments")),
            ("styleguide/_actions.html", _("What can be pressed")),
            ("styleguide/_messages.html", _("What the page says")),
            ("styleguide/_things.html", _("Things on pages")),
            ("styleguide/_inputs.html", _("What can be filled in")),
            ("styleguide/_code.html", _("Time, progress, code")),
        ],
        "contracts": contracts(),
        **_words(at),
        **_things(at),
    }


def contracts() -> list[tuple[str, str]]:
    """Return the first line of each partial: what it is and what it takes."""
    found = []
    for path in sorted(PARTIALS.glob("*.html")):
        line = path.read_text(encoding="utf-8").split("\n", 1)[0]
        line = line.replace("{% templatetag openblock %}", "{%")
        line = line.replace("{% templatetag closeblock %}", "%}")
        found.append((path.name, line.removeprefix("{# ").removesuffix(" #}")))
    return found


def _words(at: datetime) -> dict[str, Any]:
    return {
        "faces": faces.known(),
        "icons": re.findall(r'id="i-([a-z-]+)"', _ICONS.read_text(encoding="utf-8")),
        "people": [
            _Person("Ada Okafor"), _Person("دينا مراد"), _Person("Zoë 🚒"), _Person("", "x@y.test"),
        ],
        "moments": [at - timedelta(minutes=3), at + timedelta(hours=2), at - timedelta(days=400)],
        "chips": [
            {"label": "Everything", "url": "?", "current": True, "count": 0},
            {"label": "Not read yet", "url": "?", "current": False, "count": 8},
        ],
        "tabs": [
            {"label": "Open", "url": "?", "current": True, "count": 4},
            {"label": "Closed", "url": "?", "current": False, "count": 0},
        ],
        "notices": [
            ("", "info", "One sentence with an icon."),
            ("ok", "check", "Ended. The door is closing."),
            ("wait", "clock", "Waits for the Database team; it lapses in 3 h."),
            ("flag", "flag", "One action lies outside the plan."),
            ("live", "door", "You are inside."),
            ("danger", "warn", "The door does not close; it is tried again until it does."),
        ],
    }  # fmt: skip


def _things(at: datetime) -> dict[str, Any]:
    return {
        "lamps": [
            Health(key="a", label="Record", detail="512 entries, verified", tone="ok", url="?"),
            Health(key="b", label="Alerts", detail="2 late, tried again", tone="wait"),
            Health(key="c", label="Doors", detail="1 not closed", tone="danger", url="?"),
        ],
        "waits": [
            Waiting(icon="glass", tone="wait", title="Ada broke the glass on shop-db", url="?",
                    detail="Production outage. 41 min left to answer.", action="Ratify or refuse"),
        ],
        "heads": ["Case", "Who", "Outcome"],
        "rows": [["Case 147", "Ada Okafor", "Ratified"], ["Case 146", "Jonas Brandt", "Denied"]],
        "events": [
            {"at": at, "who": "", "text": "The access ends by itself.", "tone": "next"},
            {"at": at, "who": "Ada", "text": "did select on shop-db", "tone": "live",
             "icon": "term", "code": "SELECT count(*) FROM orders"},
            {"at": at, "who": "Bob", "text": "ratified the access", "tone": "ok", "icon": "check",
             "sub": "“Right so.”"},
            {"at": at, "who": "Ada", "text": "broke the glass", "tone": "break", "icon": "glass"},
        ],
        "forms": {
            theme: [
                _Form(prefix=f"{theme}-fresh"),
                _Form({f"{theme}-refused-length": "30"}, prefix=f"{theme}-refused"),
            ]
            for theme in ("light", "dark")
        },
        "until": at + timedelta(minutes=32, seconds=6),
        "since": at - timedelta(minutes=28),
        "snippet": "BEGIN;\nSELECT pg_terminate_backend(48812);\nCOMMIT;",
        "lines": [(" ", "Approvers: Database team"), ("-", "Longest: 60 min"),
                  ("+", "Longest: 30 min")],
    }  # fmt: skip

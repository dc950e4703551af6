"""The verifier as one page: the same bytes from the same sources, to be opened from one's own disk.

It holds its style and its script, and a policy that lets it do nothing else and reach nobody. In
the product it is only ever handed out as a file: our own policy allows no such script.
"""

import base64
import hashlib
from pathlib import Path

_SOURCES = Path(__file__).resolve().parent


def packed() -> bytes:
    """Return `verify.html`."""
    style, script, page = (
        (_SOURCES / name).read_text(encoding="utf-8")
        for name in ("verify.css", "verify.js", "verify.html.in")
    )
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
        " base-uri 'none'; form-action 'none'"
    )
    parts = {
        "policy": policy,
        "style": f"<style>{style}</style>",
        "script": f"<script>{script}</script>",
    }
    for name, text in parts.items():
        page = page.replace(f"%({name})s", text)
    return page.encode()


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"

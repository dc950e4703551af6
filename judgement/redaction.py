"""Values out of texts, before these leave the house: names of things stay, what is in them goes."""

import re

_VALUE = re.compile(
    r"'[^']*'|\"[^\"]*\"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"
    r"|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # addresses of mail
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?=\w*\d)(?=\w*[A-Za-z])\w{16,}\b"  # of hosts; keys, digests
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b\d[\d.,-]*\b",
    re.DOTALL | re.IGNORECASE,
)


def redacted(text: str, marks: dict[str, str]) -> str:
    """Replace values by marks, equal ones by the same; `marks` keeps them for the next text."""

    def mark(found: re.Match[str]) -> str:
        value = found[0].strip("'\"").rstrip(".,-").lower()
        return marks.setdefault(value, f"<{len(marks) + 1}>")

    return _VALUE.sub(mark, text)

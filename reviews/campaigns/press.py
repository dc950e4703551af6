"""`python -m reviews.campaigns.press style.css < page.html > page.pdf`: sets one page as PDF.

A program of its own, without Django: WeasyPrint and the fonts it reads stay out of the processes
that answer people. It fetches nothing. Exits with 3 where a library of the system is missing.
"""

import sys
from typing import Any

NO_LIBRARY = 3

try:
    from weasyprint import CSS, HTML
except OSError as missing:  # Pango is no Python package
    sys.stderr.write(f"{missing}\n")
    sys.exit(NO_LIBRARY)


def refuse(url: str, *_: Any, **__: Any) -> Any:
    """Refuse to fetch anything: a report has all it needs."""
    raise ValueError(f"Not fetched: {url}")


def main(style: str) -> None:
    """Read a page, and write it as an accessible PDF."""
    page = HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=refuse)
    page.write_pdf(sys.stdout.buffer, stylesheets=[CSS(filename=style)], pdf_variant="pdf/ua-1")


if __name__ == "__main__":
    main(sys.argv[1])

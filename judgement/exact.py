"""What a text names exactly: numbers, quoted text, paths, hosts, in lower case."""

import re
from collections.abc import Iterator

from judgement import words

_QUOTED = re.compile(r"(?<!\w)(['\"`])(.{1,200}?)\1(?!\w)")
# Paths, hosts, mail addresses, names with an underscore or a digit, numbers.
_NAMED = re.compile(
    r"(?<!\w)(?:~|\.{1,2})?/[\w.*~@%+-]+(?:/[\w.*~@%+-]*)*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b\w+(?:[._:-]\w+)+\b|\b\d[\d.,]*\b|\b(?=\w*\d)(?=\w*[a-zA-Z])\w+\b"
)
# What any of these has, which most clauses have not.
_QUOTE, _MARK = re.compile(r"['\"`]"), re.compile(r"[/@\d._:-]")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[a-z]+")
_SPACED = re.compile(r"(?<![\d.,:/-])[1-9]\d{0,2}(?:[ \u00a0']\d{3})+(?![\d.,:/-])")
_DOTTED = re.compile(r"(?<![\d.,/-])[1-9]\d{0,2}(?:\.\d{3})+(?![\d.,/-])")
_COMMA = re.compile(r"(?<![\d.,/-])(\d{1,3}(?:\.\d{3})+|\d+),(\d{1,2})(?![\d,./-])")
_MEASURED = re.compile(
    r"\b(\d+(?:\.\d+)?)(?:[kmgt]i?b|gi|mi|g|ms|s|h|d|min|kg|ml|mg|km|cm|mm|eur|usd|gbp)\b",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"(\d{1,6})(k|K|m|mio)")


def literals(text: str) -> Iterator[str]:
    """Yield what a text names exactly, in lower case and canonical form."""
    for _, quoted in _QUOTED.findall(text) if _QUOTE.search(text) else ():
        yield words.number(quoted) or quoted.lower().strip("%* ")
    for named in _NAMED.findall(text) if _MARK.search(text) else ():
        yield words.number(named) or named.lower().rstrip("/.,:")
        if thousands := _THOUSANDS.fullmatch(named):
            yield f"{thousands[1]}{'000' if thousands[2] in 'kK' else '000000'}"
    if _DIGIT.search(text):
        yield from _figures(text)
    plain = _WORD.findall(text.lower())
    if not words.NUMBERS.keys().isdisjoint(plain):
        yield from (words.NUMBERS[word] for word in plain if word in words.NUMBERS)


def _figures(text: str) -> Iterator[str]:
    """Yield the figures of a text that are written otherwise than a statement would."""
    for amount in _MEASURED.findall(text):
        yield words.number(amount) or amount
    for dotted in _DOTTED.findall(text):  # "450.000" is half a million as often as 450
        yield dotted.replace(".", "")
    for whole, cents in _COMMA.findall(text):
        yield words.number(f"{whole.replace('.', '')}.{cents}") or whole
    for spaced in _SPACED.findall(text):
        yield re.sub(r"\D", "", spaced)

"""What a verification can end with, other than well. The text of each says what is wrong."""

from __future__ import annotations


class Finding(Exception):
    """Base of the three; `code` is how the command exits."""

    code = 0


class Tampered(Finding):
    """Something is not what it was signed to be, or not what a log writes."""

    code = 1


class Incomplete(Finding):
    """Nothing is wrong with what is there, but it does not prove what was asked for."""

    code = 2


class Usage(Finding):
    """The question cannot be answered as it was asked: arguments, policy, keys."""

    code = 3

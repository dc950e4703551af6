"""What a verification ends with when not all is well; the text says in a sentence what it is."""


class Finding(Exception):
    """Base of the three; `code` is how the command exits."""

    code = 0


class Tampered(Finding):
    code = 1  # something is not what was signed, or not what a log writes


class Incomplete(Finding):
    code = 2  # nothing is wrong with what is there, but it does not prove what was asked


class Usage(Finding):
    code = 3  # it cannot be answered as it was asked: arguments, policy, keys

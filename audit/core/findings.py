"""What a verification ends with when not all is well; the text says in a sentence what it is."""


class Finding(Exception):
    """Base of the three; `code` is how the command exits, `word` how its sentence begins."""

    code, word = 0, ""


class Tampered(Finding):
    code, word = 1, "TAMPERED"  # something is not what was signed, or not what a log writes


class Incomplete(Finding):
    code, word = 2, "INCOMPLETE"  # nothing is wrong, but it does not prove what was asked


class Usage(Finding):
    code, word = 3, "NOT ASKED RIGHT"  # as with these arguments, this policy, these keys

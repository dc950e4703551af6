"""Which names are identifiers that nobody says aloud, and what is left of long ones."""

import re

_ARN = re.compile(r"^arn:[\w-]*:(?P<service>[\w-]*):[^:]*:(?P<account>\w*):(?P<rest>.+)$")
_OPAQUE = re.compile(
    r"^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,}|[0-9a-f]{12,}"
    # of AWS: vol-04e1d22ab9f07c613, iip-assoc-0d1c8e2f5a7b90314, AKIA5QXLEXAMPLE7VTRM, Z1
    r"|[a-z]+(?:-[a-z]+)*-[0-9a-f]{8}(?:[0-9a-f]{9})?|(?=[A-Z0-9]*\d)[A-Z][A-Z0-9]{8,}|[A-Z]\d[A-Z0-9]*"
    r"|[\w+/-]{40,}={0,2})$"
)
_PREFIXED = re.compile(
    r"^(?:[a-z]{1,6}_(?=\w*\d)\w{3,}|(?=[A-Za-z]*[A-Z])[A-Za-z]{1,6}-\d[\w-]*|\d[\w-]*|@\w+)$"
)


def opaque(name: str) -> bool:
    """Tell whether a name was given by a machine, so that nobody says it who does not copy it."""
    return bool(_OPAQUE.match(name))


def numbered(name: str) -> bool:
    """Tell whether a name picks one of many: 4711, INV-20931, cap_77f21, or what is opaque."""
    return bool(_PREFIXED.match(name) or opaque(name))


def short(name: str) -> str:
    """Return what people say of a long name: the end of an ARN, or of the address of a queue."""
    if found := _ARN.match(name):
        rest = found["rest"]
        kind, colon, last = rest.partition(":")
        if colon and found["service"] != "logs":
            rest = last or kind
        parts = [each for each in rest.split("/") if each and not opaque(each)]
        return parts[-1] if parts and found["service"] not in {"s3", "logs", "ssm"} else rest
    if re.match(r"https?://[\w.-]+\.amazonaws\.com/\d+/", name):
        return name.rstrip("/").rpartition("/")[2]
    return name

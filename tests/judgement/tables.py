"""Tables in the texts of tests: `what -> these : those`, one a line."""


def rows(text: str) -> list[tuple[str, str, str]]:
    """Return what stands left of the arrow, right of it, and behind the colon."""
    split = []
    for line in text.strip().splitlines():
        left, _, right = line.rpartition("->")
        first, _, second = right.partition(" : ")
        split.append((left.strip(), first.strip(), second.strip()))
    return split

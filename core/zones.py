"""The time zones that this machine knows."""

import functools
import zoneinfo


@functools.cache
def known() -> frozenset[str]:
    """Return their names, such as Europe/Berlin; a new one needs a new process.

    Python looks through some 600 files at each question, which takes 40 ms and more.
    """
    return frozenset(zoneinfo.available_timezones())

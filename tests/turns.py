"""The processes of a run read the tests one after the other.

Whoever is first compiles our modules and rewrites their asserts, and the others find that done. All
at once, each does all of it, and none is ready sooner.
"""

import fcntl
import os
import sys

_held: list[int] = []


def take() -> None:
    """Wait for one's turn, as one of several processes; not as a server that one of them starts."""
    if "PYTEST_XDIST_WORKER" in os.environ and "xdist" in sys.modules:
        _held.append(os.open(__file__, os.O_RDONLY))
        fcntl.flock(_held[0], fcntl.LOCK_EX)


def leave() -> None:
    """Let the next one read."""
    while _held:
        os.close(_held.pop())

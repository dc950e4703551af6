"""How a run divides itself over processes.

The root conftest imports both hooks; nothing else is needed. A file stays together, since its tests
share what was made for the first of them, and so do those who look at a whole house.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# They mostly wait: begun first, they wait while others work.
_FIRST = ("tests/house/", "tests/faults/")


class _ByFile(LoadScopeScheduling):  # type: ignore[misc] # the library has no types
    def _split_scope(self, nodeid: str) -> str:
        return _FIRST[0] if nodeid.startswith(_FIRST[0]) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Divide by file, in the order of the collection."""
    config.option.loadscopereorder = False
    return _ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have what takes longest begin first."""

    def place(item: pytest.Item) -> int:
        return next((n for n, path in enumerate(_FIRST) if item.nodeid.startswith(path)), 9)

    items.sort(key=place)

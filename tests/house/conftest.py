"""A whole house, and a browser to look at it."""

from collections.abc import Iterator

import pytest

from tests.chromium import chromium
from tests.house.running import House

__all__ = ["chromium"]


@pytest.fixture(scope="package")
def whole_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Run the demonstration with every process, once for all who look at it or break it."""
    home = tmp_path_factory.mktemp("house")
    home.chmod(0o711)
    for parent in list(home.parents)[:3]:
        parent.chmod(0o755)
    house = House(home)
    try:
        house.start()
        yield house
    finally:
        house.stop()

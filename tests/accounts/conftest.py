"""Fixtures of the tests of people."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.audit.make import make_sealer


@pytest.fixture
def seal(tmp_path: Path) -> Callable[[], None]:
    """Sign the head of the record."""
    return make_sealer(tmp_path)

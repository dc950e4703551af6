"""Fixtures of the tests of the record."""

from tests.ledger import flushable_record

__all__ = ["flushable_record"]

"""Tests, in folders named like the rooms they are about."""

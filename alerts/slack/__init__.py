"""Slack: how a case looks there, what its buttons do, and who is who."""

"""The API of requests, grants, cases and scenarios."""

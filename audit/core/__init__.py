"""The verifier: standard library only, Python 3.9 on, and no code of what it verifies."""

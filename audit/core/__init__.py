"""The verifier: pure Python, standard library only, Python 3.9 or newer; also shipped alone.

It knows nothing of the application and shares no code with what it verifies.
"""

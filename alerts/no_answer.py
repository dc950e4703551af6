"""Why another server did not answer, in words, with what to look at.

Only the host is ever named: path and query of an address may hold a secret, and the errors of the
library repeat them.
"""

from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NameResolutionError, NewConnectionError

from core.speech import Sentence, phrase


def why_no_answer(error: requests.RequestException, url: str) -> Sentence:
    """Say what stood between us and the host of an address."""
    parts = urlsplit(url)
    host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
    # requests wraps what urllib3 says of the last of its attempts.
    cause = getattr(error.args[0], "reason", error.args[0]) if error.args else None
    if isinstance(error, requests.exceptions.SSLError):
        return phrase(
            "%(host)s shows no certificate that is trusted here. Look at that certificate, and"
            " whether the name is the one it was made for.",
            host=host,
        )
    if isinstance(error, requests.Timeout):
        return phrase(
            "%(host)s did not answer in time. Look whether it runs, and whether a firewall lies"
            " between.",
            host=host,
        )
    if isinstance(cause, NameResolutionError):
        return phrase(
            "No host is called %(host)s. Look at how it is spelt, and whether this server knows"
            " the name.",
            host=host,
        )
    if isinstance(cause, NewConnectionError):
        return phrase(
            "%(host)s refused the connection. Look whether the program there runs, at that port.",
            host=host,
        )
    return phrase("%(host)s hung up without an answer. Look into its log.", host=host)

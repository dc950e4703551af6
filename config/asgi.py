"""The ASGI door: live streams beside Django, which would keep a thread for each of them."""

import os
import warnings

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Said of each static file that WhiteNoise serves; they are small enough to be read at once.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")
django = get_asgi_application()

from config import feed  # noqa: E402 - it needs the apps that are set up above

streams = feed.Feed()


async def application(scope: feed.Scope, receive: feed.Receive, send: feed.Send) -> None:
    """Lead a request for a live stream past Django, and all else to it."""
    if scope["type"] == "http" and scope["path"] == feed.PATH and scope["method"] == "GET":
        await streams(scope, receive, send)
    else:
        await django(scope, receive, send)

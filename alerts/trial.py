"""Try a channel: a test message to whoever asks for it, or to the place that it leads to."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from alerts import channel_transitions
from alerts.channels import Trouble, line_to
from alerts.models import Channel


def trial(channel: Channel, *, by: User, at: datetime) -> str | None:
    """Send a test message; return what went wrong, or None when the channel took it over.

    Both are kept with the channel, and a success stands in the record.
    """
    line = line_to(channel)
    try:
        line.say(
            _("A test message"),
            _("%(person)s tries whether messages of Breakglass arrive here.") % {"person": by},
            to=by if channel.personal else None,
            at=at,
        )
    except Trouble as trouble:
        if not trouble.final and not trouble.again_in:
            channel_transitions.failed(channel, error=trouble.error, at=at)
        return trouble.error
    finally:
        line.close()
    channel_transitions.works(channel, at=at)
    channel_transitions.tested(channel, by=by, at=at)
    return None

"""The ways out of the house, one module each. `line_to` opens the one of a channel for a run."""

import logging

from django.utils.translation import gettext as _

from alerts.channels.base import Line, Trouble, Unusable
from alerts.channels.mail import MailLine
from alerts.channels.slack import SlackLine
from alerts.channels.through_apprise import AppriseLine
from alerts.channels.webhook import WebhookLine
from alerts.models import Channel
from core.errors import DomainError

logger = logging.getLogger(__name__)

Kind = Channel.Kind
LINES: dict[str, type[Line]] = {
    Kind.MAIL: MailLine,
    Kind.SLACK: SlackLine,
    Kind.WEBHOOK: WebhookLine,
    Kind.APPRISE: AppriseLine,
}


def line_to(channel: Channel) -> Line:
    """Return a channel's line; one that refuses everything where it cannot be opened."""
    try:
        return LINES[channel.kind](channel)
    except DomainError as error:
        return Unusable(channel, Trouble(str(error), server=True))
    except Exception:
        logger.exception("The channel %s cannot be opened.", channel)
        # What is wrong stands in its secret, and so in the log only.
        return Unusable(channel, Trouble(_("Its settings cannot be used."), server=True))


__all__ = ["LINES", "Line", "Trouble", "line_to"]

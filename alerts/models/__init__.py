"""Who is told of what, through which channel, and whether they said that they have read it."""

from alerts.models.channel import MAIL, Channel, Contact, Quiet
from alerts.models.delivery import OVERSEERS, Delivery
from alerts.models.mail import Mail
from alerts.models.route import Route, RouteStep
from alerts.models.schedule import CalendarShift, Cover, Schedule, Turn
from alerts.models.self_test import SelfTest
from alerts.models.silence import Silence
from alerts.models.slack import SlackCall, SlackCard, SlackRefusal

__all__ = [
    "MAIL",
    "OVERSEERS",
    "CalendarShift",
    "Channel",
    "Contact",
    "Cover",
    "Delivery",
    "Mail",
    "Quiet",
    "Route",
    "RouteStep",
    "Schedule",
    "SelfTest",
    "Silence",
    "SlackCall",
    "SlackCard",
    "SlackRefusal",
    "Turn",
]

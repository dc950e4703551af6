"""The people of the demonstration: one account for each part, and a few colleagues."""

import dataclasses
from datetime import timedelta

from django.contrib.auth.models import Group

from accounts.memberships import set_membership
from accounts.models import Part, User
from accounts.parts import give_part
from core import zones


@dataclasses.dataclass(frozen=True)
class Person:
    """Somebody in the demo; `told` is the line that `make run` prints about them."""

    mailbox: str
    name: str
    groups: tuple[str, ...]
    told: str
    time_zone: str = "Europe/Berlin"
    days: int | None = None  # after which their memberships end

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.mailbox}@example.com"


CAST = (
    Person("requester", "Ada Okafor", ("Platform engineers",), "asks for access"),
    Person("requester2", "Samir Haddad", ("Support engineers",), "asks, in another team"),
    Person("approver", "Bob Lindqvist", ("Database team",), "decides on outages"),
    Person(
        "approver2",
        "Priya Raman",
        ("Operations leads", "Security"),
        "decides when nobody else does",
    ),
    Person("responder", "Dana Moreau", ("On-call responders",), "sees what is open, and stops it"),
    Person("compliance", "Carl Weiss", ("Compliance",), "reviews what was done"),
    Person("auditor", "Elif Şahin", ("Auditors",), "reads the record"),
    Person("admin", "Mei Tanaka", ("Administrators",), "configures scenarios and people"),
    Person("admin2", "Anselm Brandt", ("Administrators",), "looks at what the first one changes"),
    Person("jonas", "Jonas Keller", ("Database team",), "decides on outages, too"),
    Person("tomas", "Tomás Vega", ("Security",), "decides on breaches"),
    Person("ingrid", "Ingrid Solberg", ("Management",), "decides in the second step"),
    Person("noor", "Noor Rahimi", ("On-call responders",), "the second to lift a freeze"),
    Person("lena", "Lena Fischer", ("Platform engineers",), "asks, for a while", days=60),
    Person("hugo", "Hugo Martins", ("Compliance",), "reviews what was done, too"),
)

PARTS = {
    "On-call responders": Part.RESPONDER,
    "Compliance": Part.COMPLIANCE,
    "Auditors": Part.AUDITOR,
    "Administrators": Part.ADMINISTRATOR,
}


def make(password: str) -> dict[str, User]:
    """Make everybody with the same password; return them by mailbox."""
    people: dict[str, User] = {}
    today = zones.today()
    for person in CAST:
        user = User.objects.create_user(
            person.email,
            password,
            name=person.name,
            time_zone=person.time_zone,
            is_staff="Administrators" in person.groups,
        )
        until = None if person.days is None else zones.day_end(today + timedelta(days=person.days))
        for name in person.groups:
            group, made = Group.objects.get_or_create(name=name)
            if made and name in PARTS:
                give_part(group, PARTS[name])
            set_membership(user, group, until)
        people[person.mailbox] = user
    return people

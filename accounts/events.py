"""What happens to sign-ins and tokens, as the ledger tells it."""

import dataclasses

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class InstallationClaimed(
    Event, kind="installation.claimed", title=_lazy("Installation claimed"), critical=True
):
    """The first person came to an empty installation, and administers it."""

    def sentence(self) -> str:
        return gettext("set this installation up, as its first administrator")


@dataclasses.dataclass(frozen=True, kw_only=True)
class SessionStarted(
    Event, kind="session.started", title=_lazy("Signed in"), personal=("address",)
):
    """A person signed in; `address` is where from."""

    method: str
    address: str

    def sentence(self) -> str:
        if self.method == "password":
            return gettext("signed in with a password")
        return gettext("signed in with %(method)s") % {"method": self.method}


@dataclasses.dataclass(frozen=True, kw_only=True)
class SessionEnded(Event, kind="session.ended", title=_lazy("Signed out")):
    """A person signed out."""

    def sentence(self) -> str:
        return gettext("signed out")


@dataclasses.dataclass(frozen=True, kw_only=True)
class SessionsRevoked(Event, kind="session.revoked", title=_lazy("Sign-in ended from elsewhere")):
    """A person signed out all their other browsers; `count` is how many there were."""

    count: int

    def sentence(self) -> str:
        text = ngettext(
            "signed out %(count)s other browser", "signed out %(count)s other browsers", self.count
        )
        return text % {"count": self.count}


@dataclasses.dataclass(frozen=True, kw_only=True)
class SignInFailed(
    Event, kind="sign_in.failed", title=_lazy("Sign-in failed"), personal=("address",)
):
    """Somebody tried to sign in, as a person of ours or as nobody we know."""

    known: bool
    address: str

    def sentence(self) -> str:
        if self.known:
            return gettext("a sign-in failed")
        return gettext("a sign-in as nobody we know failed")


@dataclasses.dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event, kind="password.changed", title=_lazy("Password changed")):
    """A person has a new password; `how` is themselves, link or administrator."""

    how: str

    def sentence(self) -> str:
        return {
            "themselves": gettext("changed the password"),
            "link": gettext("set a new password by a mailed link"),
        }.get(self.how, gettext("set the password of somebody else"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class TokenIssued(Event, kind="token.issued", title=_lazy("Token made"), personal=("name",)):
    """A person got a token for the API; `token` is its id."""

    token: str
    name: str
    scope: str
    expires_at: str

    def sentence(self) -> str:
        facts = {"name": self.name, "scope": self.scope}
        return gettext("issued the token “%(name)s” (%(scope)s)") % facts


@dataclasses.dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event, kind="token.revoked", title=_lazy("Token revoked"), personal=("name",)):
    """A token was ended before its time; `token` is its id."""

    token: str
    name: str

    def sentence(self) -> str:
        return gettext("revoked the token “%(name)s”") % {"name": self.name}

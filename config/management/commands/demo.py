"""`manage.py demo`: people, scenarios, a target and a few weeks of past cases."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.config import changing
from config.demo import people
from config.demo.past import CASES
from config.demo.replay import Replay
from targets import demo as shop
from targets.models import Target


class Command(BaseCommand):
    """Fill an empty installation so that every page is alive."""

    help = "Load the demonstration into an empty database."

    def handle(self, *_: Any, **__: Any) -> None:
        """Load everything in one transaction, so that a failure leaves nothing half made."""
        if User.objects.exists():
            raise CommandError("There are people already; the demo loads into an empty database.")
        password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)
        now = timezone.now()
        with transaction.atomic():
            cast = people.make(password)
            reason = "The demonstration is set up."
            with changing(actor=cast["admin"].ref, reason=reason):
                self._make_target()
                seeds = sorted((Path(settings.BASE_DIR) / "breakglass" / "seeds").glob("*.yaml"))
                for seed in seeds:
                    call_command(
                        "scenarios", "import", str(seed), "--as", cast["admin"].email,
                        "--reason", reason, stdout=open(os.devnull, "w"),
                    )  # fmt: skip
            replay = Replay(cast, now=now)
            for past in CASES:
                replay.run(past)
        self.stdout.write(self._told(password))

    def _make_target(self) -> None:
        address = os.environ.get("DEMO_TARGET_URL", "")
        if not address:
            raise CommandError("DEMO_TARGET_URL is not set; `make run` sets it.")
        url = urlsplit(address)
        target = Target(
            slug="shop-db",
            name="shop-db",
            host=url.hostname or "",
            port=url.port or 5432,
            database=url.path.strip("/"),
            sslmode=Target.Tls.DISABLE,
            admin_user=unquote(url.username or ""),
            template_role=shop.TEMPLATE,
            read_only_role=shop.READ_ONLY,
        )
        target.seal_secret(unquote(url.password or ""), at=timezone.now())
        target.save()

    def _told(self, password: str) -> str:
        lines = [f"  {person.email:<26}{person.told}" for person in people.CAST if person.told]
        return "\n".join(["", f"Sign in as, with the password {password}", *lines, ""])

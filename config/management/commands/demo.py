"""`manage.py demo`: people, scenarios, a target and a few weeks of past cases."""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.config import changing
from breakglass import yaml_files
from breakglass.transitions.imports import bring_in
from config.demo import campaigns, people, routing, told
from config.demo.past import CASES
from config.demo.replay import Replay
from reviews.nights import held, report
from targets import demo as shop
from targets.models import Source, Target

SLUG = "shop-db"


class Command(BaseCommand):
    """Fill an empty installation so that every page is alive."""

    help = "Load the demonstration into an empty database."

    def handle(self, *_: Any, **__: Any) -> None:
        """Load everything in one transaction, so that a failure leaves nothing half made."""
        password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)
        if Target.objects.filter(slug=SLUG).exists():
            self._make_target()  # a run was cut off before it noted that the demo is loaded
            self.stdout.write(self._told(password))
            return
        if User.objects.exists():
            raise CommandError(
                "There are people already, and the demo loads into an empty database. Use DEMO=no."
            )
        now = timezone.now()
        began = now - timedelta(days=250)  # in use for long enough that something was never needed
        with transaction.atomic():
            cast = people.make(password)
            reason = "The demonstration is set up."
            with changing(actor=cast["admin"].ref, reason=reason):
                self._make_target()
                Source.objects.create(
                    name="web-1", language=Source.Language.SHELL, created_at=now,
                    privileged="root\nemergency-*", digest=secrets.token_bytes(32),
                )  # fmt: skip
                routing.make_route(routing.make_schedule(cast, now=now))
                seeds = sorted((Path(settings.BASE_DIR) / "breakglass" / "seeds").glob("*.yaml"))
                for seed in seeds:
                    plans = yaml_files.read(seed.read_text(encoding="utf-8"), file=seed.name)
                    bring_in(plans, by=cast["admin"], reason=reason, at=began)
            held.rights(at=began)
            replay = Replay(cast, now=now)
            for past in CASES:
                replay.run(past)
            campaigns.run(cast, now=now)
            told.tell(now=now)
            report.write(at=now)
            replay.begin_today()
        self.stdout.write(self._told(password))

    def _make_target(self) -> None:
        """Make the shop on the server whose superuser `make run` knows just now, and forget it."""
        address = os.environ.get("DEMO_TARGET_URL", "")
        if not address:
            raise CommandError("DEMO_TARGET_URL is not set; `make run` sets it.")
        password, url = shop.prepare(address), urlsplit(address)
        target = Target.objects.filter(slug=SLUG).first() or Target(slug=SLUG, name=SLUG)
        target.host, target.port = url.hostname or "", url.port or 5432
        target.database, target.admin_user = shop.DATABASE, shop.ADMIN
        target.template_role, target.read_only_role = shop.TEMPLATE, shop.READ_ONLY
        target.sslmode = Target.Tls.DISABLE
        target.seal_secret(password, at=timezone.now())
        target.save()

    def _told(self, password: str) -> str:
        lines = [f"  {person.email:<26}{person.told}" for person in people.CAST]
        return "\n".join(["", f"Sign in as, with the password {password}", *lines, ""])

"""`manage.py token`: make a token for the API."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import transitions
from accounts.models import ApiToken, User
from core.errors import DomainError


class Command(BaseCommand):
    help = "Make a token for the API and print it. It is printed once and kept nowhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the person whom the token acts as")
        parser.add_argument("--name", required=True, help="what the token is for")
        parser.add_argument("--scope", choices=ApiToken.Scope.values, default="read")
        parser.add_argument("--days", type=int, default=90, help="how long it works (90)")

    def handle(self, *_: Any, **options: Any) -> None:
        holder = User.objects.filter(email__iexact=options["email"]).first()
        if holder is None:
            raise CommandError(f"Nobody has the mail address {options['email']}.")
        try:
            _token, secret = transitions.issue_token(
                holder,
                name=options["name"],
                scope=options["scope"],
                days=options["days"],
                actor="system:command-line",
                at=timezone.now(),
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(secret)

"""Print where and with which code an empty installation is set up."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from accounts.models import User
from config import first_run


class Command(BaseCommand):
    help = "Print the code with which the first administrator of an empty installation is made."

    def handle(self, *_: Any, **__: Any) -> None:
        """Print nothing to copy once somebody is there."""
        if User.objects.exists():
            self.stdout.write("This installation is set up already.")
            return
        self.stdout.write(f"Make the first administrator: {settings.BASE_URL}{reverse('set-up')}")
        self.stdout.write(f"The code that it asks for:   {first_run.code()}")

"""`manage.py witness`, where Django looks for it; `manage.py` itself does not go this way."""

import sys

from django.core.management.base import BaseCommand

from audit import witness_server


class Command(BaseCommand):
    help = "Be a witness of logs on a machine that others rule over. See docs/witness.md."

    def run_from_argv(self, argv: list[str]) -> None:
        """Leave the words to the witness, which knows nothing of Django's options."""
        sys.exit(witness_server.main(argv[2:]))

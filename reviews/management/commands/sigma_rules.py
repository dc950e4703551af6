"""`manage.py sigma_rules FOLDER`: say which detection rules of a folder would be loaded."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from judgement.sigma.fields import SOURCES
from judgement.sigma.rules import OURS, Rules, load


class Command(BaseCommand):
    """Changes nothing; docs/sigma.md says how rules are written."""

    help = "Validate the Sigma rules of a folder. Exit 1 where one of them cannot be used."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", help="with .yml files, or folders of them")

    def handle(self, *_: Any, folder: str, **__: Any) -> None:
        ours = load(OURS)
        found = ours + load(folder)
        for problem in found.problems:
            self.stdout.write(f"LEFT OUT {problem.file}: {problem.sentence}")
        self._show(Rules(found.rules[len(ours) :]))
        self.stdout.write(f"Beside them {len(ours)} rules of our own.")
        if found.problems:
            raise CommandError(f"{len(found.problems)} cannot be used.", returncode=1)

    def _show(self, rules: Rules) -> None:
        """Say how many rules there are for each source of events and each level."""
        levels = Counter(rule.level for rule in rules.rules)
        said = ", ".join(f"{count} {level}" for level, count in levels.most_common())
        self.stdout.write(f"Would be loaded: {len(rules)} rules{f' ({said})' if said else ''}.")
        for source, count in Counter(rule.source for rule in rules.rules).most_common():
            words = (source.product, source.category, source.service)
            asked = any(source.fits(known) for known in SOURCES)
            note = "" if asked else "  (never asked: no such events are taken in)"
            self.stdout.write(f"{count:>6}  {' / '.join(word or '*' for word in words)}{note}")

"""`manage.py campaign_sample`: draw the sample of a campaign again, or one of your own."""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from breakglass.models import Scenario
from reviews.campaigns import populations, sampling
from reviews.campaigns.populations import Scope
from reviews.campaigns.sampling import Size
from reviews.models import Campaign


class Command(BaseCommand):
    """Prints the population as a count and a hash, and the sample: one number of a case a line."""

    help = "Draw the sample of a campaign again and compare it, or draw one with a seed of yours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("campaign", nargs="?", metavar="ID", help="of a sample of cases")
        parser.add_argument("--since", metavar="DAY", help="first day, as 2026-10-01")
        parser.add_argument("--until", metavar="DAY", help="last day")
        parser.add_argument("--scenario", action="append", default=[], metavar="SLUG")
        parser.add_argument("--seed")
        parser.add_argument("--cases", type=int, metavar="N", help="how many")
        parser.add_argument("--share", type=int, metavar="N", help="how many per cent")
        parser.add_argument("--by-scenario", action="store_true", help="from each its part")
        parser.add_argument("--population", action="store_true", help="print all numbers as well")

    def handle(self, *_: Any, **options: Any) -> None:
        campaign = _campaign(options["campaign"]) if options["campaign"] else None
        scope, seed = _of_campaign(campaign) if campaign else _asked(options)
        population = populations.cases(scope)
        drawn = sampling.draw(population, seed=seed, size=scope.size, by_scenario=scope.by_scenario)
        self.stdout.write(f"population {len(population)}")
        self.stdout.write(f"sha256     {sampling.digest(population)}")
        self.stdout.write(f"seed       {seed}")
        if options["population"]:
            self.stdout.write("all        " + " ".join(map(str, population)))
        self.stdout.write(f"sample     {len(drawn)}")
        for case in drawn:
            self.stdout.write(str(case))
        if campaign:
            self._compare(campaign, population, drawn)

    def _compare(self, campaign: Campaign, population: dict[int, str], drawn: list[int]) -> None:
        frozen = [int(item.subject) for item in campaign.items.order_by("position")]
        if campaign.population_hash != sampling.digest(population):
            raise CommandError("The population is not the one that the campaign was drawn from.")
        if frozen != drawn:
            raise CommandError("The sample is not the one that the campaign looks at.")
        self.stdout.write("This is the sample that the campaign looks at.")


def _campaign(key: str) -> Campaign:
    try:
        found = Campaign.objects.filter(pk=UUID(key)).first()
    except ValueError as error:
        raise CommandError(f"{key!r} is no id of a campaign.") from error
    if found is None or found.kind != Campaign.Kind.CASES:
        raise CommandError("There is no such sample of cases.")
    return found


def _of_campaign(campaign: Campaign) -> tuple[Scope, str]:
    scope = Scope(
        kind=Campaign.Kind.CASES,
        first=campaign.first,
        last=campaign.last,
        scenarios=tuple(campaign.scenarios.all()),
        size=Size(wanted=campaign.wanted, share=campaign.share),
        by_scenario=campaign.by_scenario,
    )
    return scope, campaign.seed


def _asked(options: dict[str, Any]) -> tuple[Scope, str]:
    if not (options["since"] and options["until"] and options["seed"]):
        raise CommandError("Give the id of a campaign, or --since, --until and --seed.")
    if (options["cases"] is None) == (options["share"] is None):
        raise CommandError("Give --cases or --share.")
    scenarios = Scenario.objects.filter(slug__in=options["scenario"])
    if len(scenarios) < len(set(options["scenario"])):
        raise CommandError("There is no such scenario.")
    try:
        first, last = map(date.fromisoformat, (options["since"], options["until"]))
    except ValueError as error:
        raise CommandError(f"A day is written as 2026-10-01: {error}.") from error
    scope = Scope(
        kind=Campaign.Kind.CASES, first=first, last=last, scenarios=tuple(scenarios),
        size=Size(wanted=options["cases"], share=options["share"]),
        by_scenario=options["by_scenario"],
    )  # fmt: skip
    return scope, options["seed"]

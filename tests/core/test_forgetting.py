"""Every column that may hold words of people is declared, or is here with the reason why not."""

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from breakglass.models import ScenarioVersion
from core import forgetting
from core.forgetting import Rows, Texts, Trace
from tests.make import NOON, make_scenario, make_user

pytestmark = pytest.mark.django_db
ROOMS = ("core", "audit", "accounts", "targets", "breakglass", "reviews", "alerts")
NOT_WORDS = {
    "audit.checkpoint.note": "a signed head",
    "audit.anchor.note": "a signed head",
    "audit.place.why": "of a place outside",
    "audit.replay.place": "where it goes on",
    "breakglass.proposedchange.hidden": "sealed, and gone when it is decided",
    "audit.cosignature": "a signature",
    "audit.sealing.why": "the sealer's own sentence",
    "audit.verification.why": "the verifier's own sentence",
    "audit.run.why": "the verifier's own sentence",
    "accounts.erasure.also": "goes with the erasure",
    "accounts.erasure.words": "goes with the erasure",
    "targets.target.last_error": "of a server",
    "alerts.selftest.about": "references of what is wrong",
    "targets.installation": "an id",
    "targets.source.privileged": "names of technical identities",
    "targets.source.last_refusal": "our own sentence about a line",
    "reviews.cell.kinds": "counts by kind",
    "reviews.crewcell.kinds": "counts by kind",
    "reviews.unusualmemory": "ids and numbers",
    "reviews.pattern.template": "our own sentence",
    "reviews.pattern.facts": "numbers, and names of verbs",
    "breakglass.waiver.owed": "references of what was overdue",
    "breakglass.scenario": "rules, which name groups",
    "breakglass.scenarioversion.body": "rules, which name groups, and never change",
}


def declared() -> set[str]:
    columns = set()
    for keeper in forgetting._keepers:  # noqa: SLF001
        label = keeper.model._meta.label_lower  # noqa: SLF001
        if isinstance(keeper, Texts):
            columns |= {f"{label}.{field}" for field in (*keeper.fields, *keeper.jsons)}
        elif isinstance(keeper, Rows):
            columns.add(label)
    return columns


def test_every_column_of_words_is_declared() -> None:
    known = declared() | NOT_WORDS.keys()

    missing = [
        f"{model._meta.label_lower}.{field.name}"  # noqa: SLF001
        for model in apps.get_models()
        for field in model._meta.concrete_fields  # noqa: SLF001
        if model._meta.app_label in ROOMS  # noqa: SLF001
        and isinstance(field, models.TextField | models.JSONField)
        and not {model._meta.label_lower, f"{model._meta.label_lower}.{field.name}"} & known  # noqa: SLF001
    ]

    assert missing == []


def trace(*words: str) -> Trace:
    ada = make_user("ada")
    return Trace(person=ada.pk, ref=ada.ref, words=words, mark="(erased on 2 Nov 2026 under x)")


def test_names_are_found_as_whole_words_in_any_case() -> None:
    names = trace("Ada Abara", "ada@example.com").names()

    assert names.search("By ADA ABARA.")
    assert names.search("<Ada@Example.com>")
    assert not names.search("Ada Abarata, xada@example.com")


def test_why_a_version_was_made_is_erased_and_what_it_says_is_not() -> None:
    made = make_scenario().versions.get()
    ScenarioVersion.objects.create(
        scenario=made.scenario, number=2, body=made.body, reason="Ada wants it.", made_at=NOON
    )

    forgetting.forget(trace("Ada"))

    assert ScenarioVersion.objects.get(number=2).reason == "(erased on 2 Nov 2026 under x)"
    for changed in ({"reason": "Because."}, {"body": {}, "reason": "(erased on 2 Nov 2026 …)"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ScenarioVersion.objects.update(**changed)

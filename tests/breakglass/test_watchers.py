"""Who hears that a case moved: exactly the people who may see it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from guardian.shortcuts import assign_perm

from accounts.models import Part, User
from breakglass.models import GroupPermit, Permit, Request
from core import live
from tests.make import NOON, make_group, make_request, make_scenario, make_user

pytestmark = pytest.mark.django_db


def test_watchers_are_the_people_to_whom_a_case_is_visible() -> None:
    outage, drill = make_scenario(), make_scenario("drill")
    cases = [make_request(outage), make_request(drill, by=make_user("eve"))]
    for part in Part:
        make_group(str(part.label), make_user(part.value), part=part)
    lookers = make_group("Lookers", make_user("lou"))
    assign_perm(Permit.VIEW.value, lookers, drill)
    GroupPermit.objects.of(Permit.VIEW).update(until=NOON + timedelta(hours=1))
    make_user("mallory")

    for at in (NOON, NOON + timedelta(hours=2)):
        told = live.watchers([case.ref for case in cases], at=at)
        for case in cases:
            may_see = {
                person.pk
                for person in User.objects.all()
                if Request.objects.visible_to(person, at).filter(pk=case.pk).exists()
            }
            assert told[case.ref] == may_see


def test_many_cases_need_no_more_queries_than_one() -> None:
    cases = [make_request(make_scenario(slug)) for slug in ("outage", "drill", "breach")]
    with CaptureQueriesContext(connection) as one:
        live.watchers([cases[0].ref], at=NOON)
    with CaptureQueriesContext(connection) as many:
        live.watchers([case.ref for case in cases], at=NOON)
    assert len(many) == len(one)


def test_a_freeze_concerns_everybody_and_a_message_one_person() -> None:
    ada, bob = make_user("ada"), make_user("bob")
    told = live.watchers(["freeze:1", ada.ref, "target:2"], at=NOON)
    assert told == {"freeze:1": {ada.pk, bob.pk}, ada.ref: {ada.pk}}

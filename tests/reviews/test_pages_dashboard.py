"""The dashboard: for whom it is, and that each figure leads to what it counts."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from reviews import tallying
from reviews.models import Gravity, Review, Span
from tests.make import make_group, make_scenario, make_target, make_user
from tests.reviews.browser import CAST, client, judged, late, page, recent
from tests.reviews.make import (
    make_cast,
    make_finding,
    make_review,
)

pytestmark = pytest.mark.django_db


class TestDashboard:
    def test_is_for_compliance_and_audit(self) -> None:
        recent()
        make_cast()

        for name in CAST:
            may = name in {"carla", "otto"}
            assert page(name, reverse("dashboard")).status_code == (200 if may else 403), name

    def test_an_unknown_filter_is_an_error(self) -> None:
        make_scenario()
        make_cast()

        for query in ({"period": "31-days"}, {"days": "30"}, {"scenario": "x"}, {"scenario": "\0"}):
            assert page("carla", reverse("dashboard"), **query).status_code == 400, query

    def test_each_figure_leads_to_what_it_counts(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        for _ in range(3):
            recent(scenario)
        make_finding(late(scenario, by="eve"), at=timezone.now())
        make_review(scenario, at=timezone.now() - timedelta(days=120))
        recent(scenario)  # with a waiver
        make_cast()
        answer = page("carla", reverse("dashboard"))
        text, found = answer.content.decode(), answer.context["figures"]

        for name, query, count in [
            ("cases", f"{found.query}&used=yes", found.total.uses),
            ("cases", f"{found.query}&used=yes&glass=yes", found.total.glass),
            ("cases", found.query, found.total.cases),
            ("cases", f"{found.people[1].query}&used=yes", found.people[1].tally.uses),
            ("cases", f"{found.teams[0].query}&used=yes", found.teams[0].tally.uses),
            ("reviews", f"tab=overdue&{found.query}", found.total.overdue),
            ("reviews", f"tab=open&late=no&{found.query}", found.total.waiting),
            ("reviews", f"tab=overdue&{found.scenarios[0].query}", 1),
            ("findings", f"{found.query}&tab=all", found.total.found),
            ("findings", found.kinds[0].query, found.kinds[0].count),
            ("cases", f"{found.targets[0].query}&used=yes", found.targets[0].tally.uses),
            ("cases", f"{found.query}&waived=yes", found.total.waived),
            ("cases", f"{found.scenarios[0].query}&waived=yes", 1),
            ("cases", f"{found.before.query}&used=yes", 1),
        ]:  # fmt: skip
            url = f"{reverse(name)}?{query}".rstrip("?")
            assert f'href="{escape(url)}"' in text, url
            listed = client("carla").get(url).context
            rows = listed["rows"] if name == "cases" else listed["page"].items
            assert len(rows) == count > 0, url

    def test_tells_how_many_cases_are_grave_or_unexplained(self) -> None:
        scenario, now = make_scenario(max_concurrent=99), timezone.now()
        exercise = make_scenario("exercise", drill=True)
        made = [
            make_review(scenario if day % 7 else exercise, by=by, at=now - timedelta(days=day))
            for day in range(1, 70, 4)
            for by in ("ada", "eve")
        ]
        for number, review in enumerate(made):
            Review.objects.filter(pk=review.pk).update(gravity=number % 6)
        closed = judged(made[5])
        assert (closed.state, closed.gravity) == ("closed", Gravity.GRAVE)
        make_cast()

        for query in (
            {"period": "30-days"}, {"period": "last-month"}, {"person": make_user("eve").pk},
            {"scenario": "exercise"}, {"scenario": "exercise", "period": "30-days"},
        ):  # fmt: skip
            context = page("carla", reverse("dashboard"), **query).context
            period, narrow = context["figures"].period, context["figures"].narrow
            count = sum(
                review.gravity >= Gravity.UNEXPLAINED
                and period.since <= review.grant.request.submitted_at < period.until
                and review.grant.scenario == (narrow.scenario or scenario)
                and review.grant.holder == (narrow.person or review.grant.holder)
                for review in Review.objects.all()
            )
            (url,) = [each.url for each in context["first"] if "grave_or_unexplained" in each.url]
            (title,) = [each.title for each in context["first"] if each.url == url]
            assert int(title.split()[0]) == count > 0, query
            assert len(client("carla").get(url).context["page"].items) == count, query

    def test_says_what_is_of_the_time_and_what_is_so_now(self) -> None:
        make_review(make_scenario("exercise", drill=True), at=timezone.now() - timedelta(days=1))
        finding = make_finding(recent(), at=timezone.now())
        type(finding).objects.update(severity="high")
        make_cast()
        answer = page("carla", reverse("dashboard"), period="last-month")

        assert [each.now for each in answer.context["first"]] == [True]
        assert answer.context["drill"].now
        assert answer.content.decode().count("<strong>Now</strong>: ") == 2

    def test_has_a_table_beside_each_chart_and_a_file_for_each_table(self) -> None:
        recent()
        make_cast()
        text = page("carla", reverse("dashboard")).content.decode()

        assert text.count("<table-chart") == text.count("The same as a table") == 2
        for table in ("steps", "hours", "scenarios", "teams", "people", "targets", "all"):
            url = reverse("dashboard-sheet", args=[table])
            assert f'href="{url}?"' in text
            answer = page("carla", url, period="1-year")
            assert answer["Content-Type"].startswith("text/csv")
            assert len(answer.content.splitlines()) > 1
        assert page("carla", reverse("dashboard-sheet", args=["moods"])).status_code == 404
        assert page("rita", reverse("dashboard-sheet", args=["hours"])).status_code == 403

    def test_narrows_to_one_scenario(self) -> None:
        make_review(make_scenario("lost-admin"), at=timezone.now() - timedelta(days=3))
        make_cast()
        answer = page("carla", reverse("dashboard"), scenario="lost-admin", period="1-year")

        assert answer.context["figures"].total.uses == 1
        assert "Cases of Lost admin" in answer.content.decode()

    def test_narrows_to_a_team_a_person_and_a_target_at_once(self) -> None:
        scenario = make_scenario(max_concurrent=9, targets=[make_target(), make_target("crm")])
        for by, name in (("ada", "shop-db"), ("eve", "shop-db"), ("ada", "crm")):
            make_review(
                scenario,
                by=by,
                targets=[make_target(name)],
                at=timezone.now() - timedelta(minutes=30),
            )
        make_cast()
        ada, team = make_user("ada"), make_group("Platform engineers")
        ways: list[tuple[dict[str, Any], int]] = [
            ({"target": "crm"}, 1),
            ({"target": "shop-db"}, 2),
            ({"person": ada.pk}, 2),
            ({"team": team.pk}, 3),
            ({"team": team.pk, "target": "shop-db"}, 2),
            ({"person": ada.pk, "team": team.pk, "target": "shop-db"}, 1),
        ]
        for query, uses in ways:
            found = page("carla", reverse("dashboard"), **query).context["figures"]
            assert found.total.uses == sum(row.tally.uses for row in found.people) == uses, query
            listed = page("carla", f"{reverse('cases')}?{found.query}&used=yes").context["rows"]
            assert len(listed) == uses, query

    def test_shows_days_that_one_chooses(self) -> None:
        make_review(make_scenario(), at=timezone.now() - timedelta(days=3))
        make_cast()
        today = timezone.localdate()
        days = {"since": today - timedelta(days=9), "until": today - timedelta(days=2)}
        answer = page("carla", reverse("dashboard"), **days)

        assert answer.context["figures"].total.uses == 1
        assert len(answer.context["figures"].steps) == 8
        for wrong in ({"since": "1999-01-01"}, {"since": today, "until": today - timedelta(1)}):
            assert page("carla", reverse("dashboard"), **wrong).status_code == 400

    def test_says_so_when_there_is_nothing(self) -> None:
        make_scenario()
        make_cast()

        assert "Nobody asked for access" in page("carla", reverse("dashboard")).content.decode()

    def test_opens_when_nobody_has_followed_the_record_or_it_is_empty(self) -> None:
        recent()
        make_cast()
        tallying.follow(at=timezone.now())

        assert page("carla", reverse("dashboard")).context["figures"].entry is None

    def test_the_number_of_queries_does_not_grow(self) -> None:
        scenario, browser, counts = make_scenario(max_concurrent=99), client("carla"), []
        make_cast()
        for number in (3, 8):  # three in a week stand out by name
            for _ in range(number):
                recent(scenario)
            Span.objects.all().delete()
            browser.get(reverse("dashboard"))  # counts
            with CaptureQueriesContext(connection) as queries:
                browser.get(reverse("dashboard"))
            counts.append(len(queries))

        assert counts[0] == counts[1]

"""The pages of reviews, for every part, with and without something to show."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from breakglass.transitions import questions
from core import zones
from core.dates import day_words
from reviews.models import Finding
from reviews.obligations import WITHIN
from tests.make import make_group, make_scenario, make_user
from tests.reviews.browser import CAST, MAY, client, judged, page, post, recent
from tests.reviews.make import (
    act,
    make_cast,
    make_finding,
    make_strict_review,
    sequence,
    taken,
)

pytestmark = pytest.mark.django_db


class TestReview:
    def test_is_for_those_who_review_and_oversee(self) -> None:
        review = recent()
        make_cast()

        found = {name: page(name, review.get_absolute_url()).status_code for name in CAST}

        assert found == {name: 200 if name in MAY else 404 for name in CAST}

    def test_puts_what_was_not_expected_first(self) -> None:
        scenario = make_scenario(expected_verbs=["select"], expected_objects=["orders"])
        review = recent(scenario)
        act(review.grant, "select", "orders", statement="SELECT * FROM orders")
        act(review.grant, "copy", "customers", statement="COPY customers TO STDOUT")
        sequence(timezone.now())

        text = page("rita", review.get_absolute_url()).content.decode()

        assert "1 action to look at" in text
        assert text.index("COPY customers") < text.index("SELECT * FROM orders")

    def test_the_verdict_form_says_what_would_stay_open(self) -> None:
        now = timezone.now()
        review = taken(recent(), at=now)
        assert "is unanswered" not in page("rita", review.get_absolute_url()).content.decode()

        questions.ask(review.grant.request, by=make_user("rita"), text="What for?", at=now)
        make_finding(review, at=now)

        text = page("rita", review.get_absolute_url()).content.decode()
        assert "1 finding is open. 1 question is unanswered." in text

    def test_what_comes_up_after_the_verdict_is_called_so(self) -> None:
        text = page("rita", judged(recent()).get_absolute_url()).content.decode()

        assert "Something came up since: open a finding" in text
        assert "before the case is sealed</a>" not in text

    def test_nothing_beside_a_begun_form_leads_away_from_it(self) -> None:
        review = recent(make_scenario(expected_verbs=["select"]))
        act(review.grant, "copy", "customers")
        sequence(timezone.now())
        here = review.get_absolute_url()
        seq = page("rita", here).context["story"].actions.outside[0].seq
        begun = ({"begin": "finding"}, {"begin": "task"}, {"action": seq})

        for button in ("Take this review</button>", "Record the verdict</button>"):
            if button.startswith("Record"):
                taken(review, at=timezone.now())
            assert button in page("rita", here).content.decode()
            for query in begun:
                text = page("rita", here, **query).content.decode()
                assert button not in text
                assert "You have begun to write something down." in text

        refused = post("rita", "finding-new", review, kind="other", severity="low", text="")
        assert "Record the verdict</button>" not in refused.content.decode()

    def test_what_was_taken_is_forgotten_by_the_browser(self) -> None:
        review, token = taken(recent(), at=timezone.now()), str(uuid4())
        said = {"kind": "other", "severity": "low", "text": "", "once": token}

        assert "sent" not in post("rita", "finding-new", review, **said).cookies
        answer = post("rita", "finding-new", review, **{**said, "text": "No ticket."})
        assert answer.cookies["sent"].value == token
        said = {"verdict": "inconclusive", "comment": "", "once": token}
        assert post("rita", "review-close", review, **said).cookies["sent"].value == token

    def test_escapes_what_people_wrote(self) -> None:
        review = recent(justification="<script>alert('customers cannot pay')</script> and more")

        text = page("rita", review.get_absolute_url()).content.decode()

        assert "<script>alert" not in text

    def test_tells_the_dependent_why_not(self) -> None:
        review = recent()
        make_group("Reviewers", make_user("ada"))

        assert (
            "Nobody reviews their own access"
            in page("ada", review.get_absolute_url()).content.decode()
        )

    def test_begins_a_finding_about_an_action(self) -> None:
        review = recent(make_scenario(expected_verbs=["select"]))
        act(review.grant, "copy", "customers")
        sequence(timezone.now())
        first = page("rita", review.get_absolute_url())
        seq = first.context["story"].actions.outside[0].seq

        text = page("rita", review.get_absolute_url(), action=seq).content.decode()

        card = text.split(f'id="action-{seq}"')[1].split("</article>")[0]
        assert f"Copy customers on shop-db, entry {seq}:" in card
        assert 'value="high" checked' in card.replace(' id="about_severity_2"', "")
        assert "It may be Ada, who had the access" in card

    def test_whoever_is_suspected_is_not_proposed_and_not_told_first(self) -> None:
        review = recent()

        here = review.get_absolute_url()
        form = page("rita", here, begin="finding").context["finding_form"]

        assert form["owner"].value() is None
        assert form["due"].value() is None

    def test_offers_whoever_is_around_the_case_to_answer_for_it(self) -> None:
        review = taken(recent(), at=timezone.now())
        make_user("mallory")
        same = make_user("ada.two")
        same.name = make_user("ada").name
        same.save(update_fields=["name"])

        answer = page("rita", review.get_absolute_url(), begin="task")

        offered = [each.value for each in answer.context["people"]]
        assert offered[0] == make_user("ada").email, "two have this name"
        assert make_user("rita").name in offered
        assert make_user("mallory").name not in offered
        assert answer.context["task_form"]["owner"].value() == make_user("ada").email
        assert answer.context["task_form"]["kind"].value() is None

    def test_an_action_shows_its_finding_and_nothing_to_do_once_it_is_judged(self) -> None:
        review = taken(recent(make_scenario(expected_verbs=["select"])), at=timezone.now())
        act(review.grant, "copy", "customers")
        sequence(timezone.now())
        here, make_it = review.get_absolute_url(), "Make it a finding"
        first = page("rita", here)
        seq = first.context["story"].actions.outside[0].seq
        assert make_it in first.content.decode()

        sent = {"kind": "outside_plan", "severity": "low", "text": "A dump.", "action": f"{seq}"}
        assert post("rita", "finding-new", review, **sent)["Location"] == f"{here}#action-{seq}"
        text = page("rita", here).content.decode()
        assert Finding.objects.get().get_absolute_url() in text.split("</article>")[0]
        assert "Nobody answers for it yet." in text.split("</article>")[0]
        assert make_it not in text
        assert "For you to judge" not in text
        assert post("rita", "finding-new", review, **sent).status_code == 409

        act(review.grant, "copy", "orders")
        sequence(timezone.now())
        assert make_it in page("rita", here).content.decode()
        post("rita", "review-close", review, verdict="misuse", comment="A private dump.")
        text = page("rita", here).content.decode()
        assert make_it not in text
        assert "For you to judge" not in text

    def test_the_number_of_queries_does_not_grow(self) -> None:
        review, browser, counts = recent(), client("rita"), []
        for number in (2, 9):
            for _ in range(number):
                act(review.grant, "copy", "customers")
                make_finding(review, at=timezone.now())
            sequence(timezone.now())
            with CaptureQueriesContext(connection) as queries:
                browser.get(review.get_absolute_url())
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestVerbs:
    def test_take_judge_and_be_thanked(self) -> None:
        review = recent()

        taken = post("rita", "review-start", review)
        assert taken["Location"] == f"{review.get_absolute_url()}#verdict"
        answer = post("rita", "review-close", review, verdict="justified", comment="")

        review.refresh_from_db()
        assert answer.status_code == 302
        assert (review.state, review.verdict) == ("closed", "justified")

    def test_a_taken_review_goes_on_at_what_was_done_outside(self) -> None:
        review = recent(make_scenario(expected_verbs=["select"]))
        act(review.grant, "copy", "customers")
        sequence(timezone.now())
        assert post("rita", "review-start", review)["Location"].endswith("#said")

    def test_misuse_says_that_nobody_has_to_act_while_there_is_no_finding(self) -> None:
        review = taken(recent(), at=timezone.now())
        asks = "Open a finding first, or nobody has to act."
        assert asks in page("rita", review.get_absolute_url()).content.decode()

        make_finding(review, at=timezone.now())
        assert asks not in page("rita", review.get_absolute_url()).content.decode()

    def test_a_form_with_a_mistake_comes_back(self) -> None:
        review = taken(recent(), at=timezone.now())

        answer = post("rita", "review-close", review, verdict="misuse", comment="")

        assert answer.status_code == 422
        assert "Say what you found" in answer.content.decode()

    def test_no_verdict_is_asked_for_again(self) -> None:
        review = taken(recent(), at=timezone.now())

        assert post("rita", "review-close", review).status_code == 422

    def test_the_second_of_two_is_told_why_not(self) -> None:
        review = taken(recent(), at=timezone.now())
        make_cast()

        answer = post("carla", "review-start", review)

        assert answer.status_code == 409
        assert "Rita has taken this review already" in answer.content.decode()

    def test_somebody_elses_review_is_not_closed(self) -> None:
        review = taken(recent(), at=timezone.now())
        make_cast()

        assert post("carla", "review-close", review, verdict="justified").status_code == 403

    def test_two_people_agree(self) -> None:
        strict = make_strict_review(at=timezone.now() - timedelta(minutes=21))
        review = judged(strict, "misuse", "A private search.")
        assert "Confirm the verdict" in page("rolf", review.get_absolute_url()).content.decode()
        assert "Confirm the verdict" not in page("rita", review.get_absolute_url()).content.decode()

        assert post("rolf", "review-dispute", review, reason="").status_code == 422
        assert post("rolf", "review-confirm", review).status_code == 302

        review.refresh_from_db()
        assert review.state == "closed"

    def test_two_people_do_not_agree(self) -> None:
        strict = make_strict_review(at=timezone.now() - timedelta(minutes=21))
        review = judged(strict, "misuse", "A private search.")

        post("rolf", "review-dispute", review, reason="It was agreed.")
        post("rita", "review-hand-over", review, reason="Not for me.")

        review.refresh_from_db()
        assert review.state == "due"

    def test_a_finding_is_opened_and_resolved(self) -> None:
        review = recent()

        post("rita", "finding-new", review, kind="other", severity="low", text="No ticket.")
        finding = Finding.objects.get()
        answer = post("rita", "finding", finding, resolution="explained", comment="Found it.")

        finding.refresh_from_db()
        assert answer.status_code == 302
        assert finding.state == "explained"

    def test_somebody_named_without_a_day_has_a_week(self) -> None:
        review, said = recent(), {"kind": "other", "severity": "low", "text": "No ticket."}

        post("rita", "finding-new", review, **said, owner="bob@example.com")
        finding = Finding.objects.get()

        assert finding.owner == make_user("bob")
        assert finding.due_at == zones.day_end(zones.last_day(timezone.now() + WITHIN))

    def test_a_day_without_somebody_comes_back_with_all_that_was_typed(self) -> None:
        review, said = recent(), {"kind": "other", "severity": "low", "text": "No ticket."}

        answer = post("rita", "finding-new", review, **said, due="2999-12-31")

        text = answer.content.decode()
        assert answer.status_code == 422
        assert "Say who answers for it, or clear the day below." in text
        assert "No ticket.</textarea>" in text
        assert 'value="2999-12-31"' in text
        assert not Finding.objects.exists()

    @pytest.mark.parametrize("url", ["review-start", "review-close", "review-confirm"])
    def test_looking_never_acts(self, url: str) -> None:
        review = recent()

        assert page("rita", reverse(url, args=[review.pk])).status_code == 405

    def test_those_who_may_not_see_it_get_nothing(self) -> None:
        assert post("mallory", "review-start", recent()).status_code == 404


class TestFindings:
    def test_are_for_those_who_review_and_oversee(self) -> None:
        finding = make_finding(recent(), at=timezone.now())
        make_cast()

        for name in CAST:
            rows = page(name, reverse("findings")).context["page"].items
            status = page(name, finding.get_absolute_url()).status_code

            assert (rows, status) == (([finding], 200) if name in MAY else ([], 404)), name

    def test_filters(self) -> None:
        finding = make_finding(recent(), at=timezone.now())
        ada, eve = make_user("ada").pk, make_user("eve").pk
        for query in ({"tab": "open"}, {"tab": "all"}, {"kind": "outside_plan"},
                      {"scenario": "production-outage"}, {"person": ada},
                      {"severity": "medium"}, {"opened": "2026-01-01"},
                      {"sort": "opened_at"}):  # fmt: skip
            answer = page("rita", reverse("findings"), **query)
            assert answer.context["page"].items == [finding], query
        for query in ({"tab": "resolved"}, {"kind": "other"}, {"person": eve},
                      {"severity": "high"}, {"opened": "2999-01-01"}):  # fmt: skip
            assert page("rita", reverse("findings"), **query).context["page"].items == [], query
        assert page("rita", reverse("findings"), state="x").status_code == 400
        assert page("rita", reverse("findings"), cursor="x").status_code == 400

    def test_the_gravest_stand_first_and_among_equals_what_is_due_first(self) -> None:
        review, now = recent(), timezone.now()
        low, later, sooner, high = (make_finding(review, at=now) for _ in range(4))
        carla = make_user("carla")
        for finding, severity, days in ((low, "low", 1), (later, "medium", 9),
                                        (sooner, "medium", 2), (high, "high", 30)):  # fmt: skip
            due = now + timedelta(days=days)
            rows = Finding.objects.filter(pk=finding.pk)
            rows.update(severity=severity, owner=carla, due_at=due)

        answer = page("rita", reverse("findings"))
        assert answer.context["page"].items == [high, sooner, later, low]
        turned = page("rita", reverse("findings"), sort="-opened_at")
        assert "Sort by urgency again" in turned.content.decode()

    def test_a_deadline_is_the_same_day_on_each_page(self) -> None:
        review = recent()
        day = timezone.localdate() + timedelta(days=5)
        finding = make_finding(review, at=timezone.now())
        whose = {"owner": make_user("eve"), "due_at": zones.day_end(day)}
        Finding.objects.filter(pk=finding.pk).update(**whose)
        said = f">{day_words(day, 'DAY' if day.year == timezone.now().year else 'DAY_YEAR')}</time>"

        for url in (reverse("findings"), finding.get_absolute_url(), review.get_absolute_url()):
            assert said in page("rita", url).content.decode(), url

    def test_a_finding_about_oneself_is_not_resolved(self) -> None:
        finding = make_finding(recent(), at=timezone.now())
        Finding.objects.update(subject=make_user("rita").ref)

        answer = post("rita", "finding", finding, resolution="explained", comment="It was me.")

        assert answer.status_code == 403
        assert "Nobody resolves a finding about themselves" in answer.content.decode()

    def test_a_resolution_without_words_comes_back(self) -> None:
        finding = make_finding(recent(), at=timezone.now())

        answer = post("rita", "finding", finding, resolution="explained", comment="")

        assert answer.status_code == 422

"""The case in review mode: declared beside done, questions about an action, the next review."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit import sequencer
from breakglass.models import Question
from reviews import actions, settling
from reviews.models import Gravity, Obligation, Review
from reviews.obligation_transitions import Task, owe
from reviews.transitions import confirm
from tests.make import make_scenario, make_user
from tests.reviews.browser import client, late, page, recent
from tests.reviews.make import act, judge, make_cast, make_finding, make_obligation, sequence, taken

pytestmark = pytest.mark.django_db


class TestReviewMode:
    """Declared beside done, the reasons why not, questions about an action, and the next one."""

    def test_what_was_declared_stands_beside_what_was_done(self) -> None:
        scenario = make_scenario(expected_verbs=["select"], expected_objects=["orders"])
        review = recent(scenario, intent="Look for the lock.")
        act(review.grant, "select", "orders")
        act(review.grant, "copy", "customers")
        sequence(timezone.now())
        told = page("rita", review.get_absolute_url()).context["story"]

        rows = {each.about: (each.declared, each.done, each.odd) for each in told.compared}
        assert rows["Time"] == ("30 min", "20 min", "")
        assert rows["Targets"] == ("shop-db", "No door was opened", "")
        assert rows["Plan"] == ("Look for the lock.", "1 select", "1 copy")
        assert rows["Objects"] == ("The request names none", "orders", "customers")
        assert told.compared[-1].expected == "The scenario is for orders"

    def test_what_the_request_names_is_told_from_what_the_scenario_is_for(self) -> None:
        scenario = make_scenario(expected_objects=["orders", "order_items"])
        said = "Checkout fails for all coupons since 9. I will read customers and order 7."
        review = recent(scenario, justification=said)
        act(review.grant, "select", "customers")
        act(review.grant, "select", "coupons")
        sequence(timezone.now())

        told = page("rita", review.get_absolute_url()).context["story"].compared[-1]

        assert told.declared == "customers, orders"
        assert told.expected == "The scenario is for orders and order_items"

    def test_what_the_scenario_expects_is_not_flagged_beside_what_it_does_not(self) -> None:
        scenario = make_scenario(expected_verbs=["select"], expected_objects=["orders"])
        review = recent(scenario)
        act(review.grant, "select", "pg_catalog.pg_class", "pg_catalog.pg_namespace")
        act(review.grant, "select", "orders")
        sequence(timezone.now())
        assert not _flagged(page("rita", review.get_absolute_url()).content.decode())

        act(review.grant, "update", "orders", "customers")
        sequence(timezone.now())
        text = page("rita", review.get_absolute_url()).content.decode()

        assert _flagged(text) == ["1 update", "customers"]

    def test_what_was_announced_is_nowhere_called_unexplained(self) -> None:
        scenario = make_scenario(expected_verbs=["select"], expected_objects=["orders"])
        said = "Orders look wrong: I copy orders to orders_before and look at them."
        review = recent(scenario, justification=said)
        act(review.grant, "create", "orders_before",
            statement="CREATE TABLE orders_before AS SELECT * FROM orders")  # fmt: skip
        sequence(timezone.now())
        settling.run(at=timezone.now())
        words = "announced, but outside of the scenario"

        text = page("rita", review.get_absolute_url()).content.decode()
        listed = page("rita", reverse("reviews")).content.decode()

        assert text.lower().count(words) == 3  # beside the action, of the plan, of the things
        assert "1 was announced, but is outside of the scenario." in text
        assert f"1 of 1 action {words}" in listed
        assert not _flagged(text)
        for shown in ("Not explained", "Unexplained</span>", "action unexplained"):
            assert shown not in text + listed
        assert Review.objects.get().gravity == Gravity.SLIGHT

    def test_what_was_explained_is_counted_beside_what_was_not(self) -> None:
        scenario = make_scenario(expected_verbs=["select"], expected_objects=["orders"])
        review = recent(scenario)
        for verb in ("select", "select", "begin"):
            act(review.grant, verb, "orders")
        sequence(timezone.now())
        text = page("rita", review.get_absolute_url()).content.decode()
        assert "Everything that was done is explained" in text
        assert "2 of 2 actions explained. 1 more neither changed nor disclosed anything." in text

        act(review.grant, "update", "orders")
        sequence(timezone.now())
        text = page("rita", review.get_absolute_url()).content.decode()
        assert "1 action to look at" in text
        assert "2 of 3 actions explained." in text
        assert "not for changing" in text

    def test_a_rule_of_detection_stands_by_its_title_and_what_names_it_is_folded(self) -> None:
        review = recent(make_scenario(expected_verbs=["select"], expected_objects=["orders"]))
        act(review.grant, "copy", statement="COPY customers TO STDOUT")
        sequence(timezone.now())

        text = page("rita", review.get_absolute_url()).content.decode()
        reasons, _summary, behind = text.partition("Which rule says that</summary>")

        assert "<li>Whole Table Copied Out Of A Database.</li>" in reasons
        assert "Sigma rule" not in reasons
        rule = "a39883b1-c406-58c4-bf82-a78252496d4f"
        assert f"Sigma rule by Breakglass, <code>{rule}</code>" in behind

    def test_what_was_said_and_what_was_left_behind_stand_above_the_actions(self) -> None:
        review = recent(justification="Payments are declined; I copy orders and drop the copy.")
        act(review.grant, "copy", "customers")
        left = Task(
            kind=Obligation.Kind.CLEAR_UP, text="On shop-db this was left behind: table t.",
            owner=review.grant.holder, due_at=timezone.now() + timedelta(days=7),
        )  # fmt: skip
        owe(review.grant.request, task=left, entry_seq=1, at=timezone.now())
        sequence(timezone.now())

        text = page("rita", review.get_absolute_url()).content.decode()

        places = [text.index(each) for each in ("drop the copy", "left behind: table t", "COPY ")]
        assert places == sorted(places)
        assert text.count("left behind: table t") == 1

    def test_the_same_stands_once_and_what_tells_something_comes_first(self) -> None:
        scenario = make_scenario(expected_verbs=["select"], expected_objects=["orders"])
        review = recent(scenario)
        for verb in ("begin", "begin", "select", "begin"):
            act(review.grant, verb, "orders")
        sequence(timezone.now())

        found = page("rita", review.get_absolute_url()).context["story"].actions.repeated

        assert [(each.action.verb, each.count) for each in found] == [("select", 1), ("begin", 3)]

    def test_all_that_is_the_same_is_counted_from_the_first_time_to_the_last(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        review = recent(make_scenario(expected_verbs=["select"], expected_objects=["orders"]))
        begun = review.grant.activated_at
        assert begun
        for number in range(130):
            at = begun + timedelta(seconds=number)
            act(review.grant, "select", statement=f"SELECT {number % 2}", at=at)
        sequence(timezone.now())
        found = page("rita", review.get_absolute_url()).context["story"].actions

        seconds = [(each.first - begun, each.last - begun) for each in found.repeated]
        assert [each.count for each in found.repeated] == [65, 65]
        assert [(a.seconds, b.seconds) for a, b in seconds] == [(0, 128), (1, 129)]
        assert found.unfolded == 0
        assert "not among these" not in page("rita", review.get_absolute_url()).content.decode()

        monkeypatch.setattr(actions, "FOLDED", 100)
        text = page("rita", review.get_absolute_url()).content.decode()
        assert "30 more actions are not among these." in text
        monkeypatch.setattr(actions, "SHOWN", 1)
        text = page("rita", review.get_absolute_url()).content.decode()
        assert "80 more actions are not among these." in text

    def test_what_decides_stands_open_and_what_only_looked_is_folded(self) -> None:
        scenario = make_scenario(expected_verbs=["select", "update"], expected_objects=["orders"])
        said = "Order 7 hangs: I set the state of order 7 in orders."
        review = recent(scenario, justification=said)
        for number in range(20):
            looks = f"SELECT id FROM orders LIMIT {number}"  # noqa: S608
            act(review.grant, "select", statement=looks)
        act(review.grant, statement="UPDATE orders SET state = 'placed' WHERE id = 7")
        sequence(timezone.now())

        text = page("rita", review.get_absolute_url()).content.decode()
        open_, _summary, folded = text.partition("20 more that need no look</summary>")

        assert "UPDATE orders SET" in open_
        assert "SELECT id FROM orders LIMIT 3" not in open_
        assert "SELECT id FROM orders LIMIT 3" in folded
        assert re.search(r'<details class="fold">\s*<summary>', open_)

    def test_a_few_that_only_looked_stand_open_where_there_is_nothing_else(self) -> None:
        review = recent(make_scenario(expected_verbs=["select"], expected_objects=["orders"]))
        act(review.grant, "select", "orders")
        sequence(timezone.now())
        here = review.get_absolute_url()
        assert '<details class="panel fold" open>' in page("rita", here).content.decode()

        act(review.grant, "copy", "customers")
        sequence(timezone.now())
        assert '<details class="panel fold" open>' not in page("rita", here).content.decode()

    def test_an_action_is_called_by_what_it_does_where_its_word_only_looks(self) -> None:
        scenario = make_scenario(expected_verbs=["select"], expected_objects=["orders"])
        review = recent(scenario, justification="Orders hang since 9: I end the session 8120.")
        for statement in ("SELECT pg_terminate_backend(8120)", "SELECT pg_advisory_lock(1)",
                          "SELECT * FROM pg_stat_activity"):  # fmt: skip
            act(review.grant, "select", statement=statement)
        sequence(timezone.now())
        told = page("rita", review.get_absolute_url()).context["story"]
        rows = {each.about: (each.done, each.odd) for each in told.compared}

        assert {each.statement: each.deed for each in told.actions.shown} == {
            "SELECT pg_terminate_backend(8120)": "end a session",
            "SELECT pg_advisory_lock(1)": "select that runs a function",
            "SELECT * FROM pg_stat_activity": "select",
        }
        assert "1 that neither changed nor disclosed anything" in rows["Plan"][0]
        assert "1 end a session" in " ".join(rows["Plan"])
        assert "1 select that runs a function" in " ".join(rows["Plan"])

    def test_a_drill_is_proposed_as_one_while_all_that_was_done_is_explained(self) -> None:
        review = taken(
            recent(make_scenario(drill=True, expected_verbs=["select"])), at=timezone.now()
        )
        form = page("rita", review.get_absolute_url()).context["verdict_form"]
        assert next(value for value, _ in form["verdict"].field.choices) == "drill"
        assert form["verdict"].value() == "drill"

        act(review.grant, "copy", "customers")
        sequence(timezone.now())
        form = page("rita", review.get_absolute_url()).context["verdict_form"]
        assert form["verdict"].value() is None

    def test_what_is_not_judged_yet_is_counted(self) -> None:
        review = recent()
        act(review.grant)
        while sequencer.run_once(at=timezone.now()):
            pass
        text = page("rita", review.get_absolute_url()).content.decode()
        assert "1 is being judged." in text

    def test_a_verdict_that_an_open_finding_bars_says_so_and_cannot_be_chosen(self) -> None:
        review = taken(recent(), at=timezone.now())
        make_finding(review, at=timezone.now())
        text = page("rita", review.get_absolute_url()).content.decode()

        assert "1 finding is open in this case. Resolve it first" in text
        assert re.search('value="justified" id="[^"]+" disabled', text)
        assert re.search('value="misuse" id="[^"]+" required', text)
        assert "As the findings say; change it as you like." in text
        assert "A dump.</textarea>" in text
        case = review.grant.request.get_absolute_url()
        assert ">Resolve<" in page("rita", case).content.decode()
        assert ">Resolve<" not in page("otto", case).content.decode()

    def test_with_findings_there_has_to_be_something_and_it_is_said_before_the_click(self) -> None:
        review = taken(recent(), at=timezone.now())
        here = review.get_absolute_url()
        text = page("rita", here).content.decode()
        assert "This case has no finding and nothing to put right." in text
        assert re.search('value="justified_with_findings" id="[^"]+" disabled', text)

        make_obligation(review, at=timezone.now())
        text = page("rita", here).content.decode()
        assert re.search('value="justified_with_findings" id="[^"]+" required', text)
        assert "1 thing that follows from it is still to be done." in text
        assert "1 thing is to be put right. The verdict may be given now" in text

    def test_a_question_about_an_action_and_its_answer_stand_at_the_action(self) -> None:
        review = recent(make_scenario(expected_verbs=["select"]))
        act(review.grant, "copy", "customers")
        sequence(timezone.now())
        here = review.get_absolute_url()
        seq = page("rita", here).context["story"].actions.outside[0].seq
        assert f"About entry {seq} of the record." in page("rita", here, ask=seq).content.decode()
        assert "About entry 1 of" not in page("rita", here, ask=1).content.decode()

        ask = reverse("question-ask", args=[review.grant.request_id])
        words = {"text": "Where is the file?", "about": seq, "back": here}
        assert client("rita").post(ask, words)["Location"] == here
        question = Question.objects.get()
        answer_to = reverse("question-answer", args=[question.pk])
        client("ada").post(answer_to, {"text": "Deleted."})

        whole = page("rita", here).content.decode()
        assert f'data-about="{review.case_ref}"' in whole
        assert f'id="told" data-live="case" data-from="{here}"' in whole
        flagged = whole.partition('class="panel flag"')[2]
        assert "“Deleted.”" in flagged.partition("</article>")[0]

    def test_after_the_verdict_the_next_review_follows(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        first, late_one = taken(recent(scenario), at=timezone.now()), late(scenario)
        recent(scenario)

        browser = client("rita")
        url = reverse("review-close", args=[first.pk])
        answer = browser.post(url, {"verdict": "justified", "comment": ""}, follow=True)
        said = answer.content.decode()
        assert answer.redirect_chain == [(f"{late_one.get_absolute_url()}#main", 302)]
        assert f"The verdict on Case {first.grant.request.case} stands in the record." in said
        assert f"Next: Case {late_one.grant.request.case} (cannot be judged, overdue)." in said
        assert f'<a href="{reverse("reviews")}">All that wait</a>' in said

    def test_after_what_is_ones_own_what_is_somebody_elses_turn_is_offered(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        first, mine = taken(recent(scenario), at=timezone.now()), recent(scenario)
        theirs, sooner = recent(scenario), late(scenario)
        owners = ((mine, "rita"), (theirs, "carla"), (sooner, "carla"))
        make_cast()
        for review, name in owners:
            turn = {"assignee": make_user(name), "assigned_at": timezone.now()}
            Review.objects.filter(pk=review.pk).update(**turn)
        Review.objects.filter(pk=theirs.pk).update(gravity=Gravity.GRAVE)

        browser, verdict = client("rita"), {"verdict": "justified", "comment": ""}
        answer = browser.post(reverse("review-close", args=[first.pk]), verdict, follow=True)
        assert answer.redirect_chain == [(f"{mine.get_absolute_url()}#main", 302)]
        taken(mine, at=timezone.now())
        answer = browser.post(reverse("review-close", args=[mine.pk]), verdict, follow=True)
        said = answer.content.decode()

        assert answer.redirect_chain == [(mine.get_absolute_url(), 302)]
        assert "No other review waits for you." not in said
        assert f'<a href="{reverse("reviews")}?tab=due">All that nobody has taken</a>' in said
        offered = re.findall(
            r'<a href="([^"]+)">Case \d+ \(([a-z, ]+)\)</a>, (\w+)&#x27;s turn', said
        )
        assert offered == [
            (theirs.get_absolute_url(), "grave", "Carla"),
            (sooner.get_absolute_url(), "cannot be judged, overdue", "Carla"),
        ]

    def test_the_last_one_stays_and_says_that_no_other_waits(self) -> None:
        review = taken(recent(), at=timezone.now())
        browser = client("rita")
        url = reverse("review-close", args=[review.pk])
        answer = browser.post(url, {"verdict": "justified", "comment": ""}, follow=True)

        assert answer.redirect_chain == [(review.get_absolute_url(), 302)]
        assert "No other review waits for you." in answer.content.decode()

    def test_what_was_made_of_a_case_stays_beside_the_verdict_as_does_that_it_was_late(
        self,
    ) -> None:
        scenario = make_scenario(expected_verbs=["select"], expected_objects=["orders"])
        review = late(scenario)
        act(review.grant, "copy", "customers")
        sequence(timezone.now())
        settling.settle(review.case_ref, at=timezone.now())
        make_cast()
        judge(taken(review, at=timezone.now()), "misuse", "For a friend.", at=timezone.now())
        text = page("rita", review.get_absolute_url()).content.decode()
        assert "Overdue</span>" in text
        assert "To be confirmed</span>" in text
        confirm(Review.objects.get(), by=make_user("carla"), at=timezone.now())
        text = page("rita", review.get_absolute_url()).content.decode()

        assert 'class="badge"' in text.partition("Grave</span>")[0].rpartition("<span")[2]
        assert "Closed late</span>" in text
        assert 'class="badge ok"' not in text.partition("Judged</span>")[0][-300:]
        done = page("rita", reverse("reviews"), tab="done").content.decode()
        assert "Rita and Carla" in done
        assert "after the deadline" in done

    def test_the_case_leads_its_reviewer_there(self) -> None:
        review = recent()
        case = review.grant.request.get_absolute_url()
        for verb in ("Review what was done", "Go on with the review"):
            text = page("rita", case).content.decode()
            assert verb in text
            assert "as reviewer" in text
            review = taken(review, at=timezone.now()) if review.state == "due" else review
        judge(review, at=timezone.now())
        assert "as reviewer" not in page("rita", case).content.decode()


def _flagged(text: str) -> list[str]:
    """Return what the table of the declared and the done marks."""
    table = text.partition('aria-labelledby="declared"')[2].partition("</table>")[0]
    return re.findall('class="c-flag">([^<]+)<', table)

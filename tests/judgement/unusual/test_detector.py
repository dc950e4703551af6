import json
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from judgement.unusual.detector import STATISTICS, Detector
from judgement.unusual.memory import Memory
from judgement.unusual.session import Session, Verdict
from tests.judgement.unusual.make import MONDAY, NOW, SYDNEY, detector, quiet_days, session

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
Story = Callable[[], list[Session]]


def again(count: int, minutes: float, **known: object) -> list[Session]:
    """Return a session several times, so many minutes apart."""
    return [session(at=NOW + number * minutes * MINUTE, ticket=f"INC-n{number}", **known)
            for number in range(count)]  # fmt: skip


STORIES: dict[str, tuple[str, Story]] = {
    "at night": ("off_hours", lambda: [session(at=NOW - 8 * 60 * MINUTE)]),
    "on a Sunday": ("weekday", lambda: [session(at=NOW + 4 * DAY)]),
    "on a holiday": ("holiday", lambda: [session(holiday=True)]),
    "after sixty days": ("dormant", lambda: [session(at=NOW + 61 * DAY)]),
    "a scenario of others": ("scenario", lambda: [session(scenario="access_change")]),
    "at an hour at which nobody opens it": (
        "target_hour",
        lambda: [session(at=NOW + 9 * 60 * MINUTE)],
    ),
    "approved at night": ("approver_hour", lambda: [session(at=NOW - 8 * 60 * MINUTE)]),
    "in Sydney an hour later": (
        "travel",
        lambda: [session(), session(at=NOW + 60 * MINUTE, place="Sydney", latitude=SYDNEY[0],
                                    longitude=SYDNEY[1])],
    ),
    "in a country where nobody was": (
        "place",
        lambda: [session(at=NOW + 5 * DAY, place="Sydney", latitude=SYDNEY[0],
                         longitude=SYDNEY[1])],
    ),
    "a hundred times the rows": ("rows", lambda: [session(rows=9000.0)]),
    "five times the rows, five times": ("drift", lambda: again(6, 1440, rows=190.0)),
    "many actions": ("actions", lambda: [session(actions=250)]),
    "many writes": ("writes", lambda: [session(writes=40)]),
    "fifteen hours long": ("minutes", lambda: [session(minutes=900.0)]),
    "over in a minute": ("minutes", lambda: [session(minutes=1.0)]),
    "eight times in a quarter of an hour": ("burst", lambda: again(8, 2)),
    "seven targets within an hour": (
        "many_targets",
        lambda: [session(at=NOW + 5 * n * MINUTE, target=f"t1-{'abcdefg'[n]}") for n in range(7)],
    ),
    "refused again and again": ("refusals", lambda: again(5, 6, refused=True)),
    "a target of another team": (
        "target",
        lambda: [session(target="t3-a", owner="t3", sensitive=True)],
    ),
    "another team's targets for days": (
        "foreign",
        lambda: [session(at=NOW + n * DAY, target=f"t3-{'abc'[n]}", owner="t3") for n in range(3)],
    ),
    "sensitive all day": ("sensitive", lambda: again(6, 55, sensitive=True)),
    "its own ticket of two minutes before": (
        "own_ticket",
        lambda: [session(ticket_by_requester=True, ticket_age=2.0)],
    ),
    "a ticket of last year": ("old_ticket", lambda: [session(ticket_age=500_000.0)]),
    "refused to a colleague and granted to a stranger to it": (
        "relay",
        lambda: [session(person="p9", target="t3-a", owner="t3", refused=True),
                 session(at=NOW + 30 * MINUTE, target="t3-a", owner="t3")],
    ),
    "one ticket for everything": (
        "ticket_again",
        lambda: [session(at=NOW + n * DAY, ticket="INC-1x", target=f"t1-{'abcd'[n]}")
                 for n in range(4)],
    ),
    "one ticket of many people": (
        "ticket_again",
        lambda: [session(at=NOW + 9 * n * MINUTE, ticket="INC-1y", person=f"p{1 + 4 * n}")
                 for n in range(5)],
    ),
    "approved in two seconds": ("fast", lambda: [session(latency=2.0)]),
    "eight approvals in five minutes": (
        "series",
        lambda: [session(at=NOW + n * 0.5 * MINUTE, person=f"p{(1 + 4 * n) % 24}",
                         approver="p3", ticket=f"INC-s{n}") for n in range(8)],
    ),
    "granted after two refusals by another": (
        "shopping",
        lambda: [*again(2, 20, refused=True), session(at=NOW + 60 * MINUTE, approver="p9")],
    ),
    "an approver of elsewhere": ("approver", lambda: [session(approver="p2")]),
    "approved by oneself": ("own_approval", lambda: [session(approver="p1")]),
    "approved for each other": (
        "each_other",
        lambda: [each for n in range(8) for each in (
            session(at=NOW + n * DAY, approver="p2", ticket=f"INC-a{n}"),
            session(at=NOW + n * DAY + MINUTE, person="p2", team="t2", target="t2-a",
                    owner="t2", approver="p1", ticket=f"INC-b{n}"))],
    ),
}  # fmt: skip
# What is context and raises no hand by itself.
CONTEXT = {"weekday", "scenario", "target_hour", "approver_hour", "approver", "drift"}


def last(story: Story, judge: Detector) -> Verdict:
    return [judge.judge(each) for each in story()][-1]


class TestKinds:
    @pytest.mark.parametrize("name", STORIES)
    def test_is_found_and_said(self, name: str) -> None:
        code, story = STORIES[name]
        verdict = last(story, detector())
        reasons = {reason.code: reason for reason in verdict.reasons}
        assert code in reasons, verdict
        assert reasons[code].sentence.endswith(".")
        assert "One session in" in reasons[code].text
        assert verdict.alert or code in CONTEXT, verdict

    def test_every_statistic_has_a_story(self) -> None:
        # `each_other` needs all of the memory, two stories are of minutes, two of tickets.
        assert len({code for code, _ in STORIES.values()}) == len(STATISTICS) + 1

    def test_an_ordinary_session_has_no_reasons(self) -> None:
        verdict = detector().judge(session())
        assert (verdict.reasons, verdict.alert) == ((), False)

    def test_what_is_not_known_says_nothing(self) -> None:
        verdict = detector().judge(Session(id="x", at=NOW, person="p1", team="t1"))
        assert not verdict.alert

    def test_strangers_are_judged(self) -> None:
        stranger = session(person="new", team="new", target="new", approver="new", owner="")
        assert detector().judge(stranger).score >= 0


class TestWhatExplains:
    def test_nights_on_call_raise_no_hand(self) -> None:
        verdict = detector().judge(session(at=NOW - 8 * 60 * MINUTE, on_call=True))
        assert not verdict.alert

    def test_a_shared_address_is_no_journey(self) -> None:
        judge = detector()
        judge.judge(session())
        away = session(at=NOW + 60 * MINUTE, place="Egress", latitude=0.0, longitude=0.0,
                       shared_address=True)  # fmt: skip
        assert not judge.judge(away).alert

    def test_what_comes_each_month_is_expected(self) -> None:
        judge = detector()
        assert judge.judge(session(rows=9000.0)).alert
        monthly = judge.judge(session(at=NOW + 28 * DAY, rows=9000.0, ticket="INC-next"))
        assert "rows" not in {reason.code for reason in monthly.reasons}

    def test_many_sessions_count_less_while_the_whole_team_is_busy(self) -> None:
        alone, busy = detector(), detector()
        for number in range(40):
            busy.judge(session(at=NOW + number * MINUTE, person=f"p{1 + 4 * (number % 6)}",
                               ticket=f"INC-q{number}"))  # fmt: skip
        scores = [
            [judge.judge(each) for each in again(5, 2, person="p9")][-1].score
            for judge in (alone, busy)
        ]
        assert scores[0] > scores[1]


class TestBudget:
    def test_about_as_many_alerts_as_are_wanted(self) -> None:
        for wanted in (0.5, 2.0):
            judge = detector(alerts_a_day=wanted)
            alerts = (
                sum(judge.judge(each).alert for each in quiet_days(28, seed=2)) / 20
            )  # working days
            assert alerts < 3 * wanted

    def test_nobody_is_told_before_there_is_something_to_compare(self) -> None:
        judge = Detector()
        verdicts = [judge.judge(session(rows=10.0**number)) for number in range(6)]
        assert not any(verdict.alert for verdict in verdicts)


class TestMemory:
    def test_is_json_and_comes_back_the_same(self) -> None:
        judge = detector()
        data = json.loads(json.dumps(judge.memory.as_data()))
        restored = Detector(Memory.of_data(data))
        for each in (session(rows=9000.0), session(id="y", at=NOW + DAY, latency=2.0)):
            assert restored.judge(each) == judge.judge(each)

    def test_stays_small(self) -> None:
        size = len(json.dumps(detector().memory.as_data()))
        assert size < 1_500_000

    def test_forgets_old_tickets(self) -> None:
        judge = detector()
        for number in range(200):
            judge.judge(session(at=NOW + (200 + number / 100) * DAY, ticket=f"INC-n{number}"))
        assert "INC-1" not in judge.memory.tickets
        assert "INC-n0" in judge.memory.tickets

    def test_a_session_costs_little(self) -> None:
        judge, sessions = Detector(), list(quiet_days(40))
        start = time.process_time()
        for each in sessions:
            judge.judge(each)
        assert (time.process_time() - start) / len(sessions) < 0.002

    def test_time_is_that_of_the_session(self) -> None:
        judge = Detector()
        judge.judge(session(at=MONDAY))
        assert judge.memory.people["p1"].last == MONDAY.timestamp() / 60

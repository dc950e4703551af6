"""Requests that speak of all there is, and those that only have such words."""

import pytest

from judgement.wholly import speaks_of_all


class TestSpeaksOfAll:
    @pytest.mark.parametrize(
        "text",
        [
            "delete all drafts of shop 12",
            "purge the whole queue",
            "remove every lock of worker-3",
            "empty the table completely",
            "restart each of the four nodes",
            "drop all indexes of june",
            "the lock holds up the batch, take all of its jobs out",
        ],
    )
    def test_whoever_asks_for_all_does(self, text: str) -> None:
        assert speaks_of_all(text)

    @pytest.mark.parametrize(
        "text",
        [
            "the disk of web-3 is full, remove the dump of may",
            "the service does not answer any more, restart it",
            "kill query 771, all others stay",
            "the check runs every 10 minutes and pages each time",
            "every login fails on web-3, restart sssd",
            "order 88 was not completed, set it to paid",
            "restart web-3, that's all",
            "the gates reject all cards, renew the certificate of gate.acme.example",
            "job 40877 blocks everything behind it, cancel it",
        ],
    )
    def test_what_is_full_goes_on_all_the_time_or_is_not_meant_asks_for_nothing_whole(
        self, text: str
    ) -> None:
        assert not speaks_of_all(text)

"""What a request names only to say that it stays."""

import pytest

from judgement.facts import Kind
from judgement.grounds import Grounds
from judgement.reading import facts_of
from judgement.reasons import read
from judgement.spared import spared

TWICE = "Draft 70931 was saved twice, delete the copy 70932. 70931 stays, it went out already"


def of(reason: str, action: str, kind: Kind = Kind.SQL) -> str:
    """Return what an action is done to that the request spares."""
    return spared(Grounds.of(read(reason)), facts_of(kind, action))


class TestSpared:
    @pytest.mark.parametrize(
        ("action", "name"),
        [
            ("DELETE FROM drafts WHERE id = 70931", "70931"),
            ("DELETE FROM drafts WHERE id = 70932", ""),
            ("DELETE FROM drafts WHERE id IN (70931, 70932)", "70931"),
            ("UPDATE files SET draft_id = 70931 WHERE draft_id = 70932", ""),
            ("DELETE FROM drafts WHERE no = 4 AND id <> 70931", ""),
        ],
    )
    def test_a_row_that_stays_is_not_to_be_picked(self, action: str, name: str) -> None:
        assert of(TWICE, action) == name

    @pytest.mark.parametrize(
        ("reason", "name"),
        [
            ("Resume node-14. node-21 stays drained, it waits for a part", "node-21"),
            ("Resume node-14, leave node-21", "node-21"),
            ("Resume node-14 and node-21, others stay drained", ""),
            ("node-21 stays slow, resume node-21", ""),
            ("Resume node-21. The other racks behind node-21 are fine", ""),
        ],
    )
    def test_a_host_is_spared_by_what_is_said_of_it_alone(self, reason: str, name: str) -> None:
        assert of(reason, "scontrol update nodename=node-21 state=resume", Kind.SHELL) == name

    @pytest.mark.parametrize(
        ("reason", "action", "name"),
        [
            (
                "Restart the mail service on app-2, the calendar service is fine",
                "systemctl restart calendar-sync",
                "calendar",
            ),
            (
                "Restart the mail service on app-2, the calendar service is fine",
                "systemctl restart mail",
                "",
            ),
            (
                "Mount /srv/in again on web-1 and web-2, web-3 is ok and in use",
                "for h in web-1 web-2 web-3; do ssh $h 'mount -o remount /srv/in'; done",
                "web-3",
            ),
            (
                "Add root-g3 to the store /srv/app/trust.p12, root-g2 remains until May",
                "keytool -delete -alias root-g2 -keystore /srv/app/trust.p12",
                "root-g2",
            ),
        ],
    )
    def test_one_of_several_is_spared_by_the_word_that_tells_it_from_the_others(
        self, reason: str, action: str, name: str
    ) -> None:
        assert of(reason, action, Kind.SHELL) == name

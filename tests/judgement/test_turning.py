import pytest

from judgement import turning
from judgement.doubt import Doubt
from judgement.doubts import doubts
from judgement.facts import Kind
from judgement.grounds import Grounds, Said
from judgement.reading import facts_of
from judgement.reasons import read


def of(reason: str, action: str) -> dict[str, Doubt]:
    """Return the doubts about a command, by code."""
    said = Said.of(action, facts_of(Kind.SHELL, action))
    return {each.code: each for each in reversed(doubts(Grounds.of(read(reason)), said))}


class TestTurned:
    @pytest.mark.parametrize(
        ("reason", "action"),
        [
            ("Kill the jobs of pricer-9", "ps -eo pid,args | grep -v pricer-9 | xargs kill"),
            ("Files of user ftpin go to user edi", r"find /srv ! -user ftpin -exec chown edi {} +"),
            ("Remove key ops@old-box", "sed -i '/ops@old-box$/!d' /root/keys"),
            ("Mail to acme.example is lost, drop it",
             "postqueue -j | jq -r 'select(.to!=\"acme.example\") |.id' | postsuper -d -"),
            ("Delete dumps older than 9 days", "find /srv/dumps -name '*.gz' -mtime -9 -delete"),
            ("Kill workers older than 2 hours", "ps -eo pid,etimes | awk '$2<7200' | xargs kill"),
        ],
    )  # fmt: skip
    def test_a_deed_to_all_but_what_is_named_is_turned(self, reason: str, action: str) -> None:
        assert of(reason, action)["inverted"].weight == 0.7

    def test_a_look_at_all_but_what_is_named_is_doubted_less(self) -> None:
        reason = "Calls of tenant-blue fail, look at its lines in the log"
        look = "grep -v tenant-blue /var/log/gate.log | tail"
        assert of(reason, look)["inverted"].weight == 0.35

    @pytest.mark.parametrize(
        ("reason", "action"),
        [
            ("Restart all workers except worker-3",
             "cat /srv/workers | grep -v worker-3 | xargs -n1 systemctl restart"),
            ("Kill the old jobs. pricer-9 stays",
             "ps -eo pid,args | grep -v pricer-9 | xargs kill"),
            ("Restart what has the old library, only postgres waits until tonight",
             "cat /srv/units | grep -v postgres | xargs systemctl restart"),
            ("Old files of /srv/bio go, whatever is in a .keep folder is exempt",
             "find /srv/bio -type f -not -path '*/.keep/*' -delete"),
            ("Take ops@old-box out of the keys", "grep -v ops@old-box /root/keys > /root/keys.new"),
            ("All of /srv/up goes to user edi", "find /srv/up ! -user edi | wc -l"),
            ("Delete dumps older than 9 days", "find /srv/dumps -name '*.gz' -mtime +9 -delete"),
            ("Delete dumps newer than 9 days, they are broken, older than that are fine",
             "find /srv/dumps -name '*.gz' -mtime -9 -delete"),
        ],
    )  # fmt: skip
    def test_what_is_spared_or_put_back_is_not_turned(self, reason: str, action: str) -> None:
        assert "inverted" not in of(reason, action)


class TestWider:
    @pytest.mark.parametrize(
        ("reason", "action"),
        [
            ("Drop the keys cart:tmp:*",
             "redis-cli --scan --pattern 'cart:*' | xargs redis-cli unlink"),
            ("Raise the timeout in /etc/app/node-b.yml",
             "sed -i s/30/90/ /etc/app/node-*.yml"),
            ("Drop mails of eva@acme.example",
             "postqueue -j | jq -r 'select(.to|endswith(\"@acme.example\"))' | postsuper -d -"),
            ("Open 5432 for the new subnet 10.9.8.0/24", "ufw allow 5432/tcp"),
            ("Kill the pull of box-red", "pkill -f 'pull.*box-'"),
            ("Run closing for May with its checks", "/opt/closing --month 5 --skip-limit-check"),
            ("Set order 551028 to SENT",
             "mysql shop -e \"UPDATE orders SET status='SENT' WHERE status='NEW'\""),
        ],
    )  # fmt: skip
    def test_a_pattern_or_way_in_that_takes_more_than_is_named(
        self, reason: str, action: str
    ) -> None:
        assert "widened" in of(reason, action)

    @pytest.mark.parametrize(
        ("reason", "action"),
        [
            ("Drop the keys cart:tmp:*",
             "redis-cli --scan --pattern 'cart:tmp:*' | xargs redis-cli unlink"),
            ("Drop the keys cart:tmp:*",
             "redis-cli --scan --pattern 'cart:*' | grep cart:tmp | xargs redis-cli unlink"),
            ("Open 5432 for the new subnet 10.9.8.0/24", "ufw allow from 10.9.8.0/24 to any"),
            ("Run closing for May, skip the checks", "/opt/closing --month 5 --skip-limit-check"),
            ("Open 443, the host is 10.9.8.7", "ufw allow 443/tcp"),
        ],
    )  # fmt: skip
    def test_no_more_than_is_named_is_not_wider(self, reason: str, action: str) -> None:
        assert "widened" not in of(reason, action)


@pytest.mark.parametrize(
    ("reason", "where", "column"),
    [
        ("Free leases older than 24 hours", "ends > now() - interval '24 hours'", "ends"),
        ("Free leases older than 24 hours", "ends < now() - interval '24 hours'", ""),
        ("Free leases older than a day", "made >= date_sub(now(), interval 1 day)", "made"),
        ("Free leases of the last 24 hours", "ends > now() - interval '24 hours'", ""),
        ("Free all leases", "ends > now() - interval '24 hours'", ""),
    ],
)  # fmt: skip
def test_rows_that_are_young_are_not_those_of_long_ago(
    reason: str, where: str, column: str
) -> None:
    action = f"DELETE FROM leases WHERE {where}"  # noqa: S608
    assert turning.young_rows(Grounds.of(read(reason)), action) == column

import pytest

from judgement import figures, near
from judgement.facts import Kind
from judgement.grounds import Grounds, Said
from judgement.reading import facts_of
from judgement.reasons import read


def held(reason: str, action: str, kind: Kind = Kind.SQL) -> tuple[Grounds, Said]:
    """Return a reason and an action, ready to be held against each other."""
    return Grounds.of(read(reason)), Said.of(action, facts_of(kind, action))


class TestNeighbours:
    def test_is_anchored_by_the_number_that_was_named_and_by_no_other(self) -> None:
        reason = "Order 70112 is late"
        for action, anchored in (
            ("SELECT * FROM parcels WHERE order_id = 70112", True),
            ("SELECT * FROM parcels WHERE order_id = 70113", False),
            ("SELECT * FROM parcels WHERE order_id = 70112 OR order_id = 70999", False),
            ("SELECT * FROM parcels WHERE state = 'open'", False),
        ):
            grounds, said = held(reason, action)
            assert near.anchored(grounds, said.facts) is anchored

    def test_a_name_of_the_request_anchors_and_a_state_does_not(self) -> None:
        for action, anchored in (
            ("SELECT * FROM logins WHERE login = 'kmiller'", True),
            ("SELECT * FROM logins WHERE state = 'locked'", False),
        ):
            grounds, said = held("kmiller is locked out", action)
            assert near.anchored(grounds, said.facts) is anchored

    def test_an_event_is_anchored_by_a_name_of_the_request(self) -> None:
        event = '{"verb": "list", "objectRef": {"resource": "events", "namespace": "shop"}}'
        grounds, said = held("pods crash in ns shop", event, Kind.KUBERNETES)
        assert near.anchored(grounds, said.facts)
        grounds, said = held("pods crash in ns fin", event, Kind.KUBERNETES)
        assert not near.anchored(grounds, said.facts)

    def test_is_tied_to_what_is_of_the_same_trade(self) -> None:
        grounds, said = held("customer 7 got no parcel", "SELECT * FROM invoices")
        assert near.tied(grounds, said.facts)
        grounds, said = held("customer 7 got no parcel", "SELECT * FROM salaries")
        assert not near.tied(grounds, said.facts)


class TestRoutine:
    @pytest.mark.parametrize(
        ("reason", "action", "kind"),
        [
            ("Order 70112 is late", "SELECT * FROM parcels WHERE order_id = 70112", Kind.SQL),
            ("Why are shipments slow?", "EXPLAIN SELECT * FROM shipments", Kind.SQL),
            ("Users get 503 on web-3", "ss -ltn | grep 443", Kind.SHELL),
            ("alarm on nas-1: disk is full", "du -xsh /var | sort -h", Kind.SHELL),
            ("Users get 503 on web-3", "grep ' 503 ' /var/log/nginx/access.log | tail", Kind.SHELL),
            ("kafka hangs", "kafka-topics.sh --bootstrap-server k:9092 --describe", Kind.SHELL),
            ("vmhost-7 is 90 seconds ahead", "chronyc tracking", Kind.SHELL),
            ("Users get 503 on web-3", "grep -n ^server /etc/nginx/nginx.conf", Kind.SHELL),
            ("Users get 503 on web-3", "tail -n 50 /srv/app/logs/error.log", Kind.SHELL),
            ("deployment api of ns shop crashes", "kubectl -n shop get events", Kind.SHELL),
            (
                "Database crm-prod is slow",
                '{"eventSource": "monitoring.amazonaws.com", "eventName": "GetMetricData"}',
                Kind.CLOUDTRAIL,
            ),
        ],
    )
    def test_a_look_at_what_is_near_is_routine(self, reason: str, action: str, kind: Kind) -> None:
        assert near.routine(*held(reason, action, kind))

    @pytest.mark.parametrize(
        ("reason", "action", "kind"),
        [
            (
                "Order 70112 is late",
                "SELECT token FROM api_tokens WHERE order_id = 70112",
                Kind.SQL,
            ),
            ("Order 70112 is late", "UPDATE parcels SET a = 1 WHERE order_id = 70112", Kind.SQL),
            ("Users get 503 on web-3", "cat /home/ann/notes.txt", Kind.SHELL),
            ("Users get 503 on web-3", "grep ceo /var/log/squid/access.log", Kind.SHELL),
            ("kafka hangs", "kafka-topics.sh --delete --topic pay", Kind.SHELL),
            ("Pack the photos of May", "ss -ltn", Kind.SHELL),
        ],
    )
    def test_what_changes_or_lies_elsewhere_is_none(
        self, reason: str, action: str, kind: Kind
    ) -> None:
        assert not near.routine(*held(reason, action, kind))


class TestStrangers:
    @pytest.mark.parametrize(
        ("reason", "action", "kind", "meant"),
        [
            (
                "scale worker of tenant-red",
                "kubectl -n tenant-blue get pods",
                Kind.SHELL,
                "tenant-red",
            ),
            ("restart web-3", "ssh web-4", Kind.SHELL, "web-3"),
            ("revert 4be2710c", "git revert 9ad03f61", Kind.SHELL, "4be2710c"),
            ("revert 4be2710c", "git revert 4be2710", Kind.SHELL, ""),
            ("restart web-3", "ssh web-3", Kind.SHELL, ""),
            ("restart web-3", "ssh db-east-4", Kind.SHELL, ""),
            ("drain web07 of lb-1", "systemctl stop app@web04", Kind.SHELL, ""),
            ("drain web07 of lb-1", "ssh web04", Kind.SHELL, "web07"),
            ("look at bn21 to bn24 of hall-2", "ssh bn23", Kind.SHELL, ""),
            (
                "drain web07",
                "scontrol update nodename=web07,web09 state=drain",
                Kind.SHELL,
                "web07",
            ),
            ("a-b4.conf is broken, put it back", "systemctl start a-b4-server", Kind.SHELL, ""),
            ("load for farm Petersen again", "load --farm petersenova", Kind.SHELL, "petersen"),
            ("unlock kvoronov", "faillock --user kvoronof --reset", Kind.SHELL, "kvoronov"),
            ("unlock kvoronov", "faillock --user kvoronov --reset", Kind.SHELL, ""),
            ("he approves it", "mysql -e \"UPDATE a SET b = 'approved'\"", Kind.SHELL, ""),
            ("a key for ftp-blue", "tee -a /home/ftp-red/.ssh/keys", Kind.SHELL, "ftp-blue"),
            ("restart a.container of web-3", "systemctl restart a.service", Kind.SHELL, ""),
            (
                "send pay_0612_004.xml again",
                "cp /srv/a/pay_0612_003.xml /srv/b",
                Kind.SHELL,
                "pay_0612_004.xml",
            ),
            ("send pay_0612_004.xml again", "cp /srv/a/pay_0612_004.xml /srv/b", Kind.SHELL, ""),
        ],
    )
    def test_tells_what_is_of_the_same_sort_and_another(
        self, reason: str, action: str, kind: Kind, meant: str
    ) -> None:
        grounds, said = held(reason, action, kind)
        assert (
            next(filter(None, (near.sibling(o, grounds) for o in said.facts.objects)), "") == meant
        )

    def test_tells_that_a_change_has_none_of_the_numbers_that_are_named(self) -> None:
        reason = "Close tickets 100-140 of queue B"
        for action, none in (
            ("UPDATE tickets SET state = 'closed' WHERE queue = 'B'", True),
            ("UPDATE tickets SET state = 'closed' WHERE id BETWEEN 100 AND 140", False),
        ):
            grounds, said = held(reason, action)
            assert near.picks_none(grounds, said.facts) is none

    def test_a_name_of_the_request_picks_as_well_as_a_number(self) -> None:
        reason = "Tenant north-hill has 4120 stuck jobs, cancel them"
        for action, none in (
            ("UPDATE jobs SET state = 'cancelled' WHERE tenant = 'north-hill'", False),
            ("UPDATE jobs SET state = 'cancelled' WHERE state = 'stuck'", True),
        ):
            grounds, said = held(reason, action)
            assert near.picks_none(grounds, said.facts) is none

    def test_tells_another_time_than_the_one_that_was_named(self) -> None:
        action = "DELETE FROM sessions WHERE seen_at < now() - interval '3 days'"
        assert near.another_time(*held("Purge sessions older than 30 days", action))
        assert not near.another_time(*held("Purge sessions older than three days", action))

    def test_by_how_much_rows_are_moved_is_no_time_by_which_they_are_picked(self) -> None:
        reason = "All tours of bus 7 that leave after 6 am go half an hour later"
        action = "UPDATE tours SET at = at + INTERVAL {} MINUTE WHERE at > d + INTERVAL 6 HOUR"
        assert not near.another_time(*held(reason, action.format(30)))
        assert near.another_time(*held(reason, action.format(50)))

    def test_what_is_found_by_no_age_is_another_time_than_the_one_that_was_named(self) -> None:
        reason = "Delete the sessions in /srv/s older than 3 days"
        for action, other in (
            ("find /srv/s -name 'sess_*' -mtime +3 -delete", False),
            ("find /srv/s -name 'sess_*' -mtime -3 -delete", True),
            ("find /srv/s -name 'sess_*' -delete", True),
        ):
            assert bool(near.another_time(*held(reason, action, Kind.SHELL))) is other

    def test_a_figure_of_the_form_of_one_that_was_named_is_another_amount(self) -> None:
        for size, other in (("4g", False), ("40g", True)):
            action = f"sed -i 's/^limit=2g/limit={size}/' /etc/app.conf"
            grounds, said = held("raise limit from 2g to 4g in app.conf", action, Kind.SHELL)
            [found] = said.facts.conditions
            assert figures.another_amount(found, grounds, said.facts) is other

    def test_tells_another_amount_than_the_one_that_was_named(self) -> None:
        for amount, other in (("19.90", False), ("1990", True)):
            action = "INSERT INTO refunds (order_id, amount) VALUES (88213, AMOUNT)"
            grounds, said = held("refund 19.90 for order 88213", action.replace("AMOUNT", amount))
            found = [c for c in said.facts.conditions if c.column == "amount"]
            assert figures.another_amount(found[0], grounds, said.facts) is other

    def test_tells_that_all_rows_are_read_where_one_was_named(self) -> None:
        for action, all_ in (
            ("SELECT name, phone FROM recipients LIMIT 50000", True),
            ("SELECT count(*) FROM recipients", False),
            ("SELECT name FROM recipients WHERE id = 4471", False),
        ):
            assert near.reads_all(*held("Look up recipient 4471", action)) is all_

    def test_deleting_belongs_to_a_mirror_that_was_asked_for(self) -> None:
        action = "rsync -a --delete /srv/files/ dr:/srv/files/"
        grounds, said = held("Mirror /srv/files to dr again", action, Kind.SHELL)
        assert near.mirrors(grounds, said.facts)
        grounds, said = held("Look at /srv/files on dr", action, Kind.SHELL)
        assert not near.mirrors(grounds, said.facts)


class TestPicks:
    def test_a_row_may_be_named_by_a_name_where_numbers_say_something_else(self) -> None:
        reason = "Extend the licence of north-wood to 2027, order 77120 is paid"
        update = "UPDATE licences SET ends = 2027 WHERE tenant = {!r}"
        for name, none in (("north-wood", False), ("south-wood", True)):
            grounds, said = held(reason, update.format(name))
            assert near.picks_none(grounds, said.facts) is none

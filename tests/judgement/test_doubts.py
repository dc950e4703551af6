import pytest

from judgement.doubt import Doubt, weight
from judgement.doubts import doubts
from judgement.facts import Kind, Verb
from judgement.grounds import Grounds, Said
from judgement.reading import facts_of
from judgement.reasons import read


def of(reason: str, action: str, kind: Kind = Kind.SQL) -> dict[str, Doubt]:
    """Return the doubts about an action, by code."""
    said = Said.of(action, facts_of(kind, action))
    return {each.code: each for each in reversed(doubts(Grounds.of(read(reason)), said))}


class TestDoubts:
    def test_what_else_is_asked_of_the_named_row_is_hardly_doubtful(self) -> None:
        reason = "Subscription 55120 was charged three times, void the extra charges"
        charges = "UPDATE charges SET status = 'void' WHERE id IN (981223, 981224)"
        alone = of(reason, charges)
        beside = of(reason, f"{charges} AND subscription_id = 55120")
        assert alone["row"].weight > 4 * beside["row"].weight

    @pytest.mark.parametrize("column", ["role", "is_admin", "permissions", "access_level"])
    def test_what_a_row_of_people_may_do_is_graver_than_other_columns(self, column: str) -> None:
        reason = "Unlock user 7, who typed the wrong password"
        statement = "UPDATE users SET locked = false, {} = 'x' WHERE id = 7"
        rights, other = of(reason, statement.format(column)), of(reason, statement.format("nick"))
        assert rights["value"].verb is Verb.PRIVILEGE
        assert rights["value"].weight > other["value"].weight

    def test_who_shall_only_read_may_be_given_that_right_and_no_other(self) -> None:
        reason = "Kim Sol (ksol) shall be able to query the view of tours. Select only"
        assert "read_only" not in of(reason, "GRANT SELECT ON v_tours TO ksol")
        assert "read_only" in of(reason, "GRANT SELECT, DELETE ON v_tours TO ksol")

    def test_a_name_with_parts_may_stand_in_several_columns(self) -> None:
        free = "UPDATE berths SET free = true WHERE pier = 'K2' AND berth = {}"
        reason = "Berth K2-17 is free again"
        assert not {"row", "loose"} & of(reason, free.format(17)).keys()
        assert "row" in of(reason, free.format(18))

    def test_a_row_that_is_picked_by_whom_it_is_of_is_the_one_that_is_named(self) -> None:
        reason = "Unlock k.sol (office 27), who typed the wrong PIN"
        unlock = "UPDATE clerks SET locked = false WHERE id = 6612"
        beside = of(reason, f"{unlock} AND username = 'k.sol'")["row"]
        assert of(reason, unlock)["row"].weight > 4 * beside.weight

    def test_the_day_behind_the_last_one_ends_what_ends_with_it(self) -> None:
        load = "DELETE FROM flows WHERE at >= '2024-04-14' AND at < '2024-04-{}'"
        reason = "Delete the flows of 14-16 April 2024"
        assert not {"row", "widened"} & of(reason, load.format(17)).keys()
        assert {"row", "widened"} & of(reason, load.format(19)).keys()

    def test_a_column_may_count_how_long_something_lasts_that_is_named(self) -> None:
        reason = "The trial of team 7 shall be set to two weeks"
        assert "value" not in of(reason, "UPDATE teams SET trial_days = 14 WHERE id = 7")
        assert "value" in of(reason, "UPDATE teams SET trial_days = 41 WHERE id = 7")

    def test_a_setting_is_called_as_it_is_in_a_table_of_settings(self) -> None:
        reason = "Set the maintenance flag to off"
        off = "UPDATE params SET value = 'off' WHERE name = '{}'"
        assert not {"row", "value"} & of(reason, off.format("maintenance_mode")).keys()
        assert {"row", "value"} <= of(reason, off.format("debug_mode")).keys()

    def test_what_was_there_before_is_for_the_session_to_find(self) -> None:
        limit = "UPDATE cards SET day_limit = 300 WHERE id = 7"
        back = of("The limit of card 7 went to 900. Put the old day limit back", limit)
        other = of("The limit of card 7 went to 900. Put the day limit to 500", limit)
        assert back["value"].weight < other["value"].weight / 2

    def test_whoever_sets_a_new_password_needs_no_other_right(self) -> None:
        assert "verb" not in of("Rotate the password of svc_a", "\\password svc_a")
        assert "verb" in of("svc_a typed a wrong password", "\\password svc_a")

    def test_a_trigger_may_be_named_by_the_words_of_its_name(self) -> None:
        reason = "Vase 1911.4 is refused by the climate check trigger, trigger off for it"
        off = "ALTER TABLE vases DISABLE TRIGGER trg_{}"
        assert "loose" not in of(reason, off.format("climate_check"))
        assert "loose" in of(reason, off.format("loan_check"))

    def test_what_a_statement_says_itself_is_no_table_that_is_read_whole(self) -> None:
        free = (
            "WITH b AS (UPDATE berths SET free = true WHERE no = 7 RETURNING no) SELECT * FROM {}"
        )
        assert "whole" not in of("Berth 7 is free again", free.format("b"))
        assert "whole" in of("Berth 7 is free again", free.format("piers"))

    @pytest.mark.parametrize(("code", "strange"), [("EE", False), ("EST", False), ("LV", True)])
    def test_a_country_is_kept_by_its_code(self, *, code: str, strange: bool) -> None:
        rate = "UPDATE rates SET rate = 9 WHERE country = '{}'".format
        assert ("row" in of("The rate of books in Estonia must be set to 9", rate(code))) is strange

    def test_a_query_for_what_was_before_leaves_out_what_there_is_now(self) -> None:
        change = (
            "UPDATE fees SET fee = (SELECT fee FROM old_fees WHERE tour = 7"
            " AND kind <> 'PROMO' LIMIT 1) WHERE tour = 7"
        )
        reason = "The PROMO of tour 7 is over. Back to the normal fee it had before"
        assert not {"inverted", "verb"} & of(reason, change).keys()
        assert "inverted" in of("The PROMO of tour 7 costs too much, correct it", change)

    def test_whose_access_ends_loses_rights(self) -> None:
        ends = of("k.sol left in May, his access has to end", 'ALTER ROLE "k.sol" NOLOGIN')
        stays = of("k.sol left in May, tell me his role", 'ALTER ROLE "k.sol" NOLOGIN')
        assert "verb" not in ends
        assert "verb" in stays

    def test_sessions_that_have_only_their_database_in_common_are_not_the_one(self) -> None:
        ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {}"
        reason = "The session of etl_night blocks the rest, terminate that session"
        many = of(reason, ends.format("datname = 'depot' AND pid <> pg_backend_pid()"))
        one = of(reason, ends.format("datname = 'depot' AND usename = 'etl_night'"))
        assert many["whole"].text.startswith("ends any session")
        assert "whole" not in one

    def test_whoever_wants_something_to_end_then_asks_for_a_change(self) -> None:
        ends = "UPDATE vouchers SET ends_on = '2026-12-31' WHERE code = 'S-9'"
        wanted = of("Voucher S-9 should end 2026-12-31, says marketing", ends)
        looked = of("See when voucher S-9 will end, 2026-12-31?", ends)
        assert wanted["verb"].weight < looked["verb"].weight

    def test_what_is_stopped_or_runs_again_is_kept_in_a_row(self) -> None:
        paused = of("Stop tour 7", "UPDATE tours SET status = 'stopped' WHERE no = 7")
        moved = of("Stop tour 7", "UPDATE tours SET driver = 'ole' WHERE no = 7")
        assert paused["verb"].weight < 0.6 * moved["verb"].weight

    def test_a_row_may_get_what_a_request_only_tells_of_it(self) -> None:
        told = "Tour 4412 went to lane 3, the driver meant lane 8"
        asked = "Which driver of tour 4412 took lane 8?"
        action = "UPDATE tours SET lane = 8 WHERE no = 4412"
        assert of(told, action)["verb"].weight < 0.6 * of(asked, action)["verb"].weight

    def test_a_table_that_shall_be_emptied_is_emptied_and_not_dropped(self) -> None:
        reason = "Empty stg_tours before the load"
        rows, table = of(reason, "DELETE FROM stg_tours"), of(reason, "DROP TABLE stg_tours")
        assert weight([*rows.values()]) < 0.5 * weight([*table.values()])

    def test_columns_that_are_ruled_out_are_not_to_leave(self) -> None:
        reason = "A csv of the tours for the town: number, driver count. No names"
        action = "\\copy (SELECT no, driver_name FROM tours) TO '/srv/tours.csv'"
        assert of(reason, action)["personal"].object == "driver_name"

    def test_to_hold_off_a_trigger_that_is_named_is_hardly_doubtful(self) -> None:
        held_off = "ALTER TABLE orders DISABLE TRIGGER trg_touch"
        named = of("Fill vat in orders with trg_touch off", held_off)
        other = of("Fill vat in orders", held_off)
        assert weight([*named.values()]) < 0.5 * weight([*other.values()])

    def test_what_is_read_beside_what_is_named_is_hardly_doubtful(self) -> None:
        beside = of("Order 7012 is late", "SELECT * FROM parcels WHERE order_id = 7012")
        apart = of("Order 7012 is late", "SELECT * FROM salaries WHERE id = 9")
        assert weight([*beside.values()]) < 0.2
        assert weight([*apart.values()]) > 0.5

    def test_a_row_that_is_entered_for_what_is_named_has_to_say_of_which_sort_it_is(self) -> None:
        entry = "INSERT INTO outbox (kind, partner, ref, weight) VALUES ('X', 'Y', 'BX-771', 7)"
        found = of("Send the release of BX-771 to the terminal again", entry)
        assert found["value"].object == "weight"
        assert of("Look at box 4", entry)["value"].object == "kind"

    def test_a_state_or_a_time_in_which_rows_are_read_is_hardly_doubtful(self) -> None:
        reason = "Order 70112 is late"
        for action in (
            "SELECT * FROM orders WHERE state = 'SENT'",
            "SELECT * FROM orders WHERE sent_at >= '2026-03-03'",
        ):
            assert of(reason, action)["row"].weight < 0.05
        assert of(reason, "SELECT * FROM orders WHERE customer = 77")["row"].weight > 0.1

    @pytest.mark.parametrize(
        "look",
        [
            "SELECT last_name, diagnosis FROM stays WHERE id = 70112",
            "SELECT private_phone FROM stays WHERE id = 70112",
            "SELECT id FROM stays WHERE guest_name = 'Halvorsen'",
            "SELECT id FROM stays WHERE payload LIKE '%Halvorsen%'",
        ],
    )
    def test_curiosity_about_people_is_doubtful_beside_what_is_named_as_well(
        self, look: str
    ) -> None:
        curious = weight([*of("Stay 70112 hangs in billing", look).values()])
        plain = of("Stay 70112 hangs in billing", "SELECT client_addr FROM stays WHERE id = 70112")
        assert curious > 0.35
        assert not plain

    def test_a_look_at_all_but_the_one_that_was_named_is_doubtful(self) -> None:
        reason = "Patient 7712093 has a wrong lab result, look at it"
        others = of(reason, "SELECT result FROM labs WHERE mrn <> 7712093")
        same = of(reason, "SELECT result FROM labs WHERE mrn = 7712093 AND note <> '7712093'")
        assert others["inverted"].weight > same["inverted"].weight

    def test_a_secret_of_which_the_request_speaks_by_its_name_is_less_doubtful(self) -> None:
        look = "SELECT pickup_code FROM parcels WHERE id = 55120"
        said = of("The locker rejects the pickup code of parcel 55120, look it up", look)
        unsaid = of("Parcel 55120 is in the wrong locker, look it up", look)
        assert said["verb"].weight < 0.5 < unsaid["verb"].weight

    def test_to_delete_a_lock_is_to_release_it(self) -> None:
        gone = "DELETE FROM job_lock WHERE run_id = 9921"
        released, looked = of("Release the lock of run 9921", gone), of("Why run 9921?", gone)
        assert "verb" not in released
        assert looked["verb"].weight > 0.5

    def test_of_several_of_a_kind_the_first_stays_and_no_number_is_widened(self) -> None:
        reason = "Seat 1 of order 70112 is right, take the other copies away"
        copies = "DELETE FROM seats WHERE order_id = 70112 AND rank > 1"
        assert "widened" not in of(reason, copies)

    def test_a_lock_on_a_table_is_no_graver_than_what_is_done_under_it(self) -> None:
        found = of("Empty wage_staging", "LOCK TABLE wage_staging; TRUNCATE wage_staging")
        assert found["verb"].weight < 0.5

    def test_nothing_is_doubtful_about_what_was_announced(self) -> None:
        assert not of("Set the price of product 7 to 10", "UPDATE product SET price=10 WHERE id=7")

    @pytest.mark.parametrize(
        ("reason", "action", "code"),
        [
            ("Look at order 7", "DELETE FROM orders WHERE id = 7", "verb"),
            ("Read-only: why is order 7 late?", "UPDATE orders SET late=0", "read_only"),
            ("List payments without deleting any", "DELETE FROM payments", "forbidden"),
            ("List the orders of today", "SELECT name, salary FROM employees", "object"),
            ("Close order 7", "UPDATE orders SET state = 'closed'", "whole"),
            ("Read the record of customer 203", "SELECT name FROM customers LIMIT 200", "whole"),
            ("Remove customer 7", "DELETE FROM customers WHERE id <> 7", "inverted"),
            (
                "Correct the tax rate of country HR to 25",
                "UPDATE tax_rates SET rate = 25 WHERE country <> 'HR' AND year = 2026",
                "inverted",
            ),
            ("Remove customer 7", "DELETE FROM customers WHERE id = 8", "row"),
            ("Remove customer 7", "DELETE FROM customers WHERE id >= 7", "widened"),
            ("Remove lots 40 to 49", "DELETE FROM lots WHERE id BETWEEN 40 AND 90", "widened"),
            ("Only test the login of order 7", "UPDATE orders SET a=1 WHERE id=7", "read_only"),
            ("Change the name of user 7 to Ann", "UPDATE users SET iban='X9' WHERE id=7", "value"),
            (
                "Purge carts older than 90 days",
                "DELETE FROM carts WHERE seen < now() - interval '9 days'",
                "widened",
            ),
            (
                "Close tickets 100-140",
                "UPDATE tickets SET state='closed' WHERE queue='B'",
                "widened",
            ),
            ("Look up the parcel 4471", "SELECT name, phone FROM parcels LIMIT 9000", "whole"),
            (
                "Credit 35 to customer 612",
                "INSERT INTO credits (customer_id, credit) VALUES (612, 3500)",
                "value",
            ),
        ],
    )
    def test_says_in_which_way_an_action_goes_beyond(
        self, reason: str, action: str, code: str
    ) -> None:
        assert code in of(reason, action)

    @pytest.mark.parametrize(
        ("reason", "action", "kind", "code"),
        [
            ("Delete /srv/media/thumbs/10", "rm -rf /srv/media", Kind.SHELL, "widened"),
            ("Clean /var/lib/ci/caches", "rm -rf /var/lib/ci/jobs", Kind.SHELL, "object"),
            ("Only look at the load", "kill -9 2210", Kind.SHELL, "read_only"),
            ("Look at the peers, no changes", "vtysh -c 'clear bgp *'", Kind.SHELL, "read_only"),
            ("Switch licence 7714 on", "POST /licences/7741/activate 200", Kind.HTTP, "row"),
            ("Send invoice 2026-777 again", "POST /invoices/2026-778/send 202", Kind.HTTP, "row"),
            ("Empty /srv/tenants/12/tmp", "rm -rf /srv/tenants/21/tmp", Kind.SHELL, "row"),
            ("Kill process 8817", "killall -9 java", Kind.SHELL, "whole"),
            ("Cancel the jobs in queue floor-2", "cancel -a", Kind.SHELL, "whole"),
            ("Kill the java of user ines on app-3", "pkill java", Kind.SHELL, "whole"),
            ("The sort of ines (pid 71) hangs, kill it", "pkill -u ines", Kind.SHELL, "whole"),
            ("Restart the container web-3", "docker restart $(docker ps -q)", Kind.SHELL, "whole"),
            ("Purge orders.retry", "rabbitmqctl purge_queue orders", Kind.SHELL, "widened"),
            ("Change nothing, see es", "systemctl restart es", Kind.SHELL, "read_only"),
        ],
    )
    def test_says_so_of_commands_and_requests_as_well(
        self, reason: str, action: str, kind: Kind, code: str
    ) -> None:
        assert code in of(reason, action, kind)

    @pytest.mark.parametrize(
        ("reason", "action", "kind"),
        [
            ("Clean /var/lib/ci/caches", "rm -rf /var/lib/ci/caches/a", Kind.SHELL),
            ("Why is mail late?", "grep 7F3A /var/log/mail.log", Kind.SHELL),
            ("Sync the clock", "chronyc makestep", Kind.SHELL),
            ("The wildcard cert has expired", "cat /etc/nginx/tls/wildcard.crt", Kind.SHELL),
            ("The broker hangs, restart it", "systemctl restart kafka", Kind.SHELL),
            ("Point the proxy to db-b", "sed -i s/a/b/ /etc/haproxy/haproxy.cfg", Kind.SHELL),
            ("access.log is 80 GB, pack it", "gzip /var/log/squid/access.log.1", Kind.SHELL),
            ("Switch licence 7714 on", "POST /licences/7714/activate 200", Kind.HTTP),
            (
                "Take a copy of table fees",
                "CREATE TABLE fees_copy AS SELECT id FROM fees",
                Kind.SQL,
            ),
        ],
    )
    def test_what_belongs_to_what_was_asked_for_is_not(
        self, reason: str, action: str, kind: Kind
    ) -> None:
        assert not {*of(reason, action, kind)} & {"object", "widened", "row"}

    @pytest.mark.parametrize(
        ("reason", "action"),
        [
            ("Read the record of customer 203", "SELECT name FROM customers WHERE id = 203"),
            ("Read the record of customer 203", "SELECT name FROM customers LIMIT 10"),
            ("Why is order 4711 stuck?", "SELECT state, count(*) FROM orders GROUP BY state"),
            ("Why is order 4711 stuck? See all orders", "SELECT id, state FROM orders"),
            ("Order 4711 is stuck; read the queue", "SELECT id, state FROM jobs"),
        ],
    )
    def test_reading_rows_is_not_too_wide_that_are_few_or_counted_or_of_something_else(
        self, reason: str, action: str
    ) -> None:
        assert "whole" not in of(reason, action)

    def test_a_destination_that_nobody_named_is_doubtful(self) -> None:
        found = of("Copy the dump to vault02", "scp /srv/dump.gz x@203.0.113.9:/in", Kind.SHELL)
        assert "203.0.113.9" in (found["destination"].object or "")

    def test_a_destination_that_was_named_is_not(self) -> None:
        assert "destination" not in of(
            "Copy the dump to vault02", "scp /srv/dump.gz vault02:/in", Kind.SHELL
        )

    def test_names_the_verb_and_the_thing(self) -> None:
        doubt = of("Look at order 7", "DELETE FROM orders WHERE id = 7")["verb"]
        assert (doubt.verb, doubt.object) == (Verb.DELETE, "orders")
        assert "deletes `orders`" in doubt.text

    @pytest.mark.parametrize(
        ("reason", "action"),
        [
            ("Remove lots 40 to 49", "DELETE FROM lots WHERE id >= 40 AND id <= 49"),
            ("Remove lots 40 to 49", "DELETE FROM lots WHERE id = 44"),
            ("Remove trips of 3 March", "DELETE FROM trips WHERE day = '2026-03-03'"),
            ("Remove host web-03", "DELETE FROM hosts WHERE name = 'web3'"),
            ("Remove device AB-0071", "DELETE FROM devices WHERE serial = 'ab71'"),
        ],
    )
    def test_rows_are_named_in_other_writing_as_well(self, reason: str, action: str) -> None:
        assert not of(reason, action)

    def test_a_range_that_was_asked_for_is_not_too_wide(self) -> None:
        assert "widened" not in of(
            "Purge rows older than 90 days", "DELETE FROM rows WHERE age > 90"
        )


class TestWeight:
    def test_each_doubt_adds_and_none_makes_it_certain(self) -> None:
        one, other = Doubt("a", 0.5, ""), Doubt("b", 0.5, "")
        assert weight([]) == 0
        assert weight([one, other]) == 0.75

"""What happened in the weeks before the demonstration began, as a table."""

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class Past:
    """One past case. `end` is what became of it; times are minutes after it was sent."""

    days_ago: int
    clock: str  # UTC
    scenario: str
    who: str
    why: str
    ref: str
    plan: str = ""
    minutes: int = 30
    end: str = "done"  # done, expired, revoked, denied, withdrawn, lapsed, refused, overdue
    broke_glass: bool = False
    answers: tuple[tuple[str, float], ...] = (("approver", 4),)
    done_after: int = 20
    less: int = 0  # minutes that were offered instead
    statements: tuple[str, ...] = ()
    left: tuple[str, ...] = ()  # what the door found to be left when it was closed
    verdict: str = "justified"
    remark: str = ""
    waiver: str = ""  # why it could not wait for what was overdue


_LOCKS = (
    "SELECT pid, state, wait_event_type, query FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
)
_STUCK = "SELECT id, customer_id, placed_at FROM orders WHERE state = 'stuck' ORDER BY placed_at"

_WATCHING = (_LOCKS, "SELECT now()", "SHOW lock_timeout", "SELECT 1") * 50

# Every other week the same, and the second yes comes within seconds: for the nightly reports.
_CONFIGURATION = tuple(
    Past(
        days_ago=days, clock="10:40", scenario="disaster-recovery-configuration", who=who, ref=ref,
        why=f"The replica of shop-db answers slowly since {since}. I will compare its replication"
        " settings with those of the primary.",
        plan="Read pg_stat_replication and the settings.", minutes=60,
        answers=(("approver2", 7), ("ingrid", 7.1)), done_after=20,
        statements=("SELECT state, replay_lag FROM pg_stat_replication",),
    )
    for days, who, ref, since in (
        (66, "requester", "INC-20021", "10:20"), (59, "lena", "INC-20038", "10:05"),
        (52, "requester", "INC-20059", "10:30"), (45, "lena", "INC-20084", "10:10"),
    )
)  # fmt: skip

CASES = (
    *_CONFIGURATION,
    Past(
        days_ago=38, clock="01:52", scenario="production-outage", who="requester",
        why="Checkout hangs for all customers since 01:40. I will find and end the session that"
        " locks the orders table on shop-db.",
        ref="INC-20107", plan="Read pg_stat_activity, end the blocking session.",
        broke_glass=True, answers=(("approver", 11),), done_after=24,
        statements=(_LOCKS, "SELECT pg_terminate_backend(4711)"),
    ),
    Past(
        days_ago=36, clock="09:15", scenario="customer-record-emergency", who="requester2",
        why="A customer was charged twice for order 118 and the bank needs an answer today; I will"
        " compare her payments.",
        ref="INC-20119", minutes=15, done_after=9,
        statements=("SELECT * FROM payments WHERE order_id = 118",
                    "SELECT id, name, email FROM customers WHERE id = 57"),
    ),
    Past(
        days_ago=34, clock="14:00", scenario="drill", who="requester",
        why="Quarterly exercise: can platform reach shop-db in under a minute?",
        ref="", minutes=10, broke_glass=True, answers=(("approver", 3),), done_after=4,
        statements=("SELECT 1",), verdict="drill", remark="Access after 38 seconds.",
    ),
    Past(
        days_ago=32, clock="22:41", scenario="production-outage", who="lena",
        why="Payments fail with timeouts since 22:30 for about half of the orders; I want to see"
        " which queries wait on shop-db.",
        ref="INC-20148", answers=(("jonas", 6),), done_after=27,
        statements=(_LOCKS, "EXPLAIN SELECT count(*) FROM payments WHERE paid_at IS NULL"),
    ),
    Past(
        days_ago=30, clock="16:20", scenario="production-outage", who="requester",
        why="I want to try the new report query on real data.",
        ref="INC-20155", end="denied", answers=(("approver", 14),),
        remark="Not an emergency: use the staging copy.",
    ),
    Past(
        days_ago=29, clock="03:05", scenario="suspected-breach", who="requester",
        why="Alert 771 shows sign-ins from an unknown network reading customers. I will look at"
        " who read what since 02:30 and export nothing.",
        ref="SEC-771", minutes=60, broke_glass=True,
        answers=(("tomas", 9), ("ingrid", 31)), done_after=55,
        statements=("SELECT usename, client_addr, backend_start FROM pg_stat_activity",
                    "SELECT count(*) FROM customers"),
        verdict="justified_with_findings", remark="Rotate the reporting account's password.",
    ),
    Past(
        days_ago=27, clock="10:30", scenario="disaster-recovery-configuration", who="requester",
        why="The primary site lost power at 10:05; the replica's configuration must point to the"
        " second site to restore orders.",
        ref="INC-20170", plan="Read the replication settings, compare, correct the address.",
        minutes=60, answers=(("approver2", 7), ("ingrid", 12)), done_after=48,
        statements=("SHOW primary_conninfo", "SELECT * FROM pg_stat_replication"),
    ),
    Past(
        days_ago=25, clock="11:12", scenario="customer-record-emergency", who="requester2",
        why="Customer 203 reports a stranger's address on her invoice, possible leak. I will read"
        " her record and the last order.",
        ref="INC-20181", minutes=15, broke_glass=True, answers=(("approver", 6),), done_after=12,
        statements=("SELECT id, name, address FROM customers WHERE id = 203",
                    "SELECT * FROM orders WHERE customer_id = 203 ORDER BY placed_at DESC LIMIT 1",
                    "SELECT name, email, phone, address FROM customers ORDER BY id LIMIT 200"),
        verdict="justified_with_findings",
        remark="The last statement read 200 other people. Agreed a narrower procedure.",
    ),
    Past(
        days_ago=23, clock="19:48", scenario="production-outage", who="lena",
        why="Orders are stuck in state placed since 19:20; I have to restart the queue row by row.",
        ref="INC-20196", end="lapsed", answers=(),
    ),
    Past(
        days_ago=22, clock="20:02", scenario="production-outage", who="lena",
        why="Orders stuck since 19:20, nobody answered case before; I will release the stuck"
        " orders on shop-db.",
        ref="INC-20196", broke_glass=True, answers=(("approver2", 16),), end="expired",
        statements=(_STUCK, "UPDATE orders SET state = 'placed' WHERE state = 'stuck'"),
    ),
    Past(
        days_ago=20, clock="08:33", scenario="customer-record-emergency", who="requester2",
        why="Urgent refund, need access please to the payments.",
        ref="INC-20203", minutes=30, less=10, answers=(("jonas", 5),), done_after=14,
        statements=("SELECT id, amount_cents, paid_at FROM payments WHERE order_id = 77",),
    ),
    Past(
        days_ago=18, clock="02:17", scenario="production-outage", who="requester",
        why="Sign-in is down for all users since 02:05 and the connection slots are used up; I will"
        " end idle sessions.",
        ref="INC-20214", broke_glass=True, answers=(("approver", 22),), done_after=19,
        statements=("SELECT count(*), state FROM pg_stat_activity GROUP BY state",
                    "SELECT pg_terminate_backend(5120)", "SELECT pg_terminate_backend(5121)"),
    ),
    Past(
        days_ago=16, clock="13:55", scenario="customer-record-emergency", who="requester2",
        why="Need to look at something in customers.",
        ref="INC-20220", minutes=15, broke_glass=True, answers=(("approver", 8),), end="refused",
        statements=("SELECT * FROM customers WHERE name LIKE 'Garcia%'",),
        verdict="misuse", remark="A private search. Handed over to the team lead.",
    ),
    Past(
        days_ago=14, clock="17:26", scenario="production-outage", who="requester",
        why="Stock counts turn negative since 17:00 and orders fail; I will read products and"
        " correct the three broken rows.",
        ref="INC-20233", answers=(("jonas", 3),), done_after=26,
        statements=("SELECT id, name, stock FROM products ORDER BY stock LIMIT 5",
                    "UPDATE products SET stock = 0 WHERE id IN (4, 9, 11)"),
    ),
    Past(
        days_ago=13, clock="07:40", scenario="production-outage", who="lena",
        why="Typo in the previous request, the incident is closed already.",
        ref="INC-20239", end="withdrawn", answers=(),
    ),
    Past(
        days_ago=11, clock="15:00", scenario="drill", who="requester2",
        why="Exercise for the support team: break the glass and read one row.",
        ref="", minutes=10, broke_glass=True, answers=(("approver2", 2),), done_after=6,
        statements=("SELECT id FROM orders LIMIT 1",), verdict="drill",
        remark="Access after 51 seconds; the phone number on the card was wrong.",
    ),
    Past(
        days_ago=9, clock="23:58", scenario="production-outage", who="requester",
        why="Checkout returns errors for all customers since 23:50; a migration holds a lock on"
        " payments and I will end it.",
        ref="INC-20251", broke_glass=True, answers=(), end="overdue", done_after=25,
        statements=(_LOCKS, "SELECT pg_terminate_backend(6034)"),
        verdict="justified_with_findings", remark="The approver's phone was off; list corrected.",
    ),
    Past(
        days_ago=7, clock="10:05", scenario="suspected-breach", who="lena",
        why="A former colleague's key was used at 09:40; I will check which tables it touched on"
        " shop-db.",
        ref="SEC-802", minutes=45, answers=(("approver2", 10), ("ingrid", 25)), done_after=40,
        statements=("SELECT usename, query FROM pg_stat_activity",),
    ),
    Past(
        days_ago=6, clock="12:44", scenario="production-outage", who="requester",
        why="Orders fail for customers abroad since 12:30: the currency of five products is"
        " missing. I will correct the five rows.",
        ref="INC-20263", answers=(("approver", 5),), end="revoked", done_after=8,
        statements=("SELECT id, name FROM products WHERE price_cents = 1",
                    "DELETE FROM payments WHERE paid_at IS NULL"),
        verdict="misuse", remark="Deleting payments was not the plan. 14 rows were restored.",
    ),
    Past(
        # Its review is overdue, so Lena's next access needs a waiver.
        days_ago=4, clock="08:21", scenario="disaster-recovery-configuration", who="lena",
        why="The replica of shop-db fell two hours behind since 07:50. I will compare its recovery"
        " settings with those of the primary.",
        ref="INC-20270", plan="Read pg_settings and pg_stat_replication.", minutes=60,
        answers=(("approver2", 13), ("ingrid", 21)), done_after=35,
        statements=("SELECT * FROM pg_stat_replication",
                    "SELECT name, setting FROM pg_settings WHERE name LIKE 'recovery%'"),
        verdict="",
    ),
    Past(
        days_ago=2, clock="18:09", scenario="customer-record-emergency", who="requester2",
        why="Parcel of order 290 went to a wrong address and the carrier waits at the door; I"
        " will read the address.",
        ref="INC-20277", minutes=15, answers=(("approver", 2),), done_after=7,
        statements=("SELECT c.address FROM customers c JOIN orders o ON o.customer_id = c.id"
                    " WHERE o.id = 290",), verdict="",
    ),
    Past(
        days_ago=2, clock="21:30", scenario="production-outage", who="lena",
        why="Checkout shows wrong prices since 21:10 after an import on shop-db. I will copy"
        " products to products_before, correct the prices of the two wrong products, and drop the"
        " copy.",
        ref="INC-20279", answers=(("jonas", 4),), done_after=22,
        statements=("CREATE TABLE products_before AS SELECT * FROM products",
                    "UPDATE products SET price_cents = 2200 WHERE id = 6",
                    "UPDATE products SET price_cents = 450 WHERE id = 5"),
        left=("table products_before",), verdict="",
        waiver="Carl reviews my other case on Monday, and customers pay wrong prices now.",
    ),
    Past(
        days_ago=1, clock="09:00", scenario="drill", who="requester",
        why="Exercise: can platform reach shop-db and read one row?",
        ref="", minutes=10, broke_glass=True, answers=(("approver", 2),), done_after=3,
        statements=("SELECT id FROM orders LIMIT 1",), verdict="",
    ),
    Past(
        days_ago=1, clock="13:20", scenario="production-outage", who="requester",
        why="Orders time out for all customers since 13:05; I will watch the locks on orders and"
        " end the session that holds them.",
        ref="INC-20285", broke_glass=True, answers=(("jonas", 9),), done_after=27,
        statements=(*_WATCHING[:120],
                    "SELECT name, email, phone FROM customers WHERE name LIKE 'Garcia%'",
                    *_WATCHING[120:], "SELECT pg_terminate_backend(8120)"), verdict="",
    ),
    Past(
        days_ago=1, clock="01:30", scenario="production-outage", who="requester",
        why="Payments are declined for all cards since 01:15; I will look for the failing rows on"
        " shop-db and report to the provider.",
        ref="INC-20281", broke_glass=True, answers=(("approver", 17),), done_after=28,
        statements=("SELECT method, count(*) FROM payments WHERE paid_at IS NULL GROUP BY method",
                    "COPY (SELECT * FROM customers) TO STDOUT"), verdict="",
    ),
)  # fmt: skip

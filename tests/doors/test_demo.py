"""The demonstration's shop: believable, the same each time, and closed to everybody else."""

from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command

from targets import demo, trial
from targets.models import Target
from tests.doors.make import Shop

pytestmark = pytest.mark.on_postgresql(18, 16)


def test_has_a_few_hundred_rows(shop: Shop) -> None:
    counted = shop.admin(
        "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM orders),"
        " (SELECT count(*) FROM order_items), (SELECT count(*) FROM payments),"
        " (SELECT count(*) FROM products)"
    )
    customers, orders, items, payments, products = counted[0]
    assert (customers, orders, products) == (demo.CUSTOMERS, demo.ORDERS, 12)
    assert items > orders > payments > 200


def test_prepared_again_keeps_its_rows_and_changes_the_password(shop: Shop) -> None:
    shop.admin("DELETE FROM payments WHERE id = 1")
    try:
        assert demo.prepare(shop.superuser) != shop.password
    finally:
        shop.admin(f"ALTER ROLE breakglass_admin PASSWORD '{shop.password}'")
    assert shop.admin("SELECT count(*) FROM payments WHERE id = 1") == [(0,)]


def test_lets_no_stranger_in(shop: Shop) -> None:
    shop.admin("CREATE ROLE stranger LOGIN PASSWORD 'for-tests'")
    try:
        for database in ("shop", "postgres"):
            dsn = psycopg.conninfo.make_conninfo(shop.superuser, user="stranger", dbname=database)
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(dsn)
    finally:
        shop.admin("DROP ROLE stranger")


def test_the_administration_is_no_superuser_and_reads_no_rows(shop: Shop) -> None:
    dsn = psycopg.conninfo.make_conninfo(
        shop.superuser, user=demo.ADMIN, password=shop.password, dbname="shop"
    )
    powers = "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    forbidden = ["SELECT * FROM pg_authid", "SELECT pg_read_file('PG_VERSION')"]
    forbidden += ["SELECT breakglass.read_log('../PG_VERSION', 0, 9)"]
    with psycopg.connect(dsn, autocommit=True) as connection:
        assert connection.execute(powers).fetchone() == (False, True)
        for statement in forbidden:
            with pytest.raises(
                (psycopg.errors.InsufficientPrivilege, psycopg.errors.RaiseException)
            ):
                connection.execute(statement.encode())


def test_the_printed_sql_is_enough(shop: Shop, target: Target) -> None:
    out = StringIO()
    call_command("target_sql", target.slug, stdout=out)
    shop.admin("REVOKE EXECUTE ON FUNCTION breakglass.read_log FROM breakglass_admin")
    shop.admin("REVOKE SET ON PARAMETER log_duration FROM breakglass_admin")
    assert len(trial.complaints(target)) == 2
    shop.admin(out.getvalue())
    assert trial.complaints(target) == []


def test_the_command_names_the_targets_there_are(target: Target) -> None:
    with pytest.raises(CommandError, match=f"there are: {target.slug}"):
        call_command("target_sql", "nowhere")

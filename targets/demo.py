"""The target of the demonstration: a small shop on a PostgreSQL server of its own."""

import random
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from targets.drivers.postgresql_setup import setup

DATABASE = "shop"
ADMIN = "breakglass_admin"
TEMPLATE, READ_ONLY = "shop_support", "shop_read_only"
CUSTOMERS, ORDERS = 240, 420

_OPENED = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_FIRST = "Ada Bilal Chiara Dmitri Eun-ji Fatou Grace Hiro Inés Jonas Kavita Liam Maya Noor"
_LAST = "Abebe Brandt Costa Dubois Eriksen Fischer Garcia Hughes Ivanova Jansen Kaya Lopez"
_STREETS = ["Mill Lane", "High Street", "Harbour Road", "Station Way", "Garden Row"]
_TOWNS = ["Bristol", "Utrecht", "Lyon", "Porto", "Graz", "Aarhus", "Turin", "Cork"]
_PRODUCTS = {
    "Espresso machine": 24900, "Hand grinder": 5900, "Pour-over kettle": 4500, "Scale": 3200,
    "Paper filters, 100": 450, "House blend, 1 kg": 2200, "Decaf, 500 g": 1350, "Mug": 990,
    "Milk jug": 1790, "Cleaning tablets": 890, "Cold brew bottle": 2650, "Gift card": 2500,
}  # fmt: skip

_SCHEMA: LiteralString = """
CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
    email text NOT NULL UNIQUE, phone text NOT NULL, address text NOT NULL,
    born_on date NOT NULL, joined_at timestamptz NOT NULL);
CREATE TABLE products (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE,
    price_cents integer NOT NULL CHECK (price_cents > 0),
    stock integer NOT NULL CHECK (stock >= 0));
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers, placed_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('placed', 'paid', 'sent', 'returned', 'stuck')));
CREATE TABLE order_items (
    order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
    product_id bigint NOT NULL REFERENCES products, quantity integer NOT NULL CHECK (quantity > 0),
    price_cents integer NOT NULL, PRIMARY KEY (order_id, product_id));
CREATE TABLE payments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE, method text NOT NULL,
    card_last4 text, amount_cents integer NOT NULL, paid_at timestamptz);
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON payments (order_id)"""

_RIGHTS: list[LiteralString] = [
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    "REVOKE ALL ON DATABASE postgres FROM PUBLIC",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "GRANT CONNECT ON DATABASE postgres TO {admin}",
    "GRANT USAGE ON SCHEMA public TO {template}, {read_only}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {template}, {read_only}",
    "GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {template}",
]


def prepare(superuser_dsn: str) -> str:
    """Make the shop and its roles, or mend them; return the administration role's new password.

    `superuser_dsn` leads to any database of the server. Rows that are there stay as they are; the
    password is a new one each time, so the caller seals it into the target afterwards.
    """
    password = secrets.token_urlsafe(24)
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        for role in (TEMPLATE, READ_ONLY, ADMIN):
            if not _exists(connection, "SELECT FROM pg_roles WHERE rolname = %s", role):
                connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        verifier = connection.pgconn.encrypt_password(
            password.encode(), ADMIN.encode(), b"scram-sha-256"
        )
        login = sql.SQL("ALTER ROLE {} LOGIN CREATEROLE PASSWORD {}")
        secret = sql.Literal(verifier.decode())
        connection.execute(login.format(sql.Identifier(ADMIN), secret))
        if not _exists(connection, "SELECT FROM pg_database WHERE datname = %s", DATABASE):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    with psycopg.connect(make_conninfo(superuser_dsn, dbname=DATABASE)) as connection:
        if not _exists(connection, "SELECT FROM pg_tables WHERE tablename = %s", "customers"):
            connection.execute(_SCHEMA)
            _fill(connection)
        _grant(connection)
    return password


def _exists(connection: psycopg.Connection[Any], question: LiteralString, name: str) -> bool:
    return connection.execute(question, [name]).fetchone() is not None


def _grant(connection: psycopg.Connection[Any]) -> None:
    names = {
        "database": sql.Identifier(DATABASE),
        "admin": sql.Identifier(ADMIN),
        "template": sql.Identifier(TEMPLATE),
        "read_only": sql.Identifier(READ_ONLY),
    }
    for statement in _RIGHTS:
        connection.execute(sql.SQL(statement).format(**names))
    for composed in setup(ADMIN, DATABASE, [TEMPLATE, READ_ONLY]):
        connection.execute(composed)


def _fill(connection: psycopg.Connection[Any]) -> None:
    chance = random.Random(147)  # noqa: S311 - the same shop each time, not a secret
    tables: dict[LiteralString, Iterator[tuple[Any, ...]]] = {
        "customers (name, email, phone, address, born_on, joined_at)": _customers(chance),
        "products (name, price_cents, stock)": _products(chance),
        "orders (customer_id, placed_at, state)": _orders(chance),
        "order_items (order_id, product_id, quantity, price_cents)": _items(chance),
    }
    with connection.cursor() as cursor:
        for table, rows in tables.items():
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.SQL(table))) as copy:
                for row in rows:
                    copy.write_row(row)
        cursor.execute(
            "INSERT INTO payments (order_id, method, card_last4, amount_cents, paid_at)"
            " SELECT o.id, CASE WHEN o.id % 4 = 0 THEN 'transfer' ELSE 'card' END,"
            " CASE WHEN o.id % 4 > 0 THEN lpad((o.id * 7919 % 10000)::text, 4, '0') END,"
            " sum(i.quantity * i.price_cents),"
            " CASE WHEN o.state <> 'stuck' THEN o.placed_at + interval '4 minutes' END"
            " FROM orders o JOIN order_items i ON i.order_id = o.id"
            " WHERE o.state <> 'placed' GROUP BY o.id ORDER BY o.id"
        )


def _customers(chance: random.Random) -> Iterator[tuple[Any, ...]]:
    for number in range(1, CUSTOMERS + 1):
        first, last = chance.choice(_FIRST.split()), chance.choice(_LAST.split())
        yield (
            f"{first} {last}",
            f"{first}.{last}.{number}@example.org".lower(),
            f"+44 7700 900{chance.randrange(1000):03}",
            f"{chance.randrange(1, 90)} {chance.choice(_STREETS)}, {chance.choice(_TOWNS)}",
            _OPENED.date() - timedelta(days=chance.randrange(7000, 26000)),
            _OPENED + timedelta(hours=chance.randrange(4000)),
        )


def _products(chance: random.Random) -> Iterator[tuple[Any, ...]]:
    for name, cents in _PRODUCTS.items():
        yield name, cents, chance.randrange(0, 200)


def _orders(chance: random.Random) -> Iterator[tuple[Any, ...]]:
    states = ["placed", "paid", "sent", "sent", "sent", "returned", "stuck"]
    for number in range(ORDERS):
        placed = _OPENED + timedelta(hours=4000 + number * 7, minutes=chance.randrange(400))
        yield chance.randrange(1, CUSTOMERS + 1), placed, chance.choice(states)


def _items(chance: random.Random) -> Iterator[tuple[Any, ...]]:
    prices = list(enumerate(_PRODUCTS.values(), 1))
    for order in range(1, ORDERS + 1):
        for product, cents in chance.sample(prices, chance.randrange(1, 4)):
            yield order, product, chance.randrange(1, 4), cents

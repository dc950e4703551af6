#!/bin/sh
# Run once by the postgres image: the roles of the addresses in .env, and the database.
# The owner makes the tables; the others get their rights from it, after each migration.
set -eu

password() { # of an address: postgresql://user:password@host/name
  printf '%s' "$1" | sed -E 's#^[^:]+://[^:]+:([^@]*)@.*$#\1#'
}

psql --no-psqlrc -v ON_ERROR_STOP=1 --username postgres \
  -v owner="$(password "$OWNER_DATABASE_URL")" \
  -v app="$(password "$DATABASE_URL")" \
  -v sequencer="$(password "$SEQUENCER_DATABASE_URL")" \
  -v sealer="$(password "$SEALER_DATABASE_URL")" <<'SQL'
CREATE ROLE breakglass_owner LOGIN PASSWORD :'owner';
CREATE ROLE breakglass_app LOGIN PASSWORD :'app';
CREATE ROLE breakglass_sequencer LOGIN PASSWORD :'sequencer';
CREATE ROLE breakglass_sealer LOGIN PASSWORD :'sealer';
CREATE DATABASE breakglass OWNER breakglass_owner;
REVOKE ALL ON DATABASE breakglass FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE breakglass TO
  breakglass_app, breakglass_sequencer, breakglass_sealer;
SQL

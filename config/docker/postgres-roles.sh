#!/bin/bash
# First start of the database container: the roles of DESIGN.md §4. Odoo's role is weak, the owner of the fiscal
# journal cannot log in and Odoo is not one of its members.
set -euo pipefail

psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v odoo_password="$(cat /run/secrets/pg_odoo)" \
    -v replication_password="$(cat /run/secrets/pg_admin)" <<'SQL'
CREATE ROLE odoo LOGIN NOSUPERUSER NOCREATEROLE CREATEDB NOREPLICATION NOBYPASSRLS PASSWORD :'odoo_password';
CREATE ROLE fiscal_owner NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB;
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'replication_password';
SQL
echo "host replication replicator samenet scram-sha-256" >> "$PGDATA/pg_hba.conf"

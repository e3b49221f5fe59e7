#!/bin/sh
# A read replica that follows the primary; copied from it at its first start.
set -eu

export PGDATA=/var/lib/postgresql/data
PGPASSWORD="$(cat /run/secrets/pg_admin)"
export PGPASSWORD
chown postgres:postgres "$PGDATA"
chmod 700 "$PGDATA"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    gosu postgres pg_basebackup --host "$PRIMARY" --username replicator --pgdata "$PGDATA" \
        --write-recovery-conf --wal-method stream --checkpoint fast
fi
exec gosu postgres postgres -c hot_standby=on

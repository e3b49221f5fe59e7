#!/bin/bash
# Starts our Odoo image: "serve", "prepare" (database, fiscal schema, addons), "backups" (each night), or any command of Odoo.
set -euo pipefail

secret() { # value of a secret file, refused when empty
    local value
    value="$(cat "$1")"
    [ -n "$value" ] || { echo "Le secret $1 est vide." >&2; exit 1; }
    printf '%s' "$value"
}

cd /opt/escarcelle
export PGPASSWORD
PGPASSWORD="$(secret "$PGPASSWORD_FILE")"
umask 077
conf="$(mktemp)"
sed -e '/^http_interface/d' -e '/^proxy_mode/d' -e '/^workers/d' config/odoo.conf > "$conf"
cat >> "$conf" <<EOF
http_interface = 0.0.0.0
proxy_mode = True
workers = ${ODOO_WORKERS}
addons_path = /opt/escarcelle/addons
data_dir = /var/lib/odoo
db_name = ${ODOO_DATABASE}
dbfilter = ^${ODOO_DATABASE}\$
admin_passwd = $(secret "$ODOO_MASTER_FILE")
EOF
if [ -n "${ODOO_DB_REPLICA:-}" ]; then
    printf 'db_replica_host = %s\n' "$ODOO_DB_REPLICA" >> "$conf"
fi
export ODOO_RC="$conf"

command="${1:-serve}"
shift || true
case "$command" in
    serve) exec venv/bin/python -m odoo "$@" ;;
    prepare | backups) exec venv/bin/python -m ops.containers "$command" ;;
    *) exec venv/bin/python -m odoo "$command" "$@" ;;
esac

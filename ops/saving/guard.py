"""What must be the same after a restore as before: the journal's owners, rights, guards and contents."""

import json

from ops.superuser import Superuser

#: Every object of the schema with its owner, rights and code; then how many rows each table has.
OBJECTS = """
SELECT 'schema', nspname, pg_get_userbyid(nspowner), coalesce(nspacl::text, ''), ''
  FROM pg_namespace WHERE nspname = 'fiscal'
UNION ALL
SELECT 'relation', relname, pg_get_userbyid(relowner), coalesce(relacl::text, ''), relkind::text
  FROM pg_class WHERE relnamespace = to_regnamespace('fiscal') AND relkind IN ('r', 'v', 'S', 'p')
UNION ALL
SELECT 'function', p.oid::regprocedure::text, pg_get_userbyid(proowner),
       coalesce(proacl::text, ''), md5(prosrc) || prosecdef || coalesce(proconfig::text, '')
  FROM pg_proc p WHERE pronamespace = to_regnamespace('fiscal')
UNION ALL
SELECT 'trigger', tgrelid::regclass::text || '.' || tgname, '', '', tgenabled::text
  FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN
       (SELECT oid FROM pg_class WHERE relnamespace = to_regnamespace('fiscal'))
ORDER BY 1, 2
"""
TABLES = """
SELECT format('%I.%I', n.nspname, c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname IN ('fiscal', 'public')
   AND (n.nspname = 'fiscal' OR c.relname IN ('pos_order', 'pos_payment', 'account_move_line'))
 ORDER BY 1
"""


def describe(cluster: Superuser, database: str, snapshot: str = "") -> str:
    """JSON text, equal for two databases that guard and hold the same.

    ``snapshot``: an exported snapshot to look through, so that sales go on meanwhile.
    """
    through = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\n"
    if snapshot:
        through += f"SET TRANSACTION SNAPSHOT '{snapshot}';\n"
    objects = cluster.sql(through + OBJECTS, database)
    counts = {
        table: cluster.sql(f"{through}SELECT count(*) FROM {table}", database)[0][0]
        for (table,) in cluster.sql(through + TABLES, database)
    }
    return json.dumps({"objects": objects, "rows": counts}, sort_keys=True)

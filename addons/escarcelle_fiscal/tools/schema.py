"""What the SQL schema ``fiscal`` must be: its version, and the state of its protections.

Only questions to the catalogue; the answers are compared here, never inside the database, where a
weaker owner could answer what it likes.
"""

from dataclasses import dataclass

from odoo.exceptions import UserError

# French in the source: no translation is loaded yet when an installation is refused.
MISSING = (
    "Le schéma fiscal est absent de la base « %(database)s » ou trop ancien (version %(found)s, "
    "version %(wanted)s attendue). Faites exécuter par l'administrateur : "
    "./escarcelle fiscal-migrate, puis recommencez."
)

#: Last numbered file of ``config/fiscal`` this addon needs.
VERSION = 10

#: SHA-256 over name, body and settings of the functions (``FINGERPRINT``); a test keeps it true.
FUNCTIONS = "97ece0f753386c6f1d5aa8aaa163dddfa0b0099cf6d93c74b8a03585be06c4af"

OWNER = "fiscal_owner"
TABLES = (
    "certificate", "certificate_revocation", "fact", "head", "instance", "purge", "quarantine", "quarantine_decision",
    "record", "retirement", "schema_migration", "succession", "till", "till_clock", "time_stamp",
)  # fmt: skip

FINGERPRINT = """
    SELECT encode(sha256(convert_to(string_agg(
               concat_ws(E'\\n', p.proname, pg_get_function_identity_arguments(p.oid), p.prosecdef::text,
                         array_to_string(p.proconfig, ';'), p.prosrc),
               E'\\n--\\n' ORDER BY p.proname), 'UTF8')), 'hex')
    FROM pg_proc p WHERE p.pronamespace = to_regnamespace('fiscal')
"""

#: One row: everything the guard wants to know.
STATE = f"""
    SELECT (SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'fiscal') AS schema_owner,
           (SELECT coalesce(json_object_agg(c.relname, pg_get_userbyid(c.relowner)), '{{}}')
            FROM pg_class c WHERE c.relnamespace = to_regnamespace('fiscal') AND c.relkind = 'r') AS tables,
           (SELECT coalesce(json_agg(DISTINCT pg_get_userbyid(p.proowner)), '[]')
            FROM pg_proc p WHERE p.pronamespace = to_regnamespace('fiscal')) AS function_owners,
           (SELECT coalesce(json_object_agg(name, kept), '{{}}') FROM (
               SELECT c.relname AS name, count(*) FILTER (WHERE t.tgenabled = 'A') AS kept
               FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
               WHERE c.relnamespace = to_regnamespace('fiscal') GROUP BY 1) g) AS triggers,
           ({FINGERPRINT}) AS functions,
           (SELECT rolsuper OR rolcreaterole OR rolbypassrls OR rolreplication
            FROM pg_roles WHERE rolname = current_user) AS powerful,
           (SELECT bool_or(has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER'))
            FROM pg_class c WHERE c.relnamespace = to_regnamespace('fiscal') AND c.relkind = 'r') AS writes,
           (SELECT rolcanlogin FROM pg_roles WHERE rolname = '{OWNER}') AS owner_logs_in,
           coalesce((SELECT pg_has_role(current_user, oid, 'MEMBER')
                     FROM pg_roles WHERE rolname = '{OWNER}'), false) AS member
"""

_TRIGGERS = dict.fromkeys(TABLES, 3) | {"record": 2, "fact": 2}


@dataclass(frozen=True)
class Defect:
    """A protection that is not what it must be. ``code`` is stable, ``detail`` names what."""

    code: str
    detail: str = ""


def defects(state: dict) -> list[Defect]:
    """What is weaker than it must be in a row of ``STATE``; empty = full protection."""
    found = []
    owners = {state["schema_owner"], *state["tables"].values(), *state["function_owners"]}
    if owners != {OWNER}:
        found.append(Defect("owner", ", ".join(sorted(filter(None, owners - {OWNER})))))
    missing = sorted(set(TABLES) - set(state["tables"]))
    if missing:
        found.append(Defect("tables", ", ".join(missing)))
    loose = sorted(n for n, count in _TRIGGERS.items() if state["triggers"].get(n, 0) < count)
    if loose:
        found.append(Defect("triggers", ", ".join(loose)))
    if state["functions"] != FUNCTIONS:
        found.append(Defect("functions", (state["functions"] or "")[:16]))
    if state["powerful"]:
        found.append(Defect("role"))
    if state["writes"] and not state["powerful"]:
        found.append(Defect("privileges"))
    if state["member"] and not state["powerful"]:
        found.append(Defect("member"))
    if state["owner_logs_in"]:
        found.append(Defect("owner_login"))
    return found


def refuse_if_missing(cr):
    """Raise UserError unless the schema is there, in the version this code was written for."""
    cr.execute("SELECT to_regclass('fiscal.schema_migration') IS NOT NULL")
    found = 0
    if cr.fetchone()[0]:
        cr.execute("SELECT coalesce(max(number), 0) FROM fiscal.schema_migration")
        found = cr.fetchone()[0]
    if found < VERSION:
        raise UserError(MISSING % {"database": cr.dbname, "found": found, "wanted": VERSION})

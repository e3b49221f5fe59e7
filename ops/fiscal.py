"""``fiscal-migrate``: the numbered SQL files of the journal, run by the superuser, each once.

They are outside Odoo on purpose: Odoo's role must not own what guards the journal (DESIGN.md §4).
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from ops.databases import checked
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.superuser import Superuser

FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")


@dataclass(frozen=True)
class Migration:
    """One SQL file."""

    number: int
    name: str
    sha256: str
    sql: str


def read_migrations(directory: Path) -> list[Migration]:
    """The files in order of number.

    Raises:
        OpsError: none found, a name out of form, a number missing or used twice.
    """
    migrations = []
    for path in sorted(directory.glob("*.sql")):
        match = FILE.fullmatch(path.name)
        if not match:
            raise OpsError(f"nom de migration inattendu : {path.name}", "NNNN_nom.sql")
        raw = path.read_bytes()
        digest = hashlib.sha256(raw).hexdigest()
        migrations.append(Migration(int(match[1]), match[2], digest, raw.decode("utf-8")))
    if not migrations:
        raise OpsError(f"aucune migration fiscale dans {directory}", "git status ; git checkout .")
    numbers = [migration.number for migration in migrations]
    if numbers != list(range(1, len(numbers) + 1)):
        raise OpsError(
            f"les numéros des migrations fiscales ne se suivent pas : {numbers}",
            "les numéroter 0001, 0002… sans trou ni doublon",
        )
    return migrations


def pending(migrations: list[Migration], applied: dict[int, str]) -> list[Migration]:
    """What remains to run, given ``{number: sha256}`` of what ran.

    Raises:
        OpsError: an applied file changed or is gone: the journal no longer is what it says.
    """
    known = {migration.number: migration for migration in migrations}
    for number, digest in sorted(applied.items()):
        if number not in known:
            raise OpsError(
                f"la migration fiscale {number:04d} est appliquée mais son fichier a disparu",
                "remettre la version du logiciel qui la contient",
            )
        if known[number].sha256 != digest:
            raise OpsError(
                f"la migration fiscale {number:04d} a changé depuis qu'elle est appliquée",
                "remettre le fichier d'origine et écrire le changement dans une nouvelle migration",
            )
    return [migration for migration in migrations if migration.number not in applied]


def applied(cluster: Superuser, database: str) -> dict[int, str]:
    """``{number: sha256}`` of the migrations this database went through."""
    exists = cluster.sql("SELECT to_regclass('fiscal.schema_migration') IS NOT NULL", database)
    if exists != [["t"]]:
        return {}
    rows = cluster.sql("SELECT number, sha256 FROM fiscal.schema_migration", database)
    return {int(number): digest for number, digest in rows}


def migrate(cluster: Superuser, database: str) -> list[Migration]:
    """Run what is pending, each file in a transaction of its own with its entry.

    Returns:
        what ran.
    """
    todo = pending(read_migrations(HOUSE.migrations), applied(cluster, checked(database)))
    for migration in todo:
        cluster.sql(
            # The file may have put on the owner's role: the entry is written by the superuser.
            f"{migration.sql}\n;\nRESET ROLE;\n"
            "INSERT INTO fiscal.schema_migration (number, name, sha256, applied_at) VALUES "
            f"({migration.number}, '{migration.name}', '{migration.sha256}', now());",
            database,
            what=f"la migration fiscale {migration.number:04d}_{migration.name} a échoué "
            f"dans « {database} »",
        )
    return todo


#: What Odoo's own load loses: the objects belong to Odoo's role again. One statement an object to give back.
LOST = """
SELECT format('ALTER SCHEMA fiscal OWNER TO fiscal_owner') FROM pg_namespace
 WHERE nspname = 'fiscal' AND pg_get_userbyid(nspowner) <> 'fiscal_owner'
UNION ALL
SELECT format('ALTER %s fiscal.%I OWNER TO fiscal_owner',
              CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, relname)
  FROM pg_class c
 WHERE relnamespace = to_regnamespace('fiscal') AND relkind IN ('r', 'p', 'v', 'S')
   AND pg_get_userbyid(relowner) <> 'fiscal_owner'
   -- The sequence of an identity column follows its table.
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i')
UNION ALL
SELECT format('ALTER FUNCTION %s OWNER TO fiscal_owner', oid::regprocedure) FROM pg_proc
 WHERE pronamespace = to_regnamespace('fiscal') AND pg_get_userbyid(proowner) <> 'fiscal_owner'
UNION ALL
SELECT format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', tgrelid::regclass, tgname)
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE c.relnamespace = to_regnamespace('fiscal') AND NOT tgisinternal AND tgenabled <> 'A'
"""


def protect(cluster: Superuser, database: str) -> int:
    """Put the journal out of Odoo's reach again; returns how many objects were within it.

    What was written meanwhile stays as it is: the verifier judges it. Odoo notes the new level in the
    event journal at its next start.
    """
    statements = [row[0] for row in cluster.sql(LOST, checked(database))]
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    if statements:
        role = cluster.sql(owner, database)[0][0].replace('"', '""')
        cluster.sql(";\n".join([*statements, f'GRANT fiscal_writer TO "{role}"']) + ";", database)
    return len(statements)

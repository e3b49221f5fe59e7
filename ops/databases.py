"""Databases of our cluster: roles, creation, copies. Everything here acts as superuser."""

import re

from ops import secrets, shell
from ops.errors import OpsError
from ops.postgres import Cluster
from ops.superuser import Superuser

ODOO = "odoo"
FISCAL_OWNER = "fiscal_owner"
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# What Odoo creates in a database of its own making. A dump does not carry the second line's change, which
# Odoo's indexes need: a restored database gets it before its contents.
EXTENSIONS = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
ALTER FUNCTION unaccent(text) IMMUTABLE;
"""


def odoo_password(cluster: Cluster) -> str:
    """Password of the role Odoo connects with."""
    return secrets.read_or_draw(cluster.house.secrets / "pg_odoo")


def ensure_roles(cluster: Cluster) -> None:
    """The roles of DESIGN.md §4: Odoo's is weak, the journal's owner cannot log in.

    Run at every provisioning: a role that was given more is put back.
    """
    password = odoo_password(cluster).replace("'", "''")
    cluster.sql(
        f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ODOO}') THEN
                CREATE ROLE {ODOO};
            END IF;
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{FISCAL_OWNER}') THEN
                CREATE ROLE {FISCAL_OWNER};
            END IF;
        END $$;
        ALTER ROLE {ODOO} LOGIN NOSUPERUSER NOCREATEROLE CREATEDB NOREPLICATION NOBYPASSRLS
            PASSWORD '{password}';
        ALTER ROLE {FISCAL_OWNER} NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB;
        REVOKE {FISCAL_OWNER} FROM {ODOO};
        """,
        what="les rôles de la base n'ont pas pu être créés",
    )


def checked(name: str) -> str:
    """A name safe to put in SQL and on command lines.

    Raises:
        OpsError: anything but lower-case letters, digits and ``_``.
    """
    if not NAME.fullmatch(name):
        raise OpsError(f"nom de base refusé : {name!r}", "lettres minuscules, chiffres et _")
    return name


def create(cluster: Superuser, name: str, template: str = "template0") -> None:
    """A database owned by Odoo's role: empty, or the copy of ``template`` with its owners."""
    _client(cluster, "createdb", "-O", ODOO, "-E", "UTF8", "-T", checked(template), checked(name))


def extend(cluster: Superuser, name: str) -> None:
    """Give an empty database the extensions Odoo expects."""
    cluster.sql(EXTENSIONS, checked(name))


def drop(cluster: Superuser, name: str) -> None:
    """Remove the database if it is there, ending its sessions."""
    _client(cluster, "dropdb", "--if-exists", "--force", checked(name))


def rename(cluster: Superuser, name: str, new: str) -> None:
    cluster.sql(f'ALTER DATABASE "{checked(name)}" RENAME TO "{checked(new)}"')


def _client(cluster: Superuser, program: str, *arguments: str) -> None:
    shell.run(
        [cluster.client(program), *arguments],
        what=f"{program} {arguments[-1]} a échoué",
        env=cluster.environment(),
        remedy="./escarcelle doctor",
    )

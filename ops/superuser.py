"""Talking SQL to PostgreSQL as its superuser, through ``psql``: no driver is needed."""

import os

from ops import shell

ADMIN = "escarcelle_admin"


class Superuser:
    """A superuser's connection, told by libpq's own variables (``PGHOST``, ``PGUSER``…).

    This class takes them from the environment, as the containers give them; a local ``Cluster`` knows
    its own.
    """

    def environment(self) -> dict[str, str]:
        """libpq variables of the superuser."""
        return {name: value for name, value in os.environ.items() if name.startswith("PG")}

    def client(self, name: str) -> str:
        """Path of a client program (``psql``, ``pg_dump``…), of the server's own version if we can."""
        return name

    def sql(self, statement: str, database: str = "postgres", what: str = "") -> list[list[str]]:
        """Run SQL; rows of text. Several statements run in one transaction."""
        output = shell.run(
            [self.client("psql"), "-X", "-q", "-A", "-t", "-F", "\x1f", "-v", "ON_ERROR_STOP=1",
             "-1", "-f", "-"],
            what=what or f"la base « {database} » a refusé une requête",
            env={
                **self.environment(),
                "PGDATABASE": database,
                # Notices would stand among the rows.
                "PGOPTIONS": "-c client_min_messages=error",
            },
            stdin=statement,
        )  # fmt: skip
        return [line.split("\x1f") for line in output.splitlines()]

    def databases(self) -> set[str]:
        """Names of the databases that can be connected to."""
        rows = self.sql("SELECT datname FROM pg_database WHERE NOT datistemplate")
        return {row[0] for row in rows}

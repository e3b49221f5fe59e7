import io
import tempfile
import zipfile
from hashlib import sha256

from lxml import etree
from odoo import models
from odoo.exceptions import UserError

from escarcelle_core.archive.csv_copies import CsvCopies
from escarcelle_core.documents import DOCUMENT_LABELS
from escarcelle_core.record import Record
from escarcelle_core.xml import stamp

from ..tools import tables
from ..tools.tables import COUNT, DATE, MONEY, Column, Table
from ..tools.wire import SELECT

FETCH = 500
#: Kinds whose signed string says an amount in its second field.
WITH_AMOUNT = {"TCK", "FCT", "NTE", "JSP", "REG", "ECO", "GTJ", "GTM", "GTA"}
COLUMNS = (
    Column("Identifiant", COUNT), Column("Caisse", COUNT), Column("Chaîne"), Column("Numéro", COUNT),
    Column("Document"), Column("Opération"), Column("Journée", DATE), Column("Date et heure"),
    Column("Montant TTC", MONEY), Column("École"), Column("Chaîne signée"), Column("Empreinte SHA-256"),
    Column("Signature"), Column("Signature précédente"), Column("Clé"), Column("Version fiscale"),
    Column("Format", COUNT),
)  # fmt: skip


class EscarcelleFiscalControlTape(models.TransientModel):
    """« Bande de contrôle »: every signed record of a period, in an open format (docs/bande-de-controle.md)."""

    _name = "escarcelle.fiscal.control.tape"
    _inherit = "escarcelle.fiscal.export"
    _description = "Control tape"

    def _escarcelle_title(self):
        return "Bande de contrôle"

    def _escarcelle_slug(self):
        return "bande-de-controle"

    def _escarcelle_remarks(self):
        return ["Le détail de chaque document est dans le fichier XML de la bande (bouton « XML et CSV »)."]

    def _escarcelle_tables(self):
        rows = (_row(identifier, record) for identifier, record in self._escarcelle_records())
        return [Table("enregistrements", "Enregistrements", COLUMNS, rows)]

    def action_tape(self):
        """XML and CSV in one zip, written record by record whatever the period."""
        reader = self._escarcelle_reader()
        with tempfile.TemporaryDirectory() as folder:
            data = reader._escarcelle_packed(folder)
        self._escarcelle_note("xml et csv")
        return self._escarcelle_attach(f"{self._escarcelle_stem()}.zip", data, "application/zip")

    def _escarcelle_packed(self, folder):
        """Bytes of the zip: bande.xml, enregistrements.csv, the detailed csv/*.csv, certificates, checksums."""
        names = {}

        def store(name):
            names[name] = f"{folder}/{name.replace('/', '_')}"
            return open(names[name], "wb")  # noqa: SIM115 - closed by whoever writes it

        copies = CsvCopies(store)
        count = 0
        with store("bande.xml") as xml, store("enregistrements.csv") as listing:
            with etree.xmlfile(xml, encoding="UTF-8") as tape:
                tape.write_declaration()
                with tape.element("bande-de-controle", self._escarcelle_attributes()):

                    def written():
                        nonlocal count
                        for identifier, record in self._escarcelle_records():
                            document = stamp.parse(record.xml)
                            copies.add(record, document)
                            tape.write(_element(identifier, record, document))
                            count += 1
                            yield _row(identifier, record)

                    tables.write_csv(listing, Table("enregistrements", "", COLUMNS, written()))
        copies.close()
        if not count:
            raise UserError(self.env._("Nothing was signed in this period: choose another."))
        buffer = io.BytesIO()
        sums = []
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, path in sorted(names.items()):
                packed.write(path, name)
                sums.append(f"{_digest(path)}  {name}\n")
            for key, pem in self._escarcelle_certificates():
                packed.writestr(f"certificats/{key}.pem", pem)
                sums.append(f"{sha256(pem.encode()).hexdigest()}  certificats/{key}.pem\n")
            packed.writestr("MANIFEST.sha256", "".join(sums))
        return buffer.getvalue()

    def _escarcelle_attributes(self):
        company = self.company_id._escarcelle_company()
        return {
            "version": "1", "entreprise": stamp.clean(company.name), "siret": company.siret,
            "du": self.date_from.isoformat(), "au": self.date_to.isoformat(),
        }  # fmt: skip

    def _escarcelle_records(self):
        """(id, Record) of the period, in the order they were stored: one cursor of the database."""
        cr = self.env.cr
        select = SELECT.replace("SELECT", "SELECT id,", 1)
        cr.execute(
            f"DECLARE escarcelle_tape NO SCROLL CURSOR FOR {select}"
            " WHERE company_id = %s AND business_day BETWEEN %s AND %s ORDER BY id",
            [self.company_id.id, self.date_from, self.date_to],
        )
        try:
            while True:
                cr.execute("FETCH %s FROM escarcelle_tape", [FETCH])
                rows = cr.fetchall()
                for identifier, data in rows:
                    yield identifier, Record.from_json(data)
                if len(rows) < FETCH:
                    break
        finally:
            cr.execute("CLOSE escarcelle_tape")

    def _escarcelle_certificates(self):
        self.env.cr.execute(
            """SELECT DISTINCT c.key_id, c.pem FROM fiscal.certificate c JOIN fiscal.till t ON t.uid = c.till
               WHERE t.company_id = %s ORDER BY 1""",
            [self.company_id.id],
        )
        return self.env.cr.fetchall()


def _row(identifier, record):
    amount = int(record.payload.split(",")[1]) if record.kind in WITH_AMOUNT else None
    return (
        identifier, record.till_number, record.kind, record.seq, DOCUMENT_LABELS[record.doc_type], record.operation,
        record.business_day, record.local, amount, "O" if record.training else "N", record.payload, record.digest,
        record.signature, record.previous, record.key_id, record.fiscal_version, record.format_version,
    )  # fmt: skip


def _element(identifier, record, document):
    """The same wrapping as in an archive: what was signed, its signature, the document."""
    element = etree.Element(
        "enregistrement", id=str(identifier), caisse=record.till, chaine=record.kind, numero=str(record.seq),
        cle=record.key_id, format=str(record.format_version), signature=record.signature,
    )  # fmt: skip
    etree.SubElement(element, "signe").text = record.payload
    element.append(document)
    element.tail = "\n"
    return element


def _digest(path):
    with open(path, "rb") as stream:
        hashed = sha256()
        while chunk := stream.read(1 << 20):
            hashed.update(chunk)
    return hashed.hexdigest()

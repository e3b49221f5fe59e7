import uuid
from datetime import timezone

from odoo import api, models, release
from odoo.exceptions import UserError
from odoo.tools import config

from escarcelle_core.errors import EscarcelleError
from escarcelle_core.signing import EcdsaSigner

from ..tools import instance_files
from ..tools.instance_files import InstanceFiles

SOFTWARE = "Escarcelle"
VERSION = "0.1.0"


class EscarcelleFiscalInstance(models.AbstractModel):
    """What binds this database to its signing key: an identity in the base and in a folder outside it.

    Invariant: nothing is signed and nothing is taken in unless both say the same. A duplicate or a
    staging copy of a database has the row and not the folder.
    """

    _name = "escarcelle.fiscal.instance"
    _description = "Fiscal instance"

    @api.model
    def _escarcelle_folder(self):
        return instance_files.folder(config["data_dir"], self.env.cr.dbname)

    @api.model
    def _escarcelle_neutralized(self):
        """True on a test copy (``odoo neutralize``): training only."""
        return bool(self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"))

    @api.model
    def _escarcelle_row(self):
        """(identity, uid8 of the server) of the database, None before its first use."""
        self.env.cr.execute("SELECT id::text, till FROM fiscal.instance")
        return self.env.cr.fetchone()

    @api.model
    def _escarcelle_problem(self):
        """Why nothing can be signed here, None when all is well or still to be opened."""
        return self._escarcelle_look()[0]

    def _escarcelle_look(self):
        """(problem, files): at most one of them; neither before the first use."""
        if self._escarcelle_neutralized():
            return self.env._(
                "This is a test copy of the database: nothing is signed here, only training is possible."
            ), None
        row = self._escarcelle_row()
        if row is None:
            return None, None
        folder = self._escarcelle_folder()
        try:
            files = instance_files.read(folder)
        except (OSError, ValueError, EscarcelleError):
            return self.env._(
                "The fiscal key in %s cannot be read. Put back the folder from the last backup.", folder
            ), None
        if files is None or (files.identity, files.till) != row:
            return self.env._(
                "This database is a copy: its fiscal folder %s is missing or belongs to another one."
                " Sell on the original. If this is the original, moved or renamed, put its folder there.",
                folder,
            ), None
        return None, files

    @api.model
    def _escarcelle_open(self):
        """The files of this instance, made at first use. Raises UserError when it may not sign."""
        problem, files = self._escarcelle_look()
        if problem:
            raise UserError(problem)
        if files is None:
            folder = self._escarcelle_folder()
            self._escarcelle_create(folder)
            files = instance_files.read(folder)
        return files

    def _escarcelle_create(self, folder):
        """First use: draw the identity and the server's key. The row comes first: whoever loses the
        race gets a serialisation failure there, before touching the winner's files."""
        company = self.env["res.company"].sudo().search([], order="id", limit=1)
        identity, till = str(uuid.uuid4()), uuid.uuid4().hex[:8]
        self.env.cr.execute("SELECT fiscal.open_instance(%s, %s)", [identity, till])
        at = self.env.cr.now().replace(tzinfo=timezone.utc)
        files = InstanceFiles(identity, till, EcdsaSigner.generate(till, company.name, at))
        instance_files.write(folder, files)
        self.env.cr.postrollback.add(lambda: instance_files.discard(folder, identity))
        self.env["escarcelle.fiscal.till"]._escarcelle_register(
            till, number=0, name="Serveur", signer="server", pem=files.signer.certificate_pem,
            siret=company.company_registry or "",
        )  # fmt: skip

    @api.model
    def _escarcelle_software(self):
        """Name and version printed and signed on what the server issues."""
        return SOFTWARE, VERSION

    @api.model
    def _escarcelle_platform(self):
        return f"{SOFTWARE} {VERSION}, Odoo {release.version}"

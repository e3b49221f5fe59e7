import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import DonationCase

HEADER = "Type;Nom;Prénom;Forme juridique;SIRET;Adresse;CP;Ville;Courriel;Tél.;Note\n"


@tagged("post_install", "-at_install")
class TestDonorImport(DonationCase):
    """A list of donors from a spreadsheet: shown first, then written whole or not at all."""

    def wizard(self, text):
        content = text if isinstance(text, bytes) else text.encode()
        return self.env["escarcelle.donation.donor.import"].create(
            {"file": base64.b64encode(content), "filename": "donateurs.csv"}
        )

    def previewed(self, *lines):
        wizard = self.wizard(HEADER + "\n".join(lines))
        wizard.action_preview()
        return wizard

    def test_new_donors_of_each_kind(self):
        wizard = self.previewed(
            "Société;Halles du Midi;;SAS;552 100 554 00013;1 rue A;38000;Grenoble;dons@halles.example;01;x",
            "Particulier;Durand;Ana;;;2 rue B;38000;Grenoble;;;",
            ";Lefèvre;Luc;;;3 rue C;38100;Grenoble;;;",
            "ASSOCIATION;Secours du Nord;;;;4 rue D;59000;Lille;;;",
        )
        self.assertEqual((wizard.new_count, wizard.known_count, wizard.error_count), (4, 0, 0))
        self.assertEqual(wizard.ignored, "Note")
        donors = self.env["res.partner"]
        self.assertFalse(donors.search_count([("name", "=", "Halles du Midi")]), "a preview writes nothing")
        company, ana, luc, club = donors.search(wizard.action_import()["domain"], order="id")
        self.assertEqual(
            [(d.escarcelle_donor, d.is_company, d.escarcelle_donor_kind) for d in (company, ana, luc, club)],
            [(True, True, "company"), (True, False, "individual"), (True, False, "individual"),
             (True, True, "association")],
        )  # fmt: skip
        self.assertEqual((company.escarcelle_siren, company.company_registry), ("552100554", "55210055400013"))
        self.assertEqual((company._escarcelle_receipt_gaps(), ana._escarcelle_receipt_gaps()), ([], []))
        self.assertEqual(
            (company.escarcelle_receipt_rhythm, ana.escarcelle_receipt_rhythm, club.escarcelle_receipt_rhythm),
            ("each", "yearly", "never"),
        )
        with self.assertRaises(UserError):
            wizard.action_import()
        again = self.previewed("Société;Autre nom;;;552100554;;;;;;", "Particulier;DURAND;;;;;38000;;;;")
        self.assertEqual((again.new_count, again.known_count), (0, 2))
        self.assertEqual(company.name, "Halles du Midi", "who is there is left as it is")

    def test_what_is_wrong_is_told_line_by_line_and_nothing_is_written(self):
        wizard = self.previewed(
            "Société;Bonne;;SAS;552100554;;;;;;",
            "Société;;;;;;;;;;",
            "Société;Faux;;;123456789;;;;;;",
            "Mécène;Étrange;;;;;;;;;",
            "Société;Encore;;;552100554;;;;;;",
            "Société;Adresse;;;;;;;pas une adresse;;",
            f"Société;{'x' * 200};;;;;;;;;",
        )
        self.assertEqual(wizard.line_ids.mapped("line"), [2, 3, 4, 5, 6, 7, 8])
        self.assertEqual(wizard.line_ids.mapped("action"), ["new", *["error"] * 6])
        self.assertIn("123456789", wizard.line_ids[2].message)
        self.assertIn("2", wizard.line_ids[4].message)
        with self.assertRaises(UserError):
            wizard.action_import()
        self.assertFalse(self.env["res.partner"].search_count([("name", "=", "Bonne")]))

    def test_files_that_cannot_be_read(self):
        for content in ("Prénom;Ville\nAna;Dijon", "Nom;Donateur\na;b", "Nom\n", b"\xd0\xcf\x11\xe0old", b"a\0b"):
            with self.subTest(content=content), self.assertRaises(UserError):
                self.wizard(content).action_preview()
        with self.assertRaises(UserError):
            self.env["escarcelle.donation.donor.import"].create({}).action_preview()
        many = "Nom\n" + "\n".join(f"Donateur {n}" for n in range(5_001))
        with self.assertRaises(UserError):
            self.wizard(many).action_preview()

    def test_a_formula_is_a_name(self):
        wizard = self.previewed('Société;"=HYPERLINK(""http://x"")";;;;;;;;;')
        donor = self.env["res.partner"].search(wizard.action_import()["domain"])
        self.assertEqual(donor.name, '=HYPERLINK("http://x")')

    def test_the_model_to_fill_in_is_read(self):
        wizard = self.env["escarcelle.donation.donor.import"].create({})
        wizard.file = wizard.template
        wizard.action_preview()
        self.assertEqual(wizard.error_count, 0)
        self.assertFalse(wizard.ignored)
        self.assertEqual(len(wizard.line_ids), 2)

    def test_managers_only(self):
        keeper = new_test_user(self.env, "keeper_of_lists", "escarcelle_social.group_stock")
        with self.assertRaises(AccessError):
            self.env["escarcelle.donation.donor.import"].with_user(keeper).create({})

import io

from odoo.exceptions import UserError
from odoo.tests import tagged
from openpyxl import load_workbook

from ..tools import texts
from .papers_common import PapersCase


@tagged("post_install", "-at_install")
class TestRegister(PapersCase):
    def setUp(self):
        super().setUp()
        self.register = self.manager_env["escarcelle.processing"]

    def mine(self):
        return self.register.search([("company_id", "=", self.company.id)])

    def test_every_model_of_ours_is_named_by_an_activity_or_holds_nothing_personal(self):
        named = {model for activity in texts.load("register") for model in activity["models"]}
        nothing = [model for models in texts.load("no_personal_data").values() for model in models]
        self.assertFalse(named & set(nothing), "both personal and not")
        self.assertEqual(len(nothing), len(set(nothing)))
        # Views hold nothing of their own; what is transient is emptied each day.
        ours = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("escarcelle.") and model._auto and not model._abstract and not model._transient
        }  # fmt: skip
        self.assertIn("escarcelle.household", ours)
        unclassified = ours - named - set(nothing)
        self.assertFalse(
            unclassified,
            "name these models in an activity of texts/register.json, or in texts/no_personal_data.json",
        )

    def test_the_register_is_filled_in_from_the_settings(self):
        self.register.with_company(self.company).action_escarcelle_open()
        activities = self.mine()
        codes = activities.mapped("code")
        self.assertIn("households", codes)
        self.assertEqual("donors" in codes, "escarcelle.donation" in self.env)
        for activity in activities:
            for name in (
                "purpose",
                "legal_basis",
                "subjects",
                "data",
                "retention",
                "security",
                "recipients",
            ):
                self.assertTrue(activity[name], f"{activity.code}: {name}")
                self.assertNotIn("{", activity[name])
        by_code = {activity.code: activity for activity in activities}
        self.assertIn(
            self.company.name, by_code["households"].purpose + by_code["households"].basis_detail
        )
        self.assertTrue(by_code["households"].retention.startswith("Deux ans"))
        self.assertEqual(by_code["fiscal"].basis, "legal")
        self.register.with_company(self.company).action_escarcelle_open()
        self.assertEqual(self.mine(), activities, "opened twice, filled in once")

    def test_settings_change_the_text_when_it_is_taken_again(self):
        self.register._escarcelle_fill(self.company)
        eligibility = self.mine().filtered(lambda one: one.code == "eligibility")
        households = self.mine().filtered(lambda one: one.code == "households")
        self.assertIn("supprimé", eligibility.retention)
        households.purpose = "Le nôtre"
        self.env["escarcelle.household.policy"]._escarcelle_for(self.company).keep_inputs = True
        self.env["escarcelle.erasure.policy"]._escarcelle_for(self.company).retention_ids = [
            (0, 0, {"date_from": "2026-01-01", "months": 12})
        ]
        self.office.public_body = True
        self.assertEqual(households.purpose, "Le nôtre", "nothing is rewritten by itself")
        (eligibility | households).action_refill()
        self.assertNotIn("supprimé", eligibility.retention)
        self.assertTrue(households.retention.startswith("Un an"))
        self.assertEqual(households.basis, "public")
        self.assertNotEqual(households.purpose, "Le nôtre")

    def test_a_shop_adds_its_own_and_archives_what_it_does_not_do(self):
        self.register._escarcelle_fill(self.company)
        own = self.register.create(
            {"name": "Lettre d'information", "purpose": "Donner des nouvelles", "basis": "consent",
             "subjects": "Adhérents", "data": "Courriel", "retention": "Un an"}
        )  # fmt: skip
        self.assertTrue(own.legal_basis)
        gone = self.mine().filtered(lambda one: one.code == "appointments")
        gone.active = False
        self.register._escarcelle_fill(self.company)
        self.assertNotIn("appointments", self.mine().mapped("code"), "it is not made again")
        own.action_reviewed()
        self.assertEqual(own.reviewed_on, self.today)
        self.assertFalse(own.to_review)
        self.assertNotIn(own, self.register.search([("to_review", "=", True)]))

    def test_paper_and_spreadsheet(self):
        self.register._escarcelle_fill(self.company)
        paper = self.render("register", self.mine())
        for words in (
            "Registre des activités de traitement",
            "Jeanne Morel",
            "Caisse et obligations fiscales",
        ):
            self.assertIn(words, paper)
        sheet = load_workbook(io.BytesIO(self.mine()._escarcelle_workbook())).active
        self.assertEqual(sheet.max_row, len(self.mine()) + 1)
        self.assertEqual(sheet["A2"].value, self.mine()[0].name)

    def test_a_text_that_asks_for_an_unknown_fact_fails(self):
        with self.assertRaises(KeyError):
            texts.fill("{nobody}", {})


@tagged("post_install", "-at_install")
class TestNotice(PapersCase):
    def test_a_notice_says_what_the_law_wants(self):
        self.office.write(
            {"dpo": "network", "dpo_name": "Karim Haddad", "dpo_email": "dpo@example.com"}
        )
        notice = self.manager_env["escarcelle.privacy.notice"].create({})
        for words in (
            self.company.name, "Jeanne Morel", "Karim Haddad", "dpo@example.com", "ici@example.com", "CNIL",
            "deux ans", "intérêt légitime", "retirer un accord", "en un mois", "Aucune décision", "financeurs",
            "fichier à emporter", "limiter l'usage", "vous y opposer", "après votre décès", "archive fermée",
        ):  # fmt: skip
            self.assertIn(words, notice.wall)
        for words in ("ici@example.com", "CNIL", "deux ans"):
            self.assertIn(words, notice.easy)
            self.assertIn(words, notice.short)
        # Plain words: no sentence is long.
        text = notice.easy.replace("</p>", ".").replace("</li>", ".")
        longest = max(len(sentence.split()) for sentence in text.split("."))
        self.assertLess(longest, 25)

    def test_one_is_in_force_and_what_people_were_told_stays(self):
        first = self.notice()
        self.assertEqual((first.state, first.date_from), ("current", self.today))
        with self.assertRaises(UserError):
            first.wall = "<p>Autre chose</p>"
        with self.assertRaises(UserError):
            first.unlink()
        second = self.manager_env["escarcelle.privacy.notice"].browse(first.action_new()["res_id"])
        self.assertEqual(second.state, "draft")
        second.short = "<p>Plus court</p>"
        second.action_put_in_force()
        self.assertEqual(
            (first.state, first.date_to, second.state), ("replaced", self.today, "current")
        )
        self.assertIn("Plus court", second._escarcelle_short_of(self.company))

    def test_what_is_missing_keeps_a_notice_a_draft(self):
        self.office.representative = False
        notice = self.manager_env["escarcelle.privacy.notice"].create({})
        self.assertTrue(notice.to_complete)
        with self.assertRaises(UserError):
            notice.action_put_in_force()
        self.office.representative = "Jeanne Morel"
        notice.action_refill()
        notice.action_put_in_force()
        self.assertEqual(notice.state, "current")

    def test_the_sheet_of_a_household_bears_no_name(self):
        notice, home = self.notice(), self.household()
        slip = self.render("information", home)
        self.assertIn(home.code, slip)
        self.assertIn("CNIL", slip)
        self.assertNotIn("Benalouf", slip)
        home.action_issue_card()
        self.assertEqual(home.card_id.action_print_information()["context"]["active_ids"], home.ids)
        home.with_user(self.manager).action_informed()
        self.assertEqual(home.informed_on, self.today)
        for report in ("notice_wall", "notice_easy"):
            self.assertIn("CNIL", self.render(report, notice))


@tagged("post_install", "-at_install")
class TestImpact(PapersCase):
    def test_nobody_is_named_officer_who_is_none(self):
        said = self.manager_env["escarcelle.impact"].create({}).stakeholders
        self.assertIn("protection des données\N{NO-BREAK SPACE}: aucun désigné", said)
        self.office.write({"dpo": "network", "dpo_name": "Karim Haddad", "dpo_email": "dpo@example.com"})
        said = self.manager_env["escarcelle.impact"].create({}).stakeholders
        self.assertIn("protection des données\N{NO-BREAK SPACE}: Karim Haddad", said)

    def test_an_assessment_is_filled_in_validated_and_kept(self):
        assessments = self.manager_env["escarcelle.impact"]
        first = assessments.create({})
        self.assertEqual(first.number, 1)
        self.assertEqual(set(first.risk_ids.mapped("kind")), {"access", "change", "loss"})
        self.assertIn(self.company.name, first.context)
        self.assertTrue(all(risk.measures for risk in first.risk_ids))
        missing = first.measure_ids.filtered(lambda one: not one.in_place)
        self.assertTrue(missing, "a shop of the tests has no backup")
        self.assertTrue(set(missing.mapped("name")) <= set(first.action_ids.mapped("name")))
        self.assertEqual(first.level, "medium")
        first.action_ask_opinion()
        first.action_validate()
        self.assertEqual((first.state, first.validated_on), ("validated", self.today))
        with self.assertRaises(UserError):
            first.context = "Autre"
        with self.assertRaises(UserError):
            first.risk_ids[0].severity = "1"
        with self.assertRaises(UserError):
            first.unlink()
        first.action_ids[0].action_done()
        self.assertEqual(first.action_ids.filtered("done_on").done_on, self.today)
        second = assessments.browse(first.action_new_version()["res_id"])
        self.assertEqual((second.number, second.state, len(second.risk_ids)), (2, "draft", 3))
        second.risk_ids[0].severity = "1"
        second.action_ask_opinion()
        second.action_validate()
        self.assertEqual(first.state, "replaced")
        paper = self.render("impact", second)
        for words in (
            "Nécessité et proportionnalité",
            "Accès illégitime",
            "Plan d'action",
            "version",
        ):
            self.assertIn(words, paper.replace("&#39;", "'"))

    def test_a_high_risk_wants_a_decision_and_an_officer_an_opinion(self):
        one = self.manager_env["escarcelle.impact"].create({})
        one.risk_ids[0].write({"severity": "4", "likelihood": "3"})
        self.assertEqual(one.level, "high")
        one.action_ask_opinion()
        with self.assertRaises(UserError):
            one.action_validate()
        one.decision = "La CNIL est consultée."
        self.office.write(
            {"dpo": "external", "dpo_name": "Karim Haddad", "dpo_email": "dpo@example.com"}
        )
        with self.assertRaises(UserError):
            one.action_validate()
        one.dpo_favourable = "conditions"
        one.action_validate()
        self.assertEqual(one.state, "validated")

    def test_measures_follow_what_the_software_sees(self):
        facts = self.env["escarcelle.privacy.facts"]

        def in_place():
            return {
                code for code, there, _text in facts._escarcelle_measures(self.company) if there
            }

        self.env["ir.config_parameter"].sudo().set_param("web.base.url", "http://ici.example")
        self.env["escarcelle.fiscal.backup"].sudo().search([]).unlink()
        self.assertFalse(in_place() & {"https", "backup", "restore"})
        self.env["ir.config_parameter"].sudo().set_param("web.base.url", "https://ici.example")
        self.env["escarcelle.fiscal.backup"].sudo().create(
            [
                {"at": "2026-11-20 02:00:00", "kind": "backup", "state": "done"},
                {"at": "2026-11-20 03:00:00", "kind": "restore_test", "state": "failed"},
            ]
        )
        self.assertEqual(in_place() & {"https", "backup", "restore"}, {"https", "backup"})


@tagged("post_install", "-at_install")
class TestProcessor(PapersCase):
    def test_a_contract_has_the_clauses_of_article_28(self):
        cloud = self.env["res.partner"].create(
            {"name": "Nuage", "is_company": True, "street": "1 quai", "city": "Nantes"}
        )
        one = self.manager_env["escarcelle.processor"].create(
            {"partner_id": cloud.id, "kind": "host", "breach_hours": 12,
             "subprocessor_ids": [(0, 0, {"name": "Sous-sol", "service": "Salle", "place": "Nantes"})]}
        )  # fmt: skip
        one.action_draft()
        for letter in "abcdefgh":
            self.assertRegex(one.contract, rf"§ 3, {letter}\b", f"art. 28, § 3, {letter}")
        for words in (
            self.company.name,
            "Nuage",
            "Sous-sol",
            "12 heures",
            "Héberger",
            "Jeanne Morel",
        ):
            self.assertIn(words, one.contract)
        with self.assertRaises(UserError):
            one.action_sign()  # who signs for the provider is still to be filled in
        cloud.company_registry = "90012345600011"
        one.write(
            {
                "signatory": "Luc",
                "signatory_quality": "gérant",
                "security_contact": "alerte@example.com",
            }
        )
        self.company.company_registry = "85212345600012"
        one.action_draft()
        one.action_sign()
        self.assertEqual((one.state, one.signed_on), ("signed", self.today))
        with self.assertRaises(UserError):
            one.contract = "<p>Autre</p>"
        self.assertIn("Nuage", self.render("contract", one))
        self.assertIn(
            "Nuage", self.env["escarcelle.privacy.facts"]._escarcelle_facts(self.company)["host"]
        )
        one.action_end()
        self.assertEqual(one.date_to, self.today)

    def test_hostile_words_stay_words(self):
        cloud = self.env["res.partner"].create({"name": "<script>x</script>", "is_company": True})
        one = self.manager_env["escarcelle.processor"].create({"partner_id": cloud.id})
        one.action_draft()
        self.assertNotIn("<script>", one.contract)
        with self.refused_by_postgresql():
            one.breach_hours = 100
            one.flush_recordset()

import tempfile
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from lxml import etree
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import TODAY, SocialCase

LONG_AGO = date(2023, 1, 10)


@tagged("post_install", "-at_install")
class TestErasure(SocialCase):
    """Who is erased, when, who is told, what is kept and why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.erasures = cls.env["escarcelle.erasure"].with_context(escarcelle_test=True)
        cls.rules = cls.env["escarcelle.erasure.policy"]._escarcelle_for(cls.company)
        cls.manager = new_test_user(
            cls.env, "erasure_manager", groups="escarcelle_social.group_manager", email="m@example.com",
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip
        # The list of what is erased is a file: each test has its own.
        cls.list = Path(cls.enterClassContext(tempfile.TemporaryDirectory())) / "erased.list"
        cls.startClassPatcher(
            patch.object(type(cls.erasures), "_escarcelle_list", lambda _self: cls.list)
        )

    def setUp(self):
        super().setUp()
        self.list.unlink(missing_ok=True)

    def unseen(self, days_ago=None, **values):
        """A household not seen since ``LONG_AGO``, or since so many days."""
        day = TODAY - timedelta(days=days_ago) if days_ago else LONG_AGO
        home = self.household(entitled=None, **values)
        self.made_on(home, day)
        return home

    def made_on(self, record, day):
        record.flush_recordset()
        self.env.cr.execute(
            f"UPDATE {record._table} SET create_date = %s WHERE id = %s", [day, record.id]
        )
        record.invalidate_recordset()

    def announce(self):
        self.erasures._escarcelle_announce(self.company)
        return self.erasures.search(
            [("company_id", "=", self.company.id), ("state", "!=", "erased")]
        )

    def night(self):
        """What the job does, without its commits."""
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 60.0), patch.object(
            type(self.households), "_escarcelle_sweep_files", lambda _self: None
        ):  # fmt: skip
            self.erasures._escarcelle_cron_erase()

    # -- last contact ------------------------------------------------------------------------------

    def test_every_trace_is_a_contact(self):
        day = date(2026, 3, 3)
        traces = {
            "visit": lambda home: self.env["escarcelle.visit"].create({"household_id": home.id, "day": day}),
            "entitlement": lambda home: self.env["escarcelle.entitlement"].create(
                {"household_id": home.id, "date_from": "2026-01-01", "date_to": day, "decision": "granted"}
            ),
            "appointment": lambda home: self.env["escarcelle.appointment"].create(
                {"household_id": home.id, "start": f"{day} 09:00:00"}
            ),
            "membership": lambda home: self.env["escarcelle.membership"].create(
                {"household_id": home.id, "date_from": "2025-03-03", "date_to": day, "paid_on": "2025-03-03"}
            ),
            "eligibility": lambda home: self.env["escarcelle.eligibility"].create(
                {"household_id": home.id, "day": day}
            ),
            "message": lambda home: home.message_post(body="Vue au marché", message_type="comment").write(
                {"date": f"{day} 10:00:00"}
            ),
            "noted": lambda home: home.write({"contact_noted_on": day}),
            "told": lambda home: home.write({"informed_on": day}),
            "consent": lambda home: self.env["escarcelle.consent"].create(
                {"household_id": home.id, "purpose": "phone", "given_on": f"{day} 10:00:00"}
            ),
            "request": lambda home: self.env["escarcelle.privacy.request"].create(
                {"household_id": home.id, "kind": "access", "received_on": day}
            ),
        }  # fmt: skip
        for name, leave in traces.items():
            with self.subTest(name):
                home = self.unseen()
                self.assertEqual(home.last_contact_on, LONG_AGO)
                leave(home)
                self.env.flush_all()
                home.invalidate_recordset()
                self.assertEqual(home.last_contact_on, day)

    def test_what_is_no_contact(self):
        home = self.unseen()
        self.env["escarcelle.appointment"].create(
            {"household_id": home.id, "start": "2026-03-03 09:00:00", "state": "missed"}
        )
        home.message_post(body="Renewal reminder", message_type="notification")
        self.env["escarcelle.privacy.request"].create(
            {"household_id": home.id, "kind": "erasure", "received_on": "2026-03-03"}
        )
        self.assertEqual(home.last_contact_on, LONG_AGO)

    # -- announced, kept, erased -------------------------------------------------------------------

    def test_announced_a_month_ahead_and_told_once(self):
        home, near, seen = self.unseen(), self.unseen(days_ago=715), self.unseen(days_ago=600)
        lines = self.announce()
        self.assertEqual(lines.household_id, home | near)
        by_home = {line.household_id: line.erase_on for line in lines}
        self.assertEqual(by_home[home], TODAY + timedelta(days=30))
        self.assertEqual(by_home[near], TODAY + timedelta(days=30))
        self.assertFalse(seen.erase_on)
        self.assertEqual(home.erase_on, TODAY + timedelta(days=30))
        mails = self.env["mail.mail"].search([("email_to", "like", "m@example.com")])
        activity = self.rules.activity_ids.filtered(lambda a: a.user_id == self.manager)
        self.assertEqual((len(activity), len(mails)), (1, 1))
        self.assertNotIn("Benalouf", mails.body_html + mails.subject + activity.summary)
        self.assertEqual(self.announce(), lines)
        self.assertEqual(
            len(self.rules.activity_ids.filtered(lambda a: a.user_id == self.manager)), 1
        )
        self.assertEqual(
            self.env["mail.mail"].search_count([("email_to", "like", "m@example.com")]), 1
        )

    def test_who_comes_back_is_kept(self):
        home = self.unseen()
        self.announce()
        home.action_note_contact()
        self.assertEqual((home.last_contact_on, home.erase_on), (TODAY, False))
        home.contact_noted_on = False
        self.announce()
        self.env["escarcelle.visit"].create({"household_id": home.id, "day": TODAY})
        self.assertFalse(self.announce())

    def test_a_day_for_each_and_nobody_before_it(self):
        home = self.unseen()
        self.night()
        self.assertFalse(home.erased_on)
        self.on(TODAY + timedelta(days=29))
        self.night()
        self.assertFalse(home.erased_on)
        self.on(TODAY + timedelta(days=30))
        self.night()
        self.assertEqual(home.erased_on, TODAY + timedelta(days=30))
        line = self.erasures.search([("household_id", "=", home.id)])
        self.assertEqual(
            (line.state, line.cause, line.erased_by_id), ("erased", "retention", self.env.user)
        )
        self.assertFalse(home.active or home.partner_id.active)
        self.assertEqual(home.partner_id.name, home.code)
        self.assertFalse(home.name_key or home.phone_key or home.email_key)
        self.assertEqual(home.lookup_key, home.code.lower())

    def test_kept_with_a_reason_until_a_day(self):
        home = self.unseen()
        lines = self.announce()
        keep = self.env["escarcelle.erasure.keep"].with_user(self.manager)
        until = TODAY + timedelta(days=90)
        for wrong in (
            {"until": TODAY},
            {"until": TODAY + relativedelta(years=6)},
            {"reason": " . "},
        ):
            with self.subTest(wrong), self.assertRaises(UserError):
                keep.create(
                    {"line_ids": lines.ids, "until": until, "reason": "Compte non soldé", **wrong}
                ).action_keep()
        keep.create(
            {"line_ids": lines.ids, "until": until, "reason": "Compte non soldé"}
        ).action_keep()
        self.assertEqual(
            (lines.state, lines.erase_on, lines.kept_by_id), ("kept", until, self.manager)
        )
        self.on(TODAY + timedelta(days=40))
        self.night()
        self.assertEqual(lines.state, "kept")
        self.on(TODAY + timedelta(days=60))
        self.night()
        self.assertEqual(lines.state, "announced")
        self.on(until)
        self.night()
        self.assertTrue(home.erased_on)

    def test_the_rule_in_force_decides(self):
        home = self.unseen(days_ago=400)
        self.assertFalse(self.announce())
        line = {"date_from": TODAY, "months": 12}
        self.rules.retention_ids = [Command.create(line)]
        self.assertEqual(self.announce().household_id, home)
        with self.refused_by_postgresql():
            self.rules.retention_ids = [
                Command.create({"date_from": date(2026, 12, 1), "months": 25})
            ]
            self.env.flush_all()

    def test_29_february(self):
        self.on(date(2028, 2, 29))
        self.assertEqual(self.rules._escarcelle_limit(date(2028, 2, 29)), date(2026, 2, 28))
        self.unseen()
        self.assertTrue(self.announce())

    def test_one_at_fault_stops_nobody(self):
        bad, good = self.unseen(last_name="Quatrepierre"), self.unseen()
        self.announce()
        self.on(TODAY + timedelta(days=30))
        eraser = type(self.households)._escarcelle_erase

        def fail(home):
            if home == bad:
                raise ValueError("Quatrepierre is in the way")
            return eraser(home)

        with patch.object(type(self.households), "_escarcelle_erase", fail):
            with self.assertLogs("odoo.addons.escarcelle_privacy", "ERROR") as logs:
                self.night()
        self.assertTrue(good.erased_on)
        self.assertFalse(bad.erased_on)
        line = self.erasures.search([("household_id", "=", bad.id)])
        self.assertIn("ValueError", line.problem)
        self.assertNotIn("Quatrepierre", line.problem + str(logs.output))
        self.night()
        self.assertTrue(bad.erased_on)
        self.assertFalse(line.problem)

    def test_slices_resume(self):
        homes = [self.unseen() for _time in range(3)]
        self.announce()
        self.on(TODAY + timedelta(days=30))
        # The scheduler says after the first one that its time is over.
        over = patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda _s, n=0, **_k: 0.0 if n else 9.0)
        with over, patch.object(type(self.households), "_escarcelle_sweep_files", lambda _self: None):
            self.erasures._escarcelle_erase_due()
        self.assertEqual(sum(bool(home.erased_on) for home in homes), 1)
        self.night()
        self.assertTrue(all(home.erased_on for home in homes))

    def test_people_who_left(self):
        home = self.household(size=2)
        old, recent = home.member_ids
        old.write({"name": "Zéphyrin", "left_on": date(2024, 1, 1)})
        recent.write({"name": "Basile", "left_on": date(2026, 1, 1)})
        line = self.announce()
        self.assertEqual((line.member_id, line.kind), (old, "member"))
        self.on(TODAY + timedelta(days=31))
        self.night()
        self.assertFalse(old.exists())
        self.assertTrue(recent.exists())
        self.assertFalse(home.erased_on)
        self.assertNotIn("zephyrin", home.lookup_key)

    # -- by hand -----------------------------------------------------------------------------------

    def test_on_request(self):
        home = self.household(first_name="Zéphyrine", last_name="Quatrepierre")
        home.action_issue_card()
        number = home.card_id.number
        request = (
            self.env["escarcelle.erasure.request"]
            .with_user(self.manager)
            .create({"household_id": home.id})
        )
        self.assertIn("<li>", request.goes)
        self.assertTrue(request.warning, "it may shop today")
        for wrong in (False, "oui", home.code[:-1]):
            request.confirmation = wrong
            with self.assertRaises(UserError):
                request.action_erase()
        self.assertFalse(home.erased_on)
        request.confirmation = f" {home.code.lower()} "
        request.action_erase()
        self.assertTrue(home.erased_on)
        self.assertFalse(home.card_ids or home.missing)
        self.assertEqual(home.with_user(self.manager).display_name.split(" ")[0], home.code)
        line = self.erasures.search([("household_id", "=", home.id)])
        self.assertEqual((line.cause, line.erased_by_id), ("request", self.manager))
        self.assertFalse(request.exists(), "screens left open are emptied")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.env["escarcelle.card"].create(
                {"household_id": self.household().id, "number": number}
            )
        with self.assertRaises(UserError), self.env.cr.savepoint():
            home.with_user(self.manager).write({"first_name": "Encore"})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            line.unlink()

    def test_its_papers_go_with_it(self):
        home, other = self.household(last_name="Quatrepierre"), self.household()
        papers = self.env["ir.attachment"]

        def paper(name, **values):
            return papers.create({"name": name, "raw": f"{name} Quatrepierre".encode(), **values})

        mine = {
            "letter": paper("lettre.txt", res_model=home._name, res_id=home.id),
            "decision": paper("decision.pdf"),
            "agreement": paper("accord.pdf"),
            "mailed": paper("courriel.txt", res_model="mail.compose.message"),
            "typed": home.message_post(body="Vu", attachments=[("vu.txt", b"Quatrepierre")]).attachment_ids,
        }
        home.entitlement_ids.document_ids = mine["decision"]
        self.env["escarcelle.consent"].create(
            {"household_id": home.id, "purpose": "phone", "document_ids": mine["agreement"].ids}
        )
        # What the holder wrote on somebody else's page.
        other.message_post(body="Bonjour", author_id=home.partner_id.id, attachment_ids=mine["mailed"].ids)
        kept = paper("autre.txt", res_model=other._name, res_id=other.id)
        self.assertTrue(all(mine.values()))
        with patch.object(type(self.households), "_escarcelle_sweep_files") as sweep:
            line = self.erasures._escarcelle_erase_now(home)
            self.env.cr.postcommit.run()
        self.assertEqual([name for name, one in mine.items() if one.exists()], [])
        self.assertTrue(kept.exists())
        self.assertFalse(papers.search([("index_content", "ilike", "Quatrepierre"), ("id", "!=", kept.id)]))
        self.assertIn("documents", line.result)
        sweep.assert_called_once()

    def test_an_erased_file_shows_no_empty_page(self):
        home = self.household()
        arch = self.households.get_view(self.env.ref("escarcelle_social.household_view_form").id, "form")["arch"]
        pages = {page.get("name"): page.get("invisible") for page in etree.fromstring(arch).iter("page")}
        for name in ("members", "contact", "cards", "notes", "privacy"):
            self.assertEqual(pages[name], "erased_on", name)
        self.assertNotIn("erased_on", pages["entitlements"] or "")
        [entitlements] = etree.fromstring(arch).xpath("//field[@name='entitlement_ids']")
        self.assertEqual(entitlements.get("readonly"), "erased_on", "shown, and no line added")
        self.erasures._escarcelle_erase_now(home)
        self.assertTrue(home.entitlement_ids, "what stays is still shown")

    def test_only_a_manager(self):
        home = self.household()
        referent = new_test_user(self.env, "erasure_referent", groups="escarcelle_social.group_referent",
            company_id=self.company.id, company_ids=[Command.set(self.company.ids)])  # fmt: skip
        with self.assertRaises(AccessError):
            self.env["escarcelle.erasure.request"].with_user(referent).create(
                {"household_id": home.id}
            )
        with self.assertRaises(AccessError):
            self.erasures.with_user(referent).search([])
        with self.assertRaises(AccessError):
            self.erasures.with_user(self.manager).create({"household_id": home.id})

    def test_another_shop_is_another_list(self):
        self.unseen()
        self.announce()
        other = self.env["res.company"].create({"name": "Ailleurs"})
        self.env.user.company_ids |= other
        stranger = new_test_user(self.env, "erasure_stranger", groups="escarcelle_social.group_manager",
            company_id=other.id, company_ids=[Command.set(other.ids)])  # fmt: skip
        self.assertFalse(
            self.erasures.with_user(stranger).with_context(allowed_company_ids=other.ids).search([])
        )

    # -- after a restoration -----------------------------------------------------------------------

    def test_a_restored_backup_erases_again(self):
        gone, stays = (
            self.household(last_name="Quatrepierre"),
            self.household(last_name="Quatrepierre"),
        )
        token = self.erasures._escarcelle_tokens(gone)[gone.id]
        self.list.write_text(f"{token}\nnot a token\n{'0' * 64}\n")
        self.assertNotIn("Quatrepierre", self.list.read_text())
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 60.0), patch.object(
            type(self.households), "_escarcelle_sweep_files", lambda _self: None
        ):  # fmt: skip
            with self.assertLogs("odoo.addons.escarcelle_privacy", "WARNING"):
                self.erasures._escarcelle_cron_replay()
            self.assertTrue(gone.erased_on)
            self.assertFalse(stays.erased_on)
            self.assertEqual(
                self.erasures.search([("household_id", "=", gone.id)]).cause, "restore"
            )
            # Nothing more to do; a list that was lost is written again from the database.
            self.list.unlink()
            self.erasures._escarcelle_cron_replay()
        self.assertIn(token, self.erasures._escarcelle_buried())
        self.assertNotIn(self.erasures._escarcelle_tokens(stays)[stays.id], self.erasures._escarcelle_buried())

    def test_the_list_is_written_before_the_end(self):
        home = self.unseen()
        self.erasures._escarcelle_erase_now(home)
        self.assertFalse(self.list.exists())
        self.env.cr.precommit.run()
        self.assertEqual(len(self.list.read_text().split()), 1)
        self.assertNotIn(home.code, self.list.read_text())

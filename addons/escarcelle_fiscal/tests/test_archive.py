import dataclasses
import shutil
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from unittest.mock import patch

import py7zr
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from escarcelle_core.verify.run import verify

from ..models.fiscal_archive_maker import EscarcelleFiscalArchiveMaker
from ..tools import archive_files
from .common import FiscalCase, TillProgram

MORNING = datetime(2026, 11, 21, 9, 0, tzinfo=timezone.utc)
DAYS = [MORNING + timedelta(days=n) for n in range(4)]


class ArchiveCase(FiscalCase):
    """A till with its own key and a tablet the server signs for."""

    def setUp(self):
        super().setUp()
        self.archives = self.env["escarcelle.fiscal.archive"]
        self.place = self._config("Caisse")
        self.till = self._enrol(1)
        self._send(self.till.event())

    def _enrol(self, number, **values):
        till = TillProgram(self.company._escarcelle_identity(), number, **values)
        holder = type("Till", (), {"name": f"Caisse {number}", "company_id": self.company, "config_id": self.place})
        self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_register_till(
            till.uid8, number, holder, till.signer.certificate_pem, "Escarcelle caisse 0.1.0"
        )
        return till

    def _send(self, *entries):
        for entry in entries:
            answer = self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_verify_and_append(entry)
            self.assertEqual(answer["status"], "stored", answer)

    def _archive(self, at, level="J", day=None):
        with self._at(at):
            return self.archives._escarcelle_archive(self.company, level, day or at.date())

    def _verify(self, *archives):
        outcome = verify([archive._escarcelle_path() for archive in archives])
        self.assertEqual((outcome.verdict, outcome.defects), ("sound", []))
        return outcome


@tagged("post_install", "-at_install")
class TestArchive(ArchiveCase):
    """What the server puts in an archive, and where the file goes."""

    def test_a_day_is_archived_sealed_and_sound(self):
        self._send(self.till.ticket(), self.till.ticket(-100, operation="ANN"), self.till.ticket(1000, 2000))
        self._send(self.till.ticket(day=DAYS[1]))
        archive = self._archive(DAYS[1], day=MORNING.date())
        server = self.env["escarcelle.fiscal.till"].search([("number", "=", 0)])
        self.assertEqual(archive.name, f"ARC00000001J2026112100000020261121235959{server.uid8}.7z")
        self.assertEqual(archive.verdict, "sound", archive.report)
        self.assertEqual((archive.amount, archive.missing), (11.5, False))
        outcome = self._verify(archive)
        self.assertEqual(outcome.records, archive.records)
        # The ticket of the next day is not in it, its closing is.
        with py7zr.SevenZipFile(archive._escarcelle_path()) as packed:
            packed.extractall(self.folder / "x")
        xml = (self.folder / "x" / "archive.xml").read_text()
        self.assertEqual(xml.count('<enregistrement chaine="TCK"'), 3)
        # The server (number 0) closes days of its own when the test runs across midnight.
        self.assertEqual(xml.count("<cloture ") - xml.count('<cloture caisse="0"'), 1)

    def test_seal_and_event_stand_in_the_journal_of_the_server(self):
        archive = self._archive(MORNING)
        seal = self._records("ARC", 0)
        self.assertEqual((seal.seq, seal.amount), (1, 0))
        self.assertIn(f'nom="{archive.name}"', seal.xml)
        self.assertIn(f",20,{archive.name},", self._records("JET", 0)[-1].payload)
        self._archive(MORNING + timedelta(days=60), "A")
        self.assertIn(",30,", self._records("JET", 0)[-1].payload)

    def test_a_tablet_is_in_it_too(self):
        session = self._open(self.config)
        self._sell(session, [(self.rice, 2)])
        archive = self._archive(datetime.now(timezone.utc), day=self._records("TCK")[-1].business_day)
        self.assertEqual(archive.amount, 5.0)
        self.assertEqual(len(self._verify(archive).tills), 3)

    def test_days_follow_each_other_and_their_month_agrees(self):
        made = self.archives
        for at in DAYS[:3]:
            self._send(self.till.ticket(day=at), self.till.ticket(120))
            made |= self._archive(at + timedelta(hours=1))
        self._send(self.till.ticket(day=datetime(2026, 12, 1, 9, tzinfo=timezone.utc)))
        made |= self._archive(datetime(2026, 12, 1, 10, tzinfo=timezone.utc), "M", date(2026, 11, 3))
        outcome = self._verify(*made.sorted("number"))
        self.assertEqual([a["level"] for a in outcome.archives], ["J", "J", "J", "M"])
        self.assertFalse([w for w in outcome.warnings if "périodes" in w])
        self.assertEqual(made.sorted("number").mapped("amount"), [3.7, 3.7, 3.7, 11.1])

    def test_what_arrives_late_is_in_the_next_archive_once(self):
        """A till that was away: its closing is missing, a supplement of the same day completes it."""
        late = [self.till.ticket(), self.till.ticket(300)]
        self._send(late[0])
        first = self._archive(DAYS[0])
        self.assertEqual(first.missing, "1")
        self._send(late[1], self.till.ticket(day=DAYS[1]))
        second = self._archive(DAYS[1], day=MORNING.date())
        self.assertEqual((second.amount, second.missing), (3.0, False))
        third = self._archive(DAYS[1])
        self.assertEqual(third.amount, 2.5)
        self._verify(first, second, third)

    def test_an_archive_that_does_not_follow_starts_at_its_first_day(self):
        for at in DAYS:
            self._send(self.till.ticket(day=at))
        first = self._archive(DAYS[0])
        last = self._archive(DAYS[3])
        self.assertEqual(last.amount, 2.5)
        outcome = self._verify(first, last)
        self.assertTrue([w for w in outcome.warnings if "périodes" in w])

    def test_a_day_without_any_record_can_be_archived(self):
        archive = self._archive(DAYS[3])
        self.assertEqual((archive.amount, archive.verdict), (0, "sound"))

    def test_a_restored_journal_that_lost_records_is_not_archived(self):
        self._send(self.till.ticket())
        self._archive(DAYS[0])
        previous = EscarcelleFiscalArchiveMaker._escarcelle_previous

        def attest_more(maker, header):
            sealed = previous(maker, header)
            seal = sealed.seal
            tills = tuple(
                dataclasses.replace(till, heads=tuple(
                    (kind, dataclasses.replace(head, seq=head.seq + 1)) for kind, head in till.heads))
                for till in seal.tills
            )  # fmt: skip
            return dataclasses.replace(sealed, seal=dataclasses.replace(seal, tills=tills))

        with (
            patch.object(EscarcelleFiscalArchiveMaker, "_escarcelle_previous", attest_more),
            self.assertRaisesRegex(UserError, "ARC00000001J"),
        ):
            self._archive(DAYS[1])

    def test_a_value_altered_in_the_table_is_said_and_never_archived(self):
        self._send(self.till.ticket())
        read = EscarcelleFiscalArchiveMaker._escarcelle_read

        def altered(maker, uid8, last_id, last_day):
            for data in read(maker, uid8, last_id, last_day):
                yield {**data, "operation": "ANN"} if data["kind"] == "TCK" else data

        with patch.object(EscarcelleFiscalArchiveMaker, "_escarcelle_read", altered):
            archive = self._archive(DAYS[0])
        self._verify(archive)
        noted = self.env["escarcelle.fiscal.outbox"].search([("code", "=", 90)])
        self.assertIn("Ticket (VTE) 1-1", noted.description)
        self.assertIn("operation", noted.description)

    def test_an_altered_document_is_archived_as_it_is_and_the_defect_said(self):
        self._send(self.till.ticket())
        read = EscarcelleFiscalArchiveMaker._escarcelle_read

        def altered(maker, uid8, last_id, last_day):
            for data in read(maker, uid8, last_id, last_day):
                yield {**data, "xml": data["xml"].replace('net="2.50"', 'net="1.50"')}

        with patch.object(EscarcelleFiscalArchiveMaker, "_escarcelle_read", altered):
            archive = self._archive(DAYS[0])
        self.assertEqual(archive.verdict, "defects")
        self.assertIn("Ticket (VTE) 1-1.0", archive.report)
        noted = self.env["escarcelle.fiscal.outbox"].search([("code", "=", 90)])
        self.assertIn("defects", " ".join(noted.mapped("description")))

    def test_the_file_takes_its_place_with_the_commit(self):
        archive = self._archive(DAYS[0])
        self.assertEqual(archive._escarcelle_path(), archive_files.waiting(self.folder, archive.name))
        archive_files.deliver(self.folder, archive.name)
        self.assertEqual(archive._escarcelle_path(), self.folder / "archives" / archive.name)
        self.assertEqual(archive.sha256, archive_files.digest(archive._escarcelle_path()))
        self.assertEqual(archive._escarcelle_path().stat().st_mode & 0o777, 0o600)
        self.assertFalse(list((self.folder / "archives").glob(".*")), "nothing is left of the building")

    def test_files_left_by_a_killed_server_are_settled_by_the_journal(self):
        archive = self._archive(DAYS[0])
        stray = archive_files.waiting(self.folder, archive.name.replace("ARC00000001", "ARC00000077"))
        shutil.copy(archive._escarcelle_path(), stray)
        self._archive(DAYS[1])
        self.assertFalse(stray.exists())
        self.assertEqual(archive._escarcelle_path(), archive_files.final(self.folder, archive.name))

    def test_verifying_again_finds_a_changed_file(self):
        archive = self._archive(DAYS[0])
        archive.action_verify()
        self.assertEqual(archive.verdict, "sound")
        path = archive._escarcelle_path()
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        archive.action_verify()
        self.assertIn(archive.verdict, ("defects", "unusable"))
        path.unlink()
        self.env.invalidate_all()
        self.assertFalse(archive.is_present)
        self.assertIn(archive.name, archive.action_verify()["params"]["message"])
        self.assertEqual(archive.verdict, "missing")

    def test_nobody_writes_the_list(self):
        archive = self._archive(DAYS[0])
        for action in (lambda: archive.write({"name": "x"}), lambda: archive.unlink(), lambda: archive.copy()):
            with self.assertRaises(AccessError):
                action()

    def test_the_wizard_archives_for_managers_only(self):
        with self._at(DAYS[0]), Form(self.env["escarcelle.fiscal.archive.wizard"]) as form:
            self.assertEqual(form.day, date(2026, 11, 21))
            form.level = "M"
            self.assertIn("01/11/2026 00:00", form.period)
        with self._at(DAYS[0]):
            wizard = form.save()
            action = wizard.action_archive()
            archive = self.archives.browse(action["res_id"])
            self.assertEqual((archive.level, archive.first_day), ("M", date(2026, 11, 1)))
            wizard.day = date(2026, 11, 22)
            with self.assertRaises(UserError):
                wizard.action_archive()
            auditor = new_test_user(self.env, "auditrice", groups="escarcelle_fiscal.group_auditor")
            with self.assertRaises(AccessError):
                wizard.with_user(auditor).action_archive()
            self.assertEqual(archive.with_user(auditor).name, archive.name)


@tagged("post_install", "-at_install")
class TestArchiveDownload(HttpCase, ArchiveCase):
    """The file reaches those who read the journal."""

    def test_download(self):
        archive = self._archive(DAYS[0])
        company = self.company
        for login, groups in (("auditrice", "escarcelle_fiscal.group_auditor"), ("vendeur", "base.group_user")):
            new_test_user(self.env, login, groups=groups, password="mot de passe long",
                          company_id=company.id, company_ids=[(6, 0, company.ids)])  # fmt: skip
        self.authenticate("auditrice", "mot de passe long")
        answer = self.url_open(archive.action_download()["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.content, Path(archive._escarcelle_path()).read_bytes())
        self.assertIn(archive.name, answer.headers["Content-Disposition"])
        self.assertTrue(self.env["escarcelle.fiscal.outbox"].search([("code", "=", 110)]))
        self.assertEqual(self.url_open("/escarcelle/fiscal/archive/999999").status_code, 404)
        self.authenticate("vendeur", "mot de passe long")
        with mute_logger("odoo.http"):
            answer = self.url_open(archive.action_download()["url"])
        self.assertEqual(answer.status_code, 403)
        self.assertNotIn(b"7z", answer.content[:10])

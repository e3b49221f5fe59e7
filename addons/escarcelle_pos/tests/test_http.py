import copy
import json
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..tools import secret
from .common import NOON, TillCase
from .simulator import SimulatedTill

ENTRIES = "/escarcelle/till/v1/entries"
ENROLL = "/escarcelle/till/v1/enroll"


@tagged("post_install", "-at_install")
class TestEntriesRoute(HttpCase, TillCase):
    """The door the tills send through: anything odd is refused in JSON and leaves nothing behind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till, cls.device = cls._till()

    def send(self, body, key=None, **headers):
        headers = {"Content-Type": "application/json", **headers}
        if key is not False:
            headers["Authorization"] = f"Bearer {key or self.device.key}"
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return self.url_open(ENTRIES, data=data, headers=headers)

    def refused(self, answer, status, code):
        self.assertEqual(answer.status_code, status, answer.text[:300])
        error = answer.json()["error"]
        self.assertEqual(error["code"], code)
        self.assertGreater(len(error["message"]), 15)
        self.assertNotIn("Traceback", answer.text)
        self.assertFalse(self.env["escarcelle.till.entry"].search([("till_id", "=", self.till.id)]))
        self.assertFalse(self.env["pos.order"].search([("session_id.escarcelle_till_id", "=", self.till.id)]))

    def test_stored_then_known(self):
        sale, closing = self.device.sell([self.row()]), self.device.close()
        answer = self.send({"entries": [sale, closing], "queue": 3, "software": "escarcelle-till 0.1"})
        self.assertEqual(answer.status_code, 200, answer.text)
        body = answer.json()
        self.assertEqual([ack["status"] for ack in body["acks"]], ["stored", "stored"])
        self.assertEqual(body["heads"]["TCK"], {"seq": 1, "signature": sale["records"][0]["signature"]})
        self.assertEqual(body["commands"], [])
        self.assertEqual((self.till.queue_length, self.till.software), (3, "escarcelle-till 0.1"))
        self.assertTrue(self.till.last_contact)
        session = self.order(sale).session_id
        self.env.invalidate_all()
        self.assertEqual((session.name, session.state), (f"{self.till.name} 21/11/2026", "opened"))
        self.assertTrue(session.escarcelle_closed_at and session.update_stock_at_closing)
        again = self.send({"entries": [sale, closing]}).json()
        self.assertEqual([(a["status"], a["order"]) for a in again["acks"]], [("known", "built"), ("known", "none")])
        self.assertEqual(self.env["pos.order"].search_count([("uuid", "=", sale["uuid"])]), 1)

    def test_nothing_to_send_is_a_sign_of_life(self):
        answer = self.send({"entries": []})
        self.assertEqual((answer.status_code, answer.json()["acks"]), (200, []))

    def test_any_call_is_a_sign_of_life(self):
        self.till.last_contact = NOON.replace(tzinfo=None, year=2020)
        self.assertTrue(self.till.is_silent)
        self.assertEqual(self.send(b"?").status_code, 400)
        self.till.invalidate_recordset()
        self.assertFalse(self.till.is_silent)

    def test_no_cookie_is_given(self):
        self.assertNotIn("session_id", self.send({"entries": []}).cookies)

    def test_wrong_key(self):
        for key in (False, "x", self.device.key + "x", f"escarcelle.{self.device.uid8}.", "escarcelle.ffffffff.abc"):
            with self.subTest(key):
                answer = self.send({"entries": [self.device.sell([self.row()])]}, key=key)
                self.refused(answer, 401, "bad_key")
        self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")

    def test_revoked_till(self):
        self.till.with_user(self.manager).action_revoke()
        self.refused(self.send({"entries": [self.device.sell([self.row()])]}), 403, "revoked")

    def test_entries_of_another_till(self):
        _till, other = self._till("Autre")
        self.refused(self.send({"entries": [other.sell([self.row()])]}), 403, "foreign_till")

    def test_malformed(self):
        bodies = (
            b" ", b"{", b"\xff\xfe", b"[1, 2]", b'"x"', b"null", b"[" * 100_000, {"entries": {}}, {"entries": 3}, {},
        )  # fmt: skip
        for body in bodies:
            with self.subTest(body=body[:20] if isinstance(body, bytes) else body):
                self.refused(self.send(body), 400, "bad_request")

    def test_too_many_entries(self):
        self.refused(self.send({"entries": [{}] * 201}), 400, "bad_request")

    def test_oversized_body(self):
        self.refused(self.send(b" " * (20 * 1024 * 1024)), 413, "too_large")

    def test_oversized_form(self):
        body = b"a=" + b"b" * (20 * 1024 * 1024)
        answer = self.send(body, **{"Content-Type": "application/x-www-form-urlencoded"})
        self.refused(answer, 413, "too_large")

    def test_wrong_signature(self):
        entry = self.device.sell([self.row()])
        forged = copy.deepcopy(entry)
        forged["records"][0]["xml"] = forged["records"][0]["xml"].replace("2.50", "1.50")
        other = SimulatedTill(self.device.uid8, self.till.number, NOON)
        stranger = other_cash(other, self.device).sell([self.row()])
        for bad in (forged, stranger):
            answer = self.send({"entries": [bad]})
            self.assertEqual(answer.status_code, 200)
            [ack] = answer.json()["acks"]
            self.assertEqual((ack["status"], ack["order"]), ("rejected", "none"))
            self.assertTrue(ack["reason"])
        self.assertFalse(self.env["escarcelle.till.entry"].search([("till_id", "=", self.till.id)]))
        self.assertEqual(self.send({"entries": [entry]}).json()["acks"][0]["status"], "stored")

    @mute_logger("odoo.sql_db")
    def test_conflicting_replay_is_quarantined(self):
        state, n = self.device.state, self.device.n
        first = self.device.sell([self.row()])
        self.device.state, self.device.n = state, n
        second = self.device.sell([self.row(2000, "5.0000")])
        self.assertEqual(self.send({"entries": [first]}).json()["acks"][0]["status"], "stored")
        self.assertEqual(self.send({"entries": [second]}).json()["acks"][0]["status"], "quarantined")
        self.assertEqual(self.send({"entries": [second, first]}).json()["acks"][0]["status"], "quarantined")
        self.assertEqual(self.env["pos.order"].search_count([("session_id.escarcelle_till_id", "=", self.till.id)]), 1)

    def test_get_is_no_way_in(self):
        self.assertEqual(self.url_open(ENTRIES).status_code, 405)

    @mute_logger("odoo.addons.escarcelle_pos.controllers.till_api")
    def test_fault_of_the_server_acknowledges_nothing(self):
        entry = self.device.sell([self.row()])
        journal = type(self.env["escarcelle.fiscal.journal"])
        with patch.object(journal, "_escarcelle_verify_and_append", side_effect=RuntimeError("boom")):
            self.refused(self.send({"entries": [entry]}), 500, "server")
        self.assertEqual(self.send({"entries": [entry]}).json()["acks"][0]["status"], "stored")


@tagged("post_install", "-at_install")
class TestEnrollRoute(HttpCase, TillCase):
    """Pairing: a code serves once, for a day, and cannot be guessed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paired, cls.device = cls._till()
        cls.config = cls.env["pos.config"].create({"name": "Nouvelle"})

    def setUp(self):
        super().setUp()
        self.till = self.env["escarcelle.till"].with_user(self.manager).create(
            {"name": "Nouvelle", "config_id": self.config.id}
        )
        self.fresh = SimulatedTill("0badcafe", self.till.number, NOON)

    def ask(self, code, device=None, **changes):
        device = device or self.fresh
        body = {
            "code": code,
            "till": device.uid8,
            "certificate": device.signer.certificate_pem,
            "hostname": "poste-1",
            "software": "escarcelle-till 0.1",
            **changes,
        }
        return self.url_open(ENROLL, data=json.dumps(body), headers={"Content-Type": "application/json"})

    def test_pairing(self):
        code = self.till._escarcelle_new_pairing_code()
        self.assertRegex(code, r"^[A-Z0-9]{4}-[A-Z0-9]{4}$")
        self.assertEqual(self.till.state, "pairing")
        answer = self.ask(f" {code.lower().replace('-', ' ')} ")
        self.assertEqual(answer.status_code, 200, answer.text)
        body = answer.json()
        self.assertEqual(
            set(body),
            {"till", "number", "api_key", "config_id", "company", "instance", "period", "server_certificate"},
        )
        self.assertEqual((body["till"], body["number"]), ("0badcafe", self.till.number))
        self.assertEqual(body["company"]["siret"], "33417522100012")
        self.assertEqual(body["period"]["timezone"], "Europe/Paris")
        self.assertIn("BEGIN CERTIFICATE", body["server_certificate"])
        self.assertEqual((self.till.state, self.till.hostname), ("live", "poste-1"))
        self.assertEqual(self.config.escarcelle_till_id, self.till)
        again = self.ask(code)
        self.assertEqual((again.status_code, again.json()["error"]["code"]), (403, "bad_code"))
        ping = self.url_open(
            ENTRIES, data='{"entries": []}',
            headers={"Authorization": f"Bearer {body['api_key']}", "Content-Type": "application/json"},
        )  # fmt: skip
        self.assertEqual(ping.status_code, 200)

    def test_code_expires(self):
        code = self.till._escarcelle_new_pairing_code()
        self.till.sudo().pairing_until = self.env.cr.now() - timedelta(seconds=1)
        self.assertEqual(self.ask(code).json()["error"]["code"], "bad_code")

    def test_a_new_code_voids_the_one_before(self):
        old = self.till._escarcelle_new_pairing_code()
        new = self.till._escarcelle_new_pairing_code()
        self.assertEqual(self.ask(old).status_code, 403)
        self.assertEqual(self.ask(new).status_code, 200)

    def test_guessing_is_stopped(self):
        code = self.till._escarcelle_new_pairing_code()
        for _i in range(10):
            self.assertEqual(self.ask("AAAA-AAAA").status_code, 403)
        answer = self.ask(code)
        self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (429, "too_many_tries"))
        self.assertEqual(self.till.state, "pairing")

    def test_requests_that_make_no_sense(self):
        code = self.till._escarcelle_new_pairing_code()
        for changes in (
            {"till": "XYZ"}, {"till": None}, {"certificate": ""}, {"certificate": 3},
            {"hostname": "x" * 300}, {"software": "a\0b"},
        ):  # fmt: skip
            with self.subTest(changes):
                answer = self.ask(code, **changes)
                self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (400, "bad_request"))
        answer = self.ask(code, certificate="-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----")
        self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (409, "refused"))
        self.assertEqual(self.till.state, "pairing", "the code still serves")
        self.assertEqual(self.ask(code).status_code, 200)

    def test_a_number_stays_with_its_device(self):
        code = self.paired.with_user(self.manager)._escarcelle_new_pairing_code()
        self.assertEqual(self.paired.state, "live")
        answer = self.ask(code)
        self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (409, "refused"))
        self.assertEqual(self.ask(code, self.device).status_code, 200, "the same computer may pair again")

    def test_secrets_are_not_kept(self):
        code = self.till._escarcelle_new_pairing_code()
        key = self.ask(code).json()["api_key"]
        self.env.cr.execute("SELECT t::text FROM escarcelle_till t WHERE id = %s", [self.till.id])
        row = self.env.cr.fetchone()[0]
        self.assertNotIn(key, row)
        self.assertNotIn(key.rpartition(".")[2], row)
        self.assertNotIn(secret.normal_code(code), row)


def other_cash(device, like):
    device.cash, device.card = like.cash, like.card
    return device

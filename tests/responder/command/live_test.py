# SPDX-License-Identifier: MIT
#
# A running ocspd answers with the changes of the commands within a second, and does not answer from
# a source that it cannot read.
"""Tests of a running ocspd and its stores."""

import contextlib
import hashlib
import http.client
import os
import pathlib
import pwd
import signal
import sqlite3
import time
import unittest
import urllib.request

from asn1crypto import ocsp, pem, x509
from support import OcspdCase, issuer, signer, until

THEN = "2024-04-03T12:00:00Z"
LATER = "error: trylater"


class LiveTest(OcspdCase):
    def assert_soon(self, daemon, serial, expected):
        """Within a second, plus the time that openssl takes."""
        self.ask_until(daemon, serial, expected, patience=2)

    def test_commands(self):
        self.ocspd("issue", "0x01", "0x02")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        self.assertEqual(self.ask(daemon, 3), "unknown")
        self.ocspd("revoke", "--reason", "certificateHold", "0x01")
        self.assert_soon(daemon, 1, "revoked")
        self.ocspd("unrevoke", "0x01")
        self.assert_soon(daemon, 1, "good")
        self.ocspd("revoke", "--reason", "keyCompromise", "0x01")
        self.assert_soon(daemon, 1, "revoked")
        self.ocspd("issue", "0x03")
        self.assert_soon(daemon, 3, "good")
        self.assertEqual(self.ask(daemon, 2), "good")

    def test_removed(self):
        """Neither the cache nor a saved answer keeps it good."""
        self.ocspd("issue", "0x01", "0x02")
        daemon = self.start()
        for serial in (1, 2):
            self.assertEqual(self.ask(daemon, serial), "good")
        until(lambda: self.saved() == 2, daemon.log)
        self.ocspd("remove", "0x01")
        self.assert_soon(daemon, 1, "unknown")
        self.assertEqual(self.ask(daemon, 2), "good")
        self.assertEqual(self.saved(), 1)
        self.ocspd("issue", "0x01")
        self.assert_soon(daemon, 1, "good")

    def test_import(self):
        """So many changes at once that the store reports them as one."""
        self.ocspd("issue", "0x07")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 7), "good")
        lines = [f"0x{serial:x},revoked,{THEN}" for serial in range(5000)]
        self.write("in.csv", "serial,status,revoked-at\n" + "\n".join(lines) + "\n")
        self.ocspd("import", "--csv", "in.csv")
        self.assert_soon(daemon, 7, "revoked")
        self.assert_soon(daemon, 4999, "revoked")

    def test_restart(self):
        """A saved answer is not used if the status has changed meanwhile."""
        self.ocspd("issue", "0x01", "0x02")
        daemon = self.start()
        for serial in (1, 2):
            self.assertEqual(self.ask(daemon, serial), "good")
        until(lambda: self.saved() == 2, daemon.log)
        self.assertEqual(daemon.stop(), 0)
        self.ocspd("revoke", "--reason", "superseded", "0x01")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "revoked")
        self.assertEqual(self.ask(daemon, 2), "good")

    def saved(self, name="ocspd.db"):
        with contextlib.closing(sqlite3.connect(self.path(name))) as db:
            return db.execute("SELECT count(*) FROM answer").fetchone()[0]

    def test_killed(self):
        self.ocspd("issue", "0x01")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        daemon.stop(number=9)
        self.ocspd("revoke", "--reason", "superseded", "0x01")
        self.assertEqual(self.ask(self.start(), 1), "revoked")

    def test_another_user(self):
        """Files created by root belong to the user of ocspd; other users own them themselves."""
        user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        os.chmod(self.dir, 0o777)
        self.configure(database="new.db", user=user)
        self.ocspd("init")
        self.ocspd("issue", "0x01", "0x02")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        self.ocspd("revoke", "--reason", "superseded", "0x01")
        self.assert_soon(daemon, 1, "revoked")
        self.assertEqual(self.ask(daemon, 2), "good")
        until(lambda: self.saved("new.db") == 2, daemon.log)
        self.assertEqual({path.owner() for path in self.dir.glob("new.db*")}, {user})

    def test_locked(self):
        """A process that keeps the database locked does not block answers."""
        self.ocspd("issue", "0x01", "0x02")
        daemon = self.start()
        with contextlib.closing(sqlite3.connect(self.path("ocspd.db"))) as db:
            db.execute("BEGIN IMMEDIATE")
            for serial in (1, 2):
                self.assertEqual(self.ask(daemon, serial), "good")
            self.assertTrue(daemon.is_healthy())

    def test_swapped_for_rubbish(self):
        self.ocspd("issue", "0x01", "0x02")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        good = self.path("ocspd.db").read_bytes()
        self.write("rubbish", "x" * len(good))
        self.path("ocspd.db").rename(self.path("away"))
        self.path("rubbish").rename(self.path("ocspd.db"))
        until(lambda: not daemon.is_healthy(), daemon.log, 5)
        self.assertEqual(self.ask(daemon, 2), LATER)
        # Something may have changed since, so cached answers are not used.
        self.assertEqual(self.ask(daemon, 1), LATER)
        self.path("away").rename(self.path("ocspd.db"))
        self.assert_soon(daemon, 2, "good")
        until(daemon.is_healthy, daemon.log, 5)

    def test_overwritten_with_rubbish(self):
        self.ocspd("issue", "0x01", "0x02")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        with open(self.path("ocspd.db"), "r+b") as file:
            file.write(b"x" * os.fstat(file.fileno()).st_size)
        until(lambda: not daemon.is_healthy(), daemon.log, 5)
        self.assertEqual(self.ask(daemon, 2), LATER)

    def test_moved_away(self):
        """A database that was moved away may be changed there, so no answers are given."""
        self.ocspd("issue", "0x01")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        os.mkdir(self.path("elsewhere"))
        for name in self.dir.glob("ocspd.db*"):
            os.rename(name, self.path("elsewhere") / name.name)
        self.ask_until(daemon, 1, LATER, patience=2)
        for name in self.path("elsewhere").glob("*"):
            os.rename(name, self.dir / name.name)
        self.ask_until(daemon, 1, "good", patience=5)

    def test_signer_is_replaced_without_the_sources(self):
        """A source that cannot be read does not prevent a new signer for the others."""
        self.write("index.txt", self.index())
        self.make_signer("signer2", ca="other")
        self.configure(issuer(), issuer("second", signer("b", certificate="signer2.pem",
                                                         key="signer2.key"),
                                        certificate="other.pem", source="index",
                                        source_file="index.txt"))
        self.ocspd("issue", "--issuer", "toy", "0x01", "0x02")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        self.path("index.txt").write_text("")
        until(lambda: not daemon.is_healthy(), daemon.log, 5)
        os.kill(self.signer_of(daemon), signal.SIGKILL)
        self.ask_until(daemon, 2, "good", patience=5)

    def signer_of(self, daemon):
        for task in pathlib.Path(f"/proc/{daemon.process.pid}/task").iterdir():
            for pid in (task / "children").read_text().split():
                if "signer" in pathlib.Path(f"/proc/{pid}/comm").read_text():
                    return int(pid)
        raise AssertionError("there is no signer process")

    def test_signer_that_hangs(self):
        """It is killed, and a new one is started."""
        self.ocspd("issue", "0x01", "0x02")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        os.kill(self.signer_of(daemon), signal.SIGSTOP)
        self.assertEqual(self.ask(daemon, 2), LATER)
        self.ask_until(daemon, 2, "good", patience=15)
        self.assertIn("has not answered for", daemon.log())

    def test_all_are_saved(self):
        """Those signed between two ticks, and those that are pending at the exit."""
        serials = range(0x4000, 0x4000 + 3000)
        self.ocspd("issue", *(hex(serial) for serial in serials))
        daemon = self.start()
        self.sign_all(daemon, serials)
        self.assertEqual(daemon.metric("ocspd_signed_total"), 3000)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.saved(), 3000)

    def sign_all(self, daemon, serials):
        """Asks about each serial number, over one connection."""
        head = self.make_request()
        client = http.client.HTTPConnection("127.0.0.1", daemon.port)
        self.addCleanup(client.close)
        for serial in serials:
            client.request("POST", "/", head[:-2] + serial.to_bytes(2, "big"),
                           {"Content-Type": "application/ocsp-request"})
            client.getresponse().read()

    def certificates(self, daemon):
        """How many certificates the answer about the serial number 0x4000 has."""
        url = f"http://127.0.0.1:{daemon.port}/"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        body = self.make_request()
        with contextlib.closing(opener.open(urllib.request.Request(
                url, body, {"Content-Type": "application/ocsp-request"}))) as answer:
            certs = ocsp.OCSPResponse.load(answer.read()).basic_ocsp_response["certs"]
        return len(certs.native or [])

    def test_certificate_after_a_reload(self):
        """An answer that was made under another setting does not stay in the cache."""
        self.ocspd("issue", "0x4000")
        self.configure(issuer("toy", signer("itself", key="ca.key", include_certificate=False)))
        daemon = self.start()
        self.assertEqual(self.certificates(daemon), 0)
        self.configure(issuer("toy", signer("itself", key="ca.key")))
        daemon.hup()
        until(lambda: self.certificates(daemon) == 1, daemon.log)

    def test_little_room_is_for_revocations(self):
        """If the disk is nearly full, answers are given but not saved."""
        self.ocspd("issue", "0x01")
        self.path("disk").mkdir()
        self.configure(database="disk/ocspd.db")
        script = ("mount -t tmpfs -o size=4m none disk && cp ocspd.db disk/ && "
                  "head -c 3650k /dev/zero >disk/filled && exec \"$@\"")
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        daemon = self.start(command=["unshare", *user, "--mount", "bash", "-c", script, "script"])
        self.assertEqual(self.ask(daemon, 1), "good")
        until(lambda: "cannot save answers: disk/ocspd.db: too little free space" in daemon.log(),
              daemon.log, 5)

    def test_not_issued_is_not_kept_long(self):
        """Asking before a certificate is known does not hide it for an hour."""
        daemon = self.start()
        with urllib.request.urlopen(urllib.request.Request(
                daemon.url, self.make_request(),
                {"Content-Type": "application/ocsp-request"})) as answer:
            self.assertIn("max-age=60,", answer.headers["Cache-Control"])

    def make_request(self):
        """A request about the serial number 0x4000, its last two octets."""
        cert = x509.Certificate.load(pem.unarmor(self.path("ca.pem").read_bytes())[2])
        return ocsp.OCSPRequest({"tbs_request": {"request_list": [{"req_cert": {
            "hash_algorithm": {"algorithm": "sha1"},
            "issuer_name_hash": hashlib.sha1(cert.subject.dump()).digest(),
            "issuer_key_hash": hashlib.sha1(bytes(cert.public_key["public_key"])).digest(),
            "serial_number": 0x4000}}]}}).dump()

    def test_another_database_after_a_reload(self):
        self.ocspd("issue", "0x01")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        self.path("ocspd.db").rename(self.path("away"))
        for path in self.dir.glob("ocspd.db-*"):
            path.unlink()
        self.ocspd("init")
        self.ocspd("revoke", "--issue", "--reason", "superseded", "0x01")
        until(lambda: not daemon.is_healthy(), daemon.log, 5)
        daemon.hup()
        self.assert_soon(daemon, 1, "revoked")

    def index(self, *revoked):
        lines = []
        for serial in (1, 2):
            status = "R" if serial in revoked else "V"
            since = "240403120000Z" if serial in revoked else ""
            lines.append(f"{status}\t301231235959Z\t{since}\t{serial:02X}\tunknown\t/CN=x\n")
        return "".join(lines)

    def test_index(self):
        self.write("index.txt", self.index())
        self.configure(issuer(source="index", source_file="index.txt"))
        daemon = self.start()
        self.assertEqual([self.ask(daemon, serial) for serial in (1, 2, 3)],
                         ["good", "good", "unknown"])
        self.write("index.txt", self.index(1))
        self.assert_soon(daemon, 1, "revoked")
        self.write("index.txt", "")
        until(lambda: not daemon.is_healthy(), daemon.log, 5)
        self.assertEqual(self.ask(daemon, 1), "revoked")
        self.write("index.txt", self.index() + "rubbish\n")
        self.assert_soon(daemon, 1, "good")
        until(daemon.is_healthy, daemon.log, 5)
        self.write("next.txt", self.index(1, 2))
        self.path("next.txt").rename(self.path("index.txt"))
        self.assert_soon(daemon, 2, "revoked")
        until(daemon.is_healthy, daemon.log, 5)

    def make_crl(self, *revoked):
        self.write("crl-index.txt", self.index(*revoked))
        self.write("crl.cnf", "[ca]\ndefault_ca=x\n[x]\ndatabase=crl-index.txt\n"
                   "default_md=sha256\ndefault_crl_days=7\n")
        self.openssl("ca", "-config", "crl.cnf", "-gencrl", "-cert", "ca.pem", "-keyfile", "ca.key",
                     "-out", "new.crl")
        self.path("new.crl").rename(self.path("ca.crl"))

    def test_crl(self):
        self.make_crl(2)
        self.configure(issuer(source="crl", source_file="ca.crl",
                              insecure_good_if_not_revoked=True))
        daemon = self.start()
        self.assertEqual([self.ask(daemon, serial) for serial in (1, 2)], ["good", "revoked"])
        time.sleep(1.1)  # CRLs count in seconds
        self.make_crl(1, 2)
        self.assert_soon(daemon, 1, "revoked")
        self.path("ca.crl").write_bytes(b"rubbish")
        until(lambda: not daemon.is_healthy(), daemon.log, 5)
        self.assertEqual(self.ask(daemon, 1), "revoked")

    def test_ca_compromised(self):
        """Cached and saved answers do not outlive a reload."""
        self.ocspd("issue", "0x01", "0x02")
        self.ocspd("revoke", "--reason", "superseded", "--at", "2024-01-01T00:00:00Z", "0x02")
        daemon = self.start()
        self.assertEqual([self.ask(daemon, serial) for serial in (1, 2, 3)],
                         ["good", "revoked", "unknown"])
        until(lambda: self.saved() == 2, daemon.log)
        self.configure(issuer(ca_compromised=THEN))
        daemon.hup()
        self.assert_soon(daemon, 1, "revoked")
        for serial, reason, since in ((1, "cACompromise", "Apr  3 12:00:00 2024"),
                                      (2, "superseded", "Jan  1 00:00:00 2024"),
                                      (3, "cACompromise", "Apr  3 12:00:00 2024")):
            text = self.ask_text(daemon, serial)
            self.assertIn(f"Reason: {reason}\n", text)
            self.assertIn(f"Revocation Time: {since} GMT\n", text)
        daemon.stop()
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "revoked")
        until(lambda: "every certificate is answered as revoked" in daemon.log(), daemon.log)
        self.configure()
        daemon.hup()
        self.assert_soon(daemon, 1, "good")

    def ask_text(self, daemon, serial):
        return self.openssl("ocsp", "-issuer", "ca.pem", "-CAfile", "ca.pem", "-serial",
                            str(serial), "-url", daemon.url, "-no_nonce").decode()

    def test_several_issuers(self):
        self.make_signer("signer2", ca="other")
        self.configure(issuer(), issuer("second", signer("b", certificate="signer2.pem",
                                                         key="signer2.key"),
                                        certificate="other.pem"))
        self.ocspd("issue", "--issuer", "toy", "0x01")
        self.ocspd("revoke", "--issue", "--reason", "superseded", "--issuer", "second", "0x01")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        self.assertEqual(self.ask(daemon, 1, ca="other"), "revoked")
        self.ocspd("revoke", "--reason", "superseded", "--issuer", "toy", "0x01")
        self.assert_soon(daemon, 1, "revoked")


if __name__ == "__main__":
    unittest.main()

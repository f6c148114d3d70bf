# SPDX-License-Identifier: MIT
#
# What the commands change is what a running ocspd says, within a second; and what it cannot read,
# it does not answer from.
"""Tests of ocspd at work over the stores."""

import contextlib
import os
import pwd
import sqlite3
import time
import unittest

from support import OcspdCase, issuer, signer, until

THEN = "2024-04-03T12:00:00Z"
LATER = "error: trylater"


class LiveTest(OcspdCase):
    def assert_soon(self, daemon, serial, expected):
        """Within a second, and what openssl itself takes."""
        self.ask_until(daemon, serial, expected, patience=2)

    def test_commands(self):
        self.ocspd("issue", "1", "2")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        self.assertEqual(self.ask(daemon, 3), "unknown")
        self.ocspd("revoke", "--reason", "certificateHold", "1")
        self.assert_soon(daemon, 1, "revoked")
        self.ocspd("unrevoke", "1")
        self.assert_soon(daemon, 1, "good")
        self.ocspd("revoke", "--reason", "keyCompromise", "1")
        self.assert_soon(daemon, 1, "revoked")
        self.ocspd("issue", "3")
        self.assert_soon(daemon, 3, "good")
        self.assertEqual(self.ask(daemon, 2), "good")

    def test_import(self):
        """So many at once that they are told of as one."""
        self.ocspd("issue", "7")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 7), "good")
        lines = [f"{serial},revoked,{THEN}" for serial in range(5000)]
        self.write("in.csv", "serial,status,revoked-at\n" + "\n".join(lines) + "\n")
        self.ocspd("import", "--csv", "in.csv")
        self.assert_soon(daemon, 7, "revoked")
        self.assert_soon(daemon, 4999, "revoked")

    def test_restart(self):
        """A saved answer is not given when the status has changed meanwhile."""
        self.ocspd("issue", "1", "2")
        daemon = self.start()
        for serial in (1, 2):
            self.assertEqual(self.ask(daemon, serial), "good")
        until(lambda: self.saved() == 2, daemon.log)
        self.assertEqual(daemon.stop(), 0)
        self.ocspd("revoke", "--reason", "superseded", "1")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "revoked")
        self.assertEqual(self.ask(daemon, 2), "good")

    def saved(self, name="ocspd.db"):
        with contextlib.closing(sqlite3.connect(self.path(name))) as db:
            return db.execute("SELECT count(*) FROM answer").fetchone()[0]

    def test_killed(self):
        self.ocspd("issue", "1")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        daemon.stop(number=9)
        self.ocspd("revoke", "--reason", "superseded", "1")
        self.assertEqual(self.ask(self.start(), 1), "revoked")

    def test_another_user(self):
        """What root makes belongs to who answers. Who is not root answers himself."""
        user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        os.chmod(self.dir, 0o777)
        self.configure(database="new.db", user=user)
        self.ocspd("init")
        self.ocspd("issue", "1", "2")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        self.ocspd("revoke", "--reason", "superseded", "1")
        self.assert_soon(daemon, 1, "revoked")
        self.assertEqual(self.ask(daemon, 2), "good")
        until(lambda: self.saved("new.db") == 2, daemon.log)
        self.assertEqual({path.owner() for path in self.dir.glob("new.db*")}, {user})

    def test_locked(self):
        """Who writes for long is not in the way."""
        self.ocspd("issue", "1", "2")
        daemon = self.start()
        with contextlib.closing(sqlite3.connect(self.path("ocspd.db"))) as db:
            db.execute("BEGIN IMMEDIATE")
            for serial in (1, 2):
                self.assertEqual(self.ask(daemon, serial), "good")
            self.assertTrue(daemon.is_healthy())

    def test_swapped_for_rubbish(self):
        self.ocspd("issue", "1", "2")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        good = self.path("ocspd.db").read_bytes()
        self.write("rubbish", "x" * len(good))
        self.path("ocspd.db").rename(self.path("away"))
        self.path("rubbish").rename(self.path("ocspd.db"))
        until(lambda: not daemon.is_healthy(), daemon.log, 5)
        self.assertEqual(self.ask(daemon, 2), LATER)
        # Nobody knows what has changed since: what was said before is not said again.
        self.assertEqual(self.ask(daemon, 1), LATER)
        self.path("away").rename(self.path("ocspd.db"))
        self.assert_soon(daemon, 2, "good")
        until(daemon.is_healthy, daemon.log, 5)

    def test_overwritten_with_rubbish(self):
        self.ocspd("issue", "1", "2")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        with open(self.path("ocspd.db"), "r+b") as file:
            file.write(b"x" * os.fstat(file.fileno()).st_size)
        until(lambda: not daemon.is_healthy(), daemon.log, 5)
        self.assertEqual(self.ask(daemon, 2), LATER)

    def test_another_database_after_a_reload(self):
        self.ocspd("issue", "1")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        self.path("ocspd.db").rename(self.path("away"))
        for path in self.dir.glob("ocspd.db-*"):
            path.unlink()
        self.ocspd("init")
        self.ocspd("revoke", "--issue", "--reason", "superseded", "1")
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
        self.write("index.txt", self.index() + "rubbish\n")
        until(lambda: not daemon.is_healthy(), daemon.log, 5)
        self.assertEqual(self.ask(daemon, 1), "revoked")
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

    def test_several_issuers(self):
        self.make_signer("signer2", ca="other")
        self.configure(issuer(), issuer("second", signer("b", certificate="signer2.pem",
                                                         key="signer2.key"),
                                        certificate="other.pem"))
        self.ocspd("issue", "--issuer", "toy", "1")
        self.ocspd("revoke", "--issue", "--reason", "superseded", "--issuer", "second", "1")
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        self.assertEqual(self.ask(daemon, 1, ca="other"), "revoked")
        self.ocspd("revoke", "--reason", "superseded", "--issuer", "toy", "1")
        self.assert_soon(daemon, 1, "revoked")


if __name__ == "__main__":
    unittest.main()

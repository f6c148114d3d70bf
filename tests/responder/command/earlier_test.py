# SPDX-License-Identifier: MIT
#
# A database that an earlier version of ocspd has made opens and keeps working.
"""Tests of ocspd on a database of version 0.1.0."""

import contextlib
import pathlib
import shutil
import sqlite3
import unittest

from support import EX_DATAERR, OcspdCase, until

OLD = pathlib.Path(__file__).resolve().parents[2] / "data" / "database-0.1.0"
THEN = "2024-04-03T12:00:00Z"
GOOD = {"status": "good"}
LARGE = 0x7f00112233445566778899aabbccddeeff001122


def revoked(reason=None, **more):
    return {"status": "revoked", "revoked_at": THEN, **({"reason": reason} if reason else {}),
            **more}


def imported(first, last):
    """What the lines of all.csv say."""
    return {0x5000 + n: revoked("superseded") if n % 10 == 7 else
            {**GOOD, "expires": "2031-01-01T00:00:00Z"} for n in range(first, last)}


ISSUED = {1: GOOD, 2: revoked("superseded"), 3: revoked("certificateHold"),
          4: revoked(expires="2030-01-01T00:00:00Z"), 0xff01: GOOD, LARGE: GOOD,
          0x102: revoked("keyCompromise")}


class EarlierTest(OcspdCase):
    def make_all(self):
        super().make_all()
        for name in ("ca.pem", "ca.key", "ocspd.db", "all.csv"):
            shutil.copy(OLD / name, self.dir)
        self.make_signer("signer")

    def setUp(self):
        super().setUp()
        self.expected = {**ISSUED, **imported(0, 50)}

    def sql(self, text):
        with contextlib.closing(sqlite3.connect(self.path("ocspd.db"))) as db:
            return db.execute(text).fetchone()

    def test_list_and_status(self):
        self.assertEqual(self.listed(), self.expected)
        self.assertEqual(self.listed("--revoked"), {
            serial: record for serial, record in self.expected.items()
            if record["status"] == "revoked"})
        self.ocspd("status", "0x01")
        self.ocspd("status", "0x02", status=1)
        self.ocspd("status", "0x99", status=2)

    def test_check_config(self):
        self.ocspd("check-config")

    def test_changes(self):
        self.ocspd("issue", "0x01", "0x99")
        self.ocspd("revoke", "--reason", "keyCompromise", "--at", THEN, "0x02", "0xff01")
        self.ocspd("unrevoke", "0x03")
        self.ocspd("remove", hex(LARGE))
        done = self.run_ocspd("remove", "0x04")
        self.assertEqual(done.returncode, EX_DATAERR)
        del self.expected[LARGE]
        self.assertEqual(self.listed(), {
            **self.expected, 0x99: GOOD, 2: revoked("keyCompromise"), 3: GOOD,
            0xff01: revoked("keyCompromise")})
        self.assertEqual(self.sql("PRAGMA integrity_check"), ("ok",))

    def test_import_resumed(self):
        """Where version 0.1.0 has stopped."""
        self.assertEqual(self.ocspd("import", "--resume", "--csv", "all.csv"),
                         "continued after line 51\n50 certificates: 50 new, 0 changed, 0 "
                         "unchanged\n")
        self.assertEqual(self.listed(), {**ISSUED, **imported(0, 100)})

    def test_import(self):
        done = self.run_ocspd("import", "--csv", "all.csv")
        self.assertEqual((done.returncode, done.stdout), (
            0, b"100 certificates: 50 new, 0 changed, 50 unchanged\n"))
        self.assertEqual(done.stderr, b"all.csv: an earlier import of this file stopped after line "
                         b"51, where --resume continues\n")
        self.assertEqual(self.listed(), {**ISSUED, **imported(0, 100)})

    def test_compare(self):
        lines = "".join(f"V\t301231235959Z\t\t{serial:04X}\tunknown\t/CN=x\n" for serial in (1, 2))
        self.write("index.txt", lines)
        found = self.ocspd("compare", "--index", "index.txt", status=1).splitlines()
        self.assertEqual(len(found), len(self.expected) - 1)
        self.assertIn(f"0x02 (decimal 2): database revoked since {THEN}, superseded, list good",
                      found)

    def test_served(self):
        """With the answers that were saved, and changes that follow."""
        self.assertEqual(self.sql("SELECT count(*) FROM answer"), (4,))
        daemon = self.start()
        for serial, status in ((1, "good"), (2, "revoked"), (4, "revoked"), (0xff01, "good"),
                               (0x5006, "good"), (0x5007, "revoked"), (0x5032, "unknown")):
            self.assertEqual(self.ask(daemon, serial), status)
        self.ocspd("revoke", "--reason", "superseded", "0x01")
        self.ocspd("remove", "0xff01")
        self.ask_until(daemon, 1, "revoked", patience=2)
        self.ask_until(daemon, 0xff01, "unknown", patience=2)
        # Those of the old signer are no longer needed; new ones take their place.
        until(lambda: self.sql("SELECT count(*) FROM answer WHERE this_update > "
                               "strftime('%s', 'now') - 3600")[0] > 3, daemon.log)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.ask(self.start(), 1), "revoked")

    def test_not_changed_by_reading(self):
        """So that version 0.1.0 still reads it: its tables are those of that version."""
        schema = "SELECT group_concat(sql) FROM (SELECT sql FROM sqlite_schema ORDER BY name)"
        before = self.sql(schema)
        self.ocspd("issue", "0x99")
        self.assertEqual(self.sql(schema), before)
        self.assertEqual(self.sql("PRAGMA user_version"), (1,))


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
#
# The commands of ocspd on its database: as a user types them, killed at any moment, on a full disk,
# and while another process is writing.
"""Tests of ocspd init, import, issue, revoke, unrevoke, list and status."""

import contextlib
import json
import os
import pty
import pwd
import random
import resource
import shutil
import sqlite3
import subprocess
import time
import unittest

from support import (EX_CANTCREAT, EX_CONFIG, EX_DATAERR, EX_IOERR, EX_NOINPUT, EX_TEMPFAIL,
                     EX_UNAVAILABLE, EX_USAGE, OCSPD, OcspdCase, issuer)

HEADER = "serial,status,revoked-at,reason,expires\n"
THEN = "2024-04-03T12:00:00Z"
LATER = "2025-04-03T12:00:00Z"
NUMBER = "write it like 0x01aa or 01:aa"
COLUMN = ("unknown column in the first line: use serial, status, revoked-at, reason and "
          "expires")


def usage(command, arguments):
    return f"usage: ocspd {command} {arguments}\n"


ISSUE_USAGE = usage("issue", "[OPTION]... SERIAL...")
REVOKE_USAGE = usage("revoke", "[OPTION]... --reason REASON SERIAL...")
UNREVOKE_USAGE = usage("unrevoke", "[OPTION]... SERIAL...")
STATUS_USAGE = usage("status", "[OPTION]... [SERIAL]")
LIST_USAGE = usage("list", "[OPTION]...")
IMPORT_USAGE = usage("import", "[OPTION]... --index FILE | --crl FILE | --csv FILE")


def revoked(reason=None, at=THEN, **more):
    return {"status": "revoked", "revoked_at": at, **({"reason": reason} if reason else {}), **more}


GOOD = {"status": "good"}


class InitTest(OcspdCase):
    def test_exists_already(self):
        before = self.path("ocspd.db").read_bytes()
        self.ocspd_fails(EX_CANTCREAT, "ocspd init: ocspd.db: the file exists already\n", "init")
        self.assertEqual(self.path("ocspd.db").read_bytes(), before)

    def test_log_of_another(self):
        """Its content would become part of the new database."""
        for ending in ("wal", "journal"):
            self.configure(database="new.db")
            self.write(f"new.db-{ending}", b"something")
            self.ocspd_fails(EX_CANTCREAT, f"ocspd init: new.db-{ending}: left over from "
                             "another database: remove it\n", "init")
            self.path(f"new.db-{ending}").unlink()
            self.assertFalse(self.path("new.db").exists())

    def test_no_directory(self):
        self.configure(database="missing/ocspd.db")
        self.ocspd_fails(EX_CANTCREAT, "ocspd init: missing/ocspd.db: cannot create the database: "
                         "No such file or directory\n", "init")

    def test_nothing_else_is_left(self):
        self.assertEqual([path.name for path in self.dir.glob("ocspd.db*")], ["ocspd.db"])

    def test_user_that_does_not_exist(self):
        self.configure(database="new.db", user="nobody-of-that-name")
        done = self.run_ocspd("init")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"nobody-of-that-name", done.stderr)

    def test_given_to_the_user(self):
        """By root; other users keep the file."""
        user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.configure(database="new.db", user=user)
        self.ocspd("init")
        self.assertEqual(self.path("new.db").owner(), user)

    def test_too_many_arguments(self):
        self.ocspd_fails(EX_USAGE, 'ocspd init: unexpected argument "x"\n'
                         + usage("init", "[--config FILE]"), "init", "x")

    def test_configuration_missing(self):
        done = self.run_ocspd("init", config="missing.conf")
        self.assertEqual(done.returncode, EX_CONFIG)
        self.assertIn(b"missing.conf", done.stderr)


class ChangeTest(OcspdCase):
    def assert_listed(self, **expected):
        """The keywords are an s and the serial number."""
        self.assertEqual(self.listed(), {int(key[1:]): value for key, value in expected.items()})

    def test_issue(self):
        self.ocspd("issue", "0x01", "0x02", "00:03")
        self.ocspd("issue", "--expires", "2030-01-01T00:00:00Z", "0x04", "0x01")
        expires = {"expires": "2030-01-01T00:00:00Z"}
        self.assert_listed(s1={**GOOD, **expires}, s2=GOOD, s3=GOOD, s4={**GOOD, **expires})

    def test_issue_from_standard_input(self):
        self.ocspd("issue", "--decimal", "7", "-", input=b"1\n\n# comment\n0x02\r\n3\n")
        self.assert_listed(s1=GOOD, s2=GOOD, s3=GOOD, s7=GOOD)

    def test_issue_all_or_none(self):
        self.ocspd_fails(EX_USAGE, 'ocspd issue: invalid serial number "x": ' + NUMBER
                         + "\nocspd issue: standard input: line 2\n", "issue", "--hex", "-",
                         input=b"1\nx\n2\n")
        self.assert_listed()

    def test_standard_input_cut_off(self):
        """Input that ends in the middle of a number would change another certificate."""
        self.ocspd("issue", "0x01", "0x0c", "0x7b")
        for command, *args in (("revoke", "--reason", "keyCompromise"), ("unrevoke",), ("issue",)):
            for text, error in (
                    (b"1\n12", "line 2: missing line feed at the end"),
                    (b"1", "line 1: missing line feed at the end"),
                    (b"1\n# the end", "line 2: missing line feed at the end"),
                    (b"1\n12\0003\n", "line 2: unexpected NUL byte"),
                    (b"1\n\0\n", "line 2: unexpected NUL byte"),
                    (b"1\n12\n\0", "line 3: unexpected NUL byte")):
                self.ocspd_fails(EX_DATAERR, f"ocspd {command}: standard input: {error}\n",
                                 command, *args, "-", input=text)
        self.assert_listed(s1=GOOD, s12=GOOD, s123=GOOD)

    def test_standard_input_with_returns(self):
        self.ocspd("issue", "--hex", "-", input=b"1\r\n\r\n# x\r\n2\r\n")
        self.ocspd_fails(EX_DATAERR, "ocspd revoke: 0x03 (decimal 3) was never recorded as issued: "
                         "--issue revokes it anyway\nocspd revoke: standard input: line 4\n", "revoke",
                         "--reason", "superseded", "--hex", "-", input=b"1\r\n\r\n2\r\n3\r\n")
        self.ocspd_fails(EX_USAGE, 'ocspd revoke: invalid serial number "1\\x0D2": ' + NUMBER
                         + "\nocspd revoke: standard input: line 1\n", "revoke",
                         "--reason", "superseded", "-", input=b"1\r2\n")
        self.assert_listed(s1=GOOD, s2=GOOD)

    def test_standard_input_that_is_slow(self):
        """The database is not locked while the command waits for input."""
        # pylint: disable=consider-using-with
        process = subprocess.Popen([OCSPD, "issue", "--config", "ocspd.conf", "--hex", "-"],
                                   cwd=self.dir, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        process.stdin.write(b"1\n" * 50000)
        process.stdin.flush()
        self.ocspd("issue", "0x02")
        self.assertEqual(process.communicate(b"3\n", timeout=60), (None, b""))
        self.assert_listed(s1=GOOD, s2=GOOD, s3=GOOD)

    def test_issue_does_not_unrevoke(self):
        self.ocspd("revoke", "--issue", "--reason", "superseded", "--at", THEN, "0x01")
        self.ocspd("issue", "0x01")
        self.assert_listed(s1=revoked("superseded"))

    def test_issue_nothing(self):
        self.ocspd_fails(EX_USAGE, "ocspd issue: missing SERIAL\n" + ISSUE_USAGE, "issue")

    def test_serial_too_long(self):
        self.ocspd("issue", "0x7f" + "00" * 63)
        self.ocspd_fails(EX_USAGE, f'ocspd issue: invalid serial number "0x80{"00" * 38}": longer '
                         "than 64 octets\n", "issue", "0x80" + "00" * 63)

    def test_revoke(self):
        self.ocspd("issue", "0x01", "0x02", "0x03")
        self.ocspd("revoke", "--reason", "unspecified", "--at", THEN, "0x01")
        self.ocspd("revoke", "--reason", "cACompromise", "--at", "1712145600", "0x02")
        self.assert_listed(s1=revoked(), s2=revoked("cACompromise"), s3=GOOD)

    def test_revoke_now(self):
        before = int(time.time())
        self.ocspd("revoke", "--reason", "keyCompromise", "--issue", "0x01")
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(before))
        self.assertGreaterEqual(self.listed()[1]["revoked_at"], at)

    def test_revoke_what_was_not_issued(self):
        self.ocspd("issue", "0x01")
        self.ocspd_fails(EX_DATAERR, "ocspd revoke: 0x02 (decimal 2) was never recorded as issued: "
                         "--issue revokes it anyway\n", "revoke", "--reason", "superseded",
                         "0x01", "0x02")
        self.assert_listed(s1=GOOD)

    def test_revoke_again(self):
        self.ocspd("revoke", "--issue", "--reason", "certificateHold", "--at", THEN, "0x01")
        self.ocspd("revoke", "--reason", "certificateHold", "0x01")
        self.ocspd("revoke", "--reason", "certificateHold", "--at", THEN, "0x01")
        self.assert_listed(s1=revoked("certificateHold"))
        self.ocspd("revoke", "--reason", "superseded", "0x01")
        self.assert_listed(s1=revoked("superseded"))
        self.ocspd("revoke", "--reason", "keyCompromise", "--at", LATER, "0x01")
        self.assert_listed(s1=revoked("keyCompromise"))

    def test_revoke_again_since_earlier(self):
        self.ocspd("revoke", "--issue", "--reason", "superseded", "--at", LATER, "0x01")
        self.ocspd("revoke", "--reason", "keyCompromise", "--at", THEN, "0x01")
        self.assert_listed(s1=revoked("keyCompromise"))

    def test_revoke_again_for_less(self):
        self.ocspd("revoke", "--issue", "--reason", "keyCompromise", "--at", THEN, "0x01")
        for reason, at in (("superseded", THEN), ("certificateHold", THEN), ("unspecified", THEN),
                           ("cACompromise", THEN), ("keyCompromise", LATER)):
            self.ocspd_fails(EX_DATAERR, f"ocspd revoke: 0x01 (decimal 1) is revoked since {THEN}, "
                             "keyCompromise: it can be revoked again only for a worse reason\n",
                             "revoke", "--reason", reason, "--at", at, "0x01")
        self.assert_listed(s1=revoked("keyCompromise"))

    def test_revoke_without_a_reason(self):
        self.ocspd_fails(EX_USAGE, "ocspd revoke: missing --reason\n" + REVOKE_USAGE,
                         "revoke", "0x01")

    def test_revoke_for_an_invalid_reason(self):
        for reason in ("removeFromCRL", "KeyCompromise", "1", ""):
            self.ocspd_fails(EX_USAGE, f'ocspd revoke: --reason: invalid reason "{reason}"\n'
                             + REVOKE_USAGE, "revoke", "--reason", reason, "0x01")

    def test_revoke_in_the_future(self):
        self.ocspd_fails(EX_USAGE, "ocspd revoke: --at: the time is in the future\n" + REVOKE_USAGE,
                         "revoke", "--reason", "superseded", "--at", "9999-01-01T00:00:00Z", "0x01")

    def test_revoke_at_an_invalid_time(self):
        self.ocspd_fails(EX_USAGE, 'ocspd revoke: --at: invalid time "then": give it as '
                         "2024-04-03T12:00:00Z or as seconds since 1970\n" + REVOKE_USAGE,
                         "revoke", "--reason", "superseded", "--at", "then", "0x01")

    def test_unrevoke(self):
        self.ocspd("issue", "--expires", LATER, "0x01")
        self.ocspd("revoke", "--reason", "certificateHold", "0x01")
        self.ocspd("unrevoke", "0x01")
        self.assert_listed(s1={**GOOD, "expires": LATER})

    def test_unrevoke_what_is_not_on_hold(self):
        self.ocspd("issue", "0x01")
        self.ocspd("revoke", "--issue", "--reason", "superseded", "--at", THEN, "0x02")
        for serial, what in ((1, "good"), (2, f"revoked since {THEN}, superseded"),
                             (3, "not issued")):
            self.ocspd_fails(EX_DATAERR, f"ocspd unrevoke: 0x0{serial} (decimal {serial}) is not "
                             f"on hold: {what}\n", "unrevoke", f"0x0{serial}")

    def test_unrevoke_all_or_none(self):
        self.ocspd("revoke", "--issue", "--reason", "certificateHold", "--at", THEN, "0x01")
        self.assertEqual(self.run_ocspd("unrevoke", "0x01", "0x02").returncode, EX_DATAERR)
        self.assert_listed(s1=revoked("certificateHold"))

    def test_unrevoke_nothing(self):
        self.ocspd_fails(EX_USAGE, "ocspd unrevoke: missing SERIAL\n" + UNREVOKE_USAGE, "unrevoke")

    def test_remove(self):
        self.ocspd("issue", "0x01", "0x02", "0x03", "-0x2a")
        self.assertEqual(self.ocspd("remove", "0x02", "-0x2a", "0x02", "--hex", "4"),
                         "0x02 (decimal 2): removed; before: good\n"
                         "-0x2a (decimal -42): removed; before: good\n"
                         "0x02 (decimal 2): nothing changed: not issued\n"
                         "0x04 (decimal 4): nothing changed: not issued\n")
        self.assert_listed(s1=GOOD, s3=GOOD)
        self.ocspd("issue", "0x02")
        self.assert_listed(s1=GOOD, s2=GOOD, s3=GOOD)

    def test_remove_what_is_revoked(self):
        """Nothing of the command is done."""
        self.ocspd("issue", "0x01", "0x03")
        for number, reason in ((2, "superseded"), (4, "certificateHold")):
            serial = f"0x0{number}"
            self.ocspd("revoke", "--issue", "--reason", reason, "--at", THEN, serial)
            for args in (("0x01", serial), (serial, "0x01"), (serial,), ("0x01", serial, "0x03")):
                self.ocspd_fails(EX_DATAERR, f"ocspd remove: {serial} (decimal {number}) is "
                                 f"revoked since {THEN}, {reason}: only a certificate that is "
                                 "good can be removed\n", "remove", *args)
        self.assertEqual(len(self.listed()), 4)
        self.ocspd("unrevoke", "0x04")
        self.ocspd("remove", "0x04")
        self.assert_listed(s1=GOOD, s2=revoked("superseded"), s3=GOOD)

    def test_remove_from_standard_input(self):
        self.ocspd("issue", "0x01", "0x02", "0x03")
        self.ocspd("remove", "--decimal", "-", input=b"1\n# x\n3\n")
        self.assert_listed(s2=GOOD)
        self.ocspd_fails(EX_USAGE, "ocspd remove: missing SERIAL\n"
                         + usage("remove", "[OPTION]... SERIAL..."), "remove")

    def test_what_was_done(self):
        self.assertEqual(self.ocspd("issue", "0x1a", "26", "27", "--decimal"),
                         "0x1a (decimal 26): issued: good\n"
                         "0x1a (decimal 26): known already, nothing changed: good\n"
                         "0x1b (decimal 27): issued: good\n")
        self.assertEqual(self.ocspd("issue", "--expires", LATER, "0x1a", "0x1c"),
                         f"0x1a (decimal 26): known already, changed: good, expires {LATER}; "
                         "before: good\n"
                         f"0x1c (decimal 28): issued: good, expires {LATER}\n")
        hold = f"revoked since {THEN}, certificateHold"
        self.assertEqual(self.ocspd("revoke", "--reason", "certificateHold", "--at", THEN, "0x1a"),
                         f"0x1a (decimal 26): {hold}; before: good\n")
        self.assertEqual(self.ocspd("revoke", "--reason", "certificateHold", "0x1a"),
                         f"0x1a (decimal 26): nothing changed: {hold}, expires {LATER}\n")
        self.assertEqual(self.ocspd("issue", "0x1a"),
                         f"0x1a (decimal 26): known already, nothing changed: {hold}, expires "
                         f"{LATER}\n")
        self.assertEqual(self.ocspd("revoke", "--reason", "keyCompromise", "0x1a"),
                         f"0x1a (decimal 26): revoked since {THEN}, keyCompromise; before: {hold}\n")
        self.assertEqual(self.ocspd("revoke", "--issue", "--reason", "certificateHold", "--at",
                                    THEN, "0x1d"), f"0x1d (decimal 29): {hold}\n")
        self.assertEqual(self.ocspd("unrevoke", "0x1d"),
                         f"0x1d (decimal 29): released from hold: good; before: {hold}\n")

    def test_serial_forms(self):
        """Digits alone are refused: they may be hexadecimal or decimal."""
        self.ocspd("issue", "0x1000")
        for command, *args in (("issue",), ("revoke", "--reason", "superseded"), ("unrevoke",),
                               ("remove",), ("status",)):
            text = ('"1000" may be hexadecimal or decimal: add --hex or --decimal, or write '
                    "0x1000 / 0x3e8\n")
            done = self.run_ocspd(command, *args, "1000")
            self.assertEqual((done.stdout, done.returncode), (b"", EX_USAGE))
            self.assertTrue(done.stderr.decode().startswith(f"ocspd {command}: {text}"))
            done = self.run_ocspd(command, *args, "--hex", "--decimal", "0x1000")
            self.assertEqual((done.stdout, done.returncode), (b"", EX_USAGE))
            self.assertIn(b"--hex and --decimal exclude each other", done.stderr)
        self.assert_listed(s4096=GOOD)

    def test_serial_negative(self):
        """With or without --, and beside options that have negative arguments."""
        self.ocspd("issue", "-0x2a", "--decimal", "--expires", "-5", "-1", "--", "-129")
        expected = "-0x81 (decimal -129): good, expires 1969-12-31T23:59:55Z\n"
        for args in (("-0x81",), ("--", "-0x81"), ("--decimal", "-129"), ("-129", "--decimal"),
                     ("--decimal", "--", "-129"), ("--hex", "--", "-81"), ("-00:81",)):
            self.assertEqual(self.ocspd("status", *args), expected)
        self.assertEqual(self.ocspd("list").splitlines(keepends=True), [
            "-0x2a (decimal -42): good, expires 1969-12-31T23:59:55Z\n",
            "-0x01 (decimal -1): good, expires 1969-12-31T23:59:55Z\n", expected])
        self.ocspd("revoke", "--reason", "superseded", "--at", THEN, "-0x2a")
        self.assertEqual(self.ocspd("status", "--json", "-0x2a", status=1),
                         f'{{"serial":"-0x2a","status":"revoked","revoked_at":"{THEN}",'
                         '"reason":"superseded","expires":"1969-12-31T23:59:55Z"}\n')


class ShowTest(OcspdCase):
    def make_all(self):
        super().make_all()
        self.ocspd("issue", "0xff01")
        self.ocspd("issue", "--expires", LATER, "0x0a")
        self.ocspd("revoke", "--issue", "--reason", "superseded", "--at", THEN, "0x0102")
        self.ocspd("revoke", "--issue", "--reason", "unspecified", "--at", THEN, "0x00")

    def test_list(self):
        self.assertEqual(self.ocspd("list"),
                         f"0x00 (decimal 0): revoked since {THEN}\n"
                         "0xff01 (decimal 65281): good\n"
                         f"0x0102 (decimal 258): revoked since {THEN}, superseded\n"
                         f"0x0a (decimal 10): good, expires {LATER}\n")

    def test_list_revoked(self):
        self.assertEqual(self.listed("--revoked"), {0: revoked(), 0x102: revoked("superseded")})

    def test_list_many(self):
        """More than one page of certificates: each is listed once."""
        serials = [str(serial) for serial in range(1000, 6000)]
        self.ocspd("issue", "--decimal", "-",
                   input="".join(f"{serial}\n" for serial in serials).encode())
        self.assertEqual(len(self.ocspd("list").splitlines()), 5004)
        self.assertEqual(len(self.listed()), 5004)

    def test_list_too_many_arguments(self):
        self.ocspd_fails(EX_USAGE, 'ocspd list: unexpected argument "x"\n' + LIST_USAGE,
                         "list", "x")

    def test_status(self):
        for args, status, text in (
                (("0xff01",), 0, "0xff01 (decimal 65281): good\n"),
                (("--decimal", "65281"), 0, "0xff01 (decimal 65281): good\n"),
                (("FF01", "--hex"), 0, "0xff01 (decimal 65281): good\n"),
                (("--hex", "a"), 0, f"0x0a (decimal 10): good, expires {LATER}\n"),
                (("01:02",), 1, f"0x0102 (decimal 258): revoked since {THEN}, superseded\n"),
                (("0x03",), 2, "0x03 (decimal 3): not issued\n"),
                (("-0x03",), 2, "-0x03 (decimal -3): not issued\n")):
            self.assertEqual(self.ocspd("status", *args, status=status), text)

    def test_status_json(self):
        self.assertEqual(self.ocspd("status", "--json", "0x0102", status=1),
                         '{"serial":"0x0102","status":"revoked",'
                         f'"revoked_at":"{THEN}","reason":"superseded"}}\n')
        self.assertEqual(self.ocspd("status", "--json", "0x05", status=2),
                         '{"serial":"0x05","status":"not-issued"}\n')

    def test_status_of_how_many(self):
        self.ocspd_fails(EX_USAGE, "ocspd status: expected exactly one SERIAL\n" + STATUS_USAGE,
                         "status", "0x01", "0x02")

    def test_status_of_an_invalid_number(self):
        self.ocspd_fails(EX_USAGE, f'ocspd status: invalid serial number "0x": {NUMBER}\n'
                         + STATUS_USAGE, "status", "0x")

    def test_help(self):
        for command in ("init", "import", "issue", "revoke", "unrevoke", "remove", "list",
                        "status"):
            done = self.run_ocspd(command, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertTrue(done.stdout.startswith(f"usage: ocspd {command} ".encode()))
            self.assertLessEqual(max(len(line) for line in done.stdout.splitlines()), 90)

    def test_unknown_option(self):
        done = self.run_ocspd("list", "--what")
        self.assertEqual(done.returncode, EX_USAGE)
        self.assertIn(LIST_USAGE.encode(), done.stderr)


class SourceTest(OcspdCase):
    """Several issuers, and issuers whose statuses are not in the database."""

    def make_all(self):
        super().make_all()
        self.make_signer("signer-of-other", ca="other")

    def test_several_issuers(self):
        self.configure(issuer(), issuer("second", certificate="other.pem"))
        self.ocspd_fails(EX_USAGE, "ocspd issue: missing --issuer: ocspd.conf has 2 issuers\n",
                         "issue", "0x01")
        self.ocspd_fails(EX_USAGE, 'ocspd issue: ocspd.conf has no issuer "third"\n', "issue",
                         "--issuer", "third", "0x01")
        self.ocspd("issue", "--issuer", "second", "0x01")
        self.ocspd("status", "--issuer", "second", "0x01")
        self.ocspd("status", "--issuer", "toy", "0x01", status=2)

    def test_status_of_sources(self):
        self.write("index.txt", "V\t301231235959Z\t\t0A\tunknown\t/CN=a\n")
        self.configure(issuer(), issuer("second", certificate="other.pem", source="index",
                                        source_file="index.txt"))
        self.assertIn("toy: database, current\n  source      ocspd.db\nsecond: index, current\n"
                      "  source      index.txt\n", self.ocspd("status"))
        self.assertEqual(self.ocspd("status", "--issuer", "toy"),
                         "toy: database, current\n  source      ocspd.db\n")
        lines = [json.loads(line) for line in self.ocspd("status", "--json").splitlines()]
        self.assertEqual(lines[0], {"issuer": "toy", "source": "database", "files": ["ocspd.db"],
                                    "state": "current", "complete": True})
        self.assertEqual([lines[1][key] for key in ("issuer", "source", "files", "state")],
                         ["second", "index", ["index.txt"], "current"])
        self.ocspd_fails(EX_USAGE, 'ocspd status: ocspd.conf has no issuer "third"\n', "status",
                         "--issuer", "third")
        # A source that cannot be read does not hide the others.
        self.path("ocspd.db").unlink()
        self.assertIn("toy: database, unreadable\n  source      ocspd.db\n"
                      "  error       ocspd.db: No such file or directory; create it with ocspd "
                      "init\nsecond: index, current\n",
                      self.ocspd("status", status=EX_UNAVAILABLE))
        lines = self.ocspd("status", "--json", status=EX_UNAVAILABLE).splitlines()
        self.assertEqual(json.loads(lines[0])["error"][:35], "ocspd.db: No such file or directory")
        self.assertEqual(len(lines), 2)
        self.ocspd("status", "--issuer", "second")

    def test_status_of_a_compromised_issuer(self):
        self.ocspd("issue", "0x01")
        self.configure(issuer(ca_compromised=THEN))
        self.assertEqual(self.ocspd("status", "0x01", status=1),
                         f"0x01 (decimal 1): revoked since {THEN}, cACompromise\n")
        self.assertIn(f"  compromised {THEN}\n", self.ocspd("status"))
        self.assertEqual(json.loads(self.ocspd("status", "--json"))["ca_compromised"], THEN)

    def test_index(self):
        self.write("index.txt", "V\t301231235959Z\t\t0A\tunknown\t/CN=a\n"
                   "R\t301231235959Z\t240403120000Z,superseded\tFF\tunknown\t/CN=b\n")
        self.configure(issuer(source="index", source_file="index.txt"))
        expires = "2030-12-31T23:59:59Z"
        self.assertEqual(self.listed(), {10: {**GOOD, "expires": expires},
                                         255: revoked("superseded", expires=expires)})
        self.assertEqual(self.listed("--revoked").keys(), {255})
        self.ocspd("status", "0xff", status=1)
        self.ocspd("status", "0xfe", status=2)
        self.ocspd_fails(EX_CONFIG, 'ocspd revoke: cannot change the statuses of issuer "toy": '
                         "they come from index.txt\n", "revoke", "--reason",
                         "superseded", "0x0a")

    def test_index_broken(self):
        self.write("index.txt", "V\tx\t\t0A\tunknown\t/CN=a\n")
        self.configure(issuer(source="index", source_file="index.txt"))
        self.ocspd_fails(EX_DATAERR, "ocspd list: index.txt:1: invalid time in the second field\n",
                         "list")

    def test_certificate_missing(self):
        self.configure(issuer(certificate="missing.pem"))
        done = self.run_ocspd("list")
        self.assertEqual(done.returncode, EX_CONFIG)
        self.assertIn(b"missing.pem", done.stderr)

    def test_certificate_that_cannot_be_opened(self):
        """The error names the file and the reason."""
        self.configure(issuer(certificate="loop.pem"))
        self.path("loop.pem").symlink_to("loop.pem")
        self.ocspd_fails(EX_CONFIG, "loop.pem: Too many levels of symbolic links\n", "list")

    def test_renewed_certificate(self):
        self.ocspd("issue", "0x01")
        self.openssl("req", "-config", "ca.cnf", "-x509", "-new", "-key", "ca.key", "-subj",
                     "/CN=ca", "-days", "60", "-out", "renewed.pem")
        self.configure(issuer(certificate="renewed.pem"))
        self.ocspd("status", "0x01")


class DatabaseTest(OcspdCase):
    def test_missing(self):
        self.path("ocspd.db").unlink()
        self.ocspd_fails(EX_NOINPUT, "ocspd list: ocspd.db: No such file or directory; create "
                         "it with ocspd init\n", "list")

    def test_rubbish(self):
        self.write("ocspd.db", "x" * 8192)
        for command, *args in (("list",), ("status", "0x01"), ("issue", "0x01")):
            self.ocspd_fails(EX_DATAERR, f"ocspd {command}: {self.dir}/ocspd.db: cannot use the "
                             "database: file is not a database\n", command, *args)
        self.assertEqual(self.path("ocspd.db").read_bytes(), b"x" * 8192)

    def test_locked(self):
        with contextlib.closing(sqlite3.connect(self.path("ocspd.db"))) as db:
            db.execute("BEGIN IMMEDIATE")
            self.ocspd_fails(EX_TEMPFAIL, f"ocspd issue: {self.dir}/ocspd.db: cannot run a "
                             "statement: database is locked by another process\n", "issue", "0x01")
            self.ocspd("status", "0x01", status=2)
        self.ocspd("issue", "0x01")


class ImportTest(OcspdCase):
    def import_(self, kind, text, expected, **more):
        name = self.write(f"in.{kind}", text)
        self.assertEqual(self.ocspd("import", f"--{kind}", name, **more), expected)

    def import_fails(self, kind, text, error, n_known=0):
        name = self.write(f"in.{kind}", text)
        self.ocspd_fails(EX_DATAERR, f"{name}: {error}\n", "import", f"--{kind}", name)
        self.assertEqual(len(self.listed()), n_known)

    def test_csv(self):
        self.import_("csv", HEADER + f"10,good,,,{LATER}\n0x0b,revoked,{THEN},,\n"
                     f"00:0c,revoked,1712145600,keyCompromise,1743681600\r\n\n",
                     "3 certificates: 3 new, 0 changed, 0 unchanged\n")
        self.assertEqual(self.listed(), {10: {**GOOD, "expires": LATER}, 11: revoked(),
                                         12: revoked("keyCompromise", expires=LATER)})

    def test_csv_with_other_columns(self):
        self.import_("csv", "status,serial\ngood,1\n",
                     "1 certificates: 1 new, 0 changed, 0 unchanged\n")
        self.import_("csv", "reason,serial,status,revoked-at\n"
                     f"superseded,1,revoked,{THEN}\n,2,good,\n",
                     "2 certificates: 1 new, 1 changed, 0 unchanged\n")
        self.assertEqual(self.listed(), {1: revoked("superseded"), 2: GOOD})

    def test_csv_without_lines(self):
        self.import_("csv", HEADER, "0 certificates: 0 new, 0 changed, 0 unchanged\n")

    def test_csv_first_line(self):
        for line, error in (
                ("serial,what", COLUMN),
                ("serial,status,serial", "duplicate column in the first line"),
                ("serial,reason", "missing column in the first line: serial and status are "
                 "needed"),
                ("1,good,,,", COLUMN),
                ("", COLUMN)):
            self.import_fails("csv", line + "\n1,good\n", f"line 1: {error}")
        self.import_fails("csv", "serial,status", "line 1: missing newline after the last line")
        self.import_fails("csv", "", "line 1: the file is empty")

    def test_csv_broken(self):
        serial = f"invalid serial number: {NUMBER}"
        number = "the number of values differs from that of the first line"
        for line, error in (
                (",good,,,", serial), ("0xg,good,,,", serial), (" 1,good,,,", serial),
                ('"1",good,,,', serial), (f"0x80{'00' * 63},good,,,", serial),
                ("1,good", number), ("1,good,,,,", number), ("1", number),
                ("1,Good,,,", "invalid status: use good or revoked"),
                ("1,,,,", "invalid status: use good or revoked"),
                ("1,revoked,,,", "invalid time in revoked-at"),
                ("1,revoked,2024-02-30T00:00:00Z,,", "invalid time in revoked-at"),
                (f"1,revoked,{THEN},removeFromCRL,", "invalid reason"),
                (f"1,good,{THEN},,", "unexpected revoked-at or reason of a good certificate"),
                ("1,good,,superseded,", "unexpected revoked-at or reason of a good certificate"),
                ("1,good,,,soon", "invalid time in expires"),
                ("1,good,,,\0", "unexpected NUL byte"),
                ("1" * 65535, "unsupported line: longer than 65534 bytes")):
            self.import_fails("csv", HEADER + line + "\n", f"line 2: {error}")
        self.import_fails("csv", HEADER + "1,good,,,", "line 2: missing newline after the last line")

    def test_index(self):
        self.import_("index", "V\t250403120000Z\t\t01\tunknown\t/CN=a\n"
                     "R\t20250403120000Z\t240403120000Z\t0002\tunknown\t/CN=a\\\tb\n"
                     "E\t250403120000Z\t\tFF\tunknown\t/CN=a\r\n"
                     "R\t250403120000Z\t240403120000Z,holdInstruction,x\t03\tunknown\t/CN=a\n",
                     "4 certificates: 4 new, 0 changed, 0 unchanged\n")
        self.assertEqual(self.listed(), {
            1: {**GOOD, "expires": LATER}, 2: revoked(expires=LATER),
            255: {**GOOD, "expires": LATER}, 3: revoked("certificateHold", expires=LATER)})

    def test_index_broken(self):
        good = "V\t250403120000Z\t\t01\tunknown\t/CN=a\n"
        self.import_fails("index", good + "V\t250403120000Z\t\t01\tunknown\n",
                          "line 2: invalid line: expected six fields separated by tabs", n_known=1)

    def make_crl(self, *entries, ca="ca"):
        """Makes a CRL of entries (serial number, reason), and returns its file."""
        self.write("crl-index.txt", "".join(
            f"R\t301231235959Z\t240403120000Z{reason and ','}{reason}\t{serial:04X}\tunknown"
            "\t/CN=x\n" for serial, reason in entries))
        self.write("crlnumber", "01\n")
        self.write("crl.cnf", "[ca]\ndefault_ca=x\n[x]\ndatabase=crl-index.txt\n"
                   "crlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=7\n")
        self.openssl("ca", "-config", "crl.cnf", "-gencrl", "-cert", f"{ca}.pem", "-keyfile",
                     f"{ca}.key", "-out", "in.crl")
        return "in.crl"

    def test_crl(self):
        self.ocspd("issue", "--expires", LATER, "0x1001")
        crl = self.make_crl((0x1001, "keyCompromise"), (0x1002, ""))
        self.assertEqual(self.ocspd("import", "--crl", crl),
                         "2 certificates: 1 new, 1 changed, 0 unchanged\n")
        self.assertEqual(self.listed(), {0x1001: revoked("keyCompromise", expires=LATER),
                                         0x1002: revoked()})
        self.assertEqual(self.ocspd("import", "--crl", crl),
                         "2 certificates: 0 new, 0 changed, 2 unchanged\n")

    def test_crl_of_another(self):
        self.ocspd_fails(EX_DATAERR, "ocspd import: in.crl: unexpected issuer of the CRL\n", "import",
                         "--crl", self.make_crl((1, ""), ca="other"))
        self.assertEqual(self.listed(), {})

    def test_conflicts(self):
        """A file that contradicts revocations does not cancel them."""
        self.import_("csv", HEADER + f"1,revoked,{THEN},certificateHold,\n2,revoked,{THEN},,\n"
                     f"3,revoked,{THEN},superseded,\n4,revoked,{LATER},superseded,\n5,good,,,\n",
                     "5 certificates: 5 new, 0 changed, 0 unchanged\n")
        name = self.write("second.csv", HEADER
                          + f"1,good,,,\n2,revoked,{LATER},,\n3,revoked,{THEN},certificateHold,\n"
                          f"4,revoked,{THEN},keyCompromise,\n5,revoked,{THEN},,\n")
        done = self.run_ocspd("import", "--csv", name)
        self.assertEqual(done.stderr.decode(),
                         f"second.csv: line 2: 0x01 (decimal 1) stays revoked since {THEN}, certificateHold\n"
                         f"second.csv: line 3: 0x02 (decimal 2) stays revoked since {THEN}\n"
                         f"second.csv: line 4: 0x03 (decimal 3) stays revoked since {THEN}, superseded\n")
        self.assertEqual((done.returncode, done.stdout.decode()),
                         (EX_DATAERR, "5 certificates: 0 new, 2 changed, 3 unchanged\n"))
        self.assertEqual(self.listed(), {
            1: revoked("certificateHold"), 2: revoked(), 3: revoked("superseded"),
            4: revoked("keyCompromise"), 5: revoked()})

    def test_revoked_in_the_future(self):
        """As with revoke --at, most likely a mistyped time."""
        soon = time.gmtime(time.time() + 3600)
        text = time.strftime("%Y-%m-%dT%H:%M:%SZ", soon)
        self.import_fails("csv", HEADER + f"1,good,,,{LATER}\n2,revoked,{text},,\n3,good,,,\n",
                          "line 3: the time of revocation is in the future", n_known=1)
        text = time.strftime("%y%m%d%H%M%SZ", soon)
        self.import_fails("index", f"R\t491231235959Z\t{text}\t02\tunknown\t/CN=a\n",
                          "line 1: the time of revocation is in the future", n_known=1)

    def test_many_conflicts(self):
        lines = [f"{serial},revoked,{THEN},," for serial in range(12)]
        self.ocspd("import", "--csv", self.write("one.csv", HEADER + "\n".join(lines) + "\n"))
        lines = [f"{serial},good,,," for serial in range(12)]
        done = self.run_ocspd("import", "--csv",
                              self.write("two.csv", HEADER + "\n".join(lines) + "\n"))
        self.assertEqual(done.returncode, EX_DATAERR)
        self.assertEqual(len(done.stderr.splitlines()), 11)
        self.assertTrue(done.stderr.endswith(b"two.csv: 2 more stay as they are\n"))

    def test_same_number_twice(self):
        """A revocation counts in any order of the lines."""
        for first, second in ((f"revoked,{THEN},,", "good,,,"), ("good,,,", f"revoked,{THEN},,")):
            shutil.copy(self.path("ocspd.db"), self.path("twice.db"))
            self.configure(database="twice.db", file="twice.conf")
            self.write("t.csv", HEADER + f"7,{first}\n7,{second}\n")
            self.run_ocspd("import", "--csv", "t.csv", config="twice.conf")
            self.assertEqual(self.listed(config="twice.conf"), {7: revoked()})
            self.path("twice.db").unlink()

    def test_no_file(self):
        self.ocspd_fails(EX_NOINPUT, "missing.csv: No such file or directory\n", "import", "--csv",
                         "missing.csv")
        os.mkfifo(self.path("fifo"))
        self.ocspd_fails(EX_NOINPUT, "fifo: not a regular file\n", "import", "--csv", "fifo")
        self.ocspd_fails(EX_NOINPUT, ".: not a regular file\n", "import", "--index", ".")

    def test_no_option(self):
        self.ocspd_fails(EX_USAGE, "ocspd import: specify one of --index, --crl and --csv\n"
                         + IMPORT_USAGE, "import")
        self.ocspd_fails(EX_USAGE, "ocspd import: specify only one of --index, --crl and --csv\n"
                         + IMPORT_USAGE, "import", "--csv", "a", "--crl", "b")
        self.ocspd_fails(EX_USAGE, 'ocspd import: unexpected argument "b"\n' + IMPORT_USAGE,
                         "import", "--csv", "a", "b")

    def test_progress_on_a_terminal(self):
        self.write("many.csv", HEADER + "".join(f"{n},good,,,\n" for n in range(2000)))
        ours, theirs = pty.openpty()
        with open(ours, "rb", buffering=0) as terminal:
            done = self.run_ocspd("import", "--csv", "many.csv", stderr=theirs)
            os.close(theirs)
            shown = terminal.read(65536)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(shown, rb"^\r *\d+ % \[#* *\] \d+")
        self.assertTrue(shown.endswith(b"\r\x1b[K"))


class InterruptedTest(OcspdCase):
    """Imports that stop early lose nothing, corrupt nothing, and can be continued."""

    N = 120000  # more than two batches

    def make_all(self):
        super().make_all()
        rng = random.Random(6)
        serials = list({rng.getrandbits(100) for _ in range(self.N)})
        with open(self.path("many.csv"), "w", encoding="ascii") as file:
            file.write("serial,status,revoked-at,reason\n")
            for number, serial in enumerate(serials):
                what = f"revoked,{THEN},superseded" if number % 7 == 0 else "good,,"
                file.write(f"{serial},{what}\n")

    def count(self, where="1"):
        with contextlib.closing(sqlite3.connect(self.path("ocspd.db"))) as db:
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchone(), ("ok",))
            return db.execute(f"SELECT count(*) FROM certificate WHERE {where}").fetchone()[0]

    def lines(self):
        text = self.path("many.csv").read_text(encoding="ascii")
        return text.splitlines(keepends=True)

    def assert_whole(self):
        lines = self.lines()[1:]
        self.assertEqual(self.count(), len(lines))
        self.assertEqual(self.count("reason = 4"), sum("superseded" in line for line in lines))
        with contextlib.closing(sqlite3.connect(self.path("ocspd.db"))) as db:
            self.assertEqual(db.execute("SELECT count(*) FROM import").fetchone(), (0,))

    def test_broken_line(self):
        lines = self.lines()
        lines.insert(70001, "what?\n")
        self.write("many.csv", "".join(lines))
        self.ocspd_fails(EX_DATAERR, "many.csv: line 70002: the number of values differs from that "
                         "of the first line\n", "import", "--csv", "many.csv")
        self.assertEqual(self.count(), 70000)
        # The line is fixed, and the file has another name.
        del lines[70001]
        self.write("fixed.csv", "".join(lines))
        out = self.ocspd("import", "--csv", "fixed.csv")
        n = len(lines) - 70001
        self.assertEqual(out, f"continued after line 70001\n{n} certificates: {n} new, 0 changed, "
                         "0 unchanged\n")
        self.path("fixed.csv").replace(self.path("many.csv"))
        self.assert_whole()

    def test_another_file(self):
        lines = self.lines()
        self.write("broken.csv", "".join(lines[:1001]) + "what?\n")
        self.assertEqual(self.run_ocspd("import", "--csv", "broken.csv").returncode, EX_DATAERR)
        lines[1:3] = [lines[2], lines[1]]
        self.write("many.csv", "".join(lines))
        n = len(lines) - 1
        self.assertEqual(self.ocspd("import", "--csv", "many.csv"),
                         f"{n} certificates: {n - 1000} new, 0 changed, 1000 unchanged\n")
        self.assert_whole()

    def test_killed(self):
        for delay in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8):
            process = self.begin_ocspd("import", "--csv", "many.csv")
            time.sleep(delay)
            process.kill()
            process.wait()
            # A batch is put as a whole or not at all.
            n = self.count()
            self.assertIn(n, (0, 50000, 100000, len(self.lines()) - 1))
        self.ocspd("import", "--csv", "many.csv")
        self.assert_whole()

    def has_position(self):
        with contextlib.closing(sqlite3.connect(self.path("ocspd.db"))) as db:
            return db.execute("SELECT count(*) FROM import").fetchone()[0] > 0

    def kill_in_between(self):
        """Kills an import between two batches. Returns whether it was in time."""
        process = self.begin_ocspd("import", "--csv", "many.csv")
        while process.poll() is None and not self.has_position():
            time.sleep(0.002)
        process.kill()
        process.wait()
        return self.has_position()

    def test_killed_after_a_batch(self):
        shutil.copy(self.path("ocspd.db"), self.path("empty.db"))
        for _ in range(20):
            if self.kill_in_between():
                break
            shutil.copy(self.path("empty.db"), self.path("ocspd.db"))
        n = self.count()
        self.assertIn(n, (50000, 100000))
        out = self.ocspd("import", "--csv", "many.csv")
        total = len(self.lines()) - 1
        self.assertEqual(out, f"continued after line {n + 1}\n{total - n} certificates: "
                         f"{total - n} new, 0 changed, 0 unchanged\n")
        self.assert_whole()

    def test_killed_while_revoking(self):
        self.write("serials", "".join(f"{n}\n" for n in range(3000)))
        self.ocspd("issue", "--hex", "-", input=self.path("serials").read_bytes())
        for delay in (0, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1):
            with open(self.path("serials"), "rb") as serials:
                # pylint: disable=consider-using-with
                process = subprocess.Popen(
                    [OCSPD, "revoke", "--config", "ocspd.conf", "--reason", "superseded", "--at",
                     THEN, "--hex", "-"], cwd=self.dir, stdin=serials, stdout=subprocess.DEVNULL)
                time.sleep(delay)
                process.kill()
                process.wait()
            self.assertIn(self.count("revoked_at IS NOT NULL"), (0, 3000))
        self.ocspd("revoke", "--reason", "superseded", "--at", THEN, "--hex", "-",
                   input=self.path("serials").read_bytes())
        self.assertEqual(self.count(f"revoked_at = {1712145600}"), 3000)

    def test_file_that_may_not_become_larger(self):
        limit = self.path("ocspd.db").stat().st_size + 2000000

        def set_limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        done = self.run_ocspd("import", "--csv", "many.csv", preexec_fn=set_limit)
        self.assertEqual(done.returncode, EX_IOERR)
        self.assertIn(b"ocspd import: ", done.stderr)
        self.assertIn(self.count(), (0, 50000))
        self.ocspd("import", "--csv", "many.csv")
        self.assert_whole()

    def test_full_disk(self):
        self.path("disk").mkdir()
        self.configure(database="disk/ocspd.db", file="disk.conf")
        # The mount is in a namespace of its own, and no other process sees it.
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        script = (f"mount -t tmpfs -o size=3m none disk || exit 99; cp ocspd.db disk/; "
                  f"{OCSPD} import --config disk.conf --csv many.csv; echo $? >status; "
                  f"{OCSPD} status --config disk.conf 0x05; echo $? >>status; cp disk/ocspd.db* .")
        done = subprocess.run(["unshare", *user, "--mount", "bash", "-c", script], cwd=self.dir,
                              timeout=120, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.path("status").read_text(encoding="ascii"), f"{EX_IOERR}\n2\n")
        self.assertIn(b"disk", done.stderr)
        self.assertIn(self.count(), (0, 50000))
        self.ocspd("import", "--csv", "many.csv")
        self.assert_whole()

    def test_locked_for_too_long(self):
        with contextlib.closing(sqlite3.connect(self.path("ocspd.db"))) as db:
            db.execute("BEGIN IMMEDIATE")
            self.ocspd_fails(EX_TEMPFAIL, f"ocspd import: {self.dir}/ocspd.db: cannot run a "
                             "statement: database is locked by another process\n", "import",
                             "--csv", "many.csv")
        self.ocspd("import", "--csv", "many.csv")
        self.assert_whole()

    def test_revoked_in_between(self):
        """Other processes can write while an import runs, and nothing that they write is lost."""
        self.ocspd("issue", "0x05")
        process = self.begin_ocspd("import", "--csv", "many.csv")
        self.ocspd("revoke", "--reason", "keyCompromise", "0x05")
        self.assertEqual(process.wait(120), 0)
        self.ocspd("status", "0x05", status=1)
        self.assertEqual(self.count(), len(self.lines()))


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
#
# The commands of ocspd on its database: as a user types them, killed at any moment, on a full disk,
# and while another process is writing.
"""Tests of ocspd init, import, issue, revoke, unrevoke, remove, compare, list and status."""

import calendar
import contextlib
import json
import os
import pty
import pwd
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from support import (EX_CANTCREAT, EX_CONFIG, EX_DATAERR, EX_IOERR, EX_NOINPUT, EX_TEMPFAIL,
                     EX_UNAVAILABLE, EX_USAGE, OCSPD, OcspdCase, issuer, until)

HEADER = "serial,status,revoked-at,reason,expires\n"
THEN = "2024-04-03T12:00:00Z"
LATER = "2025-04-03T12:00:00Z"
NUMBER = "write it like 0x01aa or 01:aa"


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
        for command in ("init", "import", "issue", "revoke", "unrevoke", "remove", "compare",
                        "list", "status"):
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

    def test_index_odd(self):
        """A line counts as far as it can be read."""
        self.write("index.txt", "V\tx\t\t0A\tunknown\t/CN=a\nrubbish\n"
                   "R\tx\t240403120000Z,7\t0B\tunknown\t/CN=b\n")
        self.configure(issuer(source="index", source_file="index.txt"))
        self.assertEqual(self.listed(), {10: GOOD, 11: revoked(None)})

    def test_index_broken(self):
        self.path("index.txt").mkdir()
        self.configure(issuer(source="index", source_file="index.txt"))
        self.ocspd_fails(EX_DATAERR, "ocspd list: index.txt: not a regular file\n", "list")

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


class ListCase(OcspdCase):
    """A test that needs lists as a CA makes them."""

    def make_crl(self, *entries, ca="ca", more=()):
        """Makes a CRL of entries (serial number, reason), and returns its file."""
        self.write("crl-index.txt", "".join(
            f"R\t301231235959Z\t240403120000Z{reason and ','}{reason}\t{serial:04X}\tunknown"
            "\t/CN=x\n" for serial, reason in entries))
        self.write("crlnumber", "01\n")
        self.write("crl.cnf", "[ca]\ndefault_ca=x\n[x]\ndatabase=crl-index.txt\n"
                   "crlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=7\n"
                   "[some]\nissuingDistributionPoint=critical,@idp\n"
                   "[idp]\nonlysomereasons=keyCompromise\n")
        self.openssl("ca", "-config", "crl.cnf", "-gencrl", "-cert", f"{ca}.pem", "-keyfile",
                     f"{ca}.key", "-out", "in.crl", *more)
        return "in.crl"


class PipeTest(OcspdCase):
    """Output whose reader goes away, as with head."""

    def make_all(self):
        super().make_all()
        self.write("many.csv", "serial,status,revoked-at,reason,expires\n" +
                   "".join(f"0x01{i:06x},good,,,\n" for i in range(5000)))
        self.write("index.txt", "")
        self.ocspd("import", "--csv", "many.csv")

    def expect_end(self, command, *args, n_lines=1):
        for wrap in ({}, {"preexec_fn": lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN)}):
            process = self.begin_ocspd(command, *args, **wrap)
            for _ in range(n_lines):
                process.stdout.readline()
            process.stdout.close()
            with self.subTest(command, args=args, wrap=wrap):
                self.assertEqual(process.stderr.read(), b"")
                self.assertEqual(process.wait(120), -signal.SIGPIPE)
            process.stdout = None

    def test_ends_quietly(self):
        self.expect_end("list")
        self.expect_end("list", "--json")
        self.expect_end("compare", "--index", "index.txt")

    def test_nobody_reads(self):
        """What fits into the buffer is written at the end."""
        reader, writer = os.pipe()
        os.close(reader)
        for command, *args in (("list", "--revoked"), ("status", "0x01"), ("status",)):
            with self.subTest(command, args=args):
                done = self.run_ocspd(command, *args, stdout=writer)
                status = 0 if args == ["--revoked"] else -signal.SIGPIPE
                self.assertEqual((done.stderr, done.returncode), (b"", status))
        os.close(writer)

    def test_change_is_complete(self):
        """A command that changes something reports the failure, after the change."""
        reader, writer = os.pipe()
        os.close(reader)
        done = self.run_ocspd("revoke", "--reason", "superseded", "0x01000000", stdout=writer)
        os.close(writer)
        self.assertEqual((done.stderr, done.returncode),
                         (b"ocspd: cannot write to standard output: Broken pipe\n", EX_IOERR))
        self.ocspd("status", "0x01000000", status=1)


class ImportTest(ListCase):
    def import_(self, kind, text, expected, *args, error="", **more):
        name = self.write(f"in.{kind}", text)
        done = self.run_ocspd("import", f"--{kind}", name, *args, **more)
        self.assertEqual((done.stderr.decode(), done.returncode), (error, 0))
        self.assertEqual(done.stdout.decode(), expected)

    def import_fails(self, kind, text, error, *args, n_known=0):
        """`error` begins with the number of the line, unless it is whole."""
        name = self.write(f"in.{kind}", text)
        self.ocspd_fails(EX_DATAERR, error if error.endswith("\n") else
                         f"{name}: {error}\n{name}: nothing was imported\n", "import",
                         f"--{kind}", name, *args)
        self.assertEqual(len(self.listed()), n_known)

    def test_csv(self):
        self.import_("csv", HEADER + f"0x0a,good,,,{LATER}\n0x0b,revoked,{THEN},,\n"
                     f"00:0c,revoked,1712145600,keyCompromise,1743681600\r\n\n",
                     "3 certificates: 3 new, 0 changed, 0 unchanged\n")
        self.assertEqual(self.listed(), {10: {**GOOD, "expires": LATER}, 11: revoked(),
                                         12: revoked("keyCompromise", expires=LATER)})

    def test_csv_with_other_columns(self):
        self.import_("csv", "status,serial\ngood,0x01\n",
                     "1 certificates: 1 new, 0 changed, 0 unchanged\n")
        self.import_("csv", "reason,serial,status,revoked-at\n"
                     f"superseded,0x01,revoked,{THEN}\n,0x02,good,\n",
                     "2 certificates: 1 new, 1 changed, 0 unchanged\n")
        self.assertEqual(self.listed(), {1: revoked("superseded"), 2: GOOD})
        self.import_("csv", "owner,serial,status,\u00fcber\na,0x03,good,\n",
                     "1 certificates: 1 new, 0 changed, 0 unchanged\n",
                     error='in.csv: ignored columns: "owner", "\u00fcber"\n')
        self.assertEqual(self.listed()[3], GOOD)

    def test_csv_without_lines(self):
        self.import_("csv", HEADER, "0 certificates: 0 new, 0 changed, 0 unchanged\n")

    def test_csv_of_spreadsheets(self):
        """A byte order mark, quotes, separators, spaces, absent values, and words in any case."""
        one = {1: revoked("superseded", expires=LATER), 2: GOOD}
        for text in (
                f"\ufeffserial,status,revoked-at,reason,expires\r\n0x01,revoked,{THEN},superseded,"
                f"{LATER}\r\n0x02,good,,,\r\n",
                f'"Serial";"STATUS";"Revoked-At";"Reason";"Expires"\r\n"0x01";"Revoked";"{THEN}";'
                f'"SUPERSEDED";"{LATER}"\r\n"0x02";"Good";"-";"";-\r\n;;;;\r\n',
                f"serial\tstatus\trevoked-at\treason\texpires\n0x01\trevoked\t{THEN}\tsuperseded\t"
                f"{LATER}\n0x02\tgood\t\t\t\n",
                f' serial , status ,revoked-at , reason,expires\n 0x01 , "revoked" , {THEN},'
                f' superseded ,{LATER}\n\n"0x02", good , - ,, \n,,,,\n',
                "reason;expires;revoked-at;serial;status\n"
                f"Superseded;2025-04-03 12:00:00Z;2024-04-03 14:00:00+02:00;01;revoked\n"
                f";;;02;good\n"):
            self.setUp_again()
            base = ("--hex",) if ";01;" in text else ()
            self.import_("csv", text, "2 certificates: 2 new, 0 changed, 0 unchanged\n", *base)
            self.assertEqual(self.listed(), one)

    def setUp_again(self):  # pylint: disable=invalid-name
        for path in self.dir.glob("ocspd.db*"):
            path.unlink()
        self.ocspd("init")

    def test_csv_quotes(self):
        name = '"owner ""x"", y"'
        self.import_("csv", f'serial,status,{name}\n0x01,good,"a, ""b"";\tc"\n"0x02","good",\n'
                     '0x03,good,5" nails\n', "3 certificates: 3 new, 0 changed, 0 unchanged\n",
                     error='in.csv: ignored columns: "owner "x", y"\n')
        for line, error in (
                ('0x01,"good', "unsupported line break inside quotes"),
                ('0x01,"good"x', "unexpected text after a value in quotes"),
                ('"0x01,good', "unsupported line break inside quotes")):
            self.import_fails("csv", f"serial,status\n{line}\n", f"line 2: {error}: {line}",
                              n_known=3)

    def test_csv_encoding(self):
        self.path("in.csv").write_bytes("serial,status\n0x01,good\n".encode("utf-16"))
        self.ocspd_fails(EX_DATAERR, "in.csv: line 1: unsupported encoding UTF-16: save the file "
                         "in UTF-8\n", "import", "--csv", "in.csv")

    def test_csv_digits_alone(self):
        """Of all lines or of none, and nothing is imported."""
        self.import_fails("csv", "serial,status\n03E8,good\n1000,good\n",
                          'in.csv: line 2: "03E8" may be hexadecimal: add --hex, or write it like '
                          '0x01aa: 03E8,good\nin.csv: line 3: "1000" may be hexadecimal or '
                          "decimal: add --hex or --decimal, or write 0x1000 / 0x3e8: 1000,good\n"
                          "in.csv: nothing was imported\n")
        self.import_fails("csv", "serial,status\n1000,good\n03E8,good\n",
                          'line 3: invalid serial number "03E8": not decimal: 03E8,good',
                          "--decimal")
        for first, second in (("1000", "0x1001"), ("10:01", "1000")):
            for base in ("--hex", "--decimal"):
                bare, marked = (2, 3) if first == "1000" else (3, 2)
                self.import_fails("csv", f"serial,status\n{first},good\n{second},good\n",
                                  f"mixed serial numbers: line {marked} has 0x or colons, and "
                                  f"line {bare} digits alone", base)
        self.import_("csv", "serial,status\n1000,good\n03e8,good\nF,good\n",
                     "3 certificates: 3 new, 0 changed, 0 unchanged\n", "--hex")
        self.assertEqual(self.listed().keys(), {0x1000, 0x3e8, 0xf})
        self.setUp_again()
        self.import_("csv", "serial,status\n1000,good\n-42,good\n",
                     "2 certificates: 2 new, 0 changed, 0 unchanged\n", "--decimal")
        self.assertEqual(self.listed().keys(), {1000, -42})

    def test_csv_times(self):
        for text, at in (
                ("2026-02-01", "2026-02-01T00:00:00Z"), ("2026-02-01T12:00:00Z",) * 2,
                ("2026-02-01 12:00:00Z", "2026-02-01T12:00:00Z"),
                ("2026-02-01t14:00:00.5+02:00", "2026-02-01T12:00:00Z"),
                ("1769947200", "2026-02-01T12:00:00Z"), ("100000000", "1973-03-03T09:46:40Z")):
            self.setUp_again()
            self.import_("csv", f"serial,status,revoked-at\n0x01,revoked,{text}\n",
                         "1 certificates: 1 new, 0 changed, 0 unchanged\n")
            self.assertEqual(self.listed(), {1: revoked(at=at)})
        for text in ("01/02/2026", "01.02.2026", "20260201", "45385", "1712145600000",
                     "2026-02-01 12:00:00", "2026-02-01T12:00Z", "2026-2-1", "2026-02-30",
                     "Feb 1 2026", "260201120000Z", "-1"):
            line = f"0x02,revoked,{text}"
            self.import_fails("csv", f"serial,status,revoked-at\n{line}\n", f'line 2: invalid time '
                              f'"{text}" in revoked-at: write it like 2024-04-03T12:00:00Z, or use '
                              f"--date-format: {line}", n_known=1)

    def test_csv_date_format(self):
        for form, text, at in (
                ("%d/%m/%Y", "01/02/2026", "2026-02-01T00:00:00Z"),
                ("%m/%d/%Y", "01/02/2026", "2026-01-02T00:00:00Z"),
                ("%Y%m%d", "20260201", "2026-02-01T00:00:00Z"),
                ("%d.%m.%Y %H:%M", "01.02.2026 13:45", "2026-02-01T13:45:00Z"),
                ("%Y-%m-%dT%H:%M%z", "2026-02-01T13:45+0100", "2026-02-01T12:45:00Z")):
            self.setUp_again()
            self.import_("csv", f"serial,status,revoked-at,expires\n0x01,revoked,{text},{text}\n",
                         "1 certificates: 1 new, 0 changed, 0 unchanged\n", "--date-format", form,
                         env={"TZ": "Asia/Tokyo"})
            self.assertEqual(self.listed(), {1: revoked(at=at, expires=at)})
        for text in ("30/02/2026", "2026-02-01T12:00:00Z", "1/2", "01/02/2026 ,", "31/04/2026",
                     "01/01/0000", "01/02/26"):
            line = f'0x02,revoked,"{text}x"' if "," in text else f"0x02,revoked,{text}"
            shown = f"{text}x" if "," in text else text
            self.import_fails("csv", f"serial,status,revoked-at\n{line}\n", "line 2: invalid time "
                              f'"{shown}" in revoked-at: not as --date-format says: {line}',
                              "--date-format", "%d/%m/%Y", n_known=1)
        self.import_fails("csv", "serial,status,revoked-at\n0x02,revoked,31/12\n", "line 2: invalid "
                          'time "31/12" in revoked-at: not as --date-format says: '
                          "0x02,revoked,31/12", "--date-format", "%d/%m", n_known=1)

    def test_csv_first_line(self):
        missing = "missing column in the first line: serial and status are needed"
        for line, error in (
                ("serial,what", missing),
                ("serial,status,serial", "duplicate column in the first line"),
                ("Serial,status,SERIAL", "duplicate column in the first line"),
                ("serial,reason", missing),
                ("0x01,good,,,", missing),
                ("serial status", missing),
                ('serial,"status', "unsupported line break inside quotes"),
                ("serial,status" + ",x" * 255, "more than 256 columns in the first line"),
                ("", missing)):
            self.import_fails("csv", line + "\n0x01,good\n", f"in.csv: line 1: {error}\n")
        self.import_fails("csv", "serial,status",
                          "in.csv: line 1: the file ends after the first line\n")
        self.import_fails("csv", "", "in.csv: line 1: the file is empty\n")

    def test_csv_broken(self):
        serial = 'invalid serial number "{}": write it like 0x01aa or 01:aa'
        number = "the number of values differs from that of the first line"
        for line, error in (
                (",good,,,", serial.format("")), ("0xg,good,,,", serial.format("0xg")),
                ("0x 1,good,,,", serial.format("0x 1")), ("'0x01,good,,,", serial.format("'0x01")),
                (f"0x80{'00' * 63},good,,,", f'invalid serial number "0x80{"00" * 38}": longer '
                 "than 64 octets"),
                ("0x01,good", number), ("0x01,good,,,,", number), ("0x01", number),
                ("0x01,fine,,,", "invalid status: use good or revoked"),
                ("0x01,,,,", "invalid status: use good or revoked"),
                ("0x01,revoked,,,", "missing revoked-at of a revoked certificate"),
                ("0x01,revoked,-,,", "missing revoked-at of a revoked certificate"),
                (f"0x01,revoked,{THEN},removeFromCRL,", "invalid reason"),
                (f"0x01,good,{THEN},,", "unexpected revoked-at or reason of a good certificate"),
                ("0x01,good,,superseded,", "unexpected revoked-at or reason of a good certificate"),
                ("0x01,good,,,soon", 'invalid time "soon" in expires: write it like '
                 "2024-04-03T12:00:00Z, or use --date-format")):
            shown = line[:160]
            self.import_fails("csv", HEADER + line + "\n", f"line 2: {error}: {shown}")
        self.import_fails("csv", HEADER + "0x01,good,,,\0\n",
                          "line 2: unexpected NUL byte: 0x01,good,,,")
        self.import_fails("csv", HEADER + "1" * 65535 + "\n",
                          "line 2: unsupported line: longer than 65534 bytes")
        self.import_fails("csv", HEADER + "0x01,good,,",
                          f"line 2: {number}: 0x01,good,,")

    def test_no_newline_at_the_end(self):
        """A last line without a newline counts if nothing of it is missing."""
        self.write("in.csv", HEADER + "0x01,good,,,\n0x02,good,,,")
        done = self.run_ocspd("import", "--csv", "in.csv")
        self.assertEqual((done.stdout.decode(), done.stderr.decode(), done.returncode),
                         ("2 certificates: 2 new, 0 changed, 0 unchanged\n",
                          "in.csv: line 3: missing newline after the last line: 0x02,good,,,\n", 0))
        line = "V\t301231235959Z\t\t{}\tunknown\t/CN=x"
        self.write("index.txt", line.format("03") + "\n" + line.format("04"))
        self.ocspd("import", "--index", "index.txt")
        self.assertEqual(sorted(self.listed()), [1, 2, 3, 4])
        whole = line.format("05")
        for n in range(1, whole.rindex("\t") + 1):
            self.write("index.txt", whole[:n])
            self.assertEqual(self.run_ocspd("import", "--index", "index.txt").returncode,
                             EX_DATAERR, n)
        self.assertEqual(sorted(self.listed()), [1, 2, 3, 4])

    def test_many_wrong_lines(self):
        """Ten are shown, wherever they are, and nothing is imported."""
        lines = [f"0x{n:x},{'goood' if n % 5 == 0 else 'good'}\n" for n in range(1, 101)]
        shown = "".join(f"in.csv: line {n + 1}: invalid status: use good or revoked: 0x{n:x},"
                        "goood\n" for n in range(5, 51, 5))
        self.import_fails("csv", "serial,status\n" + "".join(lines), shown
                          + "in.csv: 10 more lines are wrong\nin.csv: nothing was imported\n")

    def test_standard_input(self):
        done = self.run_ocspd("import", "--csv", "-", "--hex", input=b"serial,status\n1a,good\n")
        self.assertEqual((done.stdout, done.stderr, done.returncode),
                         (b"1 certificates: 1 new, 0 changed, 0 unchanged\n", b"", 0))
        self.ocspd("import", "--index", "-", input=b"V\t250403120000Z\t\t1B\tunknown\t/CN=a\n")
        self.assertEqual(self.listed().keys(), {0x1a, 0x1b})
        self.ocspd_fails(EX_DATAERR, "standard input: line 2: invalid status: use good or revoked: "
                         "0x01,x\nstandard input: nothing was imported\n", "import", "--csv", "-",
                         input=b"serial,status\n0x01,x\n")
        for name, error in (("/nonexistent", "No such file or directory"),):
            self.ocspd_fails(EX_NOINPUT, "standard input: cannot create a temporary file: "
                             f"{error}\n", "import", "--csv", "-", input=b"serial,status\n",
                             env={"TMPDIR": name})

    def test_index_without_reason_or_date(self):
        """A revocation counts; what cannot be read of it is shown."""
        odd = ("R\t250403120000Z\t240403120000Z,badReason\t01\tunknown\t/CN=a\n",
               "R\t250403120000Z\tyesterday,superseded\t02\tunknown\t/CN=b\n")
        before = time.time()
        shown = ("in.index: line 2: invalid revocation reason in the third field: "
                 + odd[0].replace("\t", "\\x09")
                 + "in.index: line 3: invalid revocation time in the third field: "
                 + odd[1].replace("\t", "\\x09"))
        good = "V\t250403120000Z\t\t04\tunknown\t/CN=a\n"
        self.import_("index", good + "".join(odd),
                     "3 certificates: 3 new, 0 changed, 0 unchanged\n", error=shown)
        listed = self.listed()
        self.assertEqual(listed[1], revoked(expires=LATER))
        at = calendar.timegm(time.strptime(listed[2].pop("revoked_at"), "%Y-%m-%dT%H:%M:%SZ"))
        self.assertGreaterEqual(at, int(before))
        self.assertEqual(listed[2], {"status": "revoked", "reason": "superseded", "expires": LATER})
        time.sleep(1.1)
        # The time of the first import is kept.
        self.import_("index", good + "".join(odd),
                     "3 certificates: 0 new, 0 changed, 3 unchanged\n", error=shown)

    def test_index_uncertain(self):
        """Nothing is imported if a row may be revoked or not."""
        good = "V\t250403120000Z\t\t01\tunknown\t/CN=a\n"
        for row in ("V\t250403120000Z\t240403120000Z\t02\tunknown\t/CN=a",
                    "X\t250403120000Z\t\t02\tunknown\t/CN=a", "R\t250403120000Z\t240403120000Z\t\t"
                    "unknown\t/CN=a"):
            name = self.write("in.index", good + row + "\n")
            done = self.run_ocspd("import", "--index", name)
            self.assertEqual(done.returncode, EX_DATAERR)
            self.assertIn(b"in.index: line 2: ", done.stderr)
            self.assertEqual(self.listed(), {})

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
                          "line 2: invalid line: expected six fields separated by tabs: "
                          "V\\x09250403120000Z\\x09\\x0901\\x09unknown")

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
        self.ocspd_fails(EX_DATAERR, "ocspd import: in.crl: the CRL names another issuer (RFC 5280 "
                         "6.3.3 (b)(1))\n", "import", "--crl", self.make_crl((1, ""), ca="other"))
        self.assertEqual(self.listed(), {})

    def test_crl_expired(self):
        """It is used only if that is asked for."""
        crl = self.make_crl((1, ""), more=("-crl_lastupdate", "20240101000000Z", "-crl_nextupdate",
                                           "20240601000000Z"))
        self.ocspd_fails(EX_DATAERR, "in.crl: the CRL expired at 2024-06-01T00:00:00Z; --expired "
                         "uses it nevertheless\n", "import", "--crl", crl)
        self.assertEqual(self.listed(), {})
        self.assertEqual(self.ocspd("import", "--expired", "--crl", crl),
                         "1 certificates: 1 new, 0 changed, 0 unchanged\n")

    def test_conflicts(self):
        """A file that contradicts revocations does not cancel them."""
        self.import_("csv", HEADER + f"1,revoked,{THEN},certificateHold,\n2,revoked,{THEN},,\n"
                     f"3,revoked,{THEN},superseded,\n4,revoked,{LATER},superseded,\n5,good,,,\n",
                     "5 certificates: 5 new, 0 changed, 0 unchanged\n", "--hex")
        name = self.write("second.csv", HEADER
                          + f"1,good,,,\n2,revoked,{LATER},,\n3,revoked,{THEN},certificateHold,\n"
                          f"4,revoked,{THEN},keyCompromise,\n5,revoked,{THEN},,\n")
        done = self.run_ocspd("import", "--hex", "--csv", name)
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
        line = f"0x02,revoked,{text},,"
        self.import_fails("csv", HEADER + f"0x01,good,,,{LATER}\n{line}\n0x03,good,,,\n",
                          f"line 3: the time of revocation is in the future: {line}")
        text = time.strftime("%y%m%d%H%M%SZ", soon)
        line = f"R\t491231235959Z\t{text}\t02\tunknown\t/CN=a"
        shown = line.replace("\t", "\\x09")
        self.import_fails("index", line + "\n",
                          f"line 1: the time of revocation is in the future: {shown}")

    def test_many_conflicts(self):
        lines = [f"0x{serial:x},revoked,{THEN},," for serial in range(12)]
        self.ocspd("import", "--csv", self.write("one.csv", HEADER + "\n".join(lines) + "\n"))
        lines = [f"0x{serial:x},good,,," for serial in range(12)]
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
            self.write("t.csv", HEADER + f"0x07,{first}\n0x07,{second}\n")
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
        for error, *args in (
                ("--hex, --decimal and --date-format need --csv", "--index", "a", "--hex"),
                ("--hex, --decimal and --date-format need --csv", "--crl", "a", "--date-format=%Y"),
                ("--resume needs --index or --csv", "--crl", "a", "--resume"),
                ("--expired needs --crl", "--csv", "a", "--expired")):
            self.ocspd_fails(EX_USAGE, f"ocspd import: {error}\n" + IMPORT_USAGE, "import", *args)

    def test_progress_on_a_terminal(self):
        self.write("many.csv", HEADER + "".join(f"0x{n:x},good,,,\n" for n in range(2000)))
        ours, theirs = pty.openpty()
        with open(ours, "rb", buffering=0) as terminal:
            done = self.run_ocspd("import", "--csv", "many.csv", stderr=theirs)
            os.close(theirs)
            shown = terminal.read(65536)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(shown, rb"^\r *\d+ % \[#* *\] \d+ checked")
        self.assertTrue(shown.endswith(b"\r\x1b[K"))


class CompareTest(ListCase):
    def compare(self, *args, status=1):
        return self.ocspd("compare", *args, status=status)

    def test_crl(self):
        self.ocspd("issue", "0x01", "0x02", "0x05")
        for serial, reason, at in (("0x03", "superseded", THEN), ("0x04", "keyCompromise", LATER),
                                   ("0x06", "keyCompromise", THEN), ("0x07", "unspecified", THEN)):
            self.ocspd("revoke", "--issue", "--reason", reason, "--at", at, serial)
        crl = self.make_crl((2, "keyCompromise"), (3, "superseded"), (4, "keyCompromise"),
                            (7, "superseded"), (8, ""))
        expected = [
            f"0x02 (decimal 2): database good, list revoked since {THEN}, keyCompromise\n",
            f"0x04 (decimal 4): database revoked since {LATER}, keyCompromise, list revoked since "
            f"{THEN}, keyCompromise\n",
            f"0x06 (decimal 6): database revoked since {THEN}, keyCompromise, list without it\n",
            f"0x07 (decimal 7): database revoked since {THEN}, list revoked since {THEN}, "
            "superseded\n",
            f"0x08 (decimal 8): database not issued, list revoked since {THEN}\n"]
        self.assertEqual(sorted(self.compare("--crl", crl).splitlines(keepends=True)), expected)
        lines = [json.loads(line) for line in self.compare("--crl", crl, "--json").splitlines()]
        found = {line["serial"]: line for line in lines}
        self.assertEqual(found.keys(), {"0x02", "0x04", "0x06", "0x07", "0x08"})
        self.assertEqual(found["0x02"]["database"], {"status": "good"})
        self.assertEqual(found["0x02"]["list"]["reason"], "keyCompromise")
        self.assertEqual(found["0x06"]["list"]["status"], "not-issued")
        self.assertEqual(found["0x08"]["database"], {"status": "not-issued"})

    def test_same(self):
        crl = self.make_crl((1, ""), (2, "superseded"))
        self.ocspd("import", "--crl", crl)
        self.ocspd("issue", "0x03")
        self.assertEqual(self.compare("--crl", crl, status=0), "")

    def test_crl_of_expired_certificates(self):
        """They need not be listed any more."""
        self.ocspd("issue", "--expires", LATER, "0x01", "0x02")
        self.ocspd("issue", "--expires", "2099-01-01T00:00:00Z", "0x03")
        self.ocspd("revoke", "--reason", "superseded", "--at", THEN, "0x01", "0x03")
        crl = self.make_crl((2, ""))
        self.assertEqual(self.compare("--crl", crl),
                         f"0x02 (decimal 2): database good, list revoked since {THEN}\n"
                         f"0x03 (decimal 3): database revoked since {THEN}, superseded, list "
                         "without it\n")

    def test_crl_expired(self):
        crl = self.make_crl(more=("-crl_lastupdate", "20240101000000Z", "-crl_nextupdate",
                                  "20240601000000Z"))
        self.ocspd_fails(EX_DATAERR, "in.crl: the CRL expired at 2024-06-01T00:00:00Z; --expired "
                         "uses it nevertheless\n", "compare", "--crl", crl)
        self.assertEqual(self.compare("--expired", "--crl", crl, status=0), "")

    def test_crl_of_some_reasons(self):
        """What it does not list may be revoked for another one."""
        self.ocspd("revoke", "--issue", "--reason", "superseded", "--at", THEN, "0x01", "0x02")
        crl = self.make_crl((2, "keyCompromise"), more=("-crlexts", "some"))
        done = self.run_ocspd("compare", "--crl", crl)
        self.assertEqual((done.stdout.decode(), done.returncode), (
            f"0x02 (decimal 2): database revoked since {THEN}, superseded, list revoked since "
            f"{THEN}, keyCompromise\n", 1))
        self.assertRegex(done.stderr, rb"\Ain\.crl: revocations that are not in it are not shown: "
                         rb"[^\n]+\n\Z")

    def test_index(self):
        row = "{}\t301231235959Z\t{}\t{:02X}\tunknown\t/CN=x\n"
        since = "240403120000Z"
        self.write("index.txt", row.format("V", "", 1) + row.format("R", since, 2)
                   + row.format("V", "", 3) + row.format("V", "", 4) + row.format("R", since, 5))
        self.ocspd("issue", "0x01", "0x02", "0x06")
        self.ocspd("revoke", "--issue", "--reason", "superseded", "--at", THEN, "0x03", "0x07")
        self.ocspd("revoke", "--issue", "--reason", "unspecified", "--at", THEN, "0x05")
        self.assertEqual(sorted(self.compare("--index", "index.txt").splitlines()), [
            f"0x02 (decimal 2): database good, list revoked since {THEN}",
            f"0x03 (decimal 3): database revoked since {THEN}, superseded, list good",
            "0x04 (decimal 4): database not issued, list good",
            "0x06 (decimal 6): database good, list not issued",
            f"0x07 (decimal 7): database revoked since {THEN}, superseded, list not issued"])

    def test_many(self):
        """More than a page of each."""
        rows = "".join(f"V\t301231235959Z\t\t{n:06X}\tunknown\t/CN=x\n" for n in range(1, 5001))
        self.write("index.txt", rows)
        self.ocspd("import", "--index", "index.txt")
        self.assertEqual(self.compare("--index", "index.txt", status=0), "")
        self.ocspd("issue", *(hex(n) for n in range(6000, 8500)))
        self.ocspd("remove", *(hex(n) for n in range(100, 1500)))
        self.assertEqual(len(self.compare("--index", "index.txt").splitlines()), 2500 + 1400)

    def test_arguments(self):
        text = usage("compare", "[OPTION]... --crl FILE | --index FILE")
        for error, *args in (("specify one of --crl and --index",),
                             ("specify only one of --crl and --index", "--crl", "a", "--index", "b"),
                             ('unexpected argument "b"', "--crl", "a", "b")):
            self.ocspd_fails(EX_USAGE, f"ocspd compare: {error}\n{text}", "compare", *args)
        self.ocspd_fails(EX_NOINPUT, "ocspd compare: missing.crl: No such file or directory\n",
                         "compare", "--crl", "missing.crl")
        self.ocspd_fails(EX_DATAERR, "ocspd compare: in.crl: the CRL names another issuer (RFC "
                         "5280 6.3.3 (b)(1))\n", "compare", "--crl",
                         self.make_crl((1, ""), ca="other"))
        self.configure(issuer(source="index", source_file="index.txt"))
        self.write("index.txt", "")
        self.ocspd_fails(EX_CONFIG, 'ocspd compare: the statuses of issuer "toy" are not in a '
                         "database\n", "compare", "--index", "index.txt")


class InterruptedTest(OcspdCase):
    """Imports that stop early lose nothing, corrupt nothing, and can be continued."""

    N = 120000  # more than two batches
    PIECE = 5000  # certificates in a transaction

    def import_many(self, *args, file="many.csv", status=0):
        """Returns standard output, and standard error without the progress."""
        done = self.run_ocspd("import", "--csv", file, *args)
        lines = [line for line in done.stderr.decode().splitlines(keepends=True)
                 if not re.match(r"ocspd import: \d+ % \w+: \d+ certificates$", line)]
        self.assertEqual(done.returncode, status, lines)
        return done.stdout.decode(), "".join(lines)

    def report(self, n_new, n_unchanged=0):
        return (f"{n_new + n_unchanged} certificates: {n_new} new, 0 changed, {n_unchanged} "
                "unchanged\n")

    def make_all(self):
        super().make_all()
        rng = random.Random(6)
        serials = list({rng.getrandbits(100) for _ in range(self.N)})
        with open(self.path("many.csv"), "w", encoding="ascii") as file:
            file.write("serial,status,revoked-at,reason\n")
            for number, serial in enumerate(serials):
                what = f"revoked,{THEN},superseded" if number % 7 == 0 else "good,,"
                file.write(f"0x{serial:x},{what}\n")

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
        """Nothing of a file with a broken line is imported, wherever that is."""
        lines = self.lines()
        lines.insert(70001, "what?\n")
        self.write("many.csv", "".join(lines))
        out, error = self.import_many(status=EX_DATAERR)
        self.assertEqual(out, "")
        self.assertEqual(error, "many.csv: line 70002: the number of values differs from that "
                         "of the first line: what?\nmany.csv: nothing was imported\n")
        self.assertEqual(self.count(), 0)

    def test_another_file(self):
        """It neither continues an import of another one, nor ends it unnoticed."""
        done = self.stop_in_between()
        lines = self.lines()
        lines[1:3] = [lines[2], lines[1]]
        self.write("other.csv", "".join(lines))
        n = self.count()
        self.assertEqual(self.import_many("--resume", file="other.csv", status=EX_DATAERR), (
            "", f"other.csv: --resume: not the file whose import stopped after line {done}\n"))
        self.assertEqual(self.count(), n)
        self.assertEqual(self.import_many(file="other.csv"), (
            self.report(len(lines) - 1 - n, n), "other.csv: an earlier import of another file "
            f"stopped after line {done}\n"))
        self.assert_whole()

    def test_changed_meanwhile(self):
        """Only what was checked is written."""
        lines = self.lines()
        place = sum(len(one) for one in lines[:100001])
        for line in ("what?\n", "0x01,good,,\n"):
            for path in self.dir.glob("ocspd.db*"):
                path.unlink()
            self.ocspd("init")
            process = self.begin_ocspd("import", "--csv", "many.csv")
            until(lambda: self.count_now() > 0, patience=60)
            with open(self.path("many.csv"), "r+b") as file:
                file.seek(place)
                file.write(line.encode())
            out, error = process.communicate(timeout=120)
            self.assertEqual((out, process.returncode), (b"", EX_DATAERR))
            self.assertTrue(error.endswith(b"many.csv: the file has changed while it was "
                                           b"imported\n"), error)
            self.assertEqual(self.count(), 100000)
            self.assertEqual(self.count("serial = x'01'"), 0)
            self.write("many.csv", "".join(lines))

    def count_now(self):
        with contextlib.closing(sqlite3.connect(self.path("ocspd.db"))) as db:
            return db.execute("SELECT count(*) FROM certificate").fetchone()[0]

    def test_killed(self):
        for delay in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8):
            process = self.begin_ocspd("import", "--csv", "many.csv")
            time.sleep(delay)
            process.kill()
            process.wait()
            # A piece is put as a whole or not at all.
            n = self.count()
            if n != len(self.lines()) - 1:
                self.assertEqual(n % self.PIECE, 0)
        self.import_many()
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

    def stop_in_between(self):
        """Kills an import after its first batch, and returns the last line of that."""
        shutil.copy(self.path("ocspd.db"), self.path("empty.db"))
        for _ in range(20):
            if self.kill_in_between():
                break
            shutil.copy(self.path("empty.db"), self.path("ocspd.db"))
        with contextlib.closing(sqlite3.connect(self.path("ocspd.db"))) as db:
            n_lines, = db.execute("SELECT n_lines FROM import").fetchone()
        self.assertIn(n_lines, (50001, 100001))
        self.assertGreaterEqual(self.count(), n_lines - 1)
        return n_lines

    def test_resumed(self):
        done = self.stop_in_between()
        total = len(self.lines()) - 1
        # Under another name, and after a correction further down.
        lines = self.lines()
        lines[-1] = "0x01,good,,\n"
        self.write("renamed.csv", "".join(lines))
        out, error = self.import_many("--resume", file="renamed.csv")
        self.assertEqual(error, "")
        self.assertRegex(out, rf"\Acontinued after line {done}\n{total - done + 1} certificates: "
                         r"\d+ new, 0 changed, \d+ unchanged\n\Z")
        self.path("renamed.csv").replace(self.path("many.csv"))
        self.assert_whole()
        self.assertEqual(self.import_many("--resume", status=EX_DATAERR), (
            "", "ocspd import: --resume: no import of this kind of file stopped early\n"))

    def test_not_resumed(self):
        """It starts again, and says that it could have been continued."""
        done = self.stop_in_between()
        n = self.count()
        self.assertEqual(self.import_many(), (
            self.report(len(self.lines()) - 1 - n, n), "many.csv: an earlier import of this file "
            f"stopped after line {done}, where --resume continues\n"))
        self.assert_whole()
        self.assertEqual(self.import_many(), (self.report(0, len(self.lines()) - 1), ""))

    def test_resumed_with_a_wrong_line(self):
        self.stop_in_between()
        n = self.count()
        lines = self.lines()
        lines[-1] = "what?\n"
        self.write("wrong.csv", "".join(lines))
        self.import_many("--resume", file="wrong.csv", status=EX_DATAERR)
        self.assertEqual(self.count(), n)
        self.import_many("--resume")
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
        self.assertEqual(self.count() % self.PIECE, 0)
        self.assertLess(self.count(), self.N)
        self.import_many()
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
        self.assertEqual(self.count() % self.PIECE, 0)
        self.assertLess(self.count(), self.N)
        self.import_many()
        self.assert_whole()

    def test_locked_for_too_long(self):
        with contextlib.closing(sqlite3.connect(self.path("ocspd.db"))) as db:
            db.execute("BEGIN IMMEDIATE")
            self.assertEqual(self.import_many(status=EX_TEMPFAIL), (
                "", f"ocspd import: {self.dir}/ocspd.db: cannot run a statement: database is "
                "locked by another process\n"))
        self.import_many()
        self.assert_whole()

    def test_revoked_in_between(self):
        """Other processes can write while an import runs, and nothing that they write is lost."""
        self.ocspd("issue", "0x05")
        process = self.begin_ocspd("import", "--csv", "many.csv")
        self.ocspd("revoke", "--reason", "keyCompromise", "0x05")
        self.assertEqual(process.wait(120), 0)
        self.ocspd("status", "0x05", status=1)
        self.assertEqual(self.count(), len(self.lines()))

    def test_revoked_again_and_again(self):
        """The import leaves the lock to others: none of them waits for its end."""
        serials = [f"0x{n:02x}" for n in range(1, 128)]
        self.ocspd("issue", *serials)
        process = self.begin_ocspd("import", "--csv", "many.csv")
        until(lambda: self.count_now() > len(serials), patience=60)
        n = 0
        while process.poll() is None and n < len(serials):
            self.ocspd("revoke", "--reason", "keyCompromise", "--at", THEN, serials[n])
            n += 1
        self.assertEqual(process.wait(120), 0)
        self.assertGreater(n, 2)
        self.assertEqual(self.count("length(serial) = 1 AND reason = 1"), n)
        self.assertEqual(self.count(), len(self.lines()) - 1 + len(serials))


if __name__ == "__main__":
    unittest.main()

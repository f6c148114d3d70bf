# SPDX-License-Identifier: MIT
#
# `ocsp fetch` against `openssl ocsp`: which answers are written.
"""Tests of ocsp fetch."""

import os
import unittest

from support import AskingCase, FETCH_USAGE, error_response

REVOKED = ("bad-chain.pem: revoked since 2023-06-01T12:00:00Z (keyCompromise) "
           "(RFC 6960 2.2)\n")


class FetchTest(AskingCase):
    def fetch(self, status, *args, error=""):
        done = self.run_ocsp("fetch", "--out", "out.der", *args)
        self.assertEqual((done.stderr.decode(), done.stdout, done.returncode),
                         (error, b"", status))

    def verify(self, cert):
        return self.run_ocsp("verify", "--issuer", "ca.pem", "--cert", cert, "out.der").returncode

    def make_answer(self, out, this_update, cert="leaf.pem"):
        self.succeed("respond", "--issuer", "ca.pem", "--key", "ca.key", "--status", "good",
                     "--cert", cert, "--this-update", this_update, "--out", out)
        return self.path(out).read_bytes()

    def test_good(self):
        self.fetch(0, "leaf-chain.pem")
        self.assertEqual(self.verify("leaf.pem"), 0)
        self.assertEqual([name for name in os.listdir(self.dir) if name.startswith("out")],
                         ["out.der"])

    def test_serial(self):
        asking = ("--issuer", "ca.pem", "--url", self.url)
        self.fetch(0, *asking, "--serial=0x1000")
        self.assertEqual(self.verify("leaf.pem"), 0)
        self.fetch(1, *asking, "--serial=4097", "--decimal",
                   error="0x1001: revoked since 2023-06-01T12:00:00Z (keyCompromise) (RFC 6960 "
                         "2.2)\n")
        for error, *args in (
                ("only one certificate can be given", "--serial=0x05", *asking, "leaf.pem"),
                ("only one certificate can be given", "--serial=0x05", "--serial=0x06", *asking),
                ("--serial needs --issuer", "--serial=0x05", "--url", self.url),
                ("--serial needs --url", "--serial=0x05", "--issuer", "ca.pem"),
                ("--hex and --decimal need --serial", "--hex", "leaf.pem")):
            self.fetch(64, *args, error=f"ocsp fetch: {error}\n{FETCH_USAGE}")

    def test_revoked_is_written(self):
        self.fetch(1, "bad-chain.pem", error=REVOKED)
        self.assertEqual(self.verify("bad.pem"), 1)

    def test_unknown_is_written(self):
        self.fetch(2, "missing-chain.pem",
                   error="missing-chain.pem: unknown to the responder (RFC 6960 2.2)\n")
        self.assertEqual(self.verify("missing.pem"), 2)

    def test_nothing_is_written_on_failure(self):
        self.write("out.der", "what was there")
        later = self.serve(error_response(3))
        other = self.serve(self.make_answer("other.resp", "2026-01-01T00:00:00Z", "other.pem"))
        self.fetch(3, "--url", later, "leaf-chain.pem",
                   error=f"leaf-chain.pem: {later}: the responder returned tryLater "
                         "(RFC 6960 2.3)\n")
        self.assertEqual(
            self.run_ocsp("fetch", "--out", "out.der", "--url", other, "leaf-chain.pem").returncode,
            3)
        self.assertEqual(
            self.run_ocsp("fetch", "--out", "out.der", "--url", self.nowhere(),
                          "leaf-chain.pem").returncode, 3)
        self.fetch(3, "mute-chain.pem", error="mute-chain.pem: the certificate names no "
                                              "responder; use --url (RFC 6960 3.1)\n")
        self.assertEqual(self.path("out.der").read_bytes(), b"what was there")

    def test_newer_is_kept(self):
        when = self.times()
        newer = self.make_answer("out.der", when[1])
        older = self.serve(self.make_answer("older.resp", when[0]))
        self.fetch(73, "--url", older, "leaf-chain.pem",
                   error="out.der: not replaced: it holds a newer answer than the responder's\n")
        self.assertEqual(self.path("out.der").read_bytes(), newer)

    def test_older_is_replaced(self):
        when = self.times()
        self.make_answer("out.der", when[0])
        newer = self.make_answer("newer.resp", when[1])
        self.fetch(0, "--url", self.serve(newer), "leaf-chain.pem")
        self.assertEqual(self.path("out.der").read_bytes(), newer)

    def test_what_is_no_answer_is_replaced(self):
        when = self.times()
        answer = self.make_answer("good.resp", when[0])
        url = self.serve(answer)
        for there in (b"", b"no answer", b"\x00" * 100000,
                      self.make_answer("other.resp", when[1], "other.pem")):
            self.path("out.der").write_bytes(there)
            self.fetch(0, "--no-cache", "--url", url, "leaf-chain.pem")
            self.assertEqual(self.path("out.der").read_bytes(), answer)

    def test_place_that_cannot_be_written(self):
        done = self.run_ocsp("fetch", "--out", "none/out.der", "leaf-chain.pem")
        self.assertEqual((done.stderr, done.returncode),
                         (b"none/out.der: cannot write the file: No such file or directory\n", 74))

    def times(self):
        """An earlier and a later time of today, or so."""
        now = self.run_ocsp("check", "--json", "--no-cache", "leaf-chain.pem").stdout.decode()
        at = now.split('"judged_at":"')[1][:19]
        return [f"{at}+03:00", f"{at}+02:00"]

    def test_usage(self):
        for what, args in (("missing --out", ["leaf.pem"]),
                           ("missing certificate", ["--out", "out.der"]),
                           ("only one certificate can be given", ["--out", "out.der", "a", "b"])):
            self.fail_with(64, f"ocsp fetch: {what}\n{FETCH_USAGE}", "fetch", *args)
        self.fail_with(64, "ocsp fetch: --max-age: \"x\" is not a number of seconds from 0 to "
                           f"1000000000\n{FETCH_USAGE}", "fetch", "--max-age", "x")
        self.assertTrue(self.succeed("fetch", "--help").startswith(FETCH_USAGE.encode()))


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
#
# `ocsp check` against `openssl ocsp`, against answers that cannot be believed, and on TLS
# servers: every verdict, exit status and form of the result.
"""Tests of ocsp check."""

import os
import pty
import re
import socket
import ssl
import threading
import time
import unittest

from support import AskingCase, Background, CHECK_USAGE, error_response

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
NOTES = ("TARGET", "VERDICT", "SINCE", "UNTIL", "SIGNER", "FROM")


class CheckCase(AskingCase):
    def cells(self, lines):
        """The rows of a table, without its title."""
        rows = [re.split(r"  +", line) for line in lines]
        self.assertEqual(rows[0], list(NOTES))
        return rows[1:]

    def row(self, status, *args, error=""):
        rows = self.cells(self.check(status, *args, error=error))
        self.assertEqual(len(rows), 1)
        return rows[0]


class VerdictTest(CheckCase):
    def test_good(self):
        row = self.row(0, "leaf-chain.pem")
        self.assertEqual(row[:2], ["leaf-chain.pem", "good"])
        self.assertRegex(row[2], f"^{TIME}$")
        self.assertRegex(row[3], f"^{TIME}$")
        self.assertEqual(row[4:], ["delegate", self.url])

    def test_issuer_given(self):
        self.assertEqual(self.row(0, "--issuer", "ca.pem", "leaf.pem")[1], "good")

    def test_standard_input(self):
        chain = self.path("leaf-chain.pem").read_bytes()
        self.assertEqual(self.cells(self.check(0, "-", input=chain))[0][:2], ["-", "good"])

    def test_columns_stand_below_each_other(self):
        lines = self.check(0, "--issuer", "ca.pem", "leaf.pem", "leaf-chain.pem")
        self.assertEqual(len({line.index("good") for line in lines[1:]}), 1)
        self.assertEqual(lines[0].index("VERDICT"), lines[1].index("good"))

    def test_revoked(self):
        row = self.row(1, "bad-chain.pem", error="bad-chain.pem: revoked since "
                       "2023-06-01T12:00:00Z (keyCompromise) (RFC 6960 2.2)\n")
        self.assertEqual(row[1], "revoked")

    def test_unknown(self):
        row = self.row(2, "missing-chain.pem",
                       error="missing-chain.pem: unknown to the responder (RFC 6960 2.2)\n")
        self.assertEqual(row[1], "unknown")

    def test_no_responder_named(self):
        row = self.row(3, "mute-chain.pem",
                       error="mute-chain.pem: the certificate names no responder; use --url (RFC "
                             "6960 3.1)\n")
        self.assertEqual(row, ["mute-chain.pem", "not-verified", "-", "-", "-", "-"])

    def test_url_instead(self):
        other = self.responder("ca", options=("-nmin", "5"))
        row = self.row(2, "--url", other.url, "mute-chain.pem",
                       error="mute-chain.pem: unknown to the responder (RFC 6960 2.2)\n")
        self.assertEqual(row[4:], ["issuer", other.url])

    def test_worst_counts(self):
        rows = self.cells(self.check(
            1, "missing-chain.pem", "bad-chain.pem", "leaf-chain.pem",
            error="missing-chain.pem: unknown to the responder (RFC 6960 2.2)\n"
            "bad-chain.pem: revoked since 2023-06-01T12:00:00Z (keyCompromise) "
            "(RFC 6960 2.2)\n"))
        self.assertEqual([row[:2] for row in rows],
                         [["missing-chain.pem", "unknown"], ["bad-chain.pem", "revoked"],
                          ["leaf-chain.pem", "good"]])

    def test_chain(self):
        rows = self.cells(self.check(0, "--chain", "leaf-chain.pem"))
        self.assertEqual([row[0] for row in rows], ["leaf-chain.pem [1]"])

    def test_chain_asks_about_each_with_its_issuer_there(self):
        access = f"authorityInfoAccess=OCSP;URI:{self.url}\n"
        self.make_cert("sub", "ca", 0x1004, access + "basicConstraints=critical,CA:TRUE\n")
        self.make_cert("end", "sub", 0x1000)
        chain = b"".join(self.path(f"{name}.pem").read_bytes() for name in ("end", "sub", "ca"))
        self.write("long.pem", chain)
        objects = self.check_json(3, "--chain", "long.pem",
                                  error="long.pem [1]: the certificate names no responder; use "
                                        "--url (RFC 6960 3.1)\n")
        self.assertEqual([(o["target"], o["certificate"], o["verdict"]) for o in objects],
                         [("long.pem", 1, "not-verified"), ("long.pem", 2, "good")])


class RefusalTest(CheckCase):
    def refuse(self, url, what, *options):
        row = self.row(3, *options, "--url", url, "leaf-chain.pem",
                       error=f"leaf-chain.pem: {url}: {what}\n")
        self.assertEqual(row, ["leaf-chain.pem", "not-verified", "-", "-", "-", url])

    def test_try_later(self):
        self.refuse(self.serve(error_response(3)), "the responder returned tryLater (RFC 6960 2.3)")

    def test_http_error(self):
        self.refuse(self.serve(b"no", status=503), "HTTP status 503 instead of 200 (RFC 6960 A.2)")

    def test_content_type(self):
        self.refuse(self.serve(error_response(3), content_type="text/html"),
                    "the content type is not application/ocsp-response (RFC 6960 A.2)")

    def test_empty(self):
        self.refuse(self.serve(b""), "the response is empty (RFC 6960 A.2)")

    def test_answer_about_another(self):
        self.succeed("respond", "--issuer", "ca.pem", "--key", "ca.key", "--status", "good",
                     "--cert", "other.pem", "--out", "other.resp")
        url = self.serve(self.path("other.resp").read_bytes())
        done = self.run_ocsp("check", "--url", url, "leaf-chain.pem")
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"the response is not believed: ", done.stderr)

    def test_expired(self):
        self.succeed("respond", "--issuer", "ca.pem", "--key", "ca.key", "--status", "good",
                     "--cert", "leaf.pem", "--this-update", "2024-01-01T00:00:00Z",
                     "--next-update", "2024-01-08T00:00:00Z", "--out", "old.resp")
        self.refuse(self.serve(self.path("old.resp").read_bytes()),
                    "the response is not believed: nextUpdate has passed (RFC 6960 3.2, 4.2.2.1)")

    def test_wrong_issuer(self):
        row = self.row(3, "--issuer", "stranger.pem", "leaf.pem",
                       error="leaf.pem: the certificate's signature is not by its issuer "
                       "(RFC 5280 6.1.3)\n")
        self.assertEqual(row, ["leaf.pem", "not-verified", "-", "-", "-", "-"])

    def test_wrong_issuer_beside_the_right_one(self):
        self.assertEqual(
            self.row(0, "--issuer", "stranger.pem", "--issuer", "ca.pem", "leaf.pem")[1], "good")

    def test_no_issuer(self):
        self.row(3, "leaf.pem",
                 error='leaf.pem: missing certificate of its issuer "CN=ca"; use --issuer: the '
                       "certificate does not say where its issuer's is (RFC 5280 4.2.2.1)\n")

    def test_issuer_fetched(self):
        self.openssl("x509", "-in", "ca.pem", "-outform", "DER", "-out", "ca.der")
        where = self.serve(self.path("ca.der").read_bytes(), content_type="application/pkix-cert")
        access = f"authorityInfoAccess=OCSP;URI:{self.url},caIssuers;URI:{where}\n"
        self.make_cert("far", "ca", 0x1000, access)
        self.make_cert("farther", "ca", 0x1004, access)
        rows = self.cells(self.check(0, "far.pem", "farther.pem"))
        self.assertEqual([row[1] for row in rows], ["good", "good"])

    def test_issuer_fetched_that_did_not_sign(self):
        self.openssl("x509", "-in", "stranger.pem", "-outform", "DER", "-out", "ca.der")
        where = self.serve(self.path("ca.der").read_bytes(), content_type="application/pkix-cert")
        self.make_cert("far", "ca", 0x1000, f"authorityInfoAccess=caIssuers;URI:{where}\n")
        self.row(3, "far.pem",
                 error='far.pem: missing certificate of its issuer "CN=ca"; use --issuer: cannot '
                       "find the certificate that signed this one (RFC 5280 4.2.2.1)\n")

    def test_missing_file(self):
        self.row(3, "./none.pem", error="./none.pem: No such file or directory\n")

    def test_unreachable(self):
        url = self.nowhere()
        done = self.run_ocsp("check", "--url", url, "leaf-chain.pem")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr.decode(),
                         f"^leaf-chain.pem: {re.escape(url)}: cannot reach the responder")

    def test_soft_fail(self):
        url = self.nowhere()
        done = self.run_ocsp("check", "--soft-fail", "--url", url, "leaf-chain.pem")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr.decode(), r"\(soft fail: not counted\)\n$")
        rows = self.cells(done.stdout.decode().splitlines())
        self.assertEqual(rows, [["leaf-chain.pem", "not-verified", "-", "-", "-",
                                 f"{url} (soft fail)"]])

    def test_soft_fail_changes_nothing_else(self):
        self.assertEqual(self.row(3, "--soft-fail", "mute-chain.pem",
                                  error="mute-chain.pem: the certificate names no responder; use "
                                        "--url (RFC 6960 3.1)\n")[1],
                         "not-verified")
        url = self.serve(error_response(3))
        self.row(3, "--soft-fail", "--url", url, "leaf-chain.pem",
                 error=f"leaf-chain.pem: {url}: the responder returned tryLater (RFC 6960 2.3)\n")
        row = self.row(1, "--soft-fail", "bad-chain.pem",
                       error="bad-chain.pem: revoked since 2023-06-01T12:00:00Z "
                             "(keyCompromise) (RFC 6960 2.2)\n")
        self.assertEqual(row[5], f"{self.url} (soft fail)")

    def test_soft_fail_is_not_called_good(self):
        done = self.run_ocsp("check", "--json", "--soft-fail", "--url", self.nowhere(),
                             "leaf-chain.pem")
        self.assertIn(b'"soft_fail":true,"verdict":"not-verified"}', done.stdout)
        self.assertEqual(done.returncode, 0)

    def test_nonce_missing_is_told(self):
        self.succeed("respond", "--issuer", "ca.pem", "--key", "ca.key", "--status", "good",
                     "--cert", "leaf.pem", "--out", "plain.resp")
        url = self.serve(self.path("plain.resp").read_bytes())
        self.row(0, "--nonce", "--url", url, "leaf-chain.pem",
                 error="leaf-chain.pem: the response has no nonce although one was sent; it may "
                       "be a replay of an older response (RFC 9654 2.1)\n")

    def test_nonce(self):
        objects = self.check_json(0, "--nonce", "leaf-chain.pem")
        self.assertIs(objects[0]["answers"][0]["nonce"], True)

    def test_signer_unchecked_is_told(self):
        self.make_cert("checked", "ca", 0x2001, "extendedKeyUsage=OCSPSigning\n")
        url = self.responder("checked").url
        self.row(0, "--url", url, "leaf-chain.pem",
                 error="leaf-chain.pem: the signer's certificate has no id-pkix-ocsp-nocheck and "
                       "was not checked for revocation (RFC 6960 4.2.2.2.1)\n")


class CacheTest(CheckCase):
    def test_cached(self):
        responder = self.responder()
        args = ("--url", responder.url, "leaf-chain.pem")
        self.assertEqual(self.row(0, *args)[5], responder.url)
        responder.stop()
        self.assertEqual(self.row(0, *args)[5], "cache")
        self.assertEqual(self.run_ocsp("check", "--no-cache", *args).returncode, 3)
        self.assertEqual(self.run_ocsp("check", "--nonce", *args).returncode, 3)
        self.assertEqual(self.run_ocsp("check", "--cache-dir", "empty", *args).returncode, 3)

    def test_not_kept(self):
        self.row(0, "--no-cache", "leaf-chain.pem")
        self.assertFalse(self.path("cache").exists())

    def test_cache_dir(self):
        self.row(0, "--cache-dir", "mine", "leaf-chain.pem")
        kept = list(self.path("mine").glob("*.der"))
        self.assertEqual(len(kept), 1)
        self.assertIn(b"good", self.succeed("show", str(kept[0])))
        self.assertFalse(self.path("cache").exists())

    def test_nothing_kept_that_is_not_believed(self):
        url = self.serve(error_response(3))
        self.run_ocsp("check", "--cache-dir", "mine", "--url", url, "leaf-chain.pem")
        kept = list(self.path("mine").iterdir()) if self.path("mine").exists() else []
        self.assertEqual(kept, [])


class AskingTest(CheckCase):
    """How it is asked."""

    def test_hash(self):
        one, = self.check_json(0, "--hash", "sha1", "leaf-chain.pem")
        self.assertEqual([e["hash"] for e in one["exchanges"]], ["sha1"])

    def test_second_time_with_sha1(self):
        url = self.serve(error_response(6))
        what = f"leaf-chain.pem: {url}: the responder returned unauthorized (RFC 6960 2.3)\n"
        one, = self.check_json(3, "--url", url, "leaf-chain.pem", error=2 * what)
        self.assertEqual([e["hash"] for e in one["exchanges"]], ["sha256", "sha1"])
        one, = self.check_json(3, "--hash", "sha256", "--url", url, "leaf-chain.pem", error=what)
        self.assertEqual([e["hash"] for e in one["exchanges"]], ["sha256"])

    def test_trusted_responder(self):
        self.make_ca("outsider")
        url = self.responder("outsider").url
        done = self.run_ocsp("check", "--url", url, "leaf-chain.pem")
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"the response is not believed: ", done.stderr)
        row = self.row(0, "--trusted-responder", "outsider.pem", "--url", url, "leaf-chain.pem")
        self.assertEqual(row[4:], ["trusted", url])

    def test_weak_signatures(self):
        url = self.responder("delegate", options=("-ndays", "7", "-rmd", "sha1")).url
        done = self.run_ocsp("check", "--url", url, "leaf-chain.pem")
        self.assertEqual(done.returncode, 3)
        self.row(0, "--insecure-allow-sha1", "--url", url, "leaf-chain.pem")

    def test_small_rsa(self):
        self.make_cert("tiny", "ca", 0x2002, "extendedKeyUsage=OCSPSigning\nnoCheck=ignored\n",
                       kind="small")
        url = self.responder("tiny").url
        done = self.run_ocsp("check", "--url", url, "leaf-chain.pem")
        self.assertEqual(done.returncode, 3)
        self.row(0, "--insecure-allow-small-rsa", "--url", url, "leaf-chain.pem")

    def test_max_age(self):
        url = self.responder(options=()).url
        self.row(0, "--no-cache", "--url", url, "leaf-chain.pem")
        done = self.run_ocsp("check", "--max-age", "0", "--url", url, "leaf-chain.pem")
        self.assertEqual(done.returncode, 3)

    def test_proxy(self):
        self.succeed("respond", "--issuer", "ca.pem", "--key", "ca.key", "--status", "good",
                     "--cert", "leaf.pem", "--out", "plain.resp")
        proxy = self.serve(self.path("plain.resp").read_bytes())
        self.row(0, "--proxy", proxy, "--url", "http://ocsp.invalid/", "leaf-chain.pem")

    def test_timeout(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            start = time.monotonic()
            done = self.run_ocsp("check", "--timeout", "1", "--url", url, "leaf-chain.pem")
            self.assertLess(time.monotonic() - start, 10)
        self.assertEqual(done.returncode, 3)
        self.assertIn(f"leaf-chain.pem: {url}: the request timed out", done.stderr.decode())

    def test_one_at_a_time(self):
        self.check(0, "--parallel", "1", *["leaf-chain.pem"] * 4)

    def test_scheme(self):
        done = self.run_ocsp("check", "--url", "file:///etc/passwd", "leaf-chain.pem")
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"file:///etc/passwd: unsupported URL", done.stderr)


class DirectoryTest(CheckCase):
    def fill(self):
        self.path("certs").mkdir()
        for name in ("b", "a"):
            self.write(f"certs/{name}.pem", self.path("leaf-chain.pem").read_bytes())
        self.write("certs/.hidden", "no certificate")
        self.path("certs/sub").mkdir()
        self.write("certs/sub/c.pem", self.path("bad-chain.pem").read_bytes())

    def test_sorted_and_not_recursive(self):
        self.fill()
        for name in ("certs", "certs/"):
            rows = self.cells(self.check(0, name))
            self.assertEqual([row[:2] for row in rows],
                             [["certs/a.pem", "good"], ["certs/b.pem", "good"]])

    def test_no_certificate(self):
        self.fill()
        self.write("certs/note", "\x01 no certificate")
        rows = self.cells(self.check(3, "certs", error="certs/note: byte 0: neither DER, PEM, "
                                     "base64 nor hex\n"))
        self.assertEqual([row[1] for row in rows], ["good", "good", "not-verified"])

    def test_empty(self):
        self.path("certs").mkdir()
        self.row(3, "certs", error="certs: no files in the directory\n")


class FormTest(CheckCase):
    def test_json(self):
        one, = self.check_json(0, "leaf-chain.pem")
        self.assertEqual(list(one), ["target", "type", "subject", "issuer", "serial",
                                     "must_staple", "judged_at", "answers", "exchanges",
                                     "soft_fail", "verdict"])
        self.assertEqual([one[key] for key in ("target", "type", "subject", "issuer", "verdict")],
                         ["leaf-chain.pem", "check", "CN=leaf", "CN=ca", "good"])
        answer, = one["answers"]
        self.assertEqual(list(answer),
                         ["from", "url", "verdict", "counted", "signer", "signer_name",
                          "signer_needs_check", "this_update", "next_update", "produced_at",
                          "ask_again", "nonce"])
        self.assertEqual([answer[key] for key in ("from", "url", "verdict", "counted", "signer",
                                                  "signer_name", "nonce")],
                         ["responder", self.url, "good", True, "delegate", "CN=delegate", False])
        exchange, = one["exchanges"]
        self.assertEqual([exchange[key] for key in ("url", "outcome", "method", "hash",
                                                    "http_status")],
                         [self.url, "answered", "GET", "sha256", 200])

    def test_json_of_failures(self):
        url = self.serve(error_response(3))
        what = f"{url}: the responder returned tryLater (RFC 6960 2.3)"
        one, two = self.check_json(3, "--url", url, "./none.pem", "leaf-chain.pem",
                                   error="./none.pem: No such file or directory\n"
                                         f"leaf-chain.pem: {what}\n")
        self.assertEqual(one["answers"], [{"verdict": "not-verified", "counted": True,
                                           "what": "cannot read a certificate"}])
        self.assertEqual(one["verdict"], "not-verified")
        self.assertEqual(two["answers"], [{"from": "responder", "url": url,
                                           "verdict": "not-verified", "counted": True,
                                           "what": what}])
        self.assertEqual(two["exchanges"][0]["response_status"], "tryLater")

    def test_json_of_revoked(self):
        one, = self.check_json(1, "bad-chain.pem", error="bad-chain.pem: revoked since "
                               "2023-06-01T12:00:00Z (keyCompromise) (RFC 6960 2.2)\n")
        answer, = one["answers"]
        self.assertEqual(answer["revocation_time"], "2023-06-01T12:00:00Z")
        self.assertEqual(answer["revocation_reason"], {"code": 1, "name": "keyCompromise"})

    def nagios(self, *args):
        done = self.run_ocsp("check", "--nagios", *args)
        return done.returncode, done.stdout.decode()

    def test_nagios(self):
        self.assertEqual(self.nagios("leaf-chain.pem"),
                         (0, "OCSP OK - 1 of 1 good | good=1 revoked=0 unknown=0 "
                             "not_verified=0\n"))
        self.assertEqual(
            self.nagios("leaf-chain.pem", "mute-chain.pem", "bad-chain.pem"),
            (2, "OCSP CRITICAL - 1 of 3 good; bad-chain.pem: revoked since "
                "2023-06-01T12:00:00Z (keyCompromise) (RFC 6960 2.2) | good=1 revoked=1 "
                "unknown=0 not_verified=1\n"))
        self.assertEqual(
            self.nagios("missing-chain.pem"),
            (2, "OCSP CRITICAL - 0 of 1 good; missing-chain.pem: unknown to the responder (RFC "
                "6960 2.2) | good=0 revoked=0 unknown=1 not_verified=0\n"))
        self.assertEqual(
            self.nagios("leaf-chain.pem", "mute-chain.pem"),
            (3, "OCSP UNKNOWN - 1 of 2 good; mute-chain.pem: the certificate names no responder; "
                "use --url (RFC 6960 3.1) "
                "| good=1 revoked=0 unknown=0 not_verified=1\n"))

    def test_nagios_soft_fail(self):
        status, line = self.nagios("--soft-fail", "--url", self.nowhere(), "leaf-chain.pem")
        self.assertEqual(status, 1)
        self.assertRegex(line, r"^OCSP WARNING - 0 of 1 good; leaf-chain.pem: .* \(soft fail\) "
                               r"\| good=0 revoked=0 unknown=0 not_verified=1\n$")

    def test_nagios_keeps_its_bar(self):
        self.write("a|b.pem", self.path("mute-chain.pem").read_bytes())
        self.assertEqual(self.nagios("a|b.pem")[1].count("|"), 1)

    def test_prometheus(self):
        self.write('a"\\.pem', self.path("leaf-chain.pem").read_bytes())
        lines = self.check(3, "--prometheus", 'a"\\.pem', "mute-chain.pem",
                           error="mute-chain.pem: the certificate names no responder; use --url "
                                 "(RFC 6960 3.1)\n")
        text = [re.sub(r" \d{10}$", " TIME", line) for line in lines]
        name = r'{target="a\"\\.pem"}'
        mute = '{target="mute-chain.pem"}'
        self.assertEqual(text, [
            "# HELP ocsp_check_good 1 if the certificate is verified and good, otherwise 0.",
            "# TYPE ocsp_check_good gauge",
            f"ocsp_check_good{name} 1",
            f"ocsp_check_good{mute} 0",
            "# HELP ocsp_check_status 0 good, 1 revoked, 2 unknown to the responder, 3 not "
            "verified.",
            "# TYPE ocsp_check_status gauge",
            f"ocsp_check_status{name} 0",
            f"ocsp_check_status{mute} 3",
            "# HELP ocsp_check_this_update_seconds thisUpdate of the answer, in seconds since "
            "1970.",
            "# TYPE ocsp_check_this_update_seconds gauge",
            f"ocsp_check_this_update_seconds{name} TIME",
            "# HELP ocsp_check_next_update_seconds nextUpdate of the answer, in seconds since "
            "1970.",
            "# TYPE ocsp_check_next_update_seconds gauge",
            f"ocsp_check_next_update_seconds{name} TIME",
            "# HELP ocsp_check_time_seconds When the certificates were checked, in seconds since "
            "1970.",
            "# TYPE ocsp_check_time_seconds gauge",
            "ocsp_check_time_seconds TIME",
        ])

    def terminal(self, *args, env=None):
        """Returns what a terminal shows of both outputs."""
        main, side = pty.openpty()
        clean = {"TERM": "xterm", "NO_COLOR": "", **(env or {})}
        self.run_ocsp("check", *args, env=clean, stdout=side, command=("sh", "-c",
                      'exec "$0" "$@" 2>&1'))
        os.close(side)
        seen = b""
        try:
            while part := os.read(main, 65536):
                seen += part
        except OSError:  # the end, on Linux
            pass
        os.close(main)
        return seen.decode()

    def test_colour(self):
        self.assertIn("\033[32mgood\033[0m", self.terminal("leaf-chain.pem"))
        self.assertNotIn("\033", self.terminal("leaf-chain.pem", env={"NO_COLOR": "1"}))

    def test_progress_for_many(self):
        many = ["leaf-chain.pem"] * 9
        seen = self.terminal(*many)
        self.assertTrue(seen.startswith("\rasked 0 of 9\033[K"), seen)
        self.assertIn("\r\033[KTARGET", seen)
        self.assertNotIn("asked", self.terminal(*many[:8]))
        self.assertEqual(len(self.check(0, *many)), 10)


class HostTest(CheckCase):
    """`openssl s_server` with a certificate for localhost."""

    def serve_tls(self, *options, staple=None, extensions="", names="DNS:localhost,IP:127.0.0.1",
                  serial=0x1000, names_responder=True):
        """The port of a server."""
        address = f"authorityInfoAccess=OCSP;URI:{self.url}\n" if names_responder else ""
        self.make_cert("server", "ca", serial, f"{address}subjectAltName={names}\n{extensions}")
        if staple is not None:
            self.succeed("respond", "--issuer", "ca.pem", "--key", "ca.key", "--out",
                         "staple.der", "--cert", "server.pem", *staple)
            options += ("-status_file", "staple.der")
        server = Background(self.dir, ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert",
                                       "server.pem", "-key", "server.key", "-cert_chain",
                                       "ca.pem", *options],
                            rb"^ACCEPT 127.0.0.1:([0-9]+)")
        self.addCleanup(server.stop)
        return server.port

    def rows(self, status, *args, error=""):
        return self.cells(self.check(status, "--ca", "ca.pem", *args, error=error))

    def test_staple_and_answer(self):
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version=version):
                port = self.serve_tls(version, staple=("--status", "good"))
                name = f"localhost:{port}"
                rows = self.rows(0, "--no-cache", name)
                self.assertEqual([(row[:2], row[4:]) for row in rows],
                                 [([name, "good"], ["issuer", "staple"]),
                                  ([name, "good"], ["delegate", self.url])])
                self.assertEqual(len(self.rows(0, f"127.0.0.1:{port}")), 2)

    def test_no_staple(self):
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version=version):
                port = self.serve_tls(version)
                rows = self.rows(0, f"localhost:{port}")
                self.assertEqual([row[1] for row in rows], ["no-staple", "good"])
                self.assertEqual(rows[0][2:], ["-", "-", "-", "staple"])

    def test_nobody_to_ask(self):
        """Neither a staple nor a responder: nothing is known, and that is not good."""
        port = self.serve_tls(names_responder=False)
        for option in ((), ("--soft-fail",)):
            rows = self.rows(3, *option, f"localhost:{port}",
                             error=f"localhost:{port}: the certificate names no responder; use "
                                   "--url (RFC 6960 3.1)\n")
            self.assertEqual([row[1] for row in rows], ["no-staple", "not-verified"])

    def test_staple_where_nobody_is_to_be_asked(self):
        port = self.serve_tls(names_responder=False, staple=("--status", "good"))
        self.rows(0, f"localhost:{port}",
                  error=f"localhost:{port}: the certificate names no responder; use --url (RFC "
                        "6960 3.1)\n")

    def test_must_staple(self):
        port = self.serve_tls(extensions="tlsfeature=status_request\n")
        rows = self.rows(3, f"localhost:{port}",
                         error=f"localhost:{port}: missing staple, which the certificate requires "
                               "(RFC 7633 4.2.3.1)\n")
        self.assertEqual([row[1] for row in rows], ["no-staple", "good"])
        self.check_json(3, "--ca", "ca.pem", f"localhost:{port}",
                        error=f"localhost:{port}: missing staple, which the certificate requires "
                              "(RFC 7633 4.2.3.1)\n")

    def test_must_staple_with_staple(self):
        port = self.serve_tls(extensions="tlsfeature=status_request\n",
                              staple=("--status", "good"))
        self.rows(0, f"localhost:{port}")

    def test_stale_staple(self):
        port = self.serve_tls(staple=("--status", "good", "--this-update", "2024-01-01T00:00:00Z",
                                      "--next-update", "2024-01-08T00:00:00Z"))
        rows = self.rows(3, f"localhost:{port}",
                         error=f"localhost:{port}: the staple is not believed: nextUpdate has "
                               "passed (RFC 6960 3.2, 4.2.2.1)\n")
        self.assertEqual([row[1] for row in rows], ["not-verified", "good"])

    def test_staple_revoked(self):
        port = self.serve_tls(staple=("--status", "revoked", "--revoked-at",
                                      "2024-01-01T00:00:00Z"))
        rows = self.rows(1, f"localhost:{port}",
                         error=f"localhost:{port}: revoked since 2024-01-01T00:00:00Z "
                               "(RFC 6960 2.2)\n")
        self.assertEqual([row[1] for row in rows], ["revoked", "good"])

    def test_good_staple_hides_no_revocation(self):
        port = self.serve_tls(staple=("--status", "good"), serial=0x1001)
        rows = self.rows(1, f"localhost:{port}",
                         error=f"localhost:{port}: revoked since 2023-06-01T12:00:00Z "
                               "(keyCompromise) (RFC 6960 2.2)\n")
        self.assertEqual([row[1] for row in rows], ["good", "revoked"])

    def test_untrusted(self):
        port = self.serve_tls(staple=("--status", "good"))
        name = f"localhost:{port}"
        rows = self.cells(self.check(
            3, name, error=f"{name}: the certificate is not trusted (RFC 5280 6): self-signed "
            "certificate in certificate chain\n"))
        self.assertEqual(rows, [[name, "not-verified", "-", "-", "-", "-"]])
        rows = self.cells(self.check(0, "--insecure-no-chain-check", name))
        self.assertEqual([row[5] for row in rows],
                         ["staple (insecure: chain not checked)",
                          f"{self.url} (insecure: chain not checked)"])

    def test_wrong_name(self):
        port = self.serve_tls(names="DNS:elsewhere.example")
        name = f"localhost:{port}"
        self.rows(3, name, error=f"{name}: the certificate is not trusted (RFC 5280 6): hostname "
                                 "mismatch\n")
        self.rows(3, f"127.0.0.1:{port}",
                  error=f"127.0.0.1:{port}: the certificate is not trusted (RFC 5280 6): IP "
                        "address mismatch\n")

    def test_json(self):
        port = self.serve_tls(staple=("--status", "good"))
        one, = self.check_json(0, "--ca", "ca.pem", "--chain", f"localhost:{port}")
        self.assertEqual([answer["from"] for answer in one["answers"]], ["staple", "responder"])
        self.assertEqual((one["target"], one["certificate"], one["chain_checked"]),
                         (f"localhost:{port}", 1, True))

    def test_no_tls(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            name = f"127.0.0.1:{silent.getsockname()[1]}"
            start = time.monotonic()
            self.rows(3, "--timeout", "1", name, error=f"{name}: TLS failed: the handshake timed "
                                                       "out\n")
            self.assertLess(time.monotonic() - start, 10)

    def test_other_protocol(self):
        port = int(self.serve(b"").split(":")[2].strip("/"))
        done = self.run_ocsp("check", "--ca", "ca.pem", f"127.0.0.1:{port}")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr.decode(), rf"^127.0.0.1:{port}: TLS failed: [ -~]+\n$")

    def test_closed_at_once(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            name = f"127.0.0.1:{server.getsockname()[1]}"
            closer = threading.Thread(target=lambda: server.accept()[0].close())
            closer.start()
            done = self.run_ocsp("check", name)
            closer.join()
        # The error depends on how far the handshake had come.
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr.decode(), rf"^{name}: TLS failed: (unexpected eof while "
                                               r"reading|"
                                               r"the connection was closed)\n$")

    def test_nobody_there(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            name = f"127.0.0.1:{taken.getsockname()[1]}"
            self.rows(3, name, error=f"{name}: cannot connect: Connection refused\n")

    def test_not_trusted_file(self):
        port = self.serve_tls()
        self.check(3, "--ca", "./none.pem", f"localhost:{port}",
                   error=f"localhost:{port}: --ca: ./none.pem: cannot read a certificate\n")

    def test_file_first(self):
        self.write("localhost:443", self.path("leaf-chain.pem").read_bytes())
        self.assertEqual(self.row(0, "localhost:443")[:2], ["localhost:443", "good"])


def lines(*expected):
    """A line-based server: sends a greeting, then one reply to each command."""
    def talk(stream):
        stream.write(expected[0])
        for command, reply in zip(expected[1::2], expected[2::2]):
            stream.flush()
            if stream.readline() != command:
                return False
            stream.write(reply)
        return True
    return talk


def octets(expected, reply):
    """A server that gets exactly these octets and answers."""
    def talk(stream):
        if stream.read(len(expected)) != expected:
            return False
        stream.write(reply)
        return True
    return talk


POSTGRES = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
LDAP = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
DIALOGUES = {
    "smtp": lines(b"220-mail\r\n220 ready\r\n", b"EHLO localhost\r\n",
                  b"250-mail\r\n250-SIZE 1\r\n250 STARTTLS\r\n", b"STARTTLS\r\n", b"220 go\r\n"),
    "imap": lines(b"* OK hello\r\n", b"a STARTTLS\r\n", b"* BYE? no\r\na OK go\r\n"),
    "pop3": lines(b"+OK hello\r\n", b"STLS\r\n", b"+OK go\r\n"),
    "ftp": lines(b"220-files\r\nany text\r\n220 ready\r\n", b"AUTH TLS\r\n", b"234 go\r\n"),
    "postgres": octets(POSTGRES, b"S"),
    "ldap": octets(LDAP, b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"),
}
REFUSALS = {
    "smtp": lines(b"220 ready\r\n", b"EHLO localhost\r\n", b"250 mail\r\n", b"STARTTLS\r\n",
                  b"502 no\r\n"),
    "imap": lines(b"* OK hello\r\n", b"a STARTTLS\r\n", b"a BAD no\r\n"),
    "pop3": lines(b"+OK hello\r\n", b"STLS\r\n", b"-ERR no\r\n"),
    "ftp": lines(b"220 ready\r\n", b"AUTH TLS\r\n", b"504 no\r\n"),
    "postgres": octets(POSTGRES, b"N"),
    "ldap": octets(LDAP, b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00"),
}


class StartTlsTest(CheckCase):
    """Servers that are spoken to in the clear first."""

    def serve_once(self, talk):
        """HOST:PORT of a server for one connection, with TLS once `talk` is done."""
        self.make_cert("server", "ca", 0x1000, f"authorityInfoAccess=OCSP;URI:{self.url}\n"
                       "subjectAltName=IP:127.0.0.1\n")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path("server.pem"), self.path("server.key"))
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(30)

        def run():
            with listener, listener.accept()[0] as connection:
                connection.settimeout(30)
                with connection.makefile("rwb", buffering=0) as stream:
                    if not talk(stream):
                        return
                try:
                    with context.wrap_socket(connection, server_side=True) as tls:
                        tls.recv(1)
                except OSError:
                    pass

        thread = threading.Thread(target=run)
        thread.start()
        self.addCleanup(thread.join)
        return f"127.0.0.1:{listener.getsockname()[1]}"

    def test_each(self):
        for protocol, talk in DIALOGUES.items():
            with self.subTest(protocol=protocol):
                name = self.serve_once(talk)
                rows = self.cells(self.check(0, "--ca", "ca.pem", "--starttls", protocol, name))
                self.assertEqual([row[1] for row in rows], ["no-staple", "good"])

    def test_refused(self):
        for protocol, talk in REFUSALS.items():
            with self.subTest(protocol=protocol):
                name = self.serve_once(talk)
                self.row(3, "--ca", "ca.pem", "--starttls", protocol, name,
                         error=f"{name}: TLS failed: the server does not offer STARTTLS\n")

    def test_silent(self):
        for protocol in DIALOGUES:
            with self.subTest(protocol=protocol), socket.create_server(("127.0.0.1", 0)) as server:
                name = f"127.0.0.1:{server.getsockname()[1]}"
                self.row(3, "--timeout", "1", "--starttls", protocol, name,
                         error=f"{name}: TLS failed: the server did not answer in time or closed "
                               "the connection\n")

    def test_text_put_behind_the_reply(self):
        """Text in the clear after the reply is not taken for data inside TLS."""
        talk = lines(b"+OK hello\r\n", b"STLS\r\n", b"+OK go\r\n+OK injected\r\n")
        name = self.serve_once(talk)
        done = self.run_ocsp("check", "--ca", "ca.pem", "--starttls", "pop3", name)
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr.decode(), f"^{name}: TLS failed: ")

    def test_no_end(self):
        for greeting in (b"220-" + b"x" * 2000, b"220-x\r\n" * 200):
            name = self.serve_once(lines(greeting))
            self.row(3, "--starttls", "smtp", name,
                     error=f"{name}: TLS failed: the server did not answer in time or closed the "
                           "connection\n")


class SerialTest(CheckCase):
    """Serial numbers whose certificates are not there."""

    ASKING = ("--no-cache", "--issuer", "ca.pem", "--url")

    def test_verdicts(self):
        self.assertRegex(self.check(0, *self.ASKING, self.url, "--serial=0x1000")[1],
                         r"\A0x1000 +good ")
        self.check(1, *self.ASKING, self.url, "--serial=1001", "--hex",
                   error="0x1001: revoked since 2023-06-01T12:00:00Z (keyCompromise) (RFC 6960 "
                         "2.2)\n")
        self.check(2, *self.ASKING, self.url, "--serial=-0x2a",
                   error="-0x2a: unknown to the responder (RFC 6960 2.2)\n")

    def test_with_targets(self):
        lines = self.check(0, *self.ASKING, self.url, "--decimal", "--serial=4096", "leaf.pem",
                           "--serial=4100")
        self.assertEqual([line.split()[0] for line in lines[1:]], ["leaf.pem", "0x1000", "0x1004"])

    def test_json(self):
        one, = self.check_json(0, *self.ASKING, self.url, "--serial=0x1000")
        self.assertEqual((one["target"], one["verdict"], one["serial"]),
                         ("0x1000", "good", {"hex": "1000", "decimal": "4096"}))
        self.assertFalse({"subject", "issuer", "must_staple"} & one.keys())

    def test_other_forms(self):
        for form in ("--nagios", "--prometheus"):
            self.check(0, form, *self.ASKING, self.url, "--serial=0x1000")

    def test_cached(self):
        args = ("--issuer", "ca.pem", "--url", self.url, "--serial=0x1000")
        self.check(0, *args)
        one, = self.check_json(0, *args)
        self.assertEqual(one["exchanges"], [])

    def test_issuer_that_did_not_answer(self):
        self.make_ca("another")
        done = self.run_ocsp("check", "--no-cache", "--issuer", "another.pem", "--url", self.url,
                             "--serial=0x1000")
        self.assertEqual(done.returncode, 3)

    def test_wrong_arguments(self):
        for error, *args in (
                ("--serial needs --issuer", "--serial=0x05", "--url", "http://a/"),
                ("--serial needs --url", "--serial=0x05", "--issuer", "ca.pem"),
                ("--hex and --decimal need --serial", "--decimal", "leaf.pem"),
                ('--serial: "42" may be hexadecimal or decimal: add --hex or --decimal, or write '
                 "0x42 / 0x2a", "--serial=42", "--issuer", "ca.pem", "--url", "http://a/")):
            self.fail_with(64, f"ocsp check: {error}\n{CHECK_USAGE}", "check", *args)
        self.make_ca("another")
        self.check(3, *self.ASKING, self.url, "--issuer", "another.pem", "--serial=0x05",
                   error="0x05: --serial needs one --issuer: the certificates given hold different "
                         "names or keys\n")


class UsageTest(CheckCase):
    def wrong(self, text, *args):
        self.fail_with(64, f"ocsp check: {text}\n{CHECK_USAGE}", "check", *args)

    def test_wrong_arguments(self):
        self.wrong("missing target")
        self.wrong("--json, --nagios and --prometheus exclude each other", "--json",
                   "--nagios", "leaf.pem")
        self.wrong('--timeout: "0" is not a number of seconds from 1 to 3600', "--timeout", "0")
        self.wrong('--connect-timeout: "x" is not a number of seconds from 1 to 3600',
                   "--connect-timeout", "x")
        self.wrong('--parallel: "257" is not a number from 1 to 256', "--parallel", "257")
        self.wrong('--starttls: "xmpp" is not one of smtp, imap, pop3, ldap, postgres, ftp',
                   "--starttls", "xmpp")
        self.wrong('--hash: "md5" is not one of sha1, sha224, sha256, sha384, sha512', "--hash",
                   "md5")
        self.fail_with(65, "./none.pem: No such file or directory\n", "check", "--issuer",
                       "./none.pem", "leaf.pem")

    def test_help_fits(self):
        for line in self.succeed("check", "--help").decode().splitlines():
            self.assertLessEqual(len(line), 100)

    def test_help(self):
        self.assertTrue(self.succeed("check", "--help").startswith(CHECK_USAGE.encode()))


if __name__ == "__main__":
    unittest.main()

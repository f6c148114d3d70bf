# SPDX-License-Identifier: MIT
#
# `ocsp check` and the staples of whole chains, with the server of GnuTLS, which sends one for each
# certificate in TLS 1.3, and the server of OpenSSL, which sends only the first one's.
"""Tests of the staples that ocsp check sees."""

import re
import socket
import unittest

from support import AskingCase, Background

GNUTLS_VERSION = {"1.2": "NORMAL:-VERS-ALL:+VERS-TLS1.2", "1.3": "NORMAL:-VERS-ALL:+VERS-TLS1.3"}
CA = "basicConstraints=critical,CA:TRUE\n"
UNKNOWN = ("--status", "unknown")  # GnuTLS sends nothing that says revoked
GOOD = ("--status", "good")


class ChainCase(AskingCase):
    """server.pem, issued by sub.pem, issued by ca.pem; the responder knows sub.pem only."""

    def make_all(self):
        super().make_all()
        self.make_sub("sub")
        self.make_sub("strict", "tlsfeature=status_request\n")

    def make_sub(self, name, extensions=""):
        access = f"authorityInfoAccess=OCSP;URI:{AskingCase.url}\n"
        self.make_cert(name, "ca", 0x1004, CA + access + extensions)
        server = f"{name}-server"
        self.make_cert(server, name, 0x1000, "subjectAltName=DNS:localhost\n")
        self.write(f"{name}-chain.pem", b"".join(
            self.path(f"{one}.pem").read_bytes() for one in (server, name, "ca")))

    def staple(self, cert, issuer, *options, out=None):
        out = out or f"{cert}.resp"
        self.succeed("respond", "--issuer", f"{issuer}.pem", "--key", f"{issuer}.key", "--cert",
                     f"{cert}.pem", *options, "--out", out)
        return out

    def gnutls(self, staples, version="1.3", name="sub"):
        """Returns localhost:PORT of a server that sends these staples in the order of its chain."""
        options = [f"--ocsp-response={staple}" for staple in staples]
        for _ in range(5):
            with socket.create_server(("", 0)) as free:
                port = free.getsockname()[1]
            try:
                server = Background(self.dir, [
                    "gnutls-serv", "--http", f"--port={port}", f"--x509keyfile={name}-server.key",
                    f"--x509certfile={name}-chain.pem",
                    f"--priority={GNUTLS_VERSION[version]}", *options],
                    rb"listening on IPv4 .* port ([0-9]+)\.\.\.done")
            except AssertionError as error:
                if "Address already in use" not in str(error):
                    raise
                continue
            self.addCleanup(server.stop)
            return f"localhost:{server.port}"
        raise AssertionError("no port is free")

    def openssl_server(self, staple, version):
        server = Background(self.dir, ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert",
                                       "sub-server.pem", "-key", "sub-server.key", "-cert_chain",
                                       "sub-chain.pem", version, "-status_file", staple],
                            rb"^ACCEPT 127.0.0.1:([0-9]+)")
        self.addCleanup(server.stop)
        return f"localhost:{server.port}"

    def rows(self, status, *args, error=""):
        """(certificate, verdict, where from) of each row."""
        lines = self.check(status, "--ca", "ca.pem", *args, error=error)
        rows = [re.split(r"  +", line) for line in lines[1:]]
        return [(row[0].partition(" ")[2], row[1], row[5]) for row in rows]

    def both(self, sub_options=GOOD):
        return (self.staple("sub-server", "sub", *GOOD), self.staple("sub", "ca", *sub_options))

    def mute(self, name):
        """The error line about the server's certificate, which names no responder."""
        return f"{name} [1]: the certificate names no responder; use --url (RFC 6960 3.1)\n"


class EachTest(ChainCase):
    def test_each_has_its_own(self):
        name = self.gnutls(self.both())
        self.assertEqual(self.rows(0, "--chain", name, error=self.mute(name)), [
            ("[1]", "good", "staple"), ("[1]", "not-verified", "-"),
            ("[2]", "good", "staple"), ("[2]", "good", self.url)])

    def test_tls_1_2_has_the_first_only(self):
        name = self.gnutls(self.both(), version="1.2")
        self.assertEqual(self.rows(0, "--chain", name, error=self.mute(name)), [
            ("[1]", "good", "staple"), ("[1]", "not-verified", "-"),
            ("[2]", "no-staple", "staple"), ("[2]", "good", self.url)])

    def test_openssl_sends_the_first_only(self):
        staple = self.staple("sub-server", "sub", *GOOD)
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version=version):
                name = self.openssl_server(staple, version)
                rows = self.rows(0, "--chain", name, error=self.mute(name))
                self.assertEqual([row[1] for row in rows],
                                 ["good", "not-verified", "no-staple", "good"])

    def test_first_only_without_chain(self):
        """A bad staple of another is not looked at."""
        name = self.gnutls(self.both(UNKNOWN))
        self.assertEqual(self.rows(0, name, error=f"{name}: the certificate names no responder; "
                                                  "use --url (RFC 6960 3.1)\n"),
                         [("", "good", "staple"), ("", "not-verified", "-")])

    def test_unknown(self):
        name = self.gnutls(self.both(UNKNOWN))
        rows = self.rows(2, "--chain", name, error=self.mute(name) + f"{name} [2]: unknown to the "
                                                                     "responder (RFC 6960 2.2)\n")
        self.assertEqual([row[1] for row in rows], ["good", "not-verified", "unknown", "good"])

    def test_not_believed(self):
        """A CA of the same name has signed it."""
        self.succeed("respond", "--issuer", "stranger.pem", "--key", "stranger.key", "--serial",
                     "0x1004", *GOOD, "--out", "forged.resp")
        name = self.gnutls((self.staple("sub-server", "sub", *GOOD), "forged.resp"))
        rows = self.rows(3, "--chain", name, error=self.mute(name) + f"{name} [2]: the staple is "
                         "not believed: no SingleResponse is about the certificate (RFC 6960 "
                         "3.2)\n")
        self.assertEqual([row[1] for row in rows],
                         ["good", "not-verified", "not-verified", "good"])

    def test_order_of_the_staples(self):
        """The server finds out which is whose, and so do we."""
        name = self.gnutls(self.both(UNKNOWN)[::-1])
        rows = self.rows(2, "--chain", name, error=self.mute(name) + f"{name} [2]: unknown to the "
                                                                     "responder (RFC 6960 2.2)\n")
        self.assertEqual([row[1] for row in rows], ["good", "not-verified", "unknown", "good"])

    def test_second_only(self):
        name = self.gnutls((self.staple("sub", "ca", *GOOD),))
        rows = self.rows(3, "--chain", name, error=self.mute(name))
        self.assertEqual([row[1] for row in rows], ["no-staple", "not-verified", "good", "good"])

    def test_by_certificate_and_not_by_place(self):
        """The chain that is verified has another certificate of the same CA than the one that
        was sent: the staple of that is not its staple."""
        self.openssl("x509", "-req", "-in", "sub.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                     "-set_serial", "0x1000", "-days", "30", "-extfile", "sub.ext", "-out",
                     "renewed.pem")
        self.write("trusted.pem", self.path("ca.pem").read_bytes()
                   + self.path("renewed.pem").read_bytes())
        name = self.gnutls(self.both())
        one, two = self.check_json(0, "--ca", "trusted.pem", "--chain", name,
                                   error=self.mute(name))
        self.assertEqual((one["serial"]["hex"], two["serial"]["hex"]), ("1000", "1000"))
        self.assertEqual([answer["verdict"] for answer in one["answers"]],
                         ["good", "not-verified"])
        self.assertEqual([answer["verdict"] for answer in two["answers"]], ["no-staple", "good"])

    def test_as_sent_when_nothing_is_verified(self):
        name = self.gnutls(self.both())
        lines = self.check(0, "--insecure-no-chain-check", "--chain", name, error=self.mute(name))
        self.assertEqual([re.split("  +", line)[1] for line in lines[1:]],
                         ["good", "not-verified", "good", "good"])


class MustStapleTest(ChainCase):
    """An issuer's certificate that demands a staple."""

    DEMANDED = "missing staple, which the certificate requires (RFC 7633 4.2.3.1)\n"

    def test_missing(self):
        name = self.gnutls((self.staple("strict-server", "strict", *GOOD),), name="strict")
        rows = self.rows(3, "--chain", name,
                         error=self.mute(name) + f"{name} [2]: {self.DEMANDED}")
        self.assertEqual([row[1] for row in rows], ["good", "not-verified", "no-staple", "good"])

    def test_there(self):
        name = self.gnutls((self.staple("strict-server", "strict", *GOOD),
                            self.staple("strict", "ca", *GOOD)), name="strict")
        rows = self.rows(0, "--chain", name, error=self.mute(name))
        self.assertEqual([row[1] for row in rows], ["good", "not-verified", "good", "good"])

    def test_not_looked_at_without_chain(self):
        name = self.gnutls((self.staple("strict-server", "strict", *GOOD),), name="strict")
        self.rows(0, name, error=f"{name}: the certificate names no responder; use --url (RFC "
                                 "6960 3.1)\n")


class FormTest(ChainCase):
    def test_json(self):
        name = self.gnutls(self.both(UNKNOWN))
        objects = self.check_json(2, "--ca", "ca.pem", "--chain", name,
                                  error=self.mute(name) + f"{name} [2]: unknown to the responder "
                                                          "(RFC 6960 2.2)\n")
        self.assertEqual(
            [(o["certificate"], o["verdict"], [(a.get("from"), a["verdict"], a["counted"])
                                               for a in o["answers"]]) for o in objects],
            [(1, "good", [("staple", "good", True), (None, "not-verified", False)]),
             (2, "unknown", [("staple", "unknown", True), ("responder", "good", True)])])

    def test_nagios(self):
        name = self.gnutls(self.both(UNKNOWN))
        done = self.run_ocsp("check", "--nagios", "--ca", "ca.pem", "--chain", name)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout.decode(),
                         f"OCSP CRITICAL - 1 of 2 good; {name} [2]: unknown to the responder (RFC "
                         "6960 2.2) | good=1 revoked=0 unknown=1 "
                         "not_verified=0\n")

    def test_prometheus(self):
        name = self.gnutls(self.both(UNKNOWN))
        done = self.run_ocsp("check", "--prometheus", "--ca", "ca.pem", "--chain", name)
        text = done.stdout.decode()
        for number, status in ((1, 0), (2, 2)):
            self.assertIn(f'ocsp_check_status{{target="{name}",certificate="{number}"}} {status}\n',
                          text)


if __name__ == "__main__":
    unittest.main()

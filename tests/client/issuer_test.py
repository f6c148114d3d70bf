# SPDX-License-Identifier: MIT
#
# The issuer's certificate, fetched from the address in the certificate.
"""Tests of oc_client_fetch_issuer()."""

import unittest

from client_case import ClientCase

NOT_SIGNED = "cannot find the certificate that signed this one (RFC 5280 4.2.2.1)"


class IssuerTest(ClientCase):
    def make_all(self):
        super().make_all()
        # Another key with the name of the CA.
        self.make_ca("namesake", subject="/CN=ca")
        everything = "".join(self.path(f"{name}.pem").read_text()
                             for name in ("other", "namesake", "leaf", "ca"))
        self.write("all.pem", everything)
        wrong = everything.replace(self.path("ca.pem").read_text(), "")
        self.write("wrong.pem", wrong)
        self.write("namesakes.pem", self.path("namesake.pem").read_text() * 20
                   + self.path("ca.pem").read_text())
        for form in ("DER", "PEM"):
            self.openssl("crl2pkcs7", "-nocrl", "-certfile", "all.pem", "-outform", form, "-out",
                         f"all.p7.{form.lower()}")
        self.openssl("crl2pkcs7", "-nocrl", "-certfile", "wrong.pem", "-outform", "DER", "-out",
                     "wrong.p7.der")

    def setUp(self):
        super().setUp()
        for name in ("ca.der", "ca.pem", "all.pem", "wrong.pem", "all.p7.der", "all.p7.pem",
                     "wrong.p7.der", "leaf.der", "namesake.pem", "namesakes.pem"):
            self.server.answers[name] = self.path(name).read_bytes()
        self.server.answers["text"] = b"text\n" + self.server.answers["all.pem"] + b"more"
        self.server.answers["cut"] = self.server.answers["ca.der"][:-1]
        self.server.answers["nothing-signed"] = bytes.fromhex("300b06092a864886f70d010702")

    def fetch(self, *urls):
        urls = [url if ":" in url else self.server.url(url) for url in urls]
        cert = self.with_urls(*urls, method="caIssuers") if urls else "leaf.der"
        one, = self.run_driver("--flag", "fetch", "ca.der", cert)
        return one

    def found(self, *urls):
        one = self.fetch(*urls)
        size = len(self.path("ca.der").read_bytes())
        self.assertEqual((one["code"], one["names"], one["len"]), ("ok", True, size))

    def missed(self, what, *urls):
        one = self.fetch(*urls)
        self.assertEqual((one["code"], one["what"], one["len"]), ("read", what, 0))

    def test_forms(self):
        for name in ("ca.der", "ca.pem", "all.pem", "all.p7.der", "all.p7.pem", "text"):
            with self.subTest(name=name):
                self.found(f"file/{name}")

    def test_redirect(self):
        self.found("redirect/3/file/ca.der")

    def test_next_address(self):
        self.found("ldap://127.0.0.1/cn=ca", "status/404", "file/wrong.pem", "file/ca.der")

    def test_address_stays_as_it_is(self):
        self.found("file/ca.der")
        request, = self.server.requests
        self.assertEqual((request.method, request.target), ("GET", "/file/ca.der"))

    def test_not_the_issuer(self):
        for name in ("wrong.pem", "wrong.p7.der", "namesake.pem", "leaf.der", "garbage", "cut",
                     "one", "good", "nothing-signed"):
            with self.subTest(name=name):
                self.missed(NOT_SIGNED, f"file/{name}")

    def test_too_many_to_try(self):
        self.missed(NOT_SIGNED, "file/namesakes.pem")

    def test_no_address(self):
        self.missed("the certificate does not say where its issuer's is (RFC 5280 4.2.2.1)")

    def test_failures(self):
        for path, what in (
                ("ftp://127.0.0.1/", "invalid address of the issuer's certificate"),
                ("hang", "timeout while fetching the issuer's certificate"),
                ("status/404", "unexpected HTTP status at the address of the issuer's certificate"),
                ("file/empty", "empty reply at the address of the issuer's certificate"),
                ("endless/200", "oversized reply at the address of the issuer's certificate"),
                ("loop", "too many redirects, or an invalid one, at the address of the issuer's certificate"),
                ("http://127.0.0.1:1/",
                 "cannot reach the address of the issuer's certificate"),
                ("close", "connection lost while fetching the issuer's certificate"),
                ("gzip/ca.der",
                 "unexpected Content-Encoding of the issuer's certificate")):
            with self.subTest(path=path):
                self.missed(what, path)


if __name__ == "__main__":
    unittest.main()

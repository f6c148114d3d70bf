# SPDX-License-Identifier: MIT
#
# What `ocsp show` prints: both forms of requests, responses, certificates and CRLs, colour,
# hostile content, and the answers of a real responder, `openssl ocsp`.
"""Tests of ocsp show."""

import json
import os
import pty
import subprocess
import unittest

from support import (Case, ISSUER, LEAF, OCSP, REVOKED, SEED, UNKNOWN, at,
                     cert_id, der_of, error_response, extension, name, oid, pem, request, response,
                     single, tlv)

NONCE = "1.3.6.1.5.5.7.48.1.2"
ECDSA = {"oid": "1.2.840.10045.4.3.2", "name": "ecdsa-with-SHA256"}
SHA1_JSON = {"oid": "1.3.14.3.2.26", "name": "sha1", "parameters": "0500"}
ID_JSON = {"serial": {"hex": "1234", "decimal": "4660"}, "issuer_name_hash": "aa" * 20,
           "issuer_key_hash": "bb" * 20, "hash_algorithm": SHA1_JSON}
CN = "2.5.4.3"
CONTROLS = "\x1b\x07\x7f\u009b\u202e\u2028"
ESCAPES = "\x1b[31m\x07\x7f\u009b2J\u202e\u2028\n"


def uri(text):
    return tlv(0x86, text)


class MessageTest(Case):
    """Whole messages."""

    def test_founding_request(self):
        der = (SEED / "request.der").read_bytes()
        self.write("request.der", der)
        self.assertEqual(self.json("request.der"), {
            "file": "request.der", "type": "request", "octets": 88,
            "requests": [{
                "cert_id": {
                    "serial": {"hex": "98d9e5c0b4c373552df77c5d0f1eb5128e4945f9",
                               "decimal": "872625873161273451176241581705670534707360122361"},
                    "issuer_name_hash": "38ca468c07448df48196c76d6d4c70519e60a7bd",
                    "issuer_key_hash": "7975bb843acb2cde7a09be311b43bc1c2a4d5358",
                    "hash_algorithm": SHA1_JSON},
                "extensions": []}],
            "extensions": [], "signed": False, "deviations": []})
        text = self.succeed("show", "request.der").decode()
        self.assertIn("0x98d9e5c0b4c373552df77c5d0f1eb5128e4945f9 "
                      "(decimal 872625873161273451176241581705670534707360122361)", text)

    def test_response_text(self):
        der = response(
            single() + single(REVOKED, b"\x00\xff") + single(UNKNOWN, b"\x05", next_update=False),
            extensions=extension(NONCE, tlv(0x04, b"\x01\x02\x03\x04")) +
            extension("1.2.3.4", b"http://example" + bytes(range(4)), critical=True))
        self.write("resp.der", der)
        self.assertEqual(self.succeed("show", "resp.der").decode(), f"""\
resp.der: OCSP response, {len(der)} bytes
  Status                  successful
  Response type           basicOCSPResponse (1.3.6.1.5.5.7.48.1.1)
  Responder key hash      4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b
  Produced at             2024-01-01T12:00:00Z
  Response 1 of 3
    Status                good
    This update           2024-01-01T12:00:00Z
    Next update           2024-01-08T12:00:00Z
    Serial                0x1234 (decimal 4660)
    Issuer name hash      aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    Issuer key hash       bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    Hash algorithm        sha1 (1.3.14.3.2.26)
  Response 2 of 3
    Status                revoked
    Revocation time       2023-06-01T12:00:00Z
    Revocation reason     keyCompromise (1)
    This update           2024-01-01T12:00:00Z
    Next update           2024-01-08T12:00:00Z
    Serial                0xff (decimal 255)
    Issuer name hash      aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    Issuer key hash       bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    Hash algorithm        sha1 (1.3.14.3.2.26)
  Response 3 of 3
    Status                unknown
    This update           2024-01-01T12:00:00Z
    Next update           not given
    Serial                0x05 (decimal 5)
    Issuer name hash      aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    Issuer key hash       bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    Hash algorithm        sha1 (1.3.14.3.2.26)
  Extension               nonce (1.3.6.1.5.5.7.48.1.2)
    Value                 01020304
  Extension               other (1.2.3.4), critical
    Value                 18 bytes
      68 74 74 70 3a 2f 2f 65 78 61 6d 70 6c 65 00 01  |http://example..|
      02 03                                            |..|
  Signature algorithm     ecdsa-with-SHA256 (1.2.840.10045.4.3.2)
  Signature               20 bytes, cccccccccccccccccccccccccccccccc...
""")

    def test_response_json(self):
        der = response(
            single(REVOKED, extensions=extension("2.5.29.24", at(2023, 5, 1))),
            responder=tlv(0xA1, name((CN, 0x0C, "Zoë, CA".encode()), ("2.5.4.6", 0x13, b"CH"))))
        self.write("resp.der", der)
        self.assertEqual(self.json("resp.der"), {
            "file": "resp.der", "type": "response", "octets": len(der), "status": "successful",
            "response_type": {"oid": "1.3.6.1.5.5.7.48.1.1", "name": "basicOCSPResponse"},
            "responder_name": "C=CH,CN=Zoë\\, CA", "produced_at": "2024-01-01T12:00:00Z",
            "responses": [{
                "status": "revoked", "revocation_time": "2023-06-01T12:00:00Z",
                "revocation_reason": {"code": 1, "name": "keyCompromise"},
                "this_update": "2024-01-01T12:00:00Z", "next_update": "2024-01-08T12:00:00Z",
                "cert_id": ID_JSON,
                "extensions": [{"name": "invalidityDate", "oid": "2.5.29.24", "critical": False,
                                "value": "2023-05-01T12:00:00Z"}]}],
            "extensions": [], "signature_algorithm": ECDSA, "signature": "cc" * 20,
            "certificates": [], "deviations": []})

    def test_next_update_absent(self):
        self.write("m", response(single(next_update=False)))
        self.assertIsNone(self.json("m")["responses"][0]["next_update"])

    def test_error_statuses(self):
        names = {1: "malformedRequest", 2: "internalError", 3: "tryLater", 5: "sigRequired",
                 6: "unauthorized"}
        for number, status in names.items():
            self.write("m", error_response(number))
            self.assertEqual(self.json("m"), {"file": "m", "type": "response", "octets": 5,
                                              "status": status, "deviations": []})
            self.assertEqual(self.succeed("show", "m").decode(),
                             f"m: OCSP response, 5 bytes\n  Status                  {status}\n")

    def test_response_of_other_type(self):
        self.write("m", tlv(0x30, b"\x0a\x01\x00", tlv(0xA0, tlv(0x30, oid("1.2.3"),
                                                                tlv(0x04, b"\x01\x02")))))
        self.assertEqual(self.json("m"), {
            "file": "m", "type": "response", "octets": 17, "status": "successful",
            "response_type": {"oid": "1.2.3"}, "response": "0102", "deviations": []})
        self.assertTrue(self.succeed("show", "m").decode().endswith(
            "  Response type           1.2.3\n  Response                2 bytes\n"
            "    01 02                                            |..|\n"))

    def test_signed_request(self):
        data = tlv(0x30, tlv(0xA1, tlv(0xA4, name((CN, 0x0C, b"me")))),
                   tlv(0x30, tlv(0x30, cert_id())))
        signature = tlv(0x30, tlv(0x30, oid("1.2.840.10045.4.3.2")), tlv(0x03, b"\x00\xdd\xdd"),
                        tlv(0xA0, tlv(0x30, der_of(LEAF))))
        self.write("m", tlv(0x30, data, tlv(0xA0, signature)))
        message = self.json("m")
        self.assertEqual(message["requestor_name"], {"kind": "directory_name", "value": "CN=me"})
        self.assertEqual((message["signed"], message["signature"]), (True, "dddd"))
        self.assertEqual(message["certificates"][0]["serial"], {"hex": "3f20", "decimal": "16160"})
        self.assertIn("  Requestor name          Directory name: CN=me\n  Request 1 of 1\n",
                      self.succeed("show", "m").decode())

    def test_no_single_requests(self):
        self.write("m", request(b""))
        self.assertEqual(self.succeed("show", "m").decode(),
                         "m: OCSP request, 6 bytes\n"
                         "  Requests                none\n  Signed                  no\n")

    def test_certificate(self):
        leaf = self.json(LEAF)
        for long_value in ("public_key", "signature"):
            self.assertRegex(leaf.pop(long_value), r"\A([0-9a-f]{2}){256,}\Z")
        rsa = {"oid": "1.2.840.113549.1.1.1", "name": "rsaEncryption", "parameters": "0500"}
        self.assertEqual(leaf, {
            "file": LEAF, "type": "certificate", "octets": 1473,
            "subject": "CN=www.cryptography.io,OU=Domain Control Validated - RapidSSL(R),"
                       "OU=See www.rapidssl.com/resources/cps (c)14,OU=GT48742965",
            "issuer": "CN=RapidSSL SHA256 CA - G3,O=GeoTrust Inc.,C=US",
            "serial": {"hex": "3f20", "decimal": "16160"},
            "not_before": "2014-10-15T12:09:32Z", "not_after": "2018-11-16T01:15:03Z",
            "ocsp_addresses": ["http://gv.symcd.com"],
            "issuer_addresses": ["http://gv.symcb.com/gv.crt"],
            "must_staple": False, "must_staple_v2": False, "ca": False, "ocsp_signing": False,
            "ocsp_nocheck": False, "has_unread_critical": False, "key_algorithm": rsa,
            "authority_key_id": "c39cf3fcd3460834bbce467fa07c5bf3e208cb59",
            "key_usage": ["digitalSignature", "keyEncipherment"],
            "key_purposes": [{"oid": "1.3.6.1.5.5.7.3.1", "name": "serverAuth"},
                             {"oid": "1.3.6.1.5.5.7.3.2", "name": "clientAuth"}],
            "version": 3,
            "signature_algorithm": {"oid": "1.2.840.113549.1.1.11",
                                    "name": "sha256WithRSAEncryption", "parameters": "0500"},
            "deviations": []})

    def test_certificate_extensions(self):
        self.make_ca("ca")
        self.make_cert("staple", "ca", 7, """\
tlsfeature=status_request,status_request_v2
extendedKeyUsage=OCSPSigning,1.2.3.4
noCheck=ignored
authorityInfoAccess=OCSP;URI:http://a/,OCSP;URI:http://b/,caIssuers;URI:http://c/,OCSP;DNS:d
nameConstraints=critical,permitted;DNS:x
""")
        cert = self.json("staple.pem")
        for flag in ("must_staple", "must_staple_v2", "ocsp_signing", "ocsp_nocheck",
                     "has_unread_critical"):
            self.assertIs(cert[flag], True, flag)
        self.assertEqual(cert["ocsp_addresses"], ["http://a/", "http://b/"])
        self.assertEqual(cert["issuer_addresses"], ["http://c/"])
        self.assertEqual(cert["other_access"], [{
            "method": {"oid": "1.3.6.1.5.5.7.48.1", "name": "OCSP"},
            "location": {"kind": "dns", "value": "d"}}])
        self.assertEqual(cert["key_purposes"], [{"oid": "1.3.6.1.5.5.7.3.9", "name": "OCSPSigning"},
                                                {"oid": "1.2.3.4"}])
        text = self.succeed("show", "staple.pem").decode()
        self.assertIn("\n  OCSP addresses          http://a/\n"
                      "                          http://b/\n", text)
        self.assertIn("\n  Other access            OCSP (1.3.6.1.5.5.7.48.1) at DNS name: d\n",
                      text)
        self.assertIn("\n  OCSP no check           yes\n", text)

    def test_certificate_in_response_that_does_not_parse(self):
        self.write("m", response(single(), certs=der_of(ISSUER) + tlv(0x30, b"\x02\x01\x05")))
        good, bad = self.json("m")["certificates"]
        self.assertEqual(good["serial"], {"hex": "023a77", "decimal": "146039"})
        self.assertEqual(bad["der"], "3003020105")
        self.assertEqual(bad["error"]["offset"], 2)
        self.assertRegex(bad["error"]["what"], r"\ATBSCertificate .*\(RFC 5280 4\.1\)\Z")
        self.assertIn("  Certificate 2 of 2\n    Unreadable            byte 2: TBSCertificate ",
                      self.succeed("show", "m").decode())


def entry(serial, *extensions, year=2023):
    more = tlv(0x30, *extensions) if extensions else b""
    return tlv(0x30, tlv(0x02, serial), at(year), more)


def crl(*parts, version=b"\x02\x01\x01"):
    """A CRL of which everything behind thisUpdate is given."""
    algorithm = tlv(0x30, oid("1.2.840.10045.4.3.2"))
    tbs = tlv(0x30, version, algorithm, name((CN, 0x0C, b"CA")), at(2024), *parts)
    return tlv(0x30, tbs, algorithm, tlv(0x03, b"\x00" + b"\xcc" * 20))


REASON = extension("2.5.29.21", b"\x0a\x01\x01")
INVALIDITY = extension("2.5.29.24", at(2022))
NUMBER = extension("2.5.29.20", b"\x02\x01\x07")
SCOPE = tlv(0x30, tlv(0xA0, tlv(0xA0, uri(b"http://ca/1.crl"))), b"\x81\x01\xff",
            b"\x83\x02\x05\x60")
ENTRIES = tlv(0x30, entry(b"\x12\x34", REASON, INVALIDITY), entry(b"\x05"),
              entry(b"\x12\x34", year=2022))


class CrlTest(Case):
    """CRLs: their head, and the entries that are asked for."""

    def test_text(self):
        der = crl(at(2024, 1, 8), ENTRIES, tlv(0xA0, tlv(
            0x30, NUMBER, extension("2.5.29.28", SCOPE, critical=True))))
        self.write("ca.crl", der)
        head = f"""\
ca.crl: CRL, {len(der)} bytes
  Issuer                  CN=CA
  This update             2024-01-01T12:00:00Z
  Next update             2024-01-08T12:00:00Z
  Number                  0x07 (decimal 7)
  Issuing distribution point
    Full name             URI: http://ca/1.crl
    Only user certs       yes
    Only some reasons     keyCompromise, cACompromise
  Revocation count        3
"""
        revocations = """\
  Revocation 1 of 2
    Serial                0x1234 (decimal 4660)
    Revocation time       2023-01-01T12:00:00Z
    Revocation reason     keyCompromise (1)
    Invalidity date       2022-01-01T12:00:00Z
    Extension             reasonCode (2.5.29.21)
      Value               keyCompromise (1)
    Extension             invalidityDate (2.5.29.24)
      Value               2022-01-01T12:00:00Z
  Revocation 2 of 2
    Serial                0x1234 (decimal 4660)
    Revocation time       2022-01-01T12:00:00Z
"""
        tail = f"""\
  Extension               cRLNumber (2.5.29.20)
    Value                 020107
  Extension               issuingDistributionPoint (2.5.29.28), critical
    Value                 {SCOPE.hex()}
  Version                 2
  Signature algorithm     ecdsa-with-SHA256 (1.2.840.10045.4.3.2)
  Signature               20 bytes, cccccccccccccccccccccccccccccccc...
"""
        none = "  Revocations             none\n"
        self.assertEqual(self.succeed("show", "ca.crl").decode(), head + tail)
        for serial in (("0x1234",), ("4660", "--decimal"), ("12:34",), ("1234", "--hex")):
            self.assertEqual(self.succeed("show", "--serial", *serial, "ca.crl").decode(),
                             head + revocations + tail)
        self.assertEqual(self.succeed("show", "--serial", "0x34", "ca.crl").decode(),
                         head + none + tail)

    def test_json(self):
        more = [extension("2.5.29.27", b"\x02\x01\x03", critical=True), NUMBER,
                extension("2.5.29.60", at(2020)), extension("1.3.6.1.4.1.311.21.4", b"\x05\x00"),
                extension("2.5.29.35", tlv(0x30, tlv(0x80, b"\xaa\xbb"))),
                extension("1.2.3", b"\x05\x00", critical=True)]
        der = crl(ENTRIES, tlv(0xA0, tlv(0x30, *more)))
        self.write("delta.crl", der)
        self.assertEqual(self.json("delta.crl", "--serial", "0x5"), {
            "file": "delta.crl", "type": "crl", "octets": len(der), "issuer": "CN=CA",
            "this_update": "2024-01-01T12:00:00Z", "next_update": None,
            "number": {"hex": "07", "decimal": "7"}, "base_number": {"hex": "03", "decimal": "3"},
            "expired_certs": "2020-01-01T12:00:00Z", "revocation_count": 3,
            "revocations": [{"serial": {"hex": "05", "decimal": "5"},
                             "revocation_time": "2023-01-01T12:00:00Z",
                             "has_unreadable_extensions": False, "extensions": []}],
            "extensions": [
                {"name": text, "oid": dotted, "critical": critical, "value": value}
                for text, dotted, critical, value in (
                    ("deltaCRLIndicator", "2.5.29.27", True, "020103"),
                    ("cRLNumber", "2.5.29.20", False, "020107"),
                    ("expiredCertsOnCRL", "2.5.29.60", False, at(2020).hex()),
                    ("crlNextPublish", "1.3.6.1.4.1.311.21.4", False, "0500"),
                    ("authorityKeyIdentifier", "2.5.29.35", False, "30048002aabb"),
                    ("other", "1.2.3", True, "0500"))],
            "has_unread_critical": True, "authority_key_id": "aabb", "version": 2,
            "signature_algorithm": ECDSA, "signature": "cc" * 20, "deviations": []})
        self.assertNotIn("revocations", self.json("delta.crl"))

    def test_scope(self):
        scope = tlv(0x30, tlv(0xA0, tlv(0xA1, b"\x30\x00")), b"\x82\x01\xff", b"\x84\x01\xff",
                    b"\x85\x01\xff")
        self.write("m", crl(tlv(0xA0, tlv(0x30, extension("2.5.29.28", scope)))))
        self.assertEqual(self.json("m")["issuing_distribution_point"], {
            "relative_name": "3000", "only_user_certs": False, "only_ca_certs": True,
            "only_attribute_certs": True, "indirect_crl": True})
        self.assertIn("  Issuing distribution point\n    Relative name         3000\n"
                      "    Only CA certs         yes\n    Only attribute certs  yes\n"
                      "    Indirect CRL          yes\n", self.succeed("show", "m").decode())

    def test_detected(self):
        for der, version in ((crl(), 2), (crl(version=b""), 1),
                             (crl(at(2024, 1, 8), tlv(0x30, entry(b"\x05")), version=b""), 1)):
            for content in (der, pem("X509 CRL", der), der.hex()):
                self.write("m", content)
                self.assertEqual(self.json("m")["version"], version)

    def test_empty_list(self):
        self.write("m", crl(tlv(0x30)))
        self.assertEqual(self.json("m")["deviations"], ["list-empty"])

    def test_malformed(self):
        self.write("m", crl(tlv(0x30, tlv(0x30))))
        self.fail_with(65, "m: byte 55: userCertificate is not an INTEGER (RFC 5280 5.1): missing\n",
                       "show", "m")

    def shown_entry(self, content, *expect_text, deviations):
        """The only entry, whose number is 5, in JSON."""
        self.write("m", crl(tlv(0x30, tlv(0x30, b"\x02\x01\x05", content))))
        text = self.succeed("show", "--serial", "0x05", "m").decode()
        for line in expect_text:
            self.assertIn(f"\n{line}\n", text)
        self.assertIn(f"  Deviations              {', '.join(deviations)}\n", text)
        shown = self.json("m", "--serial", "0x05")
        self.assertEqual(shown["deviations"], deviations)
        self.assertEqual(len(shown["revocations"]), 1)
        return shown["revocations"][0]

    def test_entry_without_date(self):
        shown = self.shown_entry(b"", "    Revocation time       unreadable",
                                 deviations=["entry-date"])
        self.assertEqual(shown, {"serial": {"hex": "05", "decimal": "5"}, "revocation_time": None,
                                 "has_unreadable_extensions": False, "extensions": []})

    def test_entry_with_wrong_date(self):
        shown = self.shown_entry(tlv(0x17, b"241301000000Z") + tlv(0x30, REASON),
                                 "    Revocation time       unreadable",
                                 "    Revocation reason     keyCompromise (1)",
                                 deviations=["entry-date"])
        self.assertIsNone(shown["revocation_time"])
        self.assertEqual(shown["revocation_reason"]["code"], 1)

    def test_entry_with_wrong_reason(self):
        odd = extension("2.5.29.21", b"\x02\x01\x01")
        shown = self.shown_entry(at(2023) + tlv(0x30, INVALIDITY, odd),
                                 "    Revocation time       2023-01-01T12:00:00Z",
                                 "    Unreadable extensions yes",
                                 deviations=["entry-extension"])
        self.assertIs(shown["has_unreadable_extensions"], True)
        self.assertNotIn("revocation_reason", shown)
        self.assertEqual(shown["invalidity_date"], "2022-01-01T12:00:00Z")
        self.assertEqual([one["name"] for one in shown["extensions"]], ["invalidityDate"])

    def test_entry_with_both(self):
        self.shown_entry(b"\x05\x00\x05", "    Revocation time       unreadable",
                         "    Unreadable extensions yes",
                         deviations=["entry-date", "entry-extension"])

    def test_removal_in_complete_crl(self):
        removal = extension("2.5.29.21", b"\x0a\x01\x08")
        self.write("m", crl(tlv(0x30, entry(b"\x05", removal))))
        shown = self.json("m", "--serial", "0x05")
        self.assertEqual(shown["revocations"][0]["revocation_reason"],
                         {"code": 8, "name": "removeFromCRL"})
        self.assertEqual(shown["deviations"], [])
        self.assertIn("    Revocation reason     removeFromCRL (8)\n",
                      self.succeed("show", "--serial", "0x05", "m").decode())

    def test_serial_is_no_number(self):
        self.write("m", crl())
        done = self.run_ocsp("show", "--serial", "x", "m")
        self.assertEqual(done.returncode, 64)
        self.assertIn(b'--serial: invalid serial number "x": write it like 0x01aa or 01:aa', done.stderr)

    def test_not_a_crl(self):
        self.write("m", request(tlv(0x30, cert_id())))
        self.assertEqual(self.json("m", "--serial", "0x5"), self.json("m"))

    def test_made_by_openssl(self):
        self.make_ca("ca")
        self.write("index.txt", "R\t400101000000Z\t240101000000Z,keyCompromise\t1000\tunknown\t"
                   "/CN=a\n")
        self.write("number", "01\n")
        self.write("crl.cnf", "[ca]\ndefault_ca = one\n[one]\ndatabase = index.txt\n"
                   "crlnumber = number\ndefault_md = sha256\ndefault_crl_days = 30\n"
                   "certificate = ca.pem\nprivate_key = ca.key\n")
        self.openssl("ca", "-config", "crl.cnf", "-gencrl", "-out", "crl.pem")
        shown = self.json("crl.pem", "--serial", "0x1000")
        self.assertEqual(shown["number"]["decimal"], "1")
        self.assertEqual(shown["revocations"][0]["revocation_reason"],
                         {"code": 1, "name": "keyCompromise"})


class ValueTest(Case):
    """Parts of messages."""

    def value_of(self, dotted, value):
        """The extension, which must be shown with its name, and its text lines."""
        self.write("m", request(tlv(0x30, cert_id()), extensions=extension(dotted, value)))
        shown = self.json("m")["extensions"][0]
        self.assertEqual((shown["oid"], shown["critical"]), (dotted, False))
        text = self.succeed("show", "m").decode()
        self.assertIn(f"\n  Extension               {shown['name']} ({dotted})\n", text)
        return shown.get("value"), text.split("  Extension ", 1)[1].split("\n", 1)[1]

    def serial_of(self, content):
        self.write("m", request(tlv(0x30, cert_id(content))))
        return self.json("m")["requests"][0]["cert_id"]["serial"]

    def test_serials(self):
        cases = {b"\x00": ("00", 0), b"\x7f": ("7f", 127), b"\x00\x80": ("80", 128),
                 b"\xff": ("-01", -1), b"\x80": ("-80", -128), b"\xff\x7f": ("-81", -129),
                 b"\x80\x00": ("-8000", -32768), b"\xfe\xff": ("-0101", -257)}
        for content, (digits, number) in cases.items():
            self.assertEqual(int.from_bytes(content, "big", signed=True), number)
            self.assertEqual(self.serial_of(content), {"hex": digits, "decimal": str(number)})

    def test_serial_long(self):
        self.assertEqual(self.serial_of(b"\x7f" * 64),
                         {"hex": "7f" * 64, "decimal": str(int.from_bytes(b"\x7f" * 64, "big"))})
        self.assertEqual(self.serial_of(b"\x7f" * 65), {"hex": "7f" * 65})

    def test_serial_of_a_mebibyte_takes_no_time(self):
        self.assertEqual(len(self.serial_of(b"\x7f" * (1 << 20))["hex"]), 2 << 20)

    def test_crl_reference(self):
        value, text = self.value_of("1.3.6.1.5.5.7.48.1.3", tlv(
            0x30, tlv(0xA0, tlv(0x16, b"http://crl/")), tlv(0xA1, b"\x02\x01\x09"),
            tlv(0xA2, at(2022))))
        self.assertEqual(value, {"url": "http://crl/", "number": {"hex": "09", "decimal": "9"},
                                 "time": "2022-01-01T12:00:00Z"})
        self.assertTrue(text.startswith("    Value\n      URL                 http://crl/\n"
                                        "      Number              0x09 (decimal 9)\n"), text)

    def test_acceptable_responses(self):
        value, text = self.value_of("1.3.6.1.5.5.7.48.1.4", tlv(
            0x30, oid("1.3.6.1.5.5.7.48.1.1"), oid("1.2.3")))
        self.assertEqual(value, [{"oid": "1.3.6.1.5.5.7.48.1.1", "name": "basicOCSPResponse"},
                                 {"oid": "1.2.3"}])
        self.assertTrue(text.startswith(
            "    Value                 basicOCSPResponse (1.3.6.1.5.5.7.48.1.1)\n"
            "                          1.2.3\n"), text)

    def test_archive_cutoff(self):
        self.assertEqual(self.value_of("1.3.6.1.5.5.7.48.1.6", at(1999, 12, 31))[0],
                         "1999-12-31T12:00:00Z")

    def test_service_locator(self):
        value, text = self.value_of("1.3.6.1.5.5.7.48.1.7", tlv(
            0x30, name((CN, 0x0C, b"CA")),
            tlv(0x30, tlv(0x30, oid("1.3.6.1.5.5.7.48.1"), uri(b"http://o/")))))
        self.assertEqual(value, {"issuer": "CN=CA", "locations": [{
            "method": {"oid": "1.3.6.1.5.5.7.48.1", "name": "OCSP"},
            "location": {"kind": "uri", "value": "http://o/"}}]})
        self.assertIn("      Locations           OCSP (1.3.6.1.5.5.7.48.1) at URI: http://o/\n",
                      text)

    def test_preferred_signatures(self):
        value, text = self.value_of("1.3.6.1.5.5.7.48.1.8", tlv(
            0x30, tlv(0x30, tlv(0x30, oid("1.2.840.10045.4.3.2")),
                      tlv(0x30, oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"))),
            tlv(0x30, tlv(0x30, oid("1.3.101.112")))))
        self.assertEqual(value, [
            {"signature_algorithm": ECDSA,
             "key_algorithm": {"oid": "1.2.840.10045.2.1", "name": "id-ecPublicKey",
                               "parameters": "06082a8648ce3d030107",
                               "parameters_oid": {"oid": "1.2.840.10045.3.1.7",
                                                  "name": "prime256v1"}}},
            {"signature_algorithm": {"oid": "1.3.101.112", "name": "ED25519"}}])
        self.assertTrue(text.startswith("    Value 1 of 2\n"), text)
        self.assertIn("id-ecPublicKey (1.2.840.10045.2.1), "
                      "prime256v1 (1.2.840.10045.3.1.7)\n", text)

    def test_extended_revoke(self):
        self.assertIsNone(self.value_of("1.3.6.1.5.5.7.48.1.9", b"\x05\x00")[0])

    def test_reason(self):
        self.assertEqual(self.value_of("2.5.29.21", b"\x0a\x01\x06")[0],
                         {"code": 6, "name": "certificateHold"})

    def test_certificate_issuer(self):
        names = {
            tlv(0x81, b"a@b"): ("email", "a@b"),
            tlv(0x82, b"host"): ("dns", "host"),
            tlv(0xA4, name((CN, 0x0C, b"CA"))): ("directory_name", "CN=CA"),
            tlv(0x86, b"urn:x"): ("uri", "urn:x"),
            tlv(0x87, bytes([192, 0, 2, 1])): ("ip", "192.0.2.1"),
            tlv(0x87, bytes.fromhex("20010db8" + "00" * 11 + "01")): ("ip", "2001:db8::1"),
            tlv(0x87, b"\x01\x02\x03"): ("ip", "010203"),
            tlv(0x88, b"\x2a\x03"): ("registered_id", "1.2.3"),
            tlv(0xA0, b"\x06\x01\x2a"): ("other", "a00306012a"),
        }
        value, text = self.value_of("2.5.29.29", tlv(0x30, *names))
        self.assertEqual([(one["kind"], one["value"]) for one in value], list(names.values()))
        self.assertIn("    Value                 Email: a@b\n"
                      "                          DNS name: host\n", text)

    def test_name_that_cannot_be_decoded(self):
        broken = tlv(0x30, tlv(0x31, b"\x05\x00"))
        self.write("m", response(single(), responder=tlv(0xA1, broken)))
        self.assertEqual(self.json("m")["responder_name"], "#" + broken.hex())

    def test_oid_without_text(self):
        monster = tlv(0x06, b"\x2a" + b"\xff" * 30 + b"\x7f")
        self.write("m", request(tlv(0x30, cert_id(algorithm=tlv(0x30, monster)))))
        algorithm = self.json("m")["requests"][0]["cert_id"]["hash_algorithm"]
        self.assertEqual(algorithm, {"oid": "0x" + monster[2:].hex()})

    def test_hash_parameters(self):
        self.write("m", request(tlv(0x30, cert_id(algorithm=tlv(0x30, oid("1.3.14.3.2.26"))))))
        algorithm = self.json("m")["requests"][0]["cert_id"]["hash_algorithm"]
        self.assertEqual(algorithm, {"oid": "1.3.14.3.2.26", "name": "sha1"})

    def test_long_nonce_is_dumped(self):
        _, text = self.value_of(NONCE, tlv(0x04, b"\x5a" * 65))
        self.assertTrue(text.startswith("    Value                 65 bytes\n      5a 5a "), text)

    def test_inner_lists_are_capped(self):
        value, text = self.value_of("1.3.6.1.5.5.7.48.1.4",
                                    tlv(0x30, *(oid(f"1.2.{n}") for n in range(300))))
        self.assertEqual([one["oid"] for one in value], [f"1.2.{n}" for n in range(256)])
        self.assertEqual(self.json("m")["extensions"][0]["value_not_shown"], 44)
        self.assertIn("\n    Value not shown       44\n", text)

    def test_inner_lists_of_the_greatest_length(self):
        value, text = self.value_of("1.3.6.1.5.5.7.48.1.4",
                                    tlv(0x30, *(oid(f"1.2.{n}") for n in range(256))))
        self.assertEqual(len(value), 256)
        self.assertNotIn("not shown", text)

    def test_message_lists_are_whole(self):
        singles = b"".join(single(serial=n.to_bytes(4, "big", signed=True))
                           for n in range(0x01000000, 0x01000000 + 1000))
        self.write("m", response(singles))
        shown = self.json("m")["responses"]
        self.assertEqual([int(one["cert_id"]["serial"]["decimal"]) for one in shown],
                         list(range(0x01000000, 0x01000000 + 1000)))
        self.assertIn("\n  Response 1000 of 1000\n", self.succeed("show", "m").decode())

    def test_deviations(self):
        self.write("m", request(tlv(0x30, cert_id(b"\xff" + b"\x00" * 20)),
                                extensions=extension(NONCE, b"\x01\x02\x03")))
        self.assertEqual(self.json("m")["deviations"],
                         ["nonce-unwrapped", "serial-negative", "serial-long"])
        self.assertRegex(self.succeed("show", "m").decode(),
                         r"\n  Deviations              nonce-unwrapped, serial-negative, "
                         r"serial-long\n")


class HostileTest(Case):
    """Content that wants to speak to the terminal, or to break the output."""

    def assert_harmless(self, output):
        text = output.decode()
        for character in CONTROLS:
            self.assertNotIn(character, text)
        return text

    def show_both(self, file):
        text = self.assert_harmless(self.succeed("show", file))
        line, = self.succeed("show", "--json", file).decode("ascii").splitlines()
        for character in CONTROLS.replace("\x7f", ""):
            self.assertNotIn(character, line)
        return text, json.loads(line)

    def test_name(self):
        # As UTF8String every one of these characters is allowed.
        self.write("m", response(single(), responder=tlv(0xA1, name(
            (CN, 0x0C, ("evil" + ESCAPES).encode())))))
        text, message = self.show_both("m")
        self.assertIn("  Responder name          CN=evil\\1B[31m\\07\\7F\\u{009B}2J\\u{202E}"
                      "\\u{2028}\\0A\n", text)
        self.assertEqual(message["responder_name"],
                         "CN=evil\\1B[31m\\07\\7F\u009b2J\u202e\u2028\\0A")

    def test_address(self):
        hostile = b"http://x/" + ESCAPES.encode() + b"\xff\xc0\x80\xed\xa0\x80\x00/end"
        self.write("m", request(tlv(0x30, cert_id()), requestor=uri(hostile)))
        text, message = self.show_both("m")
        self.assertIn("URI: http://x/\\x1B[31m\\x07\\x7F\\u{009B}2J\\u{202E}\\u{2028}\\x0A"
                      "\\xff\\xc0\\x80\\xed\\xa0\\x80\\x00/end\n", text)
        self.assertEqual(message["requestor_name"]["value"],
                         "http://x/" + ESCAPES + "\\xff\\xc0\\x80\\xed\\xa0\\x80\0/end")

    def test_certificate(self):
        self.make_ca("ca", subject="/CN=\x1b[2Jca")
        self.make_cert("evil", "ca", 5, "authorityInfoAccess=OCSP;URI:http://\x1b]0;x\x07/\n",
                       subject="/CN=\x1b[31mred\u009b")
        text, cert = self.show_both("evil.pem")
        self.assertIn("\\1B[31mred", text)
        self.assertIn("http://\\x1B]0;x\\x07/", text)
        self.assertEqual(cert["ocsp_addresses"], ["http://\x1b]0;x\x07/"])

    def test_ascii_of_a_dump(self):
        self.write("m", request(tlv(0x30, cert_id()),
                                extensions=extension("1.2.3", b"\x1b[31m\x7f\x9b\x80")))
        text, _ = self.show_both("m")
        self.assertIn("|.[31m...|", text)

    def test_file_name(self):
        file = os.fsdecode(b"a\x1b[31m\n\xff\xc2\x9b.der")
        self.write(file, (SEED / "request.der").read_bytes())
        text, message = self.show_both(file)
        self.assertTrue(text.startswith("a\\x1B[31m\\x0A\\xFF\\u{009B}.der: OCSP request"), text)
        self.assertEqual(message["file"], "a\x1b[31m\n\\xff\u009b.der")

    def test_file_name_in_error(self):
        self.fail_with(65, "no\\x1B[31m\\x0A: No such file or directory\n", "show", "no\x1b[31m\n")

    def test_pem_label(self):
        self.write("m", pem("X\x1b[31m\x9b", b"\x30\x00").encode("latin-1"))
        self.fail_with(65, 'm: block 1: unsupported PEM label "X\\x1B[31m\\x9B"\n', "show", "m")


class SeveralTest(Case):
    """Several files, good ones and bad ones."""

    def test_one_bad(self):
        self.write("a", error_response(3))
        self.write("b", b"\x30\x03\x0a\x01\x04")
        self.write("c", error_response(6))
        done = self.run_ocsp("show", "a", "b", "nowhere", "c")
        self.assertEqual(done.returncode, 65)
        self.assertEqual(done.stderr.decode(),
                         "b: byte 2: responseStatus is not defined (RFC 6960 4.2.1)\n"
                         "nowhere: No such file or directory\n")
        self.assertEqual(done.stdout.decode(), """\
a: OCSP response, 5 bytes
  Status                  tryLater

c: OCSP response, 5 bytes
  Status                  unauthorized
""")

    def test_order_of_output_and_errors(self):
        self.write("a", error_response(3))
        both = self.shell('"$OCSP" show a nowhere a >both 2>&1; cat both').stdout.decode()
        self.assertRegex(both, r"\Aa: [^\0]*\nnowhere: No such[^\0]*\na: OCSP")

    def test_json_lines(self):
        self.write("two.pem", pem("OCSP RESPONSE", error_response(3)) + pem(
            "CERTIFICATE", der_of(LEAF)))
        self.write("one.der", error_response(6))
        lines = [json.loads(line) for line in
                 self.succeed("show", "--json", "two.pem", "one.der").splitlines()]
        self.assertEqual([(one["file"], one.get("block"), one["type"]) for one in lines],
                         [("two.pem", 1, "response"), ("two.pem", 2, "certificate"),
                          ("one.der", None, "response")])


class ColorTest(Case):
    """Colour, on a terminal only."""

    RED, GREEN, YELLOW, END = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"

    def on_terminal(self, *args, **env):
        """Returns what the command prints on a terminal."""
        terminal, end = pty.openpty()
        variables = {"TERM": "xterm", "NO_COLOR": "", **env}
        with subprocess.Popen([OCSP, "show", *args], cwd=self.dir, stdout=end,
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              env={**os.environ, **variables}) as process:
            os.close(end)
            output = b""
            while True:
                try:
                    part = os.read(terminal, 65536)
                except OSError:  # how Linux says that the other end was closed
                    break
                if not part:
                    break
                output += part
            error = process.stderr.read()
        os.close(terminal)
        self.assertEqual((process.returncode, error), (0, b""))
        return output.decode().replace("\r\n", "\n")

    def setUp(self):
        super().setUp()
        self.write("m", response(single() + single(REVOKED) + single(UNKNOWN)))
        self.write("e", error_response(3))
        self.plain = self.succeed("show", "m").decode()

    def test_terminal(self):
        expected = self.plain
        for word, color in (("good", self.GREEN), ("revoked", self.RED), ("unknown", self.YELLOW)):
            expected = expected.replace(f"Status                {word}",
                                        f"Status                {color}{word}{self.END}")
        self.assertEqual(expected.count("\x1b"), 6)
        self.assertEqual(self.on_terminal("m"), expected)

    def test_error_status(self):
        self.assertIn(f"  Status                  {self.RED}tryLater{self.END}\n",
                      self.on_terminal("e"))

    def test_no_color(self):
        self.assertEqual(self.on_terminal("m", NO_COLOR="1"), self.plain)

    def test_dumb_terminal(self):
        self.assertEqual(self.on_terminal("m", TERM="dumb"), self.plain)

    def test_json(self):
        self.assertNotIn("\x1b", self.on_terminal("--json", "m"))

    def test_no_terminal(self):
        self.assertNotIn("\x1b", self.plain)
        self.assertEqual(self.succeed("show", "m", env={"TERM": "xterm"}).decode(), self.plain)


class ResponderTest(Case):
    """The answers of openssl ocsp about certificates of a throw-away authority."""

    def setUp(self):
        super().setUp()
        self.make_ca("ca", subject="/O=Test/CN=Root")
        for serial, file in ((0x1001, "good"), (0x1002, "bad"), (0x1003, "lost")):
            self.make_cert(file, "ca", serial)
        self.make_cert("signer", "ca", 0x1004, "extendedKeyUsage=OCSPSigning\nnoCheck=ignored\n")
        self.write("index.txt",
                   "V\t491231235959Z\t\t1001\tunknown\t/CN=good\n"
                   "R\t491231235959Z\t240229103000Z,keyCompromise\t1002\tunknown\t/CN=bad\n")
        for file in ("good", "bad", "lost"):
            self.openssl("ocsp", "-index", "index.txt", "-rsigner", "signer.pem", "-rkey",
                         "signer.key", "-CA", "ca.pem", "-reqin", self.ask(file), "-respout",
                         f"{file}.resp", "-nmin", "60")

    def ask(self, file):
        self.succeed("request", "--nonce=00112233445566778899aabbccddeeff", "--out", f"{file}.req",
                     "--issuer", "ca.pem", f"{file}.pem")
        return f"{file}.req"

    def answer(self, file):
        message = self.json(f"{file}.resp")
        self.assertEqual((message["type"], message["status"]), ("response", "successful"))
        self.assertEqual(message["responder_name"],
                         "CN=signer")
        self.assertEqual(message["extensions"], [{
            "name": "nonce", "oid": NONCE, "critical": False,
            "value": "00112233445566778899aabbccddeeff"}])
        self.assertEqual(message["signature_algorithm"], ECDSA)
        cert, = message["certificates"]
        self.assertEqual((cert["subject"], cert["issuer"]), ("CN=signer", "CN=Root,O=Test"))
        self.assertEqual((cert["ocsp_signing"], cert["ocsp_nocheck"]), (True, True))
        shown, = message["responses"]
        self.assertEqual(shown["cert_id"], self.json(f"{file}.req")["requests"][0]["cert_id"])
        return shown

    def test_good(self):
        shown = self.answer("good")
        self.assertEqual((shown["status"], shown["cert_id"]["serial"]["hex"]), ("good", "1001"))
        self.assertLess(shown["this_update"], shown["next_update"])

    def test_revoked(self):
        shown = self.answer("bad")
        self.assertEqual(shown["status"], "revoked")
        self.assertEqual(shown["revocation_time"], "2024-02-29T10:30:00Z")
        self.assertEqual(shown["revocation_reason"], {"code": 1, "name": "keyCompromise"})
        self.assertIn("    Revocation reason     keyCompromise (1)\n",
                      self.succeed("show", "bad.resp").decode())

    def test_unknown(self):
        shown = self.answer("lost")
        self.assertEqual(shown["status"], "unknown")
        self.assertNotIn("revocation_time", shown)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
#
# `ocsp verify` on responses of `openssl ocsp` and on ones signed here: every exit
# status, each check that can fail, how the certificate in question and its issuer are
# found, times in every form, and the word of two other programs.
"""Tests of ocsp verify."""

import datetime
import hashlib
import json
import os
import pty
import re
import subprocess
import unittest

from support import EKU, OCSP, PreparedCase, VERIFY_USAGE, error_response, extension, oid, pem, tlv

NONCE = "1.3.6.1.5.5.7.48.1.2"
SHA256 = tlv(0x30, oid("2.16.840.1.101.3.4.2.1"), b"\x05\x00")
ECDSA = tlv(0x30, oid("1.2.840.10045.4.3.2"))
GOOD = b"\x80\x00"
UNKNOWN = b"\x82\x00"
CHECKS = ["response", "certificate", "signer", "signature", "critical_extensions", "times",
          "nonce"]
INDEX = ("V\t491231235959Z\t\t1000\tunknown\t/CN=leaf\n"
         "R\t491231235959Z\t230601120000Z,keyCompromise\t1001\tunknown\t/CN=bad\n"
         "R\t491231235959Z\t230601120000Z\t1002\tunknown\t/CN=worse\n")
NOW = int(datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.timezone.utc).timestamp())
DAY = 86400


def generalized(seconds):
    when = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return tlv(0x18, when.strftime("%Y%m%d%H%M%SZ").encode())


def revoked(seconds, reason=None):
    return tlv(0xA1, generalized(seconds),
               b"" if reason is None else tlv(0xA0, bytes([0x0A, 1, reason])))


class VerifyCase(PreparedCase):
    """A test with a certificate authority."""

    def make_all(self):
        for name in ("ca", "other"):
            self.make_ca(name)
        for name, serial in (("leaf", 0x1000), ("bad", 0x1001), ("worse", 0x1002),
                             ("missing", 0x1003)):
            self.make_cert(name, "ca", serial)
        self.make_cert("delegate", "ca", 0x2000, EKU + "noCheck=ignored\n")
        self.make_cert("checked", "ca", 0x2001, EKU)
        self.make_cert("plain", "ca", 0x2002)
        self.make_cert("foreign", "other", 0x2003, EKU)
        self.write("index.txt", INDEX)

    def respond(self, *certs, signer="ca", options=("-ndays", "7"), request=(), out="resp.der"):
        """A response of `openssl ocsp`."""
        self.write("asked.der", self.succeed("request", *request, "--issuer", "ca.pem",
                                             *[f"{cert}.pem" for cert in certs or ("leaf",)]))
        self.openssl("ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", f"{signer}.pem",
                     "-rkey", f"{signer}.key", "-reqin", "asked.der", "-respout", out, *options)
        return out

    def verify(self, *args, status=0, error="", response="resp.der", **more):
        """Runs `ocsp verify`; returns its output."""
        done = self.run_ocsp("verify", *args, response, **more)
        self.assertEqual((done.stderr.decode(), done.returncode), (error, status))
        return done.stdout.decode()

    def leaf(self, *args, **more):
        return self.verify("--issuer", "ca.pem", "--cert", "leaf.pem", *args, **more)

    def objects(self, *args, **more):
        return [json.loads(line) for line in self.verify("--json", *args, **more).splitlines()]

    def refuse(self, what, *args, check=None, **more):
        """The leaf cannot be verified, for a reason that contains `what`."""
        done = self.run_ocsp("verify", "--json", "--issuer", "ca.pem", "--cert", "leaf.pem", *args,
                             more.pop("response", "resp.der"), **more)
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr.decode(), r"\A[^\n]+\n\Z")
        self.assertIn(what, done.stderr.decode())
        answer = json.loads(done.stdout)
        self.assertEqual(answer["verdict"], "not-verified")
        self.assertIn(what, answer["error"]["what"])
        if "offset" in answer["error"]:
            self.assertIn(f": byte {answer['error']['offset']}: ", done.stderr.decode())
        failed = CHECKS.index(check)
        self.assertEqual([answer["checks"][name]["outcome"] for name in CHECKS[failed:]],
                         ["failed"] + ["not-reached"] * (len(CHECKS) - failed - 1))
        self.assertNotIn("failed", [answer["checks"][name]["outcome"] for name in CHECKS[:failed]])
        return answer

    def cert_id(self, serial):
        cert = self.json("ca.pem")
        subject = tlv(0x30, tlv(0x31, tlv(0x30, oid("2.5.4.3"), tlv(0x0C, b"ca"))))
        hashes = (hashlib.sha256(octets).digest()
                  for octets in (subject, bytes.fromhex(cert["public_key"])))
        return tlv(0x30, SHA256, *(tlv(0x04, one) for one in hashes), tlv(0x02, serial))

    def single(self, status=GOOD, serial=b"\x10\x00", this=NOW, until=NOW + DAY, extensions=b""):
        return tlv(0x30, self.cert_id(serial), status, generalized(this),
                   tlv(0xA0, generalized(until)) if until is not None else b"",
                   tlv(0xA1, tlv(0x30, extensions)) if extensions else b"")

    def sign(self, singles, extensions=b"", produced=NOW, out="resp.der"):
        """A response signed by the CA, with what `openssl ocsp` does not make."""
        key = bytes.fromhex(self.json("ca.pem")["public_key"])
        data = tlv(0x30, tlv(0xA2, tlv(0x04, hashlib.sha1(key).digest())), generalized(produced),
                   tlv(0x30, singles), tlv(0xA1, tlv(0x30, extensions)) if extensions else b"")
        self.write("tbs", data)
        signature = self.openssl("dgst", "-sha256", "-sign", "ca.key", "tbs")
        basic = tlv(0x30, data, ECDSA, tlv(0x03, b"\x00" + signature))
        self.write(out, tlv(0x30, b"\x0a\x01\x00", tlv(0xA0, tlv(
            0x30, oid("1.3.6.1.5.5.7.48.1.1"), tlv(0x04, basic)))))


class StatusTest(VerifyCase):
    """The exit statuses."""

    def test_good(self):
        self.respond()
        self.leaf()

    def test_revoked(self):
        self.respond("bad")
        answer, = self.objects("--issuer", "ca.pem", "--cert", "bad.pem", status=1)
        self.assertEqual((answer["verdict"], answer["revocation_time"],
                          answer["revocation_reason"], answer["not_issued"]),
                         ("revoked", "2023-06-01T12:00:00Z", {"code": 1, "name": "keyCompromise"},
                          False))

    def test_revoked_without_reason(self):
        self.respond("worse")
        answer, = self.objects("--issuer", "ca.pem", "--cert", "worse.pem", status=1)
        self.assertNotIn("revocation_reason", answer)
        text = self.verify("--issuer", "ca.pem", "--cert", "worse.pem", status=1)
        self.assertTrue(text.endswith("\n  Verdict                 revoked since "
                                      "2023-06-01T12:00:00Z\n"))

    def test_unknown(self):
        self.respond("missing")
        answer, = self.objects("--issuer", "ca.pem", "--cert", "missing.pem", status=2)
        self.assertEqual(answer["verdict"], "unknown")

    def test_error_responses(self):
        names = {1: "malformedRequest", 2: "internalError", 3: "tryLater", 5: "sigRequired",
                 6: "unauthorized"}
        for number, name in names.items():
            self.write("resp.der", error_response(number))
            self.refuse("the responder answered with an error", check="response")
            self.assertIn("not verified: the responder answered with an error", self.leaf(
                status=3, error="resp.der: the responder answered with an error "
                f"(RFC 6960 2.3): {name}\n"))

    def test_other_type(self):
        self.write("resp.der", tlv(0x30, b"\x0a\x01\x00", tlv(0xA0, tlv(
            0x30, oid("1.2.3"), tlv(0x04, b"\x01")))))
        self.refuse("responseType is not id-pkix-ocsp-basic", check="response")

    def test_another_certificate(self):
        self.respond("bad")
        self.refuse("no SingleResponse is about the certificate", check="certificate")

    def test_never_issued(self):
        self.sign(self.single(revoked(0, 6)), extensions=extension("1.3.6.1.5.5.7.48.1.9",
                                                                   b"\x05\x00"))
        answer, = self.objects("--issuer", "ca.pem", "--cert", "leaf.pem", "--at", str(NOW),
                               status=1)
        self.assertIs(answer["not_issued"], True)
        self.assertIn("revoked: the issuer has never issued this certificate\n",
                      self.leaf("--at", str(NOW), status=1))

    def test_strictest_of_several(self):
        for singles, status in (((GOOD, UNKNOWN), 2), ((UNKNOWN, revoked(NOW), GOOD), 1),
                                ((GOOD, GOOD), 0)):
            self.sign(b"".join(self.single(one) for one in singles))
            self.leaf("--at", str(NOW), status=status)

    def test_lost_output(self):
        self.respond()
        with open("/dev/full", "wb") as full:
            done = self.run_ocsp("verify", "--issuer", "ca.pem", "--cert", "leaf.pem", "resp.der",
                                 stdout=full)
        self.assertEqual((done.returncode, done.stderr),
                         (74, b"ocsp: cannot write to standard output: No space left on device\n"))


class SignerTest(VerifyCase):
    """Accepted and rejected signers."""

    def signer(self, *args, **more):
        answer, = self.objects("--issuer", "ca.pem", "--cert", "leaf.pem", *args, **more)
        return answer["signer"], answer.get("signer_name"), answer["signer_needs_check"]

    def test_issuer(self):
        for options in ((), ("-resp_key_id",), ("-resp_no_certs",)):
            self.respond(options=("-ndays", "7", *options))
            self.assertEqual(self.signer(), ("issuer", "CN=ca", False))

    def test_delegate(self):
        for options in ((), ("-resp_key_id",)):
            self.respond(signer="delegate", options=("-ndays", "7", *options))
            self.assertEqual(self.signer(), ("delegate", "CN=delegate", False))

    def test_delegate_without_nocheck(self):
        self.respond(signer="checked")
        self.assertEqual(self.signer(), ("delegate", "CN=checked", True))
        self.assertIn("\n  Signer name             CN=checked\n  Signer's certificate    has no "
                      "id-pkix-ocsp-nocheck: check that it is not revoked itself\n", self.leaf())
        self.respond(signer="delegate")
        self.assertNotIn("nocheck", self.leaf())

    def test_delegate_without_purpose(self):
        self.respond(signer="plain")
        self.refuse("not for signing responses", check="signer")

    def test_delegate_of_another_issuer(self):
        self.respond(signer="foreign")
        self.refuse("not issued by the issuer itself", check="signer")

    def test_delegate_with_unknown_critical_extension(self):
        self.make_cert("strange", "ca", 0x2004, EKU + "1.2.3.4=critical,DER:0500\n")
        self.respond(signer="strange")
        self.refuse("the signer's certificate has a critical extension", check="signer")

    def test_delegate_ended(self):
        self.respond(signer="delegate", options=("-ndays", "60"))
        later = str(int(datetime.datetime.now().timestamp()) + 40 * DAY)
        self.refuse("the signer's certificate is not valid now", "--at", later, check="signer")
        self.leaf("--at", later, "--ignore-times")

    def test_delegate_left_out(self):
        self.respond(signer="delegate", options=("-ndays", "7", "-resp_no_certs"))
        self.refuse("responderID names neither the issuer", check="signer")

    def test_trusted(self):
        self.respond(signer="foreign")
        self.assertEqual(self.signer("--trusted-responder", "foreign.pem"),
                         ("trusted", "CN=foreign", False))
        self.respond(signer="plain", options=("-ndays", "7", "-resp_key_id", "-resp_no_certs"))
        self.assertEqual(self.signer("--trusted-responder", "other.pem", "--trusted-responder",
                                     "plain.pem"), ("trusted", "CN=plain", False))

    def test_trusted_is_somebody_else(self):
        self.respond(signer="foreign")
        self.refuse("not issued by the issuer itself", "--trusted-responder", "delegate.pem",
                    check="signer")

    def test_wrong_issuer_of_the_same_name(self):
        self.make_ca("imposter", subject="/CN=ca", extensions="subjectKeyIdentifier=none\n")
        self.respond()
        self.assertEqual(self.verify("--issuer", "imposter.pem", "--cert", "leaf.pem", status=65,
                                     error="leaf.pem: not issued by imposter.pem: the "
                                     "certificate's signature is not by its issuer "
                                     "(RFC 5280 6.1.3)\n"), "")
        done = self.run_ocsp("verify", "--issuer", "imposter.pem", "--serial", "0x1000",
                             "resp.der")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, rb"\Aresp\.der: byte \d+: no SingleResponse is about the "
                         rb"certificate \(RFC 6960 3\.2\)\n\Z")

    def test_weak_hash(self):
        for signer in ("ca", "delegate"):
            self.respond(signer=signer, options=("-ndays", "7", "-rmd", "sha1"))
            self.refuse("SHA-1", check="signature")
            self.leaf("--insecure-allow-sha1")
            self.refuse("SHA-1", "--insecure-allow-small-rsa", check="signature")

    def test_weak_key(self):
        self.openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out",
                     "small.key")
        self.openssl("req", "-x509", "-new", "-key", "small.key", "-subj", "/CN=small", "-days",
                     "9", "-out", "small.pem")
        self.respond(signer="small")
        trusted = ("--trusted-responder", "small.pem")
        self.refuse("below 2048 bits", *trusted, check="signature")
        self.refuse("below 2048 bits", *trusted, "--insecure-allow-sha1", check="signature")
        self.leaf(*trusted, "--insecure-allow-small-rsa")

    def test_tampered(self):
        for signer in ("ca", "delegate"):
            self.respond(signer=signer)
            der = self.path("resp.der").read_bytes()
            signature = bytes.fromhex(self.json("resp.der")["signature"])
            produced = self.json("resp.der")["produced_at"].translate({45: "", 58: "", 84: ""})
            for place in (der.index(signature) + len(signature) - 1,
                          der.index(produced.encode()) + 3):
                self.write("bad.der", der[:place] + bytes([der[place] ^ 1]) + der[place + 1:])
                self.refuse("the signature of the response is wrong", response="bad.der",
                            check="signature")

    def test_flipped_anywhere(self):
        self.sign(self.single())
        der = self.path("resp.der").read_bytes()
        for place in range(0, len(der), 3):
            self.write("bad.der", der[:place] + bytes([der[place] ^ 4]) + der[place + 1:])
            done = self.run_ocsp("verify", "--issuer", "ca.pem", "--serial=0x1000", "--at",
                                 str(NOW), "bad.der")
            self.assertIn(done.returncode, (3, 65), place)

    def test_critical_extension(self):
        for where in ("single", "response"):
            more = extension("1.2.3.4", b"\x05\x00", critical=True)
            self.sign(self.single(extensions=more if where == "single" else b""),
                      extensions=more if where == "response" else b"")
            self.refuse("a critical extension is not understood", "--at", str(NOW),
                        check="critical_extensions")


class TimeTest(VerifyCase):
    """The clock, and how it is given."""

    def test_around_the_updates(self):
        self.sign(self.single())
        for seconds, check in ((-301, "thisUpdate is in the future"), (-300, None), (0, None),
                               (DAY + 299, None), (DAY + 300, "nextUpdate has passed")):
            if check is None:
                self.leaf("--at", str(NOW + seconds))
            else:
                self.refuse(check, "--at", str(NOW + seconds), check="times")

    def test_skew(self):
        self.sign(self.single())
        self.refuse("thisUpdate is in the future", "--at", str(NOW - 1), "--skew", "0",
                    check="times")
        self.leaf("--at", str(NOW - 1000), "--skew", "1000")

    def test_produced_in_the_future(self):
        self.sign(self.single(this=NOW), produced=NOW + 301)
        self.refuse("producedAt is in the future", "--at", str(NOW), check="times")

    def test_max_age(self):
        self.sign(self.single(until=None))
        answer, = self.objects("--issuer", "ca.pem", "--cert", "leaf.pem", "--at",
                               str(NOW + DAY + 300))
        self.assertIsNone(answer["next_update"])
        self.assertIn("\n  Next update             not given\n", self.leaf("--at", str(NOW)))
        self.refuse("thisUpdate is too long ago", "--at", str(NOW + DAY + 301), check="times")
        self.leaf("--at", str(NOW + DAY + 301), "--max-age", str(DAY + 1))
        self.refuse("there is no nextUpdate (RFC 9919 5)", "--at", str(NOW), "--max-age", "0",
                    check="times")

    def test_order(self):
        self.sign(self.single(until=NOW - 1))
        self.refuse("nextUpdate is before thisUpdate", "--at", str(NOW), check="times")

    def test_system_clock(self):
        self.respond(options=("-nmin", "10"))
        self.leaf()
        self.refuse("nextUpdate has passed", "--at", str(int(datetime.datetime.now().timestamp())
                                                         + 3600), check="times")
        self.respond(options=())
        self.leaf()
        self.sign(self.single(this=0, until=1), produced=0)
        self.refuse("nextUpdate has passed", check="times")

    def test_ignored(self):
        self.sign(self.single())
        answer, = self.objects("--issuer", "ca.pem", "--cert", "leaf.pem", "--at", str(NOW * 2),
                               "--ignore-times")
        self.assertEqual(answer["checks"]["times"],
                         {"outcome": "not-checked", "what": "--ignore-times"})
        self.assertEqual(answer["checks"]["signature"], {"outcome": "ok"})

    def test_told(self):
        self.sign(self.single(this=NOW - DAY, until=NOW + 2 * DAY, extensions=extension(
            "1.3.6.1.5.5.7.48.1.6", generalized(0))), produced=NOW - 60)
        answer, = self.objects("--issuer", "ca.pem", "--cert", "leaf.pem", "--at", str(NOW))
        self.assertEqual(
            {key: answer[key] for key in ("judged_at", "this_update", "next_update",
                                          "produced_at", "archive_cutoff", "ask_again")},
            {"judged_at": "2026-03-01T12:00:00Z", "this_update": "2026-02-28T12:00:00Z",
             "next_update": "2026-03-03T12:00:00Z", "produced_at": "2026-03-01T11:59:00Z",
             "archive_cutoff": "1970-01-01T00:00:00Z", "ask_again": "2026-03-02T00:00:00Z"})

    def judged_at(self, text):
        answer, = self.objects("--issuer", "ca.pem", "--serial=0x1000", f"--at={text}",
                               "--ignore-times")
        return answer["judged_at"]

    def test_forms(self):
        self.sign(self.single())
        for text, expected in (
                ("2024-04-03T12:00:00Z", "2024-04-03T12:00:00Z"),
                ("2024-04-03t12:00:00z", "2024-04-03T12:00:00Z"),
                ("2024-04-03T12:00:00.999999999999Z", "2024-04-03T12:00:00Z"),
                ("2024-04-03T12:00:00+02:00", "2024-04-03T10:00:00Z"),
                ("2024-04-03T12:00:00.5-11:30", "2024-04-03T23:30:00Z"),
                ("2024-12-31T23:59:59-00:01", "2025-01-01T00:00:59Z"),
                ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
                ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
                ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
                ("1712145600", "2024-04-03T12:00:00Z"), ("0", "1970-01-01T00:00:00Z"),
                ("-1", "1969-12-31T23:59:59Z"), ("253402300799", "9999-12-31T23:59:59Z"),
                ("-62135596800", "0001-01-01T00:00:00Z")):
            self.assertEqual(self.judged_at(text), expected, text)

    def test_forms_refused(self):
        self.sign(self.single())
        for text in ("", "now", "-", "--1", "+1", " 1", "1 ", "1.5", "0x10", "253402300800",
                     "-62135596801", "99999999999999999999", "2024-04-03", "2024-04-03T12:00:00",
                     "2024-04-03T12:00Z", "2024-04-03 12:00:00Z", "2024-02-30T00:00:00Z",
                     "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z",
                     "2024-04-00T00:00:00Z", "2024-04-31T00:00:00Z", "2024-04-03T24:00:00Z",
                     "2024-04-03T12:60:00Z", "2024-04-03T12:00:60Z", "2024-04-03T12:00:00Zx",
                     "2024-04-03T12:00:00Z ", "2024-04-03T12:00:00.Z", "2024-04-03T12:00:00,5Z",
                     "2024-04-03T12:00:00+2:00", "2024-04-03T12:00:00+0200",
                     "2024-04-03T12:00:00+24:00", "2024-04-03T12:00:00+02:60",
                     "2024-04-03T12:00:00+02:00Z", "24-04-03T12:00:00Z", "0000-01-01T00:00:00Z",
                     "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
                     "2024-4-3T12:00:00Z"):
            self.fail_with(64, f'ocsp verify: --at: "{text}" is neither a time like '
                           "2024-04-03T12:00:00Z nor seconds since 1970\n" + VERIFY_USAGE,
                           "verify", f"--at={text}", "--serial=0x1", "--issuer", "ca.pem",
                           "resp.der")

    def test_seconds_refused(self):
        for option in ("skew", "max-age"):
            for text in ("", "-1", "+1", "1s", " 1", "1000000001", "99999999999999999999"):
                self.fail_with(64, f'ocsp verify: --{option}: "{text}" is not a number of seconds '
                               "from 0 to 1000000000\n" + VERIFY_USAGE, "verify",
                               f"--{option}={text}", "--serial=0x1", "resp.der")
        self.sign(self.single())
        self.leaf("--at", str(NOW), "--skew", "1000000000", "--max-age=1000000000")


class NonceTest(VerifyCase):
    """The nonce (RFC 9654)."""

    def test_came_back(self):
        self.respond(request=("--nonce=0a0b",))
        answer, = self.objects("--issuer", "ca.pem", "--cert", "leaf.pem", "--nonce", "0A0b")
        self.assertEqual(answer["checks"]["nonce"], {"outcome": "ok"})
        self.verify("--issuer", "ca.pem", "--request", "asked.der")

    def test_not_asked_for(self):
        self.respond(request=("--nonce=0a0b",))
        answer, = self.objects("--issuer", "ca.pem", "--cert", "leaf.pem")
        self.assertEqual(answer["checks"]["nonce"],
                         {"outcome": "not-checked", "what": "no nonce is given"})

    def test_mismatch(self):
        self.respond(request=("--nonce=0a0b",))
        for args in ((), ("--allow-missing-nonce",)):
            self.refuse("the nonce is not the one sent", "--nonce=0a0c", *args, check="nonce")
        self.write("other.der", self.succeed("request", "--nonce", "--issuer", "ca.pem",
                                             "leaf.pem"))
        self.assertIn("not verified: the nonce is not the one sent", self.verify(
            "--issuer", "ca.pem", "--request", "other.der", status=3,
            error=self.error_line("--issuer", "ca.pem", "--request", "other.der")))

    def error_line(self, *args):
        done = self.run_ocsp("verify", "--json", *args, "resp.der")
        error = json.loads(done.stdout)["error"]
        return f"resp.der: byte {error['offset']}: {error['what']}\n"

    def test_missing(self):
        self.respond()
        self.refuse("there is no nonce", "--nonce=0a0b", check="nonce")
        self.write("sent.der", self.succeed("request", "--nonce=0a0b", "--issuer", "ca.pem",
                                            "leaf.pem"))
        sent = ("--issuer", "ca.pem", "--request", "sent.der")
        self.verify(*sent, status=3, error=self.error_line(*sent))
        for args in (sent, ("--issuer", "ca.pem", "--cert", "leaf.pem", "--nonce=0a0b")):
            answer, = self.objects(*args, "--allow-missing-nonce")
            self.assertEqual(answer["checks"]["nonce"],
                             {"outcome": "not-checked", "what": "the response has none"})

    def test_request_without_nonce(self):
        self.respond()
        answer, = self.objects("--issuer", "ca.pem", "--request", "asked.der")
        self.assertEqual(answer["checks"]["nonce"]["outcome"], "not-checked")

    def test_refused(self):
        for value in ("", "0", "0g", "0x00", "00:00", "5a" * 129):
            self.fail_with(64, f'ocsp verify: --nonce: "{value}" is not 1 to 128 bytes in hex\n'
                           + VERIFY_USAGE, "verify", f"--nonce={value}", "--serial=0x1", "resp.der")


class QuestionTest(VerifyCase):
    """Which certificate, and who issued it."""

    def serial(self, text, *more):
        answer, = self.objects("--issuer", "ca.pem", f"--serial={text}", *more)
        return answer["serial"]["hex"]

    def test_serial_large(self):
        self.sign(self.single(serial=b"\x00" + b"\xfe" * 20))
        for text in ("0x" + "fe" * 20, ":".join(["Fe"] * 20), str(int("fe" * 20, 16))):
            answer, = self.objects("--issuer", "ca.pem", "--at", str(NOW), f"--serial={text}",
                                   "--decimal")
            self.assertEqual(answer["serial"]["hex"], "fe" * 20)

    def test_serial_zero(self):
        self.sign(self.single(serial=b"\x00"))
        self.leaf("--at", str(NOW), status=3, error=self.no_match())
        self.verify("--issuer", "ca.pem", "--at", str(NOW), "--serial=0x0")

    def no_match(self):
        done = self.run_ocsp("verify", "--json", "--issuer", "ca.pem", "--cert", "leaf.pem",
                             "resp.der")
        error = json.loads(done.stdout)["error"]
        self.assertEqual(error["code"], "no-match")
        return f"resp.der: byte {error['offset']}: {error['what']}\n"

    def test_serial_refused(self):
        for text in ("", "0x", "x", "0x1g", "--1", "+1", "1 ", " 1", "1:00", "10:0", "10:00:",
                     "10:00x", "10:000", ":10", "10::00", "0x10:00", "10:0g"):
            self.fail_with(64, f'ocsp verify: --serial: invalid serial number "{text}": write '
                           "it like 0x01aa or 01:aa\n" + VERIFY_USAGE, "verify",
                           f"--serial={text}", "--hex", "--issuer", "ca.pem", "resp.der")
        for text, error in (
                ("1" * 620, f'"{"1" * 80}" may be hexadecimal or decimal: add --hex or --decimal, '
                 "or write 0x in front of hex digits"),
                ("1a", '"1a" may be hexadecimal: add --hex, or write it like 0x01aa'),
                ("-1", '"-1" may be hexadecimal or decimal: add --hex or --decimal, or write '
                 "-0x1")):
            self.fail_with(64, f"ocsp verify: --serial: {error}\n" + VERIFY_USAGE, "verify",
                           f"--serial={text}", "--issuer", "ca.pem", "resp.der")
        self.fail_with(64, f'ocsp verify: --serial: invalid serial number "{"1" * 80}": longer '
                       "than 257 octets\n" + VERIFY_USAGE, "verify", f"--serial={'1' * 620}",
                       "--decimal", "--issuer", "ca.pem", "resp.der")

    def test_chain_needs_no_issuer(self):
        self.respond()
        self.write("chain.pem", self.path("leaf.pem").read_bytes() +
                   self.path("ca.pem").read_bytes())
        self.verify("--cert", "chain.pem")

    def test_issuer_missing(self):
        self.respond()
        self.assertEqual(self.verify("--cert", "leaf.pem", status=65, error="leaf.pem: missing "
                                     'certificate of the issuer "CN=ca"; use --issuer\n'), "")
        none = "ocsp verify: missing --issuer\n"
        self.verify("--serial=0x1000", status=65, error=none)
        self.verify("--request", "asked.der", status=65, error=none)
        self.verify("--issuer", "other.pem", "--request", "asked.der", status=65, error="asked.der:"
                    " missing --issuer for the certificate with serial number "
                    "0x1000 (decimal 4096)\n")

    def test_issuer_of_several(self):
        self.respond()
        both = ("--issuer", "other.pem", "--issuer", "ca.pem")
        self.verify(*both, "--cert", "leaf.pem")
        self.verify(*both, "--request", "asked.der")
        self.verify(*both, "--serial=0x1000", status=65, error="ocsp verify: --serial needs one "
                    "--issuer: other.pem and ca.pem hold different ones\n")
        self.make_ca("renewed", subject="/CN=ca", key="ca")
        self.verify("--issuer", "renewed.pem", "--issuer", "ca.pem", "--serial=0x1000")

    def test_serial_forms(self):
        self.respond()
        for text in ("0x1000", "0X1000", "0x00001000", "10:00", "00:10:00"):
            self.assertEqual(self.serial(text), "1000", text)
        for text, base in (("4096", "--decimal"), ("004096", "--decimal"), ("1000", "--hex"),
                           ("01000", "--hex"), ("0x1000", "--decimal"), ("10:00", "--hex")):
            self.assertEqual(self.serial(text, base), "1000", text)
        self.verify("--issuer", "ca.pem", "--hex", "--serial", "1000")

    def test_serial_negative(self):
        """It is taken as it is shown."""
        for text in ("-0x2a", "-0x80", "-0x0100", "-0xff"):
            self.write("resp.der", self.succeed(
                "respond", "--issuer", "ca.pem", "--key", "ca.key", "--status", "good",
                "--serial", text))
            self.assertIn(f" {text} (decimal {int(text, 16)})\n",
                          self.succeed("show", "resp.der").decode())
            for form in (("--serial", text), (f"--serial={text}",),
                         ("--hex", "--serial", text.replace("0x", "")),
                         (f"--serial={int(text, 16)}", "--decimal")):
                self.verify("--issuer", "ca.pem", *form)

    def test_hashes_of_the_response_count(self):
        self.respond(request=("--hash", "sha1"))
        self.leaf()
        self.write("sha512.der", self.succeed("request", "--hash", "sha512", "--issuer", "ca.pem",
                                              "leaf.pem"))
        self.verify("--issuer", "ca.pem", "--request", "sha512.der")

    def test_request_of_several(self):
        for certs, status in ((("leaf", "missing"), 2), (("missing", "bad", "leaf"), 1),
                              (("leaf", "leaf"), 0)):
            self.respond(*certs)
            answers = self.objects("--issuer", "ca.pem", "--request", "asked.der", status=status)
            words = {"leaf": "good", "bad": "revoked", "missing": "unknown"}
            self.assertEqual([one["verdict"] for one in answers], [words[cert] for cert in certs])

    def test_request_answered_in_part(self):
        self.respond("bad")
        self.write("both.der", self.succeed("request", "--issuer", "ca.pem", "bad.pem",
                                            "leaf.pem"))
        done = self.run_ocsp("verify", "--issuer", "ca.pem", "--request", "both.der", "resp.der")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, rb"\Aresp\.der: byte \d+: no SingleResponse is about the "
                         rb"certificate \(RFC 6960 3\.2\); serial number 0x1000 \(decimal 4096\)\n\Z")
        verdicts = re.findall(r"(?m)^  Verdict +(\S+)", done.stdout.decode())
        self.assertEqual(verdicts, ["revoked", "not"])

    def test_request_about_nothing_or_too_much(self):
        self.respond()
        self.write("none.der", tlv(0x30, tlv(0x30, tlv(0x30))))
        single = tlv(0x30, self.cert_id(b"\x10\x00"))
        self.write("many.der", tlv(0x30, tlv(0x30, tlv(0x30, single * 1001))))
        for name, n in (("none", 0), ("many", 1001)):
            self.verify("--issuer", "ca.pem", "--request", f"{name}.der", status=65,
                        error=f"{name}.der: the request asks about {n} certificates instead of 1 "
                              "to 1000\n")

    def test_certificate_of_somebody_else(self):
        # The right names and the right number, but not the issuer's signature.
        self.make_ca("thief", subject="/CN=ca", extensions="subjectKeyIdentifier=none\n")
        self.make_cert("forged", "thief", 0x1000, key_ids=False)
        self.respond()
        self.assertEqual(self.verify("--issuer", "ca.pem", "--cert", "forged.pem", status=65,
                                     error="forged.pem: not issued by ca.pem: the "
                                     "certificate's signature is not by its issuer "
                                     "(RFC 5280 6.1.3)\n"),
                         "")


class InputTest(VerifyCase):
    """Unreadable files and invalid arguments."""

    def test_not_a_response(self):
        self.respond()
        self.leaf(response="asked.der", status=65,
                  error="asked.der: unexpected OCSP request instead of OCSP response\n")
        self.leaf(response="ca.pem", status=65,
                  error="ca.pem: unexpected certificate instead of OCSP response\n")
        self.verify("--issuer", "ca.pem", "--request", "resp.der", status=65,
                    error="resp.der: unexpected OCSP response instead of OCSP request\n")
        self.verify("--issuer", "resp.der", "--cert", "leaf.pem", status=65,
                    error="resp.der: unexpected OCSP response instead of certificate\n")
        self.leaf("--trusted-responder", "asked.der", status=65,
                  error="asked.der: unexpected OCSP request instead of certificate\n")
        self.leaf(response="nowhere", status=65, error="nowhere: No such file or directory\n")

    def test_several_responses(self):
        self.respond()
        one = pem("OCSP RESPONSE", self.path("resp.der").read_bytes())
        self.write("one.pem", one)
        self.leaf(response="one.pem")
        self.write("two.pem", one * 2)
        self.leaf(response="two.pem", status=65,
                  error="two.pem: contains 2 messages instead of one\n")

    def test_cut_short(self):
        self.respond()
        der = self.path("resp.der").read_bytes()
        for size in range(1, len(der), 7):
            self.write("cut.der", der[:size])
            done = self.run_ocsp("verify", "--issuer", "ca.pem", "--serial=0x1000", "cut.der")
            self.assertEqual((done.returncode, done.stdout), (65, b""))
            self.assertRegex(done.stderr, rb"\Acut\.der: [^\n]+\n\Z")

    def test_offset_of_text_is_that_of_the_der(self):
        self.respond("bad")
        self.write("resp.hex", self.path("resp.der").read_bytes().hex())
        done = self.run_ocsp("verify", "--issuer", "ca.pem", "--cert", "leaf.pem", "resp.hex")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, rb"\Aresp\.hex: byte \d+ of the decoded DER: no Single")

    def test_standard_input(self):
        self.respond()
        self.leaf(response="-", input=self.path("resp.der").read_bytes())

    def test_usage(self):
        which = "missing --cert, --serial or --request"
        ambiguous = ('--serial: "4096" may be hexadecimal or decimal: add --hex or --decimal, or '
                     "write 0x4096 / 0x1000")
        only = "--cert, --serial and --request exclude each other"
        for args, error in (
                ((), which), (("resp.der",), which), (("--issuer", "ca.pem", "resp.der"), which),
                (("--cert", "leaf.pem", "--serial=0x1", "resp.der"), only),
                (("--request", "r", "--serial=0x1", "resp.der"), only),
                (("--request", "r", "--cert", "leaf.pem", "resp.der"), only),
                (("--request", "r", "--nonce=00", "resp.der"),
                 "--request excludes --nonce: the nonce is that of the request"),
                (("--issuer", "ca.pem", "--serial=4096", "resp.der"), ambiguous),
                (("--issuer", "ca.pem", "--cert", "leaf.pem", "--hex", "resp.der"),
                 "--hex and --decimal need --serial"),
                (("--hex", "--decimal", "--serial=0x1000", "resp.der"),
                 "--hex and --decimal exclude each other"),
                (("--cert", "leaf.pem"), "missing response"),
                (("--cert", "leaf.pem", "a", "b"), "only one response can be given"),
                (("--cert",), "option '--cert' requires an argument"),
                (("--json=x", "a"), "option '--json' doesn't allow an argument"),
                (("--insecure", "a"), "option '--insecure' is ambiguous; possibilities: "
                 "'--insecure-allow-sha1' '--insecure-allow-small-rsa'"),
                (("--yaml", "a"), "unrecognized option '--yaml'")):
            self.fail_with(64, f"ocsp verify: {error}\n{VERIFY_USAGE}", "verify", *args)

    def test_help(self):
        self.assertRegex(self.succeed("help").decode(), r"(?m)^  verify +\S")
        text = self.succeed("verify", "--help").decode()
        self.assertEqual(self.succeed("help", "verify").decode(), text)
        self.assertTrue(text.startswith(VERIFY_USAGE))
        for line in text.splitlines():
            self.assertLessEqual(len(line), 100)
        for option in ("issuer", "cert", "serial", "request", "at", "max-age", "skew", "nonce",
                       "allow-missing-nonce", "trusted-responder", "insecure-allow-sha1",
                       "insecure-allow-small-rsa", "ignore-times", "json", "hex", "decimal", "help"):
            self.assertRegex(text, rf"(?m)^  --{option} ")


class FormTest(VerifyCase):
    """The output."""

    def test_text(self):
        self.sign(self.single(revoked(NOW - DAY, 1)))
        size = len(self.path("resp.der").read_bytes())
        self.assertEqual(self.leaf("--at", str(NOW), status=1), f"""\
resp.der: OCSP response, {size} bytes
  Serial                  0x1000 (decimal 4096)
  Judged at               2026-03-01T12:00:00Z
  Checks
    Response              ok
    Certificate           ok
    Signer                ok
    Signature             ok
    Critical extensions   ok
    Times                 ok
    Nonce                 not checked: no nonce is given
  Signer                  issuer
  Signer name             CN=ca
  This update             2026-03-01T12:00:00Z
  Next update             2026-03-02T12:00:00Z
  Produced at             2026-03-01T12:00:00Z
  Ask again               2026-03-02T00:00:00Z
  Verdict                 revoked since 2026-02-28T12:00:00Z (keyCompromise)
""")

    def test_text_of_a_failure(self):
        self.sign(self.single(), extensions=extension("1.2.3.4", b"", critical=True))
        done = self.run_ocsp("verify", "--issuer", "ca.pem", "--cert", "leaf.pem", "--at",
                             str(NOW), "resp.der")
        size = len(self.path("resp.der").read_bytes())
        self.assertEqual((done.returncode, done.stdout.decode()), (3, f"""\
resp.der: OCSP response, {size} bytes
  Serial                  0x1000 (decimal 4096)
  Judged at               2026-03-01T12:00:00Z
  Checks
    Response              ok
    Certificate           ok
    Signer                ok
    Signature             ok
    Critical extensions   FAILED: a critical extension is not understood (RFC 6960 4.4)
    Times                 not reached
    Nonce                 not reached
  Verdict                 not verified: a critical extension is not understood (RFC 6960 4.4)
"""))
        at = self.path("resp.der").read_bytes().index(oid("1.2.3.4")) + 2
        self.assertEqual(done.stderr.decode(), f"resp.der: byte {at}: a critical extension is not "
                         "understood (RFC 6960 4.4)\n")

    def test_json(self):
        self.sign(self.single(), extensions=extension(NONCE, tlv(0x04, b"\x01")))
        line = self.leaf("--json", "--nonce=01", "--at", str(NOW))
        self.assertTrue(line.endswith("}\n"))
        self.assertEqual(list(json.loads(line).items()), list({
            "file": "resp.der", "type": "verdict",
            "octets": len(self.path("resp.der").read_bytes()),
            "serial": {"hex": "1000", "decimal": "4096"}, "judged_at": "2026-03-01T12:00:00Z",
            "checks": {name: {"outcome": "ok"} for name in CHECKS}, "signer": "issuer",
            "signer_name": "CN=ca", "signer_needs_check": False,
            "this_update": "2026-03-01T12:00:00Z", "next_update": "2026-03-02T12:00:00Z",
            "produced_at": "2026-03-01T12:00:00Z", "ask_again": "2026-03-02T00:00:00Z",
            "verdict": "good"}.items()))

    def test_json_of_a_failure(self):
        self.sign(self.single(until=NOW - 1))
        answer = self.refuse("nextUpdate is before thisUpdate", "--at", str(NOW), check="times")
        self.assertEqual(list(answer), ["file", "type", "octets", "serial", "judged_at", "checks",
                                        "error", "verdict"])
        self.assertEqual(answer["error"]["code"], "time-order")
        self.assertEqual(answer["checks"]["times"],
                         {"outcome": "failed", "what": answer["error"]["what"]})

    def on_terminal(self, *args):
        terminal, end = pty.openpty()
        env = {**os.environ, "TERM": "xterm"}
        env.pop("NO_COLOR", None)
        done = subprocess.run([OCSP, "verify", *args, "resp.der"], cwd=self.dir, stdout=end,
                              stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env,
                              timeout=60, check=False)
        os.close(end)
        output = os.read(terminal, 65536).decode()
        os.close(terminal)
        return done.returncode, output.replace("\r", "").splitlines()[-1]

    def test_colour(self):
        args = ("--issuer", "ca.pem", "--serial=0x1000", "--at")
        label = "  Verdict                 "
        self.sign(self.single())
        self.assertEqual(self.on_terminal(*args, str(NOW)), (0, f"{label}\033[32mgood\033[0m"))
        status, line = self.on_terminal(*args, "0")
        self.assertEqual((status, line[:len(label) + 17]), (3, f"{label}\033[31mnot verified"))
        self.sign(self.single(UNKNOWN))
        self.assertEqual(self.on_terminal(*args, str(NOW)), (2, f"{label}\033[33munknown\033[0m"))
        self.sign(self.single(revoked(0)))
        self.assertEqual(self.on_terminal(*args, str(NOW)),
                         (1, f"{label}\033[31mrevoked since 1970-01-01T00:00:00Z\033[0m"))

    def test_hostile_names(self):
        self.make_ca("ca", subject="/CN=x\x1b[31m")
        self.make_cert("leaf", "ca", 0x1000)
        self.respond()
        self.assertIn("  Signer name             CN=x\\1B[31m\n", self.leaf())


class PeerTest(VerifyCase):
    """Others say the same."""

    def openssl_says(self, cert):
        done = subprocess.run(["openssl", "ocsp", "-respin", "resp.der", "-issuer", "ca.pem",
                               "-sha256", "-cert", f"{cert}.pem", "-CAfile", "ca.pem"],
                              cwd=self.dir, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertIn(b"Response verify OK", done.stderr)
        return done.stdout.decode().split("\n")[0]

    def test_openssl(self):
        words = (("leaf", 0, "good"), ("bad", 1, "revoked"), ("missing", 2, "unknown"))
        for signer in ("ca", "delegate", "checked"):
            for cert, status, word in words:
                for options in ((), ("-resp_key_id",), ("-rmd", "sha384")):
                    self.respond(cert, signer=signer, options=("-ndays", "7", *options))
                    self.assertEqual(self.openssl_says(cert), f"{cert}.pem: {word}")
                    self.verify("--issuer", "ca.pem", "--cert", f"{cert}.pem", status=status)

    def gnutls_says(self, cert):
        """Whether `ocsptool` verifies, and the status that it reads."""
        done = subprocess.run(["ocsptool", "--verify-response", "--load-response", "resp.der",
                               "--load-issuer", "ca.pem", "--load-trust", "ca.pem", "--load-cert",
                               f"{cert}.pem"], cwd=self.dir, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                              check=False)
        output = done.stdout.decode()
        return ("Verifying OCSP Response: Success." in output,
                re.findall(r"Certificate Status: (\S+)", output))

    def test_gnutls(self):
        for signer, verified in (("ca", True), ("delegate", True), ("foreign", False)):
            for cert, status, word in (("leaf", 0, "good"), ("bad", 1, "revoked"),
                                       ("missing", 2, "unknown")):
                self.respond(cert, signer=signer)
                self.assertEqual(self.gnutls_says(cert), (verified, [word]), (signer, cert))
                done = self.run_ocsp("verify", "--issuer", "ca.pem", "--cert", f"{cert}.pem",
                                     "resp.der")
                self.assertEqual(done.returncode, status if verified else 3, (signer, cert))

    def test_ours_signed_here(self):
        now = int(datetime.datetime.now().timestamp())
        self.sign(self.single(this=now - 60, until=now + DAY), produced=now - 60)
        self.assertEqual(self.openssl_says("leaf"), "leaf.pem: good")
        self.leaf()

    def test_key_types(self):
        for name, options in (("rsa", ("RSA", "-pkeyopt", "rsa_keygen_bits:2048")),
                              ("p384", ("EC", "-pkeyopt", "ec_paramgen_curve:P-384"))):
            self.openssl("genpkey", "-algorithm", *options, "-out", f"{name}.key")
            self.make_ca("ca", key=name)
            self.openssl("pkey", "-in", f"{name}.key", "-out", "ca.key")
            self.make_cert("leaf", "ca", 0x1000)
            self.respond()
            self.assertEqual(self.openssl_says("leaf"), "leaf.pem: good")
            self.leaf()


if __name__ == "__main__":
    unittest.main()

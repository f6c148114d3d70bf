# SPDX-License-Identifier: MIT
#
# `ocsp respond`: every option, each refusal with its line and nothing written. What other
# programs say of its responses is in peers_test.py, keys are in key_test.py.
"""Tests of ocsp respond."""

import datetime
import hashlib
import json
import os
import pathlib
import time
import unittest

from support import (EKU, PreparedCase, RESPOND_USAGE, error_response, extension, oid, request, tlv)

NONCE = "1.3.6.1.5.5.7.48.1.2"
DAY = 86400
REASONS = ("unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded",
           "cessationOfOperation", "certificateHold", "privilegeWithdrawn", "aACompromise")


def rfc3339(seconds):
    when = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


class RespondCase(PreparedCase):
    """A test with a certificate authority."""

    def make_all(self):
        for name in ("ca", "other"):
            self.make_ca(name)
        for name, serial in (("leaf", 0x1000), ("second", 0x1001)):
            self.make_cert(name, "ca", serial)
        self.make_cert("delegate", "ca", 0x2000, EKU + "noCheck=ignored\n")
        self.make_cert("rsa", "ca", 0x2001, EKU, kind="rsa")
        self.make_cert("plain", "ca", 0x2002)
        self.make_cert("foreign", "other", 0x2003, EKU)
        self.write("chain.pem", self.path("leaf.pem").read_bytes() +
                   self.path("ca.pem").read_bytes())
        self.write("asked.der", self.succeed("request", "--nonce=0a0b0c", "--issuer", "ca.pem",
                                             "leaf.pem", "second.pem"))

    ISSUER = ("--issuer", "ca.pem", "--key", "ca.key")
    DELEGATE = ("--issuer", "ca.pem", "--signer", "delegate.pem", "--key", "delegate.key")
    GOOD = ("--status", "good")
    LEAF = ("--cert", "leaf.pem")

    def respond(self, *args, **more):
        """The response as `ocsp show` has it."""
        self.assertEqual(self.succeed("respond", *args, "--out", "resp.der", **more), b"")
        return self.json("resp.der")

    def single(self, *args, **more):
        one, = self.respond(*args, **more)["responses"]
        return one

    def refuse(self, status, error, *args, **more):
        """Refused with this line, and nothing written."""
        before = sorted(os.listdir(self.dir))
        self.fail_with(status, error, "respond", *args, "--out", "none.der", **more)
        self.assertEqual(sorted(os.listdir(self.dir)), before)

    def usage(self, error, *args):
        self.refuse(64, f"ocsp respond: {error}\n{RESPOND_USAGE}", *args)

    def verdict(self, *args, status=0):
        done = self.run_ocsp("verify", "--json", "--issuer", "ca.pem", *args, "resp.der")
        self.assertEqual((done.stderr.decode(), done.returncode), ("", status))
        return json.loads(done.stdout)


class StatusTest(RespondCase):
    """Status and times."""

    def test_good(self):
        one = self.single(*self.ISSUER, *self.GOOD, *self.LEAF)
        self.assertEqual((one["status"], one["cert_id"]["serial"]["hex"]), ("good", "1000"))
        self.assertEqual(self.verdict(*self.LEAF)["verdict"], "good")

    def test_unknown(self):
        self.assertEqual(self.single(*self.ISSUER, "--status=unknown", *self.LEAF)["status"],
                         "unknown")
        self.verdict(*self.LEAF, status=2)

    def test_revoked(self):
        one = self.single(*self.ISSUER, "--status=revoked", "--revoked-at=2023-06-01T12:00:00Z",
                          *self.LEAF)
        self.assertEqual(one["revocation_time"], "2023-06-01T12:00:00Z")
        self.assertNotIn("revocation_reason", one)
        self.verdict(*self.LEAF, status=1)

    def test_reasons(self):
        for reason in REASONS:
            one = self.single(*self.ISSUER, "--status=revoked", "--revoked-at=0",
                              f"--reason={reason}", *self.LEAF)
            self.assertEqual((one["revocation_time"], one["revocation_reason"]["name"]),
                             ("1970-01-01T00:00:00Z", reason))

    def test_reason_refused(self):
        for reason in ("", "KeyCompromise", "1", "undefined"):
            self.usage(f'--reason: "{reason}" is not one of {", ".join(REASONS)}', *self.ISSUER,
                       "--status=revoked", "--revoked-at=0", f"--reason={reason}", *self.LEAF)
        self.usage("--reason: removeFromCRL is for delta CRLs only (RFC 5280 5.3.1)", *self.ISSUER,
                   "--status=revoked", "--revoked-at=0", "--reason=removeFromCRL", *self.LEAF)

    def test_status_refused(self):
        for status in ("", "Good", "none", "1"):
            self.usage(f'--status: "{status}" is not one of good, revoked, unknown', *self.ISSUER,
                       f"--status={status}", *self.LEAF)
        self.usage("missing --status", *self.ISSUER,
                   *self.LEAF)

    def test_revocation_and_status(self):
        self.usage("missing --revoked-at, which --status revoked needs", *self.ISSUER,
                   "--status=revoked", *self.LEAF)
        self.usage("missing --revoked-at, which --status revoked needs", *self.ISSUER,
                   "--status=revoked", "--reason=superseded", *self.LEAF)
        for status in ("good", "unknown"):
            for option in ("--revoked-at=0", "--reason=superseded"):
                self.usage("--revoked-at and --reason need --status revoked",
                           *self.ISSUER, "--status", status, option, *self.LEAF)


class QuestionTest(RespondCase):
    """Which certificate."""

    def test_serial(self):
        for form in (("4096", "--decimal"), ("0x1000",), ("10:00",), ("1000", "--hex")):
            self.assertEqual(self.single(*self.ISSUER, *self.GOOD, "--serial", *form)["cert_id"],
                             self.single(*self.ISSUER, *self.GOOD, *self.LEAF)["cert_id"])
        self.usage('--serial: invalid serial number "x": write it like 0x01aa or 01:aa',
                   *self.ISSUER, *self.GOOD, "--serial=x")

    def test_hash(self):
        for name in ("sha1", "sha224", "sha256", "sha384", "sha512"):
            expected, = self.show_request("--hash", name)
            self.assertEqual(self.single(*self.ISSUER, *self.GOOD, *self.LEAF, "--hash",
                                         name)["cert_id"], expected["cert_id"])
            self.verdict(*self.LEAF)
        self.assertEqual(self.single(*self.ISSUER, *self.GOOD, *self.LEAF)["cert_id"]
                         ["hash_algorithm"]["name"], "sha256")
        self.usage('--hash: "md5" is not one of sha1, sha224, sha256, sha384, sha512', *self.ISSUER,
                   *self.GOOD, *self.LEAF, "--hash=md5")

    def show_request(self, *args):
        self.write("q.der", self.succeed("request", *args, "--issuer", "ca.pem", "leaf.pem"))
        return self.json("q.der")["requests"]

    def test_request(self):
        response = self.respond(*self.DELEGATE, *self.GOOD, "--request", "asked.der")
        self.assertEqual([one["cert_id"] for one in response["responses"]],
                         [one["cert_id"] for one in self.json("asked.der")["requests"]])
        self.assertEqual([one["status"] for one in response["responses"]], ["good", "good"])
        nonce, = response["extensions"]
        self.assertEqual((nonce["name"], nonce["value"], nonce["critical"]),
                         ("nonce", "0a0b0c", False))
        self.succeed("verify", "--issuer", "ca.pem", "--request", "asked.der", "resp.der")

    def test_request_without_nonce(self):
        self.show_request("--hash", "sha1")
        response = self.respond(*self.ISSUER, *self.GOOD, "--request", "q.der")
        self.assertEqual(response["extensions"], [])
        self.assertEqual(response["responses"][0]["cert_id"]["hash_algorithm"]["name"], "sha1")

    def test_request_with_parameters_left_out(self):
        ids = self.id_parts()
        for parameters in (b"", b"\x05\x00"):
            algorithm = tlv(0x30, oid("2.16.840.1.101.3.4.2.1"), parameters)
            id_der = tlv(0x30, algorithm, *ids, tlv(0x02, b"\x10\x00"))
            self.write("q.der", request(tlv(0x30, id_der)))
            self.respond(*self.ISSUER, *self.GOOD, "--request", "q.der")
            self.assertIn(id_der, self.path("resp.der").read_bytes())

    def id_parts(self):
        one, = self.show_request()
        return [tlv(0x04, bytes.fromhex(one["cert_id"][name]))
                for name in ("issuer_name_hash", "issuer_key_hash")]

    def test_nonce_lengths(self):
        single = self.single_request()
        for size in (1, 32, 128):
            nonce = bytes(range(size))
            self.write("q.der", request(single, extension(NONCE, tlv(0x04, nonce))))
            extensions = self.respond(*self.ISSUER, *self.GOOD, "--request", "q.der")["extensions"]
            self.assertEqual([one["value"] for one in extensions], [nonce.hex()])
        for size in (0, 129):
            self.write("q.der", request(single, extension(NONCE, tlv(0x04, b"x" * size))))
            self.refuse(65, f"q.der: the nonce has {size} bytes instead of 1 to 128 (RFC 9654 "
                            "2.1)\n", *self.ISSUER, *self.GOOD, "--request", "q.der")

    def single_request(self, serial=b"\x10\x00"):
        algorithm = tlv(0x30, oid("2.16.840.1.101.3.4.2.1"), b"\x05\x00")
        return tlv(0x30, tlv(0x30, algorithm, *self.id_parts(), tlv(0x02, serial)))

    def test_request_of_many(self):
        single = self.single_request()
        self.write("most.der", request(single * 1000))
        self.assertEqual(len(self.respond(*self.ISSUER, *self.GOOD, "--request", "most.der")
                             ["responses"]), 1000)
        for name, n in (("none.q", 0), ("many.q", 1001)):
            self.write(name, request(single * n))
            self.refuse(65, f"{name}: the request asks about {n} certificates instead of 1 to "
                            "1000\n",
                        *self.ISSUER, *self.GOOD, "--request", name)

    def test_request_of_another_issuer(self):
        self.make_cert("strange", "other", 0x3000)
        self.write("q.der", self.succeed("request", "--issuer", "ca.pem", "--issuer", "other.pem",
                                         "leaf.pem", "strange.pem"))
        self.refuse(65, "q.der: missing --issuer for the certificate with serial "
                    "number 0x3000 (decimal 12288)\n", *self.ISSUER, *self.GOOD, "--request", "q.der")

    def test_certificate_of_another_issuer(self):
        self.make_cert("strange", "other", 0x1000)
        self.refuse(65, "strange.pem: not issued by the certificate in ca.pem\n", *self.ISSUER,
                    *self.GOOD, "--cert", "strange.pem")
        self.make_ca("thief", subject="/CN=ca", extensions="subjectKeyIdentifier=none\n")
        self.make_cert("forged", "thief", 0x1000, key_ids=False)
        self.refuse(65, "forged.pem: not issued by ca.pem: the certificate's signature is "
                    "not by its issuer (RFC 5280 "
                    "6.1.3)\n", *self.ISSUER, *self.GOOD, "--cert", "forged.pem")

    def test_first_certificate_counts(self):
        one = self.single(*self.ISSUER, *self.GOOD, "--cert", "chain.pem")
        self.assertEqual(one["cert_id"]["serial"]["hex"], "1000")
        self.refuse(65, "leaf.pem: not issued by the certificate in chain.pem\n",
                    "--issuer", "chain.pem", "--key", "ca.key", *self.GOOD, *self.LEAF)

    def test_which(self):
        self.usage("missing --cert, --serial or --request",
                   *self.ISSUER, *self.GOOD)
        for pair in ((*self.LEAF, "--serial=0x1"), (*self.LEAF, "--request=asked.der"),
                     ("--serial=0x1", "--request=asked.der")):
            self.usage("--cert, --serial and --request exclude each other", *self.ISSUER,
                       *self.GOOD, *pair)
        self.usage("--request excludes --hash: the cert IDs are those of the request",
                   *self.ISSUER, *self.GOOD, "--request=asked.der", "--hash=sha256")

    def test_input_of_another_kind(self):
        self.write("resp.der", error_response(3))
        self.refuse(65, "leaf.pem: unexpected certificate instead of OCSP request\n", *self.ISSUER,
                    *self.GOOD, "--request", "leaf.pem")
        self.refuse(65, "resp.der: unexpected OCSP response instead of certificate\n", *self.ISSUER,
                    *self.GOOD, "--cert", "resp.der")
        self.refuse(65, "asked.der: unexpected OCSP request instead of certificate\n", "--issuer",
                    "asked.der", "--key", "ca.key", *self.GOOD, *self.LEAF)
        self.refuse(65, "chain.pem: contains 2 messages instead of one\n", *self.ISSUER, *self.GOOD,
                    "--request", "chain.pem")
        for option in ("--cert", "--request", "--signer"):
            self.refuse(65, "nowhere: No such file or directory\n", *self.ISSUER, *self.GOOD,
                        *(() if option != "--signer" else self.LEAF), option, "nowhere")


class TimeTest(RespondCase):
    """The three times."""

    def times(self, *args, who=None):
        response = self.respond(*(who or self.ISSUER), *self.GOOD, "--serial=0x1", *args)
        one, = response["responses"]
        return response["produced_at"], one["this_update"], one["next_update"]

    def test_now(self):
        before = int(time.time())
        produced, this, following = self.times()
        after = int(time.time())
        self.assertEqual(produced, this)
        self.assertIn((this, following), [(rfc3339(now), rfc3339(now + DAY))
                                          for now in range(before, after + 1)])

    def test_given(self):
        now = int(time.time()) + DAY
        at = rfc3339(now)
        self.assertEqual(self.times("--produced-at", at), (at, at, rfc3339(now + DAY)))
        self.assertEqual(self.times("--produced-at", str(now), "--this-update", str(now - 100)),
                         (at, rfc3339(now - 100), rfc3339(now - 100 + DAY)))
        self.assertEqual(self.times("--produced-at", str(now), "--this-update", "0",
                                    "--next-update", "1"),
                         (at, "1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z"))
        self.assertEqual(self.times("--this-update=0", "--next-update=0")[1:],
                         ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"))

    def test_no_next_update(self):
        self.assertEqual(self.times("--this-update=0", "--next-update=none")[1:],
                         ("1970-01-01T00:00:00Z", None))

    def test_last_one_counts(self):
        self.assertEqual(self.times("--this-update=0", "--next-update=5", "--next-update=none")[2],
                         None)
        self.assertEqual(self.times("--this-update=0", "--next-update=none", "--next-update=5")[2],
                         "1970-01-01T00:00:05Z")

    def test_end_of_time(self):
        self.assertEqual(self.times("--this-update=9999-12-31T23:00:00Z")[1:],
                         ("9999-12-31T23:00:00Z", "9999-12-31T23:59:59Z"))

    def test_end_of_the_delegate(self):
        end = self.json("delegate.pem")["not_after"]
        at = int(datetime.datetime.fromisoformat(end.replace("Z", "+00:00")).timestamp())
        for this, following in ((at - DAY - 1, at - 1), (at - DAY, at), (at - DAY + 1, at),
                                (at - 60, at), (at, at)):
            self.assertEqual(self.times("--this-update", str(this), who=self.DELEGATE)[2],
                             rfc3339(following))
            self.assertEqual(self.times("--this-update", str(this), "--next-update",
                                        str(at + DAY), who=self.DELEGATE)[2], rfc3339(at + DAY))
        self.refuse(65, "delegate.pem: the signer's certificate expires before this update; "
                        "specify another one with "
                        "--signer\n", *self.DELEGATE, *self.GOOD, "--serial=0x1",
                    "--this-update", str(at + 1))
        self.assertEqual(self.times("--this-update", str(at - 60))[2], rfc3339(at - 60 + DAY))

    def test_order(self):
        for times in (("--this-update=1", "--next-update=0"), ("--next-update=0",),
                      ("--produced-at=1", "--next-update=0")):
            self.usage("--next-update is before --this-update", *self.ISSUER, *self.GOOD,
                       "--serial=0x1", *times)

    def test_refused(self):
        for option in ("this-update", "next-update", "produced-at", "revoked-at"):
            for text in ("", "now", "None", "2024-04-03"):
                self.usage(f'--{option}: "{text}" is neither a time like 2024-04-03T12:00:00Z nor '
                           "seconds since 1970", *self.ISSUER, *self.GOOD, "--serial=0x1",
                           f"--{option}={text}")
        for option in ("this-update", "produced-at", "revoked-at"):
            self.usage(f'--{option}: "none" is neither a time like 2024-04-03T12:00:00Z nor '
                       "seconds since 1970", *self.ISSUER, *self.GOOD, "--serial=0x1",
                       f"--{option}=none")


class SignerTest(RespondCase):
    """Signers, keys and signatures."""

    def certificates(self, *args):
        return [one["subject"] for one in self.respond(*args, *self.GOOD,
                                                       *self.LEAF)["certificates"]]

    def test_certificates(self):
        self.assertEqual(self.certificates(*self.ISSUER), [])
        self.assertEqual(self.certificates(*self.ISSUER, "--signer", "ca.pem"), [])
        self.assertEqual(self.certificates(*self.ISSUER, "--no-certs"), [])
        self.assertEqual(self.certificates(*self.DELEGATE), ["CN=delegate"])
        self.assertEqual(self.verdict(*self.LEAF)["signer"], "delegate")
        self.assertEqual(self.certificates(*self.DELEGATE, "--no-certs"), [])
        answer = self.verdict(*self.LEAF, "--trusted-responder", "delegate.pem")
        self.assertEqual((answer["signer"], answer["signer_name"]), ("trusted", "CN=delegate"))

    def test_first_certificate_of_the_signer(self):
        self.write("both.pem", self.path("delegate.pem").read_bytes() +
                   self.path("ca.pem").read_bytes())
        self.assertEqual(self.certificates("--issuer", "ca.pem", "--signer", "both.pem", "--key",
                                           "delegate.key"), ["CN=delegate"])

    def test_renewed_issuer_signs(self):
        self.make_ca("renewed", subject="/CN=ca", key="ca")
        self.assertEqual(self.certificates("--issuer", "ca.pem", "--signer", "renewed.pem",
                                           "--key", "ca.key"), [])
        self.assertEqual(self.verdict(*self.LEAF)["signer"], "issuer")

    def test_by_key_and_by_name(self):
        key = bytes.fromhex(self.json("delegate.pem")["public_key"])
        response = self.respond(*self.DELEGATE, *self.GOOD, *self.LEAF)
        self.assertEqual(response["responder_key_hash"], hashlib.sha1(key).hexdigest())
        for who, name in ((self.DELEGATE, "CN=delegate"), (self.ISSUER, "CN=ca")):
            response = self.respond(*who, *self.GOOD, *self.LEAF, "--by-name")
            self.assertEqual(response["responder_name"], name)
            self.assertEqual(self.verdict(*self.LEAF)["signer_name"], name)

    def algorithm(self, signer, *args):
        return self.respond("--issuer", "ca.pem", "--signer", f"{signer}.pem", "--key",
                            f"{signer}.key", *self.GOOD, *self.LEAF,
                            *args)["signature_algorithm"]["name"]

    def test_digest(self):
        for digest in ("sha224", "sha256", "sha384", "sha512"):
            self.assertEqual(self.algorithm("rsa", "--digest", digest),
                             f"{digest}WithRSAEncryption")
            self.assertEqual(self.algorithm("delegate", "--digest", digest),
                             f"ecdsa-with-{digest.upper()}")
            self.assertEqual(self.algorithm("rsa", "--pss", "--digest", digest), "rsassaPss")
            self.verdict(*self.LEAF)
        self.assertEqual(self.algorithm("rsa"), "sha256WithRSAEncryption")
        self.assertEqual(self.algorithm("delegate"), "ecdsa-with-SHA256")

    def test_digest_fits_the_key(self):
        for kind, expected in (("p384", "ecdsa-with-SHA384"), ("p521", "ecdsa-with-SHA512"),
                               ("brainpool", "ecdsa-with-SHA256"), ("ed25519", "ED25519"),
                               ("ed448", "ED448")):
            self.make_cert(kind, "ca", 0x4000, EKU, kind=kind)
            self.assertEqual(self.algorithm(kind), expected)

    def test_digest_refused(self):
        for digest in ("sha1", "md5"):
            self.usage(f"--digest: {digest} is too weak for signatures; use sha224, sha256, "
                       "sha384 or sha512", *self.ISSUER, *self.GOOD, *self.LEAF, "--digest", digest)
        for digest in ("", "SHA256", "sha3-256"):
            self.usage(f'--digest: "{digest}" is not one of sha224, sha256, sha384, sha512',
                       *self.ISSUER, *self.GOOD, *self.LEAF, "--digest", digest)

    def refuse_signer(self, error, signer, *args, key=None):
        self.refuse(65, f"{signer}.pem: {error}\n", "--issuer", "ca.pem", "--signer",
                    f"{signer}.pem", "--key", key or f"{signer}.key", *self.GOOD, *self.LEAF, *args)

    def test_digest_or_padding_that_the_key_does_not_have(self):
        self.make_cert("ed", "ca", 0x4000, EKU, kind="ed25519")
        self.refuse_signer("the key has an algorithm of its own, and no choice of hash (RFC 8410 "
                           "3)", "ed", "--digest=sha512")
        for signer in ("ed", "delegate"):
            self.refuse_signer("RSASSA-PSS needs an RSA key (RFC 4055 1.2)", signer, "--pss")

    def test_signer_without_purpose(self):
        self.refuse_signer("the signer's certificate is not for signing responses (RFC 6960 "
                           "4.2.2.2, RFC 5280 4.2.1.12); --signer needs the extended key usage "
                           "OCSPSigning", "plain")

    def test_signer_of_another_issuer(self):
        error = ("the signer's certificate is not issued by the issuer itself (RFC 6960 4.2.2.2); "
                 "--signer needs a certificate that --issuer has issued")
        self.refuse_signer(error, "foreign")
        self.refuse_signer(error, "other")

    def test_signer_not_valid(self):
        error = ("the signer's certificate is not valid now (RFC 6960 3.2); use another --signer "
                 "or --produced-at")
        for signer in ("delegate", "ca"):
            for at in (int(time.time()) - DAY, int(time.time()) + 31 * DAY):
                self.refuse_signer(error, signer, "--produced-at", str(at))
        self.refuse(65, f"ca.pem: {error}\n", *self.ISSUER, *self.GOOD, *self.LEAF,
                    "--produced-at=0")

    def test_signer_with_unknown_critical_extension(self):
        self.make_cert("strange", "ca", 0x4000, EKU + "1.2.3.4=critical,DER:0500\n")
        self.refuse_signer("the signer's certificate has a critical extension that is not "
                           "understood (RFC 5280 4.2); use another --signer", "strange")

    def test_signer_with_weak_signature(self):
        self.make_cert("weak", "ca", 0x4000, EKU, options=("-days", "30", "-sha1"))
        self.refuse_signer("a signature is made with SHA-1 or a weaker hash (RFC 6960 5.1.1); use "
                           "another --signer", "weak")

    def test_key_of_somebody_else(self):
        error = ("the private key is not that of the signer's certificate; --key must be the "
                 "private key of this certificate")
        self.refuse_signer(error, "delegate", key="ca.key")
        self.refuse_signer(error, "delegate", key="rsa.key")
        self.refuse_signer(error, "rsa", key="delegate.key")
        self.refuse(65, f"ca.pem: {error}\n", "--issuer", "ca.pem", "--key", "delegate.key",
                    *self.GOOD, *self.LEAF)

    def test_key_that_signs_wrongly(self):
        self.mix_keys("delegate", "ca", "mixed.der")
        for args in (self.LEAF, ("--request", "asked.der"), (*self.LEAF, "--no-certs")):
            self.refuse(70, "ocsp respond: cannot verify the new response: the "
                        "signature of the response is wrong (RFC 6960 3.2, 4.2.1)\n", "--issuer",
                        "ca.pem", "--signer", "delegate.pem", "--key", "mixed.der", *self.GOOD,
                        *args)

    def test_small_key(self):
        self.make_cert("small", "ca", 0x4000, EKU, kind="small")
        self.refuse_signer("signatures with an RSA key below 2048 bits are not believed (RFC 6960 "
                           "5.1.1); use a larger key", "small")


class UsageTest(RespondCase):
    """Arguments, and where the response goes."""

    def test_missing(self):
        self.usage("missing --issuer", "--key", "ca.key",
                   *self.GOOD, *self.LEAF)
        self.usage("missing --key", "--issuer", "ca.pem", *self.GOOD,
                   *self.LEAF)

    def test_wrong(self):
        self.usage('unexpected argument '
                   '"leaf.pem"', *self.ISSUER, *self.GOOD, *self.LEAF, "leaf.pem")
        self.usage("unrecognized option '--yaml'", "--yaml")
        self.usage("option '--pss' doesn't allow an argument", "--pss=x")
        self.fail_with(64, "ocsp respond: option '--key' requires an argument\n" + RESPOND_USAGE,
                       "respond", "--key")

    def test_standard_output(self):
        for args in ((), ("--out", "-")):
            der = self.succeed("respond", *self.ISSUER, *self.GOOD, *self.LEAF, *args)
            self.write("resp.der", der)
            self.verdict(*self.LEAF)
        with open("/dev/full", "wb") as full:
            self.fail_with(74, "ocsp: cannot write to standard output: No space left on "
                           "device\n", "respond",
                           *self.ISSUER, *self.GOOD, *self.LEAF, stdout=full)

    def test_out_is_whole_or_not_there(self):
        self.write("resp.der", b"before")
        self.fail_with(65, "nowhere: No such file or directory\n", "respond", *self.ISSUER,
                       *self.GOOD, "--cert", "nowhere", "--out", "resp.der")
        self.assertEqual(self.path("resp.der").read_bytes(), b"before")
        self.fail_with(74, "no/resp.der: cannot write the file: No such file or directory\n",
                       "respond", *self.ISSUER, *self.GOOD, *self.LEAF, "--out", "no/resp.der")

    def test_help(self):
        self.assertRegex(self.succeed("help").decode(), r"(?m)^  respond +\S")
        text = self.succeed("respond", "--help").decode()
        self.assertEqual(self.succeed("help", "respond").decode(), text)
        self.assertTrue(text.startswith(RESPOND_USAGE))
        for line in text.splitlines():
            self.assertLessEqual(len(line), 100)
        source = pathlib.Path(__file__).resolve().parents[2] / "cli" / "respond_options.c"
        options = [line.split('"')[1] for line in source.read_text(encoding="ascii").splitlines()
                   if "_argument, NULL" in line]
        self.assertEqual(len(options), 19)
        for option in (*options, "serial", "hex", "decimal"):
            self.assertRegex(text, rf"(?m)^  --{option} ")


if __name__ == "__main__":
    unittest.main()

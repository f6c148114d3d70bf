# SPDX-License-Identifier: MIT
#
# `ocsp verify` on responses that are made without this library: asn1crypto encodes them, the
# openssl command signs them and makes the certificates. Each response that must be refused differs
# from a valid one in the object of one check; the exit status, the check, the error code and the
# whole text with its section are compared.
"""Responses of asn1crypto against ocsp verify."""

import datetime
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

from asn1crypto import algos, core, ocsp, pem, x509

OCSP = os.environ["OCSP"]
NOW = int(time.time())
DAY = 86400
SERIAL = 0x1000
CHECKS = ["response", "certificate", "signer", "signature", "critical_extensions", "times",
          "nonce"]
UNKNOWN_CRITICAL = {"extn_id": "1.2.3.4", "critical": True,
                    "extn_value": core.ParsableOctetString(b"\x05\x00")}
NOT_FOR_SIGNING = ("signer", "delegate-purpose", "the signer's certificate is not for signing "
                   "responses (RFC 6960 4.2.2.2, RFC 5280 4.2.1.12)")
NOT_THE_ISSUERS = ("signer", "delegate-issuer", "the signer's certificate is not issued by the "
                   "issuer itself (RFC 6960 4.2.2.2)")
NOBODY = ("signer", "signer", "responderID names neither the issuer nor a certificate that may "
          "sign (RFC 6960 4.2.2.2, 4.2.2.3)")
NOT_VALID_NOW = ("signer", "delegate-time", "the signer's certificate is not valid now "
                 "(RFC 6960 3.2)")
WRONG = ("signature", "signature", "the signature of the response is wrong (RFC 6960 3.2, 4.2.1)")
WEAK_HASH = ("signature", "weak-hash", "a signature is made with SHA-1 or a weaker hash "
             "(RFC 6960 5.1.1)")
WEAK_KEY = ("signature", "weak-key", "a signature is made with an RSA key below 2048 bits "
            "(RFC 6960 5.1.1)")
NO_MATCH = ("certificate", "no-match", "no SingleResponse is about the certificate "
            "(RFC 6960 3.2)")
CRITICAL = ("critical_extensions", "critical", "a critical extension is not understood "
            "(RFC 6960 4.4)")
CRITICAL_IN_CERT = ("signer", "critical", "the signer's certificate has a critical extension "
                    "that is not understood (RFC 5280 4.2)")
EKU = "extendedKeyUsage=OCSPSigning\n"
CA = "basicConstraints=critical,CA:TRUE\n"
# name: (issuer, subject, kind of key, extensions)
CERTS = {
    "root": ("root", "root", "EC", CA),
    "ca": ("root", "ca", "EC", CA),
    "other": ("other", "other", "EC", CA),
    "twin": ("twin", "ca", "EC", CA),
    "delegate": ("ca", "delegate", "EC", EKU + "noCheck=ignored\n"),
    "checked": ("ca", "checked", "EC", EKU),
    "plain": ("ca", "plain", "EC", ""),
    "nocheck": ("ca", "nocheck", "EC", "noCheck=ignored\n"),
    "any": ("ca", "any", "EC", "extendedKeyUsage=anyExtendedKeyUsage\n"),
    "usage": ("ca", "usage", "EC", EKU + "keyUsage=critical,keyEncipherment\n"),
    "strange": ("ca", "strange", "EC", EKU + "1.2.3.4=critical,DER:0500\n"),
    "above": ("root", "above", "EC", EKU),
    "foreign": ("other", "foreign", "EC", EKU),
    "twins": ("twin", "twins", "EC", EKU),
    "below": ("delegate", "below", "EC", EKU),
    "small": ("ca", "small", "RSA", EKU),
}
KEYS = {"EC": ("EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
        "RSA": ("RSA", "-pkeyopt", "rsa_keygen_bits:1024")}


def when(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def text(seconds):
    return when(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


class Made:
    """The directory with keys and certificates, made once for all tests."""

    folder = None

    @classmethod
    def run(cls, *args, data=None):
        done = subprocess.run(["openssl", *args], cwd=cls.folder.name, input=data, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr.decode())
        return done.stdout

    @classmethod
    def path(cls, name):
        return pathlib.Path(cls.folder.name) / name

    @classmethod
    def make(cls, name, issuer, subject, kind, extensions):
        cls.run("genpkey", "-algorithm", *KEYS[kind], "-out", f"{name}.key")
        cls.run("req", "-config", "req.cnf", "-new", "-key", f"{name}.key", "-subj",
                f"/CN={subject}", "-out", "csr")
        cls.path("ext").write_text(extensions + "subjectKeyIdentifier=hash\n", encoding="ascii")
        by = (["-signkey", f"{name}.key"] if issuer == name else
              ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key"])
        cls.run("x509", "-req", "-in", "csr", *by, "-set_serial", str(0x2000 + len(name)), "-days",
                "30", "-extfile", "ext", "-out", f"{name}.pem")


def setUpModule():
    Made.folder = tempfile.TemporaryDirectory(prefix="ocsp-asn1crypto-")
    unittest.addModuleCleanup(Made.folder.cleanup)
    Made.path("req.cnf").write_text("[req]\ndistinguished_name=dn\n[dn]\n", encoding="ascii")
    for name, what in CERTS.items():
        Made.make(name, *what)


@functools.lru_cache(maxsize=None)
def certificate(name):
    _, _, der = pem.unarmor(Made.path(f"{name}.pem").read_bytes())
    return x509.Certificate.load(der)


def key_octets(cert):
    """The input of a KeyHash: the key without tag, length and unused bits."""
    return cert["tbs_certificate"]["subject_public_key_info"]["public_key"].contents[1:]


def cert_id(serial=SERIAL, digest="sha256", issuer="ca", name=None, key=None):
    make = getattr(hashlib, digest)
    subject, public = certificate(name or issuer), certificate(key or issuer)
    return ocsp.CertId({
        "hash_algorithm": algos.DigestAlgorithm({"algorithm": digest}),
        "issuer_name_hash": make(subject.subject.dump()).digest(),
        "issuer_key_hash": make(key_octets(public)).digest(),
        "serial_number": serial,
    })


def revoked(seconds, reason=None):
    info = {"revocation_time": when(seconds)}
    if reason is not None:
        info["revocation_reason"] = reason
    return ocsp.CertStatus("revoked", ocsp.RevokedInfo(info))


GOOD = ocsp.CertStatus("good", ocsp.StatusGood())
UNKNOWN = ocsp.CertStatus("unknown", ocsp.StatusUnknown())


def single(status=GOOD, this=NOW, until=NOW + DAY, extensions=(), **asked):
    fields = {"cert_id": cert_id(**asked), "cert_status": status, "this_update": when(this)}
    if until is not None:
        fields["next_update"] = when(until)
    if extensions:
        fields["single_extensions"] = list(extensions)
    return ocsp.SingleResponse(fields)


def responder_id(signer, by):
    cert = certificate(signer)
    if by == "name":
        return ocsp.ResponderId("by_name", cert.subject)
    return ocsp.ResponderId("by_key", core.OctetString(hashlib.sha1(key_octets(cert)).digest()))


def response(*singles, signer="ca", named=None, key=None, by="key", produced=NOW, extensions=(),
             digest="sha256", certs=None, signature=None):
    """An OCSPResponse. `named` is the owner of the responderID, `key` that of the signing key."""
    fields = {"responder_id": responder_id(named or signer, by), "produced_at": when(produced),
              "responses": list(singles) or [single()]}
    if extensions:
        fields["response_extensions"] = list(extensions)
    data = ocsp.ResponseData(fields)
    kind = CERTS[key or signer][2]
    if signature is None:
        signature = Made.run("dgst", f"-{digest}", "-sign", f"{key or signer}.key",
                             data=data.dump())
    basic = {"tbs_response_data": data, "signature": signature, "signature_algorithm": {
        "algorithm": f"{digest}_{'ecdsa' if kind == 'EC' else 'rsa'}"}}
    certs = [signer] if certs is None and signer != "ca" else certs or []
    if certs:
        basic["certs"] = [certificate(name) for name in certs]
    return ocsp.OCSPResponse({"response_status": "successful", "response_bytes": {
        "response_type": "basic_ocsp_response",
        "response": ocsp.BasicOCSPResponse(basic)}}).dump()


def nonce(octets):
    return {"extn_id": "nonce", "extn_value": core.OctetString(octets)}


class Verify(unittest.TestCase):
    """Runs the command."""

    maxDiff = None

    def run_verify(self, der, *args, at=NOW):
        Made.path("resp.der").write_bytes(der)
        return subprocess.run([OCSP, "verify", "--json", "--issuer", "ca.pem", f"--serial={SERIAL:#x}",
                               "--at", str(at), *args, "resp.der"], cwd=Made.folder.name,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=60, check=False)

    def believe(self, der, *args, status=0, signer="issuer", **more):
        """Checks that the response is accepted, and returns the output."""
        done = self.run_verify(der, *args, **more)
        self.assertEqual((done.stderr.decode(), done.returncode), ("", status))
        answer = json.loads(done.stdout)
        self.assertEqual(answer["verdict"], ("good", "revoked", "unknown")[status])
        self.assertEqual(answer["signer"], signer)
        for name in CHECKS:
            self.assertIn(answer["checks"][name]["outcome"], ("ok", "not-checked"))
        return answer

    def refuse(self, der, expected, *args, detail="", **more):
        """Checks that the response is refused, with this check, code and text."""
        check, code, what = expected
        done = self.run_verify(der, *args, **more)
        answer = json.loads(done.stdout)
        self.assertEqual((done.returncode, answer["verdict"], answer["error"]["code"],
                          answer["error"]["what"]), (3, "not-verified", code, what))
        line = re.sub(r"\Aresp\.der: (byte \d+: )?", "", done.stderr.decode())
        self.assertEqual(line, f"{what}{detail}\n")
        failed = CHECKS.index(check)
        outcomes = [answer["checks"][name]["outcome"] for name in CHECKS]
        self.assertEqual(outcomes, ["ok"] * failed + ["failed"]
                         + ["not-reached"] * (len(CHECKS) - failed - 1))


class Believed(Verify):
    """A valid response of each kind, and other outcomes."""

    def test_issuer(self):
        for by in ("key", "name"):
            answer = self.believe(response(by=by))
            self.assertEqual((answer["signer_name"], answer["this_update"], answer["next_update"],
                              answer["produced_at"]),
                             ("CN=ca", text(NOW), text(NOW + DAY), text(NOW)))

    def test_delegate(self):
        for by in ("key", "name"):
            for signer in ("delegate", "checked"):
                answer = self.believe(response(signer=signer, by=by), signer="delegate")
                self.assertEqual((answer["signer_name"], answer["signer_needs_check"]),
                                 (f"CN={signer}", signer == "checked"))

    def test_trusted(self):
        for by in ("key", "name"):
            for certs in (None, []):
                der = response(signer="foreign", by=by, certs=certs)
                self.believe(der, "--trusted-responder", "foreign.pem", signer="trusted")

    def test_right_certificate_is_not_the_first(self):
        self.believe(response(signer="delegate", certs=["other", "plain", "delegate"]),
                     signer="delegate")

    def test_hashes(self):
        for digest in ("sha1", "sha224", "sha256", "sha384", "sha512"):
            self.believe(response(single(digest=digest)))

    def test_signature_hashes(self):
        for digest in ("sha224", "sha256", "sha384", "sha512"):
            self.believe(response(digest=digest))

    def test_revoked(self):
        reasons = {"key_compromise": (1, "keyCompromise"), "superseded": (4, "superseded"),
                   "aa_compromise": (10, "aACompromise")}
        for reason, (code, name) in reasons.items():
            answer = self.believe(response(single(revoked(NOW - DAY, reason))), status=1)
            self.assertEqual((answer["revocation_time"], answer["revocation_reason"],
                              answer["not_issued"]),
                             (text(NOW - DAY), {"code": code, "name": name}, False))

    def test_revoked_without_reason(self):
        answer = self.believe(response(single(revoked(NOW - DAY))), status=1)
        self.assertNotIn("revocation_reason", answer)

    def test_unknown(self):
        self.believe(response(single(UNKNOWN)), status=2)

    def test_extended_revoke(self):
        mark = {"extn_id": "extended_revoke", "extn_value": core.Null()}
        for seconds, extensions, is_not_issued in ((0, [mark], True), (0, [], False),
                                                   (1, [mark], False)):
            der = response(single(revoked(seconds, "certificate_hold")), extensions=extensions)
            self.assertIs(self.believe(der, status=1)["not_issued"], is_not_issued)

    def test_archive_cutoff(self):
        cutoff = {"extn_id": "archive_cutoff", "extn_value": core.GeneralizedTime(when(0))}
        answer = self.believe(response(single(extensions=[cutoff])))
        self.assertEqual(answer["archive_cutoff"], "1970-01-01T00:00:00Z")

    def test_strictest_of_several(self):
        bad = revoked(NOW - DAY, "key_compromise")
        for statuses, status in (((GOOD, bad), 1), ((bad, GOOD), 1), ((UNKNOWN, bad, GOOD), 1),
                                 ((GOOD, UNKNOWN), 2), ((UNKNOWN, GOOD), 2), ((GOOD, GOOD), 0)):
            self.believe(response(*(single(one) for one in statuses)), status=status)
        self.believe(response(single(GOOD, digest="sha1"), single(bad)), status=1)

    def test_others_do_not_count(self):
        bad = revoked(NOW - DAY)
        self.believe(response(single(bad, serial=SERIAL + 1), single(), single(bad, serial=1),
                              single(bad, issuer="other")))

    def test_nonce(self):
        der = response(extensions=[nonce(b"\x0a" * 32)])
        answer = self.believe(der, "--nonce", "0a" * 32)
        self.assertEqual(answer["checks"]["nonce"], {"outcome": "ok"})
        self.believe(der)
        self.believe(response(), "--nonce=0a", "--allow-missing-nonce")

    def test_unknown_extensions_that_are_not_critical(self):
        plain = {**UNKNOWN_CRITICAL, "critical": False}
        self.believe(response(single(extensions=[plain]), extensions=[plain]))

    def test_no_next_update(self):
        answer = self.believe(response(single(until=None)), at=NOW + DAY)
        self.assertIsNone(answer["next_update"])


class Refused(Verify):
    """Each response fails one check."""

    def test_status_not_successful(self):
        names = {"malformed_request": "malformedRequest", "internal_error": "internalError",
                 "try_later": "tryLater", "sign_required": "sigRequired",
                 "unauthorized": "unauthorized"}
        for status, name in names.items():
            der = ocsp.OCSPResponse({"response_status": status}).dump()
            self.refuse(der, ("response", "not-successful", "the responder answered with an error "
                              "(RFC 6960 2.3)"), detail=f": {name}")

    def test_not_basic(self):
        der = ocsp.OCSPResponse({"response_status": "successful", "response_bytes": {
            "response_type": "1.3.6.1.5.5.7.48.1.99",
            "response": core.ParsableOctetString(b"\x05\x00")}}).dump()
        self.refuse(der, ("response", "not-basic", "responseType is not id-pkix-ocsp-basic "
                          "(RFC 6960 4.2.1)"))

    def test_serial_other(self):
        for serial in (SERIAL + 1, 0x10, 0x100000, -SERIAL):
            self.refuse(response(single(serial=serial)), NO_MATCH)

    def test_issuer_name_hash_other(self):
        self.refuse(response(single(name="other")), NO_MATCH)

    def test_issuer_key_hash_other(self):
        self.refuse(response(single(key="twin")), NO_MATCH)

    def test_issuer_hashes_of_another_algorithm(self):
        asked = single()
        asked["cert_id"]["hash_algorithm"] = {"algorithm": "sha384"}
        self.refuse(response(asked), NO_MATCH)

    def test_responder_unknown(self):
        for by in ("key", "name"):
            self.refuse(response(named="other", by=by), NOBODY)

    def test_delegate_left_out(self):
        self.refuse(response(signer="delegate", certs=[]), NOBODY)

    def test_delegate_of_another_ca(self):
        for by in ("key", "name"):
            self.refuse(response(signer="foreign", by=by), NOT_THE_ISSUERS)
            self.refuse(response(signer="foreign", by=by, certs=["foreign", "other"]),
                        NOT_THE_ISSUERS)

    def test_delegate_of_the_root_above(self):
        self.refuse(response(signer="above", certs=["above", "root"]), NOT_THE_ISSUERS)

    def test_delegate_of_a_delegate(self):
        self.refuse(response(signer="below", certs=["below", "delegate"]), NOT_THE_ISSUERS)

    def test_delegate_of_a_ca_with_the_same_name(self):
        self.refuse(response(signer="twins", certs=["twins", "twin"]), NOT_THE_ISSUERS)

    def test_eku_missing(self):
        self.refuse(response(signer="plain"), NOT_FOR_SIGNING)

    def test_eku_any(self):
        self.refuse(response(signer="any"), NOT_FOR_SIGNING)

    def test_nocheck_without_eku(self):
        self.refuse(response(signer="nocheck"), NOT_FOR_SIGNING)

    def test_key_usage_without_signing(self):
        self.refuse(response(signer="usage"), NOT_FOR_SIGNING)

    def test_delegate_with_unknown_critical_extension(self):
        self.refuse(response(signer="strange"), CRITICAL_IN_CERT)

    def test_delegate_expired(self):
        later = NOW + 40 * DAY
        asked = single(this=later, until=later + DAY)
        self.believe(response(asked, produced=later), at=later)
        self.refuse(response(asked, signer="delegate", produced=later), NOT_VALID_NOW, at=later)

    def test_delegate_not_yet_valid(self):
        earlier = NOW - DAY
        asked = single(this=earlier, until=NOW)
        self.believe(response(asked, produced=earlier), at=earlier)
        self.refuse(response(asked, signer="delegate", produced=earlier), NOT_VALID_NOW,
                    at=earlier)

    def test_trusted_expired(self):
        later = NOW + 40 * DAY
        der = response(single(this=later, until=later + DAY), signer="foreign", produced=later)
        self.refuse(der, ("signer", "delegate-time", "the trusted responder's certificate is not "
                          "valid now (RFC 6960 3.2)"), "--trusted-responder", "foreign.pem",
                    at=later)

    def test_signature_of_another_key(self):
        self.refuse(response(key="other"), WRONG)
        self.refuse(response(signer="delegate", key="ca"), WRONG)
        self.refuse(response(key="delegate"), WRONG)

    def test_signature_of_other_data(self):
        signature = ocsp.OCSPResponse.load(response(single(UNKNOWN))).basic_ocsp_response
        self.refuse(response(signature=signature["signature"].native), WRONG)

    def test_signature_sha1(self):
        for signer, kind in (("ca", "issuer"), ("delegate", "delegate")):
            der = response(signer=signer, digest="sha1")
            self.refuse(der, WEAK_HASH)
            self.believe(der, "--insecure-allow-sha1", signer=kind)

    def test_signer_rsa_1024(self):
        der = response(signer="small")
        self.refuse(der, WEAK_KEY)
        self.believe(der, "--insecure-allow-small-rsa", signer="delegate")

    def test_critical_in_response(self):
        self.refuse(response(extensions=[UNKNOWN_CRITICAL]), CRITICAL)

    def test_critical_in_single(self):
        self.refuse(response(single(extensions=[UNKNOWN_CRITICAL])), CRITICAL)

    def test_this_update_future(self):
        der = response(single(this=NOW + 301))
        self.refuse(der, ("times", "not-yet", "thisUpdate is in the future "
                          "(RFC 6960 3.2, 4.2.2.1)"))
        self.believe(der, at=NOW + 1)

    def test_produced_at_future(self):
        der = response(produced=NOW + 301)
        self.refuse(der, ("times", "not-yet", "producedAt is in the future (RFC 6960 4.2.2.1)"))
        self.believe(der, at=NOW + 1)

    def test_next_update_passed(self):
        der = response(single(this=NOW - DAY, until=NOW - 300))
        self.refuse(der, ("times", "expired", "nextUpdate has passed (RFC 6960 3.2, 4.2.2.1)"))
        self.believe(der, at=NOW - 1)

    def test_no_next_update_and_old(self):
        der = response(single(this=NOW - DAY - 301, until=None))
        self.refuse(der, ("times", "too-old", "thisUpdate is too long ago, and there is no "
                          "nextUpdate (RFC 6960 3.2)"))
        self.believe(der, at=NOW - 1)

    def test_next_update_before_this_update(self):
        self.refuse(response(single(until=NOW - 1)), (
            "times", "time-order", "nextUpdate is before thisUpdate (RFC 6960 4.2.2.1)"))

    def test_nonce_missing(self):
        self.refuse(response(), ("nonce", "nonce-missing", "there is no nonce "
                                 "(RFC 6960 4.4.1, RFC 9654 2.1)"), "--nonce=0a0b")

    def test_nonce_mismatch(self):
        for octets in (b"\x0a\x0c", b"\x0a", b"\x0a\x0b\x00"):
            self.refuse(response(extensions=[nonce(octets)]), (
                "nonce", "nonce-mismatch", "the nonce is not the one sent "
                "(RFC 6960 4.4.1, RFC 9654 2.1)"), "--nonce=0a0b")


if __name__ == "__main__":
    sys.exit(unittest.main())

# SPDX-License-Identifier: MIT
#
# `ocsp respond` and `ocsp request --sign` against other programs, for each type of key, in
# both directions: `openssl ocsp` and libcrypto's functions, and GnuTLS's ocsptool.
"""Tests of signed messages with other programs."""

import os
import re
import subprocess
import unittest

from support import EKU, KEYS, PreparedCase

KINDS = [kind for kind in KEYS if kind != "small"]
REQUEST_VERIFY = os.environ["REQUEST_VERIFY"]
WORDS = {"leaf": "good", "bad": "revoked", "missing": "unknown"}
EXIT = {"good": 0, "revoked": 1, "unknown": 2}
SERIALS = {"leaf": 0x1000, "bad": 0x1001, "missing": 0x1003}
SAY = {
    "good": ("--status=good",),
    "unknown": ("--status=unknown",),
    "revoked": ("--status=revoked", "--revoked-at=2023-06-01T12:00:00Z",
                "--reason=keyCompromise"),
}
INDEX = ("V\t491231235959Z\t\t1000\tunknown\t/CN=leaf\n"
         "R\t491231235959Z\t230601120000Z,keyCompromise\t1001\tunknown\t/CN=bad\n")

# What GnuTLS cannot verify, and what it says then: curves that it does not have; and
# RSASSA-PSS with another hash than SHA-256, since it does not look at the parameters.
NO_CURVE = "The curve is unsupported"
NO_PSS = "Failure, Signature failure."
SUCCESS = "Success."


class PeersCase(PreparedCase):
    """An authority of each type of key, and a delegate of each type of key of one of them."""

    def make_all(self):
        for kind in KINDS:
            self.make_key(f"ca-{kind}", kind)
            self.make_ca(f"ca-{kind}", key=f"ca-{kind}")
        for kind in KINDS:
            self.make_cert(f"d-{kind}", "ca-p256", 0x2000, EKU + "noCheck=ignored\n", kind=kind)
            for name, serial in SERIALS.items():
                self.make_cert(f"{name}-{kind}", f"ca-{kind}", serial)
        self.write("index.txt", INDEX)

    def signers(self):
        """(kind of key, the issuer's kind, the signer) for each signer there is."""
        for kind in KINDS:
            yield kind, kind, f"ca-{kind}"
            yield kind, "p256", f"d-{kind}"

    def respond(self, issuer, signer, name, *args):
        self.succeed("respond", "--issuer", f"ca-{issuer}.pem", "--signer", f"{signer}.pem",
                     "--key", f"{signer}.key", "--cert", f"{name}-{issuer}.pem",
                     *SAY[WORDS[name]], "--out", "resp.der", *args)

    def openssl_says(self, issuer, name, *args):
        """Returns the output of `openssl ocsp` if it verifies the response."""
        done = subprocess.run(["openssl", "ocsp", "-respin", "resp.der", "-issuer",
                               f"ca-{issuer}.pem", "-sha256", "-cert", f"{name}-{issuer}.pem",
                               "-CAfile", f"ca-{issuer}.pem", *args],
                              cwd=self.dir, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertIn(b"Response verify OK", done.stderr)
        return done.stdout.decode()

    def gnutls_says(self, issuer, signer, name):
        """What `ocsptool` makes of the response, and the status that it reads. A signer that is
        named by its key and does not stand in the response has to be pointed out to it."""
        trust = "--load-trust" if signer.startswith("d-") else "--load-signer"
        done = subprocess.run(["ocsptool", "--verify-response", "--load-response", "resp.der",
                               "--load-issuer", f"ca-{issuer}.pem", trust, f"ca-{issuer}.pem",
                               "--load-cert", f"{name}-{issuer}.pem"],
                              cwd=self.dir, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60, check=False)
        output = done.stdout.decode()
        status = re.findall(r"Certificate Status: (\S+)", output)
        verdict = re.findall(r"(?m)^(?:Verifying OCSP Response|gnutls_ocsp_resp_verify): (.*)$",
                             output)
        return verdict, status

    def openssl_responds(self, issuer, signer, name, *args):
        """A response of `openssl ocsp`."""
        self.openssl("ocsp", "-index", "index.txt", "-CA", f"ca-{issuer}.pem", "-issuer",
                     f"ca-{issuer}.pem", "-rsigner", f"{signer}.pem", "-rkey", f"{signer}.key",
                     "-sha256", "-cert", f"{name}-{issuer}.pem", "-ndays", "7", "-respout",
                     "resp.der", *args)

    def we_say(self, issuer, name, *args):
        done = self.run_ocsp("verify", "--issuer", f"ca-{issuer}.pem", "--cert",
                             f"{name}-{issuer}.pem", *args, "resp.der")
        self.assertEqual(done.stderr, b"")
        return done.returncode

    def algorithm(self):
        return self.json("resp.der")["signature_algorithm"]["name"]


class OursTest(PeersCase):
    """Our responses, read and verified by others."""

    def test_each_signer_and_status(self):
        for kind, issuer, signer in self.signers():
            for name, word in WORDS.items():
                for args in ((), ("--by-name",)):
                    with self.subTest(signer=signer, name=name, args=args):
                        self.respond(issuer, signer, name, *args)
                        text = self.openssl_says(issuer, name)
                        self.assertTrue(text.startswith(f"{name}-{issuer}.pem: {word}\n"))
                        if word == "revoked":
                            self.assertIn("\tReason: keyCompromise\n\tRevocation Time: Jun  1 "
                                          "12:00:00 2023 GMT\n", text)
                        self.assertEqual(self.gnutls_says(issuer, signer, name), (
                            [NO_CURVE if kind == "brainpool" else SUCCESS], [word]))

    def test_digests(self):
        for kind, name in (("rsa", "{}WithRSAEncryption"), ("p256", "ecdsa-with-{}")):
            for digest in ("sha224", "sha256", "sha384", "sha512"):
                with self.subTest(kind=kind, digest=digest):
                    self.respond("p256", f"d-{kind}", "leaf", "--digest", digest)
                    self.assertEqual(self.algorithm().lower(), name.format(digest).lower())
                    self.assertIn(": good\n", self.openssl_says("p256", "leaf"))
                    self.assertEqual(self.gnutls_says("p256", f"d-{kind}", "leaf"),
                                     ([SUCCESS], ["good"]))

    def test_pss(self):
        for digest in ("sha224", "sha256", "sha384", "sha512"):
            for issuer, signer in (("rsa", "ca-rsa"), ("p256", "d-rsa")):
                with self.subTest(signer=signer, digest=digest):
                    self.respond(issuer, signer, "leaf", "--pss", "--digest", digest)
                    self.assertEqual(self.algorithm(), "rsassaPss")
                    self.assertIn(": good\n", self.openssl_says(issuer, "leaf"))
                    self.assertEqual(self.gnutls_says(issuer, signer, "leaf"), (
                        [SUCCESS if digest == "sha256" else NO_PSS], ["good"]))

    def test_without_certificate(self):
        self.respond("p256", "d-rsa", "leaf", "--no-certs")
        self.assertIn(": good\n", self.openssl_says("p256", "leaf", "-verify_other", "d-rsa.pem"))

    def test_no_next_update(self):
        self.respond("p256", "ca-p256", "leaf", "--next-update=none")
        self.assertNotIn("Next Update", self.openssl_says("p256", "leaf"))

    def test_hashes_of_cert_ids(self):
        for name in ("sha1", "sha224", "sha384", "sha512"):
            self.respond("p256", "ca-p256", "leaf", "--hash", name)
            self.assertIn(": good\n", self.openssl_says("p256", "leaf", f"-{name}", "-cert",
                                                        "leaf-p256.pem"))


class TheirsTest(PeersCase):
    """Responses of `openssl ocsp`, verified by us."""

    def test_each_signer_and_status(self):
        for _, issuer, signer in self.signers():
            for name, word in WORDS.items():
                for args in ((), ("-resp_key_id",)):
                    with self.subTest(signer=signer, name=name, args=args):
                        self.openssl_responds(issuer, signer, name, *args)
                        self.assertEqual(self.we_say(issuer, name), EXIT[word])

    def test_digests_and_pss(self):
        for digest in ("sha224", "sha256", "sha384", "sha512"):
            for padding in ((), ("-rsigopt", "rsa_padding_mode:pss", "-rsigopt",
                                 "rsa_pss_saltlen:digest")):
                self.openssl_responds("p256", "d-rsa", "leaf", "-rmd", digest, *padding)
                self.assertEqual(self.algorithm(),
                                 "rsassaPss" if padding else f"{digest}WithRSAEncryption")
                self.assertEqual(self.we_say("p256", "leaf"), 0)
                # Whether GnuTLS accepts PSS does not depend on the signer.
                self.assertEqual(self.gnutls_says("p256", "d-rsa", "leaf"), (
                    [NO_PSS if padding and digest != "sha256" else SUCCESS], ["good"]))

    def test_same_signature_algorithm(self):
        for _, issuer, signer in self.signers():
            self.respond(issuer, signer, "leaf")
            ours = self.json("resp.der")["signature_algorithm"]
            digest = {"p384": "sha384", "p521": "sha512"}.get(signer.split("-")[1], "sha256")
            own = "ed" in signer
            self.openssl_responds(issuer, signer, "leaf", *(() if own else ("-rmd", digest)))
            self.assertEqual(self.json("resp.der")["signature_algorithm"], ours, signer)


class RequestTest(PeersCase):
    """Requests and nonces, both ways."""

    def request(self, *args):
        self.succeed("request", "--issuer", "ca-p256.pem", "leaf-p256.pem", "--out", "req.der",
                     *args)

    def sign(self, signer, *args):
        self.request("--sign", "--signer", f"{signer}.pem", "--key", f"{signer}.key", *args)

    def libcrypto_says(self, ca):
        done = subprocess.run([REQUEST_VERIFY, "req.der", ca], cwd=self.dir, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        return done.returncode, done.stdout.decode()

    def test_our_request_answered_by_openssl(self):
        self.request("--nonce=0a0b0c0d")
        self.openssl("ocsp", "-index", "index.txt", "-CA", "ca-p256.pem", "-rsigner", "d-p384.pem",
                     "-rkey", "d-p384.key", "-reqin", "req.der", "-ndays", "7", "-respout",
                     "resp.der")
        self.succeed("verify", "--issuer", "ca-p256.pem", "--request", "req.der", "resp.der")

    def answer(self):
        self.succeed("respond", "--issuer", "ca-p256.pem", "--signer", "d-p256.pem", "--key",
                     "d-p256.key", "--status=good", "--request", "req.der", "--out", "resp.der")

    def test_their_request_answered_by_us(self):
        for name in ("-sha1", "-sha256"):
            self.openssl("ocsp", "-issuer", "ca-p256.pem", name, "-cert", "leaf-p256.pem",
                         "-nonce", "-reqout", "req.der")
            self.answer()
            done = subprocess.run(["openssl", "ocsp", "-reqin", "req.der", "-respin", "resp.der",
                                   "-CAfile", "ca-p256.pem"], cwd=self.dir, timeout=60,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, check=False)
            # Nothing about a nonce that is missing or another.
            self.assertEqual((done.stderr, done.returncode), (b"Response verify OK\n", 0))
            self.succeed("verify", "--issuer", "ca-p256.pem", "--request", "req.der", "resp.der")

    def test_another_nonce_is_seen(self):
        self.request("--nonce=0a0b0c0d")
        self.answer()
        self.request("--nonce=0a0b0c0e")
        done = subprocess.run(["openssl", "ocsp", "-reqin", "req.der", "-respin", "resp.der",
                               "-CAfile", "ca-p256.pem"], cwd=self.dir, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        self.assertEqual((done.stderr, done.returncode), (b"Nonce Verify error\n", 1))

    def test_signed_request(self):
        for kind in KINDS:
            for args in ((), ("--nonce",)):
                self.sign(f"d-{kind}", *args)
                self.assertEqual(self.libcrypto_says("ca-p256.pem"), (0, "verified\n"), kind)
                self.assertEqual(self.libcrypto_says("ca-rsa.pem"), (1, "not verified\n"), kind)

    def test_signed_request_algorithms(self):
        for digest in ("sha224", "sha256", "sha384", "sha512"):
            for more in ((), ("--pss",)):
                self.sign("d-rsa", "--digest", digest, *more)
                self.assertEqual(self.json("req.der")["signature_algorithm"]["name"],
                                 "rsassaPss" if more else f"{digest}WithRSAEncryption")
                self.assertEqual(self.libcrypto_says("ca-p256.pem"), (0, "verified\n"))

    def test_signed_request_tampered(self):
        self.sign("d-p256", "--nonce=0a0b0c0d")
        der = self.path("req.der").read_bytes()
        self.write("req.der", der.replace(b"\x0a\x0b\x0c\x0d", b"\x0a\x0b\x0c\x0e"))
        self.assertEqual(self.libcrypto_says("ca-p256.pem"), (1, "not verified\n"))

    def test_signed_request_answered(self):
        self.sign("d-p256", "--nonce=0a0b0c0d")
        self.answer()
        self.succeed("verify", "--issuer", "ca-p256.pem", "--request", "req.der", "resp.der")

    def test_signed_request_of_openssl(self):
        for kind in KINDS:
            self.openssl("ocsp", "-issuer", "ca-p256.pem", "-cert", "leaf-p256.pem", "-signer",
                         f"d-{kind}.pem", "-signkey", f"d-{kind}.key", "-reqout", "req.der")
            self.assertEqual(self.libcrypto_says("ca-p256.pem"), (0, "verified\n"))
            theirs = self.json("req.der")
            self.sign(f"d-{kind}", "--hash=sha1", f"--nonce={theirs['extensions'][0]['value']}",
                      *(("--digest=sha256",) if kind in ("p384", "p521") else ()))
            ours = self.json("req.der")
            self.assertEqual(theirs["requestor_name"],
                             {"kind": "directory_name", "value": f"CN=d-{kind}"})
            self.assertEqual([one["subject"] for one in theirs["certificates"]], [f"CN=d-{kind}"])
            for message in (theirs, ours):
                del message["signature"]
                del message["octets"]
            self.assertEqual(ours, theirs)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
#
# `ocsp request`: the documented request, the same octets as `openssl ocsp`, how
# issuers are found, the nonce, and that --out writes a file whole or not at all.
"""Tests of ocsp request."""

import base64
import os
import pty
import resource
import signal
import stat
import subprocess
import unittest

from support import (Case, ISSUER, LEAF, OCSP, REQUEST_USAGE, SEED, der_of, error_response, pem)

NONCE = "1.3.6.1.5.5.7.48.1.2"


class RequestCase(Case):
    """A test with the means to look into a request."""

    def show(self, der):
        self.write("shown.der", der)
        return self.json("shown.der")

    def request(self, *args, **more):
        return self.show(self.succeed("request", *args, **more))

    def serials(self, *args):
        return [one["cert_id"]["serial"]["decimal"] for one in self.request(*args)["requests"]]


class BuildTest(RequestCase):
    """The content of requests."""

    def test_founding_request(self):
        der = self.succeed("request", "--hash", "sha1", "--issuer", ISSUER, LEAF)
        documented = (SEED / "built-request.b64").read_bytes()
        self.assertEqual(der, base64.b64decode(documented))

    def test_default_is_sha256(self):
        self.assertEqual(self.succeed("request", "--issuer", ISSUER, LEAF),
                         self.succeed("request", "--hash=sha256", "--issuer", ISSUER, LEAF))
        one, = self.request("--issuer", ISSUER, LEAF)["requests"]
        self.assertEqual(one["cert_id"]["hash_algorithm"]["name"], "sha256")

    def test_same_octets_as_openssl(self):
        for name in ("sha1", "sha224", "sha256", "sha384", "sha512"):
            self.openssl("ocsp", f"-{name}", "-issuer", ISSUER, "-cert", LEAF, "-no_nonce",
                         "-reqout", "theirs.der")
            ours = self.succeed("request", "--hash", name, "--issuer", ISSUER, LEAF)
            self.assertEqual(ours, self.path("theirs.der").read_bytes(), name)

    def test_same_octets_as_openssl_with_several(self):
        self.make_ca("ca")
        certs = [self.make_cert(f"c{serial}", "ca", serial) for serial in (1, 0x80, 0x7FFF)]
        asked = [word for cert in certs for word in ("-cert", cert)]
        self.openssl("ocsp", "-sha256", "-issuer", "ca.pem", *asked, "-no_nonce", "-reqout",
                     "theirs.der")
        self.assertEqual(self.succeed("request", "--issuer", "ca.pem", *certs),
                         self.path("theirs.der").read_bytes())

    def test_duplicates_stay(self):
        self.assertEqual(self.serials("--issuer", ISSUER, LEAF, LEAF), ["16160", "16160"])

    def test_serial(self):
        """A certificate that is not there; the cert ID is that of openssl."""
        for text, forms in (("0x1000", (("0x1000",), ("10:00",), ("4096", "--decimal"),
                                        ("1000", "--hex"))),
                            ("-42", (("-0x2a",), ("-42", "--decimal")))):
            self.openssl("ocsp", "-sha256", "-issuer", ISSUER, "-serial", text, "-no_nonce",
                         "-reqout", "theirs.der")
            for form in forms:
                self.assertEqual(self.succeed("request", "--issuer", ISSUER, "--serial", *form),
                                 self.path("theirs.der").read_bytes(), form)

    def test_serials_beside_certificates(self):
        self.assertEqual(self.serials("--serial=0x07", "--issuer", ISSUER, LEAF, "--serial=0x05"),
                         ["16160", "7", "5"])
        # Only --issuer says whose numbers they are.
        self.make_ca("ca")
        self.make_cert("c1", "ca", 1)
        chain = self.path("c1.pem").read_bytes() + self.path("ca.pem").read_bytes()
        self.write("chain.pem", chain)
        self.assertEqual(self.serials("--serial=0x07", "--issuer", ISSUER, "chain.pem"),
                         ["1", "7"])

    def test_serial_of_several_issuers(self):
        self.make_ca("ca")
        self.fail_with(65, f"ocsp request: --serial needs one --issuer: {ISSUER} and ca.pem hold "
                       "different ones\n", "request", "--issuer", ISSUER, "--issuer", "ca.pem",
                       "--serial=0x05")

    def test_serial_refused(self):
        for error, *args in (
                ("--serial needs --issuer", "--serial=0x05"),
                ("--hex and --decimal need --serial", "--hex", LEAF),
                ('--serial: "42" may be hexadecimal or decimal: add --hex or --decimal, or write '
                 "0x42 / 0x2a", "--serial=42", "--issuer", ISSUER),
                ("--hex and --decimal exclude each other", "--hex", "--decimal")):
            self.fail_with(64, f"ocsp request: {error}\n{REQUEST_USAGE}", "request", *args)

    def test_forms_of_certificates(self):
        expected = self.succeed("request", "--issuer", ISSUER, LEAF)
        self.write("leaf.der", der_of(LEAF))
        self.write("issuer.hex", der_of(ISSUER).hex())
        self.assertEqual(self.succeed("request", "--issuer", "issuer.hex", "leaf.der"), expected)
        self.assertEqual(self.succeed("request", "--issuer", "-", "leaf.der",
                                      input=base64.b64encode(der_of(ISSUER))), expected)

    def test_options_behind_certificates(self):
        self.assertEqual(self.succeed("request", LEAF, "--issuer", ISSUER),
                         self.succeed("request", "--issuer", ISSUER, LEAF))

    def test_digest_that_libcrypto_does_not_offer(self):
        self.write("openssl.cnf", "openssl_conf = init\n[init]\nproviders = list\n"
                   "[list]\nnull = null_conf\n[null_conf]\nactivate = 1\n")
        done = self.run_ocsp("request", "--issuer", ISSUER, LEAF,
                             env={"OPENSSL_CONF": str(self.path("openssl.cnf"))})
        self.assertEqual((done.returncode, done.stdout), (70, b""))
        self.assertRegex(done.stderr.decode(), r"\A[^\n]*leaf\.pem: [^\n]+\n\Z")


class NonceTest(RequestCase):
    """The nonce (RFC 9654)."""

    def nonce(self, *args):
        extension, = self.request(*args, "--issuer", ISSUER, LEAF)["extensions"]
        self.assertEqual((extension["name"], extension["oid"], extension["critical"]),
                         ("nonce", NONCE, False))
        return extension["value"]

    def test_none(self):
        self.assertEqual(self.request("--issuer", ISSUER, LEAF)["extensions"], [])

    def test_random(self):
        first, second = self.nonce("--nonce"), self.nonce("--nonce")
        self.assertEqual((len(first), len(second)), (64, 64))
        self.assertNotEqual(first, second)

    def test_given(self):
        for value in ("00", "0123456789abcdef", "5a" * 128):
            self.assertEqual(self.nonce(f"--nonce={value}"), value)
        self.assertEqual(self.nonce("--nonce=ABCDEF"), "abcdef")

    def test_last_one_counts(self):
        self.assertEqual(self.nonce("--nonce=00", "--nonce=0102"), "0102")
        self.assertEqual(len(self.nonce("--nonce=00", "--nonce")), 64)

    def test_wrapped_as_openssl_reads_it(self):
        self.write("r.der", self.succeed("request", "--nonce=0a0b0c", "--issuer", ISSUER, LEAF))
        text = self.openssl("ocsp", "-reqin", "r.der", "-req_text").decode()
        self.assertRegex(text, r"OCSP Nonce: \n +04030A0B0C\n")

    def test_refused(self):
        for value in ("", "0", "000", "0g", "0x00", "00:00", " 00", "5a" * 129):
            self.fail_with(64, f'ocsp request: --nonce: "{value}" is not 1 to 128 bytes in hex\n'
                           + REQUEST_USAGE, "request", f"--nonce={value}", "--issuer", ISSUER, LEAF)


class SignTest(RequestCase):
    """--sign. Other implementations verify signed requests in peers_test.py."""

    SIGN = ("--sign", "--signer", "rsa.pem", "--key", "rsa.key")

    def setUp(self):
        super().setUp()
        self.make_ca("one")
        self.make_cert("rsa", "one", 1, kind="rsa")
        self.make_cert("ed", "one", 2, kind="ed25519")

    def usage(self, error, *args):
        self.fail_with(64, f"ocsp request: {error}\n{REQUEST_USAGE}", "request", "--issuer",
                       ISSUER, LEAF, "--out", "none.der", *args)
        self.assertFalse(self.path("none.der").exists())

    def refuse(self, error, *args):
        self.fail_with(65, f"{error}\n", "request", "--issuer", ISSUER, LEAF, "--out", "none.der",
                       *args)
        self.assertFalse(self.path("none.der").exists())

    def test_signed(self):
        plain = self.request("--nonce=0a0b", "--issuer", ISSUER, LEAF)
        signed = self.request("--nonce=0a0b", *self.SIGN, "--issuer", ISSUER, LEAF)
        self.assertEqual((plain["signed"], signed["signed"]), (False, True))
        self.assertEqual((plain["requests"], plain["extensions"]),
                         (signed["requests"], signed["extensions"]))
        self.assertEqual(signed["requestor_name"], {"kind": "directory_name", "value": "CN=rsa"})
        self.assertEqual(signed["signature_algorithm"]["name"], "sha256WithRSAEncryption")
        self.assertEqual([one["subject"] for one in signed["certificates"]], ["CN=rsa"])

    def test_out(self):
        self.assertEqual(self.succeed("request", *self.SIGN, "--issuer", ISSUER, LEAF, "--out",
                                      "r.der"), b"")
        self.assertIs(self.json("r.der")["signed"], True)

    def test_without_each_other(self):
        for args in (("--sign",), ("--sign", "--signer", "rsa.pem"),
                     ("--sign", "--key", "rsa.key")):
            self.usage("--sign needs --signer and --key", *args)
        for args in (("--signer", "rsa.pem"), ("--key", "rsa.key"), ("--passphrase-file", "x"),
                     ("--digest", "sha256"), ("--pss",), self.SIGN[1:]):
            self.usage("--signer, --key, --passphrase-file, --digest and --pss need --sign", *args)

    def test_digest_refused(self):
        for digest in ("sha1", "md5"):
            self.usage(f"--digest: {digest} is too weak for signatures; use sha224, sha256, "
                       "sha384 or sha512", *self.SIGN, "--digest", digest)
        self.usage('--digest: "sha3-256" is not one of sha224, sha256, sha384, sha512', *self.SIGN,
                   "--digest=sha3-256")

    def test_key_that_signs_wrongly(self):
        self.make_cert("ec", "one", 4)
        self.mix_keys("ec", "one", "mixed.der")
        args = ("request", "--issuer", ISSUER, LEAF, "--sign", "--signer", "ec.pem", "--out",
                "none.der", "--key")
        self.fail_with(70, "ocsp request: cannot verify the new request: the signature "
                       "of the request is wrong (RFC 6960 4.1.2)\n", *args, "mixed.der")
        self.assertFalse(self.path("none.der").exists())
        self.succeed(*args, "ec.key")

    def test_key_refused(self):
        self.refuse("rsa.pem: the private key is not that of the signer's certificate; --key must "
                    "be the private key of this certificate", *self.SIGN, "--key", "ed.key")
        self.refuse("ed.pem: RSASSA-PSS needs an RSA key (RFC 4055 1.2)", "--sign", "--signer",
                    "ed.pem", "--key", "ed.key", "--pss")
        self.make_cert("small", "one", 3, kind="small")
        self.refuse("small.pem: signatures with an RSA key below 2048 bits are not believed (RFC "
                    "6960 5.1.1); use a larger key", "--sign", "--signer", "small.pem", "--key",
                    "small.key")
        for option in ("--signer", "--key"):
            self.refuse("nowhere: No such file or directory", *self.SIGN, option, "nowhere")


class IssuerTest(RequestCase):
    """How the issuers are found."""

    def setUp(self):
        super().setUp()
        self.make_ca("one")
        self.make_ca("two")
        self.make_cert("a", "one", 11)
        self.make_cert("b", "two", 22)

    def chain(self, name, *files):
        return self.write(name, "".join(self.path(file).read_text(encoding="ascii")
                                        for file in files))

    def key_hashes(self, *args):
        return [one["cert_id"]["issuer_key_hash"] for one in self.request(*args)["requests"]]

    def test_several_issuers(self):
        one, = self.key_hashes("--issuer", "one.pem", "a.pem")
        two, = self.key_hashes("--issuer", "two.pem", "b.pem")
        self.assertNotEqual(one, two)
        for order in (("one.pem", "two.pem"), ("two.pem", "one.pem")):
            self.assertEqual(self.key_hashes("--issuer", order[0], "--issuer", order[1],
                                             "a.pem", "b.pem", "a.pem"), [one, two, one])

    def test_several_issuers_in_one_file(self):
        both = self.chain("both.pem", "two.pem", "one.pem")
        self.assertEqual(self.serials("--issuer", both, "a.pem", "b.pem"), ["11", "22"])

    def test_chain_needs_no_issuer(self):
        chain = self.chain("chain.pem", "a.pem", "two.pem", "one.pem")
        self.assertEqual(self.succeed("request", chain),
                         self.succeed("request", "--issuer", "one.pem", "a.pem"))

    def test_chain_of_another_certificate(self):
        chain = self.chain("chain.pem", "a.pem", "one.pem", "two.pem")
        self.assertEqual(self.serials(chain, "b.pem"), ["11", "22"])

    def test_issuer_missing(self):
        self.fail_with(65, 'a.pem: missing certificate of the issuer "CN=one"; use '
                       '--issuer\n',
                       "request", "a.pem")

    def test_issuer_wrong(self):
        self.fail_with(65, 'a.pem: missing certificate of the issuer "CN=one"; use '
                       '--issuer\n',
                       "request", "--issuer", "two.pem", "a.pem")

    def test_issuer_of_one_missing(self):
        self.fail_with(65, 'b.pem: missing certificate of the issuer "CN=two"; use '
                       '--issuer\n',
                       "request", "--issuer", "one.pem", "--out", "out.der", "a.pem", "b.pem")
        self.assertFalse(self.path("out.der").exists())

    def test_issuer_hostile(self):
        self.make_ca("evil", subject="/CN=x\x1b[31m")
        self.make_cert("c", "evil", 33)
        self.fail_with(65, 'c.pem: missing certificate of the issuer "CN=x\\1B[31m"; use '
                       '--issuer\n',
                       "request", "c.pem")

    def test_same_name_other_key_identifier(self):
        self.make_ca("impostor", subject="/CN=one")
        self.fail_with(65, 'a.pem: missing certificate of the issuer "CN=one"; use '
                       '--issuer\n',
                       "request", "--issuer", "impostor.pem", "a.pem")
        self.assertEqual(self.succeed("request", "--issuer", "impostor.pem", "--issuer", "one.pem",
                                      "a.pem"),
                         self.succeed("request", "--issuer", "one.pem", "a.pem"))

    def test_same_name_two_keys(self):
        # Without key identifiers nothing tells the two authorities apart.
        for name in ("x", "y"):
            self.make_ca(name, subject="/CN=twin", extensions="subjectKeyIdentifier=none\n")
            self.assertNotIn("subject_key_id", self.json(f"{name}.pem"))
        self.make_cert("c", "x", 44, key_ids=False)
        self.fail_with(65, "c.pem: ambiguous issuer: x.pem and y.pem hold "
                       "different keys\n", "request", "--issuer", "x.pem", "--issuer", "y.pem",
                       "c.pem")
        self.assertEqual(self.serials("--issuer", "x.pem", "c.pem"), ["44"])

    def test_renewed_issuer_with_the_same_key(self):
        self.make_ca("renewed", subject="/CN=one", key="one")
        self.assertNotEqual(self.path("one.pem").read_bytes(),
                            self.path("renewed.pem").read_bytes())
        self.assertEqual(self.succeed("request", "--issuer", "one.pem", "--issuer", "renewed.pem",
                                      "a.pem"),
                         self.succeed("request", "--issuer", "one.pem", "a.pem"))

    def test_not_a_certificate(self):
        self.write("r.der", (SEED / "request.der").read_bytes())
        self.fail_with(65, "r.der: unexpected OCSP request instead of certificate\n",
                       "request", "--issuer", "one.pem", "r.der")
        self.write("e.der", error_response(3))
        self.fail_with(65, "e.der: unexpected OCSP response instead of certificate\n",
                       "request", "--issuer", "e.der", "a.pem")
        self.write("two.pem", pem("CERTIFICATE", der_of(LEAF)) + pem("OCSP RESPONSE",
                                                                     error_response(3)))
        self.fail_with(65, "two.pem: block 2: unexpected OCSP response instead of certificate\n",
                       "request", "two.pem")

    def test_no_message_at_all(self):
        self.fail_with(65, 'a.key: block 1: unsupported PEM label "PRIVATE KEY"\n', "request",
                       "--issuer", "one.pem", "a.key")
        self.openssl("pkey", "-in", "a.key", "-outform", "DER", "-out", "key.der")
        done = self.run_ocsp("request", "--issuer", "one.pem", "key.der")
        self.assertEqual((done.returncode, done.stdout), (65, b""))
        self.assertRegex(done.stderr, rb"\Akey\.der: byte \d+: [^\n]+ \(RFC 5280 4\.1\)\n\Z")
        self.fail_with(65, "nowhere.pem: No such file or directory\n",
                       "request", "--issuer", "nowhere.pem", "a.pem")

    def test_broken_certificate(self):
        broken = bytearray(der_of(LEAF))
        broken[4] = 0x31
        self.write("broken.pem", pem("CERTIFICATE", bytes(broken)))
        done = self.run_ocsp("request", "--issuer", ISSUER, "broken.pem")
        self.assertEqual((done.returncode, done.stdout), (65, b""))
        self.assertRegex(done.stderr, rb"\Abroken\.pem: byte 4 of the decoded DER: TBSCertificate "
                         rb"[^\n]+ \(RFC 5280 4\.1\)\n\Z")


class OutTest(RequestCase):
    """--out: the file is written atomically, and no temporary file is left."""

    def setUp(self):
        super().setUp()
        self.path("d").mkdir()
        self.expected = self.succeed("request", "--issuer", ISSUER, LEAF)
        self.before = b"what was there before"

    def out(self, *args, **more):
        self.succeed("request", "--issuer", ISSUER, LEAF, *args, **more)

    def refuse(self, error, *args, status=74, **more):
        self.fail_with(status, error, "request", "--issuer", ISSUER, LEAF, *args, **more)

    def assert_only(self, **files):
        found = {path.name: path.read_bytes() for path in self.path("d").iterdir()}
        self.assertEqual(found, files)

    def test_new_file(self):
        done = self.run_ocsp("request", "--issuer", ISSUER, LEAF, "--out", "d/r")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))
        self.assert_only(r=self.expected)

    def test_mode_follows_umask(self):
        for mask in (0o022, 0o077, 0):
            self.out("--out", "d/r", preexec_fn=lambda mask=mask: os.umask(mask) and None)
            self.assertEqual(stat.S_IMODE(self.path("d/r").stat().st_mode), 0o666 & ~mask)

    def test_existing_file(self):
        self.write("d/r", self.before)
        self.out("--out", "d/r")
        self.assert_only(r=self.expected)

    def test_reader_of_the_old_file_keeps_it(self):
        self.write("d/r", self.before)
        with open(self.path("d/r"), "rb") as reader:
            self.out("--out", "d/r")
            self.assertEqual(reader.read(), self.before)

    def test_symbolic_link(self):
        self.path("e").mkdir()
        self.write("e/real", self.before)
        self.path("d/r").symlink_to("../e/real")
        self.out("--out", "d/r")
        self.assertTrue(self.path("d/r").is_symlink())
        self.assertEqual(self.path("e/real").read_bytes(), self.expected)
        self.assertEqual(os.listdir(self.path("e")), ["real"])

    def test_dash_is_standard_output(self):
        self.assertEqual(self.succeed("request", "--issuer", ISSUER, LEAF, "--out", "-"),
                         self.expected)
        self.assertFalse(self.path("-").exists())

    def test_input_bad(self):
        self.write("d/r", self.before)
        self.refuse("nowhere: No such file or directory\n", "nowhere", "--out", "d/r", status=65)
        self.assert_only(r=self.before)

    def test_directory_missing(self):
        self.refuse("nowhere/r: cannot write the file: No such file or directory\n",
                    "--out", "nowhere/r")

    def test_directory_unwritable(self):
        self.write("d/r", self.before)
        self.path("d").chmod(0o555)
        drop = ["setpriv", "--bounding-set", "-dac_override"] if os.geteuid() == 0 else []
        self.refuse("d/r: cannot write the file: Permission denied\n", "--out", "d/r", command=drop)
        self.path("d").chmod(0o755)
        self.assert_only(r=self.before)

    def test_is_directory(self):
        self.refuse("d: cannot write the file: Is a directory\n", "--out", "d")
        self.assert_only()

    def test_failure_in_the_middle(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
        for existing in (False, True):
            if existing:
                self.write("d/r", self.before)
            self.refuse("d/r: cannot write the file: File too large\n", "--out", "d/r",
                        preexec_fn=limit, restore_signals=False)
            self.assert_only(**({"r": self.before} if existing else {}))

    def test_signal_in_the_middle(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        self.write("d/r", self.before)
        done = self.run_ocsp("request", "--issuer", ISSUER, LEAF, "--out", "d/r", preexec_fn=limit)
        self.assertEqual(done.returncode, -signal.SIGXFSZ)
        self.assert_only(r=self.before)

    def test_device(self):
        self.out("--out", "/dev/null")
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))
        self.refuse("/dev/full: cannot write the file: No space left on device\n",
                    "--out", "/dev/full")

    def test_pipe(self):
        done = self.shell(f'"$OCSP" request --issuer "{ISSUER}" --out >(cat >d/r) "{LEAF}"; '
                          'for i in 1 2 3 4 5 6 7 8 9; do [ -s d/r ] || sleep 0.2; done')
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assert_only(r=self.expected)

    def test_terminal_gets_base64(self):
        terminal, end = pty.openpty()
        with subprocess.Popen([OCSP, "request", "--issuer", ISSUER, LEAF], stdout=end,
                              stdin=subprocess.DEVNULL) as process:
            os.close(end)
            output = b""
            while not output.endswith(b"=\r\n"):
                output += os.read(terminal, 4096)
        os.close(terminal)
        self.assertEqual(process.returncode, 0)
        lines = output.decode().split()
        self.assertEqual([len(line) for line in lines[:-1]], [64] * (len(lines) - 1))
        self.assertEqual(base64.b64decode("".join(lines)), self.expected)


if __name__ == "__main__":
    unittest.main()

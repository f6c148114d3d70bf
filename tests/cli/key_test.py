# SPDX-License-Identifier: MIT
#
# The private key of `ocsp respond` and `ocsp request --sign`: every form of file, URIs,
# and where the passphrase comes from.
"""Tests of private keys."""

import os
import pty
import re
import select
import signal
import termios
import time
import unittest

from support import OCSP, PreparedCase

PASSPHRASE = "correct horse"
ENCRYPTED = "the key is encrypted: give its passphrase with --passphrase-file"
NO_KEY = "cannot find a readable private key"


class KeyCase(PreparedCase):
    """A test with an authority that signs by its own key."""

    def make_all(self):
        self.make_ca("ca")
        self.make_key("rsa", "rsa")
        self.make_ca("big", key="rsa")
        self.write("pass.txt", PASSPHRASE + "\n")
        self.write("wrong.txt", "something else\n")
        self.encrypt("secret.key", PASSPHRASE)

    def encrypt(self, name, passphrase, *more):
        self.write("first.txt", passphrase + "\n")
        self.openssl("pkcs8", "-topk8", "-in", "ca.key", "-passout", "file:first.txt", "-out",
                     name, *more)
        self.path("first.txt").unlink()

    def args(self, key, *more, ca="ca"):
        return ("respond", "--issuer", f"{ca}.pem", "--key", key, "--status=good", "--serial=0x1",
                *more)

    def sign(self, key, *args, ca="ca", **more):
        self.write("resp.der", self.succeed(*self.args(key, *args, ca=ca), **more))
        self.succeed("verify", "--issuer", f"{ca}.pem", "--serial=0x1", "resp.der")

    def refuse(self, error, key, *args, **more):
        before = sorted(os.listdir(self.dir))
        self.fail_with(65, f"{error}\n", *self.args(key, *args, "--out", "none.der"),
                       start_new_session=True, **more)
        self.assertEqual(sorted(os.listdir(self.dir)), before)


class FormTest(KeyCase):
    """How keys are written."""

    def test_forms(self):
        for ca, key, kind in (("ca", "ca", "ec"), ("big", "rsa", "rsa")):
            self.openssl("pkey", "-in", f"{key}.key", "-outform", "DER", "-out", "key.der")
            self.openssl(kind, "-in", f"{key}.key", "-out", "old.key",
                         *(("-traditional",) if kind == "rsa" else ()))
            self.openssl(kind, "-in", f"{key}.key", "-outform", "DER", "-out", "old.der",
                         *(("-traditional",) if kind == "rsa" else ()))
            self.assertIn(f"BEGIN {kind.upper()} PRIVATE KEY", self.path("old.key").read_text())
            for name in (f"{key}.key", "key.der", "old.key", "old.der"):
                self.sign(name, ca=ca)

    def test_standard_input(self):
        self.sign("-", input=self.path("ca.key").read_bytes())
        self.sign("-", "--passphrase-file=pass.txt", input=self.path("secret.key").read_bytes())

    def test_beside_others(self):
        self.write("all.pem", b"a word before\n" + self.path("ca.pem").read_bytes() +
                   self.path("ca.key").read_bytes() + self.path("big.pem").read_bytes())
        self.sign("all.pem")

    def test_behind_parameters(self):
        self.openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", "param.key")
        self.assertIn("BEGIN EC PARAMETERS", self.path("param.key").read_text())
        self.make_ca("param", key="param")
        self.sign("param.key", ca="param")

    def test_pkcs12(self):
        self.openssl("pkcs12", "-export", "-inkey", "ca.key", "-in", "ca.pem", "-passout",
                     f"pass:{PASSPHRASE}", "-out", "ca.p12")
        self.sign("ca.p12", "--passphrase-file=pass.txt")
        self.refuse("ca.p12: cannot decrypt the key with the passphrase in wrong.txt",
                    "ca.p12", "--passphrase-file=wrong.txt")
        self.refuse(f"ca.p12: {ENCRYPTED}", "ca.p12")

    def test_not_a_key(self):
        self.write("text", "no key at all\n")
        self.write("broken.key", self.path("ca.key").read_bytes().replace(b"MIG", b"MIH", 1))
        self.write("cut.key", self.path("ca.key").read_bytes()[:100])
        for name in ("text", "broken.key", "cut.key", "ca.pem"):
            self.refuse(f"{name}: {NO_KEY}", name)
        self.write("empty", b"")
        self.refuse("empty: is empty", "empty")
        self.refuse(".: is a directory", ".")
        self.refuse("nowhere: No such file or directory", "nowhere")
        self.refuse("-: is empty", "-")

    def test_several(self):
        self.write("two.key", self.path("ca.key").read_bytes() * 2)
        self.refuse("two.key: there are several private keys", "two.key")

    def test_large(self):
        # More than one block of reading, whose copies are to be cleansed.
        self.write("large.key", b"word\n" * 20000 + self.path("ca.key").read_bytes())
        self.sign("large.key")


class UriTest(KeyCase):
    """Keys that OSSL_STORE opens."""

    def test_file(self):
        self.sign(f"file:{self.path('ca.key')}")
        self.sign(f"file:{self.path('secret.key')}", "--passphrase-file=pass.txt")
        uri = f"file:{self.path('secret.key')}"
        self.refuse(f"{uri}: {ENCRYPTED}", uri)
        self.refuse(f"file:{self.path('nowhere')}: the file cannot be opened",
                    f"file:{self.path('nowhere')}")

    def test_unknown_scheme(self):
        self.refuse(f"nosuch:object=key: {NO_KEY}", "nosuch:object=key")

    def test_pin_is_not_told(self):
        self.refuse(f"nosuch:object=key: {NO_KEY}", "nosuch:object=key?pin-value=1234")

    def test_file_that_looks_like_a_uri(self):
        self.write("nosuch:key", self.path("ca.key").read_bytes())
        self.sign("nosuch:key")
        self.refuse("1x:key: No such file or directory", "1x:key")
        self.refuse(":key: No such file or directory", ":key")


class PassphraseTest(KeyCase):
    """--passphrase-file."""

    def test_file(self):
        self.sign("secret.key", "--passphrase-file=pass.txt")
        for text in (PASSPHRASE, PASSPHRASE + "\r\n", PASSPHRASE + "\nanother line\n"):
            self.write("other.txt", text)
            self.sign("secret.key", "--passphrase-file=other.txt")

    def test_other_encryptions(self):
        self.encrypt("secret.der", PASSPHRASE, "-outform", "DER")
        self.openssl("ec", "-in", "ca.key", "-aes128", "-passout", f"pass:{PASSPHRASE}", "-out",
                     "old.key")
        self.assertIn("DEK-Info", self.path("old.key").read_text())
        for name in ("secret.der", "old.key"):
            self.sign(name, "--passphrase-file=pass.txt")
            self.refuse(f"{name}: cannot decrypt the key with the passphrase in wrong.txt",
                        name, "--passphrase-file=wrong.txt")
            self.refuse(f"{name}: {ENCRYPTED}", name)

    def test_not_needed(self):
        self.sign("ca.key", "--passphrase-file=pass.txt")

    def test_standard_input(self):
        self.sign("secret.key", "--passphrase-file=-", input=PASSPHRASE.encode() + b"\n")

    def test_pipe(self):
        done = self.shell(f'"$OCSP" {" ".join(self.args("secret.key"))} '
                          f'--passphrase-file <(echo "{PASSPHRASE}") --out resp.der')
        self.assertEqual((done.stderr, done.returncode), (b"", 0))

    def test_wrong(self):
        self.refuse("secret.key: cannot decrypt the key with the passphrase in wrong.txt",
                    "secret.key", "--passphrase-file=wrong.txt")
        for text in (" " + PASSPHRASE, PASSPHRASE + " ", "\n" + PASSPHRASE):
            self.write("near.txt", text + "\n")
            self.refuse("secret.key: cannot decrypt the key with the passphrase in near.txt",
                        "secret.key", "--passphrase-file=near.txt")

    def test_unreadable(self):
        self.write("empty.txt", b"")
        for key in ("secret.key", "ca.key"):
            self.refuse("nowhere: No such file or directory", key, "--passphrase-file=nowhere")
            self.refuse("empty.txt: is empty", key, "--passphrase-file=empty.txt")

    def test_zero(self):
        self.write("zero.txt", PASSPHRASE + "\0\n")
        self.refuse("zero.txt: the first line has a NUL byte", "secret.key",
                    "--passphrase-file=zero.txt")
        self.write("behind.txt", PASSPHRASE + "\n\0")
        self.sign("secret.key", "--passphrase-file=behind.txt")

    def test_length(self):
        self.write("long.txt", "x" * 1024 + "\n")
        self.refuse("long.txt: the first line is longer than 1023 bytes", "ca.key",
                    "--passphrase-file=long.txt")
        self.encrypt("long.key", "x" * 1023)
        self.write("most.txt", "x" * 1023 + "\n")
        self.sign("long.key", "--passphrase-file=most.txt")
        self.write("most.txt", "x" * 1022 + "\n")
        self.refuse("long.key: cannot decrypt the key with the passphrase in most.txt",
                    "long.key", "--passphrase-file=most.txt")

    def test_request(self):
        self.make_cert("leaf", "ca", 7)
        args = ("request", "--issuer", "ca.pem", "leaf.pem", "--sign", "--signer", "ca.pem",
                "--key", "secret.key")
        self.succeed(*args, "--passphrase-file=pass.txt")
        self.fail_with(65, "secret.key: cannot decrypt the key with the passphrase in "
                       "wrong.txt\n", *args, "--passphrase-file=wrong.txt")
        self.fail_with(65, f"secret.key: {ENCRYPTED}\n", *args, start_new_session=True)


class TerminalTest(KeyCase):
    """The passphrase asked for on the terminal."""

    def talk(self, answer, key, stdin=None):
        """Runs the command on its own terminal; returns its output and the exit status."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.dir)
            os.dup2(os.open(stdin or os.devnull, os.O_RDONLY), 0)
            os.execv(OCSP, [OCSP, *self.args(key, "--out", "resp.der")])
        shown = b""
        while select.select([terminal], [], [], 60)[0]:
            try:
                part = os.read(terminal, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
            if answer is not None and shown.endswith(b": "):
                self.wait_for_silence(terminal)
                os.write(terminal, answer)
                answer = None
        os.close(terminal)
        return shown.decode().replace("\r\n", "\n"), os.waitpid(child, 0)[1]

    def wait_for_silence(self, terminal):
        """The typed passphrase is not shown; libcrypto turns the echo off after the prompt."""
        end = time.monotonic() + 30
        while termios.tcgetattr(terminal)[3] & termios.ECHO:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)

    def test_right(self):
        shown, status = self.talk(PASSPHRASE.encode() + b"\n", "secret.key")
        self.assertEqual((shown, status), ("Passphrase of secret.key: \n", 0))
        self.succeed("verify", "--issuer", "ca.pem", "--serial=0x1", "resp.der")

    def test_key_on_standard_input(self):
        shown, status = self.talk(PASSPHRASE.encode() + b"\n", "-", stdin="secret.key")
        self.assertEqual((shown, status), ("Passphrase of -: \n", 0))

    def test_not_needed(self):
        self.assertEqual(self.talk(None, "ca.key"), ("", 0))

    def test_wrong(self):
        shown, status = self.talk(b"wrong\n", "secret.key")
        self.assertEqual((shown, os.waitstatus_to_exitcode(status)),
                         ("Passphrase of secret.key: \nsecret.key: cannot decrypt the key "
                          "with this passphrase\n", 65))
        self.assertFalse(self.path("resp.der").exists())

    def test_none(self):
        # Control-D, then Control-C.
        for answer in (b"\x04", b"\x03"):
            shown, status = self.talk(answer, "secret.key")
            self.assertNotEqual(status, 0)
            self.assertNotIn(os.waitstatus_to_exitcode(status), (0, -signal.SIGSEGV))
            self.assertTrue(shown.startswith("Passphrase of secret.key: "))
            self.assertFalse(self.path("resp.der").exists())

    def test_hostile_name(self):
        self.write("x\x1b[31m.key", self.path("secret.key").read_bytes())
        shown, status = self.talk(PASSPHRASE.encode() + b"\n", "x\x1b[31m.key")
        self.assertEqual((shown, status), ("Passphrase of x\\x1B[31m.key: \n", 0))


class SecrecyTest(KeyCase):
    """No output contains the passphrase. Memory is checked with other tools."""

    def test_nothing_of_the_key_is_printed(self):
        text = self.path("ca.key").read_text(encoding="ascii")
        body = re.search(r"\n(.{20})", text).group(1)
        self.write("two.key", text * 2)
        for key in ("two.key", "ca.key"):
            done = self.run_ocsp(*self.args(key, ca="big"))
            self.assertEqual((done.returncode, done.stdout), (65, b""))
            self.assertNotIn(body.encode(), done.stderr)


if __name__ == "__main__":
    unittest.main()

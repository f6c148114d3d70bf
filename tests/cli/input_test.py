# SPDX-License-Identifier: MIT
#
# Which inputs the command accepts: sizes, kinds of files, and the forms
# in which a message may be written. Each refusal is one exact line and status 65.
"""Tests of the input of ocsp."""

import base64
import os
import resource
import subprocess
import threading
import time
import unittest

from support import (Case, ISSUER, LEAF, SEED, der_of, error_response, pem, response,
                     single, tlv)

MIB = 1 << 20
REQUEST = (SEED / "request.der").read_bytes()
CRL = tlv(0x30, tlv(0x30, b"\x02\x01\x01", tlv(0x30, b"\x06\x01\x2a"), tlv(0x30),
                    tlv(0x17, b"240101000000Z")), tlv(0x30, b"\x06\x01\x2a"), b"\x03\x01\x00")
KEY = bytes.fromhex("302e020100300506032b657004220420") + bytes(range(32))


class FileTest(Case):
    """Kinds and sizes of files."""

    def refuse(self, error, *args, **more):
        before = time.monotonic()
        self.fail_with(65, error, "show", *args, **more)
        self.assertLess(time.monotonic() - before, 10)

    def test_file_missing(self):
        self.refuse("nowhere.der: No such file or directory\n", "nowhere.der")

    def test_directory(self):
        self.path("sub").mkdir()
        self.refuse("sub: is a directory\n", "sub")

    def test_empty(self):
        self.write("empty.der", b"")
        self.refuse("empty.der: is empty\n", "empty.der")

    def test_empty_stdin(self):
        self.refuse("-: is empty\n", "-")

    def test_one_gib_sparse(self):
        with open(self.path("huge.der"), "wb") as file:
            file.truncate(1024 * MIB)
        self.refuse("huge.der: larger than 64 MiB\n", "huge.der")

    def test_one_octet_too_large(self):
        with open(self.path("huge.der"), "wb") as file:
            file.truncate(64 * MIB + 1)
        self.refuse("huge.der: larger than 64 MiB\n", "huge.der")

    def test_largest(self):
        with open(self.path("large.der"), "wb") as file:
            file.truncate(64 * MIB)
        self.refuse("large.der: byte 0: neither DER, PEM, base64 nor hex\n", "large.der")

    def test_one_octet_too_large_through_a_pipe(self):
        for size, error in ((64 * MIB, "byte 0: neither DER, PEM, base64 nor hex"),
                            (64 * MIB + 1, "larger than 64 MiB")):
            with subprocess.Popen(["head", "-c", str(size), "/dev/zero"],
                                  stdout=subprocess.PIPE) as head:
                self.refuse(f"-: {error}\n", "-", stdin=head.stdout)
                head.stdout.close()

    def test_endless_device(self):
        self.refuse("/dev/zero: larger than 64 MiB\n", "/dev/zero")

    def test_endless_pipe(self):
        with subprocess.Popen(["yes"], stdout=subprocess.PIPE) as yes:
            self.refuse("-: larger than 64 MiB\n", "-", stdin=yes.stdout)
            yes.stdout.close()

    def tearDown(self):
        # In KiB, of the largest process so far; twice the bound while a buffer grows, and
        # what the sanitizers keep.
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 512 * 1024)

    def test_unreadable(self):
        self.write("secret.der", REQUEST)
        self.path("secret.der").chmod(0)
        drop = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
        self.refuse("secret.der: Permission denied\n", "secret.der",
                    command=drop if os.geteuid() == 0 else [])

    def test_fifo_without_writer(self):
        os.mkfifo(self.path("pipe"))
        self.refuse("pipe: nothing was written to this pipe\n", "pipe")

    def test_fifo_with_writer_that_writes_nothing(self):
        os.mkfifo(self.path("pipe"))
        writer = threading.Thread(target=lambda: open(self.path("pipe"), "wb").close())
        writer.start()
        self.refuse("pipe: nothing was written to this pipe\n", "pipe")
        writer.join()


class PipeTest(Case):
    """Pipes that must work."""

    def write_later(self, open_after, write_after):
        def write():
            time.sleep(open_after)
            with open(self.path("pipe"), "wb") as file:
                time.sleep(write_after)
                file.write(REQUEST[:40])
                file.flush()
                time.sleep(0.1)
                file.write(REQUEST[40:])
        os.mkfifo(self.path("pipe"))
        writer = threading.Thread(target=write)
        writer.start()
        self.assertEqual(self.json("pipe")["octets"], len(REQUEST))
        writer.join()

    def test_fifo(self):
        self.write_later(0, 0)

    def test_fifo_with_late_writer(self):
        self.write_later(0.3, 0)

    def test_fifo_with_slow_writer(self):
        self.write_later(0, 1.5)

    def test_process_substitution(self):
        done = self.shell(f'"$OCSP" show <(cat "{SEED}/request.der")')
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertRegex(done.stdout, rb"^/dev/fd/\d+: OCSP request, 88 bytes\n")

    def test_process_substitution_slow(self):
        done = self.shell(f'"$OCSP" show <(sleep 1.5; cat "{SEED}/request.der")')
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_dev_stdin(self):
        done = self.shell(f'cat "{SEED}/request.der" | "$OCSP" show /dev/stdin')
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertTrue(done.stdout.startswith(b"/dev/stdin: OCSP request, 88 bytes\n"))

    def test_stdin(self):
        done = self.shell(f'(sleep 0.3; cat "{SEED}/request.der") | "$OCSP" show -')
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertTrue(done.stdout.startswith(b"-: OCSP request, 88 bytes\n"))


class FormTest(Case):
    """The forms of one message, which must all mean the same."""

    def setUp(self):
        super().setUp()
        # Bytes that the two base64 alphabets write differently, at each place of a group of four.
        self.der = response(single(serial=b"\x00\xfb\xef\xbe\x00\xfb\xef\xbe\x00\xfb\xef\xbe"
                                   b"\xff\xff\xff\xff"))
        self.write("m", self.der)
        self.expected = self.json("m")

    def same(self, text):
        self.write("m", text)
        self.assertEqual(self.json("m"), self.expected)

    def test_der_with_line_ends(self):
        for ends in (b"\n", b"\r\n", b"\n\n", b"\r", b"\n\r\r\n"):
            self.same(self.der + ends)

    def test_der_with_more_behind(self):
        for more in (b" ", b"\n ", b"\0\n", b"\t\n", b"\n\0", b"\x30\x00\n"):
            self.write("m", self.der + more)
            self.fail_with(65, f"m: byte {len(self.der)}: trailing bytes after the OCSPResponse "
                           "(RFC 6960 4.2.1)\n", "show", "m")

    def test_der_that_lacks_its_line_end(self):
        self.write("m", self.der[:-1] + b"\n")
        self.assertNotEqual(self.json("m"), self.expected)
        self.assertEqual(self.json("m")["octets"], len(self.der))
        self.write("m", self.der[:-2] + b"\n")
        self.assertEqual(self.run_ocsp("show", "m").returncode, 65)

    def test_each_kind_with_line_end(self):
        for name, der in (("request", REQUEST), ("certificate", der_of(LEAF)), ("crl", CRL)):
            self.write("m", der)
            expected = self.json("m")
            self.assertEqual((expected["type"], expected["octets"]), (name, len(der)))
            self.write("m", der + b"\r\n")
            self.assertEqual(self.json("m"), expected)

    def test_pem(self):
        self.same(pem("OCSP RESPONSE", self.der))

    def test_pem_crlf_and_text_around(self):
        text = "Wörter davor\n" + pem("OCSP RESPONSE", self.der) + "and behind\n"
        self.same(text.replace("\n", "\r\n"))

    def test_base64(self):
        self.same(base64.b64encode(self.der))

    def test_base64_with_line_breaks(self):
        encoded = base64.encodebytes(self.der)
        self.assertGreater(encoded.count(b"\n"), 2)
        self.same(encoded)
        self.same(encoded.replace(b"\n", b"\r\n"))

    def test_base64_with_blanks(self):
        self.same(b" \t " + base64.encodebytes(self.der).replace(b"\n", b"  \n\t"))

    def test_base64_without_padding(self):
        for tail in range(3):
            der = response(single(serial=b"\x11" * (4 + tail)))
            self.write("m", der)
            expected = self.json("m")
            encoded = base64.b64encode(der)
            self.write("m", encoded.rstrip(b"="))
            self.assertEqual(self.json("m"), expected)

    def test_base64url(self):
        encoded = base64.urlsafe_b64encode(self.der)
        self.assertIn(b"-", encoded)
        self.assertIn(b"_", encoded)
        self.same(encoded)
        self.same(encoded.rstrip(b"="))

    def test_hex(self):
        self.same(self.der.hex())
        self.same(self.der.hex().upper() + "\n")

    def test_hex_with_colons(self):
        self.same(self.der.hex(":"))

    def test_hex_with_blanks_and_lines(self):
        self.same(self.der.hex(" ", 2).replace(" ", "\n  "))

    def test_hex_with_0x(self):
        self.same("0x" + self.der.hex())
        self.same(" ".join(f"0x{octet:02X}" for octet in self.der))

    def test_hex_that_is_base64_too(self):
        der = error_response(6)
        self.write("m", der)
        expected = self.json("m")
        self.assertEqual(expected["status"], "unauthorized")
        self.assertEqual(len(base64.b64decode(der.hex() + "==")), 7)
        self.write("m", der.hex())
        self.assertEqual(self.json("m"), expected)


class PemTest(Case):
    """PEM with several blocks, other labels and damage."""

    def test_two_blocks(self):
        self.write("two.pem", pem("OCSP REQUEST", REQUEST) + pem("CERTIFICATE", der_of(LEAF)))
        lines = self.succeed("show", "two.pem").decode().splitlines()
        self.assertIn("two.pem: block 1: OCSP request, 88 bytes", lines)
        self.assertIn("two.pem: block 2: certificate, 1473 bytes", lines)

    def test_second_block_broken(self):
        self.write("two.pem", pem("OCSP REQUEST", REQUEST) + pem("CERTIFICATE",
                                                                b"\x30\x03\x02\x01\x00"))
        done = self.run_ocsp("show", "two.pem")
        self.assertEqual(done.returncode, 65)
        self.assertTrue(done.stdout.startswith(b"two.pem: block 1: OCSP request, 88 bytes\n"))
        self.assertNotIn(b"block 2", done.stdout)
        self.assertRegex(done.stderr.decode(), r"\Atwo\.pem: block 2: byte 2 of the decoded DER: "
                         r"[^\n]+ \(RFC 5280 4\.1\)\n\Z")

    def test_labels(self):
        der = der_of(LEAF)
        self.write("m", pem("CERTIFICATE", der))
        expected = self.json("m")
        self.write("m", pem("X509 CERTIFICATE", der))
        self.assertEqual(self.json("m"), expected)
        self.write("m", pem("TRUSTED CERTIFICATE", der + tlv(0x30, tlv(0x0C, b"alias"))))
        self.assertEqual(self.json("m"), expected)

    def test_trusted_certificate_of_openssl(self):
        self.openssl("x509", "-in", LEAF, "-trustout", "-addtrust", "OCSPSigning", "-setalias", "x",
                     "-out", "trusted.pem")
        self.assertIn("TRUSTED", self.path("trusted.pem").read_text(encoding="ascii"))
        self.assertEqual(self.json("trusted.pem")["octets"], 1473)

    def test_label_outranks_looks(self):
        self.write("m.pem", pem("OCSP RESPONSE", REQUEST))
        self.fail_with(65, "m.pem: byte 2 of the decoded DER: responseStatus is not an ENUMERATED "
                       "(RFC 6960 4.2.1)\n", "show", "m.pem")

    def test_private_key(self):
        self.write("key.pem", pem("PRIVATE KEY", KEY))
        self.fail_with(65, 'key.pem: block 1: unsupported PEM label "PRIVATE KEY"\n', "show",
                       "key.pem")

    def test_private_key_behind_certificate(self):
        self.write("both.pem", pem("CERTIFICATE", der_of(LEAF)) + pem("EC PRIVATE KEY", KEY))
        self.fail_with(65, 'both.pem: block 2: unsupported PEM label "EC PRIVATE KEY"\n', "show",
                       "both.pem")

    def test_encrypted(self):
        text = pem("CERTIFICATE", REQUEST).replace(
            "-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233\n\n", 1)
        self.write("secret.pem", text)
        self.fail_with(65, "secret.pem: block 1: unsupported PEM headers, as in encrypted blocks\n",
                       "show", "secret.pem")

    def test_encrypted_key_does_not_ask(self):
        self.openssl("genpkey", "-algorithm", "ED25519", "-aes-128-cbc", "-pass", "pass:secret",
                     "-out", "key.pem")
        self.fail_with(65, 'key.pem: block 1: unsupported PEM label "ENCRYPTED PRIVATE KEY"\n',
                       "show", "key.pem")

    def test_broken_base64(self):
        self.write("m.pem", "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n")
        self.fail_with(65, "m.pem: block 1: invalid PEM: bad base64 decode\n", "show", "m.pem")

    def test_end_missing(self):
        whole = pem("CERTIFICATE", der_of(LEAF))
        self.write("m.pem", whole + whole[:-30])
        done = self.run_ocsp("show", "m.pem")
        self.assertEqual((done.returncode, done.stdout), (65, b""))
        self.assertRegex(done.stderr, rb"\Am\.pem: block 2: invalid PEM: [^\n]+\n\Z")

    def test_empty_block(self):
        self.write("m.pem", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")
        done = self.run_ocsp("show", "m.pem")
        self.assertEqual((done.returncode, done.stdout), (65, b""))
        self.assertRegex(done.stderr, rb"\Am\.pem: [^\n]+\n\Z")

    def test_many_blocks(self):
        self.write("many.pem", pem("OCSP RESPONSE", error_response(3)) * 1000)
        lines = self.succeed("show", "--json", "many.pem").splitlines()
        self.assertEqual(len(lines), 1000)
        self.assertTrue(lines[999].startswith(b'{"file":"many.pem","block":1000,"type":"response"'))


class RubbishTest(Case):
    """Damaged messages, and other data."""

    def refuse(self, data, error):
        self.write("m", data)
        self.fail_with(65, error, "show", "m")

    def test_binary(self):
        self.refuse(b"\x89PNG\r\n\x1a\n", "m: byte 0: neither DER, PEM, base64 nor hex\n")
        self.refuse(b"MEMw\x00\x01", "m: byte 4: neither DER, PEM, base64 nor hex\n")

    def test_words(self):
        self.refuse("hello, world\n", "m: byte 5: neither DER, PEM, base64 nor hex\n")

    def test_blanks(self):
        self.refuse("  \n\n", "m: byte 4: truncated base64 or hex\n")

    def test_base64_cut_off(self):
        self.refuse("MEMwQ", "m: byte 5: truncated base64 or hex\n")

    def test_base64_padding_inside(self):
        self.refuse("MEMw=QTA", "m: byte 4: neither DER, PEM, base64 nor hex\n")
        self.refuse("MEM=wQTA", "m: byte 4: neither DER, PEM, base64 nor hex\n")

    def test_base64_padding_too_long(self):
        self.refuse("MEMwQQ===", "m: byte 8: neither DER, PEM, base64 nor hex\n")

    def test_base64_padding_too_short(self):
        self.refuse("MEMwQQ=", "m: byte 7: truncated base64 or hex\n")

    def test_words_that_are_base64(self):
        self.refuse("rubbish1", "m: byte 0 of the decoded DER: OCSPRequest is not a SEQUENCE "
                    "(RFC 6960 4.1.1)\n")

    def test_message_of_base64_broken(self):
        broken = response(single(), produced_at=tlv(0x18, b"20241301000000Z"))
        position = broken.index(b"\x18\x0f20241301")
        self.refuse(base64.b64encode(broken), f"m: byte {position} of the decoded DER: "
                    "producedAt is not a GeneralizedTime (RFC 6960 4.2.1)\n")

    def test_produced_at_of_wrong_type(self):
        broken = response(single(), produced_at=tlv(0x17, b"240101000000Z"))
        position = broken.index(b"\x17\x0d240101")
        self.refuse(broken, f"m: byte {position}: producedAt is not a GeneralizedTime "
                    "(RFC 6960 4.2.1)\n")

    def test_every_cut(self):
        der = response(single())
        for size in range(1, len(der)):
            self.write(f"{size}.der", der[:size])
        names = [f"{size}.der" for size in range(1, len(der))]
        done = self.run_ocsp("show", *names)
        self.assertEqual((done.returncode, done.stdout), (65, b""))
        lines = done.stderr.decode().splitlines()
        self.assertEqual(len(lines), len(names))
        for line, file in zip(lines, names):
            self.assertRegex(line, rf"\A{file}: byte \d+: ")
        # Enough is left to recognise the kind of the message.
        for line in lines[5:]:
            self.assertIn("(RFC 6960 4.2.1)", line)

    def test_cut_certificate(self):
        done = self.run_ocsp("show", self.write("m", der_of(ISSUER)[:500]))
        self.assertEqual((done.returncode, done.stdout), (65, b""))
        self.assertRegex(done.stderr, rb"\Am: byte 0: Certificate [^\n]+ \(RFC 5280 4\.1\): "
                                      rb"truncated\n\Z")

    def test_trailing_octet(self):
        done = self.run_ocsp("show", self.write("m", REQUEST + b"\0"))
        self.assertEqual((done.returncode, done.stdout), (65, b""))
        self.assertRegex(done.stderr, rb"\Am: byte 88: [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
#
# Helpers for the tests of the command: running it in a directory of their own, a
# certificate authority made by the openssl command, and messages made by asn1crypto.
"""Support for the tests of the command ocsp."""

import base64
import datetime
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import re
import socket
import tempfile
import threading
import time
import unittest

from asn1crypto import core

OCSP = os.environ["OCSP"]
SEED = pathlib.Path(__file__).resolve().parent.parent / "data" / "seed"
LEAF = str(SEED / "leaf.pem")
ISSUER = str(SEED / "issuer.pem")
SHOW_USAGE = "usage: ocsp show [OPTION]... FILE...\n"
REQUEST_USAGE = "usage: ocsp request [OPTION]... CERT... | --serial N\n"
RESPOND_USAGE = ("usage: ocsp respond [OPTION]... --status STATUS --cert FILE | --serial N | "
                 "--request FILE\n")
VERIFY_USAGE = ("usage: ocsp verify [OPTION]... --cert FILE | --serial N | --request FILE "
                "RESPONSE\n")
CHECK_USAGE = "usage: ocsp check [OPTION]... TARGET... | --serial N\n"
FETCH_USAGE = "usage: ocsp fetch [OPTION]... --out FILE CERT | --serial N\n"
EKU = "extendedKeyUsage=OCSPSigning\n"
KEYS = {
    "rsa": ("RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    "p256": ("EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "p384": ("EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
    "p521": ("EC", "-pkeyopt", "ec_paramgen_curve:P-521"),
    "brainpool": ("EC", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"),
    "ed25519": ("ED25519",),
    "ed448": ("ED448",),
    "small": ("RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
}


class Case(unittest.TestCase):
    """A test in a temporary directory, where file names are short and error lines exact."""

    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="ocsp-cli-")
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)

    def path(self, name):
        return self.dir / name

    def write(self, name, data):
        if isinstance(data, str):
            data = data.encode()
        self.path(name).write_bytes(data)
        return name

    def run_ocsp(self, *args, command=(), **more):
        env = {**os.environ, "LC_ALL": "C", **more.pop("env", {})}
        more.setdefault("stdin", subprocess.DEVNULL)
        if "input" in more:
            del more["stdin"]
        return subprocess.run([*command, OCSP, *args], cwd=self.dir, env=env, timeout=60,
                              stdout=more.pop("stdout", subprocess.PIPE),
                              stderr=subprocess.PIPE, check=False, **more)

    def succeed(self, *args, **more):
        """Runs the command, which must end with 0 and no error line; returns its output."""
        done = self.run_ocsp(*args, **more)
        self.assertEqual((done.stderr.decode(), done.returncode), ("", 0))
        return done.stdout

    def fail_with(self, status, error, *args, **more):
        """Runs the command, which must end with this status, these error lines, no output."""
        done = self.run_ocsp(*args, **more)
        self.assertEqual((done.stderr.decode(), done.returncode), (error, status))
        self.assertEqual(done.stdout or b"", b"")

    def json(self, *args, **more):
        """The one object that `ocsp show --json` prints."""
        lines = self.succeed("show", "--json", *args, **more).decode("ascii").splitlines()
        self.assertEqual(len(lines), 1)
        return json.loads(lines[0])

    def shell(self, script, **more):
        return subprocess.run(["bash", "-c", script], cwd=self.dir, timeout=60, check=False,
                              env={**os.environ, "OCSP": OCSP}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)

    def openssl(self, *args, **more):
        done = subprocess.run(["openssl", *args], cwd=self.dir, timeout=60, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, **more)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    # A certificate authority.

    def make_key(self, name, kind="p256"):
        self.openssl("genpkey", "-algorithm", *KEYS[kind], "-out", f"{name}.key")

    def mix_keys(self, public, private, out):
        """The private part of one key of P-256 with the public part of another: it fits the
        certificate of the latter, and nobody would believe what it signs."""
        octets = {}
        for key in (public, private):
            self.openssl("ec", "-in", f"{key}.key", "-outform", "DER", "-out", out)
            octets[key] = self.path(out).read_bytes()
            self.assertEqual(octets[key][5:7], b"\x04\x20")
        self.write(out, octets[public].replace(octets[public][7:39], octets[private][7:39]))

    def make_ca(self, name, subject=None, key=None,
                extensions="basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n"):
        """name.pem, a self-signed certificate."""
        if key is None:
            self.make_key(name)
            key = name
        self.write("ca.cnf", "[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n[ca]\n"
                   + extensions)
        self.openssl("req", "-config", "ca.cnf", "-x509", "-new", "-key", f"{key}.key",
                     "-subj", subject or f"/CN={name}", "-days", "30", "-out", f"{name}.pem")
        return f"{name}.pem"

    def make_cert(self, name, ca, serial, extensions="", subject=None, key_ids=True,
                  kind="p256", options=("-days", "30")):
        """name.pem, issued by `ca`."""
        self.make_key(name, kind)
        self.write("req.cnf", "[req]\ndistinguished_name=dn\n[dn]\n")
        self.openssl("req", "-config", "req.cnf", "-new", "-key", f"{name}.key", "-utf8",
                     "-subj", subject or f"/CN={name}", "-out", f"{name}.csr")
        if key_ids:
            extensions += "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        self.write(f"{name}.ext", extensions)
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey",
                     f"{ca}.key", "-set_serial", str(serial), *options, "-extfile",
                     f"{name}.ext", "-out", f"{name}.pem")
        return f"{name}.pem"


class PreparedCase(Case):
    """A test whose files are made once for all tests of its class, by make_all()."""

    def make_all(self):
        raise NotImplementedError

    def setUp(self):
        super().setUp()
        maker = next(cls for cls in type(self).__mro__ if "make_all" in vars(cls))
        if "made" not in vars(maker):
            made = tempfile.TemporaryDirectory(prefix="ocsp-cli-")
            unittest.addModuleCleanup(made.cleanup)
            directory, self.dir = self.dir, pathlib.Path(made.name)
            self.make_all()
            self.dir, maker.made = directory, made
        shutil.copytree(maker.made.name, self.dir, dirs_exist_ok=True)


class AskingCase(PreparedCase):
    """A test with a responder, `openssl ocsp`, that the certificates name; with a cache of its
    own, and without the proxies of whoever runs it."""

    url = None
    INDEX = ("V\t491231235959Z\t\t1000\tunknown\t/CN=leaf\n"
             "R\t491231235959Z\t230601120000Z,keyCompromise\t1001\tunknown\t/CN=bad\n"
             "V\t491231235959Z\t\t1004\tunknown\t/CN=other\n")

    def make_all(self):
        self.make_ca("ca")
        # Without a key identifier nothing but the signature tells it from the issuer.
        self.make_ca("stranger", subject="/CN=ca",
                     extensions="basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=none\n")
        self.make_cert("delegate", "ca", 0x2000, EKU + "noCheck=ignored\n")
        self.write("index.txt", self.INDEX)
        responder = Responder(self.dir, "delegate")
        unittest.addModuleCleanup(responder.stop)
        AskingCase.url = responder.url
        access = f"authorityInfoAccess=OCSP;URI:{responder.url}\n"
        for name, serial in (("leaf", 0x1000), ("bad", 0x1001), ("missing", 0x1003),
                             ("other", 0x1004)):
            self.make_cert(name, "ca", serial, access)
        self.make_cert("mute", "ca", 0x1005)
        for name in ("leaf", "bad", "missing", "other", "mute"):
            chain = self.path(f"{name}.pem").read_bytes() + self.path("ca.pem").read_bytes()
            self.write(f"{name}-chain.pem", chain)

    def run_ocsp(self, *args, **more):
        clean = {name: "" for name in os.environ if name.lower().endswith("_proxy")}
        env = {**clean, "XDG_CACHE_HOME": str(self.dir / "cache"), **more.pop("env", {})}
        return super().run_ocsp(*args, env=env, **more)

    def check(self, status, *args, error="", **more):
        """Runs `ocsp check`, which must end so; returns the lines of its output."""
        done = self.run_ocsp("check", *args, **more)
        self.assertEqual((done.stderr.decode(), done.returncode), (error, status))
        return done.stdout.decode().splitlines()

    def check_json(self, status, *args, error="", **more):
        return [json.loads(line) for line in self.check(status, "--json", *args, error=error,
                                                        **more)]

    def responder(self, *args, **more):
        responder = Responder(self.dir, *args, **more)
        self.addCleanup(responder.stop)
        return responder

    def serve(self, body, status=200, content_type="application/ocsp-response"):
        """The address of a server that says always the same."""
        server = Canned(body, status, content_type)
        self.addCleanup(server.stop)
        return server.url

    def nowhere(self):
        """Returns the URL of a port that is bound but does not accept connections."""
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/"


class Background:
    """A program that runs until stop() and tells in its output where it listens."""

    def __init__(self, directory, command, pattern):
        with tempfile.TemporaryFile() as log:
            # pylint: disable=consider-using-with
            self.process = subprocess.Popen(command, cwd=directory, stdin=subprocess.PIPE,
                                            stdout=log, stderr=subprocess.STDOUT)
            self.port = self.wait(log, pattern)

    def wait(self, log, pattern):
        for _ in range(600):
            found = re.search(pattern, os.pread(log.fileno(), 65536, 0), re.MULTILINE)
            if found:
                return int(found[1])
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        output = os.pread(log.fileno(), 65536, 0).decode()
        self.stop()
        raise AssertionError(output)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()


class Responder(Background):
    """`openssl ocsp` at work, on a port that is free."""

    def __init__(self, directory, signer="ca", port=0, options=("-ndays", "7"), index="index.txt"):
        super().__init__(directory,
                         ["openssl", "ocsp", "-port", str(port), "-index", index, "-CA", "ca.pem",
                          "-rsigner", f"{signer}.pem", "-rkey", f"{signer}.key", *options],
                         rb"^ACCEPT .*:([0-9]+) PID=")
        self.url = f"http://127.0.0.1:{self.port}/"


class Canned:
    """An HTTP server that gives every request the same answer."""

    def __init__(self, body, status, content_type):
        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer  # noqa: N815

            def log_message(self, *args):  # pylint: disable=arguments-differ
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def pem(label, der):
    encoded = base64.b64encode(der).decode()
    body = "".join(encoded[i:i + 64] + "\n" for i in range(0, len(encoded), 64))
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n"


def der_of(pem_file):
    """The first block of a PEM file."""
    text = pathlib.Path(pem_file).read_text(encoding="ascii")
    body = text.split("-----")[2]
    return base64.b64decode(body)


def tlv(tag, *parts):
    """One DER element."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def oid(dotted):
    return core.ObjectIdentifier(dotted).dump()


def extension(dotted, value, critical=False):
    flag = b"\x01\x01\xff" if critical else b""
    return tlv(0x30, oid(dotted), flag, tlv(0x04, value))


def at(year, month=1, day=1):
    return tlv(0x18, datetime.datetime(year, month, day, 12).strftime("%Y%m%d%H%M%SZ").encode())


SHA1 = tlv(0x30, oid("1.3.14.3.2.26"), b"\x05\x00")
GOOD = b"\x80\x00"
UNKNOWN = b"\x82\x00"
REVOKED = tlv(0xA1, at(2023, 6, 1), tlv(0xA0, b"\x0a\x01\x01"))
BY_KEY = tlv(0xA2, tlv(0x04, b"\x4b" * 20))


def cert_id(serial=b"\x12\x34", algorithm=SHA1):
    return tlv(0x30, algorithm, tlv(0x04, b"\xaa" * 20), tlv(0x04, b"\xbb" * 20),
               tlv(0x02, serial))


def single(status=GOOD, serial=b"\x12\x34", extensions=b"", next_update=True):
    parts = [cert_id(serial), status, at(2024)]
    if next_update:
        parts.append(tlv(0xA0, at(2024, 1, 8)))
    if extensions:
        parts.append(tlv(0xA1, tlv(0x30, extensions)))
    return tlv(0x30, *parts)


def response(singles, extensions=b"", responder=BY_KEY, certs=b"", produced_at=None):
    """An OCSPResponse, put together by hand so that it can be wrong."""
    produced = at(2024) if produced_at is None else produced_at
    more = tlv(0xA1, tlv(0x30, extensions)) if extensions else b""
    data = tlv(0x30, responder, produced, tlv(0x30, singles), more)
    algorithm = tlv(0x30, oid("1.2.840.10045.4.3.2"))
    chain = tlv(0xA0, tlv(0x30, certs)) if certs else b""
    basic = tlv(0x30, data, algorithm, tlv(0x03, b"\x00" + b"\xcc" * 20), chain)
    return tlv(0x30, b"\x0a\x01\x00",
               tlv(0xA0, tlv(0x30, oid("1.3.6.1.5.5.7.48.1.1"), tlv(0x04, basic))))


def request(singles, extensions=b"", requestor=b""):
    more = tlv(0xA2, tlv(0x30, extensions)) if extensions else b""
    name = tlv(0xA1, requestor) if requestor else b""
    return tlv(0x30, tlv(0x30, name, tlv(0x30, singles), more))


def error_response(number):
    return bytes([0x30, 3, 0x0A, 1, number])


def name(*attributes):
    """A Name out of (OID, tag, octets)."""
    return tlv(0x30, *(tlv(0x31, tlv(0x30, oid(kind), tlv(tag, text)))
                       for kind, tag, text in attributes))

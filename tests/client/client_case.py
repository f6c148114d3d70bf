# SPDX-License-Identifier: MIT
#
# The tests of libocsp-client share these: a certificate authority, responses about its
# certificates, a hostile server, and the driver that sends requests.
"""Support for the tests of libocsp-client."""

import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))

from support import PreparedCase, der_of, error_response  # noqa: E402

from hostile import Proxy, Server  # noqa: E402, F401

DRIVER = os.environ["DRIVER"]
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY", "no_proxy",
           "NO_PROXY")
TIMES = ("--connect", "400", "--timeout", "500")


class ClientCase(PreparedCase):
    """A test with answers about leaf.der, issued by ca.der, at `self.server`."""

    def make_all(self):
        self.make_ca("ca")
        self.make_ca("other")
        self.make_cert("leaf", "ca", 0x1000)
        self.make_cert("second", "ca", 0x1001)
        self.make_cert("delegate", "ca", 0x2000, "extendedKeyUsage=OCSPSigning\n")
        for name in ("ca", "other", "leaf", "second", "delegate"):
            self.write(f"{name}.der", der_of(self.path(f"{name}.pem")))
        self.make_answer("good")
        self.make_answer("delegated", "--signer", "delegate.pem", "--key", "delegate.key",
                         signed_by=())
        self.make_answer("sha1", "--hash", "sha1")
        self.make_answer("revoked", "--revoked-at", "2024-01-01T00:00:00Z", status="revoked")
        self.make_answer("unknown", status="unknown")
        self.make_answer("second", cert="second.pem")
        self.make_answer("forever", "--next-update", "none")
        self.make_answer("old", "--this-update", "2024-01-01T00:00:00Z", "--next-update",
                         "2024-01-08T00:00:00Z")
        self.make_answer("stranger", issuer="other", cert=None)

    def make_answer(self, name, *options, status="good", cert="leaf.pem", issuer="ca",
                    signed_by=None):
        key = ("--key", f"{issuer}.key") if signed_by is None else signed_by
        which = ("--cert", cert) if cert is not None else ("--serial", "0x1000")
        self.succeed("respond", "--issuer", f"{issuer}.pem", *key, "--status", status, *which,
                     *options, "--out", f"{name}.resp")

    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def serve(self, **more):
        server = Server(**more)
        self.addCleanup(server.close)
        for path in self.dir.glob("*.resp"):
            server.answers[path.stem] = path.read_bytes()
        for name, number in (("malformed-request", 1), ("internal", 2), ("later", 3),
                             ("sig-required", 5), ("unauthorized", 6)):
            server.answers[name] = error_response(number)
        server.answers |= {"empty": b"", "garbage": b"<html>no</html>", "one": b"\x30"}
        good = server.answers["good"]
        server.answers["cut"] = good[:-1]
        server.answers["longer"] = good + b"\x00"
        server.answers["forged"] = good[:-1] + bytes([good[-1] ^ 1])
        return server

    def run_driver(self, *args, env=(), times=TIMES):
        """The objects that the driver prints; the last one is about the whole call."""
        clean = {key: value for key, value in os.environ.items() if key not in PROXIES}
        done = subprocess.run([DRIVER, *times, *args], cwd=self.dir, timeout=60, check=False,
                              env={**clean, **dict(env)}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((done.stderr.decode(), done.returncode), ("", 0))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def ask(self, path, *options, cert="leaf.der", **more):
        """The outcome for one address of the server, and no other."""
        url = path if "://" in path else self.server.url(path)
        one, whole = self.run_driver("--url", url, *options, "ca.der", cert, **more)
        self.assertEqual(whole["code"], "ok")
        self.whole = whole
        return one

    def ask_cert(self, *options, cert="leaf.der", **more):
        """The same for the addresses in the certificate."""
        one, whole = self.run_driver(*options, "ca.der", cert, **more)
        self.assertEqual(whole["code"], "ok")
        self.whole = whole
        return one

    def with_urls(self, *urls, method="OCSP", name="named"):
        """A certificate that names these responders."""
        access = ",".join(f"{method};URI:{url}" for url in urls)
        self.make_cert(name, "ca", 0x1000, f"authorityInfoAccess={access}\n")
        self.write(f"{name}.der", der_of(self.path(f"{name}.pem")))
        return f"{name}.der"

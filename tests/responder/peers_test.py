# SPDX-License-Identifier: MIT
#
# ocspd and the programs that people have: openssl, ocsptool, curl, our own command, and nginx,
# which fetches a staple from it and shows that to openssl.
"""Tests of ocspd with its peers."""

import base64
import email.utils
import hashlib
import json
import os
import random
import re
import socket
import subprocess
import time
import unittest

from support import OcspdCase, PATIENCE, cli_support, issuer, signer, until

OCSP = os.environ["OCSP"]
NGINX = """
daemon off; worker_processes 1; pid nginx.pid; error_log stderr;
events {{ worker_connections 64; }}
http {{
    access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;
    uwsgi_temp_path t4; scgi_temp_path t5;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {dir}/chain.pem; ssl_certificate_key {dir}/www.key;
        ssl_trusted_certificate {dir}/ca.pem;
        ssl_stapling on; ssl_stapling_verify on; ssl_stapling_responder {url};
        return 204;
    }}
}}
"""


class PeerCase(OcspdCase):
    def make_all(self):
        super().make_all()
        self.make_cert("www", "ca", 0x1001)
        self.make_cert("gone", "ca", 0x1002)
        self.make_cert("never", "ca", 0x1003)
        self.ocspd("issue", "0x1001", "0x1002")
        self.ocspd("revoke", "--reason", "keyCompromise", "0x1002")

    def run_peer(self, *command, status=0, **more):
        clean = {name: "" for name in os.environ if name.lower().endswith("_proxy")}
        done = subprocess.run(command, cwd=self.dir, timeout=PATIENCE, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env={**os.environ, **clean}, **more)
        self.assertEqual(done.returncode, status, done.stdout.decode(errors="replace"))
        return done.stdout

    def check(self, daemon, name, status, *options):
        """The object that `ocsp check` prints."""
        clean = {key: "" for key in os.environ if key.lower().endswith("_proxy")}
        done = subprocess.run(
            [OCSP, "check", "--json", "--no-cache", "--issuer", "ca.pem", "--url", daemon.url,
             *options, f"{name}.pem"], cwd=self.dir, timeout=PATIENCE, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **clean})
        self.assertEqual(done.returncode, status, done.stderr.decode())
        return json.loads(done.stdout)

    def make_request(self, name, *options):
        self.run_peer(OCSP, "request", "--issuer", "ca.pem", *options, "--out", "req.der",
                      f"{name}.pem")
        return self.path("req.der").read_bytes()


class CommandTest(PeerCase):
    def test_every_hash(self):
        daemon = self.start()
        for name, status in (("www", 0), ("gone", 1), ("never", 2)):
            for algorithm in ("sha1", "sha224", "sha256", "sha384", "sha512"):
                answer = self.check(daemon, name, status, "--hash", algorithm)
                self.assertEqual([one["hash"] for one in answer["exchanges"]], [algorithm])

    def test_nonce(self):
        daemon = self.start()
        self.assertTrue(self.check(daemon, "www", 0, "--nonce")["answers"][0]["nonce"])
        self.configure(issuer(nonce="ignore"))
        daemon.hup()
        until(lambda: not self.check(daemon, "www", 0, "--nonce")["answers"][0]["nonce"],
              daemon.log)

    def test_openssl(self):
        daemon = self.start()
        for name, status in (("www", "good"), ("gone", "revoked"), ("never", "unknown")):
            for options in ([], ["-sha256"], ["-no_nonce"]):
                output = self.run_peer("openssl", "ocsp", "-issuer", "ca.pem", "-CAfile", "ca.pem",
                                       *options, "-cert", f"{name}.pem", "-url", daemon.url)
                self.assertIn(f"{name}.pem: {status}", output.decode())
                self.assertIn("Response verify OK", output.decode())
                self.assertNotIn("WARNING: no nonce", output.decode())

    def test_path_prefixes(self):
        """Each issuer has paths of its own, but answers below all of them."""
        self.make_signer("signer2", ca="other")
        self.configure(issuer(path_prefix=["/ica1", "/old/ica1/"]),
                       issuer("other", signer(certificate="signer2.pem", key="signer2.key"),
                              certificate="other.pem", path_prefix="/ica2"))
        self.ocspd("issue", "--issuer", "other", "0x01")
        daemon = self.start()
        url = daemon.url
        for prefix in ("", "ica1", "ica1/", "old/ica1", "ica2"):
            daemon.url = url + prefix
            self.assertEqual(self.ask(daemon, 0x1001), "good")
            self.assertEqual(self.ask(daemon, 0x01, ca="other"), "good")
            self.check(daemon, "www", 0)

    def test_several_issuers(self):
        """The log says why, because the client cannot see it."""
        self.make_signer("signer2", ca="other")
        self.configure(issuer(), issuer("second", signer(certificate="signer2.pem",
                                                         key="signer2.key"),
                                        certificate="other.pem"))
        daemon = self.start()
        for first, name, second, other in (("ca", "toy", "other", "second"),
                                           ("other", "second", "ca", "toy"),
                                           ("ca", "toy", "www", "one not configured")):
            output = self.run_peer("openssl", "ocsp", "-issuer", f"{first}.pem", "-serial", "1",
                                   "-issuer", f"{second}.pem", "-serial", "1", "-url", daemon.url,
                                   "-CAfile", "ca.pem", status=1)
            self.assertIn("Responder Error: unauthorized (6)", output.decode())
            self.assertIn(f"warning: {name}: refused a request that is also about another issuer "
                          f"({other}): no signer may answer for both (RFC 6960 4.2.2.2)\n",
                          daemon.log())

    def test_openssl_asks_about_several(self):
        daemon = self.start()
        output = self.run_peer("openssl", "ocsp", "-issuer", "ca.pem", "-CAfile", "ca.pem",
                               "-cert", "www.pem", "-cert", "gone.pem", "-cert", "never.pem",
                               "-url", daemon.url).decode()
        for line in ("www.pem: good", "gone.pem: revoked", "never.pem: unknown"):
            self.assertIn(line, output)

    def test_ocsptool(self):
        daemon = self.start()
        for name, status in (("www", "good"), ("gone", "revoked"), ("never", "unknown")):
            output = self.run_peer("ocsptool", f"--ask={daemon.url}", "--load-issuer", "ca.pem",
                                   "--load-cert", f"{name}.pem", "--outfile", "answer.der",
                                   "--no-nonce")
            shown = self.run_peer("ocsptool", "--response-info", "--infile", "answer.der")
            self.assertIn(f"Certificate Status: {status}", shown.decode(), output)
            verified = self.run_peer("ocsptool", "--verify-response", "--load-trust", "ca.pem",
                                     "--infile", "answer.der")
            self.assertIn("Success", verified.decode())


class CurlTest(PeerCase):
    def curl(self, *args):
        return self.run_peer("curl", "--silent", "--show-error", "--noproxy", "*", "--max-time",
                             str(PATIENCE), *args)

    def test_signer_that_began_last(self):
        """Of two that are valid, the newer one signs, in whatever order they stand."""
        time.sleep(1.1)  # certificates count in seconds
        self.make_signer("next", serial=0x2001)
        both = [signer("old", certificate="signer.pem", key="signer.key"),
                signer("new", certificate="next.pem", key="next.key")]
        for signers, wanted in ((both, "next"), (both[::-1], "next"), (both[:1], "signer")):
            self.configure(issuer("toy", *signers))
            daemon = self.start()
            url = daemon.url + base64.urlsafe_b64encode(self.make_request("www")).decode()
            self.curl("--output", "answer.der", url)
            self.run_peer(OCSP, "verify", "--issuer", "ca.pem", "--cert", "www.pem", "answer.der")
            shown = json.loads(self.run_peer(OCSP, "show", "--json", "answer.der"))
            self.assertEqual([cert["subject"] for cert in shown["certificates"]], [f"CN={wanted}"])
            daemon.stop()

    def test_get_and_post_are_the_same(self):
        daemon = self.start()
        request = self.make_request("www")
        quoted = base64.b64encode(request).decode().replace("/", "%2F").replace("+", "%2B")
        answers = [
            self.curl(daemon.url + quoted.replace("=", "%3D")),
            self.curl(daemon.url + base64.urlsafe_b64encode(request).decode().rstrip("=")),
            self.curl("--data-binary", "@req.der", "--header",
                      "Content-Type: application/ocsp-request", daemon.url),
        ]
        self.assertEqual(len(set(answers)), 1)
        self.path("answer.der").write_bytes(answers[0])
        self.run_peer(OCSP, "verify", "--issuer", "ca.pem", "--cert", "www.pem", "answer.der")

    def test_conditional(self):
        daemon = self.start()
        url = daemon.url + base64.urlsafe_b64encode(self.make_request("www")).decode()
        header = self.curl("--dump-header", "-", "--output", "answer.der", url).decode()
        etag = re.search(r'^ETag: ("[0-9a-f]{64}")\r$', header, re.MULTILINE)[1]
        again = self.curl("--include", "--header", f"If-None-Match: {etag}", url).decode()
        self.assertRegex(again, r"\AHTTP/1\.1 304 ")
        self.assertTrue(again.endswith("\r\n\r\n"))
        self.ocspd("revoke", "--reason", "superseded", "0x1001")
        until(lambda: self.curl("--include", "--header", f"If-None-Match: {etag}", url)
              .startswith(b"HTTP/1.1 200 "), daemon.log, 3)

    def test_header(self):
        """Each field, as RFC 9919 6 has it."""
        daemon = self.start()
        url = daemon.url + base64.urlsafe_b64encode(self.make_request("www")).decode()
        header = self.curl("--dump-header", "-", "--output", "answer.der", url).decode()
        date = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z][a-z] \d{4} \d\d:\d\d:\d\d GMT"
        for field in (r"Content-Type: application/ocsp-response", rf"Date: {date}",
                      rf"Last-Modified: {date}", rf"Expires: {date}", r'ETag: "[0-9a-f]{64}"',
                      rf"Content-Length: {self.path('answer.der').stat().st_size}",
                      r"Cache-Control: max-age=\d+, ?public, ?no-transform, ?must-revalidate"):
            self.assertRegex(header, rf"(?m)^{field}\r$")

    def test_fields_are_those_of_the_answer(self):
        daemon = self.start()
        url = daemon.url + base64.urlsafe_b64encode(self.make_request("www")).decode()
        header = self.curl("--dump-header", "-", "--output", "answer.der", url).decode()
        answer = self.path("answer.der").read_bytes()
        shown = json.loads(self.run_peer(OCSP, "show", "--json", "answer.der"))["responses"][0]
        for field, wanted in (("Last-Modified", shown["this_update"]),
                              ("Expires", shown["next_update"])):
            date = re.search(rf"(?m)^{field}: (.*)\r$", header)[1]
            got = email.utils.parsedate_to_datetime(date).strftime("%Y-%m-%dT%H:%M:%SZ")
            self.assertEqual(got, wanted, field)
        self.assertIn(f'ETag: "{hashlib.sha256(answer).hexdigest()}"\r\n', header)
        for forbidden in ("no-cache", "no-store", "Pragma"):
            self.assertNotIn(forbidden, header)


class NginxTest(PeerCase):
    def test_stapling(self):
        """nginx fetches when the first client comes, and staples from then on."""
        daemon = self.start()
        self.write("chain.pem", self.path("www.pem").read_bytes() +
                   self.path("ca.pem").read_bytes())
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.write("nginx.conf", NGINX.format(port=port, dir=self.dir, url=daemon.url))
        os.chmod(self.dir, 0o755)
        with open(self.path("nginx.log"), "wb") as log:
            # pylint: disable=consider-using-with
            nginx = subprocess.Popen(["/usr/sbin/nginx", "-p", str(self.dir), "-c",
                                      str(self.path("nginx.conf"))], stdout=log, stderr=log)
        self.addCleanup(nginx.wait)
        self.addCleanup(nginx.terminate)

        def staple():
            done = subprocess.run(
                ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-status", "-CAfile",
                 "ca.pem"], cwd=self.dir, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, check=False, timeout=PATIENCE)
            return done.stdout.decode(errors="replace")

        until(lambda: "Cert Status: good" in staple(),
              lambda: daemon.log() + self.path("nginx.log").read_text())


class RubbishTest(PeerCase):
    def send(self, port, octets):
        """Sends them, and returns the first octets of what comes, if something does."""
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
            client.settimeout(0.5)
            try:
                client.sendall(octets)
                client.shutdown(socket.SHUT_WR)
                return client.recv(64)
            except OSError:
                return b""

    def test_rubbish_by_the_socket(self):
        """Nothing of it disturbs the others, nor is anything of it answered as good."""
        daemon = self.start()
        chance = random.Random(20261122)
        request = self.make_request("www")
        head = (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/ocsp-request\r\n"
                b"Content-Length: %d\r\nConnection: close\r\n\r\n")
        before = self.memory(daemon)
        for _ in range(1500):
            body = bytearray(request)
            for _ in range(chance.randrange(4)):
                body[chance.randrange(len(body))] = chance.randrange(256)
            body = bytes(body[:chance.randrange(len(body) + 1)])
            octets = bytearray(head % len(body) + body)
            for _ in range(chance.randrange(3)):
                octets[chance.randrange(len(octets))] = chance.randrange(256)
            self.send(daemon.port, bytes(octets))
        self.assertEqual(self.check(daemon, "www", 0)["answers"][0]["verdict"], "good")
        self.assertEqual(self.check(daemon, "gone", 1)["answers"][0]["verdict"], "revoked")
        self.assertTrue(daemon.is_healthy())
        # A sanitizer keeps what was freed for a while.
        self.assertLess(self.memory(daemon) - before, 64 << 20)

    def memory(self, daemon):
        total = 0
        pids = [daemon.process.pid] + cli_children(daemon.process.pid)
        for pid in pids:
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                total += int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) * 1024
        return total


def cli_children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


if __name__ == "__main__":
    assert cli_support.OCSP == OCSP
    unittest.main(verbosity=2)

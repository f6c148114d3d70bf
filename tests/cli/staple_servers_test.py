# SPDX-License-Identifier: MIT
#
# `ocsp staple` with the servers that it is for: nginx and HAProxy serve the files to what
# clients there are, and get the next answer by a reload or by the socket.
"""Tests of ocsp staple with nginx and HAProxy."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import unittest

from support import AskingCase, EKU, OCSP, error_response

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "client"))

from hostile import Server as HTTPServer  # noqa: E402

NGINX = "/usr/sbin/nginx"
HAPROXY = "/usr/sbin/haproxy"
VERSIONS = ("1.2", "1.3")
NGINX_CONF = """
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate {dir}/chain.pem;
        ssl_certificate_key {dir}/www.key;
        ssl_stapling on;
        ssl_stapling_file {dir}/www.der;
        return 204;
    }}
}}
"""
HAPROXY_CONF = """
global
    stats socket {dir}/socket mode 600 level admin
    stats socket 127.0.0.1:{admin} level admin
    tune.ssl.default-dh-param 2048
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend tls
    bind 127.0.0.1:{port} ssl crt {dir}/{cert} ssl-min-ver TLSv1.2
    http-request return status 204
"""


class Program:
    """A server of Debian in the foreground, ended with all its processes by stop()."""

    def __init__(self, case, command):
        self.case = case
        self.port = self.reserve()
        self.command = command
        self.process = None
        case.addCleanup(self.stop)

    def reserve(self):
        """A port that nobody else gets, since it is bound, and the server may have, since nobody
        listens."""
        reserved = socket.socket()
        self.case.addCleanup(reserved.close)
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        return reserved.getsockname()[1]

    def start(self):
        with open(self.case.path("server.log"), "ab") as log:
            # pylint: disable=consider-using-with
            self.process = subprocess.Popen(self.command, cwd=self.case.dir, stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, start_new_session=True)
        self.case.wait_until(self.listens, self.log)

    def listens(self):
        self.case.assertIsNone(self.process.poll(), self.log())
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def log(self):
        return self.case.path("server.log").read_text()

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Loop:
    """`ocsp staple` without --once, until end() or stop()."""

    def __init__(self, case, *args):
        self.case = case
        clean = {name: "" for name in os.environ if name.lower().endswith("_proxy")}
        with open(case.path("loop.log"), "wb") as log:
            # pylint: disable=consider-using-with
            self.process = subprocess.Popen([OCSP, "staple", *args], cwd=case.dir, stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL,
                                            env={**os.environ, **clean, "LC_ALL": "C"})
        case.addCleanup(self.stop)

    def log(self):
        return self.case.path("loop.log").read_text()

    def look_again(self):
        self.process.send_signal(signal.SIGHUP)

    def end(self, number=signal.SIGTERM):
        """Asks it to end; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(timeout=10)

    def stop(self):
        self.process.kill()
        self.process.wait()


class ServersCase(AskingCase):
    """A test with a certificate of localhost, and `openssl ocsp` about it."""

    GOOD = "V\t491231235959Z\t\t1000\tunknown\t/CN=www\n"
    REVOKED = "R\t491231235959Z\t230601120000Z,keyCompromise\t1000\tunknown\t/CN=www\n"

    def make_all(self):
        self.make_ca("ca")
        self.make_cert("delegate", "ca", 0x2000, EKU + "noCheck=ignored\n")

    def setUp(self):
        super().setUp()
        self.openssl_ocsp = self.admin_port = None
        self.say(self.GOOD)
        self.make_server_cert(self.openssl_ocsp.url)

    def make_server_cert(self, url):
        self.make_cert("www", "ca", 0x1000, f"authorityInfoAccess=OCSP;URI:{url}\n"
                       "subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        parts = [self.path(name).read_bytes() for name in ("www.pem", "ca.pem", "www.key")]
        self.write("chain.pem", b"".join(parts[:2]))
        self.write("bundle.pem", b"".join(parts))

    def say(self, index):
        """Restarts the responder with a new status, because it reads the statuses only once."""
        port = 0
        if self.openssl_ocsp is not None:
            port = self.openssl_ocsp.port
            self.openssl_ocsp.stop()
        self.write("index.txt", index)
        self.openssl_ocsp = self.responder("delegate", port=port)

    def wait_until(self, is_so, why=lambda: "", seconds=30):
        end = time.monotonic() + seconds
        while not is_so():
            self.assertLess(time.monotonic(), end, why())
            time.sleep(0.05)

    def next_second(self):
        """Answers of one second are not newer than each other."""
        now = int(time.time())
        self.wait_until(lambda: int(time.time()) > now)

    def staple(self, status, *args, error=None):
        done = self.run_ocsp("staple", *args)
        self.assertEqual(done.returncode, status, done.stderr.decode())
        self.assertEqual(done.stdout, b"")
        self.assertRegex(done.stderr.decode(), error if error is not None else r"^\Z")

    def nginx(self):
        program = Program(self, [NGINX, "-p", str(self.dir), "-c", "nginx.conf", "-e", "stderr"])
        self.write("nginx.conf", NGINX_CONF.format(dir=self.dir, port=program.port))
        return program

    def haproxy(self, cert="bundle.pem"):
        program = Program(self, [HAPROXY, "-db", "-f", "haproxy.cfg"])
        self.admin_port = program.reserve()
        self.write("haproxy.cfg", HAPROXY_CONF.format(dir=self.dir, port=program.port, cert=cert,
                                                      admin=self.admin_port))
        return program

    # The clients.

    def seen_by_gnutls(self, port, version):
        """Returns the staple that gnutls-cli has verified, or its error messages."""
        self.path("seen").unlink(missing_ok=True)
        done = subprocess.run(
            ["gnutls-cli", "--x509cafile=ca.pem", "--save-ocsp=seen", "--ocsp",
             f"--priority=NORMAL:-VERS-ALL:+VERS-TLS{version}", f"--port={port}", "127.0.0.1"],
            cwd=self.dir, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=60, check=False)
        output = done.stdout.decode()
        if "Status: The certificate is trusted" not in output:
            return output
        self.assertIn(f"Description: (TLS{version}-", output)
        return self.path("seen").read_bytes() or None

    def seen_by_openssl(self, port, version):
        """Returns what openssl s_client prints about the staple."""
        option = "-tls" + version.replace(".", "_")
        output = self.openssl("s_client", "-connect", f"127.0.0.1:{port}", "-status", option,
                              "-CAfile", "ca.pem", "-verify_return_error").decode()
        self.assertIn("Verify return code: 0 (ok)", output)
        return self.fields(output)

    def fields(self, text):
        return dict(re.findall(
            r"^ *(OCSP Response Status|Cert Status|This Update|Next Update): (.*)$", text,
            re.MULTILINE))

    def openssl_view(self, file):
        """The same of a file."""
        text = self.openssl("ocsp", "-respin", file, "-noverify", "-resp_text").decode()
        return self.fields(text)

    def verdict(self, port, name="staple"):
        """Returns the verdict of `ocsp check` on the staple."""
        done = self.run_ocsp("check", "--json", "--no-cache", "--ca", "ca.pem",
                             f"127.0.0.1:{port}")
        one = json.loads(done.stdout)
        return next(answer["verdict"] for answer in one["answers"] if answer["from"] == name)

    def served(self, port, file):
        """Returns whether every client receives the staple in this file."""
        octets, view = self.path(file).read_bytes(), self.openssl_view(file)
        return all(self.seen_by_gnutls(port, version) == octets and
                   self.seen_by_openssl(port, version) == view for version in VERSIONS)

    def check_served(self, port, file):
        """That this is so, before long: for a moment servers do as before."""
        self.wait_until(lambda: self.served(port, file))
        self.assertEqual(self.openssl_view(file)["Cert Status"], "good")
        self.assertEqual(self.verdict(port), "good")

    # The result.

    def files(self):
        return {path.name: path.read_bytes() for pattern in ("*.der*", "*.ocsp*", ".*")
                for path in self.dir.glob(pattern)}

    def refuses(self, status, *args, error):
        """The files stay as they are, and nothing unfinished is beside them."""
        before = self.files()
        self.staple(status, *args, error=error)
        self.assertEqual(self.files(), before)


class NginxCase(ServersCase):
    ARGS = ("--form", "nginx", "--cert", "chain.pem", "--out", "www.der")

    def setUp(self):
        super().setUp()
        self.server = self.nginx()
        self.hook = f"{NGINX} -p {self.dir} -c nginx.conf -e stderr -s reload 2>>server.log"
        self.alert = 'echo "$OCSP_EVENT $OCSP_NAME $OCSP_OUT $OCSP_REASON" >>alerts'

    def start(self):
        self.staple(0, "--once", *self.ARGS)
        self.server.start()
        self.check_served(self.server.port, "www.der")

    def alerts(self):
        return self.path("alerts").read_text().splitlines() if self.path("alerts").exists() else []


class NginxTest(NginxCase):
    """Once, as cron does it."""

    def test_served(self):
        self.start()

    def test_without_a_file_nothing_is_stapled(self):
        """That the clients of the tests can tell."""
        self.write("www.der", b"")
        self.staple(0, "--once", *self.ARGS)
        conf = self.path("nginx.conf").read_text().replace("ssl_stapling on;", "")
        conf = re.sub("ssl_stapling_file.*", "", conf)
        self.write("nginx.conf", conf)
        self.server.start()
        for version in VERSIONS:
            self.assertIsNone(self.seen_by_gnutls(self.server.port, version))
            self.assertEqual(self.seen_by_openssl(self.server.port, version), {})

    def test_reload_hook(self):
        """The new answer reaches the clients when nginx has read the file again."""
        self.start()
        before = self.path("www.der").read_bytes()
        self.next_second()
        self.staple(0, "--once", "--force", *self.ARGS)
        self.assertNotEqual(self.path("www.der").read_bytes(), before)
        self.assertFalse(self.served(self.server.port, "www.der"))
        self.next_second()
        self.staple(0, "--once", "--force", "--reload-hook", self.hook, *self.ARGS)
        self.check_served(self.server.port, "www.der")

    def test_signal_in_the_hook(self):
        self.start()
        self.next_second()
        self.staple(0, "--once", "--force", "--reload-hook", 'kill -HUP "$(cat nginx.pid)"',
                    *self.ARGS)
        self.check_served(self.server.port, "www.der")

    def test_default_name(self):
        """Without --out the file is beside the certificate."""
        self.write("www.chain.pem", self.path("chain.pem").read_bytes())
        self.staple(0, "--once", "--form", "nginx", "--cert", "www.chain.pem")
        os.replace(self.path("www.chain.der"), self.path("www.der"))
        self.server.start()
        self.check_served(self.server.port, "www.der")

    def test_fresh_is_not_asked_about(self):
        self.start()
        self.openssl_ocsp.stop()
        before = self.path("www.der").stat()
        self.staple(0, "--once", "--reload-hook", "touch reloaded", *self.ARGS)
        self.assertEqual(self.path("www.der").stat(), before)
        self.assertFalse(self.path("reloaded").exists())

    def test_revoked(self):
        """The file stays, the alert hook runs, and nginx keeps sending the old answer."""
        self.start()
        self.say(self.REVOKED)
        self.next_second()
        self.refuses(1, "--once", "--force", "--reload-hook", "touch reloaded", "--alert-hook",
                     self.alert, *self.ARGS, error="revoked since 2023-06-01T12:00:00Z")
        self.assertEqual(self.alerts(), ["revoked chain.pem www.der keyCompromise"])
        self.assertFalse(self.path("reloaded").exists())
        self.check_served(self.server.port, "www.der")
        self.assertEqual(self.verdict(self.server.port, "responder"), "revoked")

    def test_unknown(self):
        self.start()
        self.say("")
        self.next_second()
        self.refuses(2, "--once", "--force", *self.ARGS, error="unknown")
        self.check_served(self.server.port, "www.der")

    def test_nothing_there(self):
        """Neither revoked nor unknown nor tryLater nor silence makes a file."""
        self.say(self.REVOKED)
        self.refuses(1, "--once", *self.ARGS, error="revoked since")
        self.say("")
        self.refuses(2, "--once", *self.ARGS, error="unknown")
        later = self.serve(error_response(3))
        self.refuses(3, "--once", "--url", later, *self.ARGS, error="tryLater")
        self.refuses(3, "--once", "--url", self.nowhere(), *self.ARGS, error="cannot reach the "
                                                                             "responder")
        self.assertFalse(self.path("www.der").exists())

    def test_try_later(self):
        self.start()
        self.refuses(3, "--once", "--force", "--url", self.serve(error_response(3)),
                     "--alert-hook", self.alert, *self.ARGS, error="tryLater")
        self.assertEqual([line.split()[0] for line in self.alerts()], ["failing"])
        self.check_served(self.server.port, "www.der")


class LoopTest(NginxCase):
    """The service: answers of a few seconds, which nginx gets by the hook."""

    def setUp(self):
        super().setUp()
        self.http = HTTPServer()
        self.addCleanup(self.http.close)
        self.make_server_cert(self.http.url("ok/www"))
        self.answer(10)

    def answer(self, seconds):
        """The responder says good, for so long."""
        now = int(time.time())
        self.succeed("respond", "--issuer", "ca.pem", "--signer", "delegate.pem", "--key",
                     "delegate.key", "--status", "good", "--cert", "www.pem", "--this-update",
                     str(now), "--next-update", str(now + seconds), "--out", "www.resp")
        self.http.answers["www"] = self.path("www.resp").read_bytes()

    def loop(self, *args):
        return Loop(self, "--reload-hook", self.hook, "--alert-hook", self.alert, "--timeout", "5",
                    *self.ARGS, *args)

    def is_written(self):
        return (self.path("www.der").exists() and
                self.path("www.der").read_bytes() == self.http.answers["www"])

    def test_refresh(self):
        """In the middle of its validity the answer is replaced, and the clients get the new."""
        self.start()
        loop = self.loop()
        self.next_second()
        self.answer(600)
        self.wait_until(self.is_written, loop.log)
        self.check_served(self.server.port, "www.der")
        self.assertEqual((loop.end(), loop.log()), (0, ""))

    def test_responder_dies_and_comes_back(self):
        """Its last good answer stays, even when its time has passed, until there is a new one."""
        self.start()
        before = self.path("www.der").read_bytes()
        self.http.close()
        loop = self.loop()
        self.wait_until(lambda: "cannot reach the responder" in loop.log(), loop.log)
        self.wait_until(lambda: self.sees_again(loop, "expired at"), loop.log)
        self.assertEqual(self.path("www.der").read_bytes(), before)
        self.assertIn("failing", {line.split()[0] for line in self.alerts()})
        self.assertIsNone(loop.process.poll())
        self.come_back(600)
        loop.look_again()
        self.wait_until(self.is_written, loop.log)
        self.check_served(self.server.port, "www.der")
        self.assertEqual(loop.end(signal.SIGINT), 0)

    def sees_again(self, loop, text):
        loop.look_again()
        time.sleep(0.5)
        return text in loop.log()

    def come_back(self, seconds):
        """A responder at another address, which the certificate names now."""
        self.http = HTTPServer()
        self.addCleanup(self.http.close)
        self.make_server_cert(self.http.url("ok/www"))
        self.answer(seconds)

    def test_first_answer_comes_late(self):
        """Nothing is there at the beginning, and the responder hangs."""
        self.make_server_cert(self.http.url("hang"))
        loop = self.loop("--timeout", "1")
        self.wait_until(lambda: "chain.pem: " in loop.log(), loop.log)
        self.assertFalse(self.path("www.der").exists())
        self.make_server_cert(self.http.url("ok/www"))
        self.answer(600)
        loop.look_again()
        self.wait_until(self.is_written, loop.log)
        self.assertEqual(loop.end(), 0)

    def test_ends_while_it_asks(self):
        self.make_server_cert(self.http.url("hang"))
        loop = self.loop("--timeout", "60")
        self.wait_until(lambda: self.http.requests, loop.log)
        start = time.monotonic()
        self.assertEqual(loop.end(), 0)
        self.assertLess(time.monotonic() - start, 3)

    def test_renewed_certificate(self):
        """A certificate that is replaced gets an answer of its own at the next look."""
        self.answer(600)
        loop = self.loop()
        self.wait_until(self.is_written, loop.log)
        self.make_cert("www", "ca", 0x1001, f"authorityInfoAccess=OCSP;URI:"
                       f"{self.http.url('ok/www')}\nsubjectAltName=IP:127.0.0.1\n")
        parts = [self.path(name).read_bytes() for name in ("www.pem", "ca.pem")]
        self.answer(600)
        self.write("chain.pem", b"".join(parts))
        loop.look_again()
        self.wait_until(self.is_written, loop.log)
        self.assertEqual(loop.end(), 0)


class HAProxyTest(ServersCase):
    CERT = "bundle.pem"

    def setUp(self):
        super().setUp()
        self.server = self.haproxy(self.CERT)
        self.file = f"{self.CERT}.ocsp"
        self.args = ("--form", "haproxy", "--cert", self.CERT)

    def start(self):
        self.staple(0, "--once", *self.args)
        self.server.start()
        self.check_served(self.server.port, self.file)

    def test_beside_the_certificate(self):
        self.start()

    def test_update_by_socket(self):
        """Without a restart, and whoever restarts it finds the same in the file."""
        self.start()
        self.next_second()
        self.staple(0, "--once", "--force", *self.args)
        self.assertFalse(self.served(self.server.port, self.file))
        self.next_second()
        self.staple(0, "--once", "--force", "--haproxy-socket", f"{self.dir}/socket", *self.args)
        pid = self.server.process.pid
        self.check_served(self.server.port, self.file)
        self.assertIsNone(self.server.process.poll())
        self.assertEqual(pid, self.server.process.pid)

    def test_update_by_port(self):
        self.start()
        self.next_second()
        self.staple(0, "--once", "--force", "--haproxy-socket", f"127.0.0.1:{self.admin_port}",
                    *self.args)
        self.check_served(self.server.port, self.file)

    def test_first_by_socket(self):
        """HAProxy was started with an empty file: it sends no staple until it receives one."""
        self.write(self.file, b"")
        self.server.start()
        for version in VERSIONS:
            self.assertIsNone(self.seen_by_gnutls(self.server.port, version))
        self.staple(0, "--once", "--haproxy-socket", f"{self.dir}/socket", *self.args)
        self.check_served(self.server.port, self.file)

    def test_socket_of_nobody(self):
        """The file is written all the same."""
        self.staple(69, "--once", "--haproxy-socket", f"{self.dir}/nobody", *self.args,
                    error="nobody")
        self.server.start()
        self.check_served(self.server.port, self.file)

    def test_refused_by_haproxy(self):
        """HAProxy that has another certificate says so, and so does the command."""
        self.start()
        self.make_cert("www", "ca", 0x1003, f"authorityInfoAccess=OCSP;URI:"
                       f"{self.openssl_ocsp.url}\n")
        self.say(self.GOOD + self.GOOD.replace("1000", "1003").replace("www", "another"))
        parts = [self.path(name).read_bytes() for name in ("www.pem", "ca.pem")]
        self.write("another.pem", b"".join(parts))
        self.staple(69, "--once", "--haproxy-socket", f"{self.dir}/socket", "--form", "haproxy",
                    "--cert", "another.pem", error="(?i)haproxy")
        self.check_served(self.server.port, self.file)

    def test_revoked(self):
        self.start()
        self.say(self.REVOKED)
        self.next_second()
        self.refuses(1, "--once", "--force", "--haproxy-socket", f"{self.dir}/socket",
                     "--alert-hook", 'echo "$OCSP_EVENT" >>alerts', *self.args,
                     error="revoked since")
        self.assertEqual(self.path("alerts").read_text(), "revoked\n")
        self.check_served(self.server.port, self.file)

    def test_unknown_and_try_later(self):
        self.start()
        self.say("")
        self.next_second()
        self.refuses(2, "--once", "--force", "--haproxy-socket", f"{self.dir}/socket", *self.args,
                     error="unknown")
        self.refuses(3, "--once", "--force", "--haproxy-socket", f"{self.dir}/socket", "--url",
                     self.serve(error_response(3)), *self.args, error="tryLater")
        self.check_served(self.server.port, self.file)


class HAProxyKeyApartTest(HAProxyTest):
    """The same with the key in a file of its own."""

    CERT = "www.crt"

    def setUp(self):
        super().setUp()
        self.write("www.crt", self.path("chain.pem").read_bytes())
        self.write("www.crt.key", self.path("www.key").read_bytes())


class BothTest(ServersCase):
    """Two servers in one configuration: each gets a staple in the form it needs."""

    CONF = """
metrics = "staples.prom"
timeout = 5
staple "front" {{
    cert = "chain.pem"
    out = "www.der"
    form = "nginx"
    reload-hook = "echo \\"$OCSP_NAMES\\" >>reloads; kill -HUP $(cat nginx.pid)"
}}
staple "edge" {{
    cert = "bundle.pem"
    form = "haproxy"
    haproxy-socket = "{dir}/socket"
}}
"""

    def test_both(self):
        nginx, haproxy = self.nginx(), self.haproxy()
        self.write("staple.conf", self.CONF.format(dir=self.dir))
        self.staple(0, "--once", "--form", "nginx", "--cert", "chain.pem", "--out", "www.der")
        self.write("bundle.pem.ocsp", b"")
        nginx.start()
        haproxy.start()
        self.staple(0, "--once", "--config", "staple.conf")
        self.assertFalse(self.path("reloads").exists())
        self.check_served(haproxy.port, "bundle.pem.ocsp")
        self.next_second()
        self.staple(0, "--once", "--force", "--config", "staple.conf")
        self.assertEqual(self.path("reloads").read_text(), "front\n")
        self.check_served(nginx.port, "www.der")
        self.check_served(haproxy.port, "bundle.pem.ocsp")
        metrics = self.path("staples.prom").read_text()
        for name in ("front", "edge"):
            self.assertIn(f'ocsp_staple_status{{name="{name}",status="good"}} 1\n', metrics)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
#
# `ocsp check` on many hosts at once, and with a name server that never answers.
"""Tests of ocsp check on many hosts."""

import contextlib
import os
import pty
import re
import selectors
import socket
import subprocess
import sys
import threading
import time
import unittest

from support import OCSP, AskingCase, Background

TIMEOUT = 2
IN_NAMESPACE = r"""
import fcntl, os, socket, struct, subprocess, sys, time

IFF_UP, SIOCGIFFLAGS, SIOCSIFFLAGS = 1, 0x8913, 0x8914

def bind(content, path):
    name = os.path.basename(path)
    with open(name, "w") as file:
        file.write(content)
    subprocess.run(["mount", "--bind", name, os.path.realpath(path)], check=True)

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
flags = fcntl.ioctl(server, SIOCGIFFLAGS, struct.pack("16sh22x", b"lo", 0))
up = struct.unpack("16sh22x", flags)[1] | IFF_UP
fcntl.ioctl(server, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", up))
server.bind(("127.0.0.1", 53))
server.setblocking(False)
bind("nameserver 127.0.0.1\noptions timeout:30 attempts:2\n", "/etc/resolv.conf")
bind("hosts: files dns\n", "/etc/nsswitch.conf")
started = time.monotonic()
done = subprocess.run(sys.argv[1:])
print("seconds", time.monotonic() - started)
print("asked", server.recv(4096) != b"")
sys.exit(done.returncode)
"""


class Silent:
    """A server that takes connections and says nothing. It counts how many there are at once."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.name = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.open, self.most, self.all = set(), 0, 0
        self.ended = False
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ended:
            ready = [key.fileobj for key, _ in self.selector.select(0.05)]
            # One that has gone makes room for the next.
            for connection in (one for one in ready if one is not self.listener):
                if self.has_ended(connection):
                    self.selector.unregister(connection)
                    self.open.remove(connection)
                    connection.close()
            if self.listener in ready:
                self.take()

    @staticmethod
    def has_ended(connection):
        try:
            return connection.recv(65536) == b""
        except OSError:
            return True

    def take(self):
        connection, _ = self.listener.accept()
        self.open.add(connection)
        self.selector.register(connection, selectors.EVENT_READ)
        self.all += 1
        self.most = max(self.most, len(self.open))

    def stop(self):
        self.ended = True
        self.thread.join()
        for connection in self.open | {self.listener}:
            connection.close()
        self.selector.close()


class ManyCase(AskingCase):
    def silent(self):
        server = Silent()
        self.addCleanup(server.stop)
        return server

    def tls_server(self, name):
        """HOST:PORT of a server with this certificate for localhost."""
        server = Background(self.dir, ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert",
                                       f"{name}.pem", "-key", f"{name}.key", "-cert_chain",
                                       "ca.pem"], rb"^ACCEPT 127.0.0.1:([0-9]+)")
        self.addCleanup(server.stop)
        return f"localhost:{server.port}"

    def timed(self, *args, **more):
        """Returns the duration in seconds, and the result."""
        started = time.monotonic()
        done = self.run_ocsp("check", *args, **more)
        return time.monotonic() - started, done


class ManyTest(ManyCase):
    def test_all_that_hang_take_the_time_of_one(self):
        server = self.silent()
        seconds, done = self.timed("--timeout", str(TIMEOUT), "--parallel", "20",
                                   *[server.name] * 20)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(done.stderr.decode(), 20 * f"{server.name}: TLS failed: the handshake "
                                                    "timed out\n")
        self.assertEqual(server.all, 20)
        # One after the other they would take 20 times as long, and no less.
        self.assertGreaterEqual(seconds, TIMEOUT)
        self.assertLess(seconds, 20 * TIMEOUT / 2)

    def test_bounded(self):
        server = self.silent()
        _, done = self.timed("--timeout", "1", "--parallel", "3", *[server.name] * 9)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(server.all, 9)
        self.assertLessEqual(server.most, 3)
        self.assertGreater(server.most, 1)

    def test_one_at_a_time(self):
        server = self.silent()
        seconds, _ = self.timed("--timeout", "1", "--parallel", "1", *[server.name] * 3)
        self.assertEqual((server.all, server.most), (3, 1))
        self.assertGreaterEqual(seconds, 3)

    def test_each_has_its_own_deadline(self):
        """The last ones begin when the first have had their time, and are not cut short."""
        good = self.localhost("leaf", 0x1000)
        server = self.silent()
        _, done = self.timed("--timeout", "2", "--parallel", "1", "--ca", "ca.pem", server.name,
                             server.name, good)
        self.assertEqual(done.stderr.decode(), 2 * f"{server.name}: TLS failed: the handshake "
                                                   "timed out\n")
        self.assertEqual(self.verdicts(done), ["not-verified", "not-verified", "no-staple",
                                               "good"])

    def localhost(self, name, serial):
        self.make_cert(name, "ca", serial, f"authorityInfoAccess=OCSP;URI:{self.url}\n"
                       "subjectAltName=DNS:localhost\n")
        return self.tls_server(name)

    def verdicts(self, done):
        return [re.split(r"  +", line)[1] for line in done.stdout.decode().splitlines()[1:]]

    def test_order_of_the_arguments(self):
        """Whatever is done with first; files among hosts stay where they are, too."""
        bad, good = self.localhost("bad-host", 0x1001), self.localhost("good-host", 0x1000)
        slow = self.silent().name
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            nobody = f"127.0.0.1:{taken.getsockname()[1]}"
            objects = self.check_json(
                3, "--ca", "ca.pem", "--timeout", "2", slow, bad, "./none.pem", nobody, good,
                "leaf-chain.pem", slow,
                error="./none.pem: No such file or directory\n"
                      f"{slow}: TLS failed: the handshake timed out\n"
                      f"{bad}: revoked since 2023-06-01T12:00:00Z (keyCompromise) "
                      "(RFC 6960 2.2)\n"
                      f"{nobody}: cannot connect: Connection refused\n"
                      f"{slow}: TLS failed: the handshake timed out\n")
        self.assertEqual([(one["target"], one["verdict"]) for one in objects], [
            (slow, "not-verified"), (bad, "revoked"), ("./none.pem", "not-verified"),
            (nobody, "not-verified"), (good, "good"), ("leaf-chain.pem", "good"),
            (slow, "not-verified")])

    def test_each_gets_its_own_certificate(self):
        names = [self.localhost(f"host{i}", 0x1000) for i in range(4)]
        objects = self.check_json(0, "--ca", "ca.pem", *names * 4)
        self.assertEqual([(one["target"], one["subject"]) for one in objects],
                         [(name, f"CN=host{i}") for i, name in enumerate(names)] * 4)

    def test_same_host_twice(self):
        name = self.localhost("host", 0x1000)
        self.assertEqual(len(self.check_json(0, "--ca", "ca.pem", name, name)), 2)

    def test_few_descriptors(self):
        """Hosts beyond the limit wait for those before them."""
        self.make_cert("host", "ca", 0x1000, "subjectAltName=DNS:localhost\n")
        name = self.tls_server("host")
        few = ("sh", "-c", 'ulimit -n 24 && exec "$0" "$@"')
        _, done = self.timed("--ca", "ca.pem", "--parallel", "64", *[name] * 40, command=few)
        self.assertEqual(done.stderr.decode(), 40 * f"{name}: the certificate names no responder; "
                                                    "use --url (RFC 6960 3.1)\n")
        self.assertEqual(self.verdicts(done), ["no-staple", "not-verified"] * 40)


class ProgressTest(ManyCase):
    def terminal(self, status, *args):
        """Returns what a terminal shows of standard error."""
        env = {**os.environ, "LC_ALL": "C", "XDG_CACHE_HOME": str(self.dir / "cache")}
        main, side = pty.openpty()
        with subprocess.Popen([OCSP, "check", *args], cwd=self.dir, env=env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=side) as process:
            os.close(side)
            seen = b""
            with contextlib.suppress(OSError):  # the end, on Linux
                while part := os.read(main, 65536):
                    seen += part
        os.close(main)
        self.assertEqual(process.returncode, status)
        return seen.decode()

    def test_hosts(self):
        server = self.silent()
        seen = self.terminal(3, "--timeout", "1", "--parallel", "4", *[server.name] * 12)
        counts = re.findall(r"\rconnected to (\d+) of 12\033\[K", seen)
        self.assertEqual(counts[0], "0")
        self.assertGreaterEqual(len(counts), 3)
        self.assertEqual(counts, sorted(set(counts), key=int))
        self.assertTrue(seen.endswith("\r\033[K" + 12 * f"{server.name}: TLS failed: the handshake "
                                      "timed out\r\n"))

    def test_few_hosts(self):
        server = self.silent()
        seen = self.terminal(3, "--timeout", "1", *[server.name] * 2)
        self.assertEqual(seen, 2 * f"{server.name}: TLS failed: the handshake timed out\r\n")


    def test_certificates(self):
        url = f"http://{self.silent().name}/"
        seen = self.terminal(3, "--no-cache", "--timeout", "1", "--parallel", "3", "--url", url,
                             *["leaf-chain.pem"] * 9)
        counts = re.findall(r"\rasked (\d+) of 9\033\[K", seen)
        self.assertEqual(counts[0], "0")
        self.assertGreaterEqual(len(counts), 3)
        self.assertEqual(counts, sorted(set(counts), key=int))
        self.assertEqual(seen.count("\r\033[K"), 1)
        self.assertIn("\r\033[Kleaf-chain.pem: ", seen)

    def test_not_too_often(self):
        """At most five times a second, however fast the answers come."""
        self.check(0, "leaf-chain.pem")
        started = time.monotonic()
        seen = self.terminal(0, *["leaf-chain.pem"] * 500)
        seconds = time.monotonic() - started
        self.assertIn("\rasked 0 of 500\033[K", seen)
        self.assertLessEqual(seen.count("\rasked "), 1 + seconds / 0.2)


class NameServerTest(ManyCase):
    """In a network of its own, where the only name server takes questions and is silent for
    longer than any test waits."""

    def in_namespace(self, *args):
        self.write("namespace.py", IN_NAMESPACE)
        # Without root a user namespace is needed for the others.
        user = [] if os.geteuid() == 0 else ["--map-root-user"]
        done = subprocess.run(
            ["unshare", *user, "--mount", "--net", sys.executable, "-B", "namespace.py", OCSP,
             "check", *args], cwd=self.dir, timeout=60, check=False,
            env={**os.environ, "LC_ALL": "C", "XDG_CACHE_HOME": str(self.dir / "cache")},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        output = done.stdout.decode()
        found = re.search(r"^seconds ([0-9.]+)\nasked True$", output, re.MULTILINE)
        self.assertIsNotNone(found, output + done.stderr.decode())
        return float(found[1]), done.returncode, done.stderr.decode()

    def test_host(self):
        seconds, status, error = self.in_namespace("--connect-timeout", "1", "--timeout", "1",
                                                   "host.example")
        self.assertEqual((status, error), (3, "host.example: no such file or host: "
                                              "the name lookup timed out\n"))
        self.assertLess(seconds, 15)

    def test_many_hosts(self):
        hosts = [f"host{i}.example" for i in range(20)]
        seconds, status, error = self.in_namespace(
            "--connect-timeout", "2", "--timeout", "1", "--parallel", "20", *hosts)
        self.assertEqual(status, 3)
        self.assertEqual(error, "".join(
            f"{host}: no such file or host: the name lookup timed out\n"
            for host in hosts))
        self.assertLess(seconds, 20)

    def test_responder(self):
        url = "http://ocsp.example/"
        seconds, status, error = self.in_namespace("--connect-timeout", "1", "--timeout", "1",
                                                   "--url", url, "leaf-chain.pem")
        self.assertEqual(status, 3)
        self.assertRegex(error, f"^leaf-chain.pem: {re.escape(url)}: the request timed out")
        self.assertLess(seconds, 15)

    def test_issuer(self):
        self.make_cert("far", "ca", 0x1000,
                       "authorityInfoAccess=caIssuers;URI:http://ca.example/\n")
        seconds, status, error = self.in_namespace("--connect-timeout", "1", "--timeout", "1",
                                                   "far.pem")
        self.assertEqual(status, 3)
        self.assertRegex(error, "^far.pem: missing certificate of its issuer")
        self.assertLess(seconds, 15)


if __name__ == "__main__":
    unittest.main()

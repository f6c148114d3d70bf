# SPDX-License-Identifier: MIT
#
# Connections: long and short, many, slow, broken off, with rubbish; at their limits, during reloads
# and at the end.
"""How the HTTP server of ocspd copes with its clients."""

import concurrent.futures
import contextlib
import hashlib
import os
import resource
import select
import socket
import time
import unittest

from http_support import (CLOSE, LATER, NOT_FOUND, POST_TYPE, Case, Connection, answer, error,
                          get, path, post, raise_limit, request)

N_IDLE = 5000


class ConnectionTest(Case):
    def test_keep_alive(self):
        connection = self.connect()
        for i in range(100):
            self.assertEqual(connection.ask(get(f"0good {i}")), answer(f"0good {i}".encode()))
            self.assertEqual(connection.ask(post(b"0good")), answer(b"0good"))
        self.assertEqual(connection.ask(request("GET", "/")), NOT_FOUND)
        self.assertEqual(connection.ask(get("0good")), answer(b"0good"))
        self.assertEqual(self.server.connections(), 1)

    def test_close(self):
        connection = self.connect()
        self.assertEqual(connection.ask(get("0good", "Connection: close")), answer(b"0good", CLOSE))
        self.assertTrue(connection.is_closed())
        self.wait_for(lambda: self.server.connections() == 0)

    def test_http_1_0(self):
        connection = self.connect()
        self.assertEqual(connection.ask(get("0good", version="1.0")), answer(b"0good", CLOSE))
        self.assertTrue(connection.is_closed())
        connection = self.connect()
        for _ in range(2):
            got = connection.ask(get("0good", "Connection: Keep-Alive", version="1.0"))
            self.assertEqual(got, answer(b"0good", "Connection: Keep-Alive\r\n"))
        connection = self.connect()
        connection.send(f"GET {path('0good')} HTTP/1.0\r\n\r\n".encode())
        self.assertEqual(connection.read(), answer(b"0good", CLOSE))

    def test_pipelining(self):
        texts = [f"0slow {i} after {i % 7}" if i % 10 == 3 else f"0good {i}" for i in range(200)]
        connection = self.connect()
        connection.send(b"".join(get(t) if i % 2 else post(t.encode())
                                 for i, t in enumerate(texts)))
        for t in texts:
            self.assertEqual(connection.read(), answer(t.encode()))

    def test_ipv6_and_unix(self):
        for address, family in ((("::1", self.server.port6), socket.AF_INET6),
                                (str(self.dir / "socket"), socket.AF_UNIX)):
            connection = Connection(address, family)
            self.connections.append(connection)
            for _ in range(2):
                self.assertEqual(connection.ask(get("0good")), answer(b"0good"))

    def test_unix_client_with_a_name(self):
        client = socket.socket(socket.AF_UNIX)
        self.addCleanup(client.close)
        client.bind("\0" + "x" * 100 + str(os.getpid()))
        client.connect(str(self.dir / "socket"))
        client.sendall(get("0good", "Connection: close"))
        self.assertTrue(client.recv(65536).endswith(b"0good"))

    def test_client_goes_away(self):
        for data in (b"", b"GET", get("0good"), get("0big 65536") * 50,
                     get("0slow after 100"), post(b"0good")[:-2]):
            for _ in range(20):
                connection = Connection(("127.0.0.1", self.server.port))
                connection.send(data)
                connection.reset()
        self.wait_for(lambda: self.server.connections() == 0)
        self.assertEqual(self.ask(get("0good")), answer(b"0good"))

    def test_client_that_sends_no_more(self):
        connection = self.connect()
        connection.send(get("0slow after 100", "Connection: close"))
        connection.shut()
        self.assertTrue(connection.read().endswith(b"0slow after 100"))

    def test_5000_idle(self):
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.assertGreater(soft, N_IDLE + 500)
        idle = [self.connect() for _ in range(N_IDLE)]
        self.wait_for(lambda: self.server.connections() == N_IDLE)
        good = self.connect()
        for i in range(500):
            self.assertEqual(good.ask(get(f"0good {i}")), answer(f"0good {i}".encode()))
        for connection in idle[::500]:
            self.assertEqual(connection.ask(get("0good")), answer(b"0good"))


class RubbishTest(Case):
    settings = ("idle=1", "request=1")

    def test_rubbish(self):
        # All at once: the server waits for some, because they look like a part of a request.
        sent = []
        seed = hashlib.sha512(b"rubbish").digest()
        pieces = [b"GET ", b"/", b"\r\n", b"HTTP/1.1", b"\0", b"\xff", b": ", b"Host: x\r\n",
                  b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"POST /", b" ",
                  path("0good").encode(), POST_TYPE, b"\r\n\r\n", b"%", b"a" * 9000, b"\n"]
        for i in range(400):
            seed = hashlib.sha512(seed).digest()
            data = b"".join(pieces[octet % len(pieces)] for octet in seed[:1 + i % 64])
            sent.append(self.connect())
            with contextlib.suppress(ConnectionError):
                sent[-1].send(data)
            sent[-1].shut()
        for connection in sent:
            with contextlib.suppress(ConnectionError):
                while connection.more():
                    pass
            self.assertTrue(connection.rest == b"" or connection.rest.startswith(b"HTTP/1.1 "))
        self.assertEqual(self.ask(get("0good")), answer(b"0good"))
        self.wait_for(lambda: self.server.connections() <= 1)

    def test_every_prefix(self):
        whole = post(b"0good", "X: y")
        cut = [self.connect().send(whole[:n]) for n in range(len(whole))]
        for connection in cut:
            connection.shut()
        for n, connection in enumerate(cut):
            self.assertTrue(connection.is_closed(), n)
        self.wait_for(lambda: self.server.connections() == 0)


class SlowTest(Case):
    settings = ("idle=2", "request=1")

    def expect_end(self, connection, within=15):
        start = time.monotonic()
        self.assertTrue(connection.is_closed())
        self.assertLess(time.monotonic() - start, within)

    def trickle(self, connection, data, pause=0.1):
        """Sends octets until the connection is closed, which has to be soon."""
        end = time.monotonic() + 15
        for octet in data:
            self.assertLess(time.monotonic(), end)
            if select.select([connection.socket], [], [], pause)[0]:
                break
            try:
                connection.send(bytes([octet]))
            except ConnectionError:
                return
        self.expect_end(connection)

    def test_idle(self):
        unused, used = self.connect(), self.connect()
        self.assertEqual(used.ask(get("0good")), answer(b"0good"))
        self.expect_end(unused)
        self.expect_end(used)

    def test_busy_ones_stay(self):
        connection = self.connect()
        for _ in range(8):
            self.assertEqual(connection.ask(get("0good")), answer(b"0good"))
            time.sleep(0.4)

    def test_octet_by_octet(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            runs = [pool.submit(self.trickle, self.connect(), data)
                    for data in (get("0good", "X: " + "y" * 1000), b"\r\n" * 1000)]
            for run in runs:
                run.result()

    def test_header_by_header(self):
        connection = self.connect()
        connection.send(get("0good")[:-2])
        self.trickle(connection, b"X: y\r\n" * 100)

    def test_half_a_body(self):
        silent = self.connect()
        silent.send(post(b"0good")[:-2])
        connection = self.connect()
        connection.send(request("POST", "/", "Content-Type: application/ocsp-request",
                                "Content-Length: 1000"))
        self.trickle(connection, b"x" * 1000)
        self.expect_end(silent)
        self.assertGreaterEqual(self.metric("ocspd_connections_dropped_total"), 2)

    def test_slow_reader(self):
        connection = self.connect()
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.send(get("0big 65536") * 200)
        self.wait_for(lambda: self.server.connections() == 0)

    def test_slow_signer(self):
        connection = self.connect()
        for _ in range(2):
            self.assertEqual(connection.ask(get("0slow after 2000")), error(LATER))
            self.assertEqual(connection.ask(get("0slow after 5")), answer(b"0slow after 5"))
        # Then the answers arrive, but their connections are closed.
        time.sleep(1.5)
        self.assertEqual(self.ask(get("0good")), answer(b"0good"))

    def test_many_slow_ones_and_a_good_one(self):
        slow = [self.connect().send(get("0good")[:-5]) for _ in range(500)]
        good = self.connect()
        end = time.monotonic() + 2
        while time.monotonic() < end:
            self.assertEqual(good.ask(get("0good")), answer(b"0good"))
        for connection in slow:
            self.expect_end(connection)


class LimitTest(Case):
    settings = ("connections=8", "by_address=4")

    def test_limits(self):
        first = [self.connect() for _ in range(4)]
        for connection in first:
            self.assertEqual(connection.ask(get("0good")), answer(b"0good"))
        self.assertTrue(self.connect().is_closed())
        other = [Connection(("::1", self.server.port6), socket.AF_INET6) for _ in range(3)]
        self.connections += other
        for connection in other:
            self.assertEqual(connection.ask(get("0good")), answer(b"0good"))
        local = [Connection(str(self.dir / "socket"), socket.AF_UNIX) for _ in range(2)]
        self.connections += local
        self.assertEqual(local[0].ask(get("0good")), answer(b"0good"))
        self.assertTrue(local[1].is_closed())
        first[0].close()
        self.wait_for(lambda: self.server.connections() == 7)
        self.assertEqual(self.ask(get("0good")), answer(b"0good"))
        self.assertEqual(self.metric("ocspd_connections_dropped_total"), 2)
        self.assertEqual(self.metric("ocspd_connections"), 8)

    def test_limits_change(self):
        self.assertEqual(self.server.tell("reload connections=2"), "reloaded")
        for _ in range(2):
            self.assertEqual(self.ask(get("0good")), answer(b"0good"))
        self.assertTrue(self.connect().is_closed())
        self.assertEqual(self.server.tell("reload connections=100"), "reloaded")
        for _ in range(20):
            self.assertEqual(self.ask(get("0good")), answer(b"0good"))

    def test_idle_ones_make_room(self):
        self.assertEqual(self.server.tell("reload connections=16"), "reloaded")
        idle = [self.connect() for _ in range(16)]
        self.wait_for(lambda: self.server.connections() == 16)
        self.assertTrue(self.connect().is_closed())
        for connection in idle:
            self.assertTrue(connection.is_closed(15))
        self.assertEqual(self.ask(get("0good")), answer(b"0good"))

    def test_coming_and_going(self):
        for _ in range(100):
            connection = Connection(("127.0.0.1", self.server.port))
            self.assertEqual(connection.ask(get("0good", "Connection: close")),
                             answer(b"0good", CLOSE))
            connection.close()
            self.wait_for(lambda: self.server.connections() == 0)


class DescriptorTest(Case):
    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
        try:
            super().setUp()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    def test_no_descriptors_left(self):
        many = [self.connect() for _ in range(100)]
        self.wait_for(lambda: b"cannot accept connections" in self.server.log())
        self.assertEqual(many[0].ask(get("0good")), answer(b"0good"))
        for connection in many:
            connection.close()
        self.assertEqual(self.ask(get("0good")), answer(b"0good"))


class ReloadTest(Case):
    def test_connections_stay(self):
        connection = self.connect()
        waiting = self.connect()
        for settings in ("", "threads=1", "threads=3", "max_header=4096", "threads=2"):
            waiting.send(get("0slow after 100"))
            self.assertEqual(connection.ask(get("0good")), answer(b"0good"))
            self.assertEqual(self.server.tell(f"reload {settings}"), "reloaded")
            self.assertEqual(connection.ask(get("0good")), answer(b"0good"))
            self.assertEqual(waiting.read(), answer(b"0slow after 100"))
            self.assertEqual(self.ask(get("0good")), answer(b"0good"))

    def test_threads_end_with_their_connections(self):
        def threads():
            return len(os.listdir(f"/proc/{self.server.process.pid}/task"))
        before = threads()
        connection = self.connect()
        self.assertEqual(connection.ask(get("0good")), answer(b"0good"))
        self.server.tell("reload threads=5")
        time.sleep(0.3)
        self.assertEqual(threads(), before + 5)
        self.assertEqual(connection.ask(get("0good", "Connection: close")), answer(b"0good", CLOSE))
        self.wait_for(lambda: threads() == before + 3)

    def test_other_sockets(self):
        connection = self.connect()
        self.assertEqual(connection.ask(get("0good")), answer(b"0good"))
        self.assertEqual(self.server.tell("move threads=2"), "reloaded")
        self.assertEqual(self.connect(self.server.moved).ask(get("0good")), answer(b"0good"))
        self.assertEqual(connection.ask(get("0good")), answer(b"0good"))
        # New connections wait in the backlog until the socket is accepted on again.
        late = self.connect()
        late.send(get("0good"))
        self.assertEqual(select.select([late.socket], [], [], 0.5)[0], [])
        self.assertEqual(self.server.tell("reload threads=2"), "reloaded")
        self.assertEqual(late.read(), answer(b"0good"))

    def test_not_one_fails(self):
        end = time.monotonic() + 2.5

        def run(n):
            done = 0
            kept = Connection(("127.0.0.1", self.server.port))
            while time.monotonic() < end:
                once = Connection(("127.0.0.1", self.server.port))
                if kept.ask(get("0good")) != answer(b"0good") or once.ask(
                        get("0good", "Connection: close")) != answer(b"0good", CLOSE):
                    return 0
                once.close()
                done += 1
            kept.close()
            return done
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            runs = [pool.submit(run, n) for n in range(3)]
            for i in range(40):
                self.assertEqual(self.server.tell(f"reload threads={1 + i % 4}"), "reloaded")
                time.sleep(0.05)
            self.assertTrue(all(r.result() > 0 for r in runs))


class DrainTest(Case):
    def test_drain(self):
        idle, used, waiting, half = (self.connect() for _ in range(4))
        for connection in (idle, used, waiting):
            self.assertEqual(connection.ask(get("0good")), answer(b"0good"))
        waiting.send(get("0slow after 500"))
        half.send(get("0good")[:-2])
        time.sleep(0.1)
        self.assertEqual(self.server.tell("drain"), "draining")
        self.assertEqual(used.ask(get("0good")), answer(b"0good", CLOSE))
        self.assertTrue(used.is_closed())
        self.assertEqual(half.ask(b"\r\n"), answer(b"0good", CLOSE))
        self.assertEqual(waiting.read(), answer(b"0slow after 500", CLOSE))
        self.assertTrue(idle.is_closed())
        self.wait_for(lambda: self.server.connections() == 0)
        late = self.connect()
        late.send(get("0good"))
        self.assertEqual(select.select([late.socket], [], [], 0.3)[0], [])

    def test_everything_says_close(self):
        connections = [self.connect() for _ in range(6)]
        for connection in connections:
            self.assertEqual(connection.ask(get("0good")), answer(b"0good"))
        self.server.tell("drain")
        for connection, data in zip(connections, (
                get("0later"), get("0nonce"), get("0good", "If-None-Match: *"),
                request("GET", "/"), request("OPTIONS", "*"), get("0big 65536"))):
            got = connection.ask(data, has_body=b"If-None" not in data)
            self.assertIn(b"\r\nConnection: close\r\n", got)
            self.assertTrue(connection.is_closed())


if __name__ == "__main__":
    raise_limit(N_IDLE + 2000)
    unittest.main()

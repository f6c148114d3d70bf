# SPDX-License-Identifier: MIT
#
# The operator's view: health, metrics, and lines on standard error.
"""The metrics and the log of ocspd."""

import contextlib
import hashlib
import json
import pathlib
import re
import time
import unittest

from http_support import Case, get, post, request


class AdminTest(Case):
    def admin(self, target, method="GET"):
        connection = self.connect(self.server.admin)
        return connection.ask(request(method, target), has_body=method != "HEAD")

    def test_health(self):
        def health():
            status, _, body = self.admin("/healthz").partition(b"\r\n")
            return status, body.rpartition(b"\r\n\r\n")[2]
        unwell = b"HTTP/1.1 503 Service Unavailable"
        self.assertEqual(health(), (b"HTTP/1.1 200 OK", b"ok\n"))
        self.server.tell("store")
        self.assertEqual(health(), (unwell, b'issuer "toy": cannot read the source\n'))
        self.server.tell("signer")
        self.assertEqual(health(), (unwell, b"signer unavailable\n"
                                            b'issuer "toy": cannot read the source\n'))
        self.server.tell("store")
        self.assertEqual(health(), (unwell, b"signer unavailable\n"))

    def test_others(self):
        self.assertIn(b" 404 ", self.admin("/"))
        self.assertIn(b" 404 ", self.admin("/metrics/"))
        self.assertIn(b" 405 ", self.admin("/metrics", "PUT"))
        self.assertIn(b"Allow: GET, HEAD\r\n", self.admin("/metrics", "DELETE"))
        self.assertIn(b" 200 ", self.admin("/healthz", "HEAD"))
        self.assertIn(b"no-store", self.admin("/healthz"))

    def test_counts(self):
        connection = self.connect()
        for data in (get("0good"), get("0good"), post(b"0nonce"), get("0later"), post(b"0what"),
                     get("0unauthorized"), get("0internal"), request("GET", "/")):
            connection.ask(data)
        connection.ask(get("0good", "If-None-Match: *"), has_body=False)
        connection.ask(get("0good", method="HEAD"), has_body=False)

        def count(outcome, method, hash_name):
            return self.metric("ocspd_requests_total{outcome=\"%s\",method=\"%s\",hash=\"%s\"}"
                               % (outcome, method, hash_name))
        self.assertEqual(count("answer", "GET", "sha256"), 2)
        self.assertEqual(count("answer", "POST", "sha1"), 1)
        self.assertEqual(count("answer", "HEAD", "sha256"), 1)
        self.assertEqual(count("not_modified", "GET", "sha256"), 1)
        self.assertEqual(count("try_later", "GET", "other"), 1)
        self.assertEqual(count("malformed_request", "POST", "other"), 1)
        self.assertEqual(count("unauthorized", "GET", "other"), 1)
        self.assertEqual(count("internal_error", "GET", "other"), 1)
        self.assertEqual(count("not_ocsp", "GET", "other"), 1)
        self.assertEqual(self.metric("ocspd_cache_hits_total"), 4)
        self.assertEqual(self.metric("ocspd_request_duration_seconds_count"), 10)
        self.assertEqual(self.metric("ocspd_request_duration_seconds_bucket{le=\"+Inf\"}"), 10)
        self.assertEqual(self.metric("ocspd_connections"), 1)

    def test_counts_posts_of_another_type(self):
        def others():
            return self.metric("ocspd_posts_of_another_type_total")
        before = others()
        connection = self.connect()
        for _ in range(2):
            connection.ask(post(b"0good"))
        self.assertEqual(others(), before)
        connection.ask(request("POST", "/", "Content-Length: 5", body=b"0good"))
        connection.ask(request("POST", "/", "Content-Length: 5", "Content-Type: text/plain",
                               body=b"0what"))
        self.assertEqual(others(), before + 2)
        self.assertEqual(self.metric(
            'ocspd_requests_total{outcome="answer",method="POST",hash="sha256"}'), 3)

    def test_format(self):
        """Each metric has one line of help and one of type before it, and its value is a number."""
        got = self.admin("/metrics")
        head, _, body = got.decode().partition("\r\n\r\n")
        self.assertIn("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n", head)
        name, names = None, []
        for line in body.splitlines():
            if line.startswith("# HELP "):
                name = line.split()[2]
                self.assertNotIn(name, names)
                names.append(name)
            elif line.startswith("# TYPE "):
                self.assertRegex(line, rf"^# TYPE {name} (counter|gauge|histogram)$")
            else:
                self.assertRegex(line, rf"^{name}(_bucket|_sum|_count)?"
                                       r'(\{[a-z]+="([^"\\]|\\.)*"(,[a-z]+="[^"]*")*\})? '
                                       r'[-+.0-9e]+$')
        self.assertGreater(len(names), 12)

    def test_sources(self):
        """A source that has no such value is left out."""
        crl = r'{issuer="a \"quoted\"\n\\ name"}'
        database = '{issuer="database"}'
        now = time.time()
        for name, expected in (("up", (1, 0)), ("rows", (3, None)), ("odd_rows", (2, None)),
                               ("uncertain_rows", (1, None)), ("complete", (0, 1))):
            with self.subTest(name):
                self.assertEqual((self.metric(f"ocspd_source_{name}{crl}"),
                                  self.metric(f"ocspd_source_{name}{database}")), expected)
        self.assertAlmostEqual(self.metric(f"ocspd_source_expiry_seconds{crl}"), 2e9 - now, delta=60)
        self.assertAlmostEqual(self.metric(f"ocspd_source_age_seconds{crl}"), now - 1e9, delta=60)
        self.assertIsNone(self.metric(f"ocspd_source_expiry_seconds{database}"))
        self.assertIsNone(self.metric(f"ocspd_source_age_seconds{database}"))


class BrokenTest(Case):
    """Requests without an answer, or answered by libmicrohttpd, and connections without one."""
    settings = ("idle=1", "request=1")

    def broken(self, method):
        return self.metric('ocspd_requests_total{outcome="broken",method="%s",hash="other"}'
                           % method) or 0

    def without_request(self):
        return self.metric("ocspd_connections_without_request_total")

    def end_all(self, *many):
        """Sends each on its own connection, and nothing else, and waits until all are closed."""
        connections = [self.connect() for _ in many]
        for connection, data in zip(connections, many):
            with contextlib.suppress(ConnectionError):
                connection.send(data)
        for connection in connections:
            connection.shut()
            with contextlib.suppress(ConnectionError):
                while connection.more():
                    pass
            connection.close()
        self.wait_for(lambda: self.server.connections() == 0)

    def test_broken_requests(self):
        for data, method in (
                (get("0good", "Content-Length: 0", "Content-Length: 0"), "GET"),
                (get("0good", "Transfer-Encoding: gzip", method="HEAD"), "HEAD"),
                (get("0good", "Host: x", method="PUT"), "other"),
                (get("0good", "X: " + "y" * 8180), "GET"),
                (get("0good", "Content-Length: x"), "other"),
                (get("0good", "X: " + "y" * 20000), "other"), (get("0good", "X"), "other"),
                (get("0good", "Content-Length: 1000000") + b"x" * 70000, "GET")):
            with self.subTest(data[:80]):
                before = self.broken(method)
                self.end_all(data)
                self.assertEqual(self.broken(method), before + 1)
        self.assertEqual(self.without_request(), 0)
        self.assertEqual(self.metric('ocspd_requests_total{outcome="not_ocsp",method="GET",'
                                     'hash="other"}'), 0)

    def test_halves(self):
        self.end_all(post(b"0good")[:-1], post(b"0good")[:-8], get("0good")[:-2],
                     get("0good", "Content-Length: 2") + b"x", b"GET / HTTP/1.1\r\nHost")
        self.assertEqual(self.broken("POST"), 1)
        self.assertEqual(self.broken("GET"), 1)
        self.assertEqual(self.broken("other"), 3)
        self.assertEqual(self.without_request(), 0)

    def test_requests_that_are_not_broken(self):
        connection = self.connect()
        for data in (get("0good"), get("0what"), post(b"0later"), request("GET", "/"),
                     request("OPTIONS", "*"), get("0slow after 20")):
            connection.ask(data)
        connection.ask(post(b"0good", target="/x"))
        self.wait_for(lambda: self.server.connections() == 0)
        for method in ("GET", "POST", "HEAD", "other"):
            self.assertEqual(self.broken(method), 0)
        self.assertEqual(self.without_request(), 0)

    def test_client_that_does_not_wait(self):
        connection = self.connect()
        connection.send(get("0slow after 300"))
        self.wait_for(lambda: self.server.connections() == 1)
        time.sleep(0.1)
        connection.reset()
        self.wait_for(lambda: self.server.connections() == 0)
        self.assertEqual(self.metric('ocspd_requests_total{outcome="answer",method="GET",'
                                     'hash="sha256"}'), 1)
        self.assertEqual(self.broken("GET"), 0)
        self.assertEqual(self.without_request(), 0)

    def test_without_request(self):
        hello = bytes.fromhex("16030100050100000100") + b"\0" * 100
        self.end_all(b"", b"\r\n", b"GET / HTTP/1.1", hello)
        self.assertEqual(self.without_request(), 4)
        lines = (hello + b"\n", b"GET / HTTP/2.0\r\n\r\n", b"GET / x\r\n\r\n", b"GET\r\n\r\n",
                 b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"M" * 20000, b"GET /" + b"M" * 20000)
        for n, data in enumerate(lines):
            with self.subTest(data[:80]):
                self.end_all(data)
                self.assertEqual(self.without_request(), 4 + n + 1)
        self.assertEqual(self.broken("other") + self.broken("GET"), 0)


class LogTest(Case):
    settings = ("sample=1",)
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    seed = pathlib.Path(__file__).resolve().parents[3] / "tests" / "data" / "seed" / "request.der"

    def lines(self, n):
        self.wait_for(lambda: self.server.log().count(b"\n") >= n)
        return self.server.log().decode("ascii").splitlines()

    def cert_id(self):
        """The SHA-256 of the cert ID of the seed request."""
        der = self.seed.read_bytes()
        # OCSPRequest, TBSRequest, requestList, Request, CertID: each with a short length.
        self.assertEqual((der[0], der[2], der[4], der[6], der[8]), (0x30,) * 5)
        return hashlib.sha256(der[8:8 + 2 + der[9]]).hexdigest()

    def test_access(self):
        self.ask(post(self.seed.read_bytes()))
        self.ask(get("0later"))
        first, second = self.lines(2)
        self.assertRegex(first, rf"^{self.time} access: POST 200 \S+ hash=\S+ id={self.cert_id()} "
                                r"time=\d+us( hit)?$")
        self.assertRegex(second, rf"^{self.time} access: GET 200 try_later hash=other id=- "
                                 r"time=\d+us$")

    def test_access_in_json(self):
        self.server.tell("reload sample=1 log=json")
        self.ask(post(self.seed.read_bytes()))
        line = json.loads(self.lines(1)[0])
        self.assertRegex(line.pop("time"), f"^{self.time}$")
        self.assertIsInstance(line.pop("microseconds"), int)
        self.assertEqual((line["level"], line["method"], line["status"], line["id"]),
                         ("access", "POST", 200, self.cert_id()))
        self.assertEqual(set(line), {"level", "method", "status", "outcome", "hash", "id", "hit"})

    def test_sample(self):
        self.server.tell("reload sample=10 threads=1")
        connection = self.connect()
        for _ in range(100):
            connection.ask(get("0good"))
        self.assertEqual(len(self.lines(10)), 10)
        self.server.tell("reload sample=0 threads=1")
        connection.ask(get("0good"))
        self.assertEqual(len(self.lines(10)), 10)

    def test_lines_cannot_be_forged(self):
        evil = "a\rb\x1b[2J\x9b\xff\\x0a\x7f\t\"}"
        self.server.tell("log " + evil)
        self.assertRegex(self.lines(1)[0], rf"^{self.time} info: " + re.escape(
            r'a\x0db\x1b[2J\x9b\xff\x5cx0a\x7f\x09"}') + "$")
        self.server.tell("reload log=json")
        self.server.tell("log " + evil)
        self.assertEqual(json.loads(self.lines(2)[1])["message"],
                         r'a\x0db\x1b[2J\x9b\xff\x5cx0a\x7f\x09"}')
        self.server.tell("log \xc3\xa4\r")
        self.assertEqual(json.loads(self.lines(3)[2])["message"], "ä\r")

    def test_long_lines(self):
        self.server.tell("log " + "\xff" * 500)
        self.assertTrue(self.lines(1)[0].endswith("\\xff" * 500))

    def test_flood(self):
        self.server.tell("flood")
        first = len(self.lines(10))
        # The hundred lines may be spread over two seconds.
        self.assertIn(first, range(10, 22))
        time.sleep(1.1)
        self.server.tell("flood")
        self.assertRegex(self.lines(first + 2)[first], r" warning: \d+ similar lines suppressed$")


if __name__ == "__main__":
    unittest.main()

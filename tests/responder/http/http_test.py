# SPDX-License-Identifier: MIT
#
# All kinds of requests and their answers, compared octet by octet; curl is a second client.
"""What the HTTP of ocspd answers."""

import concurrent.futures
import contextlib
import email.utils
import re
import string
import subprocess
import time
import unittest

from http_support import (ALLOW, CLOSE, INTERNAL, LATER, MALFORMED, NOT_FOUND, POST_TYPE,
                          RUBBISH, UNAUTHORIZED, Case, Connection, answer, cached_fields, error,
                          etag, get, path, post, request, text)


class AnswerTest(Case):
    def test_get(self):
        self.assertEqual(self.ask(get("0good")), answer(b"0good"))

    def test_get_in_all_ways(self):
        for target in ("/MP%2F%2B%2B%2F%2B%2FPg%3D%3D", "/MP%2f%2b%2b%2f%2b%2fPg%3d%3d",
                       "/MP/++/+/Pg==", "/MP/++/+/Pg", "/MP_--_-_Pg==", "/MP_--_-_Pg",
                       "//MP_--_-_Pg", f"http://x:{self.server.port}/MP_--_-_Pg"):
            with self.subTest(target):
                # The bytes are a request, but not one that the fake engine knows.
                self.assertEqual(self.ask(request("GET", target)), error(MALFORMED))

    def test_get_that_is_none(self):
        for target, wanted in (("/", NOT_FOUND), ("//", NOT_FOUND),
                               ("/=", RUBBISH), ("/MA?", RUBBISH), ("/MA=", RUBBISH),
                               ("/%00", RUBBISH), ("/MA%", RUBBISH), ("/favicon.ico", RUBBISH),
                               ("/" + path("0good") + "?x=y&z", RUBBISH)):
            with self.subTest(target):
                self.assertEqual(self.ask(request("GET", target)), wanted)

    def test_get_of_rubbish(self):
        self.assertEqual(self.ask(request("GET", "/" + path("0what"))), error(MALFORMED))

    def test_get_too_long(self):
        self.server.tell("reload max_request=100")
        self.assertEqual(self.ask(get("0good" + "x" * 95)), answer(b"0good" + b"x" * 95))
        self.assertEqual(self.ask(get("0good" + "x" * 96)), error(MALFORMED))

    def test_errors(self):
        for name, octets in (("0what", MALFORMED), ("0internal", INTERNAL), ("0later", LATER),
                             ("0unauthorized", UNAUTHORIZED)):
            with self.subTest(name):
                self.assertEqual(self.ask(get(name)), error(octets))
                self.assertEqual(self.ask(post(name.encode())), error(octets))

    def test_answer_for_one_alone(self):
        wanted = (b"HTTP/1.1 200 OK\r\nDate: DATE\r\nContent-Type: application/ocsp-response\r\n"
                  b"Cache-Control: max-age=0, private, no-transform, must-revalidate\r\n"
                  b"Content-Length: 6\r\n\r\n0nonce")
        self.assertEqual(self.ask(get("0nonce")), wanted)
        self.assertEqual(self.ask(post(b"0nonce")), wanted)

    def test_post(self):
        self.assertEqual(self.ask(post(b"0good")), answer(b"0good"))

    def test_post_without_body(self):
        self.assertEqual(self.ask(post(b"")), error(MALFORMED))
        self.assertEqual(self.ask(request("POST", "/", POST_TYPE.decode().strip())),
                         error(MALFORMED))

    def test_post_as_long_as_may_be(self):
        body = b"0good" + b"x" * 200
        long = body + b"x" * (8192 - len(body))
        self.assertEqual(self.ask(post(long)), answer(long[:255]))

    def test_post_in_pieces(self):
        connection = self.connect()
        for octet in post(b"0good" + b"x" * 600):
            connection.send(bytes([octet]))
        self.assertEqual(connection.read(), answer((b"0good" + b"x" * 600)[:255]))

    def test_post_in_chunks(self):
        head = request("POST", "/", "Content-Type: application/ocsp-request",
                       "Transfer-Encoding: chunked")
        for rest in (b"", b"X: y\r\n", b"\0X: y\r\n"):
            # Their end is doubtful, so what follows is not read as a request.
            connection = self.connect()
            self.assertEqual(connection.ask(head + b"2\r\n0g\r\n3;x=y\r\nood\r\n0\r\n" + rest
                                            + b"\r\n" + get("0good")), answer(b"0good", CLOSE))
            self.assertTrue(connection.is_closed())

    def test_post_in_too_many_chunks(self):
        head = request("POST", "/", "Content-Type: application/ocsp-request",
                       "Transfer-Encoding: chunked")
        chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
        connection = self.connect()
        self.assertEqual(connection.ask(head + chunk * 3 + b"0\r\n\r\n"), error(MALFORMED, CLOSE))
        self.assertTrue(connection.is_closed())
        connection = self.connect()
        connection.send(head)
        with contextlib.suppress(ConnectionError):
            connection.send(chunk * 100)
        self.assertTrue(connection.is_closed())

    def test_post_expects_continue(self):
        connection = self.connect()
        connection.send(request("POST", "/", "Content-Type: application/ocsp-request",
                                "Content-Length: 5", "Expect: 100-continue"))
        while not connection.rest.endswith(b"\r\n\r\n"):
            connection.more()
        self.assertEqual(connection.rest, b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.rest = b""
        self.assertEqual(connection.ask(b"0good"), answer(b"0good"))

    def test_post_too_long(self):
        connection = self.connect()
        connection.send(request("POST", "/", "Content-Type: application/ocsp-request",
                                "Content-Length: 8193"))
        self.assertEqual(connection.read(), error(MALFORMED, CLOSE))
        self.assertTrue(connection.is_closed())
        connection = self.connect()
        with contextlib.suppress(ConnectionError):
            connection.send(post(b"x" * 3000000))
        self.assertTrue(connection.read().endswith(MALFORMED))

    def test_post_elsewhere(self):
        self.assertEqual(self.ask(post(b"0good", target="/x")),
                         NOT_FOUND.replace(b"DATE\r\n", b"DATE\r\nConnection: close\r\n"))

    def test_post_of_another_type(self):
        for fields in ((), ("Content-Type: text/plain",), ("Content-Type:",),
                       ("Content-Type: application/ocsp-response",),
                       ("Content-Type: application/x-www-form-urlencoded",),
                       ("Content-Type: multipart/form-data; boundary=0",),
                       ("Content-Type: application/ocsp-request",) * 2):
            with self.subTest(fields):
                connection = self.connect()
                for body, wanted in ((b"0good", answer(b"0good")), (b"0what", error(MALFORMED))):
                    self.assertEqual(connection.ask(request("POST", "/", "Content-Length: 5",
                                                            *fields, body=body)), wanted)

    def test_post_type_with_parameter(self):
        self.assertEqual(self.ask(request("POST", "/", "Content-Length: 5",
                                          "content-type: Application/OCSP-Request; a=b",
                                          body=b"0good")), answer(b"0good"))

    def test_post_with_rubbish_for_a_length(self):
        for length in ("-1", "5x", "99999999999999999999", "0x5", ""):
            with self.subTest(length):
                got = self.ask(request("POST", "/", POST_TYPE.decode().strip(),
                                       f"Content-Length: {length}", body=b"0good"))
                self.assertRegex(got, rb"^HTTP/1.1 4\d\d ")

    def test_head(self):
        connection = self.connect()
        wanted = answer(b"0good").partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        for _ in range(2):
            self.assertEqual(connection.ask(get("0good", method="HEAD"), has_body=False), wanted)
        wanted = error(LATER).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        self.assertEqual(connection.ask(get("0later", method="HEAD"), has_body=False), wanted)
        wanted = NOT_FOUND.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        self.assertEqual(connection.ask(request("HEAD", "/"), has_body=False), wanted)
        self.assertEqual(connection.ask(get("0good")), answer(b"0good"))

    def test_options(self):
        wanted = (b"HTTP/1.1 204 No Content\r\nDate: DATE\r\nCache-Control: no-store\r\n"
                  b"Allow: GET, HEAD, POST, OPTIONS\r\n\r\n")
        connection = self.connect()
        for target in ("/", "*", path("0good")):
            self.assertEqual(connection.ask(request("OPTIONS", target)), wanted)

    def test_other_methods(self):
        wanted = text("405 Method Not Allowed", "Use GET, HEAD or POST.\n", allow=ALLOW)
        connection = self.connect()
        for method in ("PUT", "DELETE", "TRACE", "PATCH", "get", "X"):
            with self.subTest(method):
                self.assertEqual(connection.ask(get("0good", method=method)), wanted)

    def test_get_with_body(self):
        connection = self.connect()
        self.assertEqual(connection.ask(get("0good", "Content-Length: 3") + b"abc"),
                         answer(b"0good"))
        self.assertEqual(connection.ask(get("0good")), answer(b"0good"))

    def test_get_with_long_body(self):
        connection = self.connect()
        with contextlib.suppress(ConnectionError):
            connection.send(get("0good", "Content-Length: 10000000") + b"x" * 1000000)
        self.assertTrue(connection.is_closed())

    def test_big_answers(self):
        for n in (4096, 4097, 65536):
            body = b"x" * n
            connection = self.connect()
            for _ in range(3):
                self.assertEqual(connection.ask(get(f"0big {n}")), answer(body))

    def test_not_long_before_the_next_update(self):
        for left in (2, 30, 100, 700, 3000):
            got = self.ask(get(f"0left {left}")).decode()
            max_age = int(re.search(r"max-age=(\d+)", got)[1])
            self.assertLess(max_age, left)
            self.assertGreaterEqual(max_age, left - 33)
            expires = re.search(r"Expires: (.*)\r", got)[1]
            self.assertAlmostEqual(email.utils.parsedate_to_datetime(expires).timestamp(),
                                   time.time() + left, delta=20)

    def test_max_age_gets_shorter(self):
        connection = self.connect()
        ages = []
        for _ in range(4):
            got = connection.ask(get("0left 10"))
            ages.append(int(re.search(rb"max-age=(\d+)", got)[1]))
            time.sleep(1.1)
        self.assertEqual(ages, sorted(ages, reverse=True))
        self.assertLess(ages[-1], 8)

    def test_more_answers_than_are_kept(self):
        connection = self.connect()
        for i in range(3000):
            body = f"0good {i % 1000}"
            self.assertEqual(connection.ask(get(body)), answer(body.encode()))


class FramingTest(Case):
    """Requests whose end, or whose host, is ambiguous."""
    settings = ("request=2",)
    methods = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "X")
    chunked = "Transfer-Encoding: chunked"
    broken = text("400 Bad Request", "Invalid request header.\n", CLOSE)
    twice = text("400 Bad Request", "The length of the body is given twice.\n", CLOSE)
    unknown = text("501 Not Implemented", "Unsupported transfer coding.\n", CLOSE)

    def expect_end(self, data, wanted):
        """One answer and the end, whatever follows: at once, on a used connection, and later."""
        method = data.partition(b" ")[0]
        if method == b"HEAD":
            wanted = wanted.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        for before in (b"", get("0good first")):
            connection = self.connect()
            connection.send(before + data + get("0good second") * 2)
            if before:
                self.assertEqual(connection.read(), answer(b"0good first"))
            self.assertEqual(connection.read(has_body=method != b"HEAD"), wanted)
            with contextlib.suppress(ConnectionError):
                connection.send(get("0good third"))
            self.assertTrue(connection.is_closed())

    def each_method(self, *fields, wanted):
        for method in self.methods:
            with self.subTest(method=method, fields=fields):
                self.expect_end(get("0good", *fields, method=method), wanted)

    def test_two_lengths(self):
        for fields in (("Content-Length: 5", "Content-Length: 0"),
                       ("Content-Length: 0", "content-length: 5"),
                       ("Content-Length: 0", "X: y", "Content-Length: 0"),
                       ("Content-Length: 5", self.chunked), (self.chunked, "Content-Length: 5"),
                       ("CONTENT-LENGTH: 0", "Transfer-Encoding: gzip"),
                       (self.chunked, self.chunked), (self.chunked, "transfer-encoding: gzip")):
            self.each_method(*fields, wanted=self.twice)

    def test_unknown_coding(self):
        for coding in ("gzip", "gzip, chunked", "chunked, gzip", "identity", "xchunked", ""):
            self.each_method(f"Transfer-Encoding: {coding}", wanted=self.unknown)

    def test_coding_in_http_1_0(self):
        for method in self.methods:
            for coding in ("chunked", "gzip"):
                self.expect_end(get("0good", f"Transfer-Encoding: {coding}",
                                    "Connection: Keep-Alive", method=method, version="1.0"),
                                self.broken)

    def test_blank_before_the_colon(self):
        for field in ("Content-Length : 5", "Content-Length\t: 5", "Transfer-Encoding : chunked",
                      "X : y", "X y: z"):
            self.each_method(field, wanted=self.broken)

    def test_names(self):
        for name in ("", "X(", "X\xe4", "X\x7f", "X\x0b", '"X"', "X/"):
            self.each_method(f"{name}: y", wanted=self.broken)
        token = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"
        for c in map(chr, range(1, 256)):
            # These end the line, and the name.
            if c not in "\n:":
                with self.subTest(c):
                    self.assertEqual(self.ask(get("0good", f"X{c}: y")),
                                     answer(b"0good") if c in token else self.broken)

    def test_blank_before_the_first_name(self):
        for blank in (" ", "\t"):
            for method in self.methods:
                self.expect_end(f"{method} / HTTP/1.1\r\n{blank}X: y\r\nHost: x\r\n\r\n".encode(),
                                self.broken)

    def test_folded_lines(self):
        for field in ("X: y\r\n z", "X: y\r\n\tz", "X: y\r\n ", "X:\r\n y\r\n z",
                      "Content-Length:\r\n 5", "Content-Length: 5\r\n 0",
                      "Content-Length: 0\r\n \t", "Transfer-Encoding:\r\n chunked",
                      "Content-:5\r\n Length", "X: " + "y" * 3000 + "\r\n z"):
            self.each_method(field, "X: y", wanted=self.broken)
            self.each_method("X: y", field, wanted=self.broken)

    def test_nul(self):
        for field in ("X: y\0", "X: \0y", "\0", "\0X: y", "\0\r\nContent-Length: 5",
                      "Content-Length: 0\x005", "Content-Length: 0\0"):
            self.each_method(field, wanted=self.broken)
            self.each_method(field, "X: y", wanted=self.broken)
        # It is not enough that the total length is right.
        self.each_method("\0\r\nX: y\nX: y\nX: y", wanted=self.broken)

    def test_ends_of_lines(self):
        for field in ("X: y\r", "X: y\rContent-Length: 5", "X: \ry", "X: y\r\r", "X: y\nA: b",
                      "X: y\nContent-Length: 5", "X: y\n"):
            self.each_method(field, wanted=self.broken)
        whole = get("0good")
        for data in (whole.replace(b"1.1\r\n", b"1.1\n"), whole.replace(b"\r\n\r\n", b"\r\n\n"),
                     whole.replace(b"\r\n\r\n", b"\n\r\n"), whole.replace(b"\r\n", b"\n")):
            self.expect_end(data, self.broken)

    def test_targets(self):
        for method in self.methods:
            for target in ("/\r", "/\r\rx", "/\0", "/\0/x", path("0good") + "\0",
                           path("0good") + "\r", "*\r", "/ ", " /", "/ /", "/\0 /"):
                with self.subTest(method=method, target=target):
                    self.expect_end(request(method, target), self.broken)

    def test_hosts(self):
        for host in ("x y", "x, y", "x/y", "a@x", "x\\", "x?", "x#", "\xe4", "<x>", "x\ty"):
            for method in self.methods:
                self.expect_end(f"{method} / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode("latin-1"),
                                self.broken)
        self.each_method("Host: x", wanted=self.broken)
        self.each_method("X: y", "hOST: y", wanted=self.broken)
        self.expect_end(get("0good", "Host: x", version="1.0"), self.broken)

    def get_from(self, host):
        return self.ask(f"GET {path('0good')} HTTP/1.1\r\nHost:{host}\r\n\r\n".encode("latin-1"))

    def test_characters_of_hosts(self):
        good = string.ascii_letters + string.digits + "!$%&'()*+,-.:;=[]_~"
        for c in map(chr, range(1, 256)):
            if c != "\n":
                self.assertEqual(self.get_from(f"x{c}x"),
                                 answer(b"0good") if c in good else self.broken, c)
        for host in ("", " x", "\tx.example:8080", "[::1]:80", "[v1.a:b]", "127.0.0.1", "x \t"):
            self.assertEqual(self.get_from(host), answer(b"0good"), host)

    def test_without_host(self):
        for method in self.methods:
            for version in ("1.1", "1.2"):
                self.expect_end(f"{method} {path('0good')} HTTP/{version}\r\nX: y\r\n\r\n".encode(),
                                self.broken)
        self.assertEqual(self.ask(f"GET {path('0good')} HTTP/1.0\r\n\r\n".encode()),
                         answer(b"0good", CLOSE))

    def test_what_libmicrohttpd_refuses(self):
        lengths = ("5, 5", "+5", "-1", "5 ", "", "0x5")
        for data, status in (
                *((get("0good", f"Content-Length: {length}"), 400) for length in lengths),
                (get("0good", f"Content-Length: 1{'0' * 30}"), 413), (get("0good", "X"), 400),
                (get("0good", "Content-Length\0: 5"), 400), (get("0good", version="1"), 400),
                (get("0good", version="1.1x"), 400), (get("0good", version="2.0"), 505),
                (get("0good", version="0.9"), 505), (b"GET /\r\n\r\n", 400),
                (request("GET", "/" + "M" * 20000), 414), (get("0good", "X: " + "y" * 20000), 431)):
            with self.subTest(data[:80]):
                connection = self.connect()
                with contextlib.suppress(ConnectionError):
                    connection.send(data + get("0good") * 2)
                    while connection.more():
                        pass
                self.assertRegex(connection.rest, rb"^HTTP/1\.[01] %d " % status)
                # libmicrohttpd may send its header twice, but nothing else.
                self.assertNotIn(b" 200 ", connection.rest)
        connection = self.connect()
        connection.send(b"GET\r\n\r\n" + get("0good"))
        self.assertTrue(connection.is_closed())

    def test_in_pieces(self):
        """A request may be cut anywhere on its way, and parts may be joined."""
        whole = get("0good", "User-Agent:  x  ", "Accept: */*", "X-Empty:", "If-None-Match: y")
        for cut in range(1, len(whole)):
            client = self.connect()
            client.send(whole + whole[:cut])
            self.assertEqual(client.read(), answer(b"0good"))
            client.send(whole[cut:])
            self.assertEqual(client.read(), answer(b"0good"), whole[:cut])
            client.close()
        client = self.connect()
        for octet in whole:
            client.send(bytes([octet]))
        self.assertEqual(client.read(), answer(b"0good"))

    def test_all_is_well(self):
        """What must not be taken for any of these: long and short, at once and in pieces."""
        connection = self.connect()
        for n in (0, 1, 7, 100, 3000, 5000, 7900):
            for method in ("GET", "POST"):
                fields = ["X:", "X: ", "X:\t y", "Y:y ", f"Z: {'z' * n}", "Content-Length: 5",
                          POST_TYPE.decode().strip(), "Cookie: a=b; c=d", "X: \x80\xff:\t:"]
                target = "/" if method == "POST" else path("0good")
                data = request(method, target, *fields, body=b"0good")
                for first, rest in ((data, b""), (b"\r\n\r\n" + data, b""), (data[:60], data[60:]),
                                    (data[:-120], data[-120:])):
                    connection.send(first)
                    if rest:
                        time.sleep(0.01)
                    self.assertEqual(connection.ask(rest), answer(b"0good"))


class ConditionalTest(Case):
    def known(self, body, connection=""):
        fields = cached_fields(body).split("\r\n", 2)[2]
        return (f"HTTP/1.1 304 Not Modified\r\nDate: DATE\r\n{connection}{fields}"
                f"Content-Length: {len(body)}\r\n\r\n").encode()

    def test_known(self):
        tag = f'"{etag(b"0good")}"'
        connection = self.connect()
        for value in (tag, "W/" + tag, "*", f'"x", {tag}', f'"x",W/{tag} , "y"', f", {tag}"):
            for method in ("GET", "HEAD"):
                with self.subTest((value, method)):
                    got = connection.ask(get("0good", f"If-None-Match: {value}", method=method),
                                         has_body=False)
                    self.assertEqual(got, self.known(b"0good"))
        got = connection.ask(get("0good", 'If-None-Match: "x"', f"if-none-match: {tag}"),
                             has_body=False)
        self.assertEqual(got, self.known(b"0good"))

    def test_not_known(self):
        tag = etag(b"0good")
        connection = self.connect()
        for value in (f'"{etag(b"0other")}"', tag, f'"{tag[:-1]}"', f'"{tag.upper()}"', "", '"',
                      f'"{tag}', f'x"{tag}"', f"'{tag}'", f'"x" "{tag}"'):
            with self.subTest(value):
                self.assertEqual(connection.ask(get("0good", f"If-None-Match: {value}")),
                                 answer(b"0good"))

    def test_others_do_not_count(self):
        connection = self.connect()
        for field in ("If-Modified-Since: Sun, 09 Sep 2001 01:46:40 GMT", "If-Match: *",
                      "Range: bytes=0-1", "Cache-Control: no-cache", "Pragma: no-cache"):
            self.assertEqual(connection.ask(get("0good", field)), answer(b"0good"))

    def test_not_for_post_errors_and_nonces(self):
        connection = self.connect()
        self.assertEqual(connection.ask(post(b"0good", "If-None-Match: *")), answer(b"0good"))
        self.assertEqual(connection.ask(get("0later", "If-None-Match: *")), error(LATER))
        self.assertIn(b" 200 OK", connection.ask(get("0nonce", "If-None-Match: *")))


class HeaderTest(Case):
    settings = ("max_header=1024",)

    def test_header_as_long_as_may_be(self):
        short = len(get("0good", "X: "))
        self.assertEqual(self.ask(get("0good", "X: " + "y" * (1024 - short))), answer(b"0good"))

    def test_header_too_long(self):
        wanted = text("431 Request Header Fields Too Large", "The header is too long.\n", CLOSE)
        short = len(get("0good", "X: "))
        connection = self.connect()
        self.assertEqual(connection.ask(get("0good", "X: " + "y" * (1025 - short))), wanted)
        self.assertTrue(connection.is_closed())

    def test_header_far_too_long(self):
        for data in (get("0good", "X: " + "y" * 100000), request("GET", "/" + "M" * 100000),
                     get("0good", *["X: y"] * 10000), b"y" * 100000):
            connection = self.connect()
            with contextlib.suppress(ConnectionError):
                connection.send(data)
                while connection.more():
                    pass
            self.assertRegex(connection.rest, rb"^(HTTP/1.1 4\d\d |$)")
        self.assertEqual(self.ask(get("0good")), answer(b"0good"))


class PrefixTest(Case):
    settings = ("prefix=/ocsp/",)

    def test_prefix(self):
        self.assertEqual(self.ask(request("GET", "/ocsp" + path("0good"))), answer(b"0good"))
        self.assertEqual(self.ask(request("GET", "//ocsp/" + path("0good"))), answer(b"0good"))
        self.assertEqual(self.ask(post(b"0good", target="/ocsp")), answer(b"0good"))
        self.assertEqual(self.ask(post(b"0good", target="/ocsp/")), answer(b"0good"))
        self.assertEqual(self.ask(get("0good")), NOT_FOUND)
        self.assertEqual(self.ask(request("GET", "/ocsp")), NOT_FOUND)

    def test_prefix_changes(self):
        connection = self.connect()
        for prefix in ("a", "/b/c", "", "a", "ocsp"):
            self.assertEqual(self.server.tell(f"reload prefix={prefix}"), "reloaded")
            target = f"/{prefix.strip('/')}{path('0good')}"
            self.assertEqual(connection.ask(request("GET", target)), answer(b"0good"))


class PrefixesTest(Case):
    settings = ("prefix=/ica1/sub", "prefix=/ica1", "prefix=/ica2", "prefix=")

    def test_each(self):
        for prefix in ("", "/ica1", "/ica1/sub", "/ica2", "//ica2"):
            self.assertEqual(self.ask(request("GET", prefix + path("0good"))), answer(b"0good"))
            self.assertEqual(self.ask(post(b"0good", target=prefix or "/")), answer(b"0good"))
            self.assertEqual(self.ask(post(b"0good", target=prefix + "/")), answer(b"0good"))
        self.assertEqual(self.ask(request("GET", "/ica1")), NOT_FOUND)

    def test_change(self):
        """A connection sees the new ones at its next request."""
        connection = self.connect()
        many = [f"prefix=/{'x' * (64 - i)}" for i in range(63)]
        for settings, target in ((["prefix=/a", "prefix=/b"], "/b"), (many, "/" + "x" * 40),
                                 (["prefix=/b"], "/b"), (["threads=2"], ""),
                                 (self.settings, "/ica1/sub")):
            self.assertEqual(self.server.tell(" ".join(["reload", *settings])), "reloaded")
            self.assertEqual(connection.ask(request("GET", target + path("0good"))),
                             answer(b"0good"))
            self.assertIn(b" 404 ", connection.ask(request("GET", target or "/")))


class LateTest(Case):
    def test_answer_comes_later(self):
        connection = self.connect()
        for body in (b"0slow after 50", b"0slow after 0", b"0slow before", b"0slow after 1"):
            self.assertEqual(connection.ask(get(body.decode())), answer(body))
            self.assertEqual(connection.ask(post(body)), answer(body))
        self.assertEqual(connection.ask(get("0later after 20")), error(LATER))
        self.assertIn(b"private", connection.ask(get("0nonce after 20")))

    def test_head_and_known_later(self):
        connection = self.connect()
        got = connection.ask(get("0slow after 20", method="HEAD"), has_body=False)
        self.assertIn(b"Content-Length: 14", got)
        got = connection.ask(get("0slow after 20", "If-None-Match: *"), has_body=False)
        self.assertIn(b"304 Not Modified", got)

    def test_many_at_once(self):
        connections = [self.connect() for _ in range(300)]
        for _ in range(3):
            for i, connection in enumerate(connections):
                connection.send(get(f"0slow {i} after {i % 40}"))
            for i, connection in enumerate(connections):
                self.assertEqual(connection.read(), answer(f"0slow {i} after {i % 40}".encode()))

    def test_race(self):
        def run(n):
            connection = Connection(("127.0.0.1", self.server.port))
            for i in range(200):
                body = f"0slow {n} {i} " + ("before" if i % 3 == 0 else "after 0")
                if connection.ask(get(body)) != answer(body.encode()):
                    return False
            connection.close()
            return True
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertTrue(all(pool.map(run, range(8))))

    def test_the_end_does_not_wait(self):
        for _ in range(20):
            self.connect().send(get("0slow after 60000"))
            self.connect().send(get("0nonce after 60000"))
        self.wait_for(lambda: self.server.connections() == 40)
        time.sleep(0.2)

    def test_client_goes_away_meanwhile(self):
        for i in range(50):
            connection = Connection(("127.0.0.1", self.server.port))
            connection.send(get(f"0slow {i} after {i % 5 * 30}"))
            connection.close()
        self.wait_for(lambda: self.server.connections() == 0)


class CurlTest(Case):
    def curl(self, *args, **more):
        done = subprocess.run(["curl", "-sS", "-D", "head", "-o", "body", "-w", "%{http_code}",
                               "--max-time", "20", *args], cwd=self.dir, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout.decode(), (self.dir / "body").read_bytes()

    def test_curl(self):
        url = f"http://127.0.0.1:{self.server.port}"
        (self.dir / "request").write_bytes(b"0good")
        send = ("-H", "Content-Type: application/ocsp-request", "--data-binary", "@request")
        self.assertEqual(self.curl(url + path("0good")), ("200", b"0good"))
        self.assertEqual(self.curl(url + path("0slow after 50")), ("200", b"0slow after 50"))
        self.assertEqual(self.curl(*send, url), ("200", b"0good"))
        self.assertEqual(self.curl("-H", "Transfer-Encoding: chunked", *send, url),
                         ("200", b"0good"))
        self.assertEqual(self.curl("-H", "Expect: 100-continue", *send, url), ("200", b"0good"))
        self.assertEqual(self.curl("--http1.0", url + path("0good")), ("200", b"0good"))
        self.assertEqual(self.curl("--etag-save", "tag", url + path("0good")), ("200", b"0good"))
        self.assertEqual(self.curl("--etag-compare", "tag", url + path("0good"))[0], "304")
        self.assertEqual(self.curl("--unix-socket", "socket", "http://x" + path("0good")),
                         ("200", b"0good"))
        self.assertEqual(self.curl(f"http://[::1]:{self.server.port6}" + path("0good")),
                         ("200", b"0good"))
        (self.dir / "request").write_bytes(b"x" * 100000)
        self.assertEqual(self.curl(*send, url), ("200", MALFORMED))
        self.assertEqual(self.curl("-X", "PUT", "--data-binary", "x", url)[0], "405")


if __name__ == "__main__":
    unittest.main()

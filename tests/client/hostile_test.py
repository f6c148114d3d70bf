# SPDX-License-Identifier: MIT
#
# The faults of a responder, each with its outcome, and within its time.
"""Tests of libocsp-client against a hostile responder."""

import socket
import unittest

from client_case import ClientCase

# A call that ran into a limit has taken at least that time, which is far less than the driver
# may take otherwise.
PATIENCE = 5000


class HostileCase(ClientCase):
    def refuse(self, path, outcome, *options, answers=(), http=200, **expected):
        """Sends one request, and expects this outcome and no verdict."""
        one = self.ask(path, *options)
        self.assertLess(self.whole["ms"], PATIENCE)
        self.assertEqual((one["outcome"], one["status"], one["len"]), (outcome, "none", 0))
        exchange, = one["exchanges"]
        expected = {"outcome": outcome, "http": http, "response": "none", "error": "",
                    "error_what": "", "hash": "sha256", "what": "", "get": True, **expected}
        for key, value in expected.items():
            if callable(value):
                self.assertTrue(value(exchange[key]), (key, exchange[key]))
            else:
                self.assertEqual(exchange[key], value, key)
        return exchange


def has(*words):
    return lambda text: all(word in text.lower() for word in words)


class TimeTest(HostileCase):
    """A time limit is kept, wherever the responder stops."""

    def hangs(self, path, http=0):
        exchange = self.refuse(path, "timeout", http=http, what=has("time"))
        self.assertGreaterEqual(exchange["ms"], 450)
        self.assertLess(exchange["ms"], 3000)

    def test_after_connect(self):
        self.server.hangs_on_connect = True
        self.hangs("")

    def test_after_request(self):
        self.hangs("hang")

    def test_in_headers(self):
        self.hangs("hang-in-headers", http=200)

    def test_after_headers(self):
        self.hangs("hang-after-headers", http=200)

    def test_in_body(self):
        self.hangs("hang-in-body/good", http=200)

    def test_drip(self):
        self.hangs("drip", http=200)

    def test_no_accept(self):
        """With a full queue of connections, the limit for connecting applies."""
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            fillers = []
            for _ in range(4):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
                fillers.append(filler)
            port = listener.getsockname()[1]
            exchange = self.refuse(f"http://127.0.0.1:{port}/", "timeout", "--connect", "300",
                                   "--timeout", "2000", http=0, what=has("time"))
            self.assertLess(exchange["ms"], 1500)
            for filler in fillers:
                filler.close()

    def test_redirects_share_the_time(self):
        exchange = self.refuse("redirect/3/hang", "timeout", http=0, what=has("time"))
        self.assertLess(exchange["ms"], 1500)


class ConnectionTest(HostileCase):
    def test_nobody_there(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            self.refuse(f"http://127.0.0.1:{port}/", "unreachable", http=0,
                        what=has(str(port)))

    def test_no_such_host(self):
        self.refuse("http://does-not-exist.invalid/", "unreachable", "--timeout", "3000", http=0,
                    what=has("does-not-exist.invalid"))

    def test_closed(self):
        self.refuse("close", "broken", http=0, what=has("empty reply"))

    def test_garbage_status_line(self):
        self.refuse("garbage", "broken", http=0, what=has("http/0.9"))

    def test_http09(self):
        self.refuse("http09/good", "broken", http=0, what=has("http/0.9"))

    def test_garbage_behind_redirect(self):
        self.refuse("redirect/1/garbage", "broken", what=has("http/0.9"), http=lambda _: True)

    def test_half_a_body(self):
        self.refuse("half/good", "broken", what=has("transfer closed"))

    def test_endless_headers(self):
        self.refuse("endless-headers", "broken", what="the header is too long")

    def test_endless_continue(self):
        self.refuse("continue", "broken", what="the header is too long", http=lambda _: True)

    def test_tls_where_there_is_none(self):
        self.refuse(self.server.url("ok/good").replace("http:", "https:"), "unreachable", http=0,
                    what=lambda text: text != "")

    def test_untrusted_tls(self):
        tls = self.serve(tls=(self.path("leaf.pem"), self.path("leaf.key")))
        self.refuse(tls.url("ok/good"), "unreachable", http=0, what=has("certificate"))
        self.assertEqual(tls.requests, [])


class HttpTest(HostileCase):
    def test_statuses(self):
        for number in (201, 204, 304, 400, 401, 404, 405, 500, 503):
            with self.subTest(number=number):
                self.refuse(f"status/{number}", "http-status", http=number)

    def test_redirect_without_target(self):
        self.refuse("status/302", "http-status", http=302)

    def test_wrong_content_types(self):
        for content_type in (b"text/html", b"application/ocsp-request", b"",
                             b"application/ocsp-responses", b"application/ocsp", None):
            with self.subTest(content_type=content_type):
                self.server.content_type = content_type
                self.refuse("type/good", "content-type")

    def test_right_content_types(self):
        for content_type in (b"application/ocsp-response", b"Application/OCSP-Response",
                             b"application/ocsp-response; charset=utf-8",
                             b"application/ocsp-response ;x"):
            with self.subTest(content_type=content_type):
                self.server.content_type = content_type
                self.assertEqual(self.ask("type/good")["status"], "good")

    def test_empty(self):
        self.refuse("ok/empty", "empty")

    def test_endless_body(self):
        self.refuse("endless/200", "too-large")

    def test_huge_body(self):
        self.refuse("huge", "too-large")

    def test_endless_error_page(self):
        self.refuse("endless/404", "http-status", http=404)

    def test_size(self):
        self.server.answers["most"] = bytes(65536)
        self.server.answers["more"] = bytes(65537)
        self.refuse("ok/more", "too-large")
        self.refuse("ok/most", "malformed", error="tag", error_what=lambda text: text != "")

    def test_gzip(self):
        what = "unexpected Content-Encoding (RFC 9110 8.4)"
        self.refuse("gzip/good", "malformed", error="encoding", error_what=what)
        self.assertNotIn("accept-encoding", self.server.requests[0].headers)

    def test_identity_is_no_encoding(self):
        self.server.fields = [b"Content-Encoding: identity"]
        self.assertEqual(self.ask("kept/good")["status"], "good")

    def test_chunked(self):
        self.assertEqual(self.ask("chunked/good")["status"], "good")

    def test_nothing_else_is_sent(self):
        self.ask("ok/good")
        self.assertEqual(set(self.server.requests[0].headers), {"host", "user-agent", "accept"})
        with open(self.path(".netrc"), "w", encoding="ascii") as netrc:
            netrc.write("machine 127.0.0.1 login me password secret\n")
        self.ask("status/401", env={"HOME": str(self.dir)})
        self.assertNotIn("authorization", self.server.requests[1].headers)

    def test_no_cookies(self):
        self.server.fields = [b"Set-Cookie: a=b"]
        self.run_driver("--url", self.server.url("kept/good"), "--rounds", "2", "ca.der",
                        "leaf.der")
        self.assertEqual(len(self.server.requests), 2)
        self.assertNotIn("cookie", self.server.requests[1].headers)


class RedirectTest(HostileCase):
    def test_up_to_three(self):
        for n in (1, 2, 3):
            with self.subTest(n=n):
                one = self.ask(f"redirect/{n}/ok/good")
                self.assertEqual(one["status"], "good")
                self.assertEqual(one["exchanges"][0]["url"],
                                 self.server.url(f"redirect/{n}/ok/good"))

    def test_four(self):
        self.refuse("redirect/4/ok/good", "redirect", http=302,
                    what="there are too many redirects")

    def test_loop(self):
        self.refuse("loop", "redirect", http=302, what="there are too many redirects")
        self.assertEqual(len(self.server.requests), 4)

    def test_bad_targets(self):
        neither = "the address is neither http nor https"
        for target, what in (("file:///etc/passwd", neither), ("gopher://127.0.0.1/", neither),
                             ("https://127.0.0.1/", "a redirect leads to another scheme"),
                             ("http://me:secret@127.0.0.1/", "the address has a user name"),
                             ("http://127.0.0.1/" + 2048 * "a", "the address is too long")):
            with self.subTest(target=target[:40]):
                self.server.target = target
                self.refuse("to", "redirect", http=302, what=what)

    def test_to_http_from_https(self):
        self.make_cert("tls", "ca", 0x3000, "subjectAltName=IP:127.0.0.1\n")
        tls = self.serve(tls=(self.path("tls.pem"), self.path("tls.key")))
        trust = ("--ca-file", "ca.pem", "--timeout", "5000")
        self.assertEqual(self.ask(tls.url("ok/good"), *trust)["status"], "good")
        self.assertEqual(self.ask(tls.url("redirect/1/ok/good"), *trust)["status"], "good")
        tls.target = self.server.url("ok/good")
        self.refuse(tls.url("to"), "redirect", *trust, http=302,
                    what="a redirect leads to another scheme")
        self.assertEqual(self.server.requests, [])

    def test_redirect_to_closed_port(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            self.server.target = f"http://127.0.0.1:{unused.getsockname()[1]}/"
            self.refuse("to", "unreachable", http=lambda _: True, what=lambda text: text != "")

    def test_post_stays_post(self):
        for status in (b"301", b"302", b"303", b"307", b"308"):
            with self.subTest(status=status):
                self.server.redirect_status = status
                self.server.requests.clear()
                one = self.ask("redirect/1/ok/good?a=b")
                self.assertEqual((one["status"], one["exchanges"][0]["get"]), ("good", False))
                self.assertEqual([request.method for request in self.server.requests],
                                 ["POST", "POST"])
                first, second = self.server.requests
                self.assertEqual(first.body, second.body)
                self.assertEqual(second.headers["content-type"], "application/ocsp-request")


class OcspTest(HostileCase):
    def test_garbage(self):
        self.refuse("ok/garbage", "malformed", error="tag",
                    error_what="OCSPResponse is not a SEQUENCE (RFC 6960 4.2.1)")

    def test_one_octet(self):
        self.refuse("ok/one", "malformed", error="truncated",
                    error_what=has("ocspresponse"))

    def test_cut(self):
        self.refuse("ok/cut", "malformed", error="truncated", error_what=has("ocspresponse"))

    def test_longer(self):
        self.refuse("ok/longer", "malformed", error="trailing", error_what=has("ocspresponse"))

    def test_error_responses(self):
        for name, status in (("internal", "internalError"), ("later", "tryLater"),
                             ("sig-required", "sigRequired")):
            with self.subTest(name=name):
                self.refuse(f"ok/{name}", "error-response", response=status,
                            error="not-successful", error_what=has("rfc 6960"))

    def test_not_believed(self):
        for name, error, what in (
                ("forged", "signature", "the signature of the response is wrong"),
                ("second", "no-match", "certificate"), ("stranger", "no-match", "certificate"),
                ("old", "expired", "nextupdate")):
            with self.subTest(name=name):
                self.refuse(f"ok/{name}", "not-believed", response="successful", error=error,
                            error_what=has(what))

    def test_believed(self):
        for name, status in (("good", "good"), ("delegated", "good"), ("revoked", "revoked"),
                             ("unknown", "unknown"), ("sha1", "good"), ("forever", "good")):
            with self.subTest(name=name):
                one = self.ask(f"ok/{name}")
                exchange, = one["exchanges"]
                self.assertEqual((one["outcome"], one["status"], one["from_cache"], one["len"]),
                                 ("answered", status, False, len(self.server.answers[name])))
                self.assertEqual(
                    (exchange["outcome"], exchange["http"], exchange["error"], exchange["what"],
                     exchange["response"]), ("answered", 200, "", "", "successful"))


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
#
# Requests of the client, where they go and how often: addresses, GET and POST, SHA-1, nonces,
# several at once, the hook that allows addresses, and proxies. Also against the responder of
# openssl.
"""Tests of the requests of libocsp-client."""

import base64
import re
import subprocess
import unittest
import urllib.parse

from client_case import ClientCase, Proxy, der_of

NONCE = bytes.fromhex("06092b0601050507300102")


class UrlTest(ClientCase):
    """Addresses, of which only valid ones reach libcurl."""

    def refused(self, url, what, text=None, cert="leaf.der"):
        options = ("--url", url) if url is not None else ()
        one, _ = self.run_driver(*options, "ca.der", cert)
        self.assertEqual((one["outcome"], one["status"]), ("url-refused", "none"))
        exchange, = one["exchanges"]
        self.assertEqual((exchange["outcome"], exchange["what"], exchange["http"]),
                         ("url-refused", what, 0))
        if text is not None:
            self.assertEqual(exchange["url"], text)

    def test_schemes(self):
        for url in ("ftp://127.0.0.1/", "ldap://127.0.0.1/cn=ca", "file:///etc/passwd", "//a/",
                    "127.0.0.1/", "http:/127.0.0.1/", "http", "httpx://127.0.0.1/", ""):
            with self.subTest(url=url):
                self.refused(url, "the address is neither http nor https", url)

    def test_characters(self):
        what = "the address has characters that no URL has"
        for url in ("http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/\x7f",
                    "http://127.0.0.1/\x01", " http://127.0.0.1/", "http://127.0.0.1\\@evil/",
                    "http://b\u00fccher/", "http://127.0.0.1/\t"):
            with self.subTest(url=url):
                self.refused(url, what)

    def test_hosts(self):
        for url in ("http://", "http:///path", "http://?a", "https://#a", "http://:80/"):
            with self.subTest(url=url):
                self.refused(url, "the address has no host", url)

    def test_user_names(self):
        for url in ("http://me@127.0.0.1/", "http://me:secret@127.0.0.1/", "https://@127.0.0.1/"):
            with self.subTest(url=url):
                self.refused(url, "the address has a user name", url)

    def test_at_sign_in_path(self):
        self.assertEqual(self.ask("ok/good/me@home/")["status"], "good")

    def test_what_libcurl_refuses(self):
        for url in ("http://127.0.0.1:99999/", "http://[::1/", "http://127.0.0.1:http/"):
            with self.subTest(url=url):
                one, _ = self.run_driver("--url", url, "ca.der", "leaf.der")
                self.assertEqual(one["outcome"], "url-refused")
                self.assertNotEqual(one["exchanges"][0]["what"], "")

    def test_length(self):
        base = self.server.url("ok/good/")
        longest = base + "a" * (2048 - len(base))
        self.assertEqual(self.ask(longest)["status"], "good")
        self.refused(longest + "a", "the address is too long", longest)

    def test_nul_in_certificate(self):
        """The octets of the certificate are changed, because its signature is not checked here."""
        self.with_urls(self.server.url("ok/good?"), name="nul")
        der = self.path("nul.der").read_bytes()
        self.assertEqual(der.count(b"good?"), 1)
        self.write("nul.der", der.replace(b"good?", b"good\x00"))
        self.refused(None, "the address has characters that no URL has",
                     self.server.url("ok/good?"), cert="nul.der")
        self.assertEqual(self.server.requests, [])

    def test_none(self):
        one = self.ask_cert()
        self.assertEqual((one["outcome"], one["exchanges"]), ("no-url", []))


class MethodTest(ClientCase):
    def asked(self):
        request, = self.server.requests
        self.server.requests.clear()
        return request

    def test_get(self):
        for path in ("ok/good", "ok/good/", "ok/good//"):
            with self.subTest(path=path):
                one = self.ask(path)
                request = self.asked()
                self.assertTrue(one["exchanges"][0]["get"])
                self.assertEqual(request.method, "GET")
                encoded = request.target[len("/" + path.removesuffix("/") + "/"):]
                self.assertRegex(encoded, r"^([A-Za-z0-9]|%2B|%2F|%3D)+$")
                self.assertEqual(urllib.parse.unquote(encoded),
                                 base64.b64encode(request.ocsp).decode())
                self.assertNotIn("content-type", request.headers)

    def test_request_is_that_of_ocsp_request(self):
        self.ask("ok/good")
        self.succeed("request", "--issuer", "ca.pem", "leaf.pem", "--out", "asked.der")
        self.assertEqual(self.asked().ocsp, self.path("asked.der").read_bytes())

    def test_length_of_get(self):
        """GET takes an address of 255 octets, and not one more (RFC 9919 6)."""
        self.ask("ok/good/")
        free = 255 - len(self.server.url()) + 1 - len(self.asked().target)
        self.assertGreater(free, 1)
        for extra, method in ((0, "GET"), (1, "POST"), (2, "POST")):
            with self.subTest(extra=extra):
                one = self.ask("ok/good/" + "a" * (free - 1 + extra) + "/")
                request = self.asked()
                self.assertEqual((request.method, one["exchanges"][0]["get"], one["status"]),
                                 (method, method == "GET", "good"))
                if method == "GET":
                    self.assertEqual(len(self.server.url()) - 1 + len(request.target), 255)

    def test_post(self):
        for path in ("ok/good?a=b", "ok/good#part", "ok/good/?"):
            with self.subTest(path=path):
                one = self.ask(path)
                request = self.asked()
                self.assertEqual((request.method, one["exchanges"][0]["get"], one["status"]),
                                 ("POST", False, "good"))
                self.assertEqual(request.headers["content-type"], "application/ocsp-request")
                self.assertEqual(request.target, "/" + path.split("#")[0])

    def test_methods_in_turn(self):
        """The options of a POST are reset before the GET after it."""
        cert = self.with_urls(self.server.url("ok/later?"), self.server.url("ok/good"))
        self.assertEqual(self.ask_cert(cert=cert)["status"], "good")
        first, second = self.server.requests
        self.assertEqual((first.method, second.method), ("POST", "GET"))
        self.assertNotIn("content-type", second.headers)
        self.assertEqual(second.body, b"")


class HashTest(ClientCase):
    def test_hashes(self):
        for name in ("sha1", "sha256", "sha384", "sha512"):
            with self.subTest(name=name):
                one = self.ask("ok/good", "--hash", name)
                self.assertEqual((one["status"], one["exchanges"][0]["hash"]), ("good", name))

    def test_once_more_with_sha1(self):
        for refusal, status in (("unauthorized", "unauthorized"),
                                ("malformed-request", "malformedRequest")):
            with self.subTest(refusal=refusal):
                one = self.ask(f"sha1/{refusal}/sha1")
                self.assertEqual((one["outcome"], one["status"]), ("answered", "good"))
                first, second = one["exchanges"]
                self.assertEqual((first["outcome"], first["response"], first["hash"]),
                                 ("error-response", status, "sha256"))
                self.assertEqual((second["outcome"], second["response"], second["hash"]),
                                 ("answered", "successful", "sha1"))

    def n_asked(self, path, *options):
        one = self.ask(path, *options)
        self.assertEqual(one["outcome"], "error-response")
        return [exchange["hash"] for exchange in one["exchanges"]]

    def test_not_more_than_once(self):
        self.assertEqual(self.n_asked("ok/unauthorized"), ["sha256", "sha1"])

    def test_only_this_hash(self):
        self.assertEqual(self.n_asked("sha1/unauthorized/sha1", "--flag", "only-this-hash"),
                         ["sha256"])

    def test_sha1_from_the_start(self):
        self.assertEqual(self.n_asked("ok/unauthorized", "--hash", "sha1"), ["sha1"])

    def test_other_errors(self):
        for name in ("later", "internal", "sig-required"):
            with self.subTest(name=name):
                self.assertEqual(self.n_asked(f"ok/{name}"), ["sha256"])

    def test_other_is_no_hash(self):
        whole = self.run_driver("--hash", "other", "--url", self.server.url("ok/good"), "ca.der",
                                "leaf.der")[-1]
        self.assertEqual(whole["code"], "unsupported")


class TurnTest(ClientCase):
    """Several responders in one certificate."""

    def test_the_first_that_is_believed(self):
        urls = [self.server.url(path) for path in ("ok/later", "ok/forged", "ok/good", "ok/good/2")]
        one = self.ask_cert(cert=self.with_urls(*urls))
        self.assertEqual((one["outcome"], one["status"]), ("answered", "good"))
        self.assertEqual([(exchange["url"], exchange["outcome"]) for exchange in one["exchanges"]],
                         [(urls[0], "error-response"), (urls[1], "not-believed"),
                          (urls[2], "answered")])

    def test_unknown_is_an_answer(self):
        urls = [self.server.url(path) for path in ("ok/unknown", "ok/good")]
        one = self.ask_cert(cert=self.with_urls(*urls))
        self.assertEqual((one["outcome"], one["status"]), ("answered", "unknown"))
        self.assertEqual(len(one["exchanges"]), 1)

    def test_the_last_outcome(self):
        urls = [self.server.url(path) for path in ("ok/later", "status/404")]
        urls.append("ftp://127.0.0.1/")
        one = self.ask_cert(cert=self.with_urls(*urls))
        self.assertEqual(one["outcome"], "url-refused")
        self.assertEqual([exchange["outcome"] for exchange in one["exchanges"]],
                         ["error-response", "http-status", "url-refused"])

    def test_four_at_most(self):
        urls = [self.server.url(f"ok/later/{i}") for i in range(6)]
        one = self.ask_cert(cert=self.with_urls(*urls))
        self.assertEqual([exchange["url"] for exchange in one["exchanges"]], urls[:4])

    def test_each_once(self):
        later, empty = self.server.url("ok/later"), self.server.url("ok/empty")
        one = self.ask_cert(cert=self.with_urls(later, empty, later, empty, later, later))
        self.assertEqual([exchange["url"] for exchange in one["exchanges"]], [later, empty])

    def test_each_twice_with_sha1(self):
        urls = [self.server.url(f"ok/unauthorized/{i}") for i in range(4)]
        one = self.ask_cert(cert=self.with_urls(*urls))
        self.assertEqual([(exchange["url"], exchange["hash"]) for exchange in one["exchanges"]],
                         [(url, name) for url in urls for name in ("sha256", "sha1")])

    def test_another_address_instead(self):
        cert = self.with_urls(self.server.url("ok/later"))
        self.assertEqual(self.ask("ok/good", cert=cert)["status"], "good")
        self.assertEqual(len(self.server.requests), 1)


class NonceTest(ClientCase):
    def setUp(self):
        super().setUp()
        self.server.sign = self.sign

    def sign(self, request):
        self.write("asked.der", request)
        self.succeed("respond", "--issuer", "ca.pem", "--key", "ca.key", "--status", "good",
                     "--request", "asked.der", "--out", "signed.resp")
        return self.path("signed.resp").read_bytes()

    def nonce_of(self, request):
        found = re.search(re.escape(NONCE) + rb"\x04\x22\x04\x20(.{32})", request.ocsp, re.S)
        return found and found.group(1)

    def test_none(self):
        self.assertFalse(self.ask("sign")["has_nonce"])
        self.assertIsNone(self.nonce_of(self.server.requests[0]))

    def test_sent_and_given_back(self):
        for _ in range(2):
            one = self.ask("sign", "--flag", "nonce", "--flag", "nonce-required")
            self.assertEqual((one["status"], one["has_nonce"]), ("good", True))
        nonces = {self.nonce_of(request) for request in self.server.requests}
        self.assertEqual(len(nonces), 2)
        self.assertNotIn(None, nonces)

    def test_not_given_back(self):
        one = self.ask("ok/good", "--flag", "nonce")
        self.assertEqual((one["status"], one["has_nonce"]), ("good", False))

    def test_not_given_back_but_required(self):
        one = self.ask("ok/good", "--flag", "nonce", "--flag", "nonce-required")
        self.assertEqual((one["outcome"], one["exchanges"][0]["error"]),
                         ("not-believed", "nonce-missing"))

    def test_another(self):
        self.ask("sign", "--flag", "nonce")
        self.server.answers["replayed"] = self.path("signed.resp").read_bytes()
        one = self.ask("ok/replayed", "--flag", "nonce")
        self.assertEqual((one["outcome"], one["exchanges"][0]["error"]),
                         ("not-believed", "nonce-mismatch"))


class ManyTest(ClientCase):
    def test_bounded_parallelism(self):
        for n in (1, 7, 16):
            with self.subTest(n=n):
                server = self.serve()
                *checks, whole = self.run_driver(
                    "--url", server.url("slow/good"), "--copies", "200" if n > 1 else "20",
                    "--parallel", str(n), "ca.der", "leaf.der",
                    times=("--connect", "5000", "--timeout", "10000"))
                self.assertEqual({check["status"] for check in checks}, {"good"})
                self.assertEqual(len(server.requests), len(checks))
                self.assertEqual(server.most_open, n)
                self.assertEqual(server.n_connections, n)

    def test_mixed(self):
        """A responder that hangs does not delay the others."""
        urls = {"good": "ok/good", "hang": "hang", "forged": "ok/forged", "two": "ok/later"}
        for name, path in urls.items():
            more = [self.server.url("ok/good")] if name == "two" else []
            self.with_urls(self.server.url(path), *more, name=name)
        files = [f"{name}.der" for name in urls]
        *checks, whole = self.run_driver("--copies", "5", "ca.der", *files)
        outcomes = [check["outcome"] for check in checks]
        self.assertEqual(outcomes, ["answered", "timeout", "not-believed", "answered"] * 5)
        self.assertLess(whole["ms"], 3000)

    def test_certificates_keep_their_answers(self):
        self.with_urls(self.server.url("ok/good"), name="first")
        self.make_cert("two", "ca", 0x1001,
                       f"authorityInfoAccess=OCSP;URI:{self.server.url('ok/second')}\n")
        self.write("two.der", der_of(self.path("two.pem")))
        *checks, _ = self.run_driver("--copies", "50", "ca.der", "first.der", "two.der")
        self.assertEqual([check["outcome"] for check in checks], ["answered"] * 100)

    def test_connection_is_used_again(self):
        self.run_driver("--url", self.server.url("ok/good"), "--rounds", "5", "--parallel", "1",
                        "ca.der", "leaf.der")
        self.assertEqual((len(self.server.requests), self.server.n_connections), (5, 1))

    def test_none(self):
        whole, = self.run_driver("ca.der")
        self.assertEqual(whole["code"], "ok")


class AllowTest(ClientCase):
    def test_refused(self):
        one = self.ask("ok/good", "--deny", "127.0.0.1")
        exchange, = one["exchanges"]
        self.assertEqual((one["outcome"], exchange["what"]),
                         ("refused", "the network address is not allowed"))
        self.assertEqual(self.server.n_connections, 0)

    def test_allowed(self):
        self.assertEqual(self.ask("ok/good", "--deny", "127.0.0.2")["status"], "good")
        self.assertEqual(self.whole["allow_calls"], 1)

    def test_refused_behind_a_name(self):
        url = self.server.url("ok/good").replace("127.0.0.1", "localhost")
        one = self.ask(url, "--deny", "127.0.0.1")
        self.assertIn(one["outcome"], ("refused", "unreachable"))
        self.assertEqual(self.server.n_connections, 0)

    def test_refused_behind_a_redirect(self):
        self.server.target = f"http://127.0.0.2:{self.server.port}/ok/good"
        one = self.ask("to", "--deny", "127.0.0.2")
        self.assertEqual(one["outcome"], "refused")

    def test_the_next_one_is_asked(self):
        cert = self.with_urls(f"http://127.0.0.2:{self.server.port}/ok/good",
                              self.server.url("ok/good"))
        one = self.ask_cert("--deny", "127.0.0.2", cert=cert)
        self.assertEqual([exchange["outcome"] for exchange in one["exchanges"]],
                         ["refused", "answered"])


class ProxyTest(ClientCase):
    def setUp(self):
        super().setUp()
        self.proxy = self.serve(handler=Proxy)

    def through(self, n, *options, url="ok/good", **more):
        one = self.ask(url, *options, **more)
        self.assertEqual((one["status"], len(self.proxy.requests)), ("good", n))

    def test_by_option(self):
        self.through(1, "--proxy", self.proxy.url())
        self.assertTrue(self.proxy.requests[0].target.startswith(self.server.url("ok/good/")))

    def test_post(self):
        self.through(1, "--proxy", self.proxy.url(), url="ok/good?")
        self.assertEqual(self.server.requests[0].method, "POST")

    def test_by_environment(self):
        self.through(1, env={"http_proxy": self.proxy.url()})

    def test_exception_in_environment(self):
        self.through(0, env={"http_proxy": self.proxy.url(), "no_proxy": "127.0.0.1"})

    def test_none_by_option(self):
        self.through(0, "--proxy", "", env={"http_proxy": self.proxy.url()})

    def test_option_before_environment(self):
        self.through(1, "--proxy", self.proxy.url(), env={"http_proxy": "http://127.0.0.1:1/"})

    def test_not_there(self):
        one = self.ask("ok/good", "--proxy", "http://127.0.0.1:1/")
        self.assertEqual(one["outcome"], "unreachable")

    def test_refuses_a_tunnel(self):
        one = self.ask("https://127.0.0.1:1/", "--proxy", self.proxy.url())
        self.assertEqual(one["outcome"], "unreachable")
        self.assertEqual(self.proxy.requests[0].method, "CONNECT")

    def test_its_address_is_what_is_allowed(self):
        one = self.ask("http://127.0.0.3:1/", "--proxy", self.proxy.url(), "--deny", "127.0.0.1")
        self.assertEqual(one["outcome"], "refused")


class OpensslTest(ClientCase):
    """The responder of the openssl command, which uses the hash of the request in its cert IDs."""

    def start(self):
        self.write("index.txt", "V\t491231235959Z\t\t1000\tunknown\t/CN=leaf\n"
                                "R\t491231235959Z\t240101000000Z\t1001\tunknown\t/CN=second\n")
        process = subprocess.Popen(
            ["openssl", "ocsp", "-port", "0", "-index", "index.txt", "-CA", "ca.pem",
             "-rsigner", "ca.pem", "-rkey", "ca.key", "-ndays", "1"], cwd=self.dir,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        port = re.match(rb"ACCEPT .*:([0-9]+) PID=", process.stdout.readline()).group(1)
        return f"http://127.0.0.1:{port.decode()}/"

    def test_all(self):
        url = self.start()
        times = ("--connect", "3000", "--timeout", "5000")
        for cert, status in (("leaf.der", "good"), ("second.der", "revoked"),
                             ("delegate.der", "unknown")):
            for more in ((), ("--hash", "sha1"), ("--flag", "nonce", "--flag", "nonce-required")):
                with self.subTest(cert=cert, more=more):
                    one = self.ask(url, *more, cert=cert, times=times)
                    self.assertEqual((one["outcome"], one["status"]), ("answered", status))


if __name__ == "__main__":
    unittest.main()

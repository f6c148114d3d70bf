# SPDX-License-Identifier: MIT
#
# A responder on loopback that can break every rule: the first part of the path names the fault.
# It can also answer correctly, and it records the requests.
"""A hostile HTTP server for the tests of libocsp-client."""

import base64
import contextlib
import socket
import socketserver
import ssl
import threading
import time
import urllib.parse

TYPE = b"application/ocsp-response"
SHA256 = bytes.fromhex("608648016503040201")


class Request:
    """A request by HTTP, as it was received."""

    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.path = urllib.parse.urlsplit(target).path
        self.parts = self.path.strip("/").split("/")

    @property
    def ocsp(self):
        """The OCSPRequest."""
        if self.method == "POST":
            return self.body
        return base64.b64decode(urllib.parse.unquote(self.path.rsplit("/", 1)[1]), validate=True)


class Handler(socketserver.BaseRequestHandler):
    def read_request(self):
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.request.recv(4096)
            if not more:
                return None
            data += more
            if data[0] < 0x20:
                raise OSError("this is no HTTP")
        head, body = data.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip()
                   for name, value in (line.split(":", 1) for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += self.request.recv(4096)
        return Request(method, target, headers, body)

    def handle(self):
        server = self.server.owner
        with contextlib.suppress(OSError), server.counted():
            if server.hangs_on_connect:
                return self.hang()
            while (request := self.read_request()) is not None:
                with server.lock:
                    server.requests.append(request)
                act = getattr(self, "do_" + request.parts[0].replace("-", "_"))
                if act(request, *request.parts[1:]) != "again":
                    return None
        return None

    def hang(self):
        self.server.owner.stopped.wait(20)

    def send(self, *parts):
        self.request.sendall(b"".join(parts))

    def answer(self, body, status=b"200 OK", content_type=TYPE, headers=()):
        lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
        if content_type is not None:
            lines.append(b"Content-Type: " + content_type)
        self.send(b"\r\n".join(lines), b"\r\n\r\n", body)
        return "again"

    def named(self, name):
        return self.server.owner.answers[name]

    # Correct answers.

    def do_ok(self, _, name, *_rest):
        return self.answer(self.named(name))

    def do_slow(self, _, name, *_rest):
        time.sleep(0.05)
        return self.answer(self.named(name))

    def do_chunked(self, _, name, *_rest):
        body = self.named(name)
        self.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: ", TYPE,
                  b"\r\n\r\n", *(b"1\r\n%c\r\n" % octet for octet in body), b"0\r\n\r\n")
        return "again"

    def do_kept(self, request, name, *_rest):
        """The answer with the header fields that the query names."""
        fields = self.server.owner.fields
        return self.answer(self.named(name), headers=fields)

    def do_type(self, request, name, *_rest):
        return self.answer(self.named(name), content_type=self.server.owner.content_type)

    def do_sign(self, request, *_rest):
        return self.answer(self.server.owner.sign(request.ocsp))

    def do_sha1(self, request, refusal, name, *_rest):
        return self.answer(self.named(refusal if SHA256 in request.ocsp else name))

    def do_file(self, _, name, *_rest):
        return self.answer(self.named(name), content_type=b"text/plain")

    # Faults.

    def do_hang(self, *_):
        self.hang()

    def do_hang_after_headers(self, *_):
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nContent-Type: ", TYPE, b"\r\n\r\n")
        self.hang()

    def do_hang_in_headers(self, *_):
        self.send(b"HTTP/1.1 200 OK\r\nContent-Le")
        self.hang()

    def do_hang_in_body(self, _, name, *_rest):
        body = self.named(name)
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Type: " % len(body), TYPE,
                  b"\r\n\r\n", body[:len(body) // 2])
        self.hang()

    def do_half(self, _, name, *_rest):
        body = self.named(name)
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Type: " % len(body), TYPE,
                  b"\r\n\r\n", body[:len(body) // 2])

    def do_drip(self, *_):
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Type: ", TYPE, b"\r\n\r\n")
        while not self.server.owner.stopped.wait(0.1):
            self.send(b"0")

    def do_endless(self, _, status, *_rest):
        self.send(b"HTTP/1.1 ", status.encode(), b" Well\r\nContent-Type: ", TYPE, b"\r\n\r\n")
        while not self.server.owner.stopped.is_set():
            self.send(b"0" * 65536)

    def do_huge(self, *_):
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\nContent-Type: ", TYPE,
                  b"\r\n\r\n")
        while not self.server.owner.stopped.is_set():
            self.send(b"0" * 65536)

    def do_endless_headers(self, *_):
        self.send(b"HTTP/1.1 200 OK\r\n")
        while not self.server.owner.stopped.is_set():
            self.send(b"X-More: of the same\r\n" * 100)

    def do_continue(self, *_):
        while not self.server.owner.stopped.is_set():
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    def do_close(self, *_):
        pass

    def do_status(self, _, number, *_rest):
        return self.answer(b"no", status=number.encode() + b" Well", content_type=b"text/html")

    def do_garbage(self, *_):
        self.send(b"\x16\x03\x01 this is no status line\r\n\r\n")

    def do_http09(self, _, name, *_rest):
        self.send(self.named(name))

    def do_gzip(self, _, name, *_rest):
        return self.answer(self.named(name), headers=[b"Content-Encoding: gzip"])

    def do_redirect(self, request, count, *rest):
        """Redirects to itself, count times, and then to the rest of the path."""
        left = int(count) - 1
        path = "/".join(("redirect", str(left), *rest) if left > 0 else rest)
        return self.go(f"/{path}")

    def do_to(self, *_):
        return self.go(self.server.owner.target)

    def do_loop(self, request, *_):
        return self.go(request.target)

    def go(self, target):
        status = self.server.owner.redirect_status
        return self.answer(b"elsewhere", status=status + b" Elsewhere", content_type=b"text/html",
                           headers=[b"Location: " + target.encode("latin-1")])


class Proxy(Handler):
    """A proxy: GET and POST with a whole URL, to loopback only."""

    def handle(self):
        server = self.server.owner
        with contextlib.suppress(OSError):
            request = self.read_request()
            if request is None:
                return
            server.requests.append(request)
            if request.method == "CONNECT":
                self.send(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
                return
            url = urllib.parse.urlsplit(request.target)
            with socket.create_connection(("127.0.0.1", url.port), 5) as target:
                target.sendall(f"{request.method} {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\n"
                               f"Content-Length: {len(request.body)}\r\n\r\n".encode()
                               + request.body)
                target.shutdown(socket.SHUT_WR)
                while data := target.recv(65536):
                    self.send(data)


class Threads(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    allow_reuse_address = True


class Server:
    """A server on a free port of loopback, in threads; close() stops it."""

    def __init__(self, handler=Handler, tls=None):
        self.answers, self.requests = {}, []
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.hangs_on_connect = False
        self.fields, self.content_type = [], TYPE
        self.target, self.redirect_status = "/", b"302"
        self.sign = None
        self.n_open = self.most_open = self.n_connections = 0
        self.server = Threads(("127.0.0.1", 0), handler)
        self.server.owner = self
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.server.handle_error = lambda *_: None
        self.port = self.server.server_address[1]
        self.scheme = "http" if tls is None else "https"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @contextlib.contextmanager
    def counted(self):
        with self.lock:
            self.n_connections += 1
            self.n_open += 1
            self.most_open = max(self.most_open, self.n_open)
        try:
            yield
        finally:
            with self.lock:
                self.n_open -= 1

    def url(self, path=""):
        return f"{self.scheme}://127.0.0.1:{self.port}/{path}"

    def close(self):
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

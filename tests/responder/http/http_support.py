# SPDX-License-Identifier: MIT
#
# The common part of the tests of HTTP: the server of server.c, which gives the answer that a request names
# in plain text, a simple client, and the exact octets of responses.
"""Support for the tests of the HTTP of ocspd."""

import base64
import contextlib
import email.utils
import hashlib
import os
import pathlib
import re
import resource
import socket
import struct
import subprocess
import tempfile
import time
import unittest

HTTP_SERVER = os.environ["HTTP_SERVER"]
POST_TYPE = b"Content-Type: application/ocsp-request\r\n"
MALFORMED, INTERNAL, LATER, UNAUTHORIZED = (bytes.fromhex(f"30030a01{n:02x}") for n in (1, 2, 3, 6))


def path(what):
    return "/" + base64.b64encode(what.encode()).decode().replace("+", "%2B").replace(
        "/", "%2F").replace("=", "%3D")


def get(what, *fields, method="GET", version="1.1"):
    return request(method, path(what), *fields, version=version)


def request(method, target, *fields, version="1.1", body=b""):
    lines = [f"{method} {target} HTTP/{version}", "Host: x", *fields]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def post(body, *fields, target="/"):
    return request("POST", target, "Content-Type: application/ocsp-request",
                   f"Content-Length: {len(body)}", *fields, body=body)


def etag(body):
    return hashlib.sha256(body).hexdigest()


def cached_fields(body, max_age=3600):
    """The header of an answer that may be cached."""
    return ("Content-Type: application/ocsp-response\r\n"
            "Last-Modified: Sun, 09 Sep 2001 01:46:40 GMT\r\n"
            f'ETag: "{etag(body)}"\r\n'
            "Expires: Wed, 18 May 2033 03:33:20 GMT\r\n"
            f"Cache-Control: max-age={max_age}, public, no-transform, must-revalidate\r\n")


def answer(body, connection=""):
    return (f"HTTP/1.1 200 OK\r\nDate: DATE\r\n{connection}{cached_fields(body)}"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def error(body, connection=""):
    return (f"HTTP/1.1 200 OK\r\nDate: DATE\r\n{connection}"
            "Content-Type: application/ocsp-response\r\n"
            f"Cache-Control: no-store\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


def text(status, body, connection="", allow=""):
    return (f"HTTP/1.1 {status}\r\nDate: DATE\r\n{connection}Cache-Control: no-store\r\n"
            f"Content-Type: text/plain; charset=us-ascii\r\n{allow}"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


CLOSE = "Connection: close\r\n"
ALLOW = "Allow: GET, HEAD, POST, OPTIONS\r\n"
NOT_FOUND = text("404 Not Found", "This is an OCSP responder; the path has no request.\n")
RUBBISH = text("400 Bad Request", "The path is not a base64 OCSP request.\n")


class Connection:
    """A client that knows only where a response ends."""

    def __init__(self, address, family=socket.AF_INET):
        self.socket = socket.socket(family)
        self.socket.settimeout(30)
        self.socket.connect(address)
        self.rest = b""

    def send(self, data):
        self.socket.sendall(data)
        return self

    def more(self):
        data = self.socket.recv(65536)
        self.rest += data
        return data

    def read(self, has_body=True):
        """One complete response, with DATE in place of a correct date."""
        while b"\r\n\r\n" not in self.rest:
            if not self.more():
                raise EOFError(self.rest)
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        length = re.search(rb"^Content-Length: (\d+)\r?$", head, re.M)
        wanted = int(length[1]) if length and has_body else 0
        while len(self.rest) < wanted:
            if not self.more():
                raise EOFError(self.rest)
        body, self.rest = self.rest[:wanted], self.rest[wanted:]
        date = re.search(rb"^Date: (.*)\r$", head, re.M)[1].decode()
        then = email.utils.parsedate_to_datetime(date)
        assert abs(then.timestamp() - time.time()) < 30, date
        assert date == email.utils.format_datetime(then, usegmt=True), date
        return head.replace(date.encode(), b"DATE") + b"\r\n\r\n" + body

    def ask(self, data, **more):
        return self.send(data).read(**more)

    def is_closed(self, seconds=30):
        """Whether the server has closed it without sending more."""
        self.socket.settimeout(seconds)
        try:
            return self.rest == b"" and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def shut(self):
        """Sends no more; the server may have closed it already."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        self.socket.close()

    def reset(self):
        """Resets the connection."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Server:
    def __init__(self, directory, *settings):
        self.dir = pathlib.Path(directory)
        self.errors = (self.dir / "stderr").open("wb")
        self.process = subprocess.Popen([HTTP_SERVER, *settings], cwd=directory,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors)
        ports = [int(port) for port in self.process.stdout.readline().split()]
        self.port, self.port6, self.moved, self.admin = ports

    def tell(self, line):
        self.process.stdin.write(line.encode("latin-1") + b"\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().decode().strip()

    def connections(self):
        return int(self.tell("count"))

    def log(self):
        return (self.dir / "stderr").read_bytes()

    def end(self):
        """Stops the server, which must exit with success."""
        self.process.stdin.close()
        try:
            status = self.process.wait(30)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.errors.close()
        return status


class Case(unittest.TestCase):
    maxDiff = None
    settings = ()

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="ocspd-http-")
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)
        self.connections = []
        self.server = Server(self.dir, *self.settings)
        self.addCleanup(self.end)

    def end(self):
        for connection in self.connections:
            connection.close()
        status = self.server.end()
        self.assertEqual(status, 0, self.server.log().decode(errors="replace"))

    def connect(self, port=None):
        connection = Connection(("127.0.0.1", port or self.server.port))
        self.connections.append(connection)
        return connection

    def ask(self, data, **more):
        """The answer to one request on its own connection."""
        return self.connect().ask(data, **more)

    def wait_for(self, what, seconds=20):
        end = time.monotonic() + seconds
        while not what():
            self.assertLess(time.monotonic(), end, "waited for too long")
            time.sleep(0.02)

    def metric(self, name):
        connection = self.connect(self.server.admin)
        body = connection.ask(request("GET", "/metrics"))
        found = re.search(rf"^{re.escape(name)} (\S+)$", body.decode(), re.M)
        return float(found[1]) if found else None


def raise_limit(wanted):
    """Limits the descriptors of this process and of those that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))

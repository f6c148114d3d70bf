#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares ocspd with its peers and its floors.

Server and client are on this machine. The servers run in turn, round after round, and the medians
count. A missed bar is not a failure of the program, since it depends on the machine.

usage: responder.py [--json FILE] [--rounds N] [--seconds N] [--certificates N] OCSPD CONSTANT SIGN

OCSPD is the responder, CONSTANT and SIGN are the floors: programs of this folder. Needs openssl,
nginx, wrk and ab.
"""

import argparse
import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from asn1crypto import core, ocsp

CONNECTIONS = 64
SERIAL_HEAD = bytes.fromhex("5a112233445566778899")
LUA = """
local head = "%(head)s"
local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local total, step = %(total)d, %(step)d
local n_threads = 0
function setup(thread)
  thread:set("n", %(first)d + n_threads * math.floor(total / 2))
  n_threads = n_threads + 1
end
local function digit(i) return alphabet:sub(i + 1, i + 1) end
request = function()
  n = (n + step) %% total
  return "GET /" .. head .. digit(math.floor(n / 262144) %% 64) .. digit(math.floor(n / 4096) %% 64)
    .. digit(math.floor(n / 64) %% 64) .. digit(n %% 64) .. " HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"
end
"""
POST_LUA = """
local file = io.open("%(file)s", "rb")
wrk.method, wrk.body = "POST", file:read("*a")
wrk.headers["Content-Type"] = "application/ocsp-request"
"""


def run(*command, **more):
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          **more)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} has failed: {done.stderr.decode(errors='replace')}")
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process):
    for _ in range(3000):
        if process.poll() is not None:
            raise SystemExit(f"{process.args[0]} has exited with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    raise SystemExit(f"{process.args[0]} does not listen")


class World:
    """A CA, a delegated signer, and certificates with serial numbers that count."""

    def __init__(self, directory, ocspd):
        self.dir = pathlib.Path(directory)
        self.ocspd = ocspd
        self.processes = []
        self.make_ca()

    def path(self, name):
        return str(self.dir / name)

    def make_ca(self):
        self.key("ca.key")
        run("openssl", "req", "-x509", "-new", "-key", self.path("ca.key"), "-subj",
            "/CN=bench CA", "-days", "30", "-out", self.path("ca.pem"))
        self.key("signer.key")
        run("openssl", "req", "-new", "-key", self.path("signer.key"), "-subj", "/CN=signer",
            "-out", self.path("signer.csr"))
        pathlib.Path(self.path("signer.ext")).write_text(
            "extendedKeyUsage=OCSPSigning\nnoCheck=ignored\nkeyUsage=digitalSignature\n")
        run("openssl", "x509", "-req", "-in", self.path("signer.csr"), "-CA", self.path("ca.pem"),
            "-CAkey", self.path("ca.key"), "-days", "20", "-extfile", self.path("signer.ext"),
            "-out", self.path("signer.pem"))

    def key(self, name):
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-out", self.path(name))
        os.chmod(self.path(name), 0o600)

    def configure(self, name, database, cache="256M", nonce="live"):
        port, admin = free_port(), free_port()
        pathlib.Path(self.path(name)).write_text(f"""
database = "{self.path(database)}"
listen = {{"127.0.0.1:{port}"}}
admin-listen = "127.0.0.1:{admin}"
cache-size = "{cache}"
sign-queue = 1024
max-connections-per-address = 0
issuer "bench" {{
  certificate = "{self.path('ca.pem')}"
  source = "database"
  nonce = "{nonce}"
  validity = "7d"
  max-age = "1h"
  signer "one" {{ certificate = "{self.path('signer.pem')}" key = "{self.path('signer.key')}" }}
}}
""")
        return port, admin

    def fill(self, config, n):
        """Registers `n` certificates, whose serial numbers end with their number."""
        with open(self.path("certificates.csv"), "w", encoding="ascii") as out:
            out.write("serial,status,revoked-at,reason,expires\n")
            head = SERIAL_HEAD.hex()
            for i in range(n):
                out.write(f"0x{head}{i:06x},good,,,\n")
        run(self.ocspd, "import", "--config", self.path(config), "--csv",
            self.path("certificates.csv"))
        os.unlink(self.path("certificates.csv"))

    def start(self, *command, port=None, log=os.devnull):
        with open(log, "wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out, cwd=self.dir)
        self.processes.append(process)
        if port is not None:
            wait_for(port, process)
        return process

    def serve(self, config, port):
        return self.start(self.ocspd, "serve", "--config", self.path(config), port=port)

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.processes.remove(process)

    def close(self):
        for process in list(self.processes):
            self.stop(process)

    def request(self, number, nonce=False):
        """The DER of a request, whose last three octets are the number."""
        from hashlib import sha256
        der = run("openssl", "x509", "-in", self.path("ca.pem"), "-outform", "DER")
        from asn1crypto import x509
        cert = x509.Certificate.load(der)
        name_hash = sha256(cert.subject.dump()).digest()
        key_hash = sha256(bytes(cert.public_key["public_key"])).digest()
        serial = int.from_bytes(SERIAL_HEAD + number.to_bytes(3, "big"), "big")
        tbs = {"request_list": [{"req_cert": {
            "hash_algorithm": {"algorithm": "sha256"}, "issuer_name_hash": name_hash,
            "issuer_key_hash": key_hash, "serial_number": serial}}]}
        if nonce:
            tbs["request_extensions"] = [{
                "extn_id": "nonce", "extn_value": core.OctetString(b"n" * 32)}]
        return ocsp.OCSPRequest({"tbs_request": tbs}).dump()


def head_of(der):
    """The base64url of all but the last three octets, whose own base64url follows it."""
    assert len(der) % 3 == 0, len(der)
    return base64.urlsafe_b64encode(der[:-3]).decode()


def wrk(port, path="/", script=None, seconds=3):
    """A thread for each processor, as servers have: one alone could be the bottleneck."""
    command = ["wrk", f"-t{os.cpu_count()}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout",
               "10s"]
    if script is not None:
        command += ["-s", script]
    text = run(*command, f"http://127.0.0.1:{port}{path}").decode()
    if re.search(r"Non-2xx|Socket errors", text):
        raise SystemExit("not all requests were answered:\n" + text)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))


def fetch(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return answer.read()


def metric(port, name):
    text = fetch(port, "/metrics").decode()
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.M))


def children(pid):
    found = [pid]
    for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += children(int(child))
    return found


def memory(pid):
    """The memory of a process and its children in octets, shared pages counted in parts."""
    total = 0
    for one in children(pid):
        text = pathlib.Path(f"/proc/{one}/smaps_rollup").read_text()
        total += int(re.search(r"^Pss:\s+(\d+) kB", text, re.M).group(1)) * 1024
    return total


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Bench:
    """The rows of the table, and what they need."""

    def __init__(self, args, world):
        self.args = args
        self.world = world
        self.rows = []

    def row(self, name, value, unit, bar=None, at_least=True):
        is_met = None if bar is None else (value >= bar if at_least else value <= bar)
        self.rows.append({"name": name, "value": value, "unit": unit, "bar": bar, "met": is_met})
        sign = "" if bar is None else f"   {'>=' if at_least else '<='} {bar:g}"
        word = {None: "", True: "   met", False: "   MISSED"}[is_met]
        print(f"{name:<58}{value:>12.4g} {unit}{sign}{word}", flush=True)

    def write(self, name, text):
        path = self.world.path(name)
        pathlib.Path(path).write_text(text)
        return path

    def lua(self, total, step=1, first=0, name="get.lua"):
        head = head_of(self.world.request(0))
        return self.write(name, LUA % {"head": head, "total": total, "step": step, "first": first})

    def peers(self, body):
        """Starts the floor, nginx and openssl, each with its way to be asked."""
        world = self.world
        pathlib.Path(world.path("body")).write_bytes(body)
        floor = free_port()
        constant = world.start(self.args.constant, str(floor), str(os.cpu_count()),
                               world.path("body"), port=floor)
        nginx = free_port()
        (world.dir / "html").mkdir(exist_ok=True)
        pathlib.Path(world.path("html/answer")).write_bytes(body)
        os.chmod(world.dir, 0o755)
        config = self.write("nginx.conf", f"""
daemon off; pid {world.path('nginx.pid')}; error_log {world.path('nginx.log')};
worker_processes {os.cpu_count()};
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 100000000; default_type application/ocsp-response;
  sendfile on; open_file_cache max=10; tcp_nopush on;
  server {{ listen 127.0.0.1:{nginx}; root {world.path('html')}; }}
}}
""")
        world.start("nginx", "-p", str(world.dir), "-c", config, port=nginx)
        return floor, constant, nginx

    def openssl(self, key):
        """The responder of OpenSSL, which signs each answer with the CA's own key."""
        world = self.world
        self.write("index.txt", "V\t350101000000Z\t\t"
                   f"{(SERIAL_HEAD + bytes([0, 0, 1])).hex().upper()}\tunknown\t/CN=x\n")
        ca = world.path(f"{key}.pem")
        if not os.path.exists(ca):
            run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                world.path(f"{key}.key"), "-subj", "/CN=bench CA", "-days", "30", "-out", ca)
        port = free_port()
        log = world.path(f"{key}.log")
        server = world.start("openssl", "ocsp", "-port", str(port), "-index",
                             world.path("index.txt"), "-rsigner", ca, "-rkey",
                             world.path(f"{key}.key"), "-CA", ca, "-ndays", "7", log=log)
        # A connection that only tests whether it listens would block it.
        for _ in range(1000):
            if b"ACCEPT" in pathlib.Path(log).read_bytes():
                break
            time.sleep(0.01)
        return port, server

    def cached(self, ours, server):
        """Cached answers by GET and POST, beside the floor, nginx and openssl; and how many
        there are for each second of processor time, which depends less on other load."""
        request = self.world.request(1)
        path = "/" + base64.urlsafe_b64encode(request).decode()
        body = fetch(ours, path)
        pathlib.Path(self.world.path("request")).write_bytes(request)
        post = self.write("post.lua", POST_LUA % {"file": self.world.path("request")})
        floor, constant, nginx = self.peers(body)
        pids = {"ours": self.process_of(server, "worker"), "floor": constant.pid}
        asked = {
            "ours, GET": lambda: wrk(ours, path, None, self.args.seconds),
            "floor, GET": lambda: wrk(floor, path, None, self.args.seconds),
            "nginx": lambda: wrk(nginx, "/answer", None, self.args.seconds),
            "ours, POST": lambda: wrk(ours, "/", post, self.args.seconds),
            "floor, POST": lambda: wrk(floor, "/", post, self.args.seconds),
            "openssl, which signs each, P-256": lambda: self.measure_openssl("ca"),
            "openssl, which signs each, RSA-2048": lambda: self.measure_openssl("rsa"),
        }
        rates = {name: [] for name in asked}
        each = {name: [] for name in asked if name.startswith(tuple(pids))}
        for _ in range(self.args.rounds):
            for name, ask in asked.items():
                pid = pids.get(name.split(",")[0], os.getpid())
                before = cpu_seconds(pid)
                rates[name].append(ask())
                if name in each:
                    spent = (cpu_seconds(pid) - before) / self.args.seconds
                    each[name].append(rates[name][-1] / spent)
        middle = {name: statistics.median(values) for name, values in rates.items()}
        for name, rate in middle.items():
            self.row(f"cached answers, {name}", rate, "/s")
        self.row("GET beside the floor", middle["ours, GET"] / middle["floor, GET"], "x", 0.85)
        self.row("POST beside the floor", middle["ours, POST"] / middle["floor, POST"], "x", 0.85)
        for method in ("GET", "POST"):
            ratio = (statistics.median(each[f"ours, {method}"])
                     / statistics.median(each[f"floor, {method}"]))
            self.row(f"{method} beside the floor, for each processor's second", ratio, "x")
        self.row("GET beside nginx with a file", middle["ours, GET"] / middle["nginx"], "x", 1)
        for key, bar in (("P-256", None), ("RSA-2048", 40)):
            peer = middle[f"openssl, which signs each, {key}"]
            self.row(f"GET beside openssl ocsp, {key}", middle["ours, GET"] / peer, "x", bar)
        return middle["ours, GET"], floor, path

    def measure_openssl(self, key):
        """It speaks HTTP/1.0 and closes each connection, which wrk does not support."""
        port, server = self.openssl(key)
        text = run("ab", "-q", "-r", "-l", "-c4", f"-t{self.args.seconds}", "-n1000000", "-p",
                   self.world.path("request"), "-T", "application/ocsp-request",
                   f"http://127.0.0.1:{port}/").decode()
        if re.search(r"Failed requests:\s+[^0\s]|Non-2xx", text):
            raise SystemExit("openssl has not answered all requests:\n" + text)
        # It may still be working on requests that have no client any more.
        self.world.stop(server)
        return float(re.search(r"Requests per second:\s+([\d.]+)", text).group(1))

    def latency(self, ours, floor, path, rate):
        """The 99th percentile of the time to an answer, at half of the most that is possible: as
        many connections as that takes, each of which waits for a millisecond between two
        requests."""
        script = self.write("delay.lua", "function delay() return math.random(0, 2) end\n")
        clients = int(rate / 2 * 0.00115)
        rates, times = [], {"ours": [], "floor": []}
        for _ in range(self.args.rounds):
            for name, port in (("ours", ours), ("floor", floor)):
                text = run("wrk", "-t1", f"-c{clients}", f"-d{self.args.seconds}s", "--latency",
                           "-s", script, f"http://127.0.0.1:{port}{path}").decode()
                value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", text).groups()
                times[name].append(float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit])
                if name == "ours":
                    rates.append(float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)))
        self.row("rate for the next rows", statistics.median(rates), "/s")
        self.row("99th percentile of latency at half the rate", statistics.median(times["ours"]),
                 "ms", 2, at_least=False)
        self.row("the same of the floor", statistics.median(times["floor"]), "ms")

    def live(self, ours, server):
        """Signatures of the process with the keys, per second of a processor, beside bare ones."""
        request = self.world.request(1, nonce=True)
        pathlib.Path(self.world.path("request-nonce")).write_bytes(request)
        script = self.write("nonce.lua", POST_LUA % {"file": self.world.path("request-nonce")})
        signer = self.process_of(server, "signer")
        ratios, rates = [], []
        for _ in range(self.args.rounds):
            before = cpu_seconds(signer)
            rate = wrk(ours, "/", script, self.args.seconds)
            spent = (cpu_seconds(signer) - before) / self.args.seconds
            bare = float(run(self.args.sign, self.world.path("signer.key"), "1"))
            rates.append(rate)
            ratios.append(rate / spent / bare)
        self.row("answers with a nonce, P-256", statistics.median(rates), "/s")
        self.row("signatures per processor beside EVP_DigestSign", statistics.median(ratios), "x",
                 0.7)

    def process_of(self, server, name):
        for pid in children(server.pid)[1:]:
            if name in pathlib.Path(f"/proc/{pid}/comm").read_text():
                return pid
        raise SystemExit(f"no process {name}")

    def flat(self):
        """The rate with 100, 10 k and 1 M answers in the cache."""
        rates = {}
        sizes = [n for n in (100, 10000, 1000000) if n <= self.args.certificates]
        servers = {}
        for n in sizes:
            port, admin = self.world.configure(f"flat-{n}.conf", "ocspd.db", cache="6G")
            servers[n] = (self.world.serve(f"flat-{n}.conf", port), port)
            self.sweep(port, admin, n)
            rates[n] = []
        for _ in range(self.args.rounds):
            for n in sizes:
                script = self.lua(n, step=7919, name="walk.lua")
                rates[n].append(wrk(servers[n][1], "/", script, self.args.seconds))
        middle = {n: statistics.median(values) for n, values in rates.items()}
        for n, rate in middle.items():
            self.row(f"cached answers, {n} different ones", rate, "/s")
        for n in sizes[1:]:
            self.row(f"{n} beside {sizes[0]}", middle[n] / middle[sizes[0]], "x", 0.8)
        for server, _ in servers.values():
            self.world.stop(server)

    def sweep(self, port, admin, n):
        """Asks for each certificate until all answers are cached."""
        for _ in range(600):
            there = int(metric(admin, "ocspd_cache_entries"))
            if there >= n:
                return
            # From about there on: cached answers are not asked for again.
            script = self.lua(n, first=max(0, there - 100), name="sweep.lua")
            run("wrk", "-t1", "-c48", "-d2s", "-s", script, f"http://127.0.0.1:{port}/")
        raise SystemExit("the memory does not fill")

    def large(self):
        """Starting with all certificates in the database, and what it takes."""
        port, admin = self.world.configure("large.conf", "ocspd.db", cache="256M")
        path = "/" + base64.urlsafe_b64encode(self.world.request(12345)).decode()
        starts = []
        for _ in range(self.args.rounds):
            begin = time.perf_counter()
            server = self.world.serve("large.conf", port)
            fetch(port, path)
            starts.append(time.perf_counter() - begin)
            self.world.stop(server)
        self.row("start to first answer", statistics.median(starts), "s", 1, at_least=False)
        server = self.world.serve("large.conf", port)
        self.first_answers(port)
        while metric(admin, "ocspd_cache_evictions_total") == 0:
            there = int(metric(admin, "ocspd_cache_entries"))
            if there >= self.args.certificates:
                break
            script = self.lua(self.args.certificates, first=there, name="fill.lua")
            run("wrk", "-t1", "-c48", "-d3s", "-s", script, f"http://127.0.0.1:{port}/")
        self.row("memory with a full cache of 256 MiB", memory(server.pid) / 2**20, "MiB", 400,
                 at_least=False)
        self.world.stop(server)

    def first_answers(self, port):
        bare = 1000 / float(run(self.args.sign, self.world.path("signer.key"), "1"))
        client = http.client.HTTPConnection("127.0.0.1", port)
        times = []
        for i in range(300):
            number = (i * 7368787 + 11) % self.args.certificates
            path = "/" + base64.urlsafe_b64encode(self.world.request(number)).decode()
            begin = time.perf_counter()
            client.request("GET", path)
            client.getresponse().read()
            times.append((time.perf_counter() - begin) * 1000)
        client.close()
        self.row("first answer about a random one", statistics.median(times), "ms")
        self.row("the same without the signature", statistics.median(times) - bare, "ms", 1,
                 at_least=False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--certificates", type=int, default=10000000)
    parser.add_argument("ocspd")
    parser.add_argument("constant")
    parser.add_argument("sign")
    args = parser.parse_args()
    for name in ("ocspd", "constant", "sign"):
        setattr(args, name, os.path.abspath(getattr(args, name)))
    with tempfile.TemporaryDirectory(prefix="ocspd-bench-") as directory:
        world = World(directory, args.ocspd)
        bench = Bench(args, world)
        try:
            measure(bench, world, args)
        finally:
            world.close()
    if args.json is not None:
        pathlib.Path(args.json).write_text(json.dumps(bench.rows, indent=1) + "\n")


def measure(bench, world, args):
    port, _ = world.configure("ocspd.conf", "ocspd.db")
    run(args.ocspd, "init", "--config", world.path("ocspd.conf"))
    begin = time.perf_counter()
    world.fill("ocspd.conf", args.certificates)
    bench.row(f"{args.certificates} certificates made and imported", time.perf_counter() - begin,
              "s")
    server = world.serve("ocspd.conf", port)
    rate, floor, path = bench.cached(port, server)
    bench.latency(port, floor, path, rate)
    bench.live(port, server)
    world.close()
    bench.large()
    bench.flat()


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measures ocspd with large sources: until it answers, the memory of all its processes, and how it
reads a file again.

usage: sources.py [--rounds N] OCSPD KIND ROWS

KIND is crl or index. Memory is the sum of the proportional set sizes (PSS) without mapped files, in
MiB. Needs openssl and a Linux of 2022 or later.
"""

import argparse
import contextlib
import hashlib
import http.client
import os
import pathlib
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from asn1crypto import core, ocsp, pem, x509

DATE = b"\x17\x0d" + b"260101000000Z"


def run(*command, **more):
    done = subprocess.run(command, check=False, capture_output=True, **more)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} has failed: {done.stderr.decode(errors='replace')}")
    return done.stdout


def der(tag, content):
    n = len(content)
    if n < 0x80:
        head = bytes([n])
    else:
        octets = n.to_bytes((n.bit_length() + 7) // 8, "big")
        head = bytes([0x80 | len(octets)]) + octets
    return bytes([tag]) + head + content


def utc(seconds):
    return der(0x17, time.strftime("%y%m%d%H%M%SZ", time.gmtime(seconds)).encode())


def serials(n):
    """Serial numbers of eight octets, in no order."""
    numbers = random.Random(1)
    return [numbers.getrandbits(62) | 1 << 62 for _ in range(n)]


class World:
    def __init__(self, directory, ocspd, kind, n):
        self.dir = pathlib.Path(directory)
        self.ocspd = ocspd
        self.kind = kind
        self.serials = serials(n)
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-out", self.path("ca.key"))
        os.chmod(self.path("ca.key"), 0o600)
        run("openssl", "req", "-x509", "-new", "-key", self.path("ca.key"), "-subj",
            "/CN=bench CA", "-days", "30", "-out", self.path("ca.pem"))
        self.name = self.subject()

    def path(self, name):
        return str(self.dir / name)

    def subject(self):
        octets = pem.unarmor((self.dir / "ca.pem").read_bytes())[2]
        self.cert = x509.Certificate.load(octets)
        return self.cert.subject.dump()

    def write_crl(self, numbers, number, name):
        ecdsa = bytes.fromhex("300a06082a8648ce3d040302")
        now = time.time()
        entries = b"".join(der(0x30, b"\x02\x08" + n.to_bytes(8, "big") + DATE) for n in numbers)
        extension = der(0x30, bytes.fromhex("0603551d14") + der(4, core.Integer(number).dump()))
        tbs = der(0x30, b"\x02\x01\x01" + ecdsa + self.name + utc(now - 60 + number) +
                  utc(now + 86400) + der(0x30, entries) + der(0xA0, der(0x30, extension)))
        (self.dir / "tbs").write_bytes(tbs)
        signature = run("openssl", "dgst", "-sha256", "-sign", self.path("ca.key"),
                        self.path("tbs"))
        (self.dir / "tbs").unlink()
        (self.dir / name).write_bytes(der(0x30, tbs + ecdsa + der(3, b"\0" + signature)))

    def write_index(self, numbers, name):
        with open(self.path(name), "w", encoding="ascii") as file:
            for n in numbers:
                file.write(f"V\t301231235959Z\t\t{n:016X}\tunknown\t"
                           f"/C=DE/O=Example/OU=Devices/CN=device-{n & 0xffffff:06x}.example.org\n")

    def write(self):
        if self.kind == "crl":
            self.write_crl(self.serials, 1, "source")
        else:
            self.write_index(self.serials, "source")

    def configure(self):
        with socket.socket() as a, socket.socket() as b:
            a.bind(("127.0.0.1", 0))
            b.bind(("127.0.0.1", 0))
            self.port, admin = a.getsockname()[1], b.getsockname()[1]
        more = "insecure-good-if-not-revoked = true" if self.kind == "crl" else ""
        (self.dir / "ocspd.conf").write_text(f"""
listen = {{"127.0.0.1:{self.port}"}}
admin-listen = "127.0.0.1:{admin}"
issuer "bench" {{
    certificate = "ca.pem"
    source = {self.kind}
    source-file = "source"
    {more}
    signer "itself" {{ key = "ca.key" }}
}}
""")

    def request(self, serial):
        spki = self.cert.public_key
        cert_id = ocsp.CertId({
            "hash_algorithm": {"algorithm": "sha1"},
            "issuer_name_hash": hashlib.sha1(self.name).digest(),
            "issuer_key_hash": hashlib.sha1(bytes(spki["public_key"])).digest(),
            "serial_number": serial})
        return ocsp.OCSPRequest({"tbs_request": {
            "request_list": [{"req_cert": cert_id}]}}).dump()

    def ask(self, serial):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        client.request("POST", "/", self.request(serial),
                       {"Content-Type": "application/ocsp-request"})
        answer = ocsp.OCSPResponse.load(client.getresponse().read())
        client.close()
        if answer["response_status"].native != "successful":
            return answer["response_status"].native
        data = answer["response_bytes"]["response"].parsed["tbs_response_data"]
        return data["responses"][0]["cert_status"].name


def children(pid):
    found = [pid]
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    for child in text.split():
        with contextlib.suppress(FileNotFoundError):
            found += children(int(child))
    return found


def memory(pid):
    """MiB of private and shared anonymous memory."""
    total = 0
    for one in children(pid):
        with contextlib.suppress(FileNotFoundError, PermissionError, ProcessLookupError):
            for line in pathlib.Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


class Peak:
    """The most memory while it runs, looked at every 20 ms."""

    def __init__(self, pid):
        self.pid = pid
        self.most = 0
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.is_over.wait(0.02):
            with contextlib.suppress(FileNotFoundError):
                self.most = max(self.most, memory(self.pid))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()


def wait_for(world, process, serial, status):
    began = time.monotonic()
    while time.monotonic() - began < 300:
        if process.poll() is not None:
            raise SystemExit(f"ocspd has exited with {process.returncode}")
        with contextlib.suppress(OSError):
            if world.ask(serial) == status:
                return time.monotonic() - began
        time.sleep(0.01)
    raise SystemExit(f"no answer \"{status}\"")


def change(world, how):
    """Changes the source in one way; returns a serial number and its new status."""
    fresh = 0x5000000000000000 + random.getrandbits(60)
    if world.kind == "crl":
        world.write_crl(world.serials + [fresh], 2 + change.n, "new")
        change.n += 1
        os.rename(world.path("new"), world.path("source"))
        return fresh, "revoked"
    line = f"\t301231235959Z\t\t{fresh:016X}\tunknown\t/CN=new\n"
    if how == "append":
        with open(world.path("source"), "a", encoding="ascii") as file:
            file.write("R" + line.replace("Z\t\t", "Z\t260101000000Z\t"))
        return fresh, "revoked"
    old = world.serials[len(world.serials) // 2 + change.n]
    change.n += 1
    shutil.copyfile(world.path("source"), world.path("new"))
    mark = f"V\t301231235959Z\t\t{old:016X}".encode()
    with open(world.path("new"), "rb") as file:
        text = file.read()
    text = text.replace(mark, f"R\t301231235959Z\t260101000000Z\t{old:016X}".encode())
    with open(world.path("new"), "wb") as file:
        file.write(text)
    del text
    os.rename(world.path("new"), world.path("source"))
    return old, "revoked"


change.n = 0


def reread(world, process, how):
    pid = process.pid
    with Peak(pid) as peak:
        serial, status = change(world, how)
        seconds = wait_for(world, process, serial, status)
        time.sleep(0.5)
    print(f"{how:8} seen after {seconds:6.2f} s, peak {peak.most:7.1f} MiB, "
          f"then {memory(pid):7.1f} MiB", flush=True)


def measure(world):
    log = open(world.path("log"), "w", encoding="utf-8")
    began = time.monotonic()
    process = subprocess.Popen([world.ocspd, "serve", "--config", world.path("ocspd.conf")],
                               stderr=log)
    try:
        with Peak(process.pid) as peak:
            known = "revoked" if world.kind == "crl" else "good"
            wait_for(world, process, world.serials[0], known)
            ready = time.monotonic() - began
            time.sleep(0.5)
        rest = memory(process.pid)
        print(f"start    ready after {ready:5.2f} s, peak {peak.most:7.1f} MiB, "
              f"then {rest:7.1f} MiB", flush=True)
        for how in ("renew",) if world.kind == "crl" else ("append", "replace"):
            reread(world, process, how)
        return ready
    finally:
        process.terminate()
        process.wait()
        log.close()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("ocspd")
    parser.add_argument("kind", choices=("crl", "index"))
    parser.add_argument("rows", type=int)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        world = World(directory, options.ocspd, options.kind, options.rows)
        world.write()
        world.configure()
        size = os.path.getsize(world.path("source")) / 2**20
        print(f"{options.kind} of {options.rows} rows, {size:.1f} MiB", flush=True)
        times = [measure(world) for _ in range(options.rounds)]
        print(f"ready after {statistics.median(times):.2f} s (median of {len(times)})")
    return 0


if __name__ == "__main__":
    sys.exit(main())

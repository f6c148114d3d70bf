#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares the speed of libocsp.ocsp with that of the installed cryptography.

Both run in this process, in turn, round after round; a line shows the medians, how many times
faster ours is, and the least that it has to be. A bar that is missed is no failure of the
program: it depends on the machine.

usage: bench.py [--json FILE] [--rounds N]

Needs libocsp on PYTHONPATH, and the certificates and messages of cryptography_vectors.
"""

import argparse
import gc
import json
import os
import statistics
import sys
import time

# The folder of this file has the package without its extension.
sys.path.pop(0)

import cryptography
import cryptography_vectors
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp as theirs

from libocsp import ocsp as ours

VECTORS = os.path.join(os.path.dirname(cryptography_vectors.__file__), "x509")
DER = serialization.Encoding.DER
TEN = (
    "response_status",
    "certificate_status",
    "serial_number",
    "this_update",
    "next_update",
    "produced_at",
    "hash_algorithm",
    "issuer_key_hash",
    "signature_algorithm_oid",
    "signature_hash_algorithm",
)


def read(*path):
    with open(os.path.join(VECTORS, *path), "rb") as file:
        return file.read()


def certificate(name):
    return x509.load_pem_x509_certificate(read(name))


REQUEST = read("ocsp", "req-sha1.der")
RESPONSE_500 = read("ocsp", "resp-sha256.der")
RESPONSE_3600 = read("ocsp", "ocsp-army.deps.mil-resp.der")
CERT = certificate("cryptography.io.pem")
ISSUER = certificate("rapidssl_sha256_ca_g3.pem")


def response_950():
    """A response with its responder's certificate, which Debian's vectors do not have."""
    import datetime

    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a responder" * 4)])
    time = datetime.datetime(2024, 1, 1)
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(time)
        .not_valid_after(time + datetime.timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier(bytes(190)), False)
        .sign(key, hashes.SHA256())
    )
    return (
        theirs.OCSPResponseBuilder()
        .add_response(
            CERT, ISSUER, hashes.SHA1(), theirs.OCSPCertStatus.GOOD, time, time, None, None
        )
        .responder_id(theirs.OCSPResponderEncoding.HASH, cert)
        .certificates([cert])
        .sign(key, hashes.SHA256())
        .public_bytes(DER)
    )


def load(data):
    return lambda module: module.load_der_ocsp_response(data)


def serial(module):
    return module.load_der_ocsp_request(REQUEST).serial_number


def ten(module):
    response = module.load_der_ocsp_response(RESPONSE_500)
    return [getattr(response, name) for name in TEN]


def build(module):
    return module.OCSPRequestBuilder().add_certificate(CERT, ISSUER, hashes.SHA1()).build()


LOADED = {m: m.load_der_ocsp_response(RESPONSE_500) for m in (ours, theirs)}
# Since cryptography 43 naive times warn, which takes longer than everything else.
if hasattr(LOADED[theirs], "produced_at_utc"):
    TEN = tuple(n + "_utc" if n.endswith(("_update", "_at")) else n for n in TEN)
# The operations that are measured, and the factor by which each must be faster.
TABLE = [
    ("load a request, read the serial", serial, 3),
    (f"load a response of {len(RESPONSE_500)} octets", load(RESPONSE_500), 4),
    (f"load a response of {len(response_950())} octets", load(response_950()), 4),
    (f"load a response of {len(RESPONSE_3600)} octets", load(RESPONSE_3600), 4),
    ("load, read ten properties", ten, 4),
    ("public_bytes", lambda m: LOADED[m].public_bytes(DER), 8),
    ("tbs_response_bytes", lambda m: LOADED[m].tbs_response_bytes, 8),
    ("build a request with SHA-1", build, 4),
]
MEMORY_BAR = 300


def one_round(function, module, times):
    start = time.perf_counter_ns()
    for _ in range(times):
        function(module)
    return (time.perf_counter_ns() - start) / times / 1000


def measure(function, rounds):
    """The medians of both in microseconds."""
    times = max(1, int(2000 / one_round(function, theirs, 200)))
    samples = {ours: [], theirs: []}
    gc.disable()
    for _ in range(rounds):
        for module, list in samples.items():
            list.append(one_round(function, module, times))
    gc.enable()
    return statistics.median(samples[ours]), statistics.median(samples[theirs])


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def memory(module, n=100000):
    """The memory of each loaded response besides its own bytes, as the system reports it."""
    kept = [None] * n
    gc.collect()
    before = resident()
    for i in range(n):
        kept[i] = module.load_der_ocsp_response(RESPONSE_500)
    return (resident() - before) / n


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json")
    parser.add_argument("--rounds", type=int, default=101)
    arguments = parser.parse_args()
    rows = []
    for name, function, bar in TABLE:
        mine, other = measure(function, arguments.rounds)
        ok = other >= bar * mine
        rows.append({"name": name, "ours": mine, "theirs": other, "bar": bar, "ok": ok})
    print(f"microseconds; cryptography {cryptography.__version__}, Python {sys.version.split()[0]}")
    print(f"{'':40}{'ours':>8}{'theirs':>9}{'faster':>9}{'at least':>10}")
    for row in rows:
        ratio = row["theirs"] / row["ours"]
        mark = "" if row["ok"] else "  MISSED"
        numbers = f"{row['ours']:8.2f}{row['theirs']:9.2f}{ratio:8.1f}x{row['bar']:9}x"
        print(f"{row['name']:40}{numbers}{mark}")
    # cryptography runs first, because the second one reuses the memory that the first one freed.
    other, mine = memory(theirs), memory(ours)
    ok = mine < MEMORY_BAR
    rows.append({"name": "octets kept", "ours": mine, "theirs": other, "bar": MEMORY_BAR, "ok": ok})
    mark = "" if ok else "  MISSED"
    numbers = f"{mine:8.0f}{other:9.0f}{'':9}{'<' + str(MEMORY_BAR):>10}"
    print(f"{'octets kept for each response':40}{numbers}{mark}")
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()

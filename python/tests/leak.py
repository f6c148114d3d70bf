# SPDX-License-Identifier: MIT
"""Loads, reads and frees a million messages, and checks that the memory does not grow.

In a debug build of Python the references are counted, too. Run alone, not by pytest.
"""

import gc
import os
import sys
import warnings

from conftest import OCSP_VECTORS
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization

from libocsp import ocsp

warnings.simplefilter("ignore")

MESSAGES = [path.read_bytes() for path in OCSP_VECTORS]
CERT, ISSUER = (
    x509.load_pem_x509_certificate((OCSP_VECTORS[0].parents[1] / name).read_bytes())
    for name in ("cryptography.io.pem", "rapidssl_sha256_ca_g3.pem")
)
POLICY = ocsp.OCSPPolicy(trusted=(CERT,), nonce=b"nonce")


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def load_all():
    for message in MESSAGES:
        for load in (ocsp.load_der_ocsp_request, ocsp.load_der_ocsp_response):
            try:
                load(message)
            except (ValueError, NotImplementedError):
                pass


def use_all():
    """Every function once with valid and once with invalid arguments."""
    for message in MESSAGES:
        for load in (ocsp.load_der_ocsp_request, ocsp.load_der_ocsp_response):
            try:
                thing = load(memoryview(message))
            except (ValueError, NotImplementedError):
                continue
            for name in dir(thing):
                try:
                    list(getattr(thing, name))
                except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension):
                    pass
            for call in (
                lambda: thing.verify(ISSUER, CERT, None, POLICY),
                lambda: thing.verify(ISSUER, None, POLICY),
                lambda: thing.response_for(CERT, ISSUER),
                lambda: thing.public_bytes("x"),
                lambda: thing.public_bytes(serialization.Encoding.DER),
                lambda: [repr(thing), hash(thing), thing == thing],
            ):
                try:
                    call()
                except Exception:
                    pass
    builder = ocsp.OCSPRequestBuilder().add_certificate(CERT, ISSUER, hashes.SHA256())
    builder.add_extension(x509.OCSPNonce(b"1"), False).requestor_name(CERT.subject).build()


def total():
    gc.collect()
    return getattr(sys, "gettotalrefcount", lambda: 0)()


def main():
    times = 1_000_000 // (2 * len(MESSAGES))
    uses = 200
    if hasattr(sys, "gettotalrefcount"):
        times, uses = times // 20, 20
    for _ in range(times // 20):
        load_all()
    for _ in range(uses):
        use_all()
    memory, references = resident(), total()
    for _ in range(times):
        load_all()
    for _ in range(uses):
        use_all()
    grown, more = resident() - memory, total() - references
    print(f"{times * 2 * len(MESSAGES)} loads: {grown} octets, {more} references more")
    # Some of Python's own caches fill late; a leak of one object a load would be hundreds of times
    # as large.
    assert grown < 1 << 20, grown
    assert more < uses, more


if __name__ == "__main__":
    main()

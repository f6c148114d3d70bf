# SPDX-License-Identifier: MIT
"""libocsp and cryptography read every message of cryptography_vectors: each property is the
same, or fails with the same exception."""


import pytest
from conftest import DER, OCSP_VECTORS, load
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp as theirs

from libocsp import ocsp as ours

ID = ["issuer_key_hash", "issuer_name_hash", "hash_algorithm", "serial_number"]
SINGLE = [*ID, "certificate_status", "revocation_time", "revocation_reason", "this_update"]
SINGLE += ["next_update"]
REQUEST = [*ID, "extensions"]
RESPONSE = [*SINGLE, "response_status", "signature_algorithm_oid", "signature_hash_algorithm"]
RESPONSE += ["signature", "tbs_response_bytes", "certificates", "responder_key_hash"]
RESPONSE += ["responder_name", "produced_at", "extensions", "single_extensions"]

# The core refuses a message that has an extension twice; cryptography notices it only when the
# extensions are read.
ONLY_OURS_RAISES = {"req-duplicate-ext.der": set(ID)}


def comparable(value):
    if isinstance(value, hashes.HashAlgorithm):
        return type(value)
    if type(value).__name__ == "Extensions":
        return [(e.oid, e.critical, inside(e.value)) for e in value]
    return value


# Each list of SCTs has new objects, which are compared by their fields.
def inside(value):
    if type(value).__name__ != "SignedCertificateTimestamps":
        return value
    names = "version log_id timestamp entry_type signature_algorithm signature extension_bytes"
    return [[getattr(sct, name) for name in names.split()] for sct in value]


def outcome(function):
    try:
        return comparable(function())
    except Exception as error:
        return type(error), getattr(error, "oid", None)


def compare(names, mine, other, only_ours=()):
    for name in names:
        got = outcome(lambda: getattr(mine, name))
        if name in only_ours:
            assert got[0].__name__ == "DuplicateExtension", name
        else:
            assert got == outcome(lambda: getattr(other, name)), name


@pytest.mark.parametrize("path", OCSP_VECTORS, ids=lambda path: path.name)
def test_every_property(path):
    try:
        other = load(theirs, path)
    except Exception as error:
        with pytest.raises(type(error)):
            load(ours, path)
        return
    mine = load(ours, path)
    names = REQUEST if "req" in path.name else RESPONSE
    compare(names, mine, other, ONLY_OURS_RAISES.get(path.name, ()))
    assert mine.public_bytes(DER) == other.public_bytes(DER) == path.read_bytes()


@pytest.mark.parametrize("path", OCSP_VECTORS, ids=lambda path: path.name)
def test_every_single_response(path):
    try:
        others = list(load(theirs, path).responses)
    except Exception:
        return
    mine = list(load(ours, path).responses)
    assert len(mine) == len(others)
    for mine_one, other_one in zip(mine, others):
        compare(SINGLE, mine_one, other_one)


def test_there_are_vectors():
    assert len(OCSP_VECTORS) >= 25

# SPDX-License-Identifier: MIT
"""The tests share the vectors of cryptography and a small public key infrastructure."""

import datetime
import os
import pathlib
import types

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

VECTORS = pathlib.Path(cryptography_vectors.__file__).parent / "x509"
OCSP_VECTORS = sorted((VECTORS / "ocsp").glob("*.der"))
SEED = pathlib.Path(os.environ["SEED"])
DER = serialization.Encoding.DER
NOW = datetime.datetime(2024, 6, 1, 12, 0)
DAY = datetime.timedelta(days=1)


def load(module, path):
    """A request or a response, depending on the name of the file."""
    is_request = "req" in path.name
    name = "load_der_ocsp_request" if is_request else "load_der_ocsp_response"
    return getattr(module, name)(path.read_bytes())


def name_of(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def issue(subject, key, issuer_name, issuer_key, *extensions, serial=1000, days=3650):
    builder = (
        x509.CertificateBuilder()
        .subject_name(name_of(subject))
        .issuer_name(name_of(issuer_name))
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(NOW - 30 * DAY)
        .not_valid_after(NOW + days * DAY)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


@pytest.fixture(scope="session")
def pki():
    """A CA, two of its certificates, a delegate, and an unrelated CA of the same name."""
    p = types.SimpleNamespace()
    p.ca_key, p.leaf_key, p.delegate_key, p.stranger_key = (
        ec.generate_private_key(ec.SECP256R1()) for _ in range(4)
    )
    p.ca = issue("CA", p.ca_key, "CA", p.ca_key)
    p.leaf = issue("leaf", p.leaf_key, "CA", p.ca_key, serial=0x1234567890ABCDEF)
    p.other = issue("other", p.leaf_key, "CA", p.ca_key, serial=77)
    signing = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.OCSP_SIGNING])
    p.delegate = issue("delegate", p.delegate_key, "CA", p.ca_key, signing, x509.OCSPNoCheck())
    p.stranger = issue("CA", p.stranger_key, "CA", p.stranger_key)
    p.rsa_key = rsa.generate_private_key(65537, 2048)
    p.rsa_cert = issue("RSA", p.rsa_key, "RSA", p.rsa_key)
    return p


def pytest_configure(config):
    # Old programs read naive times; another test checks that they are deprecated.
    config.addinivalue_line("filterwarnings", "ignore:Properties that return:UserWarning")
    config.addinivalue_line("filterwarnings", "ignore:datetime.datetime.utcnow:DeprecationWarning")

# SPDX-License-Identifier: MIT
"""The examples of README.md run, and the type stubs name exactly the existing members."""

import ast
import datetime
import os
import pathlib
import re
import types

import pytest
from conftest import DAY
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from libocsp import _ocsp, ocsp

README = (pathlib.Path(__file__).parents[1] / "README.md").read_text()
STUB = ast.parse((pathlib.Path(ocsp.__file__).parent / "_ocsp.pyi").read_text())


def example(start):
    """The example that starts with this text, without its indentation."""
    [block] = [b for b in re.findall(r"(?:^    .*\n|\n(?=    ))+", README, re.M) if start in b]
    return "\n".join(line[4:] for line in block.strip("\n").splitlines())


@pytest.fixture
def names(pki):
    now = datetime.datetime.utcnow()
    names = {"pki": pki, "cert": pki.leaf, "issuer": pki.ca, "responder": pki.delegate}
    names |= {"key": pki.delegate_key, "now": now, "day": DAY, "moment": now, "nonce": b"1234"}
    names |= {"ocsp": ocsp, "hashes": hashes, "x509": x509, "os": os}
    names["serialization"] = serialization
    exec(example("response = ("), names)
    names["data"] = names["response"].public_bytes(serialization.Encoding.DER)
    return names


def test_is_it_revoked(names):
    exec(example("from libocsp import ocsp"), names)
    assert names["verdict"].is_good


def test_failure(names):
    text = example("except ocsp.OCSPVerificationError")
    exec(text, names)
    names["moment"] += 9 * DAY
    names["cert"] = names["pki"].other
    exec(text.replace("error.code", "caught = error.code"), names)
    assert names["caught"][0] == "no-match"
    assert names["caught"][1] == "RFC 6960 3.2"


def test_asking(names):
    exec(example("OCSPRequestBuilder()"), names)
    assert ocsp.load_der_ocsp_request(names["body"]).serial_number == names["cert"].serial_number


def stub_members(name):
    """The members of a class in the stub, with those that it inherits."""
    [found] = [n for n in STUB.body if isinstance(n, ast.ClassDef) and n.name == name]
    members = {n.name for n in found.body if isinstance(n, ast.FunctionDef)}
    return members.union(*(stub_members(base.id) for base in found.bases))


@pytest.mark.parametrize(
    "name", ["OCSPRequest", "OCSPSingleRequest", "OCSPResponse", "OCSPSingleResponse"]
)
def test_stub_of_class(name):
    members = {m for m in dir(getattr(_ocsp, name)) if not m.startswith("_")}
    assert stub_members(name) == members


def test_stub_of_functions():
    functions = {n.name for n in STUB.body if isinstance(n, ast.FunctionDef)}
    there = {
        name
        for name, value in vars(_ocsp).items()
        if isinstance(value, types.BuiltinFunctionType) and not name.startswith("_")
    }
    assert functions == there


def test_everything_public_is_documented():
    for name in ocsp.__all__:
        value = getattr(ocsp, name)
        # These enums are cryptography's own.
        assert value.__doc__ or value.__module__ == "cryptography.x509.ocsp", name

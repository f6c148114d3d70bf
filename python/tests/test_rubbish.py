# SPDX-License-Identifier: MIT
"""Invalid input: no octets crash the interpreter, and each failure is a known exception."""


import pytest
from conftest import OCSP_VECTORS
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from hypothesis import example, given, settings
from hypothesis import strategies as st

from libocsp import ocsp

LOADERS = (ocsp.load_der_ocsp_request, ocsp.load_der_ocsp_response)
MESSAGES = [path.read_bytes() for path in OCSP_VECTORS]
SMALL = [message for message in MESSAGES if len(message) < 600]
EXPECTED = (ValueError, NotImplementedError, UnsupportedAlgorithm, x509.DuplicateExtension)


def members(thing):
    return [name for name in dir(type(thing)) if not name.startswith("_")]


def read_all(thing):
    """Reads every property, and those of the single requests and responses."""
    repr(thing)
    for name in members(thing):
        try:
            value = getattr(thing, name)
            parts = list(value) if name in ("requests", "responses") else []
        except EXPECTED:
            continue
        for part in parts:
            read_all(part)


def try_out(data):
    """Whether one of the loaders accepts the octets."""
    taken = 0
    for load in LOADERS:
        try:
            thing = load(data)
        except (ValueError, NotImplementedError):
            continue
        read_all(thing)
        taken += 1
    return taken


def test_whole_messages_are_taken():
    assert sum(try_out(message) for message in MESSAGES) == len(MESSAGES) - 4


@pytest.mark.parametrize("path", OCSP_VECTORS, ids=lambda path: path.name)
def test_every_truncation(path):
    message = path.read_bytes()
    assert not any(try_out(message[:cut]) for cut in range(len(message)))


@pytest.mark.parametrize("octet", [0x00, 0x30, 0x7F, 0x80, 0xFF])
def test_every_octet_replaced(octet):
    taken = 0
    for message in SMALL:
        for at in range(len(message)):
            taken += try_out(message[:at] + bytes([octet]) + message[at + 1 :])
    assert taken > 0  # hashes and signatures may have any value


def test_octets_behind():
    assert not any(try_out(message + b"\0") for message in MESSAGES)


@pytest.mark.parametrize(
    "data, text",
    [
        (b"", "OCSPResponse is not a SEQUENCE (RFC 6960 4.2.1), byte 0"),
        (b"0\x03\n\x01\x04", "OCSP response has an unknown status code: "),
        (b"0\x03\n\x01\x00", "Successful OCSP response does not contain a BasicResponse: "),
        (b"0\x05\n\x01\x03\xa0\x00", "responseBytes in an error response (RFC 6960 4.2.1), byte 5"),
    ],
)
def test_messages_of_the_core(data, text):
    with pytest.raises(ValueError) as caught:
        ocsp.load_der_ocsp_response(data)
    assert str(caught.value).startswith(text)


def test_offset_of_a_field():
    message = next(path for path in OCSP_VECTORS if path.name == "resp-sha256.der").read_bytes()
    at = message.index(b"\x18\x0f20180830111500Z")
    broken = message[:at] + b"\x17" + message[at + 1 :]
    with pytest.raises(ValueError) as caught:
        ocsp.load_der_ocsp_response(broken)
    assert str(caught.value) == f"producedAt is not a GeneralizedTime (RFC 6960 4.2.1), byte {at}"


def test_try_later_with_a_body_is_not_good():
    message = next(path for path in OCSP_VECTORS if path.name == "resp-sha256.der").read_bytes()
    at = message.index(b"\n\x01\x00")
    with pytest.raises(ValueError, match="responseBytes in an error response"):
        ocsp.load_der_ocsp_response(message[:at] + b"\n\x01\x03" + message[at + 3 :])


def test_empty_request_list():
    with pytest.raises(NotImplementedError, match="contains no request"):
        ocsp.load_der_ocsp_request(b"0\x040\x020\x00")
    request = ocsp.load_der_ocsp_request(b"0\x040\x020\x00", allow_multiple=True)
    assert list(request.requests) == []
    with pytest.raises(ValueError, match="contains 0 requests"):
        request.serial_number


@pytest.mark.parametrize("load", LOADERS)
@pytest.mark.parametrize("wrong", ["text", None, 1, [48, 3], object()])
def test_not_octets(load, wrong):
    with pytest.raises(TypeError):
        load(wrong)


@pytest.mark.parametrize("load", LOADERS)
def test_wrong_arguments(load):
    for arguments, names in [((), {}), ((b"", b""), {}), ((b"",), {"nothing": 1})]:
        with pytest.raises(TypeError):
            load(*arguments, **names)


@settings(max_examples=500, deadline=None, database=None)
@given(st.binary(max_size=400))
@example(b"0\x80")
@example(b"0\x84\xff\xff\xff\xff")
def test_any_octets(data):
    try_out(data)


@settings(max_examples=500, deadline=None, database=None)
@given(st.data())
def test_messages_mutated(data):
    message = bytearray(data.draw(st.sampled_from(SMALL)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(message) - 1))
        cut = data.draw(st.integers(0, 3))
        message[at : at + cut] = data.draw(st.binary(max_size=4))
        if not message:
            break
    try_out(bytes(message))

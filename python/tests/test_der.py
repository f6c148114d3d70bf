# SPDX-License-Identifier: MIT
"""DER and identifiers, which the extension module reads and writes with the core."""

import pytest

from libocsp import _ocsp
from libocsp._convert import integer, oid_content, oid_text, read_tlv, tlv


@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 65535, 65536])
def test_element_comes_back(length):
    content = b"x" * length
    assert read_tlv(tlv(0x30, content) + b"rest") == (0x30, content, b"rest")


def test_lengths_are_minimal():
    assert tlv(0x05) == b"\x05\x00"
    assert tlv(0x04, b"a", b"b") == b"\x04\x02ab"
    assert tlv(0x04, bytes(127))[:2] == b"\x04\x7f"
    assert tlv(0x04, bytes(128))[:3] == b"\x04\x81\x80"
    assert tlv(0x04, bytes(256))[:4] == b"\x04\x82\x01\x00"


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30", b"\x30\x01", b"\x30\x80\x00\x00", b"\x30\x81\x01x", b"\x30\x82\x00\x01x"],
    ids=["empty", "no_length", "cut_short", "indefinite", "length_too_long", "length_with_zero"],
)
def test_element_refused(data):
    with pytest.raises(ValueError, match="invalid DER"):
        read_tlv(data)


@pytest.mark.parametrize("arguments", [(), (0x30,), (256, b""), (-1, b""), ("x", b""), (0x30, "x", 1)])
def test_arguments_refused(arguments):
    with pytest.raises((TypeError, OverflowError)):
        _ocsp.element(*arguments)


def test_reading_takes_bytes_alone():
    for function in (_ocsp.read_element, _ocsp.oid_text):
        for data in ("x", 1, None, bytearray(b"\x05\x00")):
            with pytest.raises(TypeError):
                function(data)


@pytest.mark.parametrize("dotted", ["0.0", "1.39", "2.0", "2.999", "1.3.6.1.5.5.7.48.1", "2.5.29.17"])
def test_identifier_comes_back(dotted):
    assert oid_text(oid_content(dotted)) == dotted


@pytest.mark.parametrize("content", [b"", b"\x80", b"\x2a\x80\x01", b"\x2a\x86"])
def test_identifier_refused(content):
    with pytest.raises(ValueError, match="invalid object identifier"):
        oid_text(content)


@pytest.mark.parametrize(
    "number, content",
    [(0, "00"), (127, "7f"), (128, "0080"), (-1, "ff"), (-128, "80"), (-129, "ff7f")],
)
def test_integer(number, content):
    assert integer(number) == bytes.fromhex(content)

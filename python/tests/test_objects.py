# SPDX-License-Identifier: MIT
"""Requests and responses as objects of Python."""

import array
import copy
import gc
import mmap
import os
import pickle
import subprocess
import sys
import textwrap

import pytest
from conftest import DER, VECTORS
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import ocsp as theirs

from libocsp import ocsp


def vector(name):
    return (VECTORS / "ocsp" / name).read_bytes()


REQUEST = vector("req-sha1.der")
RESPONSE = vector("resp-sha256.der")
MULTI_RESPONSE = vector("ocsp-army.deps.mil-resp.der")
MULTI_REQUEST = vector("req-multi-sha1.der")


def examples():
    many = ocsp.load_der_ocsp_response(MULTI_RESPONSE)
    asked = ocsp.load_der_ocsp_request(MULTI_REQUEST, allow_multiple=True)
    return [
        ocsp.load_der_ocsp_request(REQUEST),
        ocsp.load_der_ocsp_response(RESPONSE),
        many,
        asked,
        list(many.responses)[7],
        list(asked.requests)[1],
    ]


@pytest.mark.parametrize("i", range(6))
def test_equal_hash_copy_pickle(i):
    one, again = examples()[i], examples()[i]
    assert one is not again
    assert one == again and not one != again
    assert hash(one) == hash(again)
    assert {one: 1}[again] == 1
    for other in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert other == one and type(other) is type(one)
    for j, other in enumerate(examples()):
        assert (one == other) == (i == j)
    assert one != 1 and one != RESPONSE
    with pytest.raises(TypeError):
        one < again


@pytest.mark.parametrize(
    "i, text",
    [
        (0, "<OCSPRequest(hash_algorithm=sha1, serial_number=8726258731612734511762415817056705"),
        (1, "<OCSPResponse(response_status=SUCCESSFUL, certificate_status=GOOD, serial_number="),
        (2, "<OCSPResponse(response_status=SUCCESSFUL, 20 responses)>"),
        (3, "<OCSPRequest(2 requests)>"),
        (4, "<OCSPSingleResponse(certificate_status="),
        (5, "<OCSPSingleRequest(hash_algorithm=sha1, serial_number="),
    ],
)
def test_repr(i, text):
    assert repr(examples()[i]).startswith(text)


@pytest.mark.parametrize("i", range(6))
def test_not_constructible_and_read_only(i):
    one = examples()[i]
    name = type(one).__name__
    with pytest.raises(TypeError, match=f"cannot create 'libocsp.ocsp.{name}' instances"):
        type(one)()
    with pytest.raises(AttributeError):
        one.serial_number = 1
    with pytest.raises(AttributeError):
        one.anything = 1
    with pytest.raises(TypeError):
        type("Sub", (type(one),), {})


def test_instances_of_what_is_abstract():
    # The classes of later versions of cryptography are not abstract.
    if hasattr(theirs.OCSPRequest, "register"):
        assert isinstance(examples()[0], theirs.OCSPRequest)
        assert isinstance(examples()[1], theirs.OCSPResponse)


def test_bytes_are_not_copied():
    response = ocsp.load_der_ocsp_response(RESPONSE)
    assert response.public_bytes(DER) is RESPONSE
    before = sys.getrefcount(RESPONSE)
    del response
    assert sys.getrefcount(RESPONSE) == before - 1


def test_bytearray_is_copied():
    data = bytearray(RESPONSE)
    response = ocsp.load_der_ocsp_response(data)
    data[:] = b"x" * len(data)
    data.clear()
    assert response == ocsp.load_der_ocsp_response(RESPONSE)


def test_memoryview():
    padded = b"xx" + RESPONSE + b"xx"
    view = memoryview(padded)[2:-2]
    response = ocsp.load_der_ocsp_response(view)
    view.release()
    assert response.public_bytes(DER) == RESPONSE
    assert response == ocsp.load_der_ocsp_response(RESPONSE)
    assert hash(response) == hash(ocsp.load_der_ocsp_response(RESPONSE))
    assert response.signature == ocsp.load_der_ocsp_response(RESPONSE).signature


def test_memoryview_of_what_changes_and_of_every_second():
    for view in (memoryview(bytearray(RESPONSE)), memoryview(bytes(2 * len(RESPONSE)))[::2]):
        try:
            assert ocsp.load_der_ocsp_response(view) == ocsp.load_der_ocsp_response(RESPONSE)
        except ValueError:
            assert view[0] == 0
    spread = bytearray(2 * len(RESPONSE))
    spread[::2] = RESPONSE
    assert ocsp.load_der_ocsp_response(memoryview(bytes(spread))[::2]).serial_number > 0


def test_array_is_copied():
    assert ocsp.load_der_ocsp_request(array.array("B", REQUEST)).public_bytes(DER) == REQUEST


def test_mmap(tmp_path):
    path = tmp_path / "response"
    path.write_bytes(RESPONSE)
    with open(path, "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    response = ocsp.load_der_ocsp_response(mapped)
    assert response.certificate_status is ocsp.OCSPCertStatus.GOOD
    # The response keeps a view, so that the buffer cannot be closed while the response exists.
    with pytest.raises(BufferError):
        mapped.close()
    del response
    mapped.close()


def test_bytes_outlive_their_name():
    single = next(ocsp.load_der_ocsp_response(bytes(bytearray(MULTI_RESPONSE))).responses)
    gc.collect()
    assert single == next(ocsp.load_der_ocsp_response(MULTI_RESPONSE).responses)


@pytest.mark.parametrize("i", [0, 1])
def test_public_bytes_refuses(i):
    one = examples()[i]
    assert one.public_bytes(encoding=DER) == one.public_bytes(DER)
    text = "The only allowed encoding value is Encoding.DER"
    # For anything but an Encoding, cryptography raises ValueError before 41, and TypeError since.
    for error in (ValueError, TypeError):
        with pytest.raises(error, match=text):
            one.public_bytes("invalid")
    with pytest.raises(ValueError, match=text) as caught:
        one.public_bytes(serialization.Encoding.PEM)
    assert not isinstance(caught.value, TypeError)
    with pytest.raises(TypeError):
        one.public_bytes()


def test_extensions_are_made_once():
    response = ocsp.load_der_ocsp_response(vector("resp-revoked-reason.der"))
    assert response.extensions is response.extensions
    assert response.single_extensions is response.single_extensions


def test_malformed_by_an_extension_twice():
    request = ocsp.load_der_ocsp_request(vector("req-duplicate-ext.der"))
    for name in ("serial_number", "extensions", "requests", "requestor_name", "deviations"):
        with pytest.raises(x509.DuplicateExtension) as caught:
            getattr(request, name)
        assert caught.value.oid == x509.OCSPNonce.oid
        assert str(caught.value) == "Duplicate 1.3.6.1.5.5.7.48.1.2 extension found"
    assert request.public_bytes(DER) == vector("req-duplicate-ext.der")
    assert pickle.loads(pickle.dumps(request)) == request


def test_error_status_has_no_values():
    response = ocsp.load_der_ocsp_response(vector("resp-unauthorized.der"))
    text = "OCSP response status is not successful so the property has no value"
    names = [n for n in dir(type(response)) if not n.startswith("_")]
    for name in set(names) - {"response_status", "deviations", "public_bytes", "verify"}:
        if name == "response_for":
            continue
        with pytest.raises(ValueError, match=text):
            getattr(response, name)
    assert response.deviations == frozenset()


def test_several_responses():
    response = ocsp.load_der_ocsp_response(MULTI_RESPONSE)
    with pytest.raises(ValueError) as caught:
        response.serial_number
    assert str(caught.value) == (
        "OCSP response contains 20 SINGLERESP structures.  "
        "Use .responses to iterate through them"
    )
    assert len(list(response.responses)) == len(set(response.responses)) == 20


def test_several_requests():
    request = ocsp.load_der_ocsp_request(MULTI_REQUEST, allow_multiple=True)
    first, second = request.requests
    assert first.serial_number != second.serial_number
    assert first.hash_algorithm.name == "sha1"
    assert len(first.issuer_name_hash) == len(second.issuer_key_hash) == 20
    assert len(first.extensions) == 0
    with pytest.raises(ValueError, match="contains 2 requests"):
        request.serial_number
    assert ocsp.load_der_ocsp_request(data=REQUEST, allow_multiple=False)


def test_deviations():
    # version v1 is encoded although it is the DEFAULT
    inner = REQUEST[4:]
    tbs = b"\xa0\x03\x02\x01\x00" + inner
    data = b"0" + bytes([len(tbs) + 2]) + b"0" + bytes([len(tbs)]) + tbs
    assert ocsp.load_der_ocsp_request(data).deviations == {"version-encoded"}
    assert ocsp.load_der_ocsp_request(REQUEST).deviations == set()


@pytest.mark.parametrize(
    "content",
    [b"\0", b"\x7f", b"\x80", b"\xff", b"\0\x80", b"\xff\x7f", b"\x7f" + b"\xff" * 7]
    + [b"\x80" + b"\0" * 7, b"\x80" + b"\0" * 8, b"\xff\x7f" + b"\0" * 18, b"\x7f" + b"\1" * 63]
    + [b"\x80" + b"\0" * 40],
)
def test_serial_numbers(content):
    serial = b"\x02" + bytes([len(content)]) + content
    cert_id = REQUEST[8 : 8 + 2 + REQUEST[9]]
    body = cert_id[2 : cert_id.rindex(b"\x02\x15")] + serial
    for _ in range(5):
        body = b"0" + (bytes([len(body)]) if len(body) < 128 else bytes([0x81, len(body)])) + body
    got = ocsp.load_der_ocsp_request(body).serial_number
    assert got == int.from_bytes(content, "big", signed=True)


def python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def test_naive_times_warn_where_cryptography_does():
    result = python(
        f"""
        import warnings
        from cryptography import utils
        class DeprecatedIn43(UserWarning): pass
        utils.DeprecatedIn43 = DeprecatedIn43
        from libocsp import ocsp
        response = ocsp.load_der_ocsp_response({RESPONSE!r})
        single = next(response.responses)
        for thing, names in (
            (response, "produced_at revocation_time this_update next_update"),
            (single, "revocation_time this_update next_update"),
        ):
            for name in names.split():
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    getattr(thing, name)
                    getattr(thing, name + "_utc")
                [one] = caught
                assert one.category is DeprecatedIn43
                assert one.filename == "<string>"
                assert str(one.message) == (
                    "Properties that return a na\\u00efve datetime object have been deprecated. "
                    f"Please switch to {{name}}_utc."
                )
        warnings.simplefilter("error")
        try:
            response.produced_at
        except DeprecatedIn43:
            print("ok")
        """
    )
    assert (result.stdout, result.stderr) == ("ok\n", "")


def test_aware_times():
    response = ocsp.load_der_ocsp_response(vector("resp-revoked.der"))
    for name in ("produced_at", "this_update", "next_update", "revocation_time"):
        aware = getattr(response, name + "_utc")
        assert aware.utcoffset().total_seconds() == 0
        assert aware.replace(tzinfo=None) == getattr(response, name)


# cryptography itself cannot be used in a second interpreter, and the extension can: the objects
# that it takes from cryptography are replaced by strings.
STAND_IN = """
import sys, types
package = types.ModuleType("libocsp")
package.__path__ = [PATH]
convert = types.ModuleType("libocsp._convert")
convert.__getattr__ = lambda name: name
convert.CERT_STATUSES = (None, "good", "revoked", "unknown")
convert.SIGNATURE_HASHES = convert.OIDS = {}
sys.modules |= {"libocsp": package, "libocsp._convert": convert}
from libocsp import _ocsp
response = _ocsp.load_der_ocsp_response(bytes.fromhex(DATA))
assert response.certificate_status == "good"
assert response.serial_number == 271024907440004808294641238224534273948400
"""


def test_other_interpreters():
    script = STAND_IN.replace("DATA", repr(RESPONSE.hex()))
    script = script.replace("PATH", repr(os.path.dirname(ocsp.__file__)))
    result = python(
        f"""
        import _xxsubinterpreters as interpreters
        script = {script!r}
        exec(script)
        two = [interpreters.create() for _ in range(2)]
        for one in two:
            interpreters.run_string(one, script)
        interpreters.destroy(two[0])
        exec(script.split("from libocsp")[1].split("\\n", 1)[1])
        interpreters.run_string(two[1], script)
        interpreters.destroy(two[1])
        print("ok")
        """
    )
    assert (result.stdout, result.stderr) == ("ok\n", "")

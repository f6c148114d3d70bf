# SPDX-License-Identifier: MIT
"""Builders: the arguments that they refuse, in which order and with which texts, and their
messages."""

import datetime

import pytest
from conftest import DAY, DER, NOW, VECTORS, issue, name_of
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.x509 import ocsp as theirs

from libocsp import ocsp

GOOD, REVOKED, UNKNOWN = ocsp.OCSPCertStatus
HASH, NAME = ocsp.OCSPResponderEncoding.HASH, ocsp.OCSPResponderEncoding.NAME
SHA1, SHA256 = hashes.SHA1(), hashes.SHA256()
SHA1_HASH = bytes(range(20))


def refuses(error, text, function, *arguments, **names):
    with pytest.raises(error) as caught:
        function(*arguments, **names)
    assert str(caught.value) == text


def good(builder, pki, cert=None, algorithm=SHA1):
    return builder.add_response(
        cert or pki.leaf, pki.ca, algorithm, GOOD, NOW - DAY, NOW + DAY, None, None
    )


def response_builder(pki, **names):
    return good(ocsp.OCSPResponseBuilder(**names), pki).responder_id(HASH, pki.ca)


# Requests.


@pytest.mark.parametrize("algorithm", ["SHA1", "SHA224", "SHA256", "SHA384", "SHA512"])
def test_request_is_that_of_cryptography(pki, algorithm):
    made = getattr(hashes, algorithm)()
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0")
    for issuer in (pki.ca, pki.stranger, pki.rsa_cert):
        ours, others = (
            module.OCSPRequestBuilder()
            .add_certificate(pki.leaf, issuer, made)
            .add_extension(x509.OCSPNonce(b"12345678"), False)
            .add_extension(unknown, True)
            .build()
            for module in (ocsp, theirs)
        )
        assert ours.public_bytes(DER) == others.public_bytes(DER)


def test_request_by_hash(pki):
    by_cert = ocsp.OCSPRequestBuilder().add_certificate(pki.leaf, pki.ca, SHA256).build()
    by_hash = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        by_cert.issuer_name_hash, by_cert.issuer_key_hash, by_cert.serial_number, SHA256
    )
    assert by_hash.build() == by_cert


def test_request_by_hash_refuses():
    builder = ocsp.OCSPRequestBuilder()
    add = builder.add_certificate_by_hash
    h = SHA1_HASH
    refuses(TypeError, "serial_number must be an integer", add, h, h, "1", SHA1)
    refuses(
        ValueError,
        "Algorithm must be SHA1, SHA224, SHA256, SHA384, or SHA512",
        *(add, h, h, 1, hashes.MD5()),
    )
    refuses(TypeError, "issuer_name_hash must be bytes", add, "x", h, 1, SHA1)
    refuses(TypeError, "issuer_key_hash must be bytes", add, h, "x", 1, SHA1)
    length = (
        "issuer_name_hash and issuer_key_hash must be the same length as the digest size of the "
        "algorithm"
    )
    refuses(ValueError, length, add, h, h + b"x", 1, SHA1)
    refuses(ValueError, length, add, h, h, 1, SHA256)
    twice = "Only one certificate can be added to a request"
    refuses(ValueError, twice, add(h, h, 1, SHA1).add_certificate_by_hash, h, h, 1, "x")
    refuses(ValueError, "Negative integers are not supported", add(h, h, -1, SHA1).build)
    refuses(ValueError, "You must add a certificate before building", builder.build)


@pytest.mark.parametrize("serial", [0, 1, 127, 128, 255, 256, 2**63, 2**159 - 1, 2**160, 2**500])
def test_serials_come_back(serial):
    builder = ocsp.OCSPRequestBuilder()
    built = builder.add_certificate_by_hash(SHA1_HASH, SHA1_HASH, serial, SHA1).build()
    assert built.serial_number == serial


def test_request_extension_refuses():
    builder = ocsp.OCSPRequestBuilder().add_extension(x509.OCSPNonce(b"1"), False)
    nonce = x509.OCSPNonce(b"2")
    refuses(TypeError, "extension must be an ExtensionType", builder.add_extension, 1, False)
    again = "This extension has already been set."
    refuses(ValueError, again, builder.add_extension, nonce, False)
    refuses(
        TypeError,
        "critical must be a boolean value",
        *(ocsp.OCSPRequestBuilder().add_extension, nonce, "no"),
    )


class Strange(x509.ExtensionType):
    oid = x509.ObjectIdentifier("1.2.3.4")


def test_extension_that_cannot_be_encoded(pki):
    builder = ocsp.OCSPRequestBuilder().add_certificate(pki.leaf, pki.ca, SHA1)
    text = "Extension not supported: 1.2.3.4"
    for made in (builder.add_extension, builder.add_single_extension):
        refuses(NotImplementedError, text, made(Strange(), False).build)
    built = response_builder(pki)
    for made in (built.add_extension, built.add_single_extension):
        refuses(NotImplementedError, text, made(Strange(), False).sign, pki.ca_key, SHA256)


def test_builders_do_not_change(pki):
    empty = ocsp.OCSPRequestBuilder()
    one = empty.add_certificate(pki.leaf, pki.ca, SHA1)
    one.add_extension(x509.OCSPNonce(b"1"), False)
    assert len(one.build().extensions) == 0
    refuses(ValueError, "You must add a certificate before building", empty.build)


def test_several_requests(pki):
    builder = (
        ocsp.OCSPRequestBuilder(allow_multiple=True)
        .add_certificate(pki.leaf, pki.ca, SHA1)
        .add_single_extension(x509.OCSPNonce(b"1234"), True)
        .add_certificate(pki.other, pki.ca, SHA256)
        .add_certificate_by_hash(SHA1_HASH, SHA1_HASH, 5, SHA1)
    )
    built = builder.build()
    first, second, third = built.requests
    assert [one.serial_number for one in built.requests] == [pki.leaf.serial_number, 77, 5]
    assert first.extensions[0].oid == x509.OCSPNonce.oid and first.extensions[0].critical
    assert len(second.extensions) == 0 and second.hash_algorithm.name == "sha256"
    with pytest.raises(NotImplementedError):
        ocsp.load_der_ocsp_request(built.public_bytes(DER))
    assert ocsp.load_der_ocsp_request(built.public_bytes(DER), allow_multiple=True) == built
    text = "You must add a certificate before its extensions"
    refuses(ValueError, text, ocsp.OCSPRequestBuilder().add_single_extension, Strange(), False)


@pytest.mark.parametrize(
    "name",
    [x509.DNSName("example.org"), x509.DirectoryName(name_of("me")), x509.RFC822Name("a@b.org")],
)
def test_requestor_name(pki, name):
    builder = ocsp.OCSPRequestBuilder().add_certificate(pki.leaf, pki.ca, SHA1)
    assert builder.build().requestor_name is None
    named = builder.requestor_name(name)
    assert named.build().requestor_name == name
    refuses(ValueError, "requestor_name can only be set once", named.requestor_name, name)
    refuses(TypeError, "name must be a Name or a GeneralName", builder.requestor_name, "me")


def test_requestor_name_from_a_name(pki):
    builder = ocsp.OCSPRequestBuilder().add_certificate(pki.leaf, pki.ca, SHA1)
    built = builder.requestor_name(pki.leaf.subject).build()
    assert built.requestor_name == x509.DirectoryName(pki.leaf.subject)


def test_request_signed(pki):
    builder = ocsp.OCSPRequestBuilder().add_certificate(pki.other, pki.ca, SHA1)
    unsigned = builder.build()
    assert not unsigned.is_signed and unsigned.certificates == []
    assert unsigned.signature is unsigned.signature_algorithm_oid is None
    assert unsigned.signature_hash_algorithm is unsigned.signature_algorithm_parameters is None
    signed = builder.sign(pki.leaf_key, SHA256, [pki.leaf, pki.ca])
    assert signed.is_signed
    assert signed.certificates == [pki.leaf, pki.ca]
    assert signed.requestor_name == x509.DirectoryName(pki.leaf.subject)
    assert signed.signature_algorithm_oid == x509.SignatureAlgorithmOID.ECDSA_WITH_SHA256
    assert isinstance(signed.signature_hash_algorithm, hashes.SHA256)
    pki.leaf_key.public_key().verify(
        signed.signature, signed.tbs_request_bytes, signed.signature_algorithm_parameters
    )
    text = "certificates must not be an empty list"
    refuses(ValueError, text, builder.sign, pki.leaf_key, SHA256, [])
    text = "certs must be a list of Certificates"
    refuses(TypeError, text, builder.sign, pki.leaf_key, SHA256, ["x"])
    text = "Certificate public key and provided private key do not match"
    refuses(ValueError, text, builder.sign, pki.ca_key, SHA256, [pki.leaf])


# Responses.


@pytest.mark.parametrize("algorithm", [SHA1, SHA256, hashes.SHA512()])
@pytest.mark.parametrize("encoding", [HASH, NAME])
def test_response_is_that_of_cryptography(pki, algorithm, encoding):
    made = [
        module.OCSPResponseBuilder()
        .add_response(
            *(pki.leaf, pki.ca, algorithm, REVOKED, NOW - DAY, NOW + DAY, NOW - 2 * DAY),
            x509.ReasonFlags.superseded,
        )
        .responder_id(encoding, pki.rsa_cert)
        .certificates([pki.rsa_cert, pki.ca])
        .add_extension(x509.OCSPNonce(b"nonce"), False)
        for module in (ocsp, theirs)
    ]
    for _ in range(3):  # producedAt is now, and the second may change in between
        ours, others = (builder.sign(pki.rsa_key, SHA256) for builder in made)
        if ours.produced_at == others.produced_at:
            break
    assert ours.public_bytes(DER) == others.public_bytes(DER)


def test_add_response_refuses(pki):
    empty = ocsp.OCSPResponseBuilder()

    def add(cert=pki.leaf, algorithm=SHA1, status=GOOD, this=NOW, next=NOW, when=None, why=None):
        return empty.add_response(cert, pki.ca, algorithm, status, this, next, when, why)

    reason = x509.ReasonFlags.superseded
    revoked = " can only be provided if the certificate is revoked"
    for error, text, names in [
        (TypeError, "cert and issuer must be a Certificate", {"cert": 1}),
        (
            ValueError,
            "Algorithm must be SHA1, SHA224, SHA256, SHA384, or SHA512",
            {"algorithm": hashes.MD5()},
        ),
        (TypeError, "this_update must be a datetime object", {"this": 1}),
        (TypeError, "next_update must be a datetime object or None", {"next": 1}),
        (TypeError, "cert_status must be an item from the OCSPCertStatus enum", {"status": 0}),
        (ValueError, "revocation_time" + revoked, {"when": NOW}),
        (ValueError, "revocation_reason" + revoked, {"why": reason}),
        (TypeError, "revocation_time must be a datetime object", {"status": REVOKED}),
        (
            TypeError,
            "revocation_reason must be an item from the ReasonFlags enum or None",
            {"status": REVOKED, "when": NOW, "why": 1},
        ),
        (
            ValueError,
            "The revocation_time must be on or after 1950 January 1.",
            {"status": REVOKED, "when": datetime.datetime(1949, 12, 31)},
        ),
    ]:
        refuses(error, text, add, **names)
    text = "Only one response per OCSPResponse."
    refuses(ValueError, text, good, good(empty, pki), pki)


def test_next_update_before_this_update_refuses(pki):
    builder = ocsp.OCSPResponseBuilder().add_response(
        pki.leaf, pki.ca, SHA1, GOOD, NOW, NOW - DAY, None, None
    )
    with pytest.raises(ValueError, match="nextUpdate"):
        builder.responder_id(HASH, pki.ca).sign(pki.ca_key, SHA256)


def test_response_by_hash(pki):
    request = ocsp.OCSPRequestBuilder().add_certificate(pki.leaf, pki.ca, SHA1).build()
    ids = (request.issuer_name_hash, request.issuer_key_hash, request.serial_number)
    time = NOW.replace(microsecond=999999)
    response = (
        ocsp.OCSPResponseBuilder()
        .add_response_by_hash(*ids, SHA1, UNKNOWN, time, None, None, None)
        .responder_id(NAME, pki.ca)
        .sign(pki.ca_key, SHA256)
    )
    assert response.certificate_status is UNKNOWN
    assert response.this_update == NOW and response.next_update is None
    assert response.issuer_name_hash == ids[0]
    negative = ocsp.OCSPResponseBuilder().add_response_by_hash(
        *ids[:2], -5, SHA1, GOOD, NOW, None, None, None
    )
    text = "Negative integers are not supported"
    refuses(ValueError, text, negative.responder_id(NAME, pki.ca).sign, pki.ca_key, SHA256)


def test_aware_times_are_converted(pki):
    zone = datetime.timezone(datetime.timedelta(hours=2))
    aware = datetime.datetime(2024, 1, 1, 12, 0, tzinfo=zone)
    response = (
        ocsp.OCSPResponseBuilder()
        .add_response(pki.leaf, pki.ca, SHA1, REVOKED, aware, aware, aware, None)
        .responder_id(HASH, pki.ca)
        .produced_at(aware)
        .sign(pki.ca_key, SHA256)
    )
    ten = datetime.datetime(2024, 1, 1, 10, 0)
    times = (response.this_update, response.next_update, response.revocation_time)
    assert (*times, response.produced_at) == (ten,) * 4


def test_produced_at(pki):
    builder = response_builder(pki)
    now = datetime.datetime.utcnow()
    assert abs(builder.sign(pki.ca_key, SHA256).produced_at - now).total_seconds() < 10
    set_ = builder.produced_at(NOW)
    assert set_.sign(pki.ca_key, SHA256).produced_at == NOW
    refuses(ValueError, "produced_at can only be set once", set_.produced_at, NOW)
    refuses(TypeError, "produced_at must be a datetime object", builder.produced_at, 1)


def test_several_responses_and_single_extensions(pki):
    date = x509.InvalidityDate(NOW)
    issuer = x509.CertificateIssuer([x509.DirectoryName(name_of("CA")), x509.DNSName("a.org")])
    reason = x509.CRLReason(x509.ReasonFlags.ca_compromise)
    builder = ocsp.OCSPResponseBuilder(allow_multiple=True)
    builder = good(builder, pki).add_single_extension(date, False)
    builder = good(builder, pki, pki.other, SHA256).add_single_extension(issuer, True)
    builder = builder.add_single_extension(reason, False)
    response = builder.responder_id(HASH, pki.ca).sign(pki.ca_key, SHA256)
    first, second = response.responses
    assert [e.value for e in first.extensions] == [date]
    assert [(e.value, e.critical) for e in second.extensions] == [(issuer, True), (reason, False)]
    assert first.extensions is first.extensions
    text = "You must add a response before its extensions"
    refuses(ValueError, text, ocsp.OCSPResponseBuilder().add_single_extension, date, False)
    text = "This extension has already been set."
    refuses(ValueError, text, builder.add_single_extension, reason, False)


def test_single_extensions_of_one_response(pki):
    date = x509.InvalidityDate(NOW)
    response = response_builder(pki).add_single_extension(date, False).sign(pki.ca_key, SHA256)
    assert [e.value for e in response.single_extensions] == [date]


def test_sct_list_is_built_again(pki):
    path = VECTORS / "ocsp" / "resp-sct-extension.der"
    scts = ocsp.load_der_ocsp_response(path.read_bytes()).single_extensions[0].value
    response = response_builder(pki).add_single_extension(scts, False).sign(pki.ca_key, SHA256)
    assert response.single_extensions[0].value == scts


def test_sign_refuses(pki):
    builder = response_builder(pki)
    key = "Key must be an rsa, dsa, ec, ed25519, ed448, ml-dsa-44, ml-dsa-65, or ml-dsa-87 "
    refuses(TypeError, key + "private key.", builder.sign, object(), SHA256)
    none = "Algorithm must be a registered hash algorithm, not None."
    refuses(TypeError, none, builder.sign, pki.ca_key, None)
    no_hash = "Algorithm must be a registered hash algorithm."
    refuses(TypeError, no_hash, builder.sign, pki.ca_key, "sha256")
    mismatch = "Certificate public key and provided private key do not match"
    refuses(ValueError, mismatch, builder.sign, pki.leaf_key, SHA256)
    refuses(ValueError, mismatch, builder.sign, pki.rsa_key, SHA256)
    before = ocsp.OCSPResponseBuilder().responder_id(HASH, pki.ca)
    refuses(ValueError, "You must add a response before signing", before.sign, pki.ca_key, SHA256)
    before = good(ocsp.OCSPResponseBuilder(), pki)
    text = "You must add a responder_id before signing"
    refuses(ValueError, text, before.sign, pki.ca_key, SHA256)


@pytest.mark.parametrize("algorithm", [hashes.MD5(), SHA1, hashes.BLAKE2b(64)])
def test_weak_or_strange_hash_refuses(pki, algorithm):
    text = f'Hash algorithm "{algorithm.name}" not supported for signatures'
    # Before cryptography 39 this was a ValueError.
    for error in (UnsupportedAlgorithm, ValueError):
        refuses(error, text, response_builder(pki).sign, pki.ca_key, algorithm)


@pytest.mark.parametrize("algorithm", [hashes.SHA3_224(), hashes.SHA3_512(), hashes.SHA384()])
def test_sign_with_other_hashes(pki, algorithm):
    response = response_builder(pki).sign(pki.ca_key, algorithm)
    assert isinstance(response.signature_hash_algorithm, type(algorithm))
    assert response.signature_algorithm_parameters._algorithm.name == algorithm.name


def test_sign_with_dsa(pki):
    key = dsa.generate_private_key(2048)
    cert = issue("DSA", key, "CA", pki.ca_key)
    builder = good(ocsp.OCSPResponseBuilder(), pki).responder_id(HASH, cert)
    response = builder.sign(key, SHA256)
    key.public_key().verify(response.signature, response.tbs_response_bytes, SHA256)
    assert response.signature_algorithm_parameters is None
    text = "SHA3 hashes are not supported with DSA keys"
    refuses(ValueError, text, builder.sign, key, hashes.SHA3_256())


def test_sign_with_ed25519(pki):
    key = ed25519.Ed25519PrivateKey.generate()
    cert = issue("Ed", key, "CA", pki.ca_key)
    builder = good(ocsp.OCSPResponseBuilder(), pki).responder_id(HASH, cert)
    response = builder.sign(key, None)
    key.public_key().verify(response.signature, response.tbs_response_bytes)
    assert response.signature_hash_algorithm is response.signature_algorithm_parameters is None
    text = "Algorithm must be None when signing via ed25519 or ed448"
    refuses(ValueError, text, builder.sign, key, SHA256)


def pss(salt, algorithm=SHA256):
    return padding.PSS(mgf=padding.MGF1(algorithm), salt_length=salt)


@pytest.mark.parametrize(
    "salt, length",
    [(padding.PSS.MAX_LENGTH, 222), (32, 32), (0, 0), (200, 200), ("DIGEST_LENGTH", 32)],
)
def test_sign_with_pss(pki, salt, length):
    if isinstance(salt, str):
        salt = getattr(padding.PSS, salt)
    builder = good(ocsp.OCSPResponseBuilder(), pki).responder_id(HASH, pki.rsa_cert)
    response = builder.sign(pki.rsa_key, SHA256, rsa_padding=pss(salt))
    assert response.signature_algorithm_oid == x509.SignatureAlgorithmOID.RSASSA_PSS
    assert isinstance(response.signature_hash_algorithm, hashes.SHA256)
    read = response.signature_algorithm_parameters
    assert read._salt_length == length and isinstance(read._mgf._algorithm, hashes.SHA256)
    pki.rsa_key.public_key().verify(response.signature, response.tbs_response_bytes, read, SHA256)


def test_pss_refuses(pki):
    builder = good(ocsp.OCSPResponseBuilder(), pki).responder_id(HASH, pki.rsa_cert)
    text = "Padding must be PSS or PKCS1v15"
    refuses(TypeError, text, builder.sign, pki.rsa_key, SHA256, rsa_padding="pss")
    text = "Padding is only supported for RSA keys"
    refuses(TypeError, text, response_builder(pki).sign, pki.ca_key, SHA256, rsa_padding=pss(32))
    with pytest.raises(ValueError, match="salt length"):
        builder.sign(pki.rsa_key, SHA256, rsa_padding=pss(padding.PSS.AUTO))


def test_pkcs1_parameters(pki):
    builder = good(ocsp.OCSPResponseBuilder(), pki).responder_id(HASH, pki.rsa_cert)
    for chosen in (None, padding.PKCS1v15()):
        response = builder.sign(pki.rsa_key, SHA256, rsa_padding=chosen)
        assert isinstance(response.signature_algorithm_parameters, padding.PKCS1v15)


class KeyElsewhere:
    """A key that only signs, and records the arguments."""

    def __init__(self, key):
        self._key = key

    def sign(self, data, *arguments):
        self.arguments = arguments
        return bytearray(self._key.sign(data, *arguments))


def test_sign_with_a_key_elsewhere(pki):
    key = KeyElsewhere(pki.ca_key)
    response = response_builder(pki).sign(key, SHA256)
    assert isinstance(key.arguments[0], ec.ECDSA)
    public = pki.ca_key.public_key()
    public.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(SHA256))
    text = "Certificate public key and provided private key do not match"
    refuses(ValueError, text, response_builder(pki).sign, KeyElsewhere(pki.leaf_key), SHA256)
    builder = good(ocsp.OCSPResponseBuilder(), pki).responder_id(HASH, pki.rsa_cert)
    key = KeyElsewhere(pki.rsa_key)
    builder.sign(key, SHA256, rsa_padding=pss(padding.PSS.MAX_LENGTH))
    assert isinstance(key.arguments[0], padding.PSS) and key.arguments[1] is SHA256
    other = rsa.generate_private_key(65537, 2048)
    refuses(ValueError, text, builder.sign, KeyElsewhere(other), SHA256)


def test_certificates_refuses(pki):
    builder = ocsp.OCSPResponseBuilder()
    refuses(ValueError, "certs must not be an empty list", builder.certificates, [])
    refuses(TypeError, "certs must be a list of Certificates", builder.certificates, ["x"])
    text = "certificates may only be set once"
    refuses(ValueError, text, builder.certificates([pki.ca]).certificates, [pki.ca])


def test_responder_id_refuses(pki):
    builder = ocsp.OCSPResponseBuilder()
    refuses(TypeError, "responder_cert must be a Certificate", builder.responder_id, HASH, 1)
    text = "encoding must be an element from OCSPResponderEncoding"
    refuses(TypeError, text, builder.responder_id, "By Hash", pki.ca)
    text = "responder_id can only be set once"
    refuses(ValueError, text, builder.responder_id(HASH, pki.ca).responder_id, HASH, pki.ca)


@pytest.mark.parametrize("status", list(ocsp.OCSPResponseStatus)[1:])
def test_unsuccessful(status):
    response = ocsp.OCSPResponseBuilder.build_unsuccessful(status)
    assert response.response_status is status
    assert response.public_bytes(DER) == b"0\x03\n\x01" + bytes([status.value])


def test_unsuccessful_refuses():
    build = ocsp.OCSPResponseBuilder.build_unsuccessful
    refuses(TypeError, "response_status must be an item from OCSPResponseStatus", build, 1)
    text = "response_status cannot be SUCCESSFUL"
    refuses(ValueError, text, build, ocsp.OCSPResponseStatus.SUCCESSFUL)


def test_certificates_are_read_anew(pki):
    # More certificates than are kept, each with its own serial number.
    certs = [issue("x", pki.leaf_key, "CA", pki.ca_key, serial=n + 1) for n in range(100)]
    for _ in range(2):
        for n, cert in enumerate(certs):
            built = ocsp.OCSPRequestBuilder().add_certificate(cert, pki.ca, SHA1).build()
            assert built.serial_number == n + 1

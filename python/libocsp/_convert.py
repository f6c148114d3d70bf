# SPDX-License-Identifier: MIT
"""From the fields of a message to the objects of the package cryptography.

The extension module imports this file while it is itself imported, and takes the names in
capitals and the functions below. Of the extension module, only what needs none of these can
be used here at that time: its functions for DER.
"""

from __future__ import annotations

import datetime
import itertools
import typing

from cryptography import utils, x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.x509 import ocsp as _pyca

from libocsp import _ocsp

# The enums are cryptography's own, so that values from both packages compare with `is`.
OCSPResponseStatus = _pyca.OCSPResponseStatus
OCSPCertStatus = _pyca.OCSPCertStatus
OCSPResponderEncoding = _pyca.OCSPResponderEncoding

# SCTs cannot be constructed: cryptography reads a list of them from a response.
_load_by_cryptography = _pyca.load_der_ocsp_response

_S = OCSPResponseStatus
# The numbers of the core, which are those of the message plus one.
RESPONSE_STATUSES = (
    None,
    _S.SUCCESSFUL,
    _S.MALFORMED_REQUEST,
    _S.INTERNAL_ERROR,
    _S.TRY_LATER,
    None,
    _S.SIG_REQUIRED,
    _S.UNAUTHORIZED,
)
CERT_STATUSES = (None, OCSPCertStatus.GOOD, OCSPCertStatus.REVOKED, OCSPCertStatus.UNKNOWN)

# By the number in RFC 5280 5.3.1.
_R = x509.ReasonFlags
REASONS = (
    _R.unspecified,
    _R.key_compromise,
    _R.ca_compromise,
    _R.affiliation_changed,
    _R.superseded,
    _R.cessation_of_operation,
    _R.certificate_hold,
    None,
    _R.remove_from_crl,
    _R.privilege_withdrawn,
    _R.aa_compromise,
)

# By enum oc_hash. They hold nothing that changes, so one of each is enough.
HASHES = (
    None,
    hashes.SHA1(),
    hashes.SHA224(),
    hashes.SHA256(),
    hashes.SHA384(),
    hashes.SHA512(),
)

DER = serialization.Encoding.DER
DATETIME = datetime.datetime
UTC = datetime.timezone.utc
# Naive times are deprecated where cryptography has deprecated its own.
WARNING = getattr(utils, "DeprecatedIn43", None)

object_identifier = x509.ObjectIdentifier


class EncodingError(TypeError, ValueError):
    """Not an Encoding: cryptography raises ValueError before 41, TypeError since."""


class UnsupportedHash(UnsupportedAlgorithm, ValueError):
    """A hash that does not sign: cryptography raises ValueError before 39."""


class OCSPVerificationError(Exception):
    """Why a response, or the signature of a request, is not believed.

    `code` is a short name for the check that failed, for instance "expired"; `reason` says it
    in words, `section` where the check is written down, and `offset` which octet of the
    message the part at fault begins at.
    """

    def __init__(self, code: str, offset: int, reason: str) -> None:
        super().__init__(code, offset, reason)
        self.code = code
        self.offset = offset
        self.reason = reason

    @property
    def section(self) -> str | None:
        _, bracket, section = self.reason.rpartition("(")
        return section.rstrip(")") if bracket and section.startswith("RFC ") else None

    def __str__(self) -> str:
        return f"{self.reason}, byte {self.offset}"


verification_error = OCSPVerificationError


# The core reads and writes the elements, and the text of an identifier. It takes the content of
# an INTEGER or identifier as octets and has no function that makes them of a number or of text, and
# neither has cryptography for an ObjectIdentifier: these are the two that remain here.


def tlv(tag: int, *content: bytes) -> bytes:
    """One element with this tag."""
    return _ocsp.element(tag, b"".join(content))


def read_tlv(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content and the octets after the element. Raises ValueError if it is not DER."""
    return _ocsp.read_element(data)


def oid_text(content: bytes) -> str:
    """The text of the content of an OBJECT IDENTIFIER. Raises ValueError if that is invalid."""
    return _ocsp.oid_text(content)


def integer(number: int) -> bytes:
    """The content of an INTEGER: the shortest two's complement, as int.to_bytes() has it."""
    magnitude = number if number >= 0 else ~number
    return number.to_bytes(magnitude.bit_length() // 8 + 1, "big", signed=True)


def oid_content(dotted: str) -> bytes:
    """The content of an OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    out = b""
    for arc in (first * 40 + second, *rest):
        octets = [arc & 127]
        while arc := arc >> 7:
            octets.append(arc & 127 | 128)
        out += bytes(reversed(octets))
    return out


# Signature algorithms (RFC 4055, 5758, 8410, 9881; SHA-3: RFC 8702 and NIST).

_RSA = "1.2.840.113549.1.1."
_ECDSA = "1.2.840.10045.4."
_NIST = "2.16.840.1.101.3.4.3."
_NO_HASH = (
    "1.3.101.112",  # Ed25519
    "1.3.101.113",  # Ed448
    _NIST + "17",  # ML-DSA-44, 65, 87
    _NIST + "18",
    _NIST + "19",
    "1.2.643.2.2.3",  # GOST
    "1.2.643.7.1.1.3.2",
    "1.2.643.7.1.1.3.3",
)
PSS = _RSA + "10"

# By kind of key and name of hash.
SIGNATURE_OIDS = {
    ("rsa", "md5"): _RSA + "4",
    ("rsa", "sha1"): _RSA + "5",
    ("rsa", "sha224"): _RSA + "14",
    ("rsa", "sha256"): _RSA + "11",
    ("rsa", "sha384"): _RSA + "12",
    ("rsa", "sha512"): _RSA + "13",
    ("rsa", "sha3-224"): _NIST + "13",
    ("rsa", "sha3-256"): _NIST + "14",
    ("rsa", "sha3-384"): _NIST + "15",
    ("rsa", "sha3-512"): _NIST + "16",
    ("ec", "sha1"): _ECDSA + "1",
    ("ec", "sha224"): _ECDSA + "3.1",
    ("ec", "sha256"): _ECDSA + "3.2",
    ("ec", "sha384"): _ECDSA + "3.3",
    ("ec", "sha512"): _ECDSA + "3.4",
    ("ec", "sha3-224"): _NIST + "9",
    ("ec", "sha3-256"): _NIST + "10",
    ("ec", "sha3-384"): _NIST + "11",
    ("ec", "sha3-512"): _NIST + "12",
    ("dsa", "sha1"): "1.2.840.10040.4.3",
    ("dsa", "sha224"): _NIST + "1",
    ("dsa", "sha256"): _NIST + "2",
    ("dsa", "sha384"): _NIST + "3",
    ("dsa", "sha512"): _NIST + "4",
}
HASH_OIDS = {
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
    "sha3-224": "2.16.840.1.101.3.4.2.7",
    "sha3-256": "2.16.840.1.101.3.4.2.8",
    "sha3-384": "2.16.840.1.101.3.4.2.9",
    "sha3-512": "2.16.840.1.101.3.4.2.10",
}
_HASH_BY_NAME: dict[str, hashes.HashAlgorithm] = {
    made.name: made
    for made in (
        hashes.MD5(),
        hashes.SHA1(),
        hashes.SHA224(),
        hashes.SHA256(),
        hashes.SHA384(),
        hashes.SHA512(),
        hashes.SHA3_224(),
        hashes.SHA3_256(),
        hashes.SHA3_384(),
        hashes.SHA3_512(),
    )
}
_KEY_BY_OID = {oid: key for (key, _), oid in SIGNATURE_OIDS.items()}
_HASH_BY_OID = {oid: _HASH_BY_NAME[name] for (_, name), oid in SIGNATURE_OIDS.items()}
_HASH_BY_OID["1.3.14.3.2.29"] = _HASH_BY_NAME["sha1"]  # an older sha1WithRSA
_KEY_BY_OID["1.3.14.3.2.29"] = "rsa"

SIGNATURE_HASHES: dict[bytes, hashes.HashAlgorithm | None] = {
    **{oid_content(oid): made for oid, made in _HASH_BY_OID.items()},
    **{oid_content(oid): None for oid in _NO_HASH},
}
OIDS = {
    content: x509.ObjectIdentifier(oid_text(content))
    for content in (*SIGNATURE_HASHES, oid_content(PSS))
}


def unsupported(oid: str) -> UnsupportedAlgorithm:
    return UnsupportedAlgorithm(f"Signature algorithm OID: {oid} not recognized")


# The library reads these parameters only to verify with them, inside its OpenSSL layer, and has no
# function that returns their fields. So they are taken here, with the reader of the core.


def _pss_parameters(parameters: bytes | None) -> tuple[hashes.HashAlgorithm, str, int] | None:
    """Hash, name of the hash in MGF1, and length of the salt (RFC 4055 3.1)."""
    if parameters is None or parameters[0] != 0x30:
        return None
    names = {oid: name for name, oid in HASH_OIDS.items()}
    hash_name, mgf_name, salt = "sha1", "sha1", 20
    rest = read_tlv(parameters)[1]
    while rest:
        tag, field, rest = read_tlv(rest)
        if tag == 0xA0:
            hash_name = names.get(oid_text(read_tlv(read_tlv(field)[1])[1]), "")
        elif tag == 0xA1:
            inner = read_tlv(read_tlv(field)[1])[2]
            mgf_name = names.get(oid_text(read_tlv(read_tlv(inner)[1])[1]), "")
        elif tag == 0xA2:
            salt = int.from_bytes(read_tlv(field)[1], "big")
    if hash_name not in _HASH_BY_NAME or mgf_name not in _HASH_BY_NAME:
        return None
    return _HASH_BY_NAME[hash_name], mgf_name, salt


def _read_pss(parameters: bytes | None) -> tuple[hashes.HashAlgorithm, str, int] | None:
    # The parameters may be any element: the core has not looked inside.
    try:
        return _pss_parameters(parameters)
    except (IndexError, ValueError):
        return None


def signature_hash(oid: str, parameters: bytes | None) -> hashes.HashAlgorithm:
    """The hash of an algorithm that is not in SIGNATURE_HASHES."""
    read = _read_pss(parameters) if oid == PSS else None
    if read is None:
        raise unsupported(oid)
    return read[0]


def signature_parameters(
    oid: str, parameters: bytes | None
) -> padding.PSS | padding.PKCS1v15 | ec.ECDSA | None:
    """The argument of the public key's verify() before the hash, as on x509.Certificate."""
    if oid == PSS:
        read = _read_pss(parameters)
        if read is None:
            raise unsupported(oid)
        return padding.PSS(mgf=padding.MGF1(_HASH_BY_NAME[read[1]]), salt_length=read[2])
    key = _KEY_BY_OID.get(oid)
    if key == "rsa":
        return padding.PKCS1v15()
    return ec.ECDSA(_HASH_BY_OID[oid]) if key == "ec" else None


def duplicate(oid: str) -> x509.DuplicateExtension:
    return x509.DuplicateExtension(
        f"Duplicate {oid} extension found", x509.ObjectIdentifier(oid)
    )


# Most versions of cryptography have no public function that makes a Name from DER, but they read
# one in a certificate: this is a certificate around a subject and a subjectAltName.

_ALGORITHM = tlv(0x30, tlv(0x06, oid_content("1.3.101.112")))
_EMPTY_NAME = tlv(0x30)
_VALIDITY = tlv(0x30, tlv(0x17, b"700101000000Z"), tlv(0x17, b"700101000000Z"))
_KEY = tlv(0x30, _ALGORITHM, tlv(0x03, b"\0" + b"\1" * 32))
_SUBJECT_ALT_NAME = oid_content("2.5.29.17")


def certificate(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


def _certificate_with(subject: bytes, names: bytes | None = None) -> x509.Certificate:
    fields = [
        tlv(0xA0, tlv(0x02, b"\2")),
        tlv(0x02, b"\1"),
        _ALGORITHM,
        _EMPTY_NAME,
        _VALIDITY,
        subject,
        _KEY,
    ]
    if names is not None:
        extension = tlv(0x30, tlv(0x06, _SUBJECT_ALT_NAME), tlv(0x04, names))
        fields.append(tlv(0xA3, tlv(0x30, extension)))
    return certificate(tlv(0x30, tlv(0x30, *fields), _ALGORITHM, tlv(0x03, b"\0")))


def name(der: bytes) -> x509.Name:
    """A Name from its DER."""
    try:
        return _certificate_with(der).subject
    except KeyError as error:
        raise ValueError(f"a Name with a string of type {error}") from None


def _general_names(elements: typing.Iterable[bytes]) -> list[x509.GeneralName]:
    try:
        made = _certificate_with(_EMPTY_NAME, tlv(0x30, *elements)).extensions
    except KeyError as error:
        raise ValueError(f"a Name with a string of type {error}") from None
    return list(made.get_extension_for_class(x509.SubjectAlternativeName).value)


def general_name(der: bytes) -> x509.GeneralName:
    """A GeneralName from its DER."""
    return _general_names([der])[0]


# Extensions.


def _acceptable_responses(oids: list[str]) -> x509.ExtensionType | None:
    made = getattr(x509, "OCSPAcceptableResponses", None)
    return made([x509.ObjectIdentifier(oid) for oid in oids]) if made else None


def _crl_reason(number: int) -> x509.CRLReason:
    flag = REASONS[number] if number < len(REASONS) else None
    if flag is None:
        raise ValueError(f"Unsupported reason code: {number}")
    return x509.CRLReason(flag)


def _scts(value: bytes) -> x509.ExtensionType:
    """The list, read by cryptography: it is put into a response made for it."""
    oid = x509.SignedCertificateTimestamps.oid
    hashed = tlv(0x04, bytes(20))
    sha1 = tlv(0x30, tlv(0x06, oid_content(HASH_OIDS["sha1"])))
    time = tlv(0x18, b"19700101000000Z")
    extension = tlv(0x30, tlv(0x06, oid_content(oid.dotted_string)), tlv(0x04, value))
    single = tlv(
        0x30,
        tlv(0x30, sha1, hashed, hashed, tlv(0x02, b"\1")),
        tlv(0x80),
        time,
        tlv(0xA1, tlv(0x30, extension)),
    )
    tbs = tlv(0x30, tlv(0xA2, hashed), time, tlv(0x30, single))
    basic = tlv(0x30, tbs, _ALGORITHM, tlv(0x03, b"\0"))
    body = tlv(0x30, tlv(0x06, oid_content("1.3.6.1.5.5.7.48.1.1")), tlv(0x04, basic))
    message = tlv(0x30, tlv(0x0A, b"\0"), tlv(0xA0, body))
    made = _load_by_cryptography(message).single_extensions
    return made.get_extension_for_oid(oid).value


_IN_REQUEST, _IN_SINGLE_REQUEST, _IN_RESPONSE, _IN_SINGLE_RESPONSE = range(4)

_Maker = typing.Callable[[typing.Any, bytes], typing.Optional[x509.ExtensionType]]
_NONCE: _Maker = lambda nonce, value: x509.OCSPNonce(nonce)
_MAKERS: dict[int, dict[str, _Maker]] = {
    _IN_REQUEST: {
        "nonce": _NONCE,
        "acceptableResponses": lambda oids, value: _acceptable_responses(oids),
    },
    _IN_SINGLE_REQUEST: {},
    _IN_RESPONSE: {"nonce": _NONCE},
    _IN_SINGLE_RESPONSE: {
        "signedCertificateTimestamps": lambda scts, value: _scts(value),
        "reasonCode": lambda number, value: _crl_reason(number),
        "invalidityDate": lambda time, value: x509.InvalidityDate(time),
        "certificateIssuer": lambda names, value: x509.CertificateIssuer(_general_names(names)),
    },
}


def extensions(
    items: list[tuple[str, str, bool, bytes, typing.Any]], context: int
) -> x509.Extensions:
    """A list of (name, identifier, critical, value, value decoded) as cryptography has it."""
    makers = _MAKERS[context]
    made = []
    for known_as, dotted, critical, value, decoded in items:
        oid = x509.ObjectIdentifier(dotted)
        maker = makers.get(known_as)
        extension = maker(decoded, value) if maker else None
        if extension is None:
            extension = x509.UnrecognizedExtension(oid, value)
        made.append(x509.Extension(oid, critical, extension))
    return x509.Extensions(made)


# The functions that pickle calls.


def nth_request(request: typing.Any, index: int) -> typing.Any:
    return next(itertools.islice(request.requests, index, None))


def nth_response(response: typing.Any, index: int) -> typing.Any:
    return next(itertools.islice(response.responses, index, None))


# The class of certificates: asking it is faster than isinstance() with an abstract one.
CERTIFICATE_TYPE = type(_certificate_with(_EMPTY_NAME))

# SPDX-License-Identifier: MIT
"""Builders of requests and responses (RFC 6960 4.1.1, 4.2.1).

They never change: each call returns a new builder. Their checks have the exceptions, the texts
and the order of cryptography; the core makes the octets.
"""

from __future__ import annotations

import datetime
import time
import typing

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from libocsp import _ocsp
from libocsp._convert import (
    CERTIFICATE_TYPE,
    CERT_STATUSES,
    HASHES,
    HASH_OIDS,
    PSS,
    REASONS,
    SIGNATURE_OIDS,
    OCSPCertStatus,
    OCSPResponderEncoding,
    OCSPResponseStatus,
    UnsupportedHash,
    integer,
    oid_content,
    read_tlv,
    tlv,
)

try:  # since cryptography 47
    from cryptography.hazmat.primitives.asymmetric import mldsa  # type: ignore[attr-defined]
except ImportError:
    mldsa = None

# Named fields for the extension module; OCPY_FIELDS in state.h lists them.
_Fields = typing.Dict[str, typing.Any]
_Extensions = typing.Tuple[x509.Extension, ...]

_HASH_INDEX = {type(made): i for i, made in enumerate(HASHES) if made is not None}
_STATUS_INDEX = {status: i for i, status in enumerate(CERT_STATUSES)}
_REASON_NUMBER = {reason: i for i, reason in enumerate(REASONS)}
_EARLIEST = datetime.datetime(1950, 1, 1)
_EPOCH = datetime.datetime(1970, 1, 1)


def _hash_index(algorithm: hashes.HashAlgorithm) -> int:
    index = _HASH_INDEX.get(type(algorithm))
    if index is not None:
        return index
    for kind, index in _HASH_INDEX.items():
        if isinstance(algorithm, kind):
            return index
    raise ValueError("Algorithm must be SHA1, SHA224, SHA256, SHA384, or SHA512")


def is_certificate(cert: object) -> bool:
    return type(cert) is CERTIFICATE_TYPE or isinstance(cert, x509.Certificate)


def _id_by_certs(cert: typing.Any, issuer: typing.Any, index: int) -> _Fields:
    if not (is_certificate(cert) and is_certificate(issuer)):
        raise TypeError("cert and issuer must be a Certificate")
    return {"hash": index, "cert": cert, "issuer": issuer}


def _id_by_hash(
    issuer_name_hash: bytes, issuer_key_hash: bytes, serial_number: int, algorithm: typing.Any
) -> _Fields:
    if not isinstance(serial_number, int):
        raise TypeError("serial_number must be an integer")
    index = _hash_index(algorithm)
    if not isinstance(issuer_name_hash, bytes):
        raise TypeError("issuer_name_hash must be bytes")
    if not isinstance(issuer_key_hash, bytes):
        raise TypeError("issuer_key_hash must be bytes")
    if not len(issuer_name_hash) == len(issuer_key_hash) == algorithm.digest_size:
        raise ValueError(
            "issuer_name_hash and issuer_key_hash must be the same length as the digest size "
            "of the algorithm"
        )
    return {
        "hash": index,
        "issuer_name_hash": issuer_name_hash,
        "issuer_key_hash": issuer_key_hash,
        "serial": integer(serial_number),
    }


# A serial number below zero is refused when the message is built, as cryptography does.
def _check_serials(entries: tuple[_Fields, ...]) -> None:
    for entry in entries:
        serial = entry["cert_id"].get("serial")
        if serial is not None and serial[0] >= 128:
            raise ValueError("Negative integers are not supported")


def _with_extension(
    extensions: _Extensions, extval: x509.ExtensionType, critical: bool
) -> _Extensions:
    if not isinstance(extval, x509.ExtensionType):
        raise TypeError("extension must be an ExtensionType")
    if any(known.oid == extval.oid for known in extensions):
        raise ValueError("This extension has already been set.")
    return (*extensions, x509.Extension(extval.oid, critical, extval))


def _encode_extension(extension: x509.Extension) -> _Fields:
    try:
        value = extension.value.public_bytes()
    except NotImplementedError:
        dotted = extension.oid.dotted_string
        raise NotImplementedError(f"Extension not supported: {dotted}") from None
    oid = oid_content(extension.oid.dotted_string)
    return {"oid": oid, "critical": extension.critical, "value": value}


def _encode(extensions: _Extensions) -> tuple[_Fields, ...]:
    return tuple(map(_encode_extension, extensions)) if extensions else ()


def _with_single_extension(
    entries: tuple[_Fields, ...], extval: x509.ExtensionType, critical: bool
) -> tuple[_Fields, ...]:
    last = entries[-1]
    extensions = _with_extension(last["extensions"], extval, critical)
    return (*entries[:-1], {**last, "extensions": extensions})


def _encode_entries(entries: tuple[_Fields, ...]) -> tuple[_Fields, ...]:
    return tuple(
        [
            {**entry, "extensions": _encode(entry["extensions"])} if entry["extensions"] else entry
            for entry in entries
        ]
    )


def naive_utc(moment: datetime.datetime) -> datetime.datetime:
    """A naive time is UTC already."""
    offset = moment.utcoffset()
    return moment.replace(tzinfo=None) - offset if offset else moment.replace(tzinfo=None)


def seconds(moment: datetime.datetime) -> int:
    """Whole seconds since 1970; those before a fraction."""
    since = naive_utc(moment) - _EPOCH
    return since.days * 86400 + since.seconds


# Keys and algorithms.

_KEYS: list[tuple[typing.Any, str]] = [
    (rsa.RSAPrivateKey, "rsa"),
    (rsa.RSAPublicKey, "rsa"),
    (ec.EllipticCurvePrivateKey, "ec"),
    (ec.EllipticCurvePublicKey, "ec"),
    (dsa.DSAPrivateKey, "dsa"),
    (dsa.DSAPublicKey, "dsa"),
    (ed25519.Ed25519PrivateKey, "1.3.101.112"),
    (ed25519.Ed25519PublicKey, "1.3.101.112"),
    (ed448.Ed448PrivateKey, "1.3.101.113"),
    (ed448.Ed448PublicKey, "1.3.101.113"),
]
for _bits, _arc in (("44", "17"), ("65", "18"), ("87", "19")):
    for _half in ("Private", "Public"):
        _class = getattr(mldsa, f"MLDSA{_bits}{_half}Key", None)
        if _class is not None:
            _KEYS.append((_class, f"2.16.840.1.101.3.4.3.{_arc}"))

_NOT_A_KEY = (
    "Key must be an rsa, dsa, ec, ed25519, ed448, ml-dsa-44, ml-dsa-65, or ml-dsa-87 private key."
)


def _kind_of(key: object) -> str | None:
    """rsa, ec or dsa; or the identifier of the algorithm that is the key's only one."""
    for kind, name in _KEYS:
        if isinstance(key, kind):
            return name
    return None


class _Signing:
    """The way one key signs: its algorithm, and the arguments of its sign() after the octets."""

    def __init__(
        self,
        key: typing.Any,
        algorithm: hashes.HashAlgorithm | None,
        cert: x509.Certificate,
        rsa_padding: padding.PSS | padding.PKCS1v15 | None,
    ) -> None:
        kind = _kind_of(key)
        if kind is None and callable(getattr(key, "sign", None)):
            kind = _kind_of(cert.public_key())
        if kind is None:
            raise TypeError(_NOT_A_KEY)
        self._key = key
        self._cert = cert
        if rsa_padding is not None:
            if kind != "rsa":
                raise TypeError("Padding is only supported for RSA keys")
            if not isinstance(rsa_padding, (padding.PSS, padding.PKCS1v15)):
                raise TypeError("Padding must be PSS or PKCS1v15")
        self._choose(kind, algorithm, rsa_padding)

    def _choose(
        self,
        kind: str,
        algorithm: hashes.HashAlgorithm | None,
        rsa_padding: padding.PSS | padding.PKCS1v15 | None,
    ) -> None:
        if algorithm is not None and not isinstance(algorithm, hashes.HashAlgorithm):
            raise TypeError("Algorithm must be a registered hash algorithm.")
        if kind[0].isdigit():
            if algorithm is not None:
                raise ValueError("Algorithm must be None when signing via ed25519 or ed448")
            self.algorithm = tlv(0x30, tlv(0x06, oid_content(kind)))
            self._arguments: tuple[typing.Any, ...] = ()
            return
        if algorithm is None:
            raise TypeError("Algorithm must be a registered hash algorithm, not None.")
        self._with_hash(kind, algorithm, rsa_padding)

    def _with_hash(
        self,
        kind: str,
        algorithm: hashes.HashAlgorithm,
        rsa_padding: padding.PSS | padding.PKCS1v15 | None,
    ) -> None:
        if algorithm.name not in HASH_OIDS or algorithm.name == "sha1":
            raise UnsupportedHash(
                f'Hash algorithm "{algorithm.name}" not supported for signatures'
            )
        if (kind, algorithm.name) not in SIGNATURE_OIDS:
            raise ValueError("SHA3 hashes are not supported with DSA keys")
        oid = tlv(0x06, oid_content(SIGNATURE_OIDS[kind, algorithm.name]))
        if isinstance(rsa_padding, padding.PSS):
            self._with_pss(algorithm, rsa_padding)
        elif kind == "rsa":
            self.algorithm = tlv(0x30, oid, tlv(0x05))
            self._arguments = (padding.PKCS1v15(), algorithm)
        else:
            self.algorithm = tlv(0x30, oid)
            self._arguments = (ec.ECDSA(algorithm) if kind == "ec" else algorithm,)

    # oc_sign_algorithm() writes the parameters of one hash with a salt of its length. A padding of
    # cryptography may have two hashes and any salt, so its parameters are made here.
    def _with_pss(self, algorithm: hashes.HashAlgorithm, pss: padding.PSS) -> None:
        salt: typing.Any = pss._salt_length
        if salt is padding.PSS.MAX_LENGTH:
            salt = padding.calculate_max_pss_salt_length(
                typing.cast(typing.Any, self._cert.public_key()), algorithm
            )
        elif salt is getattr(padding.PSS, "DIGEST_LENGTH", None):
            salt = algorithm.digest_size
        if not isinstance(salt, int):
            raise ValueError("The salt length of PSS must be known to sign")
        mgf_hash = pss._mgf._algorithm
        if mgf_hash.name not in HASH_OIDS:
            raise UnsupportedHash(f'Hash algorithm "{mgf_hash.name}" not supported for MGF1')
        mgf = tlv(0x30, tlv(0x06, oid_content(PSS[:-2] + "8")), _hash_der(mgf_hash))
        parameters = tlv(
            0x30,
            tlv(0xA0, _hash_der(algorithm)),
            tlv(0xA1, mgf),
            tlv(0xA2, tlv(0x02, integer(salt))),
        )
        self.algorithm = tlv(0x30, tlv(0x06, oid_content(PSS)), parameters)
        made = padding.PSS(mgf=padding.MGF1(mgf_hash), salt_length=salt)
        self._arguments = (made, algorithm)

    def sign(self, tbs: bytes) -> bytes:
        """The signature. A key that is not the certificate's is detected in either case."""
        public = getattr(self._key, "public_key", None)
        if public is not None and _spki(public()) != _spki(self._cert.public_key()):
            raise ValueError(_MISMATCH)
        signature = bytes(self._key.sign(tbs, *self._arguments))
        if public is None:
            verify: typing.Any = self._cert.public_key()
            try:
                verify.verify(signature, tbs, *self._arguments)
            except InvalidSignature:
                raise ValueError(_MISMATCH) from None
        return signature


_MISMATCH = "Certificate public key and provided private key do not match"


def _hash_der(algorithm: hashes.HashAlgorithm) -> bytes:
    # Parameters NULL: some readers of RSASSA-PSS want them (RFC 4055 2.1).
    return tlv(0x30, tlv(0x06, oid_content(HASH_OIDS[algorithm.name])), tlv(0x05))


def _spki(key: typing.Any) -> bytes:
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _check_certs(certs: typing.Iterable[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    out = tuple(certs)
    if not all(is_certificate(cert) for cert in out):
        raise TypeError("certs must be a list of Certificates")
    return out


class OCSPRequestBuilder:
    """Builds requests. With `allow_multiple`, certificates can be added again and again."""

    __slots__ = ("_allow_multiple", "_entries", "_extensions", "_requestor_name")

    def __init__(self, *, allow_multiple: bool = False) -> None:
        self._allow_multiple = allow_multiple
        self._entries: tuple[_Fields, ...] = ()  # single requests; extensions not encoded
        self._extensions: _Extensions = ()
        self._requestor_name: bytes | None = None

    def _copy(self) -> OCSPRequestBuilder:
        new = object.__new__(OCSPRequestBuilder)
        new._allow_multiple = self._allow_multiple
        new._entries = self._entries
        new._extensions = self._extensions
        new._requestor_name = self._requestor_name
        return new

    def _check_room(self) -> None:
        if self._entries and not self._allow_multiple:
            raise ValueError("Only one certificate can be added to a request")

    def add_certificate(
        self, cert: x509.Certificate, issuer: x509.Certificate, algorithm: hashes.HashAlgorithm
    ) -> OCSPRequestBuilder:
        """Ask about `cert`, which `issuer` has issued."""
        self._check_room()
        cert_id = _id_by_certs(cert, issuer, _hash_index(algorithm))
        new = self._copy()
        new._entries = (*self._entries, {"cert_id": cert_id, "extensions": ()})
        return new

    def add_certificate_by_hash(
        self,
        issuer_name_hash: bytes,
        issuer_key_hash: bytes,
        serial_number: int,
        algorithm: hashes.HashAlgorithm,
    ) -> OCSPRequestBuilder:
        """Ask about a certificate that is not at hand."""
        self._check_room()
        cert_id = _id_by_hash(issuer_name_hash, issuer_key_hash, serial_number, algorithm)
        new = self._copy()
        new._entries = (*self._entries, {"cert_id": cert_id, "extensions": ()})
        return new

    def add_extension(self, extval: x509.ExtensionType, critical: bool) -> OCSPRequestBuilder:
        """Add an extension to the request as a whole."""
        new = self._copy()
        new._extensions = _with_extension(self._extensions, extval, critical)
        return new

    def add_single_extension(
        self, extval: x509.ExtensionType, critical: bool
    ) -> OCSPRequestBuilder:
        """Add an extension to the single request that was added last."""
        if not self._entries:
            raise ValueError("You must add a certificate before its extensions")
        new = self._copy()
        new._entries = _with_single_extension(self._entries, extval, critical)
        return new

    def requestor_name(self, name: x509.Name | x509.GeneralName) -> OCSPRequestBuilder:
        """Set the name of the requestor."""
        if self._requestor_name is not None:
            raise ValueError("requestor_name can only be set once")
        new = self._copy()
        if isinstance(name, x509.Name):
            new._requestor_name = name.public_bytes()
        elif isinstance(name, x509.GeneralName):
            names = x509.SubjectAlternativeName([name]).public_bytes()
            new._requestor_name = read_tlv(names)[1]
        else:
            raise TypeError("name must be a Name or a GeneralName")
        return new

    def _arguments(self, name: bytes | None) -> tuple[typing.Any, ...]:
        if not self._entries:
            raise ValueError("You must add a certificate before building")
        _check_serials(self._entries)
        return _encode_entries(self._entries), _encode(self._extensions), name

    def build(self) -> _ocsp.OCSPRequest:
        """The request, not signed."""
        return _ocsp.build_request(*self._arguments(self._requestor_name))

    def sign(
        self,
        private_key: typing.Any,
        algorithm: hashes.HashAlgorithm | None,
        certificates: typing.Iterable[x509.Certificate],
        *,
        rsa_padding: padding.PSS | padding.PKCS1v15 | None = None,
    ) -> _ocsp.OCSPRequest:
        """The request, signed (RFC 6960 4.1.2).

        The first of `certificates` is that of the key; its subject is the requestor's name,
        if none is set.
        """
        certs = _check_certs(certificates)
        if not certs:
            raise ValueError("certificates must not be an empty list")
        signing = _Signing(private_key, algorithm, certs[0], rsa_padding)
        name = self._requestor_name
        if name is None:
            name = certs[0].subject.public_bytes()
        tbs = _ocsp.build_request_tbs(*self._arguments(name))
        return _ocsp.assemble_request(tbs, signing.algorithm, signing.sign(tbs), certs)


def _check_revocation(
    cert_status: OCSPCertStatus, revocation_time: typing.Any, revocation_reason: typing.Any
) -> None:
    if cert_status is not OCSPCertStatus.REVOKED:
        if revocation_time is not None:
            raise ValueError("revocation_time can only be provided if the certificate is revoked")
        if revocation_reason is not None:
            raise ValueError(
                "revocation_reason can only be provided if the certificate is revoked"
            )
        return
    if not isinstance(revocation_time, datetime.datetime):
        raise TypeError("revocation_time must be a datetime object")
    if naive_utc(revocation_time) < _EARLIEST:
        raise ValueError("The revocation_time must be on or after 1950 January 1.")
    if revocation_reason is not None and not isinstance(revocation_reason, x509.ReasonFlags):
        raise TypeError("revocation_reason must be an item from the ReasonFlags enum or None")


def _answer(
    cert_id: _Fields,
    cert_status: OCSPCertStatus,
    this_update: datetime.datetime,
    next_update: datetime.datetime | None,
    revocation_time: datetime.datetime | None,
    revocation_reason: x509.ReasonFlags | None,
) -> _Fields:
    if not isinstance(this_update, datetime.datetime):
        raise TypeError("this_update must be a datetime object")
    if next_update is not None and not isinstance(next_update, datetime.datetime):
        raise TypeError("next_update must be a datetime object or None")
    if not isinstance(cert_status, OCSPCertStatus):
        raise TypeError("cert_status must be an item from the OCSPCertStatus enum")
    _check_revocation(cert_status, revocation_time, revocation_reason)
    return {
        "cert_id": cert_id,
        "status": _STATUS_INDEX[cert_status],
        "this_update": seconds(this_update),
        "next_update": None if next_update is None else seconds(next_update),
        "revocation_time": None if revocation_time is None else seconds(revocation_time),
        "reason": None if revocation_reason is None else _REASON_NUMBER[revocation_reason],
        "extensions": (),
    }


class OCSPResponseBuilder:
    """Builds responses. With `allow_multiple`, responses can be added again and again."""

    __slots__ = (
        "_allow_multiple",
        "_certs",
        "_entries",
        "_extensions",
        "_produced_at",
        "_responder",
    )

    def __init__(self, *, allow_multiple: bool = False) -> None:
        self._allow_multiple = allow_multiple
        self._entries: tuple[_Fields, ...] = ()  # single responses; extensions not encoded
        self._responder: tuple[x509.Certificate, OCSPResponderEncoding] | None = None
        self._certs: tuple[x509.Certificate, ...] | None = None
        self._extensions: _Extensions = ()
        self._produced_at: int | None = None

    def _with(self, **changes: typing.Any) -> OCSPResponseBuilder:
        new = object.__new__(OCSPResponseBuilder)
        for name in self.__slots__:
            setattr(new, name, changes.get(name, getattr(self, name)))
        return new

    def _check_room(self) -> None:
        if self._entries and not self._allow_multiple:
            raise ValueError("Only one response per OCSPResponse.")

    def add_response(
        self,
        cert: x509.Certificate,
        issuer: x509.Certificate,
        algorithm: hashes.HashAlgorithm,
        cert_status: OCSPCertStatus,
        this_update: datetime.datetime,
        next_update: datetime.datetime | None,
        revocation_time: datetime.datetime | None,
        revocation_reason: x509.ReasonFlags | None,
    ) -> OCSPResponseBuilder:
        """Add the status of `cert`, which `issuer` has issued."""
        self._check_room()
        if not (is_certificate(cert) and is_certificate(issuer)):
            raise TypeError("cert and issuer must be a Certificate")
        cert_id = _id_by_certs(cert, issuer, _hash_index(algorithm))
        answer = _answer(
            cert_id, cert_status, this_update, next_update, revocation_time, revocation_reason
        )
        return self._with(_entries=(*self._entries, answer))

    def add_response_by_hash(
        self,
        issuer_name_hash: bytes,
        issuer_key_hash: bytes,
        serial_number: int,
        algorithm: hashes.HashAlgorithm,
        cert_status: OCSPCertStatus,
        this_update: datetime.datetime,
        next_update: datetime.datetime | None,
        revocation_time: datetime.datetime | None,
        revocation_reason: x509.ReasonFlags | None,
    ) -> OCSPResponseBuilder:
        """Add the status of a certificate that is not at hand."""
        self._check_room()
        cert_id = _id_by_hash(issuer_name_hash, issuer_key_hash, serial_number, algorithm)
        answer = _answer(
            cert_id, cert_status, this_update, next_update, revocation_time, revocation_reason
        )
        return self._with(_entries=(*self._entries, answer))

    def responder_id(
        self, encoding: OCSPResponderEncoding, responder_cert: x509.Certificate
    ) -> OCSPResponseBuilder:
        """Set the responder that signs, by name or by key hash."""
        if self._responder is not None:
            raise ValueError("responder_id can only be set once")
        if not is_certificate(responder_cert):
            raise TypeError("responder_cert must be a Certificate")
        if not isinstance(encoding, OCSPResponderEncoding):
            raise TypeError("encoding must be an element from OCSPResponderEncoding")
        return self._with(_responder=(responder_cert, encoding))

    def certificates(self, certs: typing.Iterable[x509.Certificate]) -> OCSPResponseBuilder:
        """Include these certificates in the response."""
        if self._certs is not None:
            raise ValueError("certificates may only be set once")
        certs = tuple(certs)
        if not certs:
            raise ValueError("certs must not be an empty list")
        return self._with(_certs=_check_certs(certs))

    def produced_at(self, time: datetime.datetime) -> OCSPResponseBuilder:
        """Set when the response is signed, which otherwise is now."""
        if self._produced_at is not None:
            raise ValueError("produced_at can only be set once")
        if not isinstance(time, datetime.datetime):
            raise TypeError("produced_at must be a datetime object")
        return self._with(_produced_at=seconds(time))

    def add_extension(self, extval: x509.ExtensionType, critical: bool) -> OCSPResponseBuilder:
        """Add an extension to the response as a whole."""
        return self._with(_extensions=_with_extension(self._extensions, extval, critical))

    def add_single_extension(
        self, extval: x509.ExtensionType, critical: bool
    ) -> OCSPResponseBuilder:
        """Add an extension to the single response that was added last."""
        if not self._entries:
            raise ValueError("You must add a response before its extensions")
        return self._with(_entries=_with_single_extension(self._entries, extval, critical))

    def _tbs(self, cert: x509.Certificate, encoding: OCSPResponderEncoding) -> bytes:
        _check_serials(self._entries)
        entries = _encode_entries(self._entries)
        produced_at = int(time.time()) if self._produced_at is None else self._produced_at
        by_name = encoding is OCSPResponderEncoding.NAME
        return _ocsp.build_response_tbs(
            by_name, cert, produced_at, entries, _encode(self._extensions)
        )

    def sign(
        self,
        private_key: typing.Any,
        algorithm: hashes.HashAlgorithm | None,
        *,
        rsa_padding: padding.PSS | padding.PKCS1v15 | None = None,
    ) -> _ocsp.OCSPResponse:
        """The response, signed.

        `private_key` is a key of cryptography, or any object with a sign() method that takes
        what that of such a key takes.
        """
        if not self._entries:
            raise ValueError("You must add a response before signing")
        if self._responder is None:
            raise ValueError("You must add a responder_id before signing")
        cert, encoding = self._responder
        signing = _Signing(private_key, algorithm, cert, rsa_padding)
        tbs = self._tbs(cert, encoding)
        return _ocsp.assemble_response(
            tbs, signing.algorithm, signing.sign(tbs), self._certs or ()
        )

    @classmethod
    def build_unsuccessful(cls, response_status: OCSPResponseStatus) -> _ocsp.OCSPResponse:
        """An error response, which is not signed."""
        if not isinstance(response_status, OCSPResponseStatus):
            raise TypeError("response_status must be an item from OCSPResponseStatus")
        if response_status is OCSPResponseStatus.SUCCESSFUL:
            raise ValueError("response_status cannot be SUCCESSFUL")
        return _ocsp.error_response(response_status.value)

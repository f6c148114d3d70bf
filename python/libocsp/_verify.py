# SPDX-License-Identifier: MIT
"""Whether to believe a response (RFC 6960 3.2), and which single response counts."""

from __future__ import annotations

import dataclasses
import datetime
import time
import typing

from cryptography import utils, x509

from libocsp import _ocsp
from libocsp._build import is_certificate, seconds
from libocsp._convert import REASONS, OCSPCertStatus, certificate, integer, name


class OCSPNonceRule(utils.Enum):
    """The rule for the nonce of a response (RFC 9654 2.1)."""

    IF_PRESENT = 0  # a nonce in the response must be the one sent, if one was sent
    REQUIRED = 1  # the response must have it, too
    IGNORED = 2


@dataclasses.dataclass(frozen=True)
class OCSPPolicy:
    """The rules for believing a response.

    `skew` is by how much clocks may differ, `max_age` how long ago this_update may be in a
    response without next_update. `nonce` is the one that was sent. `trusted` are certificates
    of responders that are believed although the issuer has not authorised them.
    """

    skew: datetime.timedelta = datetime.timedelta(minutes=5)
    max_age: datetime.timedelta = datetime.timedelta(days=1)
    nonce: bytes | None = None
    nonce_rule: OCSPNonceRule = OCSPNonceRule.IF_PRESENT
    trusted: tuple[x509.Certificate, ...] = ()
    insecure_allow_sha1: bool = False
    insecure_allow_small_rsa: bool = False
    ignore_times: bool = False

    def _fields(self, now: datetime.datetime | None) -> dict[str, typing.Any]:
        trusted = tuple(self.trusted)
        if not all(is_certificate(cert) for cert in trusted):
            raise TypeError("trusted must be Certificates")
        return {
            "now": int(time.time()) if now is None else seconds(now),
            "skew": int(self.skew.total_seconds()),
            "max_age": int(self.max_age.total_seconds()),
            "nonce_rule": self.nonce_rule.value,
            "nonce": self.nonce,
            "trusted": trusted,
            "insecure_allow_sha1": self.insecure_allow_sha1,
            "insecure_allow_small_rsa": self.insecure_allow_small_rsa,
            "ignore_times": self.ignore_times,
        }


@dataclasses.dataclass(frozen=True)
class OCSPVerdict:
    """The content of a response that is believed. All times are aware.

    `signer` is "issuer", "delegate" or "trusted"; `signer_certificate` is None when the issuer
    signed. A delegate whose `signer_needs_check` should itself be checked for revocation.
    `ask_again` is when to fetch a newer response. `revocation_reason` is a number if RFC 5280
    has no name for it.
    """

    certificate_status: OCSPCertStatus
    revocation_time: datetime.datetime | None
    revocation_reason: x509.ReasonFlags | int | None
    is_not_issued: bool
    this_update: datetime.datetime
    next_update: datetime.datetime | None
    produced_at: datetime.datetime
    archive_cutoff: datetime.datetime | None
    signer: str
    signer_certificate: x509.Certificate | None
    signer_needs_check: bool
    has_nonce: bool
    ask_again: datetime.datetime

    @property
    def is_good(self) -> bool:
        """Whether the certificate is good, and nothing else is good."""
        return self.certificate_status is OCSPCertStatus.GOOD

    def __bool__(self) -> bool:
        raise TypeError("a verdict is neither true nor false: ask is_good or certificate_status")


@dataclasses.dataclass(frozen=True)
class OCSPRequestor:
    """The signer of a request that is believed. `certificate` is None for the issuer's own."""

    signer: str
    name: x509.Name
    certificate: x509.Certificate | None


def _check_policy(policy: OCSPPolicy | None) -> OCSPPolicy:
    if policy is None:
        return OCSPPolicy()
    if not isinstance(policy, OCSPPolicy):
        raise TypeError("policy must be an OCSPPolicy or None")
    return policy


def _check_now(now: datetime.datetime | None) -> None:
    if now is not None and not isinstance(now, datetime.datetime):
        raise TypeError("now must be a datetime object or None")


def _check_issuer(issuer: x509.Certificate) -> None:
    if not is_certificate(issuer):
        raise TypeError("issuer must be a Certificate")


def _reason(number: int | None) -> x509.ReasonFlags | int | None:
    if number is None:
        return None
    known = REASONS[number] if number < len(REASONS) else None
    return number if known is None else known


def _certificate(der: bytes | None) -> x509.Certificate | None:
    return None if der is None else certificate(der)


def verify(
    self: _ocsp.OCSPResponse,
    issuer: x509.Certificate,
    cert: x509.Certificate | int,
    now: datetime.datetime | None = None,
    policy: OCSPPolicy | None = None,
) -> OCSPVerdict:
    """Check that the response is a trustworthy and current answer about a certificate.

    `issuer` has issued the certificate in question, `cert`, for which its serial number is
    enough. `now` is the time to judge by, if not the present; a naive one is UTC. Raises
    OCSPVerificationError, or returns the verdict, which may be that it is revoked.
    """
    _check_issuer(issuer)
    _check_now(now)
    if isinstance(cert, int) and not isinstance(cert, bool):
        about: typing.Any = integer(cert)
    elif is_certificate(cert):
        about = cert
    else:
        raise TypeError("cert must be a Certificate or its serial number")
    made = _ocsp.verify(self, issuer, about, _check_policy(policy)._fields(now))
    made["revocation_reason"] = _reason(made["revocation_reason"])
    made["signer_certificate"] = _certificate(made["signer_certificate"])
    return OCSPVerdict(**made)


def verify_request(
    self: _ocsp.OCSPRequest,
    issuer: x509.Certificate,
    now: datetime.datetime | None = None,
    policy: OCSPPolicy | None = None,
) -> OCSPRequestor:
    """Check the signature of the request (RFC 6960 4.1.2).

    `issuer` is the CA whose certificates requestors have. Raises OCSPVerificationError, also
    for a request without a signature.
    """
    _check_issuer(issuer)
    _check_now(now)
    made = _ocsp.verify_request(self, issuer, _check_policy(policy)._fields(now))
    made["name"] = name(made["name"])
    made["certificate"] = _certificate(made["certificate"])
    return OCSPRequestor(**made)


def response_for(
    self: _ocsp.OCSPResponse,
    asked: _ocsp.OCSPRequest | _ocsp.OCSPSingleRequest | x509.Certificate,
    issuer: x509.Certificate | None = None,
) -> _ocsp.OCSPSingleResponse:
    """The single response about what a request asks, or about a certificate of `issuer`.

    Of several the strictest: revoked, then unknown, then good; of equal ones the one with the
    latest this_update. Raises LookupError if there is none. Nothing is verified.
    """
    if is_certificate(asked):
        if issuer is None:
            raise TypeError("a Certificate needs its issuer beside it")
        _check_issuer(issuer)
    elif issuer is not None:
        raise TypeError("a request names the issuer itself")
    found = _ocsp.response_for(self, asked, issuer)
    if found is None:
        raise LookupError("OCSP response says nothing about this certificate")
    return found

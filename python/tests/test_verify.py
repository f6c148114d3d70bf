# SPDX-License-Identifier: MIT
"""verify() and response_for()."""

import dataclasses
import datetime
import pickle

import pytest
from conftest import DAY, DER, NOW, issue
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from libocsp import ocsp

GOOD, REVOKED, UNKNOWN = ocsp.OCSPCertStatus
HASH, NAME = ocsp.OCSPResponderEncoding.HASH, ocsp.OCSPResponderEncoding.NAME
SHA1, SHA256 = hashes.SHA1(), hashes.SHA256()
UTC = datetime.timezone.utc


def answer(pki, signer="ca", status=GOOD, cert=None, nonce=None, this=NOW, next=NOW + DAY):
    revoked = status is REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        *(cert or pki.leaf, pki.ca, SHA256, status, this, next),
        NOW - 9 * DAY if revoked else None,
        x509.ReasonFlags.key_compromise if revoked else None,
    )
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), False)
    responder = getattr(pki, signer)
    builder = builder.responder_id(HASH, responder).produced_at(this)
    if signer != "ca":
        builder = builder.certificates([responder])
    return builder.sign(getattr(pki, signer + "_key"), SHA256)


def fails(code, response, *arguments, **names):
    with pytest.raises(ocsp.OCSPVerificationError) as caught:
        response.verify(*arguments, **names)
    assert caught.value.code == code
    assert caught.value.section.startswith("RFC ")
    assert str(caught.value) == f"{caught.value.reason}, byte {caught.value.offset}"
    return caught.value


def test_good(pki):
    verdict = answer(pki).verify(pki.ca, pki.leaf, NOW)
    assert verdict.is_good and verdict.certificate_status is GOOD
    assert verdict.revocation_time is verdict.revocation_reason is None
    assert verdict.this_update == verdict.produced_at == NOW.replace(tzinfo=UTC)
    assert verdict.next_update == (NOW + DAY).replace(tzinfo=UTC)
    assert verdict.signer == "issuer" and verdict.signer_certificate is None
    assert not verdict.has_nonce and not verdict.is_not_issued
    assert NOW.replace(tzinfo=UTC) < verdict.ask_again < verdict.next_update


def test_revoked(pki):
    verdict = answer(pki, status=REVOKED).verify(pki.ca, pki.leaf, NOW)
    assert not verdict.is_good and verdict.certificate_status is REVOKED
    assert verdict.revocation_time == (NOW - 9 * DAY).replace(tzinfo=UTC)
    assert verdict.revocation_reason is x509.ReasonFlags.key_compromise


def test_verdict_is_frozen_and_no_truth(pki):
    verdict = answer(pki, status=UNKNOWN).verify(pki.ca, pki.leaf.serial_number, NOW)
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(verdict)
    with pytest.raises(dataclasses.FrozenInstanceError):
        verdict.certificate_status = GOOD
    assert not verdict.is_good


def test_delegate(pki):
    verdict = answer(pki, "delegate").verify(pki.ca, pki.leaf, NOW)
    assert verdict.signer == "delegate"
    assert verdict.signer_certificate == pki.delegate
    assert not verdict.signer_needs_check


def test_time_zones(pki):
    response = answer(pki)
    zone = datetime.timezone(datetime.timedelta(hours=-8))
    late = (NOW + DAY + datetime.timedelta(minutes=1)).replace(tzinfo=UTC).astimezone(zone)
    assert response.verify(pki.ca, pki.leaf, late).is_good
    fails("expired", response, pki.ca, pki.leaf, late + DAY)


def test_now_is_the_default(pki):
    now = datetime.datetime.utcnow()
    # The certificates are valid at that time; the validity of the issuer is not checked.
    assert answer(pki, this=now, next=now + DAY).verify(pki.ca, pki.leaf).is_good
    fails("expired", answer(pki), pki.ca, pki.leaf)


def test_failures(pki):
    response = answer(pki)
    fails("no-match", response, pki.ca, pki.other, NOW)
    fails("no-match", response, pki.ca, 1, NOW)
    fails("not-yet", response, pki.ca, pki.leaf, NOW - DAY)
    fails("expired", response, pki.ca, pki.leaf, NOW + 2 * DAY)
    unsuccessful = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    fails("not-successful", unsuccessful, pki.ca, pki.leaf, NOW)
    # The CA of this key, with the same name, did not issue the certificate: the cert ID differs.
    fails("no-match", response, pki.stranger, pki.leaf, NOW)
    stranger = issue("stranger", pki.leaf_key, "elsewhere", pki.leaf_key)
    fails("argument", response, pki.ca, stranger, NOW)


def test_signature_changed(pki):
    der = bytearray(answer(pki).public_bytes(DER))
    der[-1] ^= 1
    fails("signature", ocsp.load_der_ocsp_response(bytes(der)), pki.ca, pki.leaf, NOW)


def test_signer_without_purpose(pki):
    pki.nobody_key = pki.leaf_key
    pki.nobody = issue("nobody", pki.leaf_key, "CA", pki.ca_key, serial=5)
    response = answer(pki, "nobody")
    error = fails("delegate-purpose", response, pki.ca, pki.leaf, NOW)
    assert "(RFC 6960 4.2.2.2" in error.reason and error.offset > 0
    trusted = ocsp.OCSPPolicy(trusted=(pki.nobody,))
    assert response.verify(pki.ca, pki.leaf, NOW, trusted).signer == "trusted"


def test_nonce(pki):
    response = answer(pki, nonce=b"0123456789abcdef")
    right = ocsp.OCSPPolicy(nonce=b"0123456789abcdef")
    assert response.verify(pki.ca, pki.leaf, NOW, policy=right).has_nonce
    wrong = ocsp.OCSPPolicy(nonce=b"another")
    fails("nonce-mismatch", response, pki.ca, pki.leaf, NOW, wrong)
    ignored = dataclasses.replace(wrong, nonce_rule=ocsp.OCSPNonceRule.IGNORED)
    assert response.verify(pki.ca, pki.leaf, NOW, ignored).is_good
    required = dataclasses.replace(right, nonce_rule=ocsp.OCSPNonceRule.REQUIRED)
    assert response.verify(pki.ca, pki.leaf, NOW, required).has_nonce
    fails("nonce-missing", answer(pki), pki.ca, pki.leaf, NOW, required)
    assert answer(pki).verify(pki.ca, pki.leaf, NOW, right).is_good


def test_policy_times(pki):
    response = answer(pki, next=None)
    fails("too-old", response, pki.ca, pki.leaf, NOW + 2 * DAY)
    patient = ocsp.OCSPPolicy(max_age=3 * DAY)
    assert response.verify(pki.ca, pki.leaf, NOW + 2 * DAY, patient).next_update is None
    archive = ocsp.OCSPPolicy(ignore_times=True)
    assert response.verify(pki.ca, pki.leaf, NOW + 999 * DAY, archive).is_good
    exact = ocsp.OCSPPolicy(skew=datetime.timedelta(0))
    late = NOW + DAY + datetime.timedelta(seconds=1)
    fails("expired", answer(pki), pki.ca, pki.leaf, late, exact)


def test_wrong_arguments(pki):
    response = answer(pki)
    for arguments in [
        ("x", pki.leaf),
        (pki.ca, "x"),
        (pki.ca, True),
        (pki.ca, pki.leaf, "x"),
        (pki.ca, pki.leaf, NOW, "x"),
        (pki.ca, pki.leaf, NOW, ocsp.OCSPPolicy(trusted=("x",))),
        (pki.ca, pki.leaf, NOW, ocsp.OCSPPolicy(nonce=1)),
        (),
    ]:
        with pytest.raises(TypeError):
            response.verify(*arguments)


def test_error_is_pickled():
    error = ocsp.OCSPVerificationError("expired", 7, "nextUpdate has passed (RFC 6960 4.2.2.1)")
    again = pickle.loads(pickle.dumps(error))
    assert (again.code, again.offset, again.reason) == (error.code, 7, error.reason)
    assert again.section == "RFC 6960 4.2.2.1"
    assert ocsp.OCSPVerificationError("crypto", 0, "out of memory").section is None


def test_one_exception_for_all(pki):
    assert issubclass(ocsp.OCSPVerificationError, Exception)
    assert not issubclass(ocsp.OCSPVerificationError, (ValueError, TypeError))


def several(pki):
    builder = ocsp.OCSPResponseBuilder(allow_multiple=True)
    answers = [(pki.other, GOOD), (pki.leaf, GOOD), (pki.leaf, REVOKED), (pki.leaf, GOOD)]
    for cert, status in answers:
        when = NOW - DAY if status is REVOKED else None
        builder = builder.add_response(cert, pki.ca, SHA1, status, NOW, NOW + DAY, when, None)
    return builder.responder_id(HASH, pki.ca).produced_at(NOW).sign(pki.ca_key, SHA256)


def test_strictest_of_several(pki):
    response = several(pki)
    assert response.verify(pki.ca, pki.leaf, NOW).certificate_status is REVOKED
    assert response.verify(pki.ca, pki.other, NOW).certificate_status is GOOD


def test_response_for(pki):
    response = several(pki)
    request = ocsp.OCSPRequestBuilder().add_certificate(pki.leaf, pki.ca, SHA1).build()
    third = list(response.responses)[2]
    assert response.response_for(request) == third
    assert response.response_for(next(request.requests)) == third
    assert response.response_for(pki.leaf, pki.ca) == third
    assert response.response_for(pki.other, pki.ca).serial_number == 77
    assert pickle.loads(pickle.dumps(response.response_for(request))) == third


def test_nonce_must_be_bytes(pki):
    for nonce in ("nonce", 1, bytearray(b"nonce")):
        with pytest.raises(TypeError):
            answer(pki).verify(pki.ca, pki.leaf, NOW, ocsp.OCSPPolicy(nonce=nonce))


def test_response_for_and_verify_find_the_same(pki):
    hour = datetime.timedelta(hours=1)
    builder = ocsp.OCSPResponseBuilder(allow_multiple=True)
    for age in (3, 1, 2):
        this = NOW - age * hour
        builder = builder.add_response(
            pki.leaf, pki.ca, SHA1, GOOD, this, NOW + DAY, None, None
        )
    response = builder.responder_id(HASH, pki.ca).produced_at(NOW).sign(pki.ca_key, SHA256)
    request = ocsp.OCSPRequestBuilder().add_certificate(pki.leaf, pki.ca, SHA1).build()
    second = list(response.responses)[1]
    assert response.response_for(request) == second
    assert response.response_for(pki.leaf, pki.ca) == second
    assert response.verify(pki.ca, pki.leaf, NOW).this_update == second.this_update_utc


def test_response_for_finds_nothing(pki):
    response = several(pki)
    other_hash = ocsp.OCSPRequestBuilder().add_certificate(pki.leaf, pki.ca, SHA256).build()
    for arguments in [(other_hash,), (pki.delegate, pki.ca), (pki.leaf, pki.stranger)]:
        with pytest.raises(LookupError, match="says nothing about this certificate"):
            response.response_for(*arguments)
    unsuccessful = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    with pytest.raises(LookupError):
        unsuccessful.response_for(other_hash)


def test_response_for_refuses(pki):
    response = several(pki)
    request = ocsp.OCSPRequestBuilder().add_certificate(pki.leaf, pki.ca, SHA1).build()
    for arguments in [(pki.leaf,), (request, pki.ca), ("x",), (response,)]:
        with pytest.raises(TypeError):
            response.response_for(*arguments)
    both = ocsp.OCSPRequestBuilder(allow_multiple=True)
    both = both.add_certificate(pki.leaf, pki.ca, SHA1).add_certificate(pki.other, pki.ca, SHA1)
    with pytest.raises(ValueError, match="contains 2 requests"):
        response.response_for(both.build())


def test_request_verified(pki):
    builder = ocsp.OCSPRequestBuilder().add_certificate(pki.other, pki.ca, SHA1)
    signed = builder.sign(pki.leaf_key, SHA256, [pki.leaf])
    who = signed.verify(pki.ca, NOW)
    assert (who.signer, who.name, who.certificate) == ("delegate", pki.leaf.subject, pki.leaf)
    assert builder.sign(pki.ca_key, SHA256, [pki.ca]).verify(pki.ca, NOW).certificate is None
    fails("signature", builder.build(), pki.ca, NOW)
    fails("delegate-issuer", builder.sign(pki.rsa_key, SHA256, [pki.rsa_cert]), pki.ca, NOW)
    with pytest.raises(TypeError):
        signed.verify("x")

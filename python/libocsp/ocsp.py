# SPDX-License-Identifier: MIT
"""OCSP requests and responses, with the interface of cryptography.x509.ocsp and more.

>>> from libocsp import ocsp
>>> ocsp.load_der_ocsp_response(b"0\\x03\\n\\x01\\x03").response_status
<OCSPResponseStatus.TRY_LATER: 3>
"""

from __future__ import annotations

from cryptography.x509 import ocsp as _pyca

from libocsp._build import OCSPRequestBuilder, OCSPResponseBuilder
from libocsp._convert import (
    OCSPCertStatus,
    OCSPResponderEncoding,
    OCSPResponseStatus,
    OCSPVerificationError,
)
from libocsp._ocsp import (
    OCSPRequest,
    OCSPResponse,
    OCSPSingleRequest,
    OCSPSingleResponse,
    load_der_ocsp_request,
    load_der_ocsp_response,
)
from libocsp._verify import (
    OCSPNonceRule,
    OCSPPolicy,
    OCSPRequestor,
    OCSPVerdict,
    response_for,
    verify,
    verify_request,
)

__all__ = [
    "OCSPCertStatus",
    "OCSPNonceRule",
    "OCSPPolicy",
    "OCSPRequest",
    "OCSPRequestBuilder",
    "OCSPRequestor",
    "OCSPResponderEncoding",
    "OCSPResponse",
    "OCSPResponseBuilder",
    "OCSPResponseStatus",
    "OCSPSingleRequest",
    "OCSPSingleResponse",
    "OCSPVerdict",
    "OCSPVerificationError",
    "load_der_ocsp_request",
    "load_der_ocsp_response",
]

OCSPResponse.verify = verify  # type: ignore
OCSPResponse.response_for = response_for  # type: ignore
OCSPRequest.verify = verify_request  # type: ignore


# isinstance() with cryptography's classes holds for ours if those are abstract.
def _register() -> None:
    for ours in (OCSPRequest, OCSPResponse, OCSPSingleResponse):
        register = getattr(getattr(_pyca, ours.__name__, None), "register", None)
        if register is not None:
            register(ours)


_register()

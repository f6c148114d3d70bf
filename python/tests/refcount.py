# SPDX-License-Identifier: MIT
"""Checks in a debug build of Python that no reference is lost. refcount.sh runs it.

Only code that makes no object of cryptography is counted: the extensions of cryptography are not
debug builds, so their references are not counted.
"""

import gc
import sys
import warnings

from conftest import OCSP_VECTORS

from libocsp import ocsp

warnings.simplefilter("ignore")

# Properties whose exception is an object of cryptography are left out.
MESSAGES = [p.read_bytes() for p in OCSP_VECTORS if "duplicate" not in p.name]
NAMES = """certificate_status next_update next_update_utc produced_at produced_at_utc responses
responder_key_hash response_status revocation_reason revocation_time revocation_time_utc
tbs_response_bytes this_update this_update_utc issuer_key_hash issuer_name_hash serial_number
signature deviations requests is_signed tbs_request_bytes""".split()
ROUNDS = 100


def load(message):
    for function in (ocsp.load_der_ocsp_request, ocsp.load_der_ocsp_response):
        for data in (message, message[:-1], bytearray(message), memoryview(message), "x"):
            try:
                yield function(data)
            except (ValueError, TypeError, NotImplementedError):
                pass


def use(thing):
    for name in NAMES:
        try:
            value = getattr(thing, name, None)
            [use(part) for part in value if name in ("responses", "requests")]
        except (ValueError, TypeError):
            pass
    repr(thing), hash(thing), thing == thing, thing == 1, thing.__reduce__()


def everything():
    for message in MESSAGES:
        for thing in load(message):
            use(thing)


def total():
    gc.collect()
    return sys.gettotalrefcount()


everything()
everything()
before = total()
for _ in range(ROUNDS):
    everything()
lost = total() - before
print(f"{ROUNDS} rounds, {lost} references more")
# Counting takes a few references itself.
sys.exit(abs(lost) >= ROUNDS)

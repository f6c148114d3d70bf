# SPDX-License-Identifier: MIT
"""In a debug build of Python: no reference is lost. Run by refcount.sh.

Only what makes no object of cryptography is counted: its own extensions are not built for
counting, and what they take goes unseen.
"""

import gc
import sys
import warnings

from conftest import OCSP_VECTORS

from libocsp import ocsp

warnings.simplefilter("ignore")

# Without those that raise what cryptography has to make.
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
# The counting itself takes a few.
sys.exit(abs(lost) >= ROUNDS)

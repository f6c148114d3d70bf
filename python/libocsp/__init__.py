# SPDX-License-Identifier: MIT
"""OCSP (RFC 6960): requests and responses, read, built and verified."""

from libocsp._ocsp import version as _version

__version__ = _version()

# SPDX-License-Identifier: MIT
"""A plugin for pytest: an import of cryptography.x509.ocsp returns libocsp.ocsp."""

import sys

import cryptography.x509

from libocsp import ocsp

sys.modules["cryptography.x509.ocsp"] = ocsp
cryptography.x509.ocsp = ocsp

# The number in 38.0.4. A smaller one would mean that tests were left out.
N_TESTS = 77


def pytest_collection_modifyitems(items):
    strangers = [item.nodeid for item in items if item.module.ocsp is not ocsp]
    if strangers or len(items) != N_TESTS:
        raise RuntimeError(f"{len(items)} tests, of which on another module: {strangers}")


def pytest_runtest_logreport(report):
    if report.skipped:
        raise RuntimeError(f"skipped: {report.nodeid}")

# SPDX-License-Identifier: MIT
"""The examples of the documentation of cryptography, and those of our own manual."""

import base64
import doctest
import pathlib

from conftest import SEED

from libocsp import ocsp

HERE = pathlib.Path(__file__).parent


def globs():
    return {
        "base64": base64,
        "pem_cert": (SEED / "leaf.pem").read_bytes(),
        "pem_issuer": (SEED / "issuer.pem").read_bytes(),
        "der_ocsp_req": (SEED / "request.der").read_bytes(),
    }


def run(path, names, examples):
    failed, attempted = doctest.testfile(
        str(path), module_relative=False, globs=names, optionflags=doctest.ELLIPSIS
    )
    assert failed == 0
    assert attempted == examples


def test_founding_page():
    run(HERE / "founding.txt", globs(), 14)


def test_docstrings():
    assert doctest.testmod(ocsp) == (0, 2)

# SPDX-License-Identifier: MIT
"""The parts of tests/data/generate.py."""

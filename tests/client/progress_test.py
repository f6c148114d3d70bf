# SPDX-License-Identifier: MIT
#
# The hook that oc_client_check() calls with its progress.
"""Tests of the progress of libocsp-client."""

import unittest

from client_case import ClientCase

PROGRESS = ("--flag", "progress")


class ProgressTest(ClientCase):
    def progress(self, *args, **more):
        *_, whole = self.run_driver(*PROGRESS, *args, **more)
        self.assertEqual(whole["code"], "ok")
        return whole["progress"]

    def counts(self, n):
        return [[i, n] for i in range(n + 1)]

    def test_answered(self):
        self.assertEqual(self.progress("--url", self.server.url("ok/good"), "--copies", "5",
                                       "ca.der", "leaf.der"), self.counts(5))

    def test_one_at_a_time(self):
        self.assertEqual(self.progress("--url", self.server.url("ok/good"), "--copies", "3",
                                       "--parallel", "1", "ca.der", "leaf.der"), self.counts(3))

    def test_given_up(self):
        self.assertEqual(self.progress("--url", self.server.url("ok/later"), "--copies", "3",
                                       "ca.der", "leaf.der"), self.counts(3))

    def test_nobody_to_ask(self):
        self.assertEqual(self.progress("--copies", "3", "ca.der", "leaf.der"), self.counts(3))

    def test_asked_twice_counts_once(self):
        self.assertEqual(self.progress("--url", self.server.url("ok/unauthorized"), "ca.der",
                                       "leaf.der"), self.counts(1))

    def test_cached(self):
        asked = ("--cache", "kept", "--url", self.server.url("ok/good"), "--copies", "4", "ca.der",
                 "leaf.der")
        self.progress(*asked)
        n_asked = len(self.server.requests)
        self.assertEqual(self.progress(*asked), self.counts(4))
        self.assertEqual(len(self.server.requests), n_asked)

    def test_nothing_to_do(self):
        self.assertEqual(self.progress("ca.der"), [[0, 0]])

    def test_refused_arguments(self):
        *_, whole = self.run_driver(*PROGRESS, "--hash", "none-such", "ca.der", "leaf.der")
        self.assertNotEqual(whole["code"], "ok")
        self.assertEqual(whole["progress"], [])

    def test_no_hook(self):
        *_, whole = self.run_driver("--url", self.server.url("ok/good"), "ca.der", "leaf.der")
        self.assertEqual((whole["code"], whole["progress"]), ("ok", []))


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
#
# Several clients, each in a thread of its own, that share only the objects that may be shared:
# the crypto table, the issuer, and a cache.
"""Tests of libocsp-client in several threads."""

import unittest

from client_case import ClientCase

THREADS = 6


class ThreadsTest(ClientCase):
    def at_once(self, *args, n_checks, **more):
        """For each thread the objects about its certificates, after checking their requests."""
        objects = self.run_driver("--threads", str(THREADS), *args, times=("--timeout", "20000"),
                                  **more)
        self.assertEqual(len(objects), THREADS * (n_checks + 1))
        batches = [objects[i:i + n_checks + 1] for i in range(0, len(objects), n_checks + 1)]
        for *_, whole in batches:
            self.assertEqual(whole["code"], "ok")
        return [checks for *checks, _ in batches]

    def assert_good(self, batches):
        for check in (check for checks in batches for check in checks):
            self.assertEqual((check["outcome"], check["status"]), ("answered", "good"))

    def test_each_asks_for_itself(self):
        batches = self.at_once("--url", self.server.url("ok/good"), "--copies", "8", "--flag",
                               "progress", "ca.der", "leaf.der", n_checks=8)
        self.assert_good(batches)
        self.assertEqual(len(self.server.requests), THREADS * 8)

    def test_one_cache(self):
        args = ("--url", self.server.url("ok/good"), "--cache", "kept", "--copies", "8", "--rounds",
                "1", "ca.der", "leaf.der")
        self.assert_good(self.at_once(*args, n_checks=8))
        self.assertEqual(len(list(self.path("kept").glob("*.der"))), 1)
        self.assert_good(self.at_once(*args, n_checks=8))

    def test_delegates_and_nonces(self):
        batches = self.at_once("--url", self.server.url("ok/delegated"), "--flag", "nonce",
                               "--copies", "4", "ca.der", "leaf.der", n_checks=4)
        self.assert_good(batches)
        self.assertEqual({check["has_nonce"] for checks in batches for check in checks}, {False})

    def test_failures(self):
        batches = self.at_once("--url", self.server.url("ok/garbage"), "--copies", "4", "ca.der",
                               "leaf.der", n_checks=4)
        self.assertEqual({check["outcome"] for checks in batches for check in checks},
                         {"malformed"})


if __name__ == "__main__":
    unittest.main()

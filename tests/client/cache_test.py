# SPDX-License-Identifier: MIT
#
# The cache: what is kept, for how long, and that nothing in it is believed unseen.
"""Tests of the cache of libocsp-client."""

import os
import stat
import subprocess
import time
import unittest

from stage import DRIVER, Stage

DAY = 86400


class CacheCase(Stage):
    def setUp(self):
        super().setUp()
        self.cache = self.path("cache")

    def cached(self, path="ok/good", *options, **more):
        return self.ask(path, "--cache", "cache", *options, **more)

    def entries(self):
        return sorted(self.cache.iterdir()) if self.cache.exists() else []

    def entry(self):
        one, = self.entries()
        return one

    def fill(self, path="ok/good", *options):
        """The one entry that this makes; what was asked is forgotten."""
        self.assertEqual(self.cached(path, *options)["from_cache"], False)
        self.server.requests.clear()
        return self.entry()

    def hits(self, *options):
        one = self.cached("ok/internal", *options)
        self.assertEqual((one["outcome"], one["from_cache"], one["exchanges"]),
                         ("answered", True, []))
        self.assertEqual(self.server.requests, [])
        return one

    def misses(self, *options):
        """The responder is asked, and has no answer."""
        one = self.cached("ok/internal", *options)
        self.assertEqual((one["outcome"], one["from_cache"], one["status"]),
                         ("error-response", False, "none"))
        self.assertNotEqual(self.server.requests, [])
        self.server.requests.clear()


class KeptTest(CacheCase):
    """What is kept, and where."""

    def test_hit(self):
        self.fill()
        one = self.hits()
        self.assertEqual((one["status"], one["len"]),
                         ("good", len(self.server.answers["good"])))

    def test_revoked(self):
        self.fill("ok/revoked")
        self.assertEqual(self.hits()["status"], "revoked")

    def test_file_is_the_response(self):
        self.assertEqual(self.fill().read_bytes(), self.server.answers["good"])
        self.assertRegex(self.entry().name, r"^[0-9a-f]{64}\.der$")
        self.succeed("show", str(self.entry()))

    def test_modes(self):
        old = os.umask(0)
        self.addCleanup(os.umask, old)
        entry = self.fill()
        self.assertEqual(stat.S_IMODE(entry.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.cache.stat().st_mode), 0o700)

    def test_directories_above(self):
        self.cache = self.path("above/it/cache")
        self.ask("ok/good", "--cache", str(self.cache))
        self.entry()
        for folder in (self.cache, self.cache.parent, self.cache.parent.parent):
            self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o700)

    def test_each_certificate_has_its_own(self):
        self.fill()
        self.cached("ok/second", cert="second.der")
        self.assertEqual(len(self.entries()), 2)
        self.server.requests.clear()
        self.assertTrue(self.cached("ok/internal", cert="second.der")["from_cache"])
        self.hits()

    def test_not_kept(self):
        for path in ("ok/unknown", "ok/forged", "ok/old", "ok/later", "ok/garbage", "ok/empty",
                     "ok/stranger", "ok/second", "status/404", "hang"):
            with self.subTest(path=path):
                self.cached(path)
                self.assertEqual(self.entries(), [])

    def test_no_cache(self):
        self.ask("ok/good")
        self.assertEqual(self.entries(), [])

    def test_nonce_reads_no_cache(self):
        self.fill()
        self.misses("--flag", "nonce")
        self.misses("--flag", "nonce-required")
        self.hits()


class AgeTest(CacheCase):
    """For how long."""

    def left(self, *fields, name="good"):
        """For how many seconds the answer is kept when it comes with these fields."""
        for entry in self.entries():
            entry.unlink()
        self.server.fields = [field.encode() for field in fields]
        now = int(time.time())
        self.cached(f"kept/{name}", "--now", str(now))
        return int(self.entry().stat().st_mtime) - now if self.entries() else None

    def test_next_update(self):
        """Answers of the command are for a day."""
        shown = self.succeed("show", "--json", "good.resp")
        self.assertIn(b'"next_update"', shown)
        self.assertAlmostEqual(self.left(), DAY, delta=300)

    def test_max_age(self):
        for fields, seconds in (
                (("Cache-Control: max-age=1000",), 1000),
                (("cache-control: public, MAX-AGE=1000, no-transform",), 1000),
                (("Cache-Control: public , max-age=1000 ,must-revalidate",), 1000),
                (('Cache-Control: max-age="1000"',), 1000),
                (("Cache-Control: max-age=2000", "Cache-Control: max-age=1000"), 1000),
                (("Cache-Control: max-age=1000", "Age: 400"), 600),
                (("Cache-Control: public",), None)):
            with self.subTest(fields=fields):
                left = self.left(*fields)
                if seconds is None:
                    self.assertAlmostEqual(left, DAY, delta=300)
                else:
                    self.assertEqual(left, seconds)

    def test_next_update_before_max_age(self):
        for seconds in (str(30 * DAY), "99999999999999999999999999"):
            with self.subTest(seconds=seconds):
                self.assertAlmostEqual(self.left(f"Cache-Control: max-age={seconds}"), DAY,
                                       delta=300)

    def test_not_kept(self):
        for fields in (("Cache-Control: no-store",), ("Cache-Control: no-cache, max-age=1000",),
                       ("Cache-Control: max-age=0",), ("Cache-Control: max-age=x",),
                       ("Cache-Control: max-age=-1",), ("Cache-Control: max-age",),
                       ("Cache-Control: max-age=",), ("Cache-Control: max-age=1000, max-age=0",),
                       ("Cache-Control: max-age=1000", "Age: 1000"),
                       ("Cache-Control: max-age=1000", "Age: 99999999999999999999"),
                       ("Cache-Control: max-age=1000", "Age: x")):
            with self.subTest(fields=fields):
                self.assertIsNone(self.left(*fields))

    def test_no_next_update(self):
        self.assertIsNone(self.left(name="forever"))
        self.assertEqual(self.left("Cache-Control: max-age=1000", name="forever"), 1000)

    def test_expired(self):
        entry = self.fill()
        os.utime(entry, (0, int(time.time()) - 1))
        self.misses()
        self.assertTrue(entry.exists())

    def test_expires_by_the_callers_clock(self):
        self.fill("ok/good")
        now = int(time.time())
        self.hits("--now", str(now + DAY // 2))
        self.misses("--now", str(now + 2 * DAY))

    def test_expired_is_replaced(self):
        entry = self.fill()
        os.utime(entry, (0, 1))
        self.fill("ok/revoked")
        self.assertEqual(self.hits()["status"], "revoked")


class TamperedTest(CacheCase):
    """What others have put there."""

    def put(self, data):
        entry = self.fill()
        entry.write_bytes(data)
        os.utime(entry, (0, int(time.time()) + DAY))
        return entry

    def test_removed(self):
        for name in ("forged", "cut", "longer", "garbage", "second", "stranger", "later", "empty",
                     "old"):
            with self.subTest(name=name):
                entry = self.put(self.server.answers[name])
                self.misses()
                self.assertFalse(entry.exists())

    def test_every_octet(self):
        """A flipped bit is never believed, wherever it is."""
        good = self.server.answers["good"]
        for i in range(0, len(good), 37):
            entry = self.put(good[:i] + bytes([good[i] ^ 0x10]) + good[i + 1:])
            self.misses()
            self.assertFalse(entry.exists())

    def test_too_old_by_this_policy(self):
        """An answer without next update that this policy takes for too old."""
        self.server.fields = [b"Cache-Control: max-age=100000"]
        self.fill("kept/forever")
        self.hits()
        entry = self.entry()
        self.misses("--max-age", "100", "--now", str(int(time.time()) + 5000))
        self.assertFalse(entry.exists())

    def test_huge(self):
        entry = self.fill()
        with open(entry, "wb") as file:
            file.truncate(1 << 40)
        os.utime(entry, (0, int(time.time()) + DAY))
        self.misses()
        self.assertFalse(entry.exists())

    def test_link(self):
        """A link is not followed, though it leads to a good answer, and what is there stays."""
        entry = self.fill()
        target = self.path("target.der")
        entry.rename(target)
        before = target.read_bytes()
        entry.symlink_to(target)
        self.misses()
        self.cached("ok/revoked")
        self.assertFalse(entry.is_symlink())
        self.assertEqual(target.read_bytes(), before)

    def test_directory(self):
        entry = self.fill()
        entry.unlink()
        entry.mkdir()
        self.misses()
        self.assertEqual(self.cached()["status"], "good")
        self.assertEqual(self.entries(), [entry])

    def test_named_pipe(self):
        entry = self.fill()
        entry.unlink()
        os.mkfifo(entry)
        os.utime(entry, (0, int(time.time()) + DAY))
        self.misses()


class FailureTest(CacheCase):
    """That nothing can be kept is no failure."""

    def unkept(self):
        one = self.cached()
        self.assertEqual((one["status"], one["from_cache"]), ("good", False))

    def test_file_in_its_place(self):
        self.cache.write_bytes(b"")
        self.unkept()
        self.assertEqual(self.cache.read_bytes(), b"")

    def test_file_above(self):
        self.write("file", b"")
        one = self.ask("ok/good", "--cache", "file/cache")
        self.assertEqual(one["status"], "good")

    def test_link_to_nowhere(self):
        self.cache.symlink_to("/nowhere/at/all")
        self.unkept()

    def test_cannot_be_written(self):
        """As root modes do not count, so a file system that takes nothing stands in."""
        one = self.ask("ok/good", "--cache", "/proc/1/cache")
        self.assertEqual(one["status"], "good")
        self.assertEqual(self.ask("ok/good", "--cache", "")["status"], "good")
        self.assertEqual(self.ask("ok/good", "--cache", "/" + "a" * 5000)["status"], "good")

    def test_no_room(self):
        """What cannot be written whole is not there afterwards."""
        self.cache.mkdir()
        limited = ["sh", "-c", 'trap "" XFSZ; ulimit -f 0; exec "$@" | cat', "sh", DRIVER]
        done = subprocess.run(
            [*limited, "--url", self.server.url("ok/good"), "--cache", "cache", "ca.der",
             "leaf.der"], cwd=self.dir, stdout=subprocess.PIPE, timeout=60, check=True)
        self.assertIn(b'"status":"good"', done.stdout)
        self.assertEqual(self.entries(), [])


class TogetherTest(CacheCase):
    """Several processes."""

    def test_many(self):
        """Writers and readers at once: each has an answer, and the file is always whole."""
        command = [DRIVER, "--url", self.server.url("kept/good"), "--cache", "cache", "--rounds",
                   "30", "ca.der", "leaf.der"]
        # With so short a time there is always somebody who writes.
        self.server.fields = [b"Cache-Control: max-age=1"]
        processes = [subprocess.Popen(command, cwd=self.dir, stdout=subprocess.PIPE)
                     for _ in range(6)]
        outputs = [process.communicate(timeout=60)[0].decode() for process in processes]
        for process, output in zip(processes, outputs):
            self.assertEqual(process.returncode, 0)
            self.assertEqual(output.count('"status":"good"'), 30)
        self.assertEqual(self.entry().read_bytes(), self.server.answers["good"])


class DirectoryTest(unittest.TestCase):
    """oc_client_cache_dir()."""

    def place(self, size="4096", **env):
        done = subprocess.run([DRIVER, "--cache-dir", size], env=env, stdout=subprocess.PIPE,
                              check=True, timeout=60)
        return done.stdout.decode().rstrip("\n")

    def test_places(self):
        self.assertEqual(self.place(XDG_CACHE_HOME="/x", HOME="/h"), "yes /x/libocsp")
        self.assertEqual(self.place(HOME="/h"), "yes /h/.cache/libocsp")
        self.assertEqual(self.place(XDG_CACHE_HOME="", HOME="/h"), "yes /h/.cache/libocsp")
        self.assertEqual(self.place(XDG_CACHE_HOME="x", HOME="/h"), "yes /h/.cache/libocsp")
        self.assertEqual(self.place(), "no ")
        self.assertEqual(self.place(HOME="h"), "no ")

    def test_room(self):
        self.assertEqual(self.place("11", XDG_CACHE_HOME="/x"), "yes /x/libocsp")
        self.assertEqual(self.place("10", XDG_CACHE_HOME="/x"), "no ")
        self.assertEqual(self.place("0", XDG_CACHE_HOME="/x"), "no ")


if __name__ == "__main__":
    unittest.main()

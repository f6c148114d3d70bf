# SPDX-License-Identifier: MIT
#
# The cache: its entries, how long they are kept, and that each one is verified again.
"""Tests of the cache of libocsp-client."""

import os
import signal
import stat
import subprocess
import time
import unittest

from client_case import DRIVER, ClientCase

DAY = 86400


class CacheCase(ClientCase):
    def setUp(self):
        super().setUp()
        self.cache = self.path("cache")

    def cached(self, path="ok/good", *options, **more):
        return self.ask(path, "--cache", "cache", *options, **more)

    def entries(self):
        """The entries, without the file that records the time of the last cleaning."""
        there = sorted(self.cache.iterdir()) if self.cache.exists() else []
        return [path for path in there if path.name != ".looked"]

    def entry(self):
        one, = self.entries()
        return one

    def fill(self, path="ok/good", *options):
        """The one entry that this makes; the requests so far are forgotten."""
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
        """The request reaches the responder, which has no answer."""
        one = self.cached("ok/internal", *options)
        self.assertEqual((one["outcome"], one["from_cache"], one["status"]),
                         ("error-response", False, "none"))
        self.assertNotEqual(self.server.requests, [])
        self.server.requests.clear()


class KeptTest(CacheCase):
    """The entries, and their places."""

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
    """How long an entry is kept."""

    def left(self, *fields, name="good"):
        """The number of seconds that an answer with these header fields is kept."""
        for entry in self.entries():
            entry.unlink()
        self.server.fields = [field.encode() for field in fields]
        now = int(time.time())
        self.cached(f"kept/{name}", "--now", str(now))
        return int(self.entry().stat().st_mtime) - now if self.entries() else None

    def test_next_update(self):
        """Answers of the command are valid for a day."""
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
    """Files of other programs in the cache."""

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
        """An entry with a flipped bit is never used, wherever the bit is."""
        good = self.server.answers["good"]
        for i in range(0, len(good), 37):
            entry = self.put(good[:i] + bytes([good[i] ^ 0x10]) + good[i + 1:])
            self.misses()
            self.assertFalse(entry.exists())

    def test_too_old_by_this_policy(self):
        """An answer without next update that is too old for this policy."""
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
        """A link to a valid answer is not followed, and its target is not changed."""
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
    """A cache that cannot be written is not a failure."""

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
        """Modes do not stop root, so a file system that cannot be written to is used."""
        one = self.ask("ok/good", "--cache", "/proc/1/cache")
        self.assertEqual(one["status"], "good")
        self.assertEqual(self.ask("ok/good", "--cache", "")["status"], "good")
        self.assertEqual(self.ask("ok/good", "--cache", "/" + "a" * 5000)["status"], "good")

    def test_no_room(self):
        """An entry that cannot be written completely is removed."""
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
        """Writers and readers at once: each has an answer, and the file is always complete."""
        command = [DRIVER, "--url", self.server.url("kept/good"), "--cache", "cache", "--rounds",
                   "30", "ca.der", "leaf.der"]
        # With so short a time there is always a writer.
        self.server.fields = [b"Cache-Control: max-age=1"]
        processes = [subprocess.Popen(command, cwd=self.dir, stdout=subprocess.PIPE)
                     for _ in range(6)]
        outputs = [process.communicate(timeout=60)[0].decode() for process in processes]
        for process, output in zip(processes, outputs):
            self.assertEqual(process.returncode, 0)
            self.assertEqual(output.count('"status":"good"'), 30)
        self.assertEqual(self.entry().read_bytes(), self.server.answers["good"])


class LeftOverTest(CacheCase):
    """Expired entries and files of killed processes are removed, and nothing else."""

    NEW = ".new-4711-1700000000-123456789"
    HOUR = 3600

    def setUp(self):
        super().setUp()
        self.cache.mkdir(mode=0o700)
        self.now = int(time.time())

    def put(self, name, age, data=b"x"):
        """Makes a file that was last modified so many seconds ago."""
        path = self.cache / name
        path.write_bytes(data)
        os.utime(path, (self.now - age, self.now - age))
        return path

    def entry_name(self, number):
        return f"{number:064x}.der"

    def left(self):
        return {path.name for path in self.entries()}

    def keep(self, *options):
        """Keeps an answer, without reading the cache before, because a nonce is sent."""
        self.assertFalse(self.cached("kept/good", "--flag", "nonce", *options)["from_cache"])

    def look(self):
        """Keeps an answer, and cleans the cache."""
        (self.cache / ".looked").unlink(missing_ok=True)
        self.keep()

    def stays(self, *paths):
        """Cleans: these of the files stay, and the entry that is kept then is added."""
        before = self.left()
        self.look()
        self.assertEqual(self.left() & before, {path.name for path in paths})
        self.assertEqual(len(self.left()), len(paths) + 1)

    def test_unfinished(self):
        young = self.put(self.NEW, self.HOUR - 60)
        ahead = self.put(".new-1-2-3", -self.HOUR)
        self.put(".new-1-1700000000-1", self.HOUR + 60)
        self.put(".new-99999999-1-0", 400 * DAY)
        self.stays(young, ahead)

    def test_out_of_date(self):
        young = self.put(self.entry_name(1), DAY - 60)
        good = self.put(self.entry_name(2), -DAY)
        self.put(self.entry_name(3), DAY + 60)
        self.put(self.entry_name(1 << 255), 400 * DAY)
        self.stays(young, good)

    def test_names_of_others(self):
        names = [".new", ".new-", ".new-1-2", ".new-1-2-", ".new--2-3", ".new-1-2-3-4", "a.der",
                 ".new-1-2-3x", ".new-1-2-x3", "new-1-2-3", ".new-1-2-3.der", ".der", "key.pem",
                 "f" * 63 + ".der", "f" * 65 + ".der", "F" * 64 + ".der", "f" * 64,
                 "f" * 64 + ".der~", "g" * 64 + ".der", ".looked.old", "looked"]
        self.stays(*(self.put(name, 400 * DAY) for name in names))

    def test_what_is_no_file(self):
        """Links, directories and pipes with names of entries, and the targets of the links."""
        target = self.write("target.der", b"x")
        os.utime(self.path(target), (1, 1))
        link, broken = self.cache / self.entry_name(1), self.cache / self.NEW
        link.symlink_to(self.path(target))
        broken.symlink_to("nowhere")
        for path in (link, broken):
            os.utime(path, (1, 1), follow_symlinks=False)
        folder, pipe = self.cache / self.entry_name(2), self.cache / ".new-1-2-3"
        folder.mkdir()
        os.mkfifo(pipe)
        for path in (folder, pipe):
            os.utime(path, (1, 1))
        self.stays(link, broken, folder, pipe)
        self.assertTrue(self.path(target).exists())

    def test_not_each_time(self):
        """After one process has cleaned, no other process cleans at once."""
        self.look()
        self.put(self.NEW, DAY)
        self.keep()
        self.assertIn(self.NEW, self.left())
        for seconds, is_left in ((self.HOUR - 60, True), (-60, False), (self.HOUR + 60, False)):
            with self.subTest(seconds=seconds):
                self.put(self.NEW, DAY)
                self.put(".looked", seconds)
                self.keep()
                self.assertEqual(self.NEW in self.left(), is_left)

    def test_readers_remove_nothing(self):
        self.look()
        (self.cache / ".looked").unlink()
        self.put(self.NEW, DAY)
        self.server.requests.clear()
        self.hits()
        self.assertIn(self.NEW, self.left())
        self.assertFalse((self.cache / ".looked").exists())

    def test_many(self):
        """Each cleaning is bounded; the next one, a minute later, goes on."""
        for number in range(2500):
            self.put(self.entry_name(number), 400 * DAY)
        good = self.put(self.entry_name(9999), -DAY)
        counts = []
        for _ in range(3):
            self.keep()
            counts.append(len(self.left()))
            since = int(time.time() - (self.cache / ".looked").stat().st_mtime)
            if counts[-1] > 2:
                self.assertAlmostEqual(self.HOUR - since, 60, delta=20)
                self.keep()
                self.assertEqual(len(self.left()), counts[-1])
                self.put(".looked", since + 60)
        self.assertEqual(counts, [2502 - 1024, 2502 - 2048, 2])
        self.assertTrue(good.exists())
        self.assertLess(since, 60)

    def test_callers_clock(self):
        """A caller with an earlier time can use entries that have expired since; a clock that is
        ahead removes nothing that others can use."""
        old = self.put(self.entry_name(1), DAY + 100)
        self.keep("--now", str(self.now - 250))
        self.assertTrue(old.exists())
        good = self.put(self.entry_name(2), -DAY)
        os.utime(self.cache / ".looked", (1, 1))
        self.server.fields = [b"Cache-Control: max-age=1000"]
        self.cached("kept/forever", "--flag", "nonce", "--max-age", str(10 * DAY), "--now",
                    str(self.now + 5 * DAY))
        self.assertGreater(os.stat(self.cache / ".looked").st_mtime, 1)
        self.assertTrue(good.exists())
        self.assertFalse(old.exists())

    def test_link_instead_of_the_mark(self):
        """The link is not followed, and the cache is not cleaned."""
        target = self.write("target", b"x")
        os.utime(self.path(target), (1, 1))
        mark = self.cache / ".looked"
        mark.symlink_to(self.path(target))
        os.utime(mark, (1, 1), follow_symlinks=False)
        self.put(self.NEW, DAY)
        self.cached("kept/good")
        self.assertEqual(self.path(target).stat().st_mtime, 1)
        self.assertIn(self.NEW, self.left())

    def test_killed_while_writing(self):
        """A limit on file sizes kills the process when half of an answer is written."""
        limited = ["sh", "-c", 'ulimit -c 0; ulimit -f 1; exec "$@"', "sh", DRIVER]
        done = subprocess.run(
            [*limited, "--url", self.server.url("kept/delegated"), "--cache", "cache", "ca.der",
             "leaf.der"], cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=60, check=False)
        self.assertEqual(done.returncode, -signal.SIGXFSZ)
        name, = self.left()
        self.assertRegex(name, r"^\.new-[0-9]+-[0-9]+-[0-9]+$")
        size = (self.cache / name).stat().st_size
        self.assertTrue(0 < size < len(self.server.answers["delegated"]))
        self.stays(self.cache / name)
        os.utime(self.cache / name, (1, self.now - self.HOUR - 60))
        self.look()
        self.assertNotIn(name, self.left())

    def test_killed_at_any_time(self):
        """Whenever a process is killed, its entries are complete, and the rest is removed."""
        command = [DRIVER, "--url", self.server.url("kept/good"), "--cache", "cache", "--flag",
                   "nonce", "--rounds", "100000", "ca.der", "leaf.der"]
        for i in range(20):
            with subprocess.Popen(command, cwd=self.dir, stdout=subprocess.PIPE) as process:
                process.stdout.readline()
                time.sleep(0.001 * i)
                process.kill()
        unfinished = [path for path in self.entries() if path.name.startswith(".new-")]
        entry, = set(self.entries()) - set(unfinished)
        self.assertEqual(entry.read_bytes(), self.server.answers["good"])
        for path in unfinished:
            os.utime(path, (1, self.now - DAY))
        self.look()
        self.assertEqual(self.entries(), [entry])

    def test_two_processes(self):
        """Several processes write and clean at once."""
        for number in range(3000):
            self.put(self.entry_name(number), 400 * DAY)
        good = self.put(self.entry_name(9999), -DAY)
        for _ in range(4):
            (self.cache / ".looked").unlink(missing_ok=True)
            command = [DRIVER, "--url", self.server.url("kept/good"), "--cache", "cache", "--flag",
                       "nonce", "ca.der", "leaf.der"]
            processes = [subprocess.Popen(command, cwd=self.dir, stdout=subprocess.PIPE)
                         for _ in range(4)]
            for process in processes:
                output = process.communicate(timeout=60)[0].decode()
                self.assertEqual((process.returncode, output.count('"status":"good"')), (0, 1))
        self.assertEqual(len(self.left()), 2)
        self.assertTrue(good.exists())


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

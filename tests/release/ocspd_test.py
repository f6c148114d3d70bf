# SPDX-License-Identifier: MIT
#
# Tests that need the program as it is installed, without sanitizers: a million requests while
# the configuration is reloaded each second, and a clock that is set.
#
#     ocspd_test.py OCSPD OCSP LOAD [REQUESTS]
"""Tests of ocspd under load and with a clock that is set."""

import calendar
import contextlib
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import time
import unittest

OCSPD, COMMAND, LOAD = (os.path.abspath(path) for path in sys.argv[1:4])
REQUESTS = int(sys.argv[4]) if len(sys.argv) > 4 else 1000000
os.environ["OCSPD"], os.environ["OCSP"] = OCSPD, COMMAND
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "responder"))

from support import OcspdCase, issuer, until  # noqa: E402

N_CERTIFICATES = 20000
SERIAL_HEAD = 0x10 << 24
LIBFAKETIME = "libfaketimeMT.so.1"


class LoadTest(OcspdCase):
    def make_all(self):
        super().make_all()
        lines = ["serial,status,revoked-at,reason"]
        for number in range(1, N_CERTIFICATES + 1):
            state = "revoked,2024-04-03T12:00:00Z,keyCompromise" if number % 10 == 0 else "good,,"
            lines.append(f"{SERIAL_HEAD + number},{state}")
        self.write("in.csv", "\n".join(lines) + "\n")
        # It may take so long that the progress is shown.
        done = self.run_ocspd("import", "--decimal", "--csv", "in.csv")
        self.assertEqual(done.returncode, 0, done.stderr)

    def sample(self, daemon, number):
        """Fetches one answer with openssl, which verifies it."""
        expected = "revoked" if number % 10 == 0 else "good"
        self.assertEqual(self.ask(daemon, SERIAL_HEAD + number), expected)

    def test_reloaded_each_second(self):
        """Not one request fails, and every answer is verified."""
        self.configure(issuer(), max_connections_per_address=0)
        daemon = self.start()
        with subprocess.Popen([LOAD, str(daemon.port), "ca.pem", str(REQUESTS), "6",
                               str(N_CERTIFICATES), "sha256"], cwd=self.dir,
                              stdout=subprocess.PIPE) as load:
            n_reloads = 0
            while load.poll() is None and n_reloads < 600:
                time.sleep(1)
                daemon.hup()
                n_reloads += 1
                self.sample(daemon, 1 + n_reloads * 37 % N_CERTIFICATES)
            output = load.communicate()[0].decode()
        self.assertEqual(load.returncode, 0, output + daemon.log()[-2000:])
        self.assertRegex(output, rf"^requests {REQUESTS // 6 * 6} failed 0 verified \d+$")
        self.assertGreater(n_reloads, 2)
        self.assertTrue(daemon.is_healthy())
        print(output.strip(), n_reloads, "reloads", file=sys.stderr)


class ClockTest(OcspdCase):
    """libfaketime sets the clock of all processes from a file. The filter of system calls is off,
    because it forbids opening files."""

    def set_clock(self, offset):
        self.write("clock.new", offset)
        os.rename(self.path("clock.new"), self.path("clock"))

    def make_all(self):
        super().make_all()
        self.make_cert("leaf", "ca", 0x1001)
        self.ocspd("issue", "0x1001")

    def begin(self):
        library = next(pathlib.Path("/usr/lib").glob(f"*/faketime/{LIBFAKETIME}"))
        self.configure(issuer(validity="1d"), seccomp=False)
        self.set_clock("+0")
        return self.start(env={"LD_PRELOAD": str(library), "FAKETIME_NO_CACHE": "1",
                               "FAKETIME_TIMESTAMP_FILE": str(self.path("clock")),
                               "FAKETIME_DONT_FAKE_MONOTONIC": "1"})

    def answer(self, daemon):
        status, seconds = self.age(daemon)
        return status, round(seconds / 3600)

    def age(self, daemon):
        """The status, and the seconds from now to its thisUpdate."""
        clean = {name: "" for name in os.environ if name.lower().endswith("_proxy")}
        subprocess.run([COMMAND, "request", "--issuer", "ca.pem", "--out", "req.der", "leaf.pem"],
                       cwd=self.dir, check=True)
        subprocess.run(["curl", "-s", "-o", "answer.der", "--data-binary", "@req.der", "-H",
                        "Content-Type: application/ocsp-request", daemon.url], cwd=self.dir,
                       check=True, env={**os.environ, **clean})
        done = subprocess.run([COMMAND, "show", "--json", "answer.der"], cwd=self.dir, check=True,
                              stdout=subprocess.PIPE)
        shown = json.loads(done.stdout)
        if shown["status"] != "successful":
            return shown["status"], 0
        single = shown["responses"][0]
        when = time.strptime(single["this_update"], "%Y-%m-%dT%H:%M:%SZ")
        return single["status"], calendar.timegm(when) - time.time()

    def test_steps(self):
        """Responses that are expired, or in the future, by the new clock are not served."""
        daemon = self.begin()
        self.assertEqual(self.answer(daemon), ("good", 0))
        for offset, hours in (("+2d", 48), ("+5d", 120), ("+1d", 24), ("+0", 0)):
            self.set_clock(offset)
            until(lambda hours=hours: self.answer(daemon) == ("good", hours), daemon.log)

    def test_small_step(self):
        """Responses that were made before the clock is set back by two minutes are in the future
        then, both cached and saved ones."""
        daemon = self.begin()
        self.set_clock("+3600")
        until(lambda: abs(self.age(daemon)[1] - 3600) < 20, daemon.log)
        with contextlib.closing(sqlite3.connect(self.path("ocspd.db"))) as db:
            until(lambda: db.execute("SELECT count(*) FROM answer").fetchone() == (1,), daemon.log)
        self.set_clock("+3480")
        until(lambda: abs(self.age(daemon)[1] - 3480) < 20, daemon.log)
        hits = daemon.metric("ocspd_cache_hits_total")
        self.assertAlmostEqual(self.age(daemon)[1], 3480, delta=20)
        self.assertEqual(daemon.metric("ocspd_cache_hits_total"), hits + 1)

    def test_signer_ends(self):
        """When no signer is valid, no client gets a status."""
        daemon = self.begin()
        self.set_clock("+5000d")
        until(lambda: self.answer(daemon)[0] == "tryLater", daemon.log)
        until(lambda: "no signer certificate is valid" in daemon.log(), daemon.log)
        self.set_clock("+0")
        until(lambda: self.answer(daemon)[0] == "good", daemon.log)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)

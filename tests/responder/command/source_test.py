# SPDX-License-Identifier: MIT
#
# The end of a source: what the commands and a running ocspd say before, when, and after it expires.
"""Sources that expire, are not valid yet, or cannot be read."""

import json
import re
import time
import unittest
import urllib.error

from support import EX_UNAVAILABLE, OcspdCase, issuer, signer, until

LATER = "error: trylater"
GAP = (r"the source is incomplete, so serial numbers that it does not list are answered tryLater: "
       r".*\bsource-complete is not set")
ODD = r'ca\.crl:\d+: "0x\w+": unknown reason: revoked without a reason'
EXPIRED = (r"the source expired \d+ \w+ ago, at \S+Z, so answers that rest on it are tryLater: "
           r"publish a new CRL")
EXPIRING = r"the source expires in \d+ \w+, at \S+Z: publish a new CRL"
NOT_YET = (r"the source is not valid before \S+Z, so answers are tryLater: check the clocks of this "
           r"host and of the CA")


class SourceCase(OcspdCase):
    def make_all(self):
        super().make_all()
        self.make_signer("signer2", ca="other")
        self.configure_crls()

    def configure_crls(self, **settings):
        """The issuer "toy" with a CRL, and "second" with the database."""
        self.configure(
            issuer(source="crl", source_file="ca.crl", insecure_good_if_not_revoked=True),
            issuer("second", signer("b", certificate="signer2.pem", key="signer2.key"),
                   certificate="other.pem"), **settings)

    def sign_crl_of(self, since, until_, *revoked):
        self.sign_crl("ca.crl", *revoked, since=since, until=until_)


class RunningTest(SourceCase):
    """A running ocspd."""

    def setUp(self):
        super().setUp()
        self.ocspd("issue", "--issuer", "second", "0x01")

    def health(self, daemon):
        try:
            return 200, daemon.admin("/healthz")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def metrics(self, daemon):
        """The metrics of the sources, by name and issuer."""
        found = re.findall(r'^ocspd_source_(\w+){issuer="(\w+)"} (\S+)$', daemon.admin("/metrics"),
                           re.MULTILINE)
        return {(name, of): float(value) for name, of, value in found}

    def logged(self, daemon, pattern):
        return len(re.findall(rf"^\S+ (?:error|warning|info): {pattern}$", daemon.log(),
                              re.MULTILINE))

    def start_unhealthy(self):
        return self.start(healthy=False)

    def expect(self, daemon, line):
        until(lambda: self.health(daemon) == (503, f'issuer "toy": {line}\n'), daemon.log)

    def test_expired_at_the_start(self):
        """Its issuer alone is not answered for, and a new CRL is enough."""
        self.sign_crl_of(-7200, -3600)
        daemon = self.start_unhealthy()
        self.expect(daemon, "the source has expired")
        self.assertEqual(self.ask(daemon, 1), LATER)
        self.assertEqual(self.ask(daemon, 1, ca="other"), "good")
        until(lambda: self.logged(daemon, "toy: " + EXPIRED) == 1, daemon.log)
        values = self.metrics(daemon)
        self.assertEqual((values["up", "toy"], values["up", "second"]), (0, 1))
        self.assertAlmostEqual(values["expiry_seconds", "toy"], -3600, delta=60)
        self.assertAlmostEqual(values["age_seconds", "toy"], 7200, delta=60)
        self.assertNotIn(("expiry_seconds", "second"), values)
        self.assertEqual(daemon.metric("ocspd_store_up"), 0)
        self.sign_crl_of(-60, 86400)
        self.ask_until(daemon, 1, "good")
        until(lambda: self.health(daemon) == (200, "ok\n"), daemon.log)
        self.assertEqual(self.logged(daemon, "toy: the source is current again"), 1)
        self.assertEqual(self.metrics(daemon)["up", "toy"], 1)
        self.assertEqual(daemon.metric("ocspd_store_up"), 1)

    def test_reload_with_an_expired_source(self):
        self.sign_crl_of(-60, 3600)
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        self.sign_crl("old.crl", since=-7200, until=-3600)
        text = self.path("ocspd.conf").read_text(encoding="utf-8")
        self.write("ocspd.conf", text.replace("ca.crl", "old.crl"))
        daemon.hup()
        self.expect(daemon, "the source has expired")
        self.assertEqual(self.ask(daemon, 1), LATER)
        self.assertEqual(self.ask(daemon, 1, ca="other"), "good")
        self.assertEqual(daemon.metric("ocspd_config_last_reload_successful"), 1)

    def test_expires_while_it_runs(self):
        self.sign_crl_of(-40, 6)
        daemon = self.start()
        self.assertEqual(self.ask(daemon, 1), "good")
        until(lambda: self.logged(daemon, "toy: " + EXPIRING) == 1, daemon.log, 3)
        self.expect(daemon, "the source has expired")
        self.assertEqual(self.ask(daemon, 1), LATER)
        self.assertEqual(self.ask(daemon, 2), LATER)
        until(lambda: self.logged(daemon, "toy: " + EXPIRED) == 1, daemon.log)
        time.sleep(1)
        self.assertEqual(self.logged(daemon, "toy: .*"), 2)

    def test_not_yet_valid(self):
        self.sign_crl_of(3600, 7200)
        daemon = self.start_unhealthy()
        self.expect(daemon, "the source is not yet valid")
        self.assertEqual(self.ask(daemon, 1), LATER)
        self.assertEqual(self.ask(daemon, 1, ca="other"), "good")
        until(lambda: self.logged(daemon, "toy: " + NOT_YET) == 1, daemon.log)

    def test_two_failures(self):
        """Each is logged, whichever issuer has it, and so is the end of each."""
        self.sign_crl_of(-60, 3600)
        daemon = self.start()
        self.path("ca.crl").write_bytes(b"rubbish")
        self.expect(daemon, "cannot read the source")
        until(lambda: self.logged(daemon, "toy: cannot read the source: ca.crl: .*") == 1,
              daemon.log)
        for path in list(self.dir.glob("ocspd.db*")):
            path.rename(self.path("away-" + path.name))
        until(lambda: self.logged(daemon, "second: cannot read the source: ocspd.db: .*") >= 1,
              daemon.log)
        self.path("ca.crl").unlink()
        until(lambda: self.logged(daemon, "toy: cannot read the source: ca.crl: No such file or "
                                          "directory") == 1, daemon.log)
        self.assertEqual(self.metrics(daemon)["up", "second"], 0)
        self.sign_crl_of(-30, 3600)
        until(lambda: self.logged(daemon, "toy: the source can be read again") == 1, daemon.log)
        self.assertEqual(self.metrics(daemon)["up", "toy"], 1)
        self.path("ca.crl").write_bytes(b"rubbish")
        until(lambda: self.logged(daemon, "toy: cannot read the source: ca.crl: .*") == 3,
              daemon.log)

    def test_gap_and_odd_rows(self):
        """They are logged once, and do not make the responder unhealthy."""
        self.sign_crl("ca.crl", 1, since=-60, odd=range(10, 35), part="http://ca.example/1")
        daemon = self.start()
        until(lambda: self.logged(daemon, "toy: " + GAP) == 1, daemon.log)
        until(lambda: self.logged(daemon, "toy: 5 more rows of the source are odd: see ocspd "
                                          "check-config") == 1, daemon.log)
        self.assertEqual(self.logged(daemon, "toy: " + ODD), 20)
        values = self.metrics(daemon)
        self.assertEqual([values[name, "toy"] for name in ("up", "complete", "rows", "odd_rows")],
                         [1, 0, 26, 25])
        self.assertEqual(values["complete", "second"], 1)
        self.assertEqual(self.health(daemon), (200, "ok\n"))
        self.assertEqual(self.ask(daemon, 1), "revoked")
        self.assertEqual(self.ask(daemon, 2), LATER)
        # The rows of the next CRL are the same, but for one.
        self.sign_crl("ca.crl", 1, since=-30, odd=range(10, 36))
        until(lambda: self.logged(daemon, "toy: the source is complete again") == 1, daemon.log)
        until(lambda: self.logged(daemon, "toy: " + ODD) == 21, daemon.log)
        self.ask_until(daemon, 2, "good")

    def test_compromised_whatever_the_source_says(self):
        self.sign_crl_of(-7200, -3600)
        text = self.path("ocspd.conf").read_text(encoding="utf-8")
        self.write("ocspd.conf", text.replace(
            'source = "crl"', 'source = "crl"\nca-compromised = "2024-04-03T12:00:00Z"'))
        daemon = self.start_unhealthy()
        self.ask_until(daemon, 1, "revoked")
        self.path("ca.crl").unlink()
        self.expect(daemon, "cannot read the source\nissuer \"toy\": the source has expired")
        self.assertEqual(self.ask(daemon, 2), "revoked")


class CommandTest(SourceCase):
    """`ocspd check-config` and `ocspd status`."""

    def check(self, status, *patterns, args=()):
        """Runs check-config, which must print lines that match."""
        done = self.run_ocspd("check-config", *args)
        lines = done.stderr.decode().splitlines()
        self.assertEqual((len(lines), done.returncode), (len(patterns), status), lines)
        for line, pattern in zip(lines, patterns):
            self.assertRegex(line, f"^ocspd check-config: {pattern}$")
        self.assertEqual(done.stdout, b"" if status != 0 else b"ocspd.conf: configuration OK\n")

    def test_check_config(self):
        self.sign_crl_of(-60, 86400)
        self.check(0)
        self.sign_crl_of(-86400, 3600)
        self.check(0, "issuer toy: " + EXPIRING)
        self.sign_crl_of(-7200, -3600)
        self.check(EX_UNAVAILABLE, "issuer toy: " + EXPIRED)
        self.check(0, "issuer toy: " + EXPIRED, args=["--reload"])
        self.sign_crl_of(3600, 7200)
        self.check(EX_UNAVAILABLE, "issuer toy: " + NOT_YET)
        self.check(0, "issuer toy: " + NOT_YET, args=["--reload"])

    def test_check_config_prints_gap_and_odd_rows(self):
        self.sign_crl("ca.crl", 1, since=-60, odd=range(10, 12), part="http://ca.example/1")
        self.check(0, "issuer toy: " + GAP, *["issuer toy: " + ODD] * 2)
        self.sign_crl("ca.crl", 1, since=-60, odd=range(10, 130))
        self.check(0, *["issuer toy: " + ODD] * 100, "issuer toy: 20 more rows of the source are "
                                                     "odd")

    def test_check_config_prints_all(self):
        """Signers, and the sources of all issuers."""
        self.sign_crl("ca.crl", since=-7200, until=-3600)
        self.sign_crl("other.crl", ca="other", since=-7200, until=-10)
        self.configure(
            issuer(source="crl", source_file="ca.crl", insecure_good_if_not_revoked=True),
            issuer("second", signer("b", certificate="signer2.pem", key="signer2.key"),
                   certificate="other.pem", source="crl", source_file="other.crl",
                   insecure_good_if_not_revoked=True), signer_warning="365d")
        self.check(EX_UNAVAILABLE,
                   r"issuer toy, signer a: its certificate expires in \d+ days, at \S+Z",
                   r"issuer second, signer b: its certificate expires in \d+ days, at \S+Z",
                   "issuer toy: " + EXPIRED, "issuer second: " + EXPIRED)

    def test_status(self):
        self.sign_crl_of(-7200, 3 * 86400, 5, 6)
        self.assertRegex(self.ocspd("status", "--issuer", "toy"), re.compile(
            r"^toy: crl, current\n  source      ca\.crl\n  thisUpdate  \S+Z \(2 hours ago\)\n"
            r"  end         \S+Z \(expires in [23] days\)\n"
            r"  rows        2, of which 0 odd and 0 uncertain\n$"))
        self.sign_crl_of(-7200, -3600 * 2 + 60)
        self.assertIn("toy: crl, expired\n", self.ocspd("status", status=EX_UNAVAILABLE))
        self.sign_crl_of(3600, 7200)
        self.assertIn("toy: crl, not-yet-valid\n", self.ocspd("status", status=EX_UNAVAILABLE))
        self.ocspd("status", "--issuer", "second")

    def test_status_of_a_certificate(self):
        """What the responder would answer tryLater is not good."""
        for since, until_ in ((-7200, -3600), (3600, 7200)):
            self.sign_crl_of(since, until_, 5)
            self.assertRegex(self.ocspd("status", "--issuer", "toy", "0x05", status=1), "revoked")
            self.assertEqual(self.ocspd("status", "--issuer", "toy", "0x06",
                                        status=EX_UNAVAILABLE), "0x06 (decimal 6): uncertain\n")

    def test_status_json(self):
        self.sign_crl_of(-7200, 3600, 5)
        found = json.loads(self.ocspd("status", "--json", "--issuer", "toy"))
        self.assertAlmostEqual(found.pop("age"), 7200, delta=60)
        self.assertAlmostEqual(found.pop("expires_in"), 3600, delta=60)
        for name in ("this_update", "end"):
            self.assertRegex(found.pop(name), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(found, {"issuer": "toy", "source": "crl", "files": ["ca.crl"],
                                 "state": "current", "rows": 1, "odd_rows": 0,
                                 "uncertain_rows": 0, "complete": True})


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
#
# A running ocspd on several CRLs: parts of a divided CRL, and delta CRLs. What they mean in detail
# is tested in store/crl_set_test.c.
"""Tests of a running ocspd on several CRLs."""

import time
import unittest

from support import OcspdCase, issuer, until

LATER = "error: trylater"
NAMES = "issuingDistributionPoint=critical,@{0}\n[{0}]\nfullname=URI:http://crl.invalid/{0}\n"


class CrlTest(OcspdCase):
    def make_crl(self, name, revoked, number=1, base=None, part=None):
        """Writes a CRL; `revoked` has the reason of each serial number."""
        lines = [f"R\t301231235959Z\t240403120000Z{reason and ',' + reason}\t{serial:02X}\t"
                 "unknown\t/CN=x\n" for serial, reason in revoked.items()]
        self.write("crl-index.txt", "".join(lines))
        extensions = f"2.5.29.20=DER:02:01:{number:02x}\n"
        if base is not None:
            extensions += f"2.5.29.27=critical,DER:02:01:{base:02x}\n"
        if part is not None:
            extensions += NAMES.format(part)
        self.write("crl.cnf", "[ca]\ndefault_ca=x\n[x]\ndatabase=crl-index.txt\n"
                   "default_md=sha256\ndefault_crl_days=7\ncrl_extensions=e\n[e]\n" + extensions)
        self.openssl("ca", "-config", "crl.cnf", "-gencrl", "-cert", "ca.pem", "-keyfile", "ca.key",
                     "-out", "new.crl")
        self.path("new.crl").rename(self.path(name))

    def serve(self, files, **settings):
        self.configure_files(files, **settings)
        return self.start()

    def configure_files(self, files, **settings):
        self.configure(issuer(source="crl", source_file=files, insecure_good_if_not_revoked=True,
                              **settings))

    def test_parts(self):
        self.make_crl("a.crl", {1: ""}, part="a")
        self.make_crl("b.crl", {2: "keyCompromise"}, part="b")
        daemon = self.serve(["a.crl", "b.crl"])
        self.assertEqual([self.ask(daemon, serial) for serial in (1, 2, 3)],
                         ["revoked", "revoked", LATER])
        self.configure_files(["a.crl", "b.crl"], source_complete=True)
        daemon.hup()
        self.ask_until(daemon, 3, "good")
        time.sleep(1.1)  # CRLs count in seconds
        self.make_crl("b.crl", {2: "keyCompromise", 3: ""}, number=2, part="b")
        self.ask_until(daemon, 3, "revoked")

    def test_one_part(self):
        """One part of a divided CRL never makes what another part revokes good."""
        self.make_crl("a.crl", {1: ""}, part="a")
        daemon = self.serve(["a.crl"])
        self.assertEqual([self.ask(daemon, serial) for serial in (1, 2)], ["revoked", LATER])

    def test_delta(self):
        self.make_crl("base.crl", {1: "certificateHold", 2: "keyCompromise"}, number=5)
        time.sleep(1.1)
        self.make_crl("delta.crl", {3: "superseded"}, number=6, base=5)
        daemon = self.serve(["base.crl", "delta.crl"])
        self.assertEqual([self.ask(daemon, serial) for serial in (1, 2, 3, 4)],
                         ["revoked", "revoked", "revoked", "good"])
        time.sleep(1.1)
        self.make_crl("delta.crl", {1: "removeFromCRL", 2: "removeFromCRL", 3: "superseded"},
                      number=7, base=5)
        self.ask_until(daemon, 1, "good")
        self.assertEqual([self.ask(daemon, serial) for serial in (2, 3)], ["revoked", "revoked"])

    def test_delta_that_does_not_fit(self):
        """The next delta CRL starts from a complete CRL that is late: health says so."""
        self.make_crl("base.crl", {1: ""}, number=5)
        time.sleep(1.1)
        self.make_crl("delta.crl", {2: "keyCompromise"}, number=6, base=5)
        daemon = self.serve(["base.crl", "delta.crl"])
        self.assertEqual(self.ask(daemon, 3), "good")
        time.sleep(1.1)
        self.make_crl("delta.crl", {4: ""}, number=9, base=8)
        self.ask_until(daemon, 4, "revoked")
        self.assertEqual([self.ask(daemon, serial) for serial in (1, 2, 3)],
                         ["revoked", "revoked", LATER])
        until(lambda: not daemon.is_healthy(), daemon.log)
        self.make_crl("base.crl", {1: "", 2: "keyCompromise"}, number=8)
        self.ask_until(daemon, 3, "good")
        until(daemon.is_healthy, daemon.log)

    def test_delta_that_is_forgotten(self):
        """A reload without the delta CRL does not make good what that has revoked."""
        self.make_crl("base.crl", {1: ""}, number=5)
        time.sleep(1.1)
        self.make_crl("delta.crl", {2: "keyCompromise"}, number=6, base=5)
        daemon = self.serve(["base.crl", "delta.crl"])
        self.assertEqual(self.ask(daemon, 2), "revoked")
        self.configure_files(["base.crl"])
        daemon.hup()
        until(lambda: daemon.log().count("serving 1 issuer") == 2, daemon.log)
        self.assertEqual([self.ask(daemon, serial) for serial in (1, 2, 3)],
                         ["revoked", "revoked", "good"])
        self.make_crl("base.crl", {1: ""}, number=6)
        self.ask_until(daemon, 2, "good")

    def test_newline(self):
        self.make_crl("a.crl", {1: ""})
        self.openssl("crl", "-in", "a.crl", "-outform", "DER", "-out", "b.crl")
        self.path("a.crl").write_bytes(self.path("b.crl").read_bytes() + b"\r\n")
        daemon = self.serve(["a.crl"])
        self.assertEqual([self.ask(daemon, serial) for serial in (1, 2)], ["revoked", "good"])


if __name__ == "__main__":
    unittest.main()

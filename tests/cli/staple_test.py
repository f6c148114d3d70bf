# SPDX-License-Identifier: MIT
#
# `ocsp staple` on loopback: which answers are written, alerts, hooks, and the loop.
"""Tests of ocsp staple."""

import base64
import contextlib
import datetime
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import threading
import time
import unittest

from support import AskingCase, OCSP, error_response

STAPLE_USAGE = "usage: ocsp staple [OPTION]... --config FILE | --cert FILE --out FILE\n"
REVOKED = "revoked since 2023-06-01T12:00:00Z (keyCompromise) (RFC 6960 2.2)\n"
KEPT = "{0}: out.der: not replaced: it holds a newer answer than the responder's\n"
UPDATED = b"OCSP Response updated!\n\n"


class StapleCase(AskingCase):
    """A test of ocsp staple, with answers of any age."""

    def staple(self, status, *args, error="", **more):
        done = self.run_ocsp("staple", *args, **more)
        self.assertEqual((done.stderr.decode(), done.stdout, done.returncode),
                         (error, b"", status))

    def once(self, status, *args, out="out.der", cert="leaf-chain.pem", error="", **more):
        place = ("--out", out) if out is not None else ()
        self.staple(status, "--once", "--cert", cert, *place, *args, error=error, **more)

    def configured(self, status, config, *args, error="", **more):
        self.write("staple.conf", config)
        self.staple(status, "--once", "--config", "staple.conf", *args, error=error, **more)

    def answer(self, out="answer.resp", begin=0, end=7, cert="leaf.pem", status="good",
               options=()):
        """An answer that is valid from and to so many days from now."""
        times = [(datetime.datetime.now(datetime.timezone.utc)
                  + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
                 for days in (begin, end)]
        self.succeed("respond", "--issuer", "ca.pem", "--key", "ca.key", "--status", status,
                     "--cert", cert, "--this-update", times[0], "--next-update", times[1],
                     *options, "--out", out)
        return self.path(out).read_bytes()

    def there(self, name="out.der"):
        return self.path(name).read_bytes()

    def verdict(self, name="out.der", cert="leaf.pem"):
        return self.run_ocsp("verify", "--issuer", "ca.pem", "--cert", cert, name).returncode

    def lines(self, name):
        return self.path(name).read_text().splitlines() if self.path(name).exists() else []

    def metric(self, name, label, file="metrics.prom"):
        for line in self.lines(file):
            found = re.fullmatch(re.escape(name + label) + r" (-?[0-9]+)", line)
            if found:
                return int(found[1])
        return None


class WriteTest(StapleCase):
    """Which answers are written."""

    def test_good(self):
        self.once(0)
        self.assertEqual(self.verdict(), 0)
        self.assertEqual([name for name in os.listdir(self.dir) if "out" in name], ["out.der"])

    def test_fresh_is_kept(self):
        there = self.answer("out.der", -1, 9)
        self.once(0, "--url", self.nowhere())
        self.assertEqual(self.there(), there)

    def test_due_is_replaced(self):
        self.answer("out.der", -6, 3)
        newer = self.answer()
        self.once(0, "--url", self.serve(newer))
        self.assertEqual(self.there(), newer)

    def test_force_replaces_fresh(self):
        self.answer("out.der", -1, 9)
        newer = self.answer()
        self.once(0, "--force", "--url", self.serve(newer))
        self.assertEqual(self.there(), newer)

    def test_expired_is_replaced(self):
        self.answer("out.der", -9, -2)
        self.once(0)
        self.assertEqual(self.verdict(), 0)

    def test_staple_from_the_future_is_replaced(self):
        self.answer("out.der", 2, 9)
        self.once(0)
        self.assertEqual(self.verdict(), 0)

    def test_what_is_no_staple_is_replaced(self):
        for there in (b"", b"garbage", b"\x30\x03\x0a\x01\x03", b"\x00" * 70000,
                      self.answer("other.resp", cert="other.pem")):
            self.path("out.der").write_bytes(there)
            self.once(0)
            self.assertEqual(self.verdict(), 0)

    def test_same_answer_is_not_written(self):
        there = self.answer("out.der", -6, 3)
        before = self.path("out.der").stat().st_ino
        self.once(0, "--url", self.serve(there), "--reload-hook", "touch reloaded")
        self.assertEqual(self.path("out.der").stat().st_ino, before)
        self.assertFalse(self.path("reloaded").exists())

    def test_older_is_not_written(self):
        there = self.answer("out.der", -6, 3)
        older = self.serve(self.answer(begin=-7, end=3))
        for options in ((), ("--force",)):
            self.once(0, "--url", older, *options, error=KEPT.format("leaf-chain.pem"))
            self.assertEqual(self.there(), there)

    def test_older_than_revoked_is_not_written(self):
        there = self.answer("out.der", -1, 6, status="revoked",
                            options=("--revoked-at", "2024-01-01T00:00:00Z"))
        older = self.serve(self.answer(begin=-2, end=6))
        self.once(3, "--url", older, error=KEPT.format("leaf-chain.pem"))
        self.assertEqual(self.there(), there)

    def test_revoked_there_is_not_fresh(self):
        self.answer("out.der", -1, 9, status="revoked",
                    options=("--revoked-at", "2024-01-01T00:00:00Z"))
        newer = self.answer()
        self.once(0, "--url", self.serve(newer))
        self.assertEqual(self.there(), newer)

    def test_revoked_is_not_written(self):
        self.once(1, cert="bad-chain.pem", error="bad-chain.pem: " + REVOKED)
        self.assertFalse(self.path("out.der").exists())
        there = self.answer("out.der", -6, 3, cert="bad.pem")
        self.once(1, cert="bad-chain.pem", error="bad-chain.pem: " + REVOKED)
        self.assertEqual(self.there(), there)

    def test_on_hold_is_not_written(self):
        url = self.serve(self.answer(status="revoked", options=(
            "--revoked-at", "1970-01-01T00:00:00Z", "--reason", "certificateHold")))
        self.once(1, "--url", url, error="leaf-chain.pem: revoked since 1970-01-01T00:00:00Z "
                                         "(certificateHold) (RFC 6960 2.2)\n")
        self.assertFalse(self.path("out.der").exists())

    def test_unknown_is_not_written(self):
        self.once(2, cert="missing-chain.pem",
                  error="missing-chain.pem: unknown to the responder (RFC 6960 2.2)\n")
        self.assertFalse(self.path("out.der").exists())

    def test_what_is_not_verified_is_not_written(self):
        there = self.answer("out.der", -6, 3)
        good = self.answer()
        old = self.answer("old.resp", -9, -1)
        other = self.answer("other.resp", cert="other.pem")
        forged = good[:-1] + bytes([good[-1] ^ 1])
        for body in (b"", b"garbage", good[:-1], good + b"\x00", forged, old, other,
                     *(error_response(n) for n in (1, 2, 3, 5, 6))):
            with self.subTest(body=body[:16]):
                url = self.serve(body)
                done = self.run_ocsp("staple", "--once", "--cert", "leaf-chain.pem", "--out",
                                     "out.der", "--url", url, "--hash", "sha256")
                self.assertEqual(done.returncode, 3)
                self.assertRegex(done.stderr.decode(), r"\Aleaf-chain\.pem: " + url + r": .*\n\Z")
                self.assertEqual(self.there(), there)

    def test_try_later(self):
        url = self.serve(error_response(3))
        self.once(3, "--url", url, error=f"leaf-chain.pem: {url}: the responder returned tryLater "
                                         "(RFC 6960 2.3)\n")
        self.assertFalse(self.path("out.der").exists())

    def test_http_error(self):
        url = self.serve(b"no", status=503)
        self.once(3, "--url", url, error=f"leaf-chain.pem: {url}: HTTP status 503 instead of 200 "
                                         "(RFC 6960 A.2)\n")

    def test_expired_stays_and_is_told(self):
        there = self.answer("out.der", -9, -2)
        done = self.run_ocsp("staple", "--once", "--cert", "leaf-chain.pem", "--out", "out.der",
                             "--url", self.nowhere(), "--metrics", "metrics.prom")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr.decode(), r"leaf-chain\.pem: http://[^ ]+: cannot reach the "
                                               r"responder"
                         r".*\nleaf-chain\.pem: the staple in out\.der expired at "
                         r"20[-0-9]+T[:0-9]+Z \(RFC 6960 4\.2\.2\.1\)\n\Z")
        self.assertEqual(self.there(), there)
        self.assertEqual(self.metric("ocsp_staple_status",
                                     '{name="leaf-chain.pem",status="expired"}'), 1)

    def test_no_responder_is_passed_over(self):
        self.once(0, "--metrics", "metrics.prom", cert="mute-chain.pem")
        self.once(0, "--force", cert="mute.pem")
        self.assertFalse(self.path("out.der").exists())
        self.assertEqual(self.metric("ocsp_staple_status",
                                     '{name="mute-chain.pem",status="no-responder"}'), 1)

    def test_no_responder_but_url(self):
        self.once(0, "--url", self.serve(self.answer(cert="mute.pem")), cert="mute-chain.pem")
        self.assertEqual(self.verdict(cert="mute.pem"), 0)

    def test_issuer(self):
        self.once(3, cert="leaf.pem",
                  error='leaf.pem: missing certificate of its issuer "CN=ca"; use --issuer: the '
                        "certificate does not say where its issuer's is (RFC 5280 4.2.2.1)\n")
        self.once(3, "--issuer", "stranger.pem", cert="leaf.pem",
                  error="leaf.pem: the certificate's signature is not by its issuer "
                        "(RFC 5280 6.1.3)\n")
        self.once(0, "--issuer", "ca.pem", cert="leaf.pem")
        self.once(65, "--issuer", "none.pem", cert="leaf.pem",
                  error="none.pem: No such file or directory\n")

    def test_cache_is_not_used(self):
        self.succeed("fetch", "--out", "cached.der", "leaf-chain.pem")
        before = self.there("cached.der")
        time.sleep(1.1)
        self.once(0)
        self.assertNotEqual(self.there(), before)

    def test_cache_on_demand(self):
        self.succeed("fetch", "--cache-dir", "kept", "--out", "cached.der", "leaf-chain.pem")
        time.sleep(1.1)
        self.once(0, "--cache-dir", "kept")
        self.assertEqual(self.there(), self.there("cached.der"))


class FileTest(StapleCase):
    """Modes, owners, links, places."""

    def mode(self, name="out.der"):
        return stat.S_IMODE(self.path(name).stat().st_mode)

    def test_mode(self):
        self.once(0, command=("sh", "-c", 'umask 077; exec "$@"', "sh"))
        self.assertEqual(self.mode(), 0o644)
        self.path("out.der").chmod(0o600)
        self.once(0, "--force")
        self.assertEqual(self.mode(), 0o600)
        self.once(0, "--force", "--mode", "0640")
        self.assertEqual(self.mode(), 0o640)

    def test_owner(self):
        if os.getuid() != 0:
            own = f"{os.getuid()}:{os.getgid()}"
            self.once(0, "--owner", own)
            self.once(3, "--force", "--owner", "0",
                      error="out.der: cannot write the file: Operation not permitted\n"
                            "leaf-chain.pem: cannot write the staple\n")
            return
        self.once(0, "--owner", "nobody:nogroup")
        first = self.path("out.der").stat()
        self.assertEqual((first.st_uid, first.st_gid), (65534, 65534))
        self.once(0, "--force")
        second = self.path("out.der").stat()
        self.assertNotEqual(second.st_ino, first.st_ino)
        self.assertEqual((second.st_uid, second.st_gid), (65534, 65534))
        self.once(0, "--force", "--owner", "1234")
        third = self.path("out.der").stat()
        self.assertEqual(third.st_uid, 1234)

    def test_link_stays(self):
        self.path("real").mkdir()
        self.path("out.der").symlink_to("real/staple.der")
        self.write("real/staple.der", b"")
        self.once(0)
        self.assertTrue(self.path("out.der").is_symlink())
        self.assertEqual(self.verdict("real/staple.der"), 0)
        self.assertEqual(os.listdir(self.path("real")), ["staple.der"])

    def test_leftovers_are_removed(self):
        hour_ago = time.time() - 3700
        old = [".out.der.ocsp-aB3dE6", ".other.ocsp-aB3dE6"]
        kept = [".out.der.ocsp-aB3dE", ".out.der.ocsp-aB3dE67", "out.der.ocsp-aB3dE6",
                ".ocsp-aB3dE6", ".out.der.ocspxaB3dE6"]
        for name in old + kept:
            self.write(name, b"x")
            os.utime(self.path(name), (hour_ago, hour_ago))
        self.write(".out.der.ocsp-young1", b"x")
        self.once(0)
        names = set(os.listdir(self.dir))
        self.assertEqual(names & set(old), set())
        self.assertEqual(set(kept + [".out.der.ocsp-young1"]) - names, set())

    def test_places_that_are_no_place(self):
        self.path("folder").mkdir()
        for place, error in (
                ("folder", "leaf-chain.pem: folder: not a regular file\n"),
                ("none/out.der", "none/out.der: cannot write the file: No such file or directory\n"
                                 "leaf-chain.pem: cannot write the staple\n")):
            self.once(3, out=place, error=error)

    def test_what_is_no_staple_at_all_stays(self):
        self.write("leaf.der", self.openssl("x509", "-in", "leaf.pem", "-outform", "DER"))
        for place, what in (("leaf.key", "PEM"), ("leaf.pem", "PEM"),
                            ("leaf.der", "a certificate")):
            before = self.there(place)
            self.once(3, out=place, error=f"leaf-chain.pem: {place}: not replaced: it "
                                          f"holds {what}\n")
            self.assertEqual(self.there(place), before)

    def test_place_of_the_certificate(self):
        self.staple(64, "--once", "--cert", "leaf-chain.pem", "--out", "leaf-chain.pem",
                    error="ocsp staple: the staple would replace the certificate\n" + STAPLE_USAGE)
        self.path("link.der").symlink_to("leaf-chain.pem")
        self.once(3, out="link.der", error="leaf-chain.pem: link.der: the staple would replace "
                                           "the certificate\n")

    def test_key_in_the_certificate_file(self):
        chain = self.there("leaf-chain.pem")
        key = self.there("leaf.key")
        self.openssl("ecparam", "-name", "prime256v1", "-out", "parameters.pem")
        self.write("site.pem", key + self.there("parameters.pem") + chain)
        self.once(0, cert="site.pem")
        self.assertEqual(self.verdict(), 0)
        self.once(3, cert="leaf.key",
                  error="leaf.key: leaf.key: missing certificate\n"
                        "leaf.key: cannot load the certificate or an issuer\n")

    def test_der_certificate(self):
        self.openssl("x509", "-in", "leaf.pem", "-outform", "DER", "-out", "leaf.crt")
        self.once(0, "--issuer", "ca.pem", cert="leaf.crt")

    def test_broken_certificate(self):
        self.write("broken.crt", b"\x30\x80\x00")
        done = self.run_ocsp("staple", "--once", "--cert", "broken.crt", "--out", "out.der")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr.decode(), r"\Abroken\.crt: broken\.crt: certificate 1, byte ")


class FormTest(StapleCase):
    """The names and needs of servers."""

    def test_names(self):
        for cert, form, out in (("a.pem", "nginx", "a.der"), ("b", "nginx", "b.der"),
                                ("d.d/c", "nginx", "d.d/c.der"), (".e", "nginx", ".e.der"),
                                ("f.pem", "haproxy", "f.pem.ocsp")):
            self.path("d.d").mkdir(exist_ok=True)
            self.write(cert, self.there("leaf-chain.pem"))
            self.once(0, "--form", form, cert=cert, out=None)
            self.assertEqual(self.verdict(out), 0)
        for form in ("der", "envoy"):
            self.staple(64, "--once", "--cert", "a.pem", "--form", form,
                        error="ocsp staple: missing out: only the forms nginx and haproxy have "
                              "a default\n" + STAPLE_USAGE)
        self.once(0, "--form", "envoy")

    def test_haproxy_is_sha1(self):
        self.answer("out.der", options=("--hash", "sha256"))
        self.once(0, "--form", "haproxy")
        text = self.openssl("ocsp", "-respin", "out.der", "-resp_text", "-noverify").decode()
        self.assertIn("Hash Algorithm: sha1\n", text)
        self.once(0, "--form", "haproxy", "--url", self.nowhere())

    def test_what_haproxy_would_not_load(self):
        no_end = ("respond", "--issuer", "ca.pem", "--key", "ca.key", "--status", "good", "--cert",
                  "leaf.pem", "--hash", "sha1", "--next-update", "none", "--out", "endless.resp")
        self.succeed(*no_end)
        self.succeed("request", "--hash", "sha1", "--issuer", "ca.pem", "--out", "two.req",
                     "leaf.pem", "other.pem")
        self.succeed("respond", "--issuer", "ca.pem", "--key", "ca.key", "--status", "good",
                     "--request", "two.req", "--out", "two.resp")
        for answer, why in (
                (self.answer(options=("--hash", "sha256")), "its cert ID does not use SHA-1"),
                (self.there("endless.resp"), "it has no nextUpdate (RFC 6960 4.2.1)"),
                (self.there("two.resp"), "it is about more than one certificate")):
            url = self.serve(answer)
            self.once(3, "--form", "haproxy", "--url", url,
                      error=f"leaf-chain.pem: HAProxy would not load the response: {why}\n")
            self.assertFalse(self.path("out.der").exists())
            self.once(0, "--url", url, out="plain.der")
            self.path("plain.der").unlink()


class Haproxy:
    """Its runtime socket: takes a command, gives an answer."""

    def __init__(self, address, answer=UPDATED, hangs=False):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family)
        self.socket.bind(address)
        self.socket.listen()
        self.answer, self.hangs, self.commands = answer, hangs, []
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.socket.accept()
                with peer:
                    command = b""
                    while not command.endswith(b"\n") and (more := peer.recv(65536)):
                        command += more
                    self.commands.append(command)
                    if self.hangs:
                        self.stopped.wait(20)
                    peer.sendall(self.answer)

    def stop(self):
        self.stopped.set()
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()


class HaproxyTest(StapleCase):
    """The staples sent to HAProxy, and its replies."""

    def haproxy(self, address, **more):
        haproxy = Haproxy(address, **more)
        self.addCleanup(haproxy.stop)
        return haproxy

    def run_once(self, status, address, error="", options=()):
        self.once(status, "--form", "haproxy", "--haproxy-socket", address, "--reload-hook",
                  "echo reloaded >>log", *options, error=error)

    def at(self, name="haproxy.sock"):
        return str(self.path(name))

    def test_path(self):
        haproxy = self.haproxy(self.at())
        self.run_once(0, "haproxy.sock")
        self.run_once(0, self.at(), options=("--force",))
        expected = b"set ssl ocsp-response " + base64.b64encode(self.there()) + b"\n"
        self.assertEqual(len(haproxy.commands), 2)
        self.assertEqual(haproxy.commands[1], expected)
        self.assertEqual(self.lines("log"), [])
        self.run_once(0, "haproxy.sock")
        self.assertEqual(len(haproxy.commands), 2)

    def test_port(self):
        haproxy = self.haproxy(("127.0.0.1", 0))
        self.run_once(0, f"127.0.0.1:{haproxy.socket.getsockname()[1]}")
        self.assertEqual(len(haproxy.commands), 1)

    def test_refusal(self):
        answer = b"OCSP single response: Certificate ID does not match any certificate or issuer.\n"
        self.haproxy(self.at(), answer=answer)
        self.run_once(69, "haproxy.sock", error="leaf-chain.pem: HAProxy at haproxy.sock "
                      "rejected the staple: " + answer.decode())
        self.assertEqual(self.verdict(), 0)
        self.assertEqual(self.lines("log"), ["reloaded"])

    def test_no_answer(self):
        self.haproxy(self.at(), answer=b"")
        self.run_once(69, "haproxy.sock", error="leaf-chain.pem: HAProxy at haproxy.sock "
                                                "rejected the staple: no answer\n")

    def test_long_answer(self):
        self.haproxy(self.at(), answer=b"x" * 100000)
        self.run_once(69, "haproxy.sock", error="leaf-chain.pem: HAProxy at haproxy.sock "
                                                f"rejected the staple: {'x' * 200}\n")

    def test_hangs(self):
        self.haproxy(self.at(), hangs=True)
        self.run_once(69, "haproxy.sock", error="leaf-chain.pem: cannot send the staple to "
                                                "HAProxy at haproxy.sock: Connection timed out\n")
        self.assertEqual(self.verdict(), 0)

    def test_nobody(self):
        port = self.nowhere().split(":")[2].strip("/")
        for address, why in (("none.sock", "No such file or directory"),
                             (f"127.0.0.1:{port}", "Connection refused"),
                             ("localhost:1", "Invalid argument"),
                             ("127.0.0.1:x", "Invalid argument"), ("[::1:1", "Invalid argument"),
                             ("/" + "x" * 200, "File name too long")):
            self.run_once(69, address, options=("--force",),
                          error=f"leaf-chain.pem: cannot send the staple to HAProxy at {address}: "
                                f"{why}\n")

    def test_only_for_haproxy(self):
        self.staple(64, "--once", "--cert", "leaf.pem", "--out", "out.der", "--haproxy-socket", "x",
                    error="ocsp staple: haproxy-socket needs the form haproxy\n" + STAPLE_USAGE)


class HookTest(StapleCase):
    """Hooks and alerts."""

    SHOW = 'env | grep ^OCSP_ | grep -v ^OCSP= | sort >>log; echo "--" >>log'

    def test_reload_once_for_a_batch(self):
        config = """
            reload-hook = 'echo "first $OCSP_NAMES" >>log'
            staple one { cert = leaf-chain.pem out = one.der }
            staple two { cert = other-chain.pem out = two.der }
            staple three { cert = leaf-chain.pem out = three.der
                           reload-hook = 'echo "second $OCSP_NAMES" >>log' }
            staple four { cert = leaf-chain.pem out = four.der reload-hook = "" }
            staple mute { cert = mute-chain.pem out = mute.der }
            staple bad { cert = bad-chain.pem out = bad.der }
        """
        self.configured(1, config, error="bad: " + REVOKED)
        self.assertEqual(sorted(self.lines("log")), ["first one two", "second three"])
        self.configured(1, config, error="bad: " + REVOKED)
        self.assertEqual(len(self.lines("log")), 2)
        self.path("two.der").unlink()
        self.configured(1, config, error="bad: " + REVOKED)
        self.assertEqual(self.lines("log")[2:], ["first two"])

    def test_failing_reload_hook(self):
        for command, why in (("exit 3", "hook exited with status 3"),
                             ("kill -9 $$", "hook was killed by signal 9"),
                             ("/none/there 2>/dev/null", "hook exited with status 127")):
            self.once(69, "--force", "--reload-hook", command, error=f"{command}: {why}\n")
            self.assertEqual(self.verdict(), 0)

    def test_hook_has_signals_as_usual(self):
        self.once(0, "--reload-hook", "grep -E '^Sig(Blk|Ign)' /proc/self/status >>log; cat")
        masks = [int(line.split()[1], 16) for line in self.lines("log")]
        self.assertEqual(masks[0], 0)
        self.assertEqual(masks[1] & 1 << (signal.SIGPIPE - 1), 0)

    def test_revoked(self):
        self.once(1, "--alert-hook", self.SHOW, cert="bad-chain.pem",
                  error="bad-chain.pem: " + REVOKED, env={"OCSP_EVENT": "of somebody else"})
        self.assertEqual(self.lines("log"), [
            "OCSP_CERT=bad-chain.pem", "OCSP_EVENT=revoked", "OCSP_NAME=bad-chain.pem",
            "OCSP_NEXT_UPDATE=", "OCSP_OUT=out.der", "OCSP_REASON=keyCompromise",
            "OCSP_TIME=2023-06-01T12:00:00Z", "--"])

    def test_failing(self):
        url = self.serve(error_response(3))
        self.once(3, "--url", url, "--alert-hook", self.SHOW,
                  error=f"leaf-chain.pem: {url}: the responder returned tryLater (RFC 6960 2.3)\n")
        self.assertIn("OCSP_EVENT=failing", self.lines("log"))
        self.assertIn(f"OCSP_REASON={url}: the responder returned tryLater (RFC 6960 2.3)",
                      self.lines("log"))

    def test_expiring(self):
        self.answer("out.der", -6, 1)
        url = self.serve(error_response(3))
        self.once(3, "--url", url, "--alert-hook", self.SHOW,
                  error=f"leaf-chain.pem: {url}: the responder returned tryLater (RFC 6960 2.3)\n")
        log = self.lines("log")
        self.assertEqual(log.count("--"), 1)
        self.assertIn("OCSP_EVENT=expiring", log)
        self.assertRegex("\n".join(log), r"\nOCSP_NEXT_UPDATE=20[-0-9]+T[:0-9]+Z\n")

    def test_no_alert_when_all_is_well(self):
        self.once(0, "--alert-hook", self.SHOW)
        self.once(0, "--alert-hook", self.SHOW, cert="mute-chain.pem", out="mute.der")
        self.assertEqual(self.lines("log"), [])

    def test_failing_alert_hook(self):
        self.once(1, "--alert-hook", "exit 1", cert="bad-chain.pem",
                  error="bad-chain.pem: " + REVOKED + "exit 1: hook exited with status 1\n")

    def test_values_are_no_commands(self):
        name = "$(touch pwned);`touch pwned`;.pem"
        self.write(name, self.there("bad-chain.pem"))
        self.once(1, "--alert-hook", 'echo "$OCSP_CERT" >>log', cert=name,
                  error=f"{name}: {REVOKED}")
        self.assertEqual(self.lines("log"), [name])
        self.assertFalse(self.path("pwned").exists())


class MetricsTest(StapleCase):
    def test_values(self):
        before = int(time.time())
        self.answer("two.der", -1, 9, cert="other.pem")
        self.configured(1, """
            metrics = metrics.prom
            staple one { cert = leaf-chain.pem out = one.der }
            staple two { cert = other-chain.pem out = two.der }
            staple bad { cert = bad-chain.pem out = bad.der }
        """, error="bad: " + REVOKED)
        this_update = self.metric("ocsp_staple_this_update_seconds", '{name="one"}')
        next_update = self.metric("ocsp_staple_next_update_seconds", '{name="one"}')
        refresh = self.metric("ocsp_staple_refresh_seconds", '{name="one"}')
        self.assertLess(abs(this_update - before), 30)
        self.assertEqual(next_update - this_update, 7 * 86400)
        self.assertTrue(0.4 <= (refresh - this_update) / (7 * 86400) <= 0.6)
        self.assertGreaterEqual(self.metric("ocsp_staple_last_success_seconds", '{name="one"}'),
                                before)
        self.assertIsNone(self.metric("ocsp_staple_last_success_seconds", '{name="two"}'))
        self.assertIsNone(self.metric("ocsp_staple_next_update_seconds", '{name="bad"}'))
        self.assertEqual(self.metric("ocsp_staple_failures", '{name="one"}'), 0)
        self.assertEqual(self.metric("ocsp_staple_failures", '{name="bad"}'), 1)
        for name, state in (("one", "good"), ("two", "good"), ("bad", "revoked")):
            states = {word: self.metric("ocsp_staple_status",
                                        f'{{name="{name}",status="{word}"}}')
                      for word in ("good", "failing", "expired", "revoked", "unknown",
                                   "no-responder")}
            self.assertEqual(states, {word: int(word == state) for word in states})

    def test_refresh_before_the_signer_ends(self):
        self.make_cert("brief", "ca", 0x2001, "extendedKeyUsage=OCSPSigning\nnoCheck=ignored\n",
                       options=("-days", "2"))
        self.succeed("respond", "--issuer", "ca.pem", "--signer", "brief.pem", "--key",
                     "brief.key", "--status", "good", "--cert", "leaf.pem", "--next-update",
                     (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=9))
                     .strftime("%Y-%m-%dT%H:%M:%SZ"), "--out", "brief.resp")
        self.once(0, "--metrics", "metrics.prom", "--url", self.serve(self.there("brief.resp")))
        left = self.metric("ocsp_staple_refresh_seconds", '{name="leaf-chain.pem"}') - time.time()
        self.assertTrue(1 < left / 86400 < 2, left)

    def test_refresh_without_next_update(self):
        self.succeed("respond", "--issuer", "ca.pem", "--key", "ca.key", "--status", "good",
                     "--cert", "leaf.pem", "--next-update", "none", "--out", "endless.resp")
        url = self.serve(self.there("endless.resp"))
        for options, length in (((), 86400), (("--max-age", "7200"), 7200)):
            self.once(0, "--metrics", "metrics.prom", "--url", url, *options)
            left = (self.metric("ocsp_staple_refresh_seconds", '{name="leaf-chain.pem"}')
                    - time.time())
            self.assertTrue(0.3 < left / length < 0.7, left)
        self.path("out.der").unlink()
        self.once(3, "--url", url, "--max-age", "0",
                  error=f"leaf-chain.pem: {url}: the response is not believed: there is no "
                        "nextUpdate (RFC 9919 5)\n")

    def test_retry(self):
        before = time.time()
        self.once(1, "--metrics", "metrics.prom", cert="bad-chain.pem",
                  error="bad-chain.pem: " + REVOKED)
        wait = self.metric("ocsp_staple_refresh_seconds", '{name="bad-chain.pem"}') - before
        self.assertTrue(50 < wait < 100, wait)

    def test_form(self):
        self.once(0, "--metrics", "metrics.prom")
        families = set()
        for line in self.lines("metrics.prom"):
            if line.startswith("# "):
                self.assertRegex(line, r"\A# (HELP [a-z_]+ [A-Z].*\.|HELP [a-z_]+ .*|"
                                       r"TYPE [a-z_]+ gauge)\Z")
                families.add(line.split()[2])
            else:
                self.assertRegex(line, r'\A[a-z_]+\{name="[^"]*"(,status="[a-z-]+")?\} -?[0-9]+\Z')
                self.assertIn(line.split("{")[0], families)

    def test_escapes(self):
        name = 'a"b\\c\nd.pem'
        self.write(name, self.there("leaf-chain.pem"))
        self.once(0, "--metrics", "metrics.prom", cert=name)
        self.assertIn('ocsp_staple_failures{name="a\\"b\\\\c\\nd.pem"} 0\n',
                      self.path("metrics.prom").read_text())

    def test_place_that_cannot_be_written(self):
        self.once(74, "--metrics", "none/metrics.prom",
                  error="none/metrics.prom: cannot write the file: No such file or directory\n")
        self.assertEqual(self.verdict(), 0)


ONE = "staple one { cert = leaf-chain.pem out = out.der }\n"


class ConfigTest(StapleCase):
    """The grammar of the configuration. Settings work like the options of the same name."""

    def refused(self, config, error):
        self.configured(78, config, error=f"staple.conf:{error}\n")
        self.assertFalse(self.path("out.der").exists())

    def test_every_setting(self):
        self.configured(0, """
            # a comment
            timeout = 5
            connect-timeout = 2
            proxy = ""
            hash = sha1
            max-age = 3600
            skew = 60
            issuer = {"ca.pem"}
            trusted-responder = {delegate.pem}
            insecure-allow-sha1 = false
            insecure-allow-small-rsa = yes
            metrics = "metrics.prom"
            form = nginx
            mode = 0600
            /* what follows
               goes before that */
            staple "www.example.org" { cert = "leaf.pem" out = out.der mode = 0640 form = der }
            staple two { cert = "other.pem" issuer = {ca.pem} reload-hook = "true"
                         alert-hook = "true" url = "" }
        """)
        self.assertEqual(self.verdict(), 0)
        self.assertEqual(self.verdict("other.der", "other.pem"), 0)
        modes = [stat.S_IMODE(self.path(n).stat().st_mode) for n in ("out.der", "other.der")]
        self.assertEqual(modes, [0o640, 0o600])
        self.assertTrue(self.path("metrics.prom").exists())

    def test_defaults_may_follow(self):
        self.configured(0, "staple one { cert = leaf-chain.pem }\nform = nginx\n")
        self.assertEqual(self.verdict("leaf-chain.der"), 0)

    def test_option_goes_before_setting(self):
        self.configured(0, f'url = "{self.nowhere()}"\nmode = 0600\n' + ONE, "--url", self.url,
                        "--mode", "0604")
        self.assertEqual(stat.S_IMODE(self.path("out.der").stat().st_mode), 0o604)

    def test_url_of_a_staple(self):
        url = self.serve(error_response(3))
        self.configured(3, f'url = "{self.url}"\n' + ONE
                        + f'staple two {{ cert = other-chain.pem out = two.der url = "{url}" }}',
                        error=f"two: {url}: the responder returned tryLater (RFC 6960 2.3)\n")

    def test_one_does_not_hold_up_others(self):
        self.configured(3, "staple gone { cert = gone.pem out = gone.der }\n" + ONE,
                        error="gone.pem: No such file or directory\n"
                              "gone: cannot load the certificate or an issuer\n")
        self.assertEqual(self.verdict(), 0)

    def test_worst_status_counts(self):
        self.configured(3, ONE + "staple bad { cert = bad-chain.pem out = bad.der }\n"
                        "staple missing { cert = missing-chain.pem out = missing.der }\n"
                        "staple none { cert = leaf.pem out = none.der issuer = {stranger.pem} }\n",
                        error="none: the certificate's signature is not by its issuer "
                              "(RFC 5280 6.1.3)\n"
                              "bad: " + REVOKED
                              + "missing: unknown to the responder (RFC 6960 2.2)\n")

    def test_settings_that_do_not_exist(self):
        self.refused("bogus = 1", "1: unknown setting 'bogus'")
        self.refused('staple a {\n cert = x\n bogus = "1"\n}', "3: unknown setting 'bogus'")
        self.refused("nonce = true", "1: unknown setting 'nonce'")
        self.refused('include("other.conf")', "1: unknown setting 'include'")
        self.refused("cert = x", "1: unknown setting 'cert'")
        self.refused("staple a { metrics = x }", "1: unknown setting 'metrics'")

    def test_values(self):
        for setting, what in (
                ("timeout = x", 'timeout: "x" is not a number of seconds from 1 to 3600'),
                ("timeout = 0", 'timeout: "0" is not a number of seconds from 1 to 3600'),
                ("timeout = 3601", 'timeout: "3601" is not a number of seconds from 1 to 3600'),
                ("connect-timeout = -1",
                 'connect-timeout: "-1" is not a number of seconds from 1 to 3600'),
                ("max-age = 1d", 'max-age: "1d" is not a number of seconds from 0 to 1000000000'),
                ("hash = md5", 'hash: "md5" is not one of sha1, sha224, sha256, sha384, sha512'),
                ("form = apache", 'form: "apache" is not one of der, nginx, haproxy, envoy'),
                ("mode = 0888", 'mode: "0888" is not an octal number from 0 to 0777'),
                ("mode = 4755", 'mode: "4755" is not an octal number from 0 to 0777'),
                ("mode = 00000", 'mode: "00000" is not an octal number from 0 to 0777'),
                ('mode = ""', 'mode: "" is not an octal number from 0 to 0777'),
                ("owner = nobody-at-all:x", 'owner: "nobody-at-all:x" is not USER or USER:GROUP '
                                            "of this system"),
                ('owner = "root:"', 'owner: "root:" is not USER or USER:GROUP of this system'),
                ('owner = ""', 'owner: "" is not USER or USER:GROUP of this system'),
                ("owner = 4294967295", 'owner: "4294967295" is not USER or USER:GROUP of this '
                                       "system")):
            with self.subTest(setting=setting):
                self.refused("\n" + setting + "\n" + ONE, "2: --" + what)
        self.refused("insecure-allow-sha1 = perhaps",
                     '1: insecure-allow-sha1 is "perhaps", but must be true or false')

    def test_set_twice(self):
        self.refused("timeout = 1\ntimeout = 2\n", "2: timeout is set twice")
        self.refused("issuer = a\nissuer = b\n", "2: issuer is set twice")
        self.refused("staple a {\ncert = x\ncert = y }", "3: cert is set twice")

    def test_incomplete(self):
        self.refused("staple a {}", '1: staple "a": missing cert')
        self.refused('staple a { cert = "" out = x }', '1: staple "a": missing cert')
        self.refused("\nstaple a { cert = x\n}", '3: staple "a": missing out: only the forms '
                                                 "nginx and haproxy have a default")
        self.refused("staple a { cert = x out = x }",
                     '1: staple "a": the staple would replace the certificate')
        self.refused("staple a { cert = x out = y haproxy-socket = z }",
                     '1: staple "a": haproxy-socket needs the form haproxy')
        self.refused("timeout = 5\n", " missing section staple")
        self.refused("\n", " missing section staple")

    def test_names(self):
        for name in ("", "a b", "a\tb", "a\nb", "x" * 254):
            with self.subTest(name=name):
                self.write("staple.conf", f"staple '{name}' {{ cert = x out = y }}")
                done = self.run_ocsp("staple", "--once", "--config", "staple.conf")
                self.assertEqual(done.returncode, 78)
                self.assertIn("invalid name: use 1 to 253 bytes without spaces",
                              done.stderr.decode())
        self.refused("staple { cert = x out = y }", "1: missing title for section 'staple'")

    def test_collisions(self):
        self.refused(ONE + ONE, "2: duplicate section 'one'")
        self.refused("staple a { cert = x out = y }\nstaple b { cert = z out = y }\n",
                     '2: staple "b": another staple has the same output file, y')
        self.refused("staple a { cert = x form = haproxy }\nstaple b { cert = z out = x.ocsp }\n",
                     '2: staple "b": another staple has the same output file, x.ocsp')

    def test_collisions_by_other_names(self):
        self.path("folder").mkdir()
        self.path("link").symlink_to("folder")
        self.write("there.der", b"")
        self.path("here.der").symlink_to("there.der")
        for one, other in (("y", "./y"), ("folder/y", "link/y"), ("there.der", "here.der")):
            with self.subTest(other=other):
                self.refused(f"staple a {{ cert = x out = {one} }}\n"
                             f"staple b {{ cert = x out = {other} }}\n",
                             f'2: staple "b": another staple has the same output file, {other}')

    def test_no_end(self):
        self.refused("staple a { cert = x out = y", "1: missing } at the end of a section")
        self.refused(ONE + "/* and then", "2: missing */ at the end of a comment")
        self.refused("staple a { cert = x out = y } }", "1: unexpected closing brace")
        self.refused("issuer = {a, b", "1: unexpected end of file")
        for text in ('timeout = "5', "timeout = '5", "staple 'a"):
            self.refused("\n" + text + "\n", "2: missing closing quote")

    def test_files_that_are_no_configuration(self):
        self.configured(78, "", error="staple.conf: is empty\n")
        self.configured(78, ONE + "\0",
                        error="staple.conf: not a text file: it contains a NUL byte\n")
        self.configured(78, "#" * (1 << 20) + "\n", error="staple.conf: larger than 1 MiB\n")
        self.configured(0, ONE + "#" * ((1 << 20) - len(ONE) - 1) + "\n")
        self.staple(78, "--once", "--config", "none.conf",
                    error="none.conf: No such file or directory\n")
        self.staple(78, "--once", "--config", ".", error=".: is a directory\n")

    def test_quotes_and_variables(self):
        """Comments keep their lines; quotes and variables are as libConfuse reads them."""
        self.refused("/* one\n two */ # three\n// four\nbogus = 1", "4: unknown setting 'bogus'")
        self.configured(0, """
            proxy = ${NO_SUCH_VARIABLE} # } "
            issuer = {ca.pem, # the list goes on
                      "${FOLDER}/ca.pem"}
            reload-hook = "echo \\"$OCSP_NAMES${NO_SUCH_VARIABLE}\\" '#' \\x3E\\
>log; : /* '//x'
                           true"
            // to the end
            staple ${NAME} { cert = "leaf-chain.pem" out = out.der }
        """, env={"FOLDER": str(self.dir), "NAME": "one"})
        self.assertEqual(self.lines("log"), ["one #"])

    def test_too_many(self):
        self.configured(78, "".join(f"staple {i} {{ cert = x out = {i}.x }}\n"
                                    for i in range(10001)),
                        error="staple.conf:10001: more than 10000 staples\n")

    def test_every_prefix(self):
        whole = ("timeout = 5\nissuer = {\"a\", 'b'} # c\n"
                 'staple "x" { cert = "c" out = "o" mode = 0640 }\n')
        for n in range(1, len(whole) - 2):
            self.write("staple.conf", whole[:n])
            done = self.run_ocsp("staple", "--once", "--config", "staple.conf")
            self.assertEqual((done.returncode, done.stdout), (78, b""), whole[:n])
            self.assertRegex(done.stderr.decode(), r"\Astaple\.conf:")


class UsageTest(StapleCase):
    def refused(self, what, *args):
        self.fail_with(64, f"ocsp staple: {what}\n{STAPLE_USAGE}", "staple", *args)

    def test_refusals(self):
        self.write("staple.conf", ONE)
        self.refused("missing --cert or --config")
        self.refused("missing --cert or --config", "--out", "x")
        self.refused("--force needs --once", "--force", "--cert", "x", "--out", "y")
        self.refused('unexpected argument "x": specify certificates with --cert or --config', "x")
        self.refused("--nonce is not supported: a staple is for all clients, a nonce for one "
                     "(RFC 6960 4.4.1)", "--nonce", "--cert", "x", "--out", "y")
        for option in ("--cert", "--out"):
            self.refused("--config excludes --cert and --out", "--once",
                         "--config", "staple.conf", option, "x")
        self.refused('--form: "apache" is not one of der, nginx, haproxy, envoy', "--form",
                     "apache")
        self.refused('--mode: "rw" is not an octal number from 0 to 0777', "--mode", "rw")
        self.refused('--timeout: "0" is not a number of seconds from 1 to 3600', "--timeout", "0")

    def test_unknown_option(self):
        self.fail_with(64, f"ocsp staple: unrecognized option '--bogus'\n{STAPLE_USAGE}", "staple",
                       "--bogus")

    def test_help(self):
        self.assertTrue(self.succeed("staple", "--help").startswith(STAPLE_USAGE.encode()))


class LoopTest(StapleCase):
    """The service: signals, renewals, and events that are reported only once."""

    def start(self, *args):
        log = open(self.path("stderr"), "wb")  # pylint: disable=consider-using-with
        self.addCleanup(log.close)
        clean = {name: "" for name in os.environ if name.lower().endswith("_proxy")}
        # pylint: disable=consider-using-with
        process = subprocess.Popen([OCSP, "staple", *args], cwd=self.dir, stderr=log,
                                   env={**os.environ, **clean, "LC_ALL": "C"},
                                   stdin=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_for(self, condition):
        for _ in range(400):
            if condition():
                return
            time.sleep(0.05)
        self.fail("it did not happen; error lines: " + "".join(self.lines("stderr")))

    def end(self, process, number=signal.SIGTERM, error=()):
        begin = time.monotonic()
        process.send_signal(number)
        self.assertEqual(process.wait(20), 0)
        self.assertLess(time.monotonic() - begin, 15)
        self.assertEqual(self.lines("stderr"), list(error))

    @staticmethod
    def running(group):
        """The processes of a group that are more than an entry in a table."""
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat", encoding="ascii",
                                                    errors="replace") as file:
                state, _, pgrp = file.read().rsplit(")", 1)[1].split()[:3]
                if int(pgrp) == group and state not in "ZX":
                    found.append(name)
        return found

    def test_runs_until_it_is_ended(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            self.path("out.der").unlink(missing_ok=True)
            process = self.start("--cert", "leaf-chain.pem", "--out", "out.der", "--metrics", "m")
            self.wait_for(self.path("m").exists)
            self.assertEqual(self.verdict(), 0)
            self.assertIsNone(process.poll())
            self.path("m").unlink()
            self.end(process, number)

    def test_ends_while_a_responder_hangs(self):
        with socket.create_server(("127.0.0.1", 0)) as hanging:
            process = self.start("--cert", "leaf-chain.pem", "--out", "out.der", "--url",
                                 f"http://127.0.0.1:{hanging.getsockname()[1]}/", "--timeout",
                                 "3600")
            peer, _ = hanging.accept()
            with peer:
                self.end(process)

    def test_ends_while_a_hook_hangs(self):
        process = self.start("--cert", "leaf-chain.pem", "--out", "out.der", "--reload-hook",
                             "echo $$ >pid; sleep 1000")
        self.wait_for(lambda: self.lines("pid"))
        self.assertNotEqual(self.running(int(self.lines("pid")[0])), [])
        self.end(process, error=["echo $$ >pid; sleep 1000: hook timed out and was killed"])
        self.assertEqual(self.running(int(self.lines("pid")[0])), [])

    def test_hook_has_no_signals_blocked(self):
        process = self.start("--cert", "leaf-chain.pem", "--out", "out.der", "--reload-hook",
                             "grep ^SigBlk /proc/self/status >>log")
        self.wait_for(lambda: self.lines("log"))
        self.end(process)
        self.assertEqual(self.lines("log"), ["SigBlk:\t0000000000000000"])

    def test_restart_asks_nobody(self):
        there = self.answer("out.der", -1, 9)
        process = self.start("--cert", "leaf-chain.pem", "--out", "out.der", "--url",
                             self.nowhere(), "--metrics", "m")
        self.wait_for(self.path("m").exists)
        self.end(process)
        self.assertEqual(self.there(), there)

    def test_new_configuration(self):
        self.write("staple.conf", "reload-hook = 'echo $OCSP_NAMES >>log'\n" + ONE)
        process = self.start("--config", "staple.conf")
        self.wait_for(lambda: self.lines("log") == ["one"])
        self.write("staple.conf", "reload-hook = 'echo $OCSP_NAMES >>log'\n" + ONE
                   + "staple two { cert = other-chain.pem out = two.der }\n")
        process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.lines("log") == ["one", "two"])
        self.write("staple.conf", "bogus = 1\n")
        process.send_signal(signal.SIGHUP)
        errors = ["staple.conf:1: unknown setting 'bogus'",
                  "ocsp staple: cannot reload: the old configuration stays in effect"]
        self.wait_for(lambda: self.lines("stderr") == errors)
        self.path("two.der").unlink()
        self.write("staple.conf", "bogus = 2\n")
        process.send_signal(signal.SIGHUP)
        self.wait_for(self.path("two.der").exists)
        self.end(process, error=errors[:1] + errors[1:] + ["staple.conf:1: unknown setting 'bogus'",
                                                           errors[1]])

    def test_renewed_certificate(self):
        self.write("site.pem", self.there("leaf-chain.pem"))
        process = self.start("--cert", "site.pem", "--out", "out.der")
        self.wait_for(lambda: self.path("out.der").exists() and self.verdict() == 0)
        self.write("renewed.pem", self.there("other-chain.pem"))
        self.path("renewed.pem").rename(self.path("site.pem"))
        process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.verdict(cert="other.pem") == 0)
        self.path("site.pem").unlink()
        process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: len(self.lines("stderr")) == 2)
        self.write("site.pem", self.there("leaf-chain.pem"))
        process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.verdict() == 0)
        self.end(process, error=["site.pem: No such file or directory",
                                 "site.pem: cannot load the certificate or an issuer"])

    def test_revoked_is_told_once(self):
        there = self.answer("out.der", -6, 3, cert="bad.pem")
        process = self.start("--cert", "bad-chain.pem", "--out", "out.der", "--alert-hook",
                             "echo $OCSP_EVENT >>log", "--metrics", "metrics.prom")
        for n in (1, 2, 3):
            self.wait_for(lambda n=n: self.metric("ocsp_staple_failures",
                                                  '{name="bad-chain.pem"}') == n)
            process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: len(self.lines("stderr")) == 4)
        self.end(process, error=["bad-chain.pem: " + REVOKED.strip()] * 4)
        self.assertEqual(self.lines("log"), ["revoked"])
        self.assertEqual(self.there(), there)

    def test_failing_is_told_at_the_third(self):
        self.answer("out.der", -6, 3)
        process = self.start("--cert", "leaf-chain.pem", "--out", "out.der", "--url",
                             self.nowhere(), "--alert-hook", "echo $OCSP_EVENT >>log", "--metrics",
                             "metrics.prom")
        for n in (1, 2, 3, 4):
            self.wait_for(lambda n=n: self.metric("ocsp_staple_failures",
                                                  '{name="leaf-chain.pem"}') == n)
            self.assertEqual(self.lines("log"), ["failing"] * (n >= 3))
            process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: len(self.lines("stderr")) == 5)
        self.end(process, error=self.lines("stderr"))

    def test_issuer_that_is_not_there(self):
        process = self.start("--cert", "leaf.pem", "--out", "out.der", "--issuer", "none.pem")
        self.wait_for(lambda: self.lines("stderr"))
        # Time enough for more error lines, if it did not wait.
        time.sleep(2.5)
        self.write("none.pem", self.there("ca.pem"))
        process.send_signal(signal.SIGHUP)
        self.wait_for(self.path("out.der").exists)
        self.end(process, error=["none.pem: No such file or directory"])

    def test_no_responder_waits(self):
        process = self.start("--cert", "mute-chain.pem", "--out", "out.der", "--metrics", "m")
        self.wait_for(self.path("m").exists)
        self.end(process)
        self.assertFalse(self.path("out.der").exists())


class ContribTest(StapleCase):
    """The example of a configuration, and the units for systemd."""

    CONTRIB = pathlib.Path(__file__).resolve().parent.parent.parent / "contrib"

    def test_example(self):
        text = (self.CONTRIB / "staple.conf").read_text(encoding="utf-8")
        places = {"/var/lib/prometheus/node-exporter/": "", "/etc/ssl/intermediate.pem": "ca.pem",
                  "/etc/ssl/": "", "/etc/haproxy/": "", "/run/haproxy/": "",
                  "http://ocsp.example.org/": self.url, "systemctl": "echo",
                  "root:haproxy": f"{os.getuid()}:{os.getgid()}"}
        for place, other in places.items():
            self.assertIn(place, text)
            text = text.replace(place, other)
        for name, cert in (("www", "leaf-chain"), ("shop", "leaf-chain"), ("mail", "other")):
            self.write(f"{name}.example.org.pem", self.there(f"{cert}.pem"))
        haproxy = Haproxy(str(self.path("admin.sock")))
        self.addCleanup(haproxy.stop)
        self.configured(0, text, error="reload nginx\nreload postfix dovecot\n")
        self.assertEqual(self.verdict("www.example.org.der"), 0)
        self.assertEqual(self.verdict("shop.example.org.pem.ocsp"), 0)
        self.assertEqual(self.verdict("mail.example.org.ocsp.der", "other.pem"), 0)
        self.assertEqual(len(haproxy.commands), 1)
        self.assertEqual(self.metric("ocsp_staple_failures", '{name="mail.example.org"}',
                                     "ocsp.prom"), 0)

    def test_units(self):
        self.path("ocsp").symlink_to(OCSP)
        names = []
        for path in (*self.CONTRIB.glob("*.service.in"), *self.CONTRIB.glob("*.timer")):
            text = path.read_text(encoding="utf-8").replace("@BINDIR@", str(self.dir))
            names.append(self.write(path.name.removesuffix(".in"), text))
        self.assertEqual(sorted(names), ["ocsp-staple-once.service", "ocsp-staple.service",
                                         "ocsp-staple.timer"])
        done = self.shell(f"systemd-analyze verify --man=no {' '.join(f'./{n}' for n in names)}")
        self.assertEqual((done.stderr.decode(), done.returncode), ("", 0))

    def test_units_are_held_to_the_sandbox(self):
        loop = (self.CONTRIB / "ocsp-staple.service.in").read_text(encoding="utf-8")
        once = (self.CONTRIB / "ocsp-staple-once.service.in").read_text(encoding="utf-8")
        sandbox = loop[loop.index("UMask="):loop.index("\n\n[Install]")]
        self.assertIn("SystemCallFilter=@system-service", sandbox)
        self.assertTrue(once.rstrip("\n").endswith(sandbox))


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
#
# The common part of the system tests of ocspd: a certificate authority, a delegated signer, a
# configuration and a database in a directory of their own, the program as a command, and the
# program at work, which is ended in every case.
"""Support for the tests of ocspd."""

import contextlib
import datetime
import importlib.util
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

OCSPD = os.environ["OCSPD"]
# The support of the command's tests wants to know where that is; ours need not have it.
os.environ.setdefault("OCSP", "ocsp")


def load_cli_support():
    file = pathlib.Path(__file__).resolve().parent.parent / "cli" / "support.py"
    spec = importlib.util.spec_from_file_location("cli_support", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cli_support = load_cli_support()
EKU = cli_support.EKU
PATIENCE = 30  # seconds until something that must happen is taken for failed
EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_CANTCREAT = 64, 65, 66, 73
EX_UNAVAILABLE, EX_IOERR, EX_TEMPFAIL, EX_CONFIG = 69, 74, 75, 78


class Raw(str):
    """A value that stands in the configuration as it is."""


def setting(name, value):
    name = name.replace("_", "-")
    if isinstance(value, bool):
        value = Raw("true" if value else "false")
    elif isinstance(value, int):
        value = Raw(value)
    elif isinstance(value, (list, tuple)):
        value = Raw("{" + ", ".join(f'"{item}"' for item in value) + "}")
    return f"{name} = {value}\n" if isinstance(value, Raw) else f'{name} = "{value}"\n'


def section(kind, name, *parts, **settings):
    """A section of the configuration: settings, and sections in it."""
    inside = "".join(setting(key, value) for key, value in settings.items()) + "".join(parts)
    return f'{kind} "{name}" {{\n{inside}}}\n'


def signer(name="a", **settings):
    """A signer; without settings that of signer.pem."""
    return section("signer", name,
                   **(settings or {"certificate": "signer.pem", "key": "signer.key"}))


def issuer(name="toy", *signers, **settings):
    """An issuer; without a certificate it is ca.pem, without signers that of signer()."""
    settings.setdefault("certificate", "ca.pem")
    return section("issuer", name, *(signers or (signer(),)), **settings)


def configuration(*issuers, **settings):
    """A whole configuration, on ports that are free."""
    settings = {"listen": ["127.0.0.1:0"], "admin_listen": "127.0.0.1:0", "database": "ocspd.db",
                **settings}
    return ("".join(setting(key, value) for key, value in settings.items() if value is not None)
            + "".join(issuers or (issuer(),)))


class Daemon:
    """`ocspd` at work, in a process group of its own, of which nothing is left in the end."""

    def __init__(self, directory, config="ocspd.conf", command=(), env=None, healthy=True):
        # pylint: disable=consider-using-with
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [*command, OCSPD, "serve", "--config", config], cwd=directory,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.output,
            start_new_session=True, env={**os.environ, "LC_ALL": "C", **(env or {})})
        try:
            self.port = self.find_port(r"\blistening on \S*?:(\d+)\b")
            self.admin_port = self.find_port(r"\bmetrics on \S*?:(\d+)\b", needed=False)
            self.url = f"http://127.0.0.1:{self.port}/"
            if healthy:
                self.wait_healthy()
        except BaseException:
            self.stop()
            raise

    def log(self):
        """What it has said so far."""
        return os.pread(self.output.fileno(), 1 << 24, 0).decode(errors="backslashreplace")

    def find_port(self, pattern, needed=True):
        deadline = time.monotonic() + PATIENCE
        # The line about metrics follows that about listening at once.
        while time.monotonic() < deadline:
            found = re.search(pattern, self.log())
            if found:
                return int(found[1])
            if self.process.poll() is not None:
                break
            if not needed and deadline - time.monotonic() < PATIENCE - 1:
                return None
            time.sleep(0.01)
        raise AssertionError(f"ocspd does not listen: {self.log()}")

    def admin(self, path):
        """The body of what the second address says."""
        with contextlib.closing(self.open_admin(path)) as answer:
            return answer.read().decode()

    def open_admin(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        return opener.open(f"http://127.0.0.1:{self.admin_port}{path}", timeout=PATIENCE)

    def metric(self, name):
        """The sum of a metric over all its labels."""
        values = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", self.admin("/metrics"), re.MULTILINE)
        if not values:
            raise AssertionError(f"no metric {name}")
        return sum(float(value) for value in values)

    def is_healthy(self):
        try:
            self.admin("/healthz")
            return True
        except urllib.error.HTTPError as error:
            error.close()
            return False

    def wait_healthy(self):
        if self.admin_port is not None:
            until(self.is_healthy, self.log)

    def hup(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self, number=signal.SIGTERM):
        """Ends it and returns its status; whatever is left of it is killed."""
        status = None
        if self.process.poll() is None:
            self.process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self.process.wait(PATIENCE)
        # When its leader has exited, the group may still have members; no other process can join it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return status


def until(condition, why=lambda: "", patience=PATIENCE):
    """Waits for a condition, and returns what it gives then."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {patience} s: {why()}")
        time.sleep(0.02)


class OcspdCase(cli_support.PreparedCase):
    """A test with ca.pem, the delegated signer signer.pem, and the issuer "toy" of them in
    ocspd.conf, with an empty database."""

    def make_all(self):
        self.make_ca("ca")
        self.make_ca("other")
        self.make_signer("signer")
        self.configure()
        self.ocspd("init")

    def make_signer(self, name, ca="ca", serial=0x2000, **more):
        return self.make_cert(name, ca, serial,
                              EKU + "noCheck=ignored\nkeyUsage=critical,digitalSignature\n", **more)

    def configure(self, *issuers, file="ocspd.conf", **settings):
        """Writes a configuration; see configuration()."""
        return self.write(file, configuration(*issuers, **settings))

    # Certificate revocation lists.

    def sign_crl(self, name, *revoked, ca="ca", since=0, until=3600, odd=(), part=None):
        """A CRL of a CA, valid from and until so many seconds from now, put in place at once. The
        entries of `odd` have a reason that is not defined; `part` is the URI of the
        distribution point, if the CRL is only a part."""
        cert = x509.load_pem_x509_certificate(self.path(f"{ca}.pem").read_bytes())
        key = serialization.load_pem_private_key(self.path(f"{ca}.key").read_bytes(), None)
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        crl = x509.CertificateRevocationListBuilder(cert.subject).last_update(
            now + datetime.timedelta(seconds=since)).next_update(
                now + datetime.timedelta(seconds=until))
        if part is not None:
            crl = crl.add_extension(x509.IssuingDistributionPoint(
                [x509.UniformResourceIdentifier(part)], None, False, False, None, False, False),
                                    critical=True)
        for serial in (*revoked, *odd):
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(
                datetime.datetime(2024, 4, 3, 12))
            if serial in odd:
                entry = entry.add_extension(x509.UnrecognizedExtension(
                    x509.CRLReason.oid, b"\x0a\1\7"), critical=False)
            crl = crl.add_revoked_certificate(entry.build())
        octets = crl.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        self.path("new.crl").write_bytes(octets)
        self.path("new.crl").rename(self.path(name))

    # The program as a command.

    def run_ocspd(self, command, *args, config="ocspd.conf", wrap=(), **more):
        more.setdefault("timeout", 120)
        if "input" not in more:
            more.setdefault("stdin", subprocess.DEVNULL)
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.PIPE)
        env = {**os.environ, "LC_ALL": "C", **more.pop("env", {})}
        return subprocess.run([*wrap, OCSPD, command, "--config", config, *args], cwd=self.dir,
                              env=env, check=False, **more)

    def ocspd(self, command, *args, status=0, **more):
        """Runs a command, which must end with this status and say nothing to standard error;
        returns its output."""
        done = self.run_ocspd(command, *args, **more)
        self.assertEqual((done.stderr.decode(), done.returncode), ("", status))
        return done.stdout.decode()

    def ocspd_fails(self, status, error, command, *args, **more):
        """Runs a command, which must end with this status and these error lines."""
        done = self.run_ocspd(command, *args, **more)
        self.assertEqual((done.stderr.decode(), done.returncode), (error, status))
        self.assertEqual(done.stdout, b"")

    def begin_ocspd(self, command, *args, config="ocspd.conf", **more):
        """Starts a command, which is killed in the end if it is still there."""
        # pylint: disable=consider-using-with
        process = subprocess.Popen([OCSPD, command, "--config", config, *args], cwd=self.dir,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, **more)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def listed(self, *args, **more):
        """What `ocspd list --json` says, by serial number."""
        lines = self.ocspd("list", "--json", *args, **more).splitlines()
        entries = [json.loads(line) for line in lines]
        return {int(entry.pop("serial"), 16): entry for entry in entries}

    # The program at work.

    def start(self, **more):
        """Starts `ocspd`; it answers when this returns, and is ended with the test."""
        daemon = Daemon(self.dir, **more)
        self.addCleanup(daemon.output.close)
        self.addCleanup(daemon.stop)
        return daemon

    def ask(self, daemon, serial, *options, ca="ca"):
        """What `openssl ocsp` makes of the answer about a serial number: "good", "revoked" or
        "unknown", verified; or "error: " and the name of the error response."""
        clean = {name: "" for name in os.environ if name.lower().endswith("_proxy")}
        done = subprocess.run(
            ["openssl", "ocsp", "-issuer", f"{ca}.pem", "-CAfile", f"{ca}.pem", "-serial",
             str(serial), "-url", daemon.url, "-no_nonce", *options],
            cwd=self.dir, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=PATIENCE, check=False, env={**os.environ, **clean})
        output = done.stdout.decode()
        error = re.search(r"^Responder Error: (\w+)", output, re.MULTILINE)
        if error:
            return f"error: {error[1]}"
        self.assertIn("Response verify OK", output)
        return re.search(rf"^{serial}: (\w+)$", output, re.MULTILINE)[1]

    def ask_until(self, daemon, serial, expected, *options, patience=PATIENCE):
        """Waits for an answer."""
        until(lambda: self.ask(daemon, serial, *options) == expected, daemon.log, patience)

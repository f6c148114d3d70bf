# SPDX-License-Identifier: MIT
#
# The processes of ocspd as an operator sees them: failing to start, reloaded, killed, stopped; their
# rights, and that no process is left behind.
"""ocspd as a service."""

import concurrent.futures
import contextlib
import ctypes
import fcntl
import http.client
import json
import os
import pathlib
import pwd
import re
import resource
import select
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import tempfile
import time
import unittest

from asn1crypto import algos, core, ocsp, pem, x509

OCSPD = os.environ["OCSPD"]
UNITS = pathlib.Path(os.environ["CONTRIB"]) / "systemd"
IS_ROOT = os.geteuid() == 0
TRY_LATER = bytes.fromhex("30030a0103")
EX_USAGE, EX_DATAERR, EX_SOFTWARE, EX_CANTCREAT = 64, 65, 70, 73
EX_TEMPFAIL, EX_CONFIG = 75, 78
# The leak checker does not work inside a sandbox.
SANITIZED = {"ASAN_OPTIONS": "detect_leaks=0:" + os.environ.get("ASAN_OPTIONS", "")}
LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z (.*)$")


def eventually(condition, seconds=10):
    """Waits until the condition returns something true, and returns that."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() >= end:
            raise AssertionError("it did not happen in time")
        time.sleep(0.02)
    return found


def stat_of(pid):
    """Name, state and parent of a process; None if it does not exist."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return None
    name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
    return name, rest[0], int(rest[1])


def is_running(pid):
    found = stat_of(pid)
    return found is not None and found[1] != "Z"


def children(parent):
    """The processes of a parent, by name."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        one = stat_of(entry.name) if entry.name.isdigit() else None
        if one is not None and one[2] == parent and one[1] != "Z":
            found.setdefault(one[0], []).append(int(entry.name))
    return found


def status_of(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return {key: value.split() for key, value in
            (line.split(":", 1) for line in text.splitlines())}


def socket_in(pid, kind):
    """The one Unix socket of this type that a process has open."""
    libc = ctypes.CDLL(None, use_errno=True)
    found = []
    process = os.pidfd_open(pid)
    for number in os.listdir(f"/proc/{pid}/fd"):
        if not os.readlink(f"/proc/{pid}/fd/{number}").startswith("socket:"):
            continue
        copy = libc.syscall(438, process, int(number), 0)  # pidfd_getfd
        if copy < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        one = socket.socket(fileno=copy)
        if (one.family, one.type) == (socket.AF_UNIX, kind):
            found.append(one)
        else:
            one.close()
    os.close(process)
    assert len(found) == 1, found
    return found[0]


def run(*args, **more):
    return subprocess.run(args, capture_output=True, timeout=60, check=False, **more)


def openssl(*args, directory, text=""):
    subprocess.run(["openssl", *args], cwd=directory, check=True, capture_output=True, timeout=60,
                   input=text.encode())


class Made:
    """The CA, which is made once."""

    dir = None

    @classmethod
    def make(cls):
        directory = tempfile.TemporaryDirectory(prefix="ocspd-made-")
        unittest.addModuleCleanup(directory.cleanup)
        cls.dir = pathlib.Path(directory.name)
        for name in ("ca", "other"):
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days", "30", "-subj", f"/CN=Test {name}", "-keyout",
                    f"{name}.key", "-out", f"{name}.pem", directory=cls.dir)


def setUpModule():  # noqa: N802
    Made.make()


def cert_id(directory, serial, ca="ca.pem"):
    octets = (directory / ca).read_bytes()
    issuer = x509.Certificate.load(pem.unarmor(octets)[2])
    return ocsp.CertId({
        "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha1"}),
        "issuer_name_hash": core.OctetString(issuer.subject.sha1),
        "issuer_key_hash": core.OctetString(issuer.public_key.sha1),
        "serial_number": serial,
    })


def request_of(directory, serial, ca="ca.pem"):
    return ocsp.OCSPRequest({"tbs_request": {"request_list": [
        {"req_cert": cert_id(directory, serial, ca)}]}}).dump()


def said(octets):
    """The content of a response: its error, or the status of its one certificate."""
    response = ocsp.OCSPResponse.load(octets)
    if response["response_status"].native != "successful":
        return response["response_status"].native
    data = response["response_bytes"]["response"].parsed["tbs_response_data"]
    return data["responses"][0]["cert_status"].name


class Daemon:
    """A running ocspd and its log lines."""

    def __init__(self, directory, *args, command=(OCSPD,), env=(), **more):
        self.dir = directory
        self.log = directory / "log"
        with open(self.log, "wb") as log:
            # pylint: disable=consider-using-with
            self.process = subprocess.Popen(
                [*command, *args], cwd=directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **SANITIZED, **dict(env)}, **more)
        self.pid = self.process.pid

    def lines(self):
        """The lines without timestamps."""
        return [LINE.sub(r"\1", line)
                for line in self.log.read_text(encoding="utf-8").splitlines()]

    def wait_for(self, text, n=1):
        def found():
            if len([line for line in self.lines() if text in line]) >= n:
                return True
            if self.process.poll() is not None and text not in "\n".join(self.lines()):
                raise AssertionError("\n".join(self.lines()))
            return False
        try:
            eventually(found, 20)
        except AssertionError as error:
            raise AssertionError(f"no \"{text}\" in:\n" + "\n".join(self.lines())) from error
        return self

    def ready(self):
        return self.wait_for("serving")

    def places(self, word="listening"):
        return [line.split()[-1] for line in self.lines() if line.startswith(f"info: {word} on ")]

    def port(self):
        return int(self.places()[-1].rsplit(":", 1)[1])

    def connect(self, port=None, timeout=20):
        return http.client.HTTPConnection("127.0.0.1", port or self.port(), timeout=timeout)

    def post(self, body, connection=None, port=None):
        with contextlib.ExitStack() as stack:
            if connection is None:
                connection = stack.enter_context(contextlib.closing(self.connect(port)))
            connection.request("POST", "/", body, {"Content-Type": "application/ocsp-request"})
            answer = connection.getresponse()
            octets = answer.read()
            assert answer.status == 200, answer.status
            return octets

    def ask(self, serial, connection=None, port=None, ca="ca.pem"):
        return said(self.post(request_of(Made.dir, serial, ca), connection, port))

    def children(self):
        return children(self.pid)

    def child(self, name):
        found = self.children().get(f"ocspd-{name}", [])
        assert len(found) == 1, self.children()
        return found[0]

    def signal(self, number):
        self.process.send_signal(number)

    def reload(self, text="serving"):
        before = len([line for line in self.lines() if text in line])
        self.signal(signal.SIGHUP)
        return self.wait_for(text, before + 1)

    def wait(self, seconds=20):
        return self.process.wait(seconds)

    def stop(self):
        """Stops it in any case. None of its processes may be left."""
        left = [pid for pids in self.children().values() for pid in pids]
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        eventually(lambda: not any(is_running(pid) for pid in left), 5)


class DaemonCase(unittest.TestCase):
    """A test in a folder made by `ocspd quickstart`."""

    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="ocspd-")
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)
        self.dir.chmod(0o755)
        self.config = self.dir / "ocspd.conf"
        self.quickstart(self.dir)

    def quickstart(self, directory, ca="ca"):
        done = run(OCSPD, "quickstart", "--ca", Made.dir / f"{ca}.pem", "--key",
                   Made.dir / f"{ca}.key", "--dir", directory, "--listen", "127.0.0.1:0",
                   "--admin-listen", "")
        self.assertEqual((done.stderr.decode(), done.returncode), ("", 0))

    def command(self, name, *args):
        done = run(OCSPD, name, "--config", self.config, *args)
        self.assertEqual((done.stderr.decode(), done.returncode), ("", 0))

    def start(self, *args, **more):
        daemon = Daemon(self.dir, "serve", "--config", "ocspd.conf", *args, **more)
        self.addCleanup(daemon.stop)
        return daemon

    def edit(self, old, new):
        text = self.config.read_text(encoding="utf-8")
        self.assertIn(old, text)
        self.config.write_text(text.replace(old, new, 1), encoding="utf-8")

    def add(self, line):
        """Inserts a setting at the top."""
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(f"{line}\n{text}", encoding="utf-8")

    def refused(self, *errors, status=EX_CONFIG):
        """A start that must fail with these lines and leave no process."""
        daemon = self.start()
        self.assertEqual(daemon.wait(), status)
        lines = [line for line in daemon.lines() if not line.startswith(("warning:", "info:"))]
        self.assertEqual(lines, [f"error: {error}" for error in errors])
        self.assertEqual(daemon.children(), {})

    def free_port(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            return taken.getsockname()[1]


class StartTest(DaemonCase):
    """A configuration that cannot be served is refused at once, with the reason."""

    def test_no_file(self):
        self.config.unlink()
        self.refused("ocspd.conf: No such file or directory")

    def test_unknown_setting(self):
        self.add("threats = 3")
        self.refused("ocspd.conf:1: unknown setting 'threats'")

    def test_no_signer(self):
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(re.sub(r"\n    signer .*?    }\n", "", text, flags=re.DOTALL),
                               encoding="utf-8")
        self.refused('ocspd.conf:9: issuer "Test ca" has no signer')

    def test_crl_without_what_was_issued(self):
        self.edit('    certificate = "ca.pem"\n',
                  '    certificate = "ca.pem"\n    source = crl source-file = "x.crl"\n')
        self.refused("ocspd.conf:8: source = crl needs insecure-good-if-not-revoked = true: a CRL "
                     "does not say which certificates were issued, so all that it does not list "
                     "are good, even those that were never issued")

    def test_no_database(self):
        (self.dir / "ocspd.db").unlink()
        self.refused("ocspd.conf:4: database: ocspd.db: No such file or directory; create it with "
                     "ocspd init")
        done = run(OCSPD, "check-config", "--config", "ocspd.conf", cwd=self.dir)
        self.assertEqual((done.stdout, done.stderr.decode(), done.returncode),
                         (b"", "ocspd check-config: ocspd.conf:4: database: ocspd.db: No such file "
                          "or directory; create it with ocspd init\n", EX_CONFIG))

    def test_database_is_rubbish(self):
        (self.dir / "ocspd.db").write_bytes(b"rubbish" * 1000)
        daemon = self.start()
        self.assertEqual(daemon.wait(), EX_TEMPFAIL)
        self.assertRegex(daemon.lines()[-1], "^error: .*ocspd.db")

    def test_database_is_locked(self):
        """The lock may be released, so a retry can succeed."""
        with contextlib.closing(sqlite3.connect(self.dir / "ocspd.db")) as other:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            daemon = self.start()
            self.assertEqual(daemon.wait(), EX_TEMPFAIL)
        self.assertRegex(daemon.lines()[-1], "^error: .*ocspd.db.*locked")

    def test_key_open_to_all(self):
        (self.dir / "signer.key").chmod(0o644)
        self.refused("ocspd.conf:12: key: signer.key: others may read or write it: its mode is "
                     "0644, and should be 0600")

    def test_key_of_another(self):
        shutil.copy(Made.dir / "other.key", self.dir / "signer.key")
        daemon = self.start()
        self.assertEqual(daemon.wait(), EX_TEMPFAIL)
        self.assertRegex("\n".join(daemon.lines()), "error: signer: .*quickstart")

    def test_signer_of_another_issuer(self):
        shutil.copy(Made.dir / "other.pem", self.dir / "ca.pem")
        daemon = self.start()
        self.assertEqual(daemon.wait(), EX_TEMPFAIL)
        self.assertRegex("\n".join(daemon.lines()), "error: signer: .*quickstart")

    def test_address_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            place = f"127.0.0.1:{taken.getsockname()[1]}"
            self.edit("127.0.0.1:0", place)
            self.refused(f"cannot listen on {place}: Address already in use", status=EX_TEMPFAIL)

    def test_admin_address_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            place = f"127.0.0.1:{taken.getsockname()[1]}"
            self.edit('admin-listen = ""', f'admin-listen = "{place}"')
            self.refused(f"cannot listen on {place}: Address already in use", status=EX_TEMPFAIL)

    def test_second_address_in_use_frees_the_first(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            place = f"127.0.0.1:{taken.getsockname()[1]}"
            self.edit('{"127.0.0.1:0"}', f'{{"unix:sock", "{place}"}}')
            self.refused(f"cannot listen on {place}: Address already in use", status=EX_TEMPFAIL)
        self.assertFalse((self.dir / "sock").exists())

    def test_user_unknown(self):
        self.add('user = "no-such-user"')
        self.refused('ocspd.conf:1: user: unknown user "no-such-user"')

    def test_sockets_of_systemd_without_systemd(self):
        self.edit("127.0.0.1:0", "systemd")
        self.refused("systemd: no socket was passed to this process (LISTEN_FDS, LISTEN_PID): "
                     "start ocspd.socket",
                     status=EX_TEMPFAIL)

    def test_check_config(self):
        done = run(OCSPD, "check-config", "--config", self.config)
        self.assertEqual((done.stdout, done.stderr, done.returncode),
                         (f"{self.config}: configuration OK\n".encode(), b"", 0))
        shutil.copy(Made.dir / "other.key", self.dir / "signer.key")
        done = run(OCSPD, "check-config", "--config", self.config)
        self.assertEqual((done.stdout, done.returncode), (b"", EX_CONFIG))
        self.assertRegex(done.stderr.decode(), "^ocspd check-config: .*quickstart.*\n$")
        shutil.copy(Made.dir / "ca.key", self.dir / "signer.key")
        (self.dir / "ocspd.db").write_bytes(b"rubbish" * 1000)
        shutil.copy(Made.dir / "ca.pem", self.dir / "signer.pem")
        self.edit('        certificate = "signer.pem"\n', "")
        done = run(OCSPD, "check-config", "--config", self.config)
        self.assertEqual((done.stdout, done.returncode), (b"", EX_CONFIG))
        self.assertRegex(done.stderr.decode(), "^ocspd check-config: .*ocspd.db.*\n$")


class WrongForGoodTest(DaemonCase):
    """An error that no retry can fix exits with 78, so that the service manager gives up, and
    check-config reports it."""

    def refused(self, *errors, status=EX_CONFIG):
        super().refused(*errors, status=status)
        done = run(OCSPD, "check-config", "--config", "ocspd.conf", cwd=self.dir)
        self.assertEqual((done.stdout.decode(), done.stderr.decode(), done.returncode),
                         ("", "".join(f"ocspd check-config: {error}\n" for error in errors),
                          EX_CONFIG))

    def add_issuer(self, name, certificate):
        with open(self.config, "a", encoding="utf-8") as config:
            config.write(f'issuer "{name}" {{\n    certificate = "{certificate}"\n    signer "x" '
                         '{\n        certificate = "signer.pem"\n        key = "signer.key"\n    '
                         "}\n}\n")

    def test_issuer_twice(self):
        shutil.copy(self.dir / "ca.pem", self.dir / "copy.pem")
        self.add_issuer("again", "copy.pem")
        self.refused('ocspd.conf: issuer "again" has the same name and key as issuer "Test ca"')

    def test_issuer_renewed(self):
        """Two certificates with the same name and key are one issuer."""
        openssl("req", "-x509", "-new", "-key", Made.dir / "ca.key", "-days", "60", "-subj",
                "/CN=Test ca", "-out", "renewed.pem", directory=self.dir)
        self.add_issuer("renewed", "renewed.pem")
        self.refused('ocspd.conf: issuer "renewed" has the same name and key as issuer "Test ca"')

    def test_issuer_that_is_no_certificate(self):
        (self.dir / "ca.pem").write_text("rubbish\n")
        daemon = self.start()
        self.assertEqual(daemon.wait(), EX_CONFIG)
        self.assertRegex(daemon.lines()[-1], "^error: ca.pem: ")

    def be_nobody(self):
        """Another user serves, who may read everything but the key."""
        shutil.chown(self.dir, "nobody")
        for path in self.dir.iterdir():
            if path.name != "signer.key":
                shutil.chown(path, "nobody")
        self.add("user = nobody")

    def forbidden(self, name, error, source=None, mode=0o600):
        if source:
            self.edit('    certificate = "ca.pem"\n', f'    certificate = "ca.pem"\n{source}\n')
            (self.dir / name).touch()
        if IS_ROOT:
            self.be_nobody()
            os.chown(self.dir / name, 0, 0)
            (self.dir / name).chmod(mode)
            self.refused(error)
            return
        # There is no other user that could be tried.
        (self.dir / name).chmod(0o500 if name == "." else 0)
        done = run(OCSPD, "check-config", "--config", "ocspd.conf", cwd=self.dir)
        self.assertEqual((done.stdout, done.returncode), (b"", EX_CONFIG))
        self.assertRegex(done.stderr.decode(), f"{name}: .*Permission denied")

    def test_database_of_another(self):
        self.forbidden("ocspd.db", "ocspd.db: cannot read and write as user nobody: "
                       "Permission denied", mode=0o640)

    def test_database_that_may_only_be_read(self):
        self.forbidden("ocspd.db", "ocspd.db: cannot read and write as user nobody: "
                       "Permission denied", mode=0o644)

    def test_folder_of_another(self):
        self.forbidden(".", ".: cannot write as user nobody: Permission denied",
                       mode=0o755)

    def test_certificate_of_another(self):
        self.forbidden("ca.pem", "ca.pem: cannot read as user nobody: Permission denied")

    def test_index_of_another(self):
        self.forbidden("index.txt", "index.txt: cannot read as user nobody: Permission "
                       "denied", source='    source = index source-file = "index.txt"')

    def test_check_config_as_who_serves(self):
        """It does not matter whether root can read the files."""
        if IS_ROOT:
            self.be_nobody()
        done = run(OCSPD, "check-config", "--config", "ocspd.conf", cwd=self.dir)
        self.assertEqual((done.stdout, done.stderr, done.returncode),
                         (b"ocspd.conf: configuration OK\n", b"", 0))
        self.start().ready()

    def test_key_that_cannot_be_read(self):
        """Under the unit, root may read only what modes allow. The file and the reason are reported."""
        command = ()
        if IS_ROOT:
            shutil.chown(self.dir / "signer.key", "nobody")
            command = ("setpriv", "--inh-caps=-all",
                       "--bounding-set=-dac_override,-dac_read_search")
        else:
            (self.dir / "signer.key").chmod(0)
        done = run(*command, OCSPD, "check-config", "--config", "ocspd.conf", cwd=self.dir)
        self.assertEqual((done.stdout.decode(), done.stderr.decode(), done.returncode),
                         ("", "ocspd check-config: ocspd.conf:12: key: signer.key: Permission "
                          "denied\n", EX_CONFIG))

    def test_addresses_that_overlap(self):
        self.edit('{"127.0.0.1:0"}', '{"127.0.0.1:80", "127.0.0.1:080"}')
        self.refused('ocspd.conf:2: listen has "127.0.0.1:80" and "127.0.0.1:080", which overlap')

    def test_variable_that_is_not_set(self):
        self.add('user = "${OCSPD_TEST_UNSET}"')
        self.refused("ocspd.conf:1: the environment variable OCSPD_TEST_UNSET is not set")

    def test_key_by_uri_open_to_all(self):
        (self.dir / "signer.key").chmod(0o644)
        self.edit('key = "signer.key"', f'key = "file:{self.dir}/signer.key"')
        self.refused(f"ocspd.conf:12: key: {self.dir}/signer.key: others may read or write it: its "
                     "mode is 0644, and should be 0600")

    def test_reload(self):
        """The previous configuration remains in effect."""
        daemon = self.start().ready()
        shutil.copy(self.dir / "ca.pem", self.dir / "copy.pem")
        self.add_issuer("again", "copy.pem")
        daemon.reload("cannot reload, keeping the old configuration: ocspd.conf: issuer \"again\"")
        self.assertEqual(daemon.ask(1), "unknown")


class LogTest(DaemonCase):
    """All kinds of standard error."""

    def start_on_pipe(self):
        """ocspd on a Unix socket, and the reading end of its log."""
        reader, writer = os.pipe()
        log = self.enterContext(open(reader, "rb", buffering=0))
        os.set_blocking(reader, False)
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        self.edit("127.0.0.1:0", "unix:sock")
        self.add("access-log-sample = 1")
        # pylint: disable=consider-using-with
        process = subprocess.Popen([OCSPD, "--config", "ocspd.conf"], cwd=self.dir, stderr=writer,
                                   stdin=subprocess.DEVNULL, env={**os.environ, **SANITIZED})
        os.close(writer)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        eventually(lambda: self.ask_socket() == "unknown", 20)
        return process, log

    def ask_socket(self, n=1):
        """The content of the last of several answers on one connection."""
        body = request_of(Made.dir, 1)
        head = (f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/ocsp-request\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(20)
            try:
                one.connect(str(self.dir / "sock"))
            except (FileNotFoundError, ConnectionRefusedError):
                return None
            for _ in range(n):
                one.sendall(head + body)
                answer = http.client.HTTPResponse(one)
                answer.begin()
                octets = answer.read()
        return said(octets)

    def test_nobody_reads(self):
        """Requests are answered nevertheless, and lost lines are counted."""
        process, log = self.start_on_pipe()
        self.assertEqual(self.ask_socket(300), "unknown")
        text = ""

        def n_lost():
            pattern = r"Z warning: (\d+) log lines lost$"
            return sum(map(int, re.findall(pattern, text, re.MULTILINE)))

        def is_all_told():
            """Each line was written or counted."""
            nonlocal text
            text += (log.read(65536) or b"").decode()
            return len(re.findall(r"Z access: POST 200 ", text)) + n_lost() >= 302

        self.assertFalse(is_all_told())
        self.assertEqual(n_lost(), 0)
        self.assertEqual(self.ask_socket(), "unknown")
        eventually(is_all_told)
        self.assertGreater(n_lost(), 200)
        for line in text.splitlines():
            self.assertRegex(line, LINE)
        # The descriptor is still blocking for other processes that share it.
        flags = pathlib.Path(f"/proc/{process.pid}/fdinfo/2").read_text(encoding="ascii")
        self.assertEqual(int(re.search(r"flags:\s*(\d+)", flags)[1], 8) & os.O_NONBLOCK, 0)
        process.terminate()
        self.assertEqual(process.wait(20), 0)

    def test_reader_that_has_gone(self):
        process, log = self.start_on_pipe()
        log.close()
        self.assertEqual(self.ask_socket(10), "unknown")
        process.terminate()
        self.assertEqual(process.wait(20), 0)

    def test_long_lines(self):
        """No line has more octets than a pipe takes atomically."""
        done = run(OCSPD, "serve", "--config", "\u00fc" * 600)
        self.assertEqual(done.returncode, EX_CONFIG)
        self.assertRegex(done.stderr, rb"^\S+Z error: (\\xc3\\xbc){500,}.*\n$")
        self.assertLessEqual(len(done.stderr), select.PIPE_BUF)
        folder = self.dir / "/".join(["\x01" * 240] * 3)
        folder.mkdir(parents=True)
        self.add("log = json")
        # SQLite does not accept such paths.
        self.edit('database = "', f'database = "{self.dir}/')
        for path in self.dir.iterdir():
            if path.is_file():
                shutil.copy(path, folder)
        daemon = Daemon(self.dir, "serve", "--config", folder / "ocspd.conf")
        self.addCleanup(daemon.stop)
        daemon.ready()
        lines = daemon.log.read_bytes().splitlines(keepends=True)
        self.assertTrue(any(b"serving 1 issuer from" in line for line in lines))
        for line in lines:
            self.assertLessEqual(len(line), select.PIPE_BUF)
            json.loads(line)

    def journal(self, difference=0):
        (self.dir / "log").touch()
        st = (self.dir / "log").stat()
        return {"JOURNAL_STREAM": f"{st.st_dev}:{st.st_ino + difference}"}

    def test_journal(self):
        """Every process prefixes the priority, and leaves the timestamp to the journal."""
        self.add("access-log-sample = 1")
        daemon = self.start(env=self.journal()).wait_for("listening")
        port = int(re.search(r"listening on \S+:(\d+)$", "\n".join(daemon.lines()), re.M)[1])
        self.assertEqual(daemon.ask(1, port=port), "unknown")
        os.kill(daemon.child("signer"), signal.SIGKILL)
        daemon.wait_for("starting another signer process")
        text = daemon.log.read_text(encoding="utf-8")
        for line in ("<6>info: serving 1 issuer from ocspd.conf", "<6>info: starting another signer "
                     "process", "<3>error: the signer process was killed by signal 9 (Killed)"):
            self.assertIn(line, text.splitlines())
        self.assertRegex(text, "(?m)^<6>access: POST 200 ")
        self.assertRegex(text, "(?m)^<4>warning: the worker process can read 1 key file")
        for line in text.splitlines():
            self.assertRegex(line, "^<[346]>[a-z]")

    def test_journal_before_the_configuration_is_read(self):
        self.add("threats = 1")
        daemon = self.start(env=self.journal())
        self.assertEqual(daemon.wait(), EX_CONFIG)
        self.assertEqual(daemon.lines(), ["<3>error: ocspd.conf:1: unknown setting 'threats'"])

    def test_journal_and_json(self):
        self.add("log = json")
        daemon = self.start(env=self.journal()).wait_for("listening")
        for line in daemon.lines():
            self.assertRegex(line, "^<[346]>{")
            said_so = json.loads(line[3:])
            self.assertEqual({"level", "message", "time"}, set(said_so))
            self.assertEqual(line[1], {"error": "3", "warning": "4", "info": "6"}[said_so["level"]])

    def test_journal_of_something_else(self):
        """JOURNAL_STREAM may be inherited by a process that writes elsewhere."""
        daemon = self.start(env=self.journal(1)).ready()
        for line in daemon.log.read_text(encoding="utf-8").splitlines():
            self.assertRegex(line, LINE)


class DatesTest(DaemonCase):
    """Expired signers, beside one that is valid."""

    WARNING = "issuer Test ca, signer old: its certificate has expired: remove this signer"

    def setUp(self):
        super().setUp()
        (self.dir / "eku").write_text("extendedKeyUsage=OCSPSigning\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                "/CN=old", "-keyout", "old.key", "-out", "old.csr", directory=self.dir)
        (self.dir / "ca.cnf").write_text(
            "[ca]\ndefault_ca = a\n[a]\ndatabase = issued\nnew_certs_dir = .\n"
            "default_md = sha256\nrand_serial = yes\npolicy = p\n[p]\ncommonName = supplied\n")
        (self.dir / "issued").touch()
        openssl("ca", "-config", "ca.cnf", "-batch", "-notext", "-startdate", "20240101000000Z",
                "-enddate", "20240201000000Z", "-extfile", "eku", "-cert",
                Made.dir / "ca.pem", "-keyfile", Made.dir / "ca.key", "-in", "old.csr", "-out",
                "old.pem", directory=self.dir)

    def add_old(self):
        self.edit("    signer ", '    signer "old" {\n        certificate = "old.pem"\n'
                  '        key = "old.key"\n    }\n    signer ')

    def test_start_restart_and_reload(self):
        self.add_old()
        daemon = self.start().ready()
        self.assertIn(f"warning: {self.WARNING}", daemon.lines())
        self.assertEqual(daemon.ask(1), "unknown")
        daemon.reload()
        self.assertEqual(daemon.ask(2), "unknown")
        eventually(lambda: len(daemon.children()["ocspd-signer"]) == 1)
        os.kill(daemon.child("signer"), signal.SIGKILL)
        daemon.wait_for("starting another signer process")
        self.assertEqual(eventually(lambda: daemon.ask(3) != "try_later" and daemon.ask(3)),
                         "unknown")
        daemon.wait_for(self.WARNING, 3)

    def test_check_config(self):
        self.add_old()
        done = run(OCSPD, "check-config", "--config", self.config)
        self.assertEqual((done.stdout, done.returncode),
                         (f"{self.config}: configuration OK\n".encode(), 0))
        self.assertEqual(LINE.sub(r"\1", done.stderr.decode().strip()), f"warning: {self.WARNING}")

    def test_nobody_else(self):
        for name in ("pem", "key"):
            shutil.copy(self.dir / f"old.{name}", self.dir / f"signer.{name}")
        self.refused("signer: issuer Test ca: signers: no signer is valid now (RFC 6960 3.2)",
                     "the signer process could not start", status=EX_TEMPFAIL)

    def test_json(self):
        """Every process uses the configured log format from its first line on."""
        self.add_old()
        self.add("log = json")
        daemon = self.start().wait_for('"serving')
        self.assertTrue(any(self.WARNING in line for line in daemon.lines()))
        self.assertEqual([line for line in daemon.lines() if not line.startswith("{")], [])


class ServeTest(DaemonCase):
    """The processes, and how they exit."""

    HALF = (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/ocsp-request\r\n"
            b"Content-Length: 70\r\n\r\n0")

    def test_end(self):
        daemon = self.start().ready()
        self.assertEqual(sorted(daemon.children()), ["ocspd-signer", "ocspd-worker"])
        pids = [daemon.child("worker"), daemon.child("signer")]
        self.assertEqual(daemon.ask(1), "unknown")
        for number in (signal.SIGTERM, signal.SIGINT):
            daemon.signal(number)
            self.assertEqual(daemon.wait(), 0)
            self.assertFalse(any(is_running(pid) for pid in pids))
            daemon = self.start().ready()
            pids = [daemon.child("worker"), daemon.child("signer")]

    def test_signals_of_a_terminal_reach_all(self):
        daemon = self.start(start_new_session=True).ready()
        self.assertEqual(daemon.ask(1), "unknown")
        os.killpg(daemon.pid, signal.SIGINT)
        self.assertEqual(daemon.wait(), 0)
        self.assertEqual([line for line in daemon.lines() if "error" in line], [])

    def test_signer_killed(self):
        daemon = self.start().ready()
        self.assertEqual(daemon.ask(1), "unknown")
        signer = daemon.child("signer")
        os.kill(signer, signal.SIGSTOP)
        os.kill(signer, signal.SIGKILL)
        # Cached answers are still served; new ones are tryLater at once.
        eventually(lambda: not is_running(signer))
        self.assertEqual(daemon.ask(1), "unknown")
        daemon.wait_for("starting another signer process")
        self.assertEqual(eventually(lambda: daemon.ask(2) != "try_later" and daemon.ask(2)),
                         "unknown")
        self.assertNotEqual(daemon.child("signer"), signer)
        self.assertIn("error: the signer process was killed by signal 9 (Killed)", daemon.lines())

    def test_signer_that_cannot_come_back(self):
        daemon = self.start().ready()
        self.assertEqual(daemon.ask(1), "unknown")
        key = (self.dir / "signer.key").read_bytes()
        (self.dir / "signer.key").write_bytes(b"")
        os.kill(daemon.child("signer"), signal.SIGKILL)
        daemon.wait_for("cannot start a signer process, next try in 200 ms")
        self.assertEqual(daemon.ask(1), "unknown")
        self.assertEqual(daemon.post(request_of(Made.dir, 3)), TRY_LATER)
        daemon.wait_for("cannot start a signer process, next try in 800 ms")
        (self.dir / "signer.key").write_bytes(key)
        self.assertEqual(eventually(lambda: daemon.ask(3) != "try_later" and daemon.ask(3)),
                         "unknown")

    def test_front_killed(self):
        daemon = self.start().ready()
        signer = daemon.child("signer")
        os.kill(daemon.child("worker"), signal.SIGKILL)
        self.assertEqual(daemon.wait(), EX_SOFTWARE)
        self.assertEqual(daemon.lines()[-1],
                         "error: the worker process was killed by signal 9 (Killed)")
        self.assertFalse(is_running(signer))

    def test_front_that_does_not_listen(self):
        """The worker is killed when its socket is closed, even if it does not exit by itself."""
        daemon = self.start().ready()
        worker = daemon.child("worker")
        os.kill(worker, signal.SIGSTOP)
        with contextlib.closing(socket_in(daemon.pid, socket.SOCK_SEQPACKET)) as control:
            control.shutdown(socket.SHUT_RDWR)
        self.assertEqual(daemon.wait(5), EX_SOFTWARE)
        self.assertFalse(is_running(worker))
        self.assertEqual(daemon.lines()[-1],
                         "error: the worker process was killed by signal 9 (Killed)")

    def test_first_process_killed(self):
        for stopped in (False, True):
            daemon = self.start().ready()
            pids = [daemon.child("worker"), daemon.child("signer")]
            for pid in pids if stopped else ():
                os.kill(pid, signal.SIGSTOP)
            daemon.signal(signal.SIGKILL)
            daemon.wait()
            eventually(lambda left=pids: not any(is_running(pid) for pid in left), 5)

    def test_drain(self):
        daemon = self.start().ready()
        body = request_of(Made.dir, 7)
        with socket.create_connection(("127.0.0.1", daemon.port()), 20) as slow:
            slow.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/ocsp-request\r\n"
                         b"Content-Length: %d\r\n\r\n" % len(body) + body[:10])
            time.sleep(0.3)
            daemon.signal(signal.SIGTERM)
            daemon.wait_for("stopping")
            time.sleep(0.5)
            self.assertIsNone(daemon.process.poll())
            with self.assertRaises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", daemon.port()), 5).close()
            slow.sendall(body[10:])
            answer = b""
            while piece := slow.recv(65536):
                answer += piece
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\n"), answer)
        self.assertIn(b"\r\nConnection: close\r\n", answer)
        self.assertEqual(said(answer.split(b"\r\n\r\n", 1)[1]), "unknown")
        self.assertEqual(daemon.wait(), 0)

    def test_drain_has_an_end(self):
        self.add("drain-timeout = 1s")
        daemon = self.start().ready()
        with socket.create_connection(("127.0.0.1", daemon.port()), 20) as slow:
            slow.sendall(self.HALF)
            time.sleep(0.3)
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(8), 0)

    def test_second_signal_ends_at_once(self):
        self.add("drain-timeout = 1h request-timeout = 1h")
        daemon = self.start().ready()
        with socket.create_connection(("127.0.0.1", daemon.port()), 20) as slow:
            slow.sendall(self.HALF)
            time.sleep(0.3)
            daemon.signal(signal.SIGTERM)
            daemon.wait_for("stopping")
            time.sleep(0.3)
            self.assertIsNone(daemon.process.poll())
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(5), 0)

    def test_files_for_databases(self):
        """Open files for the databases of issuers are reserved."""
        def connections():
            # pylint: disable=subprocess-popen-preexec-fn
            daemon = self.start(preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_NOFILE, (1024, 1024))).ready()
            line = next(line for line in daemon.lines() if "max-connections is 10000" in line)
            return int(re.search(r": using (\d+); raise the limit of open files", line)[1])
        self.add("threads = 4")
        one = connections()
        self.assertLess(one, 1024 - 100 - 2 * 6 * 3)
        self.quickstart(self.dir / "more", "other")
        text = (self.dir / "more/ocspd.conf").read_text(encoding="utf-8")
        more = text[text.index("issuer"):].replace('= "', '= "more/')
        self.config.write_text(self.config.read_text(encoding="utf-8") + more, encoding="utf-8")
        self.assertEqual(one - connections(), 2 * 6 * 3)
        # At least half of the files are for connections.
        self.edit("threads = 4", "threads = 200")
        self.assertEqual(connections(), 512)

    def test_json(self):
        self.add("log = json")
        daemon = self.start().wait_for('"serving')
        self.assertTrue(all(line.startswith("{") for line in daemon.lines()
                            if "serving" in line or "listening" in line))


class ReloadTest(DaemonCase):
    """SIGHUP takes effect completely or not at all, and no connection fails."""

    def test_good(self):
        daemon = self.start().ready()
        port = daemon.port()
        signer = daemon.child("signer")
        with contextlib.closing(daemon.connect()) as connection:
            self.assertEqual(daemon.ask(1, connection), "unknown")
            self.edit("certificate = \"ca.pem\"\n",
                      "certificate = \"ca.pem\"\n    unknown-serial = unauthorized\n")
            daemon.reload()
            self.assertEqual(daemon.ask(2, connection), "unauthorized")
        self.assertEqual(daemon.port(), port)
        eventually(lambda: not is_running(signer))
        self.assertNotEqual(daemon.child("signer"), signer)

    def test_another_issuer(self):
        daemon = self.start().ready()
        self.assertEqual(daemon.ask(1, ca="other.pem"), "unauthorized")
        self.quickstart(self.dir / "more", "other")
        text = (self.dir / "more/ocspd.conf").read_text(encoding="utf-8")
        more = text[text.index("issuer"):].replace('= "', '= "more/')
        self.config.write_text(self.config.read_text(encoding="utf-8") + more, encoding="utf-8")
        daemon.reload("serving 2 issuers")
        self.assertEqual(daemon.ask(1, ca="other.pem"), "unknown")
        self.assertEqual(daemon.ask(1), "unknown")

    def test_other_addresses(self):
        daemon = self.start().ready()
        first, second = daemon.port(), self.free_port()
        self.edit('{"127.0.0.1:0"}', f'{{"127.0.0.1:0", "127.0.0.1:{second}"}}')
        daemon.reload()
        self.assertEqual(daemon.ask(1, port=first), "unknown")
        self.assertEqual(daemon.ask(1, port=second), "unknown")
        with contextlib.closing(daemon.connect(first)) as connection:
            self.assertEqual(daemon.ask(1, connection), "unknown")
            self.edit('"127.0.0.1:0", ', "")
            daemon.reload()
            # The open connection is served to its end, and no other is accepted.
            self.assertEqual(daemon.ask(2, connection), "unknown")
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", first), 5)
        self.assertEqual(daemon.ask(1, port=second), "unknown")

    def test_metrics_come_and_go(self):
        daemon = self.start().ready()
        port = self.free_port()
        for _ in range(2):
            self.edit('admin-listen = ""', f'admin-listen = "127.0.0.1:{port}"')
            daemon.reload("metrics on")
            with contextlib.closing(daemon.connect(port)) as connection:
                connection.request("GET", "/healthz")
                self.assertEqual(connection.getresponse().status, 200)
            daemon.reload("metrics on")
            self.edit(f'admin-listen = "127.0.0.1:{port}"', 'admin-listen = ""')
            daemon.reload()
            with self.assertRaises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), 5)

    def refused(self, daemon, pattern):
        """A reload that must fail with this line, and change nothing."""
        processes = {"worker": daemon.child("worker"), "signer": daemon.child("signer")}
        before = len(daemon.lines())
        daemon.reload("cannot reload, keeping the old configuration: ")
        lines = [line for line in daemon.lines()[before:] if line.startswith("error:")]
        self.assertRegex("\n".join(lines), pattern)
        self.assertEqual(daemon.ask(9), "unknown")
        eventually(lambda: len(daemon.children()["ocspd-signer"]) == 1)
        self.assertEqual({"worker": daemon.child("worker"), "signer": daemon.child("signer")},
                         processes)

    def test_bad(self):
        daemon = self.start().ready()
        good = self.config.read_text(encoding="utf-8")
        taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(taken.close)
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        (self.dir / "rubbish.db").write_bytes(b"rubbish" * 1000)
        shutil.copy(Made.dir / "other.key", self.dir / "other.key")
        for old, new, pattern in (
                ("listen = ", "threats = 3 listen = ", r"ocspd.conf:2: unknown setting 'threats'$"),
                ("listen = ", "user = nobody listen = ",
                 "ocspd.conf: cannot change user while ocspd runs: restart ocspd$"),
                ("listen = ", "seccomp = no listen = ",
                 "ocspd.conf: cannot change seccomp while ocspd runs: restart ocspd$"),
                ("127.0.0.1:0", place, f"cannot listen on {place}: Address already in use$"),
                ('"signer.key"', '"other.key"',
                 "error: signer: (?s:.*): the signer process could not start$"),
                ('"signer.key"', '"no.key"', "key: no.key: No such file or directory$"),
                ('"ocspd.db"', '"rubbish.db"', "rubbish.db")):
            with self.subTest(pattern):
                self.edit(old, new)
                try:
                    self.refused(daemon, pattern)
                finally:
                    self.config.write_text(good, encoding="utf-8")
        self.config.unlink()
        self.refused(daemon, "ocspd.conf: No such file or directory$")
        self.config.write_text(good, encoding="utf-8")
        daemon.reload()
        self.assertEqual(daemon.ask(10), "unknown")

    def metrics(self, daemon, path="/metrics"):
        """The status and the body of what the second address says."""
        port = int(daemon.places("metrics")[-1].rsplit(":", 1)[1])
        with contextlib.closing(daemon.connect(port)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def test_refused_is_reported(self):
        """Health and metrics say it until a reload succeeds."""
        self.edit('admin-listen = ""', 'admin-listen = "127.0.0.1:0"')
        before = int(time.time())
        daemon = self.start().ready()
        good = self.config.read_text(encoding="utf-8")
        eventually(lambda: self.metrics(daemon, "/healthz") == (200, "ok\n"))
        succeeded = "\nocspd_config_last_reload_successful %d\n"
        when = r"\nocspd_config_last_reload_success_timestamp_seconds (\d+)\n"
        text = self.metrics(daemon)[1]
        self.assertIn(succeeded % 1, text)
        started = int(re.search(when, text)[1])
        self.assertIn(started, range(before, int(time.time()) + 1))
        (self.dir / "rubbish.db").write_bytes(b"rubbish" * 1000)
        # The first is refused by the supervisor, the second by the worker.
        for old, new, why in (("listen = ", "threats = 3 listen = ", "unknown setting 'threats'"),
                              ('"ocspd.db"', '"rubbish.db"', "rubbish.db: ")):
            with self.subTest(why):
                self.edit(old, new)
                daemon.reload("cannot reload, keeping the old configuration: ")
                status, text = eventually(
                    lambda why=why: (got := self.metrics(daemon, "/healthz"))[0] == 503 and
                    why in got[1] and got)
                self.assertRegex(text, "^the last reload was refused: .*\n$")
                text = self.metrics(daemon)[1]
                self.assertIn(succeeded % 0, text)
                self.assertEqual(int(re.search(when, text)[1]), started)
                self.config.write_text(good, encoding="utf-8")
        time.sleep(1)
        daemon.reload()
        eventually(lambda: self.metrics(daemon, "/healthz") == (200, "ok\n"))
        text = self.metrics(daemon)[1]
        self.assertIn(succeeded % 1, text)
        self.assertGreater(int(re.search(when, text)[1]), started)

    def reload_while_asked(self, daemon, n):
        body = request_of(Made.dir, 1)
        is_over = False

        def ask_on():
            n_answers = 0
            with contextlib.closing(daemon.connect()) as connection:
                while not is_over:
                    assert said(daemon.post(body, connection)) == "good"
                    assert said(daemon.post(body)) == "good"
                    n_answers += 2
            return n_answers

        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            asking = [pool.submit(ask_on) for _ in range(3)]
            try:
                for _ in range(n):
                    daemon.reload()
            finally:
                is_over = True
            self.assertTrue(all(one.result() > 10 for one in asking))
        eventually(lambda: len(daemon.children()["ocspd-signer"]) == 1)

    def test_many_while_asked(self):
        """No client notices that everything is replaced, and nothing is left over."""
        daemon = self.start().ready()
        self.command("issue", "0x01")
        eventually(lambda: daemon.ask(1) == "good")

        def files():
            return sorted(os.readlink(f"/proc/{pid}/fd/{fd}").split(":")[0]
                          for pid in (daemon.pid, daemon.child("worker"))
                          for fd in os.listdir(f"/proc/{pid}/fd"))

        # SQLite keeps descriptors of closed files, as many as were open at the same time.
        self.reload_while_asked(daemon, 12)
        before = files()
        self.reload_while_asked(daemon, 24)
        with contextlib.suppress(AssertionError):
            eventually(lambda: len(files()) < len(before) + 12)
        self.assertLess(len(files()), len(before) + 12, (before, files()))

    def test_many_at_once(self):
        daemon = self.start().ready()
        for _ in range(50):
            daemon.signal(signal.SIGHUP)
        daemon.wait_for("serving", 2)
        daemon.signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(), 0)

    def test_end_in_the_middle(self):
        for pause in (0, 0.005, 0.01, 0.02, 0.05):
            daemon = self.start().ready()
            daemon.signal(signal.SIGHUP)
            time.sleep(pause)
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(), 0)
            self.assertEqual(daemon.children(), {})


class RightsTest(DaemonCase):
    """The rights of each process."""

    def rights(self, daemon, name):
        status = status_of(daemon.child(name))
        return {key: status[key] for key in ("Uid", "Gid", "Groups", "CapEff", "CapPrm",
                                             "NoNewPrivs", "Seccomp")}

    def be_nobody(self):
        """Gives everything but the key to the user that will serve."""
        self.add("user = nobody")
        shutil.chown(self.dir, "nobody")
        for path in self.dir.iterdir():
            if path.name != "signer.key":
                shutil.chown(path, "nobody")

    def test_user(self):
        ids = [str(os.geteuid())] * 4
        groups = [str(group) for group in sorted(os.getgroups())]
        caps = status_of(os.getpid())["CapEff"]
        if IS_ROOT:
            ids, groups, caps = ["65534"] * 4, ["65534"], ["0" * 16]
            self.be_nobody()
        daemon = self.start().ready()
        for name in ("worker", "signer"):
            rights = self.rights(daemon, name)
            self.assertEqual((rights["Uid"], rights["Gid"] if IS_ROOT else ids), (ids, ids))
            self.assertEqual(sorted(rights["Groups"]), sorted(groups))
            self.assertEqual((rights["CapEff"], rights["CapPrm"]), (caps, caps))
            self.assertEqual((rights["NoNewPrivs"], rights["Seccomp"]), (["1"], ["2"]))
        self.assertEqual(daemon.ask(1), "unknown")
        # A reload reads the key again, which only the supervisor can.
        daemon.reload()
        self.assertEqual(daemon.ask(2), "unknown")

    CAN_READ = "the worker process can read 1 key file, "

    def test_key_that_front_can_read(self):
        daemon = self.start().ready()
        self.assertEqual([self.CAN_READ in line for line in daemon.lines()].count(True), 1)
        if not IS_ROOT:
            return
        self.be_nobody()
        daemon = self.start().ready()
        self.assertNotIn(self.CAN_READ, "\n".join(daemon.lines()))
        shutil.chown(self.dir / "signer.key", "nobody")
        daemon.reload().wait_for(self.CAN_READ)

    def test_capabilities_of_unit(self):
        """The capabilities that the unit leaves to root suffice to serve, reload and kill."""
        unit = (UNITS / "ocspd.service.in").read_text(encoding="utf-8")
        names = re.search("^CapabilityBoundingSet=(.*)$", unit, re.MULTILINE)[1].split()
        self.assertEqual(sorted(names), ["CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETGID",
                                         "CAP_SETUID"])
        if not IS_ROOT:
            return
        self.be_nobody()
        bounds = ",".join(["-all", *(f"+{name[4:].lower()}" for name in names)])
        daemon = self.start(command=("setpriv", "--no-new-privs", "--inh-caps=-all",
                                     f"--bounding-set={bounds}", OCSPD)).ready()
        self.assertEqual(daemon.ask(1), "unknown")
        daemon.reload()
        self.assertEqual(daemon.ask(2), "unknown")
        os.kill(daemon.child("worker"), signal.SIGSTOP)
        with contextlib.closing(socket_in(daemon.pid, socket.SOCK_SEQPACKET)) as control:
            control.shutdown(socket.SHUT_RDWR)
        self.assertEqual(daemon.wait(5), EX_SOFTWARE)

    def test_without_seccomp(self):
        self.add("seccomp = no")
        daemon = self.start().ready()
        for name in ("worker", "signer"):
            self.assertEqual(self.rights(daemon, name)["Seccomp"], ["0"])
        self.assertEqual(daemon.ask(1), "unknown")

    def test_every_thread_is_held(self):
        daemon = self.start().ready()
        self.assertEqual(daemon.ask(1), "unknown")
        for name in ("worker", "signer"):
            pid = daemon.child(name)
            threads = os.listdir(f"/proc/{pid}/task")
            self.assertGreater(len(threads), 1)
            for thread in threads:
                text = pathlib.Path(f"/proc/{pid}/task/{thread}/status").read_text("ascii")
                self.assertIn("\nSeccomp:\t2\n", text)

    def test_no_key_in_worker(self):
        """The worker, which talks to the network, has neither the key nor access to it."""
        daemon = self.start().ready()
        files = {os.readlink(f"/proc/{daemon.child('worker')}/fd/{fd}")
                 for fd in os.listdir(f"/proc/{daemon.child('worker')}/fd")}
        self.assertEqual([name for name in files if "signer" in name], [])
        self.assertEqual([name for name in files if "ocspd.conf" in name], [])
        signer = {os.readlink(f"/proc/{daemon.child('signer')}/fd/{fd}").split(":")[0]
                  for fd in os.listdir(f"/proc/{daemon.child('signer')}/fd")}
        self.assertLessEqual(signer, {"/dev/null", str(daemon.log), "socket"})


class SourceTest(DaemonCase):
    """Sources that are files, which a process with few rights reads again."""

    def test_index(self):
        index = self.dir / "index.txt"
        index.write_text("V\t491231235959Z\t\t01\tunknown\t/CN=a\n")
        self.edit('    certificate = "ca.pem"\n',
                  '    certificate = "ca.pem"\n    source = index source-file = "index.txt"\n')
        self.edit('database = "ocspd.db"\n', "")
        daemon = self.start().ready()
        self.assertEqual((daemon.ask(1), daemon.ask(2)), ("good", "unknown"))
        index.write_text("R\t491231235959Z\t230601120000Z\t01\tunknown\t/CN=a\n"
                         "V\t491231235959Z\t\t02\tunknown\t/CN=b\n")
        eventually(lambda: daemon.ask(1) == "revoked")
        eventually(lambda: daemon.ask(2) == "good")

    def make_crl(self):
        openssl("ca", "-config", "crl.cnf", "-gencrl", "-crldays", "1", "-md", "sha256", "-cert",
                Made.dir / "ca.pem", "-keyfile", Made.dir / "ca.key", "-out", "new.crl",
                directory=self.dir)
        (self.dir / "new.crl").rename(self.dir / "ca.crl")

    def test_crl(self):
        (self.dir / "crl.cnf").write_text("[ca]\ndefault_ca = a\n[a]\ndatabase = index.txt\n"
                                          "crlnumber = number\n")
        (self.dir / "index.txt").write_text("V\t491231235959Z\t\t01\tunknown\t/CN=a\n")
        (self.dir / "number").write_text("01\n")
        self.make_crl()
        self.edit('    certificate = "ca.pem"\n',
                  '    certificate = "ca.pem"\n    source = crl source-file = "ca.crl"\n'
                  '    insecure-good-if-not-revoked = true\n')
        daemon = self.start().ready()
        self.assertEqual((daemon.ask(1), daemon.ask(2)), ("good", "good"))
        (self.dir / "index.txt").write_text(
            "R\t491231235959Z\t230601120000Z,keyCompromise\t01\tunknown\t/CN=a\n")
        self.make_crl()
        eventually(lambda: daemon.ask(1) == "revoked")
        self.assertEqual(daemon.ask(2), "good")


class SocketTest(DaemonCase):
    """The addresses that it listens on."""

    def test_unix(self):
        path = self.dir / "sock"
        for text, mode in (("unix:sock", 0o660), ("unix:sock,mode=0600", 0o600)):
            self.edit("127.0.0.1:0", text)
            daemon = self.start().ready()
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), mode)
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(20)
                client.connect(str(path))
                body = request_of(Made.dir, 1)
                client.sendall(b"POST / HTTP/1.0\r\nContent-Type: application/ocsp-request\r\n"
                               b"Content-Length: %d\r\n\r\n" % len(body) + body)
                answer = b""
                while piece := client.recv(65536):
                    answer += piece
            self.assertEqual(said(answer.split(b"\r\n\r\n", 1)[1]), "unknown")
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(), 0)
            self.assertFalse(path.exists())
            self.edit(text, "127.0.0.1:0")

    def test_unix_left_over(self):
        self.edit("127.0.0.1:0", "unix:sock")
        self.start().ready().signal(signal.SIGKILL)
        eventually(lambda: not children(os.getpid()).get("ocspd"))
        self.assertTrue((self.dir / "sock").exists())
        eventually(lambda: not self.is_in_use())
        daemon = self.start().ready()
        self.assertEqual(daemon.places(), ["unix:sock"])

    def is_in_use(self):
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(self.dir / "sock")) == 0

    def test_unix_in_use(self):
        self.edit("127.0.0.1:0", "unix:sock")
        with socket.socket(socket.AF_UNIX) as taken:
            taken.bind(str(self.dir / "sock"))
            taken.listen()
            self.refused("cannot listen on unix:sock: Address already in use", status=EX_TEMPFAIL)
        (self.dir / "sock").unlink()
        (self.dir / "sock").write_text("a file")
        self.refused("cannot listen on unix:sock: Address already in use", status=EX_TEMPFAIL)
        self.assertEqual((self.dir / "sock").read_text(), "a file")

    def test_all_addresses(self):
        self.edit("127.0.0.1:0", "*:0")
        daemon = self.start().ready()
        places = daemon.places()
        self.assertTrue(places[0].startswith("0.0.0.0:"), places)
        ports = {place.rsplit(":", 1)[1] for place in places}
        self.assertEqual(len(ports), 1)
        self.assertEqual(daemon.ask(1), "unknown")
        if socket.has_ipv6 and pathlib.Path("/proc/net/if_inet6").exists():
            self.assertTrue(places[1].startswith("[::]:"), places)
            with socket.create_connection(("::1", daemon.port()), 20) as client:
                client.sendall(b"GET /x HTTP/1.0\r\n\r\n")
                self.assertTrue(client.recv(100).startswith(b"HTTP/1."))

    def passed(self, env, *sockets):
        """ocspd with sockets passed as systemd does, from descriptor 3 on."""
        self.edit("127.0.0.1:0", "systemd")
        # exec keeps the process ID of the shell.
        script = "".join(f"exec {3 + i}<&{one.fileno() + 100}; " for i, one in enumerate(sockets))
        for one in sockets:
            os.dup2(one.fileno(), one.fileno() + 100)
            self.addCleanup(os.close, one.fileno() + 100)
        return self.start(command=("bash", "-c", f'{script} {env} exec "$0" "$@"', OCSPD),
                          pass_fds=[one.fileno() + 100 for one in sockets])

    def test_passed(self):
        with socket.create_server(("127.0.0.1", 0)) as one, \
                socket.create_server(("127.0.0.1", 0)) as two:
            daemon = self.passed("LISTEN_PID=$$ LISTEN_FDS=2", one, two).ready()
            for server in (one, two):
                self.assertEqual(daemon.ask(1, port=server.getsockname()[1]), "unknown")
            daemon.reload()
            for server in (one, two):
                self.assertEqual(daemon.ask(1, port=server.getsockname()[1]), "unknown")
            # Once they are closed, their numbers may be used for other files.
            port = self.free_port()
            self.edit('"systemd"', f'"127.0.0.1:{port}"')
            daemon.reload()
            self.edit(f'"127.0.0.1:{port}"', f'"127.0.0.1:{port}", "systemd"')
            daemon.reload("systemd: no socket was passed to this process")
            self.assertEqual(daemon.ask(1, port=port), "unknown")

    def test_passed_to_another_process(self):
        with socket.create_server(("127.0.0.1", 0)) as one:
            daemon = self.passed("LISTEN_PID=1 LISTEN_FDS=1", one)
            self.assertEqual(daemon.wait(), EX_TEMPFAIL)
            self.assertEqual(daemon.lines(), ["error: systemd: no socket was passed to this "
                                              "process (LISTEN_FDS, LISTEN_PID): start "
                                              "ocspd.socket"])

    def test_passed_what_does_not_listen(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            daemon = self.passed("LISTEN_PID=$$ LISTEN_FDS=1", one)
            self.assertEqual(daemon.wait(), EX_TEMPFAIL)
            self.assertEqual(daemon.lines(),
                             ["error: systemd: descriptor 3 is not a listening stream socket"])

    def test_activated(self):
        self.edit("127.0.0.1:0", "systemd")
        port = self.free_port()
        environment = [f"--setenv={name}={value}" for name, value in SANITIZED.items()]
        daemon = self.start(command=("systemd-socket-activate", "-l", f"127.0.0.1:{port}",
                                     *environment, OCSPD))
        daemon.wait_for("Listening on")
        with socket.create_connection(("127.0.0.1", port), 20):
            daemon.ready()
        self.assertEqual(daemon.ask(1, port=port), "unknown")


class ManagerTest(DaemonCase):
    """The notifications to a service manager, and the units."""

    def setUp(self):
        super().setUp()
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.settimeout(20)

    def told(self):
        return self.manager.recv(4096).decode()

    def check(self, address):
        daemon = self.start(env={"NOTIFY_SOCKET": address})
        self.assertEqual(self.told(), "READY=1")
        self.assertEqual(daemon.ask(1), "unknown")
        daemon.signal(signal.SIGHUP)
        self.assertRegex(self.told(), "^RELOADING=1\nMONOTONIC_USEC=[0-9]+$")
        self.assertEqual(self.told(), "READY=1")
        self.add("threats = 1")
        daemon.signal(signal.SIGHUP)
        self.assertRegex(self.told(), "^RELOADING=1\n")
        self.assertEqual(self.told(), "READY=1")
        daemon.signal(signal.SIGTERM)
        self.assertEqual(self.told(), "STOPPING=1")
        self.assertEqual(daemon.wait(), 0)

    def test_path(self):
        self.manager.bind(str(self.dir / "notify"))
        self.check(str(self.dir / "notify"))

    def test_abstract(self):
        name = f"ocspd-{os.getpid()}-{time.monotonic_ns()}"
        self.manager.bind("\0" + name)
        self.check("@" + name)

    def test_nothing_when_it_does_not_start(self):
        self.manager.bind(str(self.dir / "notify"))
        self.add("threats = 1")
        daemon = self.start(env={"NOTIFY_SOCKET": str(self.dir / "notify")})
        self.assertEqual(daemon.wait(), EX_CONFIG)
        self.manager.settimeout(0.1)
        with self.assertRaises(TimeoutError):
            self.told()

    def test_units(self):
        text = (UNITS / "ocspd.service.in").read_text(encoding="utf-8")
        (self.dir / "ocspd").symlink_to(OCSPD)
        (self.dir / "ocspd.service").write_text(text.replace("@SBINDIR@", str(self.dir)),
                                                encoding="utf-8")
        shutil.copy(UNITS / "ocspd.socket", self.dir)
        done = run("systemd-analyze", "verify", "--man=no", "./ocspd.service", "./ocspd.socket",
                   cwd=self.dir)
        self.assertEqual((done.stdout, done.stderr, done.returncode), (b"", b"", 0))

    def test_reload_of_unit(self):
        """`systemctl reload` fails when the configuration is wrong."""
        text = (UNITS / "ocspd.service.in").read_text(encoding="utf-8")
        config = re.search("^ExecStart=.* --config (.*)$", text, re.MULTILINE)[1]
        self.assertEqual(re.findall("^ExecReload=(.*)$", text, re.MULTILINE),
                         [f"+@SBINDIR@/ocspd check-config --reload --config {config}",
                          "/bin/kill -HUP $MAINPID"])
        for name in ("ocspd.service.in", "ocspd.socket"):
            self.assertIn(f"\nConditionPathExists={config}\n",
                          (UNITS / name).read_text(encoding="utf-8"))
        status = re.search("^RestartPreventExitStatus=(.*)$", text, re.MULTILINE)[1].split()
        self.assertIn(str(EX_CONFIG), status)
        self.assertNotIn(str(EX_TEMPFAIL), status)

    def test_example(self):
        """The configuration that is shipped is valid, except for the files that it names."""
        text = (UNITS.parent / "ocspd.conf").read_text(encoding="utf-8")
        self.assertIn("\nuser = ocspd ", text)
        (self.dir / "example.conf").write_text(
            text.replace("user = ocspd", f"user = {pwd.getpwuid(os.geteuid()).pw_name}"),
            encoding="utf-8")
        done = run(OCSPD, "check-config", "--config", "example.conf", cwd=self.dir)
        self.assertEqual(done.stderr.decode(),
                         "ocspd check-config: example.conf:7: database: /var/lib/ocspd/ocspd.db: "
                         "No such file or directory; create it with ocspd init\n")


class QuickstartTest(DaemonCase):
    """From a CA to answers, with other programs."""

    def openssl(self, daemon, serial):
        done = run("openssl", "ocsp", "-issuer", "ca.pem", "-CAfile", "ca.pem", "-serial", serial,
                   "-url", f"http://127.0.0.1:{daemon.port()}/", cwd=self.dir)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"Response verify OK", done.stderr)
        self.assertNotIn(b"nonce", done.stderr)
        return done.stdout.decode().splitlines()[0]

    def test_good_then_revoked_within_a_second(self):
        daemon = self.start().ready()
        self.assertEqual(self.openssl(daemon, "0x1000"), "0x1000: unknown")
        self.command("issue", "0x1000")
        eventually(lambda: daemon.ask(0x1000) == "good", 1)
        self.assertEqual(self.openssl(daemon, "0x1000"), "0x1000: good")
        self.command("revoke", "--reason", "keyCompromise", "0x1000")
        eventually(lambda: daemon.ask(0x1000) == "revoked", 1)
        self.assertEqual(self.openssl(daemon, "0x1000"), "0x1000: revoked")

    def test_what_is_made(self):
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in self.dir.iterdir()}
        self.assertEqual(sorted(modes), ["ca.pem", "ocspd.conf", "ocspd.db", "signer.key",
                                         "signer.pem"])
        self.assertEqual(modes["signer.key"], 0o600)
        self.assertIn("\n    nonce = live\n", (self.dir / "ocspd.conf").read_text())
        signer = x509.Certificate.load(pem.unarmor((self.dir / "signer.pem").read_bytes())[2])
        self.assertEqual(signer.extended_key_usage_value.native, ["ocsp_signing"])
        self.assertEqual(signer.key_usage_value.native, {"digital_signature"})
        self.assertIsNotNone(signer.ocsp_no_check_value)
        self.assertIsNone(signer.basic_constraints_value)
        self.assertEqual(signer.public_key.curve, ("named", "secp256r1"))
        self.assertGreaterEqual(signer.serial_number.bit_length(), 64)
        ca = x509.Certificate.load(pem.unarmor((Made.dir / "ca.pem").read_bytes())[2])
        self.assertEqual(signer["tbs_certificate"]["validity"]["not_after"].native,
                         ca["tbs_certificate"]["validity"]["not_after"].native)

    def make(self, *args, ca="ca", key="ca"):
        return run(OCSPD, "quickstart", "--ca", Made.dir / f"{ca}.pem", "--key",
                   Made.dir / f"{key}.key", *args, cwd=self.dir)

    def test_under_the_unit(self):
        """The steps of ocspd(8), with another user and folder."""
        (self.dir / "lib").mkdir(mode=0o751)
        self.edit('database = "ocspd.db"', 'database = "lib/ocspd.db"')
        if IS_ROOT:
            shutil.chown(self.dir / "lib", "nobody")
            self.add("user = nobody")
        self.command("init")
        self.command("check-config")
        self.command("issue", "0x01")
        daemon = self.start().ready()
        self.assertEqual(daemon.ask(1), "good")
        self.command("revoke", "--reason", "superseded", "0x01")
        eventually(lambda: daemon.ask(1) == "revoked")

    def test_overwrites_nothing(self):
        for kept in ("ca.pem", "ocspd.conf", "ocspd.db", "signer.key", "signer.pem"):
            folder = self.dir / f"with-{kept}"
            folder.mkdir()
            (folder / kept).write_text("mine")
            done = self.make("--dir", folder)
            self.assertEqual((done.stderr.decode(), done.returncode),
                             (f"ocspd quickstart: {folder / kept}: already exists; nothing was "
                              "changed\n", EX_CANTCREAT))
            self.assertEqual([path.name for path in folder.iterdir()], [kept])
            self.assertEqual((folder / kept).read_text(), "mine")

    def test_key_of_another(self):
        done = self.make("--dir", "new", key="other")
        self.assertEqual((done.stderr.decode(), done.returncode),
                         (f"ocspd quickstart: {Made.dir / 'other.key'}: is not the key of "
                          f"{Made.dir / 'ca.pem'}\n", EX_DATAERR))
        self.assertFalse((self.dir / "new").exists())

    def test_no_ca(self):
        openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=leaf", "-addext",
                "basicConstraints=CA:FALSE", "-keyout", "leaf.key", "-out", "leaf.pem",
                directory=self.dir)
        done = run(OCSPD, "quickstart", "--ca", "leaf.pem", "--key", "leaf.key", "--dir", "new",
                   cwd=self.dir)
        self.assertEqual((done.stderr.decode(), done.returncode),
                         ("ocspd quickstart: leaf.pem: is not the certificate of a CA\n",
                          EX_DATAERR))

    def test_folder_that_cannot_be(self):
        done = self.make("--dir", "no/where")
        self.assertEqual((done.stderr.decode(), done.returncode),
                         ("ocspd quickstart: no/where: No such file or directory\n", EX_CANTCREAT))

    def test_address_that_cannot_be(self):
        done = self.make("--dir", "new", "--listen", "localhost:80")
        self.assertEqual(done.returncode, EX_USAGE)
        self.assertFalse((self.dir / "new").exists())

    def test_arguments(self):
        for args, error in ((("--ca", "x"), "missing --ca or --key"),
                            (("--ca", "x", "--key", "y", "z"), 'unexpected argument "z"')):
            done = run(OCSPD, "quickstart", *args)
            self.assertEqual((done.stderr.decode().splitlines()[0], done.returncode),
                             (f"ocspd quickstart: {error}", EX_USAGE))

    def test_keys_of_all_kinds(self):
        for kind, args in (("rsa", ("rsa:2048",)), ("ed25519", ("ed25519",)),
                           ("p384", ("ec", "-pkeyopt", "ec_paramgen_curve:P-384"))):
            with self.subTest(kind):
                openssl("req", "-x509", "-newkey", *args, "-passout", "pass:secret", "-subj",
                        f"/CN={kind} \"$", "-keyout", "k.key", "-out", "k.pem",
                        directory=self.dir)
                (self.dir / "pass").write_text("secret\n")
                (self.dir / "pass").chmod(0o600)
                done = run(OCSPD, "quickstart", "--ca", "k.pem", "--key", "k.key", "--dir", kind,
                           "--passphrase-file", "pass", cwd=self.dir)
                self.assertEqual((done.stderr.decode(), done.returncode), ("", 0))
                done = run(OCSPD, "check-config", "--config", f"{kind}/ocspd.conf", cwd=self.dir)
                self.assertEqual((done.stderr.decode(), done.returncode), ("", 0))

    def ca_called(self, name, kind):
        openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-utf8", "-config", "/dev/stdin",
                "-keyout", "n.key", "-out", "n.pem", directory=self.dir,
                text=f"[req]\nstring_mask = {kind}\nprompt = no\ndistinguished_name = d\n"
                f"x509_extensions = x\n[d]\nCN = {name}\n[x]\nbasicConstraints = CA:TRUE\n")

    def test_names(self):
        """The configuration is valid whatever the name of the CA, and the name can be typed."""
        for number, (name, kind, expected) in enumerate((
                ("Test CA", "MASK:0x800", "Test CA"),
                ("Zertifikate f\u00fcr \u4e2d\u6587", "MASK:0x800", "Zertifikate f_r __"),
                ("Zertifikate f\u00fcr \u4e2d\u6587", "utf8only", "Zertifikate f_r __"),
                ("Test CA", "MASK:0x100", "Test CA"),
                ("\u4e2d\u6587", "utf8only", "CA"),
                (r"a\"b\\c\${PATH}\nd", "utf8only", "a_b_c_{PATH}_d"),
                ("x" * 64, "utf8only", "x" * 63))):
            with self.subTest(name=name, kind=kind):
                self.ca_called(name, kind)
                done = run(OCSPD, "quickstart", "--ca", "n.pem", "--key", "n.key", "--dir",
                           f"n{number}", cwd=self.dir)
                self.assertEqual((done.stderr.decode(), done.returncode), ("", 0))
                text = (self.dir / f"n{number}" / "ocspd.conf").read_text(encoding="utf-8")
                self.assertIn(f'\nissuer "{expected}" {{\n', text)
                done = run(OCSPD, "check-config", "--config", f"n{number}/ocspd.conf", cwd=self.dir)
                self.assertEqual((done.stderr.decode(), done.returncode), ("", 0))

    def test_passphrase_that_a_group_can_read(self):
        openssl("req", "-x509", "-newkey", "ed25519", "-passout", "pass:secret", "-subj", "/CN=k",
                "-keyout", "k.key", "-out", "k.pem", directory=self.dir)
        (self.dir / "pass").write_text("secret\n")
        for mode, status in ((0o640, 0), (0o644, EX_DATAERR), (0o620, EX_DATAERR)):
            (self.dir / "pass").chmod(mode)
            done = run(OCSPD, "quickstart", "--ca", "k.pem", "--key", "k.key", "--dir",
                       f"mode{mode:o}", "--passphrase-file", "pass", cwd=self.dir)
            self.assertEqual(done.returncode, status, done.stderr)

    def test_passphrase_wrong(self):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-passout", "pass:secret", "-subj", "/CN=k",
                "-keyout", "k.key", "-out", "k.pem", directory=self.dir)
        (self.dir / "pass").write_text("other\n")
        (self.dir / "pass").chmod(0o600)
        done = run(OCSPD, "quickstart", "--ca", "k.pem", "--key", "k.key", "--dir", "new",
                   "--passphrase-file", "pass", cwd=self.dir)
        self.assertEqual((done.stderr.decode(), done.returncode),
                         ("ocspd quickstart: k.key: contains no private key, or the passphrase is "
                          "wrong\n",
                          EX_DATAERR))


class CommandTest(unittest.TestCase):
    """The program without a service."""

    def test_help(self):
        done = run(OCSPD, "--help")
        self.assertEqual((done.stderr, done.returncode), (b"", 0))
        names = re.findall(r"^  ([a-z-]+) ", done.stdout.decode(), re.MULTILINE)
        self.assertEqual(names, ["serve", "check-config", "quickstart", "init", "import", "issue",
                                 "revoke", "unrevoke", "remove", "compare", "list", "status",
                                 "help"])
        self.assertEqual(run(OCSPD, "help").stdout, done.stdout)
        for name in names:
            one = run(OCSPD, "help", name)
            self.assertEqual((one.stderr, one.returncode), (b"", 0))
            self.assertTrue(one.stdout.startswith(f"usage: ocspd {name} ".encode()), one.stdout)
            self.assertLessEqual(max(len(line) for line in one.stdout.decode().splitlines()), 100)
            if name != "help":
                self.assertEqual(run(OCSPD, name, "--help").stdout, one.stdout)

    def test_version(self):
        done = run(OCSPD, "--version")
        self.assertRegex(done.stdout.decode(), r"^ocspd \d+\.\d+\.\d+\n$")

    def test_unknown(self):
        done = run(OCSPD, "serv")
        self.assertEqual((done.stderr, done.returncode),
                         (b'ocspd: unknown command "serv"; "ocspd help" lists them\n', EX_USAGE))
        for args in (("serve", "x"), ("check-config", "--new"), ("--new",), ("help", "a", "b")):
            self.assertEqual(run(OCSPD, *args).returncode, EX_USAGE)

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([OCSPD, "--help"], stdout=full, stderr=subprocess.PIPE,
                                  timeout=60, check=False)
        self.assertEqual((done.stderr, done.returncode),
                         (b"ocspd: cannot write to standard output: No space left on device\n", 74))

    def test_no_file_at_all(self):
        if pathlib.Path("/etc/ocspd/ocspd.conf").exists():
            self.fail("this machine has an ocspd of its own")
        for args in ((), ("serve",)):
            done = run(OCSPD, *args)
            self.assertEqual(done.returncode, EX_CONFIG)
            self.assertTrue(done.stderr.endswith(
                b" error: /etc/ocspd/ocspd.conf: No such file or directory\n"), done.stderr)


if __name__ == "__main__":
    unittest.main()

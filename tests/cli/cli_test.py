# SPDX-License-Identifier: MIT
#
# The command as a whole: help, wrong usage, and output that does not get through.
"""Tests of the command ocsp."""

import os
import re
import unittest

from support import Case, ISSUER, LEAF, REQUEST_USAGE, SEED, SHOW_USAGE, response, single

REQUEST = str(SEED / "request.der")


class HelpTest(Case):
    """Help, all from one table."""

    def test_list(self):
        text = self.succeed("--help").decode()
        self.assertEqual(self.succeed("help").decode(), text)
        for command in ("show", "request", "respond", "verify", "help"):
            self.assertRegex(text, rf"(?m)^  {command} +\S")

    def test_commands(self):
        for command in ("show", "request"):
            text = self.succeed("help", command).decode()
            self.assertEqual(self.succeed(command, "--help").decode(), text)
            self.assertEqual(text.split("\n")[0] + "\n",
                             SHOW_USAGE if command == "show" else REQUEST_USAGE)
        for option in ("--issuer", "--hash", "--nonce", "--sign", "--signer", "--key",
                       "--passphrase-file", "--digest", "--pss", "--out", "--help"):
            self.assertIn(f"\n  {option}", self.succeed("help", "request").decode())

    def test_help_of_help(self):
        text = self.succeed("help", "help").decode()
        self.assertTrue(text.startswith("usage: ocsp help [COMMAND]\n"))
        self.assertEqual(self.succeed("help", "--help").decode(), text)

    def test_lines_fit(self):
        for command in ([], ["show"], ["request"], ["respond"], ["verify"], ["help"]):
            for line in self.succeed("help", *command).decode().splitlines():
                self.assertLessEqual(len(line), 100)

    def test_version(self):
        self.assertTrue(re.fullmatch(r"ocsp \d+\.\d+\.\d+\n", self.succeed("--version").decode()))


class UsageTest(Case):
    """Wrong usage is status 64, a line, and how to do it right."""

    def test_no_command(self):
        done = self.run_ocsp()
        self.assertEqual((done.returncode, done.stdout), (64, b""))
        self.assertEqual(done.stderr, self.succeed("--help"))

    def test_unknown_command(self):
        self.fail_with(64, 'ocsp: unknown command "shwo"; "ocsp help" lists them\n', "shwo")
        self.fail_with(64, 'ocsp: unknown command "shwo"; "ocsp help" lists them\n', "help", "shwo")
        self.fail_with(64, 'ocsp: unknown command "\\x1B[31m"; "ocsp help" lists them\n',
                       "\x1b[31m")
        self.fail_with(64, 'ocsp: unknown command "--json"; "ocsp help" lists them\n', "--json")
        self.fail_with(64, 'ocsp: unknown command ""; "ocsp help" lists them\n', "")

    def test_help_of_two(self):
        self.fail_with(64, "ocsp help: more than one command\nusage: ocsp help [COMMAND]\n",
                       "help", "show", "request")

    def test_show(self):
        self.fail_with(64, "ocsp show: missing file\n" + SHOW_USAGE, "show")
        self.fail_with(64, "ocsp show: missing file\n" + SHOW_USAGE, "show", "--json")
        self.fail_with(64, "ocsp show: unrecognized option '--yaml'\n" + SHOW_USAGE,
                       "show", "--yaml", REQUEST)
        self.fail_with(64, "ocsp show: option '--json' doesn't allow an argument\n" + SHOW_USAGE,
                       "show", "--json=x", REQUEST)
        self.fail_with(64, "ocsp show: invalid option -- 'j'\n" + SHOW_USAGE, "show", "-j", REQUEST)

    def test_request(self):
        self.fail_with(64, "ocsp request: missing certificate\n" + REQUEST_USAGE, "request")
        self.fail_with(64, "ocsp request: missing certificate\n" + REQUEST_USAGE,
                       "request", "--issuer", ISSUER)
        self.fail_with(64, "ocsp request: option '--issuer' requires an argument\n" + REQUEST_USAGE,
                       "request", LEAF, "--issuer")
        for name in ("md5", "SHA1", "other", ""):
            self.fail_with(64, f'ocsp request: --hash: "{name}" is not one of sha1, sha224, '
                               'sha256, '
                           "sha384, sha512\n" + REQUEST_USAGE,
                           "request", "--hash", name, "--issuer", ISSUER, LEAF)

    def test_nothing_is_written(self):
        self.run_ocsp("request", "--out", "r.der", "--hash", "md5", "--issuer", ISSUER, LEAF)
        self.assertEqual(os.listdir(self.dir), [])

    def test_files_that_look_like_options(self):
        self.write("--json", (SEED / "request.der").read_bytes())
        self.assertTrue(self.succeed("show", "--", "--json").startswith(b"--json: OCSP request, "))


class OutputTest(Case):
    """Output that is lost is status 74, whatever was printed."""

    def setUp(self):
        super().setUp()
        # More than a buffer, so that writing fails before the end as well as at it.
        self.write("large", response(single() * 2000))

    def lose(self, *args):
        with open("/dev/full", "wb") as full:
            self.fail_with(74, "ocsp: cannot write to standard output: No space left on "
                           "device\n", *args,
                           stdout=full)

    def test_full_disk(self):
        self.lose("show", REQUEST)
        self.lose("show", "--json", REQUEST)
        self.lose("show", "large")
        self.lose("show", "--json", "large", "large")
        self.lose("request", "--issuer", ISSUER, LEAF)
        self.lose("--help")
        self.lose("--version")

    def test_full_disk_outranks_bad_input(self):
        with open("/dev/full", "wb") as full:
            self.fail_with(74, "nowhere: No such file or directory\n"
                           "ocsp: cannot write to standard output: write error\n", "show",
                           REQUEST, "nowhere",
                           stdout=full)

    def test_closed_pipe(self):
        for args in (["show", REQUEST], ["show", "large"], ["show", "--json", "large"]):
            reader, writer = os.pipe()
            os.close(reader)
            self.fail_with(74, "ocsp: cannot write to standard output: Broken pipe\n", *args,
                           stdout=writer)
            os.close(writer)

    def test_reader_that_goes_away(self):
        done = self.shell('"$OCSP" show large | head -n 1; echo ${PIPESTATUS[0]}')
        self.assertEqual(done.stdout.decode().splitlines()[1], "74")
        self.assertEqual(done.stderr.decode(),
                         "ocsp: cannot write to standard output: Broken pipe\n")

    def test_closed_descriptor(self):
        done = self.shell(f'"$OCSP" show "{REQUEST}" >&-')
        self.assertEqual((done.returncode, done.stderr),
                         (74, b"ocsp: cannot write to standard output: Bad file descriptor\n"))

    def test_closed_descriptor_does_not_spoil_out(self):
        done = self.shell(f'"$OCSP" request --issuer "{ISSUER}" --out r "{LEAF}" <&- >&- 2>&-')
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.path("r").read_bytes(),
                         self.succeed("request", "--issuer", ISSUER, LEAF))

    def test_closed_stdin(self):
        done = self.shell('"$OCSP" show - <&-')
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (65, b"", b"-: Bad file descriptor\n"))


if __name__ == "__main__":
    unittest.main()

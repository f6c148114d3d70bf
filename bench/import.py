#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# Imports many certificates into a new database, and revokes others meanwhile: how long does a
# revocation wait for the import?
"""import.py OCSPD [--certificates N] [--dir DIR]: prints how long the import took, and revocations
during it. The directory, which is a temporary one by default, needs some 200 bytes for each of the
10,000,000 certificates."""

import argparse
import hashlib
import pathlib
import subprocess
import tempfile
import time


def run(*args, **more):
    subprocess.run([str(arg) for arg in args], check=True, stdout=subprocess.DEVNULL, **more)


def make_ca(directory):
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", directory / "ca.key", "-out", directory / "ca.pem", "-subj", "/CN=ca", "-days",
        "30", stderr=subprocess.DEVNULL)


def make_file(path, n):
    """Serial numbers that are as random as those of a CA, each of 16 bytes."""
    with open(path, "w", encoding="ascii") as out:
        out.write("serial,status,revoked-at,reason,expires\n")
        for i in range(n):
            serial = hashlib.md5(i.to_bytes(8, "big")).hexdigest()
            what = "revoked,2024-04-03T12:00:00Z,superseded" if i % 20 == 0 else "good,,"
            out.write(f"0x{serial},{what},2027-04-03T12:00:00Z\n")


def revoke_meanwhile(ocspd, config, process):
    """Revokes a certificate each second, and returns how long each revocation took, in seconds."""
    times = []
    while process.poll() is None:
        begin = time.monotonic()
        run(ocspd, "revoke", "--config", config, "--issue", "--reason", "keyCompromise",
            hex(0x1000 + len(times)))
        times.append(time.monotonic() - begin)
        time.sleep(max(0, 1 - times[-1]))
    return sorted(times)


def measure(ocspd, directory, n):
    make_ca(directory)
    config = directory / "pki" / "ocspd.conf"
    run(ocspd, "quickstart", "--ca", directory / "ca.pem", "--key", directory / "ca.key", "--dir",
        directory / "pki")
    make_file(directory / "in.csv", n)
    begin = time.monotonic()
    with subprocess.Popen([ocspd, "import", "--config", config, "--csv", directory / "in.csv"]) \
            as process:
        times = revoke_meanwhile(ocspd, config, process)
    print(f"import of {n} certificates: {time.monotonic() - begin:.1f} s, "
          f"exit status {process.returncode}")
    print(f"{len(times)} revocations meanwhile: median {times[len(times) // 2] * 1000:.0f} ms, "
          f"longest {times[-1] * 1000:.0f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ocspd", type=pathlib.Path)
    parser.add_argument("--certificates", type=int, default=10000000)
    parser.add_argument("--dir", type=pathlib.Path)
    args = parser.parse_args()
    if args.dir is not None:
        args.dir.mkdir()
        measure(args.ocspd.resolve(), args.dir, args.certificates)
        return
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        measure(args.ocspd.resolve(), pathlib.Path(directory), args.certificates)


if __name__ == "__main__":
    main()

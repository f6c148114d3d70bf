#!/usr/bin/python3
# SPDX-License-Identifier: MIT
#
# Writes the case files in tests/data/wire. Their content depends on the code in wiregen alone:
# no clock, no key, no random number.
"""Makes tests/data/wire/*.txt, or with --check reports those that differ."""

import argparse
import pathlib
import sys

sys.dont_write_bytecode = True

from wiregen import cert, crl, extension, request, response  # noqa: E402

FILES = {
    'request.txt': request.cases,
    'response.txt': response.cases,
    'extension.txt': extension.cases,
    'cert.txt': cert.cases,
    'crl.txt': crl.cases,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--check', action='store_true')
    folder = pathlib.Path(__file__).resolve().parent / 'wire'
    is_check = parser.parse_args().check
    differing = []
    for name, make in FILES.items():
        path = folder / name
        text = make()
        if is_check:
            if not path.is_file() or path.read_text() != text:
                differing.append(name)
        else:
            folder.mkdir(exist_ok=True)
            path.write_text(text)
    known = set(FILES) | set(differing)
    differing += sorted(p.name for p in folder.glob('*') if p.name not in known)
    for name in differing:
        print(f'{folder / name} is not what generate.py makes', file=sys.stderr)
    return 1 if differing else 0


if __name__ == '__main__':
    sys.exit(main())

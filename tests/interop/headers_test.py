#!/usr/bin/python3
# SPDX-License-Identifier: MIT
#
# Other tests include all headers by a list: each header in include/ocsp must be on it, and must
# compile alone.
"""Checks tests/interop/headers_ours.h against the folder of public headers."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parent.parent / 'include'
COMPILERS = {'c': os.environ['CC_COMMAND'].split(), 'cc': os.environ['CXX_COMMAND'].split()}
FLAGS = {'c': ['-std=c11'], 'cc': ['-std=c++11']}


class Headers(unittest.TestCase):
    def setUp(self):
        self.headers = sorted(path.name for path in (INCLUDE / 'ocsp').glob('*.h'))

    def test_list_is_complete(self):
        text = (HERE / 'headers_ours.h').read_text()
        self.assertEqual(re.findall(r'#include <ocsp/(.*)>', text), self.headers)

    def test_each_compiles_alone(self):
        self.assertTrue(self.headers)
        with tempfile.TemporaryDirectory() as folder:
            for language, compiler in COMPILERS.items():
                for header in self.headers:
                    with self.subTest(language=language, header=header):
                        source = pathlib.Path(folder) / f'alone.{language}'
                        source.write_text(f'#include <ocsp/{header}>\n')
                        subprocess.run(
                            [*compiler, *FLAGS[language], '-Wall', '-Wextra', '-pedantic',
                             '-Werror', '-fsyntax-only', f'-I{INCLUDE}', source], check=True)


if __name__ == '__main__':
    sys.exit(unittest.main())

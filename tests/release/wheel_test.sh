#!/bin/sh
# SPDX-License-Identifier: MIT
#
# wheel_test.sh: builds the Python package as `pip install .` does, by its pyproject.toml, and
# uses the result: a wheel for every CPython from this one on.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
python=/usr/bin/python3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The build uses a copy, because it writes beside the sources.
(cd "$root" && git ls-files -co --exclude-standard | while read -r file; do
    test ! -f "$file" || printf '%s\n' "$file"
done | tar -cf - -T -) | (mkdir "$work/tree" && cd "$work/tree" && tar -xf -)
cd "$work/tree"
if ! "$python" -c "import mesonpy; mesonpy.build_wheel('$work')" >"$work/log" 2>&1; then
    cat "$work/log"
    exit 1
fi
wheel=$(ls "$work"/libocsp-*-abi3-*.whl)
"$python" -m zipfile -e "$wheel" "$work/site"
cd "$work"
PYTHONPATH=$work/site PYTHONDONTWRITEBYTECODE=1 "$python" -c "
from libocsp import ocsp
assert ocsp.__file__.startswith('$work/site/'), ocsp.__file__
request = ocsp.load_der_ocsp_request(open('$root/tests/data/seed/request.der', 'rb').read())
assert request.serial_number == 872625873161273451176241581705670534707360122361
"
echo "ok $(basename "$wheel") is built, and reads the documented request"

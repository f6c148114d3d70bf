#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs cryptography's own tests/x509/test_ocsp.py, unchanged, on libocsp.ocsp. The file comes
# from Debian's source package, which is fetched each time and never kept.
#
# usage: upstream.sh DIR [PYTEST OPTION]...
#
# DIR holds the package libocsp. PYTHON is the interpreter, /usr/bin/python3 if it is not set.
set -eu

package=$(cd "$1" && pwd)
shift
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# The mirror that the machine's packages come from.
mirror() {
    # shellcheck disable=SC2016 # apt-get replaces these
    uri=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
        sed -n 's/^bookworm //p' | head -n 1)
    echo "${uri:-http://deb.debian.org/debian}"
}

# apt uses lists of its own: those of the machine are not changed, and need not name sources.
fetch() {
    chmod 755 "$work"
    mkdir -p "$work/lists/partial" "$work/source"
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) bookworm main" \
        >"$work/sources.list"
    set -- -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o "Dir::State::lists=$work/lists" -o Dir::Cache::srcpkgcache= -o Dir::Cache::pkgcache= \
        -o APT::Sandbox::User=root
    apt-get "$@" update
    (cd "$work/source" && apt-get "$@" source --download-only --tar-only python-cryptography)
    tar -xzf "$work"/source/python-cryptography_38.0.4.orig.tar.gz -C "$work/source"
}

fetch
cd "$work"/source/cryptography-38.0.4
# Only the tests are kept: they import the package of the system.
rm -rf src
PYTHONPATH=$package:$here PYTHONDONTWRITEBYTECODE=1 \
    "$python" -m pytest -p alias_plugin -p no:cacheprovider -o addopts= -q "$@" tests/x509/test_ocsp.py

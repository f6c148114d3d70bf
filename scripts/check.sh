#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check.sh BUILD_DIR: all checks that do not run the programs. Every check runs; the exit
# status is 1 if one of them has failed.
set -eu
cd "$(dirname "$0")/.."
build=$1
failed=

try() {
    printf -- '-- %s\n' "$1"
    shift
    "$@" || failed=yes
}

c_files() {
    git ls-files --cached --others --exclude-standard '*.c' '*.h' | while read -r file; do
        test ! -e "$file" || echo "$file"
    done
}

check_format() {
    c_files | xargs clang-format --dry-run -Werror
}

check_tidy() {
    c_files | grep -E '^(src|program|cli|responder|python)/.*\.c$' |
        xargs -P 2 -n 8 clang-tidy --quiet -p "$build" 2>"$build/tidy.log" || {
        cat "$build/tidy.log"
        return 1
    }
}

check_cppcheck() {
    cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability \
        --inline-suppr --suppress=missingIncludeSystem --std=c11 -Iinclude -Isrc -I. -Iresponder -Icli \
        -DOC_VERSION='"0"' -j 2 src program cli responder
}

check_shell() {
    { echo dev && echo .ci/run && find scripts tests fuzz bench python -name '*.sh'; } |
        xargs shellcheck
}

check_man() (
    pages=$(mktemp -d)
    trap 'rm -rf "$pages"' EXIT
    for header in include/ocsp/*.h; do
        scripts/header2mdoc.py "$header" >"$pages/oc_$(basename "$header" .h).3" || exit 1
    done
    mandoc -Tlint -Wwarning man/*.[1-8] "$pages"/*.3
)

try 'format' check_format
try 'layers' scripts/check-layers.sh .
try 'headers' scripts/check-headers.py .
try 'wording' scripts/check-style.sh .
try 'documentation' scripts/check-docs.sh .
try 'requirements' scripts/check-rfc.sh .
try 'manual pages' check_man
try 'shell scripts' check_shell
try 'cppcheck' check_cppcheck
try 'clang-tidy' check_tidy
test -z "$failed" || {
    echo 'check: failed' >&2
    exit 1
}
echo 'check: no faults'

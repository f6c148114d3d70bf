#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Tests that fresh.sh rejects wrong arguments before it does anything, and that
# `./dev install` rejects an unknown command. `fresh_test.sh [ROOT]`
set -eu

root=$(cd "${1:-$(dirname "$0")/../..}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# fresh.sh must fail before it makes a folder: this parent does not exist.
export TMPDIR="$work/nowhere"
passed=0
failed=0

# refuses NAME ARG... expects the usage text and status 64 from fresh.sh.
refuses() {
    name=$1
    shift
    status=0
    "$root/scripts/fresh.sh" "$@" >"$work/out" 2>&1 || status=$?
    if [ "$status" -eq 64 ] && grep -q '^usage: fresh.sh SUITE COMMAND' "$work/out"; then
        passed=$((passed + 1))
        echo "ok      $name"
    else
        failed=$((failed + 1))
        echo "FAILED  $name: status $status, output:"
        sed 's/^/    /' "$work/out"
    fi
}

refuses arguments_missing
refuses command_missing bookworm
refuses command_empty bookworm ''
refuses option_instead_of_command bookworm --quick
refuses program_missing bookworm --
refuses suite_empty '' demo
refuses suite_that_is_a_path ../bookworm demo
refuses suite_that_is_an_option -x demo
refuses suite_in_capitals Bookworm demo
refuses inside_without_a_namespace --inside "$work" "$work/root" bookworm demo

status=0
"$root/dev" install nothing >"$work/out" 2>&1 || status=$?
if [ "$status" -eq 64 ] && grep -q '^usage: ./dev COMMAND' "$work/out"; then
    passed=$((passed + 1))
    echo 'ok      install_of_an_unknown_command'
else
    failed=$((failed + 1))
    echo "FAILED  install_of_an_unknown_command: status $status"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

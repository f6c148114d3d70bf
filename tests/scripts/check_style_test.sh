#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Tests of check-style.sh: a repository with one file, and the fault that is found in it.
# `check_style_test.sh [ROOT]`
set -eu

root=$(cd "${1:-$(dirname "$0")/../..}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
passed=0
failed=0
git -C "$work" init -q tree

# judge NAME FILE LINE FAULT: FAULT is the expected output for LINE alone in FILE, "" for none.
judge() {
    rm -f "$work"/tree/*.*
    printf '%s\n' "$3" >"$work/tree/$2"
    status=0
    "$root/scripts/check-style.sh" "$work/tree" >"$work/out" 2>&1 || status=$?
    if [ -z "$4" ]; then
        expected='check-style: 0 faults'
        wanted=0
    else
        expected=$(printf '%s:1: %s\ncheck-style: 1 faults' "$2" "$4")
        wanted=1
    fi
    if [ "$status" -eq "$wanted" ] && [ "$(cat "$work/out")" = "$expected" ]; then
        passed=$((passed + 1))
        echo "ok      $1"
    else
        failed=$((failed + 1))
        echo "FAILED  $1: status $status, output:"
        sed 's/^/    /' "$work/out"
    fi
}

# same NAME FILE LINE expects LINE itself as the fault.
same() {
    judge "$1" "$2" "$3" "$3"
}

long=$(printf '%0121d' 0)
same relative_clause a.c '// A value that is none.'
same inverted_subject a.c '// What follows is read.'
same inverted_subject_in_python a.py '# Who knows.'
same passive_report a.c '// The caller is told about it.'
same ended_for_expired a.md 'The certificate has ended.'
same place_for_position a.sh '# The sign stands before the number.'
same old_text_of_memory a.c 'fail("no memory");'
same comma_return a.c 'return fail(why, "x"), false;'
same parentheses_of_sizeof a.c 'memset(p, 0, sizeof(p->x));'
judge long_line_in_a_document a.md "$long" 'more than 120 columns'
judge long_row_of_a_table a.md "| $long |" ''
judge long_line_with_an_address a.md "https://example.com/$long" ''
judge heading a.md '## What it is' ''
judge sizeof_of_a_type a.c 'memset(p, 0, sizeof(struct x));' ''
judge plain_comment a.c '// The caller frees the list.' ''

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

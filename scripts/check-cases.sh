#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check-cases.sh [ROOT]: every case and test function that docs/RFC6960.md names, or
# names a pattern of, exists.
set -eu
cd "${1:-.}"
names=$(mktemp)
trap 'rm -f "$names"' EXIT
{
    sed -n 's/^name: //p' tests/data/wire/*.txt
    sed -n 's/^static void \([a-z0-9_]*\)(void \*\*state)$/\1/p' tests/*/*.c
    grep -oh '"[a-z0-9_]*"' tests/verify/*_test.c | tr -d '"'
} | sort -u >"$names"

failed=0
n=0
# shellcheck disable=SC2016 # the quotes are Markdown
for pattern in $(grep '^|' docs/RFC6960.md | grep -o '`[a-z0-9_*]*_[a-z0-9_*]*`' | tr -d '`' | tr '*' '?' | sort -u); do
    n=$((n + 1))
    regex=$(echo "$pattern" | sed 's/?/.*/g')
    case $pattern in
    tbs | ocsp_signing) continue ;;
    esac
    grep -qx -- "$regex" "$names" || {
        printf 'docs/RFC6960.md:1: no case is called %s\n' "$pattern"
        failed=1
    }
done
printf 'check-cases: %d names and patterns, %s\n' "$n" "$(test $failed -eq 0 && echo 'all there' || echo 'some missing')"
test "$n" -gt 20 && exit "$failed"

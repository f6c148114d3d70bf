#!/bin/sh
# SPDX-License-Identifier: MIT
#
# symbols_test.sh DIR: checks the symbols that the libraries in the release build directory DIR
# contain and reference. The core must need neither heap, files, clock nor random octets, and must
# not have writable data.
set -eu
dir=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# expect NAME FILE: the file must be empty.
expect_nothing() {
    if test -s "$2"; then
        printf 'FAILED %s:\n' "$1"
        sed 's/^/    /' "$2"
        failed=$((failed + 1))
    else
        printf 'ok %s\n' "$1"
        passed=$((passed + 1))
    fi
}

# The public functions, as the headers declare them.
grep -hv '^#' "$root"/include/ocsp/*.h | sed 's|//.*||' | tr '\n' ' ' | grep -o 'OC_API[^;]*;' |
    sed 's/.*[ *]\(oc_[a-z0-9_]*\)(.*/\1/' | sort -u >"$work/declared"
test "$(wc -l <"$work/declared")" -gt 40

nm -D --defined-only "$dir/src/libocsp.so" "$dir/src/libocsp-openssl.so" \
    "$dir/src/libocsp-client.so" |
    awk 'NF == 3 && $2 == "T" { sub(/@.*/, "", $3); print $3 }' | sort -u >"$work/exported"
diff "$work/declared" "$work/exported" >"$work/difference" || :
expect_nothing 'the shared libraries export what the headers declare, and no more' \
    "$work/difference"

# One kind of symbol that is not a function's name: the version of the interface.
nm -D --defined-only "$dir/src/libocsp.so" | awk '$2 !~ /^[TA]$/' >"$work/objects"
expect_nothing 'no variable is exported' "$work/objects"

nm -D --defined-only "$dir/src/libocsp.so" |
    awk '$2 == "T" && $3 !~ /@@LIBOCSP_0\.1$/' >"$work/unversioned"
expect_nothing 'every exported symbol has a version' "$work/unversioned"

nm --defined-only "$dir/src/libocsp.a" |
    awk 'NF == 3 && $2 ~ /[A-Z]/ && $3 !~ /^oc[i]?_/ { print $3 }' >"$work/unprefixed"
expect_nothing 'every symbol of the archive that others see begins with oc_ or oci_' \
    "$work/unprefixed"

# The core may call these functions of the C library, which move and compare octets.
# Compilers and linkers add the rest.
nm --undefined-only "$dir/src/libocsp.a" | awk 'NF == 2 { print $2 }' | sort -u |
    grep -vxE 'oci?_[a-z0-9_]*|memcpy|memcmp|memset|memmove|strcmp|strlen|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_' \
        >"$work/references" || :
expect_nothing 'the core references no allocator, no stdio, no clock, nothing else' \
    "$work/references"

nm --defined-only "$dir/src/libocsp.a" | awk '$2 ~ /^[dDbBCgGsS]$/' >"$work/variables"
expect_nothing 'the core has no variable' "$work/variables"

for object in "$dir"/src/libocsp.so.*.p/*.o; do
    size -A "$object" |
        awk -v o="$object" '$1 ~ /^\.(data|bss|tdata|tbss)/ && $2 > 0 { print o, $1, $2 }'
done >"$work/sections"
ls "$dir"/src/libocsp.so.*.p/*.o >/dev/null
expect_nothing 'the core has no writable data' "$work/sections"

ldd "$dir/src/libocsp.so" | awk '{ print $1 }' |
    grep -vE '^(linux-vdso|linux-gate|libc\.|/lib.*/ld-|ld-)' >"$work/libraries" || :
expect_nothing 'the core links with libc only' "$work/libraries"

printf '%d passed, %d failed\n' "$passed" "$failed"
test "$failed" -eq 0

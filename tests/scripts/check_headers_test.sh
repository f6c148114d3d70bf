#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Tests of check-headers.py: small trees, each with one thing wrong, and the line that names it.
# `check_headers_test.sh [ROOT]`
set -eu

root=$(cd "${1:-$(dirname "$0")/../..}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
passed=0
failed=0

# file PATH writes standard input to a file of the tree.
file() {
    mkdir -p "$work/tree/$(dirname "$1")"
    cat >"$work/tree/$1"
}

# fresh makes a tree without a fault.
fresh() {
    rm -rf "$work/tree"
    mkdir -p "$work/tree/src" "$work/tree/program" "$work/tree/cli" "$work/tree/responder" \
        "$work/tree/python/src"
    file responder/store/table.h <<'TEXT'
struct table;
extern const int table_kinds;
int table_add(struct table *table);
static inline int table_twice(int n) { return 2 * n; }
TEXT
    file responder/store/table.c <<'TEXT'
#include "store/table.h"
struct table { int n; };
const int table_kinds = 1;
int table_add(struct table *table) { return table->n; }
TEXT
    file responder/store/other.c <<'TEXT'
#include "store/table.h"
static int use(struct table *table) { return table_add(table); }
TEXT
}

# judge NAME STATUS [LINE]... expects an exit status, and each line in the output.
judge() {
    name=$1
    expected=$2
    shift 2
    status=0
    "$root/scripts/check-headers.py" "$work/tree" >"$work/out" 2>&1 || status=$?
    result=ok
    [ "$status" -eq "$expected" ] || result=FAILED
    for line; do
        grep -qxF "$line" "$work/out" || result=FAILED
    done
    if [ "$result" = ok ]; then
        passed=$((passed + 1))
        echo "ok      $name"
    else
        failed=$((failed + 1))
        echo "FAILED  $name: status $status, output:"
        sed 's/^/    /' "$work/out"
    fi
}

fresh
judge right 0

fresh
echo 'int table_drop(struct table *table);' >>"$work/tree/responder/store/table.h"
judge defined_nowhere 1 'responder/store/table.h:5: table.c does not define table_drop'

fresh
echo 'int other_add(struct table *table);' >>"$work/tree/responder/store/table.h"
echo 'int other_add(struct table *table) { return 1; }' >>"$work/tree/responder/store/other.c"
judge defined_elsewhere 1 'responder/store/table.h:5: table.c does not define other_add'

fresh
echo 'extern const int table_names;' >>"$work/tree/responder/store/table.h"
judge variable_defined_nowhere 1 'responder/store/table.h:5: table.c does not define table_names'

fresh
echo 'struct table { int n; };' | file responder/http/set.c
judge struct_twice_in_a_program 1 \
    'responder/store/table.c:2: ocspd has struct table already in responder/http/set.c:1'

fresh
echo 'struct table { int n; };' | file program/set.c
judge struct_twice_with_the_shared_part 1 \
    'responder/store/table.c:2: ocspd has struct table already in program/set.c:1'

fresh
echo 'struct table { int n; };' | file cli/set.c
judge struct_in_two_programs 0

fresh
echo '#include "store/other.h"' >>"$work/tree/responder/store/table.c"
echo '#include "store/table.h"' | file responder/store/other.h
judge circle_of_two 1 \
    'responder/store/other.h:1: a circle of files: responder/store/other -> responder/store/table -> responder/store/other'

fresh
echo '#include "b.h"' | file src/a.c
echo '' | file src/a.h
echo '#include "c.h"' | file src/b.h
echo '' | file src/c.h
echo '#include "a.h"' | file src/c.c
judge circle_of_three 1 'src/a.h:1: a circle of files: src/a -> src/b -> src/c -> src/a'

fresh
echo '#include "b.h"' | file src/a.c
echo '#include "c.h"' | file src/b.h
echo '' | file src/c.h
echo '#include "c.h"' >>"$work/tree/src/a.c"
judge two_ways_down 0

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Tests that check-rfc.sh can fail: each case breaks one thing in a copy of
# docs/RFC6960.md or of a test, and expects exactly that fault and exit status 1. The
# tree itself must pass. `check_rfc_test.sh [ROOT]`
set -eu

root=$(cd "${1:-$(dirname "$0")/../..}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
passed=0
failed=0
document=docs/RFC6960.md

# fresh makes a tree of the files that the script reads and goes there.
fresh() {
    cd "$work"
    rm -rf tree
    mkdir -p tree/docs
    cp "$root/$document" tree/docs
    ln -s "$root/src" "$root/cli" "$root/responder" "$root/tests" tree
    cd tree
}

# row TEXT appends a row to the last table of the document.
row() {
    printf '\n| section | demand | where | shown by |\n|---|---|---|---|\n%s\n' "$1" >>$document
}

last() {
    echo "$document:$(grep -c '' $document)"
}

report() {
    if [ "$2" = yes ]; then
        passed=$((passed + 1))
        echo "ok      $1"
    else
        failed=$((failed + 1))
        echo "FAILED  $1: status $status, output:"
        sed 's/^/    /' "$work/out"
    fi
}

run() {
    status=0
    "$root/scripts/check-rfc.sh" "$work/tree" >"$work/out" 2>&1 || status=$?
    faults=$(grep -v '^check-rfc: ' "$work/out" || true)
}

passes() {
    run
    ok=no
    [ "$status" -ne 0 ] || [ -n "$faults" ] || ! grep -q ', 0 faults$' "$work/out" || ok=yes
    report "$1" $ok
}

# refuses NAME FAULT expects this fault and no other.
refuses() {
    run
    ok=no
    [ "$status" -ne 1 ] || [ "$faults" != "$2" ] || ok=yes
    report "$1" $ok
}

# The quotes below are those of Markdown.
# shellcheck disable=SC2016
row_cases() {
    row '| 1 | so | `der/time.c`, `cli/main.c`, `a_word` | `wire/build_test.c`: `error_responses` |'
    passes row_as_it_should_be

    fresh
    row '| 1 | some | | |'
    passes row_without_files

    fresh
    row '| 1 | some | `der/tame.c` | |'
    refuses source_missing "$(last): no such file: src/der/tame.c"

    fresh
    row '| 1 | some | `cli/mane.c` | |'
    refuses command_source_missing "$(last): no such file: cli/mane.c"

    fresh
    row '| 1 | some | `responder/answer/answer.c`, `responder/answer/anser.c` | |'
    refuses responder_source_missing "$(last): no such file: responder/answer/anser.c"

    fresh
    row '| 1 | some | | `responder/answer/answer_test.c`: `good_is_good`, `good_is_bad` |'
    refuses responder_test_missing "$(last): tests/responder/answer/answer_test.c has no good_is_bad"

    fresh
    row '| 1 | some | | `wire/built_test.c`: `error_responses` |'
    refuses test_file_missing "$(last): no such file: tests/wire/built_test.c"

    fresh
    row '| 1 | some | | `wire/build_test.c`: `error_responses`, `error_response` |'
    refuses function_missing "$(last): tests/wire/build_test.c has no error_response"

    fresh
    row '| 1 | some | | `verify/verify_test.c`: `eku_missing`, `eku_missed` |'
    refuses case_of_a_table_missing "$(last): tests/verify/verify_test.c has no eku_missed"

    fresh
    row '| 1 | some | | `data/wire/response.txt`: `good`, `goo` |'
    refuses case_missing "$(last): tests/data/wire/response.txt has no goo"

    fresh
    row '| 1 | some | | `data/wire/response.txt`: `good`; `data/wire/cert.txt`: `good` |'
    refuses case_of_another_file "$(last): tests/data/wire/cert.txt has no good"

    fresh
    row '| 1 | some | | `data/wire/response.txt`: `status_*`, `statis_*` |'
    refuses pattern_of_nothing "$(last): tests/data/wire/response.txt has no statis_*"

    fresh
    row '| 1 | some | | `cli/verify_test.py`: `StatusTest.test_good`, `SignerTest.test_good` |'
    refuses test_of_another_class "$(last): tests/cli/verify_test.py has no SignerTest.test_good"

    fresh
    row '| 1 | some | | `cli/verify_test.py`: `StatusTestxtest_good`, `StatusTest.test_good` |'
    refuses no_dot "$(last): neither a file nor a name of a test: StatusTestxtest_good"

    fresh
    row '| 1 | some | | `error_responses`, `wire/build_test.c` |'
    refuses name_before_its_file "$(last): error_responses follows no file"

    fresh
    row '| 1 | some | `der/time.c` |'
    refuses column_missing "$(last): a row of 3 columns instead of 4"
}

# shellcheck disable=SC2016
document_cases() {
    fresh
    sed -n '/^|/!p' "$root/$document" >$document
    refuses no_table "$document:1: there is no table"

    fresh
    rm $document
    refuses document_missing "$document:1: the document is missing"

    # A name that changes in the tests is missing in the document.
    fresh
    rm tests
    cp -RP "$root/tests" .
    sed 's/"nocheck_without_eku"/"nocheck_alone"/' tests/verify/verify_test.c >"$work/renamed"
    cat "$work/renamed" >tests/verify/verify_test.c
    line=$(grep -n '`nocheck_without_eku`' $document | sed 's/:.*//')
    refuses case_renamed \
        "$document:$line: tests/verify/verify_test.c has no nocheck_without_eku"
}

fresh
passes document_as_it_is
if [ "$failed" -eq 0 ]; then
    row_cases
    document_cases
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

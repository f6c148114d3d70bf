#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIR SECONDS: runs each fuzz target for SECONDS, from the seeds and from the
# inputs that earlier runs have found (BUILD_DIR/corpus). It stops at the first crash, whose
# input is in BUILD_DIR/crashes.
set -eu
build=$1
seconds=$2
here=$(dirname "$0")
case $seconds in
'' | *[!0-9]*)
    echo 'run.sh: SECONDS must be a number' >&2
    exit 64
    ;;
esac
"$here/seeds.sh" "$build/seeds"
mkdir -p "$build/crashes"
for target in request response cert crl extension der verify answer get; do
    mkdir -p "$build/corpus/$target"
    printf -- '-- %s, %s s\n' "$target" "$seconds"
    "$build/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len=8192 -timeout=10 \
        -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="$build/crashes/$target-" "$build/corpus/$target" "$build/seeds/$target"
done
echo 'fuzz: no crash found'

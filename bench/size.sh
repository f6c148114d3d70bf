#!/bin/sh
# SPDX-License-Identifier: MIT
#
# size.sh prints the size in octets of the core, of each file and of all, compiled for
# size: code and constants, and apart from them the unwind tables, which C does not need and
# small devices leave out (-fno-asynchronous-unwind-tables). size(1) counts both as
# text. CC and SIZE name other tools.
set -eu

src=$(CDPATH='' cd -- "$(dirname -- "$0")/../src" && pwd)
limit=32768
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

text_of() {
    "${SIZE:-size}" "$1" | awk 'NR == 2 { print $1 }'
}

unwind_of() {
    "${SIZE:-size}" -A "$1" | awk '$1 ~ /^\.eh_frame/ { sum += $2 } END { print sum + 0 }'
}

sum=0
unwind_sum=0
printf '%8s %8s\n' text tables
for layer in base der wire issuer; do
    for file in "$src/$layer"/*.c; do
        object=$layer-$(basename "$file" .c).o
        "${CC:-cc}" -std=c11 -Os -fPIC -ffunction-sections -fvisibility=hidden \
            -DOC_VERSION='"size"' -I"$src/../include" -I"$src" -c "$file" -o "$object"
        unwind=$(unwind_of "$object")
        text=$(($(text_of "$object") - unwind))
        printf '%8d %8d  %s\n' "$text" "$unwind" "$layer/${file##*/}"
        sum=$((sum + text))
        unwind_sum=$((unwind_sum + unwind))
    done
done
if [ "$sum" -lt "$limit" ]; then
    verdict=met
else
    verdict=MISSED
fi
printf '%8d %8d  the core on %s, text below %d: %s\n' "$sum" "$unwind_sum" "$(uname -m)" \
    "$limit" "$verdict"

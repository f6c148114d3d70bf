#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check-style.sh [ROOT] refuses wording that readers have stumbled over, in code, documents and
# messages, and long lines in documents and scripts. Each fault is printed as `file:line: text`.
set -eu
cd "${1:-$(dirname "$0")/..}"

# Extended regular expressions, one a line.
patterns='that (is|are) none
[^a-z](is|are|was|were|be) told
[^a-z](has|have|had) ended
process in front
who (serves|asks|answers|opens|calls|waits|verifies|signs|polls|ticks)
(//|(^|[ 	])#) (Who|Whoever|What|Where) [a-z]
[^a-z]mended
founding document
a time to come
[^e] is no (regular|answer|job|message|address|number|key|file|setting|command|request)
[^a-z]stands (before|behind|there|beside)
out of what is
print this and end
"no memory"
return .*\), (false|true|NULL|-1|EX_[A-Z]+);
sizeof\([a-z_]+(->|\.|\[)'

texts() {
    git ls-files --cached --others --exclude-standard -- '*.[ch]' '*.py' '*.sh' '*.md' '*.build' \
        '*.txt' 'man/*' dev contrib python/libocsp | grep -v -e '^tests/data/' -e '^CHANGELOG.md$' \
        -e '^scripts/check-style.sh$' -e '^tests/scripts/check_style_test.sh$'
}

work=$(mktemp)
trap 'rm -f "$work"' EXIT
printf '%s\n' "$patterns" >"$work"
found=$(
    texts | while read -r file; do test ! -e "$file" || echo "$file"; done |
        xargs grep -nIE -f "$work" /dev/null | sed 's/^\([^:]*:[0-9]*\):[ \t]*/\1: /' || true
    git ls-files --cached --others --exclude-standard '*.md' | while read -r file; do
        case $file in docs/RFC6960.md) continue ;; esac
        awk -v file="$file" 'length($0) > 120 && !/^\|/ && !/https?:/ {
            print file ":" FNR ": more than 120 columns" }' "$file"
    done
)
n=$(printf '%s\n' "$found" | grep -c . || true)
[ -z "$found" ] || printf '%s\n' "$found"
echo "check-style: $n faults"
[ "$n" -eq 0 ]

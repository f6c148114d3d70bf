#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check-rfc.sh [ROOT] fails when docs/RFC6960.md names something that is not in the tree. In its
# tables the third column has files of src/, cli/ or responder/, and the fourth has files
# of tests/, each followed by names that it must have: cases of a .txt, functions or
# cases of a .c, `Class.test` of a .py. A star stands for any letters. Each fault is
# printed as `file:line: text`.
set -eu

cd "${1:-$(dirname "$0")/..}"
document=docs/RFC6960.md
[ -f "$document" ] || { echo "$document:1: the document is missing" && exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
tab=$(printf '\t')

# read_tables prints, separated by tabs, the files and names in the tables:
#     file LINE PATH
#     name LINE PATH NAME
read_tables() {
    awk -F '|' '
        function path(word, folder) { return (word ~ /^(cli|responder)\// ? "" : folder) word }
        # files prints each file in backquotes of `text`; other words are not looked at.
        function files(text, word) {
            while (match(text, /`[^`]*`/)) {
                word = substr(text, RSTART + 1, RLENGTH - 2)
                text = substr(text, RSTART + RLENGTH)
                if (word ~ /\//)
                    print "file\t" FNR "\t" path(word, "src/")
            }
        }
        # tests prints each word in backquotes of `text`: a file, or a name that it must have.
        function tests(text, file, word) {
            while (match(text, /`[^`]*`/)) {
                word = substr(text, RSTART + 1, RLENGTH - 2)
                text = substr(text, RSTART + RLENGTH)
                if (word ~ /\//) {
                    file = "tests/" word
                    print "file\t" FNR "\t" file
                } else if (word ~ /^([A-Za-z0-9]+\.)?[a-z0-9_*]+$/) {
                    print "name\t" FNR "\t" (file == "" ? "-" : file) "\t" word
                } else {
                    print "odd\t" FNR "\t" word
                }
            }
        }
        /^\|/ && $2 !~ /^(-+| section )$/ {
            n_rows++
            if (NF != 6)
                print "columns\t" FNR "\t" NF - 2
            files($4)
            tests($5)
        }
        END { print "rows\t" FNR "\t" n_rows + 0 }
    ' "$document"
}

# names_of FILE prints the names of the tests in a file, and of their cases.
names_of() {
    case $1 in
    *.txt) sed -n 's/^name: //p' "$1" ;;
    *.py)
        awk '/^class / { class = $2; sub(/[(:].*/, "", class) }
            /^ +def test_/ { name = $2; sub(/[(].*/, "", name); print class "." name }' "$1"
        ;;
    *.c)
        sed -n 's/^static void \([a-z0-9_]*\)(void \*\*state)$/\1/p' "$1"
        grep -o '"[a-z0-9_]*"' "$1" | tr -d '"'
        ;;
    esac
}

# read_names prints, separated by tabs, FILE and NAME of every test in the named files.
read_names() {
    sed -n "s/^file${tab}[0-9]*$tab\(tests\/.*\)/\1/p" "$work/named" | sort -u |
        while read -r file; do
            [ ! -f "$file" ] || names_of "$file" | sed "s|^|$file$tab|"
        done
}

# check_names prints the names that are missing in their file.
check_names() {
    awk -F '\t' -v document="$document" '
        FNR == NR { has[$1, $2] = 1; all[$1] = all[$1] "\n" $2 "\n"; next }
        $1 != "name" { next }
        $3 == "-" { print document ":" $2 ": " $4 " follows no file"; next }
        !($3 in all) || ($3, $4) in has { next }
        {
            pattern = $4
            gsub(/[.]/, "[.]", pattern)
            if (!gsub(/[*]/, "[^\n]*", pattern) || all[$3] !~ "\n" pattern "\n")
                print document ":" $2 ": " $3 " has no " $4
        }
    ' "$work/names" "$work/named"
}

# check_rest prints the files that do not exist, and rows and words that are malformed.
check_rest() {
    while IFS="$tab" read -r kind line text; do
        case $kind in
        file) [ -f "$text" ] || echo "$document:$line: no such file: $text" ;;
        odd) echo "$document:$line: neither a file nor a name of a test: $text" ;;
        columns) echo "$document:$line: a row of $text columns instead of 4" ;;
        esac
    done <"$work/named"
}

count() {
    grep -c "^$1$tab" "$work/named" || true
}

read_tables >"$work/named"
read_names >"$work/names"
{ check_names && check_rest; } | sort -t: -k2,2n >"$work/faults"
n_rows=$(sed -n "s/^rows$tab.*$tab//p" "$work/named")
[ "$n_rows" -gt 0 ] || echo "$document:1: there is no table" >>"$work/faults"
cat "$work/faults"
n_faults=$(grep -c . "$work/faults" || true)
echo "check-rfc: $n_rows rows, $(count file) files, $(count name) names, $n_faults faults"
[ "$n_faults" -eq 0 ]

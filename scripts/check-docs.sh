#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check-docs.sh [ROOT] fails when a public symbol has no comment that starts with its name,
# from which header2mdoc.py makes the manual; when a manual page names a symbol that does not
# exist, or a header has no page; when the help of a command and its page differ; and when a document is missing or
# links to a file that does not exist. Each fault is printed as `file:line: text`.
set -eu

header2mdoc=$(realpath "$(dirname "$0")/header2mdoc.py")
cd "${1:-$(dirname "$0")/..}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Documents that a newcomer looks for.
documents='README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md docs/ARCHITECTURE.md docs/RFC6960.md'

# check_headers prints what the public headers lack, as header2mdoc.py does.
check_headers() {
    "$header2mdoc" --check include/ocsp/*.h | sed -n "s/^\([^ ]*:[0-9]*\): /fault$tab\1$tab/p"
}

# check_words prints each oc_ and OC_ name in a page that no header defines, nor is a page.
check_words() {
    {
        "$header2mdoc" --symbols include/ocsp/*.h
        printf '%s\n' include/ocsp/*.h | sed 's|.*/\(.*\)\.h$|oc_\1|'
    } >"$work/symbols"
    awk '
        NR == FNR { known[$1] = 1; next }
        /^\.\\"/ { next }
        {
            text = $0
            while (match(text, /[A-Za-z0-9_]+/)) {
                word = substr(text, RSTART, RLENGTH)
                if (word ~ /^(oc_[a-z]|OC_[A-Z])/ && !(word in known))
                    print "fault\t" FILENAME ":" FNR "\t" word " is not in the headers"
                text = substr(text, RSTART + RLENGTH)
            }
        }
        END { for (name in known) n++; printf "count\t%d names of the library\n", n }
    ' "$work/symbols" man/*.[1-9]
}

# check_pages prints each header whose page is not made, or not in the list of libocsp(3).
check_pages() {
    for header in include/ocsp/*.h; do
        name=$(basename "$header" .h)
        grep -q "'$name'" man/meson.build ||
            printf 'fault\t%s:1\tman/meson.build does not make oc_%s(3)\n' "$header" "$name"
        grep -q "^\.It Xr oc_$name 3" man/libocsp.3 ||
            printf 'fault\t%s:1\tman/libocsp.3 does not list oc_%s(3)\n' "$header" "$name"
    done
}

# check_commands prints where the command and its pages do not say the same. Each
# subcommand must be in ocsp.1 (.It Cm, .Xr) and have a page, which must have the options of
# its help in cli/main.c (.Fl) and no others (.It Fl). The options and members of the JSON
# form (.Li) in a source must be in the page of the subcommand it is named after, or, of
# what they share, in some page.
check_commands() {
    awk '
        function fault(text, place) {
            print "fault\t" (place == "" ? FILENAME ":" FNR : place) "\t" text
        }
        # check wants a word behind a macro in `page`, or anywhere if that is "".
        function check(page, macro, name, what) {
            counted[page, macro, name] = 1
            if (!((page, macro, name) in told))
                fault((page == "" ? "no page of the command has " : page " does not have ") what)
        }
        function check_subcommand(name, page) {
            page = "man/ocsp-" name ".1"
            check("man/ocsp.1", "It Cm", name, "the command " name)
            if (name == "help")
                return ""
            is_of_command[page] = 1
            if (page in is_page)
                check("man/ocsp.1", "Xr", "ocsp-" name, "a reference to ocsp-" name "(1)")
            else
                fault("there is no " page)
            return page in is_page ? page : ""
        }
        function check_help(text, name) {
            while (match(text, /--[a-z][a-z0-9-]*/)) {
                name = substr(text, RSTART + 1, RLENGTH - 1)
                check(helped, "Fl", name, "the option -" name)
                in_help[helped, name] = 1
                text = substr(text, RSTART + RLENGTH)
            }
        }
        # check_named checks the text in quotes in each match of `pattern`.
        function check_named(text, pattern, macro, dash, what, word) {
            while (match(text, pattern)) {
                split(substr(text, RSTART, RLENGTH), word, "\"")
                check(own, macro, dash word[2], what (dash dash) word[2])
                text = substr(text, RSTART + RLENGTH)
            }
        }
        function read_page(i, macro) {
            is_page[FILENAME] = 1
            macro = ""
            for (i = 1; i < NF; i++) {
                if ($i ~ /^[.]?(Cm|Fl|Li|Xr)$/)
                    macro = substr($i, length($i) - 1)
                told[FILENAME, macro, $(i + 1)] = told["", macro, $(i + 1)] = 1
            }
            if ($1 == ".It" && $2 == "Cm")
                told[FILENAME, "It Cm", $3] = 1
            if ($1 == ".It" && $2 == "Fl")
                offered[FILENAME ":" FNR] = $3
            if ($1 == ".Xr" && $2 ~ /^ocsp-/)
                referred[FILENAME ":" FNR] = "man/" $2 "." $3
        }
        FILENAME ~ /^man\/ocsp/ { read_page(); next }
        FILENAME ~ /meson[.]build$/ {
            for (n = split($0, word, "\47"); n > 1; n -= 2)
                is_installed["man/" word[n - 1]] = 1
            next
        }
        FNR == 1 {
            own = FILENAME
            gsub(/^cli\/|[_.\/].*/, "", own)
            own = "man/ocsp-" own ".1"
            if (!(own in is_page))
                own = ""
            helped = ""
        }
        /[.]name = "[a-z]+"/ && !/"ocsp"/ { split($0, word, "\""); helped = check_subcommand(word[2]) }
        /^};/ { helped = "" }
        helped != "" { check_help($0) }
        { check_named($0, "[{]\"[a-z0-9-]+\", [a-z]+_argument", "Fl", "-", "the option ") }
        { check_named($0, "(put|put_uris|sink_member|sink_list_begin)[(][a-z_]+, \"[a-z_]+\"",
                      "Li", "", "the JSON member ") }
        END {
            for (place in offered) {
                page = place
                sub(/:[0-9]+$/, "", page)
                if (page in is_of_command && !((page, offered[place]) in in_help))
                    fault("the help of the command does not have -" offered[place], place)
            }
            for (place in referred)
                if (!(referred[place] in is_page))
                    fault("there is no " referred[place], place)
            for (page in is_page) {
                if (page != "man/ocsp.1" && !(page in is_of_command))
                    fault("there is no such command", page ":1")
                if (!(page in is_installed))
                    fault("man/meson.build does not install it", page ":1")
            }
            for (i in counted)
                n_words++
            printf "count\t%d words of ocsp(1)\n", n_words
        }
    ' man/ocsp*.1 man/meson.build cli/*.[ch] cli/*/*.[ch] program/command.c
}

# check_settings prints where the table of settings of ocspd and ocspd.conf(5) do not say the
# same: each setting has an entry (.It Ic) in the part of its section, which tells its default and,
# of a number, its bounds; and there are no other entries.
check_settings() {
    awk '
        function fault(text) { print "fault\t" FILENAME ":" FNR "\t" text }
        # value gives the number of a product of numbers and names, or of a number with a unit.
        function value(text, factor, n, i, product) {
            n = split(text, factor, /[ *]+/)
            product = 1
            for (i = 1; i <= n; i++)
                product *= factor[i] in unit ? unit[factor[i]] : number(factor[i])
            return product
        }
        function number(text, letter) {
            letter = substr(text, length(text))
            return letter in unit ? substr(text, 1, length(text) - 1) * unit[letter] : text + 0
        }
        function member(i) { gsub(/^[ \t{]+|[ \t}]+$/, "", field[i]); return field[i] }
        # One entry of the table: name, kind, place, least, most, default.
        function read_setting(text, initial) {
            split(text, field, ",")
            name = member(1)
            gsub(/"/, "", name)
            key = part SUBSEP name
            is_setting[key] = 1
            n_settings++
            initial = member(6)
            default_of[key] = initial == "NULL" ? "" : initial
            gsub(/^"|"$/, "", default_of[key])
            if (initial == "\"\"")
                default_of[key] = "\"\""
            if (member(2) ~ /COUNT|SIZE|SECONDS/) {
                least[key] = value(member(4))
                most[key] = value(member(5))
                has_bounds[key] = 1
            }
        }
        function check_default(key, text) {
            sub(/^Default: /, "", text)
            sub(/[.;,]( .*)?$/, "", text)
            if (text != default_of[key])
                fault(name " has the default \"" text "\", and \"" default_of[key] "\" in the code")
            has_default[key] = 1
        }
        function check_bounds(key, text, word) {
            sub(/.*from /, "", text)
            sub(/[.]$/, "", text)
            split(text, word, " to ")
            if (number(word[1]) != least[key] || number(word[2]) != most[key])
                fault(name " has other bounds in the code")
            has_bounds[key] = 0
        }
        # end_entry looks at what the entry before has told.
        function end_entry() {
            if (key == "")
                return
            if (!has_default[key])
                fault("the entry of " name " above tells no default")
            if (has_bounds[key])
                fault("the entry of " name " above tells no bounds")
            key = ""
        }
        BEGIN {
            split("K 1024 M 1048576 G 1073741824 s 1 m 60 h 3600 d 86400 w 604800", pair, " ")
            for (i = 1; i in pair; i += 2)
                unit[pair[i]] = pair[i + 1]
        }
        FILENAME ~ /[.]c$/ && /^#define [A-Z]+ / {
            name = $2
            text = $0
            gsub(/^#define [A-Z]+ |INT64_C|[()]/, "", text)
            unit[name] = value(text)
        }
        FILENAME ~ /[.]c$/ && /^const struct setting [a-z]+_settings/ {
            part = $4
            sub(/_settings.*/, "", part)
            row = ""
        }
        FILENAME ~ /[.]c$/ && (/^    [{]"/ || row != "") {
            row = row $0
            if (/[}],$/) {
                read_setting(row)
                row = ""
            }
        }
        FILENAME ~ /[.]c$/ { key = ""; next }
        $1 == ".Sh" {
            end_entry()
            part = $2 == "ISSUERS" ? "issuer" : $2 == "SIGNERS" ? "signer" : "config"
        }
        $1 == ".It" && $2 == "Ic" {
            end_entry()
            name = $3
            key = part SUBSEP name
            if (!(key in is_setting))
                fault("there is no setting " name " of this section")
            is_told[key] = 1
        }
        key != "" && /^Default: / { check_default(key, $0) }
        key != "" && /^No default[.]$/ { check_default(key, "") }
        key != "" && /from [0-9A-Za-z]+ to [0-9A-Za-z]+[.]$/ { check_bounds(key, $0) }
        END {
            for (key in is_setting) {
                split(key, pair, SUBSEP)
                if (!(key in is_told))
                    fault("no entry for the setting " pair[2] " of section " pair[1])
            }
            printf "count\t%d settings of ocspd\n", n_settings
        }
    ' responder/config/settings.c man/ocspd.conf.5
    check_staple_settings
}

# check_staple_settings prints where the tables of settings of `ocsp staple` and the three lists in
# the CONFIGURATION of ocsp-staple(1) differ.
check_staple_settings() {
    awk '
        function fault(text) { print "fault\t" FILENAME ":" FNR "\t" text }
        FILENAME ~ /[.]c$/ && /^static const struct setting [a-z]+_settings/ {
            place = $5 ~ /^all_/ ? "at the top" : "in a section"
        }
        FILENAME ~ /[.]c$/ && /^    [{]"/ {
            split($0, word, "\"")
            if (word[2] in places)
                places[word[2]] = "in both places"
            else
                places[word[2]] = place
        }
        FILENAME ~ /[.]c$/ { next }
        FNR == 1 { place = "" }
        /^Only in a section:$/ { place = "in a section" }
        /^At the top and in a section:$/ { place = "in both places" }
        /^Only at the top:$/ { place = "at the top" }
        /^[.]El$/ { place = "" }
        $1 == ".Cm" && place != "" {
            for (i = 2; i <= NF; i++) {
                if ($i ~ /^[.,]$/)
                    continue
                is_told[$i] = 1
                if (places[$i] != place)
                    fault("the setting " $i " is not " place)
            }
        }
        END {
            for (name in places)
                if (!(name in is_told))
                    fault("CONFIGURATION does not have the setting " name)
        }
    ' cli/staple/config.c man/ocsp-staple.1
}

# check_daemon prints where the help of ocspd and ocspd(8) do not say the same: each command must
# be there (.It Cm), each option of a help (.It Fl), and no others.
check_daemon() {
    awk '
        function fault(text, place) {
            print "fault\t" (place == "" ? FILENAME ":" FNR : place) "\t" text
        }
        FILENAME ~ /[.]8$/ {
            if ($1 == ".It" && ($2 == "Cm" || $2 == "Fl"))
                told[$2, $3] = FILENAME ":" FNR
            next
        }
        function check(macro, name, what) {
            said[macro, name] = 1
            if (!((macro, name) in told))
                fault("man/ocspd.8 does not have " what)
        }
        /[.]name = "[a-z-]+"/ && !/"ocspd"/ {
            split($0, word, "\"")
            check("Cm", word[2], "the command " word[2])
        }
        /[.](help|arguments) =/ || /^#define/ { is_help = 1 }
        /^ *};|^    },|^$/ { is_help = 0 }
        is_help || /ocspd --help/ {
            text = $0
            while (match(text, /--[a-z][a-z-]*/)) {
                name = substr(text, RSTART + 1, RLENGTH - 1)
                check("Fl", name, "the option -" name)
                text = substr(text, RSTART + RLENGTH)
            }
        }
        END {
            for (key in told) {
                split(key, pair, SUBSEP)
                if (!(key in said))
                    fault("the help of ocspd does not have " pair[2], told[key])
            }
        }
    ' man/ocspd.8 program/command.c responder/command/table.c
}

# read_links prints each relative link of the documents as FILE LINE TARGET,
# separated by tabs. Code, in fences or backquotes, has no links.
read_links() {
    awk '
        function say(target) {
            sub(/[ \t].*/, "", target)
            sub(/#.*/, "", target)
            gsub(/[<>]/, "", target)
            if (target != "" && target !~ /^[a-z]+:/)
                print FILENAME "\t" FNR "\t" target
        }
        FNR == 1 { fenced = 0 }
        /^[ \t]*```/ { fenced = !fenced; next }
        fenced { next }
        { text = $0; gsub(/`[^`]*`/, "", text) }
        text ~ /^\[[^]]+\]:[ \t]/ { sub(/^[^]]+\]:[ \t]+/, "", text); say(text); next }
        {
            while (match(text, /\]\([^)]*\)/)) {
                say(substr(text, RSTART + 2, RLENGTH - 3))
                text = substr(text, RSTART + RLENGTH)
            }
        }
    ' "$@"
}

# check_links prints the links that lead nowhere, and documents that are missing.
check_links() {
    for document in $documents; do
        [ -f "$document" ] || printf 'fault\t%s:1\tthe document is missing\n' "$document"
    done
    while IFS="$tab" read -r file line target; do
        case $target in
        /*) path=.$target ;;
        *) path=$(dirname "$file")/$target ;;
        esac
        [ -e "$path" ] || printf 'fault\t%s:%s\tno such file: %s\n' "$file" "$line" "$target"
    done <"$work/links"
}

tab=$(printf '\t')
find . \( -path ./.git -o -path './build*' \) -prune -o -name '*.md' -print | sed 's|^\./||' |
    sort >"$work/documents"
: >"$work/links"
while read -r document; do read_links "$document"; done <"$work/documents" >"$work/links"
check_headers >"$work/headers"
check_words >"$work/words"
check_pages >"$work/pages"
check_commands >"$work/command"
check_settings >"$work/settings"
check_daemon >"$work/daemon"
check_links >"$work/linked"

cat "$work/headers" "$work/words" "$work/pages" "$work/command" "$work/settings" "$work/daemon" \
    "$work/linked" |
    sed -n "s/^fault$tab\([^$tab]*\)$tab/\1: /p" |
    sort -u -t: -k1,1 -k2,2n -k3 >"$work/faults"
cat "$work/faults"
n_faults=$(grep -c . "$work/faults" || true)
counts=$(sed -n "s/^count$tab\(.*\)/\1,/p" "$work/words" "$work/command" \
    "$work/settings" | tr '\n' ' ')
n_documents=$(grep -c . "$work/documents" || true)
n_links=$(grep -c . "$work/links" || true)
echo "check-docs: $counts$n_documents documents, $n_links links, $n_faults faults"
[ "$n_faults" -eq 0 ]

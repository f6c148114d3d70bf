#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Tests that check-docs.sh and check-layers.sh can fail: each case breaks one thing
# in a copy of the tree and expects exactly the faults that come from it, and exit
# status 1. The tree itself must pass. `scripts_test.sh [ROOT]`
set -eu

root=$(cd "${1:-$(dirname "$0")/../..}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
passed=0
failed=0

# Files that a case may change are copied; files that documents only link to are linked.
mkdir "$work/original"
cd "$root"
for entry in * .[!.]*; do
    case $entry in
    include | src | program | cli | responder | python | man | docs | *.md) cp -R "$entry" "$work/original" ;;
    .git | build*) ;;
    *) ln -s "$root/$entry" "$work/original" ;;
    esac
done

# fresh makes a new copy of the tree and goes there.
fresh() {
    cd "$work"
    rm -rf tree
    cp -RP original tree
    cd tree
}

# edit FILE SCRIPT runs a sed script over a file, which must change.
edit() {
    sed "$2" "$1" >"$work/edited"
    if cmp -s "$1" "$work/edited"; then
        echo "$1: nothing to edit with $2" >&2
        exit 1
    fi
    cat "$work/edited" >"$1"
}

# add FILE LINE... appends lines to a file, or makes it.
add() {
    added=$1
    shift
    mkdir -p "$(dirname "$added")"
    printf '%s\n' "$@" >>"$added"
}

# at FILE TEXT prints `FILE:LINE` of the first line that begins with TEXT.
at() {
    awk -v text="$2" 'index($0, text) == 1 { print FILENAME ":" FNR; exit }' "$1"
}

# last FILE prints `FILE:LINE` of its last line.
last() {
    echo "$1:$(grep -c '' "$1")"
}

# run CHECK sets `status`, the `faults` that were printed and the `summary`.
run() {
    status=0
    "$root/scripts/$1.sh" "$work/tree" >"$work/out" 2>&1 || status=$?
    faults=$(sed '$d' "$work/out")
    summary=$(sed -n '$p' "$work/out")
}

report() {
    if [ "$2" = yes ]; then
        passed=$((passed + 1))
        echo "ok      $1"
    else
        failed=$((failed + 1))
        echo "FAILED  $1: status $status, output:"
        sed 's/^/    /' "$work/out"
        [ -z "${3:-}" ] || printf '    expected:\n%s\n' "$3" | sed '2,$s/^/    /'
    fi
}

# passes NAME CHECK expects no fault.
passes() {
    run "$2"
    ok=no
    case $summary in
    "$2: "*", 0 faults") [ "$status" -ne 0 ] || [ -n "$faults" ] || ok=yes ;;
    esac
    report "$1" "$ok" "    no faults"
}

# refuses NAME CHECK FAULT... expects these faults in this order, and no others.
refuses() {
    name=$1
    check=$2
    shift 2
    expected=$(printf '%s\n' "$@")
    run "$check"
    ok=no
    case $summary in
    "$check: "*", $# faults") [ "$status" -ne 1 ] || [ "$faults" != "$expected" ] || ok=yes ;;
    esac
    report "$name" "$ok" "$expected"
}

# refuses_among NAME CHECK FAULT expects this fault, and perhaps others.
refuses_among() {
    run "$2"
    ok=no
    [ "$status" -ne 1 ] || ! grep -qFx "$3" "$work/out" || ok=yes
    report "$1" "$ok" "$3"
}

comment_cases() {
    fresh
    edit include/ocsp/base.h '/^\/\/ oc_version returns/d'
    place=$(at include/ocsp/base.h 'OC_API const char *oc_version')
    refuses comment_missing check-docs \
        "$place: the comment above oc_version does not start with its name"

    fresh
    edit include/ocsp/base.h 's/^\/\/ oc_version returns/\/\/ Returns/'
    place=$(at include/ocsp/base.h 'OC_API const char *oc_version')
    refuses comment_without_name check-docs \
        "$place: the comment above oc_version does not start with its name"

    fresh
    edit include/ocsp/base.h '/^OC_API const char \*oc_version/{x;p;x;}'
    place=$(at include/ocsp/base.h 'OC_API const char *oc_version')
    refuses comment_apart check-docs \
        "$place: the comment above oc_version does not start with its name"

    fresh
    edit include/ocsp/base.h 's/^\/\/ struct oc_list is/\/\/ A list is/'
    place=$(at include/ocsp/base.h 'struct oc_list {')
    refuses structure_comment_without_name check-docs \
        "$place: the comment above struct oc_list does not start with its name"

    fresh
    edit include/ocsp/crypto.h 's/^\/\/ struct oc_key is/\/\/ A key is/'
    place=$(at include/ocsp/crypto.h 'struct oc_key;')
    refuses opaque_comment_without_name check-docs \
        "$place: the comment above struct oc_key does not start with its name"

    fresh
    edit include/ocsp/base.h 's/^\/\/ enum oc_hash names/\/\/ It names/'
    place=$(at include/ocsp/base.h 'enum oc_hash {')
    refuses enum_comment_without_name check-docs \
        "$place: the comment above enum oc_hash does not start with its name"

    fresh
    edit include/ocsp/der.h '/^\/\/ A tag is the identifier/,/^\/\/ the macros below/d'
    refuses enum_without_comment check-docs \
        "$(at include/ocsp/der.h 'enum {'): no comment above this enum"

    fresh
    edit include/ocsp/base.h 's/^\(    OC_ERR_TAG,\).*/\1/'
    refuses enumerator_without_comment check-docs \
        "$(at include/ocsp/base.h '    OC_ERR_TAG,'): OC_ERR_TAG has no comment"

    fresh
    edit include/ocsp/base.h 's/^\/\/ OC_HASH_MAX_LEN is/\/\/ This is/'
    place=$(at include/ocsp/base.h '#define OC_HASH_MAX_LEN')
    refuses macro_comment_without_name check-docs "$place: OC_HASH_MAX_LEN has no comment"

    fresh
    edit include/ocsp/base.h 's/^\(#define OC_DEV_TIME_FRACTION (1U << 3)\).*/\1/'
    place=$(at include/ocsp/base.h '#define OC_DEV_TIME_FRACTION')
    refuses macro_among_others_without_comment check-docs \
        "$place: OC_DEV_TIME_FRACTION has no comment"

    fresh
    edit include/ocsp/base.h 's/^\/\/ ocsp\/base\.h: /\/\/ /'
    refuses title_missing check-docs \
        "include/ocsp/base.h:3: the head of the file does not begin with ocsp/base.h:"

    fresh
    edit include/ocsp/base.h 's/^OC_API const char \*oc_version/const char *oc_version/'
    refuses function_not_exported check-docs \
        "$(at include/ocsp/base.h 'const char *oc_version'): oc_version is not marked OC_API"
}

name_cases() {
    fresh
    add man/libocsp.3 '.Fn oc_no_such'
    refuses function_unknown check-docs "$(last man/libocsp.3): oc_no_such is not in the headers"

    fresh
    add man/ocsp.1 'See' '.Dv OC_NO_SUCH .'
    refuses constant_unknown check-docs "$(last man/ocsp.1): OC_NO_SUCH is not in the headers"

    fresh
    edit include/ocsp/base.h 's/oc_version/oc_release/'
    add man/ocsp.1 '.Xr oc_version 3'
    refuses function_renamed check-docs "$(last man/ocsp.1): oc_version is not in the headers"

    fresh
    add include/ocsp/new.h '// SPDX-License-Identifier: MIT' '//' '// ocsp/new.h: something new'
    refuses header_without_page check-docs \
        "include/ocsp/new.h:1: man/libocsp.3 does not list oc_new(3)" \
        "include/ocsp/new.h:1: man/meson.build does not make oc_new(3)"
}

# page_line TEXT prints the place of a line in the page of ocspd.conf.
page_line() {
    at man/ocspd.conf.5 "$1"
}

setting_cases() {
    page=man/ocspd.conf.5
    cache='    {"cache-size", SETTING_SIZE'
    says=' cache-size has the default'
    lacks='man/ocspd.8 does not have'

    fresh
    edit responder/config/settings.c "s/^$cache/    {\"new\", SETTING_BOOL, 0, 0, 0, \"no\"},\n&/"
    refuses setting_undocumented check-docs \
        "$(last $page): no entry for the setting new of section config"

    fresh
    edit responder/config/settings.c 's/"256M"/"255M"/'
    refuses setting_with_another_default check-docs \
        "$(page_line 'Default: 256M'):$says \"256M\", and \"255M\" in the code"

    fresh
    edit $page 's/^Default: 256M; from 1M/Default: 256M; from 2M/'
    refuses setting_with_other_bounds check-docs \
        "$(page_line 'Default: 256M'): cache-size has other bounds in the code"

    fresh
    edit $page 's/^Default: 256M; from 1M.*/Default: 256M./'
    refuses setting_without_bounds check-docs \
        "$(page_line '.It Ic max-connections No'): the entry of cache-size above tells no bounds"

    fresh
    edit $page 's/^Default: text\.//'
    refuses setting_without_default check-docs \
        "$(page_line '.It Ic access-log'): the entry of log above tells no default"

    fresh
    edit $page 's/^\.It Ic log /.It Ic log-form /'
    place=$(page_line 'Default: text')
    refuses setting_unknown check-docs \
        "$(page_line '.It Ic log-form'): there is no setting log-form of this section" \
        "$place: log-form has the default \"text\", and \"\" in the code" \
        "$(last $page): no entry for the setting log of section config"

    fresh
    edit cli/staple/config.c '/^    {"cert"/d'
    refuses setting_of_staple_unknown check-docs \
        "$(at man/ocsp-staple.1 '.Cm cert'): the setting cert is not in a section"

    fresh
    edit man/ocsp-staple.1 's/^\.Cm metrics , /.Cm /'
    refuses setting_of_staple_undocumented check-docs \
        "$(last man/ocsp-staple.1): CONFIGURATION does not have the setting metrics"

    fresh
    edit responder/command/table.c 's/"  --expires TIME/"  --new TIME/'
    refuses option_of_daemon_undocumented check-docs \
        "$(at man/ocspd.8 '.It Fl -expires'): the help of ocspd does not have -expires" \
        "$(at responder/command/table.c '                "  --new TIME'): $lacks the option --new"

    fresh
    edit man/ocspd.8 '/^\.It Cm unrevoke/d'
    refuses command_of_daemon_undocumented check-docs \
        "$(at responder/command/table.c '        .name = "unrevoke"'): $lacks the command unrevoke"
}

command_cases() {
    fresh
    add cli/new.c 'static const struct command new = {.name = "new"};'
    place=$(last cli/new.c)
    refuses subcommand_undocumented check-docs \
        "$place: man/ocsp.1 does not have the command new" \
        "$place: there is no man/ocsp-new.1"

    fresh
    edit man/ocsp.1 '/^\.It Cm show/s/show/shew/'
    refuses subcommand_not_listed check-docs \
        "$(at cli/main.c '        .name = "show"'): man/ocsp.1 does not have the command show"

    fresh
    edit man/ocsp.1 '/^\.Xr ocsp-show 1/d'
    place=$(at cli/main.c '        .name = "show"')
    refuses subcommand_not_referred_to check-docs \
        "$place: man/ocsp.1 does not have a reference to ocsp-show(1)"

    fresh
    add man/ocsp.1 '.Xr ocsp-nowhere 1'
    refuses reference_to_no_page check-docs "$(last man/ocsp.1): there is no man/ocsp-nowhere.1"

    fresh
    add man/ocsp-new.1 '.Sh NAME' '.Nm ocsp-new'
    refuses page_of_no_subcommand check-docs \
        "man/ocsp-new.1:1: man/meson.build does not install it" \
        "man/ocsp-new.1:1: there is no such command"

    fresh
    edit man/meson.build "s/'ocsp-show\.1'/'ocsp-shew.1'/"
    refuses page_not_installed check-docs \
        "man/ocsp-show.1:1: man/meson.build does not install it"

    fresh
    add cli/new.c '{"new", no_argument, NULL, 0}, {"json", no_argument, NULL, 0},'
    refuses option_undocumented check-docs \
        "$(last cli/new.c): no page of the command has the option --new"

    fresh
    add cli/new.h '{"new", no_argument, NULL, 0}, {"json", no_argument, NULL, 0},'
    refuses option_of_several_undocumented check-docs \
        "$(last cli/new.h): no page of the command has the option --new"

    fresh
    add cli/show_new.c '{"issuer", required_argument, NULL, 0},'
    refuses option_only_in_another_page check-docs \
        "$(last cli/show_new.c): man/ocsp-show.1 does not have the option --issuer"

    fresh
    edit man/ocsp-request.1 '/Fl -issuer/d'
    # Its source has the name, and so have four lines of its help.
    refuses option_of_help_undocumented check-docs \
        "$(at cli/main.c '            "for in the --issuer files'): $(request_lacks issuer)" \
        "$(at cli/main.c '            "that a server'): $(request_lacks issuer)" \
        "$(at cli/main.c '            "  --issuer FILE           cert'): $(request_lacks issuer)" \
        "$(at cli/main.c '            "  --serial N              also'): $(request_lacks issuer)" \
        "$(at cli/request_options.c '        {"issuer"'): $(request_lacks issuer)"

    fresh
    add man/ocsp-show.1 '.It Fl -chain'
    refuses option_not_in_help check-docs \
        "$(last man/ocsp-show.1): the help of the command does not have --chain"

    fresh
    add cli/new.c 'put(value, "new_member", sink);'
    refuses json_member_undocumented check-docs \
        "$(last cli/new.c): no page of the command has the JSON member new_member"

    fresh
    add cli/check_new.c 'put(value, "issuer_name_hash", sink);'
    refuses json_member_only_in_another_page check-docs \
        "$(last cli/check_new.c): man/ocsp-check.1 does not have the JSON member issuer_name_hash"
}

request_lacks() {
    echo "man/ocsp-request.1 does not have the option --$1"
}

link_cases() {
    fresh
    add README.md 'See [the](LICENSES) [map](docs/nowhere.md#there "map").'
    refuses link_broken check-docs \
        "$(last README.md): no such file: LICENSES" \
        "$(last README.md): no such file: docs/nowhere.md"

    fresh
    add docs/ARCHITECTURE.md '[start]: ../NOWHERE.md'
    refuses link_by_reference_broken check-docs \
        "$(last docs/ARCHITECTURE.md): no such file: ../NOWHERE.md"

    fresh
    add docs/new/deep.md 'See [the other one](nowhere.md) and [this](/README.md).'
    refuses link_in_folder_broken check-docs "docs/new/deep.md:1: no such file: nowhere.md"

    fresh
    # shellcheck disable=SC2016 # The backquotes are those of Markdown.
    add README.md 'See [a](https://example.com/) [b](#top) [c](docs/ARCHITECTURE.md#x) `[d](e)`.' \
        '```' 'call[i](nowhere.md);' '```'
    passes link_right check-docs

    for document in README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md docs/ARCHITECTURE.md \
        docs/RFC6960.md; do
        fresh
        rm "$document"
        refuses_among "document_missing $document" check-docs "$document:1: the document is missing"
    done
}

# One line for each include that must be refused: case, file, text.
wrong_includes='
base_uses_der           src/base/new.c      <ocsp/der.h>
base_uses_stdlib        src/base/new.c      <stdlib.h>
der_uses_stdio          src/der/new.c       <stdio.h>
der_uses_wire           src/der/new.c       "wire/parse.h"
der_uses_request        src/der/new.h       <ocsp/request.h>
der_header_unqualified  src/der/new.c       "reader.h"
der_header_by_way_up    src/der/new.c       "../der/reader.h"
der_header_roundabout   src/der/new.c       "der/../wire/parse.h"
wire_uses_crypto        src/wire/new.c      <ocsp/crypto.h>
wire_uses_time          src/wire/new.c      <time.h>
wire_uses_issuer        src/wire/new.c      "issuer/issuer.h"
issuer_uses_openssl     src/issuer/new.c    <ocsp/openssl.h>
issuer_uses_verify      src/issuer/new.c    <ocsp/verify.h>
verify_uses_openssl     src/verify/new.c    <ocsp/openssl.h>
verify_uses_time        src/verify/new.c    <time.h>
verify_uses_wire_inside src/verify/new.c    "wire/parse.h"
issuer_uses_libcrypto   src/issuer/new.c    <openssl/evp.h>
sign_uses_issuer        src/sign/new.c      <ocsp/issuer.h>
sign_uses_verify        src/sign/new.c      <ocsp/verify.h>
sign_uses_stdlib        src/sign/new.c      <stdlib.h>
sign_uses_wire_inside   src/sign/new.c      "wire/build.h"
verify_uses_sign        src/verify/new.c    <ocsp/sign.h>
client_uses_openssl_h   src/client/new.c    <ocsp/openssl.h>
client_uses_jansson     src/client/new.c    <jansson.h>
client_uses_wire_inside src/client/new.c    "wire/parse.h"
python_uses_libcrypto   python/src/new.c    <openssl/evp.h>
python_uses_inside      python/src/new.c    "wire/parse.h"
openssl_uses_wire       src/openssl/new.c   <ocsp/request.h>
openssl_uses_der        src/openssl/new.c   "der/reader.h"
openssl_uses_jansson    src/openssl/new.c   <jansson.h>
cli_uses_private_header cli/new.c           "der/reader.h"
cli_uses_source_tree    cli/new.c           "../src/der/reader.h"
cli_uses_curl           cli/new.c           <curl/curl.h>
answer_uses_stdio       responder/answer/answer.c    <stdio.h>
answer_uses_sqlite      responder/answer/answer.c    <sqlite3.h>
sign_uses_time          responder/signer/sign_job.c  <time.h>
store_uses_http         responder/store/store.c      <microhttpd.h>
http_uses_sqlite        responder/http/server.c      <sqlite3.h>
config_uses_seccomp     responder/config/config.c    <seccomp.h>
responder_uses_curl     responder/base/new.c         <curl/curl.h>
responder_uses_inside   responder/base/new.c         "der/reader.h"
room_header_unqualified responder/store/new.c        "store.h"
base_uses_config        responder/base/new.c         "config/config.h"
config_uses_store       responder/config/new.c       "store/store.h"
config_uses_confuse     responder/config/config.c    <confuse.h>
store_uses_signer       responder/store/new.c        "signer/job.h"
signer_uses_store       responder/signer/new.c       "store/store.h"
answer_uses_http        responder/answer/new.c       "http/server.h"
http_uses_store         responder/http/new.c         "store/store.h"
http_uses_signer        responder/http/new.c         "signer/job.h"
http_uses_process       responder/http/new.c         "process/worker.h"
process_uses_command    responder/process/new.c      "command/table.h"
process_uses_store      responder/process/new.c      "store/store.h"
command_uses_answer     responder/command/new.c      "answer/engine.h"
command_uses_http       responder/command/new.c      "http/server.h"
main_uses_store         responder/main.c             "store/store.h"
main_uses_config        responder/main.c             "config/config.h"
pure_uses_program       responder/http/get.c         "program/report.h"
show_uses_check         cli/show/new.c               "check/report.h"
staple_uses_confuse     cli/staple/config.c          <confuse.h>
shared_uses_show        cli/new.c                    "show/describe.h"
program_uses_cli        program/new.c                "option.h"
program_uses_confuse    program/input.c              <confuse.h>
base_h_uses_string      include/ocsp/base.h <string.h>
request_h_uses_crypto   include/ocsp/request.h  <ocsp/crypto.h>
crypto_h_uses_libcrypto include/ocsp/crypto.h   <openssl/evp.h>
issuer_h_uses_openssl   include/ocsp/issuer.h   <ocsp/openssl.h>
include_by_macro        src/der/new.c       HEADER
'

# One line for each include that must be accepted.
right_includes='
src/base/new.c      <ocsp/base.h>
src/base/new.c      "base/new.h"
src/der/new.c       <ocsp/base.h>
src/der/new.c       <ocsp/der.h>
src/der/new.c       "base/new.h"
src/der/new.c       "der/reader.h"
src/wire/new.c      <string.h>
src/wire/new.c      <ocsp/base.h>
src/wire/new.c      <ocsp/der.h>
src/wire/new.c      <ocsp/cert.h>
src/wire/new.c      "base/new.h"
src/wire/new.c      "der/reader.h"
src/wire/new.c      "wire/parse.h"
src/issuer/new.c    <ocsp/base.h>
src/issuer/new.c    <ocsp/der.h>
src/issuer/new.c    <ocsp/cert_id.h>
src/issuer/new.c    <ocsp/crypto.h>
src/issuer/new.c    <ocsp/issuer.h>
src/issuer/new.c    "base/new.h"
src/issuer/new.c    "der/reader.h"
src/issuer/new.c    "wire/parse.h"
src/issuer/new.c    "issuer/new.h"
src/verify/new.c    <ocsp/response.h>
src/verify/new.c    <ocsp/issuer.h>
src/verify/new.c    <ocsp/verify.h>
src/verify/new.c    "base/new.h"
src/verify/new.c    "verify/new.h"
src/sign/new.c      <ocsp/der.h>
src/sign/new.c      <ocsp/request.h>
src/sign/new.c      <ocsp/sign.h>
src/sign/new.c      "base/new.h"
src/sign/new.c      "sign/new.h"
src/client/new.c    <stdlib.h>
src/client/new.c    <curl/curl.h>
src/client/new.c    <openssl/pem.h>
src/client/new.c    <ocsp/verify.h>
src/client/new.c    "client/new.h"
responder/answer/answer.c  <ocsp/request.h>
responder/answer/answer.c  "store/store.h"
responder/http/server.c    <microhttpd.h>
program/settings.c         <confuse.h>
responder/store/database.c <sqlite3.h>
responder/base/new.c       <pthread.h>
responder/base/new.c       "program/clock.h"
responder/http/new.c       "answer/engine.h"
responder/command/new.c    "process/trial.h"
responder/process/new.c    "http/server.h"
responder/main.c           "command/table.h"
responder/http/get.c       "program/hex.h"
cli/main.c                 "check/check.h"
cli/check/new.c            "check/report.h"
cli/check/new.c            "value.h"
python/src/new.c    <Python.h>
python/src/new.c    <ocsp/verify.h>
python/src/new.c    "id.h"
src/openssl/new.c   <stdlib.h>
src/openssl/new.c   <ocsp/base.h>
src/openssl/new.c   <ocsp/crypto.h>
src/openssl/new.c   <ocsp/openssl.h>
src/openssl/new.c   <openssl/evp.h>
src/openssl/new.c   "openssl/new.h"
cli/new.c           <stdio.h>
cli/new.c           <ocsp/openssl.h>
cli/new.c           <jansson.h>
cli/new.c           <openssl/x509.h>
cli/new.c           "command.h"
'

spdx='// SPDX-License-Identifier: MIT'

include_cases() {
    while read -r name file text; do
        [ -n "$name" ] || continue
        fresh
        [ -f "$file" ] || add "$file" "$spdx"
        add "$file" "#include $text  // a reason"
        refuses "$name" check-layers "$(last "$file"): this layer may not include $text"
    done <<END
$wrong_includes
END
    fresh
    while read -r file text; do
        [ -n "$file" ] || continue
        [ -f "$file" ] || add "$file" "$spdx"
        add "$file" "  #  include $text"
    done <<END
$right_includes
END
    add src/der/new.c '// #include <stdio.h>'
    passes includes_right check-layers

    fresh
    add src/der/new.c "$spdx" '  #  include <stdio.h>'
    refuses include_with_blanks check-layers \
        "src/der/new.c:2: this layer may not include <stdio.h>"
}

file_cases() {
    fresh
    add src/new/new.c "$spdx"
    unknown='no layer is known for this file: add it to the table in check-layers.sh'
    refuses layer_unknown check-layers "src/new/new.c:1: $unknown"

    fresh
    add include/ocsp/new.h "$spdx"
    refuses public_header_unknown check-layers "include/ocsp/new.h:1: $unknown"

    fresh
    add responder/cellar/new.c "$spdx"
    refuses room_unknown check-layers "responder/cellar/new.c:1: $unknown"

    fresh
    add responder/new.c "$spdx"
    refuses room_not_given check-layers "responder/new.c:1: $unknown"

    fresh
    add src/der/new.c '// Something.' "$spdx"
    refuses spdx_not_first check-layers "src/der/new.c:1: the first line is not the SPDX line"

    fresh
    add src/der/new.c "$spdx OR Apache-2.0"
    refuses spdx_of_another_licence check-layers \
        "src/der/new.c:1: the first line is not the SPDX line"

    fresh
    : >src/der/new.c
    refuses file_empty check-layers "src/der/new.c:1: the first line is not the SPDX line"

    fresh
    add docs/new.sh '#!/bin/sh' '# Something.'
    refuses script_without_spdx check-layers "docs/new.sh:1: the first line is not the SPDX line"

    fresh
    rm -r cli
    refuses_among folder_missing check-layers "cli:1: the folder is missing"
}

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] || exit 1
    exit 0
}

fresh
passes documents_as_they_are check-docs
passes layers_as_they_are check-layers
# The cases need a tree that has no faults before they change it.
[ "$failed" -eq 0 ] || finish
comment_cases
name_cases
command_cases
setting_cases
link_cases
include_cases
file_cases
finish

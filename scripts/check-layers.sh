#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check-layers.sh [ROOT] fails when a file includes what its layer may not use,
# or does not begin with the SPDX line. docs/ARCHITECTURE.md draws the arrows;
# the table below is their text. Each fault is printed as `file:line: text`.
set -eu

cd "${1:-$(dirname "$0")/..}"
for folder in include/ocsp src program cli responder python; do
    [ -d "$folder" ] || { echo "$folder:1: the folder is missing" && exit 1; }
done

# The core takes from libc only what needs no heap, no I/O and no clock.
core_libc='<stdbool.h> <stddef.h> <stdint.h> <string.h>'
libc="$core_libc <arpa/inet.h> <assert.h> <ctype.h> <errno.h> <fcntl.h> <getopt.h>
    <inttypes.h> <limits.h> <poll.h> <signal.h> <stdarg.h> <stdio.h> <stdlib.h> <strings.h>
    <sys/stat.h> <sys/types.h> <sysexits.h> <time.h> <unistd.h>"
responder="$libc <grp.h> <netdb.h> <netinet/*.h> <pthread.h> <pwd.h> <sched.h> <stdalign.h>
    <stdatomic.h> <sys/*.h> <xxhash.h> <jansson.h> <openssl/*.h> <ocsp/*.h> \"program/*.h\""
wire='<ocsp/cert.h> <ocsp/cert_id.h> <ocsp/crl.h> <ocsp/extension.h> <ocsp/request.h>
    <ocsp/response.h>'

# rooms FILE prints the headers of the rooms that a file of the responder may include: its own room
# and those below it.
rooms() {
    room=${1#responder/}
    case ${room%%/*} in
    base) below= ;;
    config) below='base' ;;
    store | signer) below='base config' ;;
    answer) below='base config store signer' ;;
    http) below='base answer' ;;
    process) below='base config signer answer http' ;;
    command) below='base config store process' ;;
    main.c) below='command process' && room=main ;;
    *) return 1 ;;
    esac
    for below in ${room%%/*} $below; do echo "\"$below/*.h\""; done
}

# allowed FILE prints the patterns of what FILE may include: the table of layers.
# A private header is "LAYER/file.h"; the command's own headers have no folder.
allowed() {
    case $1 in
    include/ocsp/base.h) echo '<stdbool.h> <stddef.h> <stdint.h>' ;;
    include/ocsp/der.h) echo '<ocsp/base.h>' ;;
    include/ocsp/extension.h) echo '<ocsp/base.h>' ;;
    include/ocsp/cert_id.h) echo '<ocsp/base.h>' ;;
    include/ocsp/request.h) echo '<ocsp/cert_id.h> <ocsp/extension.h>' ;;
    include/ocsp/response.h) echo '<ocsp/cert_id.h> <ocsp/extension.h>' ;;
    include/ocsp/cert.h) echo '<ocsp/base.h> <ocsp/extension.h>' ;;
    include/ocsp/crl.h) echo '<ocsp/base.h> <ocsp/extension.h>' ;;
    include/ocsp/crypto.h) echo '<ocsp/base.h>' ;;
    include/ocsp/issuer.h) echo '<ocsp/cert.h> <ocsp/cert_id.h> <ocsp/crypto.h>' ;;
    include/ocsp/delegates.h) echo '<ocsp/crypto.h>' ;;
    include/ocsp/verify.h) echo '<ocsp/issuer.h> <ocsp/request.h> <ocsp/response.h>' ;;
    include/ocsp/sign.h)
        echo '<ocsp/cert.h> <ocsp/crypto.h> <ocsp/request.h> <ocsp/response.h>'
        ;;
    include/ocsp/openssl.h) echo '<ocsp/crypto.h>' ;;
    include/ocsp/client.h) echo '<ocsp/verify.h>' ;;
    src/base/*) echo "$core_libc <ocsp/base.h> \"base/*.h\"" ;;
    src/der/*) echo "$core_libc <ocsp/base.h> <ocsp/der.h> \"base/*.h\" \"der/*.h\"" ;;
    src/wire/*)
        echo "$core_libc <ocsp/base.h> <ocsp/der.h> $wire"
        echo '"base/*.h" "der/*.h" "wire/*.h"'
        ;;
    src/issuer/*)
        echo "$core_libc <ocsp/base.h> <ocsp/der.h> $wire <ocsp/crypto.h> <ocsp/issuer.h>"
        echo '"base/*.h" "der/*.h" "wire/*.h" "issuer/*.h"'
        ;;
    src/verify/*)
        echo "$core_libc <ocsp/base.h> <ocsp/der.h> $wire <ocsp/crypto.h> <ocsp/issuer.h>"
        echo '<ocsp/delegates.h> <ocsp/verify.h> "base/*.h" "verify/*.h"'
        ;;
    src/sign/*)
        echo "$core_libc <ocsp/base.h> <ocsp/der.h> $wire <ocsp/crypto.h> <ocsp/sign.h>"
        echo '"base/*.h" "sign/*.h"'
        ;;
    src/openssl/*)
        echo "$libc <ocsp/base.h> <ocsp/crypto.h> <ocsp/openssl.h> <openssl/*.h> \"openssl/*.h\""
        ;;
    python/src/*) echo '<ocsp/*.h> <Python.h> <string.h> "*.h"' ;;
    src/client/*)
        echo "$libc <dirent.h> <pthread.h> <sys/socket.h> <curl/curl.h> <openssl/*.h>"
        echo "<ocsp/base.h> $wire"
        echo '<ocsp/crypto.h> <ocsp/issuer.h> <ocsp/verify.h> <ocsp/client.h> "client/*.h"'
        ;;
    cli/*)
        echo "$libc <dirent.h> <grp.h> <netdb.h> <pwd.h> <sys/socket.h> <sys/un.h> <sys/wait.h>"
        echo '<ocsp/*.h> <jansson.h> <openssl/*.h> "*.h" "program/*.h"'
        case $1 in
        cli/*/*) room=${1#cli/} && echo "\"${room%%/*}/*.h\"" ;;
        cli/main.c) echo '"check/*.h" "show/*.h" "staple/*.h"' ;;
        esac
        ;;
    program/settings.c) echo "$libc <confuse.h> \"program/*.h\"" ;;
    program/*) echo "$libc <dirent.h> <ocsp/*.h> <openssl/*.h> \"program/*.h\"" ;;
    responder/answer/answer.[ch] | responder/http/get.[ch] | responder/signer/packet.[ch] | \
        responder/signer/sign_job.[ch])
        # Pure: octets in, octets out.
        echo "$core_libc <ocsp/base.h> <ocsp/der.h> $wire <ocsp/crypto.h> <ocsp/issuer.h>"
        echo '<ocsp/sign.h> <strings.h> "program/hex.h"'
        rooms "$1" || return
        ;;
    responder/*)
        echo "$responder"
        rooms "$1" || return
        case $1 in
        responder/http/*) echo '<microhttpd.h>' ;;
        responder/store/*) echo '<sqlite3.h>' ;;
        responder/base/sandbox.c) echo '<seccomp.h>' ;;
        esac
        ;;
    *) return 1 ;;
    esac
}

# read_table FILE... prints for each file a line `+FILE`, or `-FILE` if no layer is known for it,
# and then what it may include. It starts no process: there are many files.
read_table() {
    for file; do
        echo "+$file"
        allowed "$file" || echo "-$file"
    done
}

# check_includes compares the includes of each file in the table, which is standard input, with
# what it may include. A star stands for one name, never for a folder.
check_includes() {
    awk '
        /^[+]/ { file = substr($0, 2); files[++n] = file; next }
        /^-/ { is_unknown[file] = 1; next }
        { patterns[file] = patterns[file] " " $0 }
        function check(file, pattern, line, number) {
            pattern = patterns[file]
            gsub(/[.]/, "[.]", pattern)
            gsub(/[*]/, "[^/]*", pattern)
            gsub(/[ \t]+/, "|", pattern)
            pattern = "^(" substr(pattern, 2) ")$"
            while ((getline line <file) > 0) {
                number++
                if (!sub(/^[ \t]*#[ \t]*include[ \t]*/, "", line))
                    continue
                sub(/[ \t]*(\/[\/*].*)?$/, "", line)
                if (line !~ pattern)
                    print file ":" number ": this layer may not include " line
            }
            close(file)
        }
        END {
            for (i = 1; i <= n; i++) {
                if (files[i] in is_unknown)
                    print files[i] ":1: no layer is known for this file: add it to the table in " \
                        "check-layers.sh"
                else
                    check(files[i])
            }
        }
    '
}

# check_spdx reads names of files, and fails a file that does not begin with its licence, after
# `#!`.
check_spdx() {
    awk '
        {
            line = ""
            found = (getline line <$0) > 0
            if (found && line ~ /^#!/)
                found = (getline line <$0) > 0
            close($0)
            if (!found || line !~ /^(\/\/|#) SPDX-License-Identifier: MIT$/)
                print $0 ":1: the first line is not the SPDX line"
        }
    '
}

layered=$(find include src program cli responder python -name '*.[ch]' | sort)
sources=$(find . \( -path ./.git -o -path './build*' \) -prune -o -type f \
    \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name meson.build \) -print |
    sed 's|^\./||' | sort)

# shellcheck disable=SC2086 # a list of names, none of which has a blank
faults=$(
    read_table $layered | check_includes
    printf '%s\n' "$sources" | check_spdx
)
n_files=$(printf '%s\n' "$layered" | grep -c .)
n_sources=$(printf '%s\n' "$sources" | grep -c .)
n_faults=$(printf '%s\n' "$faults" | grep -c . || true)
[ -z "$faults" ] || printf '%s\n' "$faults"
echo "check-layers: $n_files files in layers, $n_sources sources, $n_faults faults"
[ "$n_faults" -eq 0 ]

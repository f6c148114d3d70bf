#!/bin/sh
# SPDX-License-Identifier: MIT
#
# install_test.sh DIR: installs the release build directory DIR as a packager would,
# and uses the installed objects: files, pkg-config, manual pages, the command, and every
# program that README, manual pages and examples/ show.
set -eu
build=$(realpath "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0

ok() {
    printf 'ok %s\n' "$1"
    passed=$((passed + 1))
}

refuse() {
    printf 'FAILED %s\n%d passed, 1 failed\n' "$1" "$passed"
    exit 1
}

DESTDIR="$work/root" meson install -C "$build" --no-rebuild --quiet
prefix=$(meson introspect "$build" --buildoptions |
    /usr/bin/python3 -c 'import json, sys
print(next(o["value"] for o in json.load(sys.stdin) if o["name"] == "prefix"))')
tree=$work/root$prefix
test -x "$tree/bin/ocsp" || refuse 'bin/ocsp is installed'
lib=$(dirname "$(find "$tree" -name libocsp.so)")
for file in libocsp.so.0 libocsp.so libocsp.a libocsp-openssl.so.0 libocsp-openssl.so \
    libocsp-openssl.a libocsp-client.so.0 libocsp-client.so libocsp-client.a pkgconfig/libocsp.pc \
    pkgconfig/libocsp-openssl.pc pkgconfig/libocsp-client.pc; do
    test -e "$lib/$file" || refuse "$file is installed"
done
ok 'libraries and pkg-config files are installed'

for header in "$root"/include/ocsp/*.h; do
    cmp -s "$header" "$tree/include/ocsp/$(basename "$header")" ||
        refuse "$(basename "$header") is installed"
done
ok 'every header is installed'

LD_LIBRARY_PATH=$lib "$tree/bin/ocsp" show "$root/tests/data/seed/request.der" |
    grep -q 872625873161273451176241581705670534707360122361 || refuse 'the installed command runs'
LD_LIBRARY_PATH=$lib "$tree/sbin/ocspd" --version | grep -q '^ocspd ' || refuse 'the installed responder runs'
ok 'the installed command runs'

for page in ocsp.1 ocsp-show.1 ocsp-request.1 ocsp-respond.1 ocsp-verify.1 ocsp-check.1 \
    ocsp-fetch.1 ocsp-staple.1 ocspd.8 ocspd.conf.5 oc_request.3 oc_request_parse.3 oc_der_read.3 \
    oc_openssl_new.3 oc_client_check.3 libocsp.3; do
    file=$(find "$tree/share/man" -name "$page*" | head -n 1)
    test -n "$file" || refuse "$page is installed"
    MANPATH=$tree/share/man mandoc "$file" | grep -q . || refuse "$page can be read"
done
for unit in ocsp-staple.service ocsp-staple-once.service ocsp-staple.timer ocspd.service ocspd.socket; do
    test -n "$(find "$tree" -path '*systemd/system*' -name "$unit")" || refuse "$unit is installed"
done
ok 'units are installed'
ok 'manual pages are installed, under the names of functions too'

# pkg-config as a packager uses it: everything below a root that is not /.
export PKG_CONFIG_PATH="$lib/pkgconfig"
core_flags=$(pkg-config --cflags --libs libocsp | sed "s|$prefix|$tree|g")
openssl_flags=$(pkg-config --cflags --libs libocsp-openssl | sed "s|$prefix|$tree|g")
client_flags=$(pkg-config --cflags --libs libocsp-client libocsp-openssl | sed "s|$prefix|$tree|g")
case $core_flags in *crypto*) refuse 'libocsp needs no libcrypto' ;; esac
ok 'pkg-config: libocsp needs nothing else'

# The programs in the documentation: blocks that begin with an #include.
mkdir "$work/programs"
/usr/bin/python3 "$root/tests/release/programs.py" "$root" "$work/programs"
cp "$root"/examples/*.c "$work/programs/"
cp "$root"/tests/data/seed/* "$work/programs/"
cd "$work/programs"

openssl x509 -in issuer.pem -outform DER -out issuer.der
openssl x509 -in leaf.pem -outform DER -out leaf.der
vectors=$(/usr/bin/python3 -c "import cryptography_vectors as v; print(v.__path__[0])")
cp "$vectors/x509/ocsp/resp-sha256.der" response.der

# A response that is valid today: from a CA made for it, about one certificate.
{
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -subj '/CN=Test CA' -keyout ca.key -out ca.pem
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=test' \
        -keyout test.key -out test.csr
    openssl x509 -req -in test.csr -CA ca.pem -CAkey ca.key -set_serial 0x1000 -out test.pem
    printf 'V\t491231235959Z\t\t1000\tunknown\t/CN=test\n' >index.txt
    openssl ocsp -issuer ca.pem -cert test.pem -no_nonce -reqout test.req
    openssl ocsp -index index.txt -CA ca.pem -rsigner ca.pem -rkey ca.key -ndays 1 \
        -reqin test.req -respout test.resp
    openssl x509 -in ca.pem -outform DER -out ca.der
    openssl x509 -in test.pem -outform DER -out test.der
    echo 'authorityInfoAccess=OCSP;URI:http://127.0.0.1:1/' >asking.cnf
    openssl x509 -req -in test.csr -CA ca.pem -CAkey ca.key -set_serial 0x1001 \
        -extfile asking.cnf -outform DER -out asking.der
} >made.log 2>&1 || {
    cat made.log
    refuse 'a response is made with openssl'
}

# The input of each program is named in its first lines.
run_program() {
    case $1 in
    build_request)
        "./$1" issuer.der leaf.der >ours.der &&
            openssl ocsp -sha256 -issuer issuer.pem -cert leaf.pem -no_nonce -reqout theirs.der &&
            cmp ours.der theirs.der
        ;;
    # No server listens there, and no proxy is used.
    check)
        no_proxy='*' "./$1" ca.der asking.der | grep '^not answered: unreachable$'
        ;;
    # A server: each version of TLS connects once and reads the staple.
    staple)
        "./$1" test.pem test.key ca.der test.resp >port &
        server=$!
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            test -s port || sleep 0.2
        done
        for version in -tls1_2 -tls1_3; do
            openssl s_client -connect "127.0.0.1:$(cat port)" "$version" -status </dev/null \
                2>/dev/null | grep 'Cert Status: good' || server_failed=yes
        done
        kill "$server"
        test -z "${server_failed:-}"
        ;;
    readme_0)
        "./$1" ca.der test.der test.resp | grep '^good$' &&
            "./$1" ca.der leaf.der test.resp | grep '^no SingleResponse is about the certificate' &&
            "./$1" ca.der test.der /dev/null | grep '^OCSPResponse is not a SEQUENCE'
        ;;
    verify) "./$1" ca.der test.der test.resp | grep '^good, says the issuer$' ;;
    sign)
        "./$1" ca.key ca.der test.der >ours.resp &&
            openssl ocsp -respin ours.resp -sha256 -issuer ca.pem -cert test.pem -CAfile ca.pem 2>&1 |
            grep '^test.pem: good$'
        ;;
    show_response | man_libocsp_*) "./$1" <response.der ;;
    cert_uris) "./$1" <leaf.der ;;
    *) "./$1" request.der ;;
    esac
}

test -e readme_0.c || refuse 'the README shows a program'
n=0
for program in *.c; do
    flags=$core_flags
    ! grep -q '<ocsp/openssl.h>' "$program" || flags=$openssl_flags
    ! grep -q '<ocsp/client.h>' "$program" || flags=$client_flags
    ! grep -q '<openssl/' "$program" || flags="$flags $(pkg-config --libs libcrypto)"
    ! grep -q '<openssl/ssl.h>' "$program" || flags="$flags $(pkg-config --libs libssl)"
    # shellcheck disable=SC2086 # flags are words
    ${CC:-cc} -std=c11 -Wall -Wextra -Werror "$program" $flags -o "${program%.c}" ||
        refuse "$program compiles"
    LD_LIBRARY_PATH=$lib run_program "${program%.c}" >output 2>&1 || {
        cat output
        refuse "$program runs"
    }
    n=$((n + 1))
done
test "$n" -ge 5 || refuse 'there are programs in the documentation'
ok "$n programs of the documentation compile and run"

# The same core as an archive, without the shared library.
# shellcheck disable=SC2046,SC2086 # flags are words
${CC:-cc} -std=c11 show_request.c $(pkg-config --cflags libocsp | sed "s|$prefix|$tree|g") \
    "$lib/libocsp.a" -o static
./static request.der >output || refuse 'a program linked with the archive runs'
ok 'a program linked with the archive runs'

printf '%d passed, 0 failed\n' "$passed"

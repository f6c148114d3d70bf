#!/bin/sh
# SPDX-License-Identifier: MIT
#
# make.sh OCSPD makes ocspd.db, with the CA that it is about, by an ocspd of version 0.1.0. Run it in
# an empty directory. The answers in it were saved because they were asked for.
set -eu
ocspd=$(realpath "$1")
port=${2:-24560}

"$ocspd" --version | grep -q ' 0\.1\.0$'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \
    -subj /CN=ca -days 36500 2>/dev/null
"$ocspd" quickstart --ca ca.pem --key ca.key --dir pki --listen "127.0.0.1:$port" \
    --admin-listen "127.0.0.1:$((port + 1))" >/dev/null
at_config() {
    name=$1
    shift
    "$ocspd" "$name" --config pki/ocspd.conf "$@"
}

at_config issue 1 2 3 0xff01 0x7f00112233445566778899aabbccddeeff001122
at_config issue --expires 2030-01-01T00:00:00Z 4
at_config revoke --reason superseded --at 2024-04-03T12:00:00Z 2
at_config revoke --reason unspecified --at 2024-04-03T12:00:00Z 4
at_config revoke --reason certificateHold --at 2024-04-03T12:00:00Z 3
at_config revoke --issue --reason keyCompromise --at 2024-04-03T12:00:00Z 0x0102

# A hundred certificates, and an import that stopped after line 51.
{
    echo serial,status,revoked-at,reason,expires
    i=0
    while test "$i" -lt 100; do
        case $i in
        *7) echo "0x50$(printf %02x "$i"),revoked,2024-04-03T12:00:00Z,superseded," ;;
        *) echo "0x50$(printf %02x "$i"),good,,,2031-01-01T00:00:00Z" ;;
        esac
        i=$((i + 1))
    done
} >all.csv
{
    head -n 51 all.csv
    echo 'what?'
} >broken.csv
at_config import --csv broken.csv || test $? = 65

"$ocspd" serve --config pki/ocspd.conf 2>/dev/null &
pid=$!
sleep 2
for serial in 1 2 4 258; do
    openssl ocsp -issuer ca.pem -CAfile ca.pem -serial "$serial" -no_nonce \
        -url "http://127.0.0.1:$port" >/dev/null 2>&1
done
sleep 3
kill "$pid"
wait "$pid" || true
sqlite3 pki/ocspd.db 'PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
test "$(sqlite3 pki/ocspd.db 'SELECT count(*) FROM answer')" = 4
cp pki/ocspd.db .
rm -rf pki broken.csv

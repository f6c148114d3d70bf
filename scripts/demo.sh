#!/bin/sh
# SPDX-License-Identifier: MIT
#
# demo.sh OCSP OCSPD: shows what the command and the responder do, on real certificates, and with
# OpenSSL's responder as well. Each step ends in a check; the first that fails stops it.
set -eu
ocsp=$(realpath "$1")
ocspd=$(realpath "$2")
seed=$(realpath "$(dirname "$0")/../tests/data/seed")
dir=$(mktemp -d)
responder=
own=
trap 'kill $responder $own 2>/dev/null || :; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
cd "$dir"
n=0

step() {
    n=$((n + 1))
    printf '\n%d. %s\n' "$n" "$1"
}

run() {
    printf '   $ %s\n' "$*" | sed "s|$ocspd|ocspd|; s|$ocsp|ocsp|; s|$seed/||g"
    "$@"
}

check() {
    if test "$2" = "$3"; then
        printf '   checked: %s\n' "$1"
    else
        printf '   FAILED: %s\n   expected %s\n   found    %s\n' "$1" "$2" "$3" >&2
        exit 1
    fi
}

# field FILE EXPRESSION prints one value of the JSON form.
field() {
    "$ocsp" show --json "$1" | /usr/bin/python3 -c "import json, sys
m = json.load(sys.stdin)
print($2)"
}

step 'Build the request that the documentation of pyca/cryptography shows'
run "$ocsp" request --hash sha1 --issuer "$seed/issuer.pem" --out built.der "$seed/leaf.pem"
check 'it is the documented one, byte for byte' \
    "$(cat "$seed/built-request.b64")" "$(openssl base64 -A -in built.der)"

step 'Decode the request that it shows'
run "$ocsp" show "$seed/request.der"
check 'the serial number is the documented one' \
    872625873161273451176241581705670534707360122361 \
    "$(field "$seed/request.der" "m['requests'][0]['cert_id']['serial']['decimal']")"

step 'Make a throw-away CA with two certificates, one of them revoked'
cat >ca.cnf <<'TEXT'
[ca]
default_ca = demo
[demo]
database = index.txt
serial = serial
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 30
policy = any
[any]
commonName = supplied
TEXT
: >index.txt
echo 1000 >serial
{
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
        -subj '/CN=Demonstration CA' -keyout ca.key -out ca.pem
    for name in good revoked; do
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
            -keyout "$name.key" -out "$name.csr"
        openssl ca -config ca.cnf -batch -notext -in "$name.csr" -out "$name.pem"
    done
    openssl ca -config ca.cnf -revoke revoked.pem -crl_reason keyCompromise
} >ca.log 2>&1 || {
    cat ca.log >&2
    exit 1
}
check 'the CA has issued two certificates' 2 "$(wc -l <index.txt)"

step 'Start the responder of OpenSSL, on a port that is free'
openssl ocsp -port 0 -index index.txt -CA ca.pem -rsigner ca.pem -rkey ca.key -ndays 1 \
    >responder.log 2>&1 &
responder=$!
port=
for _ in 1 2 3 4 5 6 7 8 9 10; do
    port=$(sed -n 's/^ACCEPT .*:\([0-9]*\) PID=.*/\1/p' responder.log)
    test -z "$port" || break
    sleep 0.5
done
check 'it listens' 'a port' "$(test -n "$port" && echo 'a port')"

for name in good revoked; do
    step "Ask it about the certificate \"$name\", and read the answer"
    run "$ocsp" request --nonce --issuer ca.pem --out "$name.req" "$name.pem"
    openssl ocsp -reqin "$name.req" -url "http://127.0.0.1:$port/" -respout "$name.resp" \
        -noverify >ask.log 2>&1 || {
        cat ask.log >&2
        exit 1
    }
    run "$ocsp" show "$name.resp"
    check "the answer says $name" "$name" "$(field "$name.resp" "m['responses'][0]['status']")"
    check 'and is about that certificate' "$(field "$name.pem" "m['serial']['hex']")" \
        "$(field "$name.resp" "m['responses'][0]['cert_id']['serial']['hex']")"
done
check 'the answer has the reason' keyCompromise \
    "$(field revoked.resp "m['responses'][0]['revocation_reason']['name']")"

step 'Verify both answers: the exit status is the verdict'
status=0
run "$ocsp" verify --issuer ca.pem --request good.req good.resp || status=$?
check 'verified and good is 0, and nothing else is' 0 "$status"
status=0
run "$ocsp" verify --issuer ca.pem --request revoked.req revoked.resp || status=$?
check 'verified and revoked is 1' 1 "$status"
status=0
run "$ocsp" verify --issuer ca.pem --request good.req revoked.resp || status=$?
check 'an answer to another question is 3' 3 "$status"

step 'Sign an answer with the CA, offline, and let OpenSSL verify it'
run "$ocsp" respond --issuer ca.pem --key ca.key --cert revoked.pem --status revoked \
    --reason superseded --revoked-at "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --out own.resp
openssl ocsp -respin own.resp -issuer ca.pem -sha256 -cert revoked.pem -CAfile ca.pem \
    >own.log 2>&1 || {
    cat own.log >&2
    exit 1
}
check 'OpenSSL reads the same' 'revoked.pem: revoked' "$(grep '^revoked.pem' own.log)"
check 'and the reason' superseded "$(sed -n 's/.*Reason: //p' own.log)"

step 'Make a responder for the CA: a database, a signer, a configuration'
port=$(/usr/bin/python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
url=http://127.0.0.1:$port/
run "$ocspd" quickstart --ca ca.pem --key ca.key --dir own --listen "127.0.0.1:$port" \
    >quickstart.log
"$ocspd" serve --config own/ocspd.conf >own.log 2>&1 &
own=$!
serial=$(field good.pem "'0x' + m['serial']['hex']")

# expect STATUS VERDICT asks until it gets the verdict, for a second at most.
expect() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        status=0
        "$ocsp" check --json --no-cache --url "$url" --issuer ca.pem good.pem \
            >check.json 2>/dev/null || status=$?
        test "$status" != "$1" || break
        sleep 0.1
    done
    check "the exit status of ocsp check is that of $2" "$1" "$status"
}

step 'Ask it about a certificate that it does not know'
expect 2 unknown

step 'Record that the certificate was issued'
run "$ocspd" issue --config own/ocspd.conf "$serial"
expect 0 good

step 'Revoke it: within a second, the responder says so'
run "$ocspd" revoke --config own/ocspd.conf --reason keyCompromise "$serial"
expect 1 revoked
run "$ocsp" check --no-cache --url "$url" --issuer ca.pem good.pem || :

step 'Let OpenSSL ask it'
openssl ocsp -url "$url" -issuer ca.pem -CAfile ca.pem -cert good.pem >own.txt 2>&1
check 'OpenSSL reads the same' 'good.pem: revoked' "$(grep '^good.pem' own.txt)"

printf '\nAll %d steps done.\n' "$n"

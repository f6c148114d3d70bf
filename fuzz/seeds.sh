#!/bin/sh
# SPDX-License-Identifier: MIT
#
# seeds.sh DIR writes a seed corpus for each fuzz target to DIR/TARGET: the documented
# request, messages that the openssl command makes with throw-away keys, single
# elements, and Debian's test vectors when they are installed.
set -eu

if [ $# -ne 1 ]; then
    echo "usage: seeds.sh DIR" >&2
    exit 64
fi

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
data=$here/../tests/data/seed
vectors=/usr/lib/python3/dist-packages/cryptography_vectors/x509
mkdir -p "$1/request" "$1/response" "$1/cert" "$1/crl" "$1/extension" "$1/der" "$1/verify" "$1/answer" "$1/get"
out=$(CDPATH='' cd -- "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

# quietly COMMAND... prints the command's output only when it fails.
quietly() {
    "$@" >said 2>&1 || {
        cat said >&2
        return 1
    }
}

# octets HEX... writes octets to standard output.
octets() {
    for octet in "$@"; do
        printf '%b' "\\0$(printf '%o' "0x$octet")"
    done
}

write_config() {
    cat >config <<'END'
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
authorityKeyIdentifier = keyid
authorityInfoAccess = OCSP;URI:http://ocsp.example/, caIssuers;URI:http://ca.example/ca.der
tlsfeature = status_request, status_request_v2
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
[delegate]
authorityKeyIdentifier = keyid
keyUsage = digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
END
}

# issue NAME SERIAL SECTION makes NAME.key and NAME.pem, issued by the CA.
issue() {
    quietly openssl req -new -config config -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -keyout "$1.key" -subj "/CN=$1" -out "$1.csr"
    quietly openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -set_serial "$2" -days 3650 \
        -extfile config -extensions "$3" -out "$1.pem"
}

make_certs() {
    quietly openssl req -new -x509 -config config -newkey rsa:2048 -nodes -keyout ca.key \
        -subj '/C=DE/O=Example/CN=CA' -days 3650 -extensions ca -out ca.pem
    issue good 0x1000 leaf
    issue revoked 0x7F00000000000000000000000000000000000001 leaf
    issue unknown 3 leaf
    issue delegate 4 delegate
    for name in ca good delegate; do
        openssl x509 -in "$name.pem" -outform DER -out "$out/cert/$name.der"
    done
    for name in leaf issuer; do
        openssl x509 -in "$data/$name.pem" -outform DER -out "$out/cert/seed-$name.der"
    done
}

# A CRL with an entry, without entries, one for some certificates, and a delta CRL.
make_crls() {
    {
        printf '[ca]\ndefault_ca = one\n[one]\ndatabase = crl.txt\ncrlnumber = number\n'
        printf 'default_md = sha256\ndefault_crl_days = 30\ncertificate = ca.pem\n'
        printf 'private_key = ca.key\n[full]\nauthorityKeyIdentifier = keyid\n'
        printf 'freshestCRL = URI:http://ca.example/delta.crl\n[part]\n'
        printf 'issuingDistributionPoint = critical, @point\n[point]\n'
        printf 'fullname = URI:http://ca.example/1.crl\nonlyuser = TRUE\n'
        printf 'onlysomereasons = keyCompromise, CACompromise\n[delta]\n'
        printf '2.5.29.27 = critical, ASN1:INTEGER:1\n'
    } >crl.cnf
    : >crl.txt
    printf '01\n' >number
    for section in full part delta; do
        quietly openssl ca -config crl.cnf -gencrl -crlexts "$section" -out crl.pem
        openssl crl -in crl.pem -outform DER -out "$out/crl/$section.der"
        printf 'R\t400101000000Z\t240101000000Z,keyCompromise\t1000\tunknown\t/CN=a\n' >crl.txt
    done
}

# ask NAME OPTION... makes a request.
ask() {
    name=$1
    shift
    quietly openssl ocsp -issuer ca.pem "$@" -reqout "$out/request/$name.der"
}

make_requests() {
    cp "$data/request.der" "$out/request/documented.der"
    chmod u+w "$out/request/documented.der"
    ask one -cert good.pem -no_nonce
    ask nonce -cert good.pem
    ask revoked -cert revoked.pem -no_nonce
    ask unknown -cert unknown.pem -no_nonce
    ask three -sha256 -cert good.pem -sha384 -cert revoked.pem -sha512 -cert unknown.pem
    ask signed -signer delegate.pem -signkey delegate.key -cert good.pem
}

# answer NAME REQUEST OPTION... makes a response.
answer() {
    name=$1
    request=$2
    shift 2
    quietly openssl ocsp -index index.txt -CA ca.pem -reqin "$out/request/$request.der" "$@" \
        -respout "$out/response/$name.der"
}

make_responses() {
    {
        printf 'V\t400101000000Z\t\t1000\tunknown\t/CN=good\n'
        printf 'R\t400101000000Z\t240101000000Z,keyCompromise\t%s\tunknown\t/CN=revoked\n' \
            7F00000000000000000000000000000000000001
    } >index.txt
    answer good one -rsigner ca.pem -rkey ca.key -resp_no_certs -ndays 7
    answer nonce nonce -rsigner delegate.pem -rkey delegate.key
    answer revoked revoked -rsigner delegate.pem -rkey delegate.key -resp_key_id
    answer unknown unknown -rsigner delegate.pem -rkey delegate.key -nmin 5
    answer three three -rsigner delegate.pem -rkey delegate.key -ndays 1
    for status in 01 02 03 05 06; do
        octets 30 03 0A 01 "$status" >"$out/response/status-$status.der"
    done
}

# The target verify takes three octets in front of a response or signed request: the
# policy's options and nonce rule, its times, and its age, the strength of signatures and
# who is trusted.
make_verifications() {
    for file in "$out"/response/*.der "$out/request/signed.der"; do
        name=${file##*/}
        for policy in '00 00 00' '20 00 00' '04 02 18' '38 1B 2B'; do
            # shellcheck disable=SC2086 # three octets
            { octets $policy && cat "$file"; } >"$out/verify/${policy%% *}-$name"
        done
    done
}

# The target answer takes eight octets in front of a request: the policy, the times, and what the
# store says of certificates; or in front of a packet.
make_answers() {
    for file in "$out"/request/*.der; do
        name=${file##*/}
        for choice in '00 00 02 02 02 02 02 02' '06 01 01 02 23 43 63 02' '19 05 27 02 06 2B 01 07'; do
            # shellcheck disable=SC2086 # eight octets
            { octets $choice && cat "$file"; } >"$out/answer/${choice%% *}-$name"
        done
    done
    {
        octets 80 00 00 00 00 00 00 00 00 00 00 38 01 02 00 00 00 00 00 00 00 07 00 00 00 00
        octets 00 00 00 00 6B 49 D2 00 00 00 01 01 02 01 05 01 00 00 00 00 00 00 00 00 00 00
        octets 00 00 00 00 6B 49 D2 00 00 00 00 00 6B 49 E0 00
    } >"$out/answer/job"
}

# The base64 of a request, in the ways that it stands in a path.
make_paths() {
    for file in "$out"/request/*.der; do
        name=${file##*/}
        base64=$(openssl base64 -A -in "$file")
        printf '/%s' "$base64" >"$out/get/raw-$name"
        printf '//ocsp/%s' "$base64" | sed 's|+|%2B|g; s|=|%3d|g' >"$out/get/prefix-$name"
        printf 'http://x:80/%s' "$(printf '%s' "$base64" | tr -d = | tr +/ -_)" \
            >"$out/get/whole-$name"
    done
    printf '/MP_--_-_Pg' >"$out/get/url"
    printf '/MP%%2F%%2b%%2B/%%2b/Pg%%3D=' >"$out/get/percent"
}

# extension NAME CHOICE HEX... makes an input for the target of that name; the
# choices are the rows of the table in check_extension.c.
extension() {
    name=$1
    shift
    octets "$@" >"$out/extension/$name"
}

make_extensions() {
    extension nonce 00 04 04 01 02 03 04
    extension nonce-unwrapped 00 01 02 03 04
    extension crl-reference 01 30 19 A0 05 16 03 61 3A 62 A1 03 02 01 07 \
        A2 11 18 0F 32 30 32 34 30 34 30 33 31 32 30 30 30 30 5A
    extension acceptable-responses 02 30 0B 06 09 2B 06 01 05 05 07 30 01 01
    extension nocheck 03 05 00
    extension archive-cutoff 04 18 0F 32 30 32 34 30 34 30 33 31 32 30 30 30 30 5A
    extension service-locator 05 30 13 30 00 30 0F 30 0D 06 08 2B 06 01 05 05 07 30 01 86 01 61
    extension preferred-signatures 06 30 10 30 0E 30 05 06 03 2A 03 04 30 05 06 03 2A 03 05
    extension extended-revoke 07 05 00
    extension sct-list 08 04 04 00 02 00 00
    extension info-access 89 30 0F 30 0D 06 08 2B 06 01 05 05 07 30 02 86 01 61
    extension tls-feature 0A 30 06 02 01 05 02 01 11
    extension subject-key-id 0B 04 02 01 02
    extension key-usage 8C 03 03 07 FF 80
    extension basic-constraints 8D 30 06 01 01 FF 02 01 00
    extension crl-reason 0E 0A 01 01
    extension invalidity-date 0F 18 0F 32 30 32 34 30 34 30 33 31 32 30 30 30 30 5A
    extension certificate-issuer 90 30 04 A4 02 30 00
    extension authority-key-id 11 30 04 80 02 01 02
    extension key-purposes 12 30 0A 06 08 2B 06 01 05 05 07 03 09
    extension other 93 FF
}

# element NAME TEXT makes an input for the target der.
element() {
    quietly openssl asn1parse -genstr "$2" -noout -out "$out/der/$1"
}

make_elements() {
    element boolean BOOLEAN:TRUE
    element integer INTEGER:0x7F0102030405060708090A
    element negative INTEGER:-129
    element enumerated ENUMERATED:10
    element bits FORMAT:BITLIST,BITSTRING:1,5,9
    element octets FORMAT:HEX,OCTETSTRING:0102
    element null NULL
    element oid OID:1.3.6.1.4.1.11129.2.4.5
    element oid-large OID:2.999.340282366920938463463374607431768211455
    element time GENERALIZEDTIME:20240229235959Z
    element time-fraction GENERALIZEDTIME:20240229235959.5Z
    element utc UTCTIME:491231235959Z
    element explicit EXPLICIT:31,UTF8:text
    octets BF 83 FF 7F 02 05 00 >"$out/der/high-tag"
    # Sizes at which a length needs one octet more.
    for len in 127 128 255 256; do
        element "octets-$len" "FORMAT:ASCII,OCTETSTRING:$(printf "%0${len}d" 0)"
    done
}

# These are what other software has written, odd cases among them.
copy_vectors() {
    [ -d "$vectors/ocsp" ] || return 0
    for kind in req resp; do
        for file in "$vectors"/ocsp/*"$kind"*.der; do
            case $kind in
            req) cp "$file" "$out/request/vector-${file##*/}" ;;
            resp) cp "$file" "$out/response/vector-${file##*/}" ;;
            esac
        done
    done
}

write_config
make_certs
make_crls
make_requests
make_responses
make_extensions
make_elements
copy_vectors
make_verifications
make_answers
make_paths

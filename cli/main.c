// SPDX-License-Identifier: MIT
//
// The command ocsp: the table of its subcommands.
#include "check/check.h"
#include "fetch.h"
#include "program/command.h"
#include "request.h"
#include "respond.h"
#include "show/show.h"
#include "staple/staple.h"
#include "verify.h"

#include <stddef.h>

static const struct command commands[] = {
    {
        .name = "show",
        .run = show_run,
        .summary = "print requests, responses, CRLs, and what certificates say about OCSP",
        .arguments = "[OPTION]... FILE...",
        .help =
            "Print what is in OCSP requests, OCSP responses, certificates and CRLs.\n"
            "\n"
            "A FILE may be DER, PEM with any number of blocks, base64 or hex, which is detected;\n"
            "- is standard input. Nothing is verified: the output is what the message claims.\n"
            "\n"
            "  --json       print one JSON object per line, one for each message\n"
            "  --serial N   print the entries of CRLs with this number, as 0x01aa or 01:aa\n"
            "  --hex        digits without 0x and without colons are hexadecimal\n"
            "  --decimal    they are decimal\n"
            "  --help       print this help and exit\n",
    },
    {
        .name = "request",
        .run = request_run,
        .summary = "build a request about certificates",
        .arguments = "[OPTION]... CERT... | --serial N",
        .help =
            "Build an OCSP request that asks about each CERT.\n"
            "\n"
            "The first certificate in a CERT file is the one to ask about. Its issuer is searched\n"
            "for in the --issuer files and among the other certificates of the CERT files, so\n"
            "that a server's chain needs no --issuer. Files may be DER, PEM, base64 or hex; - is\n"
            "standard input.\n"
            "\n"
            "  --issuer FILE           certificates of issuers; may be given several times\n"
            "  --serial N              also ask about the certificate of the --issuer with this\n"
            "                          number, as 0x01aa or 01:aa; may be given several times\n"
            "  --hex                   digits without 0x and without colons are hexadecimal\n"
            "  --decimal               they are decimal\n"
            "  --hash ALG              sha1, sha224, sha256, sha384 or sha512 (default: sha256);\n"
            "                          some old responders support only sha1\n"
            "  --nonce[=HEX]           add a nonce: 32 random bytes, or 1 to 128 given in hex\n"
            "  --sign                  sign the request, with a --signer and a --key\n"
            "  --signer FILE           the signer's certificate, which is added to the request\n"
            "  --key FILE              its private key: PEM, DER or PKCS #12, or a URI\n"
            "  --passphrase-file FILE  the key's passphrase is the first line of FILE\n"
            "                          (default: it is asked for on the terminal)\n"
            "  --digest ALG            hash of the signature: sha224, sha256, sha384 or sha512\n"
            "                          (default: one that fits the key)\n"
            "  --pss                   sign with RSASSA-PSS\n"
            "  --out FILE              write the DER to FILE, as a whole or not at all\n"
            "                          (default, and -: standard output; base64 if that is a\n"
            "                          terminal)\n"
            "  --help                  print this help and exit\n",
    },
    {
        .name = "respond",
        .run = respond_run,
        .summary = "build and sign a response",
        .arguments = "[OPTION]... --status STATUS --cert FILE | --serial N | --request FILE",
        .help =
            "Build one response and sign it.\n"
            "\n"
            "It is about the first certificate in the --cert file, the certificate with the\n"
            "--serial number, or each certificate that the --request asks about, whose nonce it\n"
            "returns. The signer must be the issuer itself, or have a certificate from it for\n"
            "signing responses. The response is verified before it is written. Files may be DER,\n"
            "PEM, base64 or hex; - is standard input.\n"
            "\n"
            "  --issuer FILE           the issuer's certificate, the first in FILE\n"
            "  --signer FILE           the signer's certificate, the first in FILE\n"
            "                          (default: the issuer itself signs)\n"
            "  --key FILE              the signer's private key: PEM, DER or PKCS #12, or a URI\n"
            "  --passphrase-file FILE  the key's passphrase is the first line of FILE\n"
            "                          (default: it is asked for on the terminal)\n"
            "  --status STATUS         good, revoked or unknown\n"
            "  --revoked-at TIME       when it was revoked\n"
            "  --reason REASON         why it was revoked: keyCompromise for instance (RFC 5280 "
            "5.3.1)\n"
            "  --produced-at TIME      when the response was signed, as 2024-04-03T12:00:00Z or\n"
            "                          as seconds since 1970 (default: now)\n"
            "  --this-update TIME      from when it is valid (default: when it was signed)\n"
            "  --next-update TIME      when there will be a newer one, or none to leave it out\n"
            "                          (default: a day after this update, or when the signer's\n"
            "                          certificate expires)\n"
            "  --by-name               identify the signer by its name instead of its key\n"
            "  --hash ALG              hash of the cert ID: sha1, sha224, sha256, sha384 or\n"
            "                          sha512 (default: sha256)\n"
            "  --digest ALG            hash of the signature: sha224, sha256, sha384 or sha512\n"
            "                          (default: one that fits the key)\n"
            "  --pss                   sign with RSASSA-PSS\n"
            "  --no-certs              leave the signer's certificate out\n"
            "  --cert FILE             the certificate\n"
            "  --serial N              its number, as 0x01aa or 01:aa; negative as -0x2a\n"
            "  --hex                   digits without 0x and without colons are hexadecimal\n"
            "  --decimal               they are decimal\n"
            "  --request FILE          the request to answer\n"
            "  --out FILE              write the DER to FILE, as a whole or not at all\n"
            "                          (default, and -: standard output; base64 if that is a\n"
            "                          terminal)\n"
            "  --help                  print this help and exit\n",
    },
    {
        .name = "verify",
        .run = verify_run,
        .summary = "verify a response, and print what it says",
        .arguments = "[OPTION]... --cert FILE | --serial N | --request FILE RESPONSE",
        .help =
            "Verify a RESPONSE about a certificate, and print what it says.\n"
            "\n"
            "The certificate in question is the first in the --cert file, the one with the\n"
            "--serial number, or each that the --request asks about. Its issuer is searched for\n"
            "in the --issuer files and after the certificate in the --cert file, and is trusted\n"
            "without being verified. Files may be DER, PEM, base64 or hex; - is standard input.\n"
            "\n"
            "  --issuer FILE              certificates of issuers; may be given several times\n"
            "  --cert FILE                the certificate, and others that may be its issuer\n"
            "  --serial N                 its number, as 0x01aa or 01:aa; negative as -0x2a\n"
            "  --hex                      digits without 0x and without colons are hexadecimal\n"
            "  --decimal                  they are decimal\n"
            "  --request FILE             the request that was sent, with its nonce\n"
            "  --at TIME                  verify as of this time, as 2024-04-03T12:00:00Z or as\n"
            "                             seconds since 1970 (default: now)\n"
            "  --max-age S                how old a response without next update may be\n"
            "                             (default: 86400 seconds; 0: it must have one)\n"
            "  --skew S                   how much clocks may differ (default: 300 seconds)\n"
            "  --nonce HEX                the nonce that was sent; the response must return it\n"
            "  --allow-missing-nonce      accept a response without the nonce that was sent\n"
            "  --trusted-responder FILE   trust this responder as if it were the issuer;\n"
            "                             may be given several times\n"
            "  --insecure-allow-sha1      accept signatures made with SHA-1\n"
            "  --insecure-allow-small-rsa accept RSA keys below 2048 bits\n"
            "  --ignore-times             accept expired responses, for archives\n"
            "  --json                     print one JSON object per line, one for each "
            "certificate\n"
            "  --help                     print this help and exit\n"
            "\n"
            "Exit status: 0 verified and good, 1 revoked, 2 unknown, 3 not verified.\n",
    },
#if OCSP_HAVE_CLIENT
    {
        .name = "check",
        .run = check_run,
        .summary = "ask whether certificates are still good",
        .arguments = "[OPTION]... TARGET... | --serial N",
        .help =
            "Ask the responders named in certificates whether the certificates are still good.\n"
            "\n"
            "A TARGET is a certificate file, whose first certificate is checked, a directory of\n"
            "such files, or HOST[:PORT] if there is no such file. An issuer is searched for\n"
            "after the certificate in its file, in the --issuer files, and at the URL in the\n"
            "certificate. For a host, the chain, the name, the staple and the responder's answer\n"
            "are checked.\n"
            "\n"
            "  --issuer FILE              certificates of issuers; may be given several times\n"
            "  --serial N                 also check the certificate of the --issuer with this\n"
            "                             number, as 0x01aa or 01:aa, at --url; may be given\n"
            "                             several times\n"
            "  --hex                      digits without 0x and without colons are hexadecimal\n"
            "  --decimal                  they are decimal\n"
            "  --chain                    also check the other certificates whose issuer is found\n"
            "  --url URL                  ask this responder instead\n"
            "  --hash ALG                 use this hash only for the cert IDs (default: sha256, "
            "then\n"
            "                             sha1 for responders that do not support sha256)\n"
            "  --nonce                    send a nonce, and do not read the cache\n"
            "  --max-age S                how old a response without next update may be\n"
            "                             (default: 86400 seconds; 0: it must have one)\n"
            "  --skew S                   how much clocks may differ (default: 300 seconds)\n"
            "  --trusted-responder FILE   trust this responder as if it were the issuer;\n"
            "                             may be given several times\n"
            "  --insecure-allow-sha1      accept signatures made with SHA-1\n"
            "  --insecure-allow-small-rsa accept RSA keys below 2048 bits\n"
            "  --timeout S                for one exchange (default: 15 seconds)\n"
            "  --connect-timeout S        for one connection (default: 5 seconds)\n"
            "  --proxy URL                use this proxy; \"\" disables it (default: the proxy of "
            "the\n"
            "                             environment)\n"
            "  --no-cache                 do not use the cache\n"
            "  --cache-dir DIR            where answers are cached (default: libocsp in\n"
            "                             $XDG_CACHE_HOME)\n"
            "  --parallel N               how many hosts, and then exchanges, at once (default: "
            "16)\n"
            "  --ca FILE                  for hosts: trust these CAs, not the system's\n"
            "  --starttls PROTOCOL        for hosts: start TLS within smtp, imap, pop3, ldap,\n"
            "                             postgres or ftp\n"
            "  --insecure-no-chain-check  for hosts: verify neither chain nor name\n"
            "  --soft-fail                do not fail if no responder can be reached\n"
            "  --json                     print one JSON object per line, one for each target\n"
            "  --nagios                   print and exit as a Nagios plugin\n"
            "  --prometheus               print a textfile for Prometheus\n"
            "  --help                     print this help and exit\n"
            "\n"
            "Exit status: 0 all verified and good, 1 revoked, 2 unknown, 3 not verified.\n",
    },
    {
        .name = "fetch",
        .run = fetch_run,
        .summary = "write the verified answer about a certificate to a file",
        .arguments = "[OPTION]... --out FILE CERT | --serial N",
        .help =
            "Ask the responders named in a certificate, and write the verified answer.\n"
            "\n"
            "The first certificate in the CERT file is the one to ask about; its issuer is found\n"
            "as by \"ocsp check\". Only a verified answer is written, whatever it says, and it\n"
            "never replaces a newer one.\n"
            "\n"
            "  --out FILE                 write the DER to FILE, as a whole or not at all\n"
            "  --serial N                 ask about the certificate of the --issuer with this\n"
            "                             number, as 0x01aa or 01:aa, at --url\n"
            "  --hex                      digits without 0x and without colons are hexadecimal\n"
            "  --decimal                  they are decimal\n"
            "  --issuer FILE, --url URL, --hash ALG, --nonce, --max-age S, --skew S,\n"
            "  --trusted-responder FILE, --insecure-allow-sha1, --insecure-allow-small-rsa,\n"
            "  --timeout S, --connect-timeout S, --proxy URL, --no-cache, --cache-dir DIR\n"
            "                             as with \"ocsp check\"\n"
            "  --help                     print this help and exit\n"
            "\n"
            "Exit status: 0 all verified and good, 1 revoked, 2 unknown, 3 not verified.\n",
    },
    {
        .name = "staple",
        .run = staple_run,
        .summary = "keep the staples of servers fresh",
        .arguments = "[OPTION]... --config FILE | --cert FILE --out FILE",
        .help =
            "Keep files with OCSP responses fresh, for servers to staple.\n"
            "\n"
            "A staple is replaced halfway through its validity, by an answer that is verified,\n"
            "good and newer. Without such an answer it stays, and ocsp tries again. Runs until\n"
            "SIGTERM or SIGINT; SIGHUP reloads the configuration.\n"
            "\n"
            "  --config FILE              the staples, with these options as settings\n"
            "  --cert FILE                the server's certificate; issuers may follow in it\n"
            "  --out FILE                 where to write the staple (default for nginx: --cert "
            "with\n"
            "                             the ending .der; for haproxy: with .ocsp appended)\n"
            "  --form FORM                der, nginx, haproxy or envoy (default: der)\n"
            "  --haproxy-socket ADDRESS   update the HAProxy at this path or ADDRESS:PORT\n"
            "  --mode OCTAL               mode of the file (default: that of the existing file, "
            "else\n"
            "                             0644)\n"
            "  --owner USER[:GROUP]       its owner (default: that of the existing file)\n"
            "  --reload-hook COMMAND      run this after staples were replaced\n"
            "  --alert-hook COMMAND       run this when a certificate is revoked, or a staple\n"
            "                             cannot be replaced\n"
            "  --metrics FILE             write a textfile for Prometheus\n"
            "  --once                     replace the staples that are due, and exit\n"
            "  --force                    with --once: replace all staples\n"
            "  --issuer FILE, --url URL, --hash ALG, --max-age S, --skew S,\n"
            "  --trusted-responder FILE, --insecure-allow-sha1, --insecure-allow-small-rsa,\n"
            "  --timeout S, --connect-timeout S, --proxy URL, --cache-dir DIR\n"
            "                             as with \"ocsp check\", but no cache is used without\n"
            "                             --cache-dir\n"
            "  --help                     print this help and exit\n"
            "\n"
            "Exit status with --once: 0 all in order, 1 revoked, 2 unknown, 3 not verified.\n",
    },
#endif
};

static const struct program program = {
    .name = "ocsp",
    .usage = "usage: ocsp COMMAND [ARGUMENT...]\n"
             "       ocsp --help | --version\n"
             "\n"
             "Read, build, sign and verify messages of the Online Certificate Status Protocol (RFC "
             "6960).\n"
             "\n",
    .commands = commands,
    .n_commands = sizeof commands / sizeof commands[0],
    .name_width = 10,
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}

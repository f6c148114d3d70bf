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
        .summary = "print requests, responses and what certificates say about OCSP",
        .arguments = "[--json] FILE...",
        .help =
            "Print what is in OCSP requests, OCSP responses and certificates.\n"
            "\n"
            "What a FILE holds is detected: DER, PEM with any number of blocks, base64 or hex.\n"
            "A FILE that is - is standard input. Nothing is verified: what is shown is what\n"
            "the message claims.\n"
            "\n"
            "  --json   print one JSON object a line for each message\n"
            "  --help   print this and end\n",
    },
    {
        .name = "request",
        .run = request_run,
        .summary = "build a request about certificates",
        .arguments = "[OPTION]... CERT...",
        .help =
            "Build an OCSP request that asks about each CERT.\n"
            "\n"
            "The first certificate in a CERT file is the one asked about. Its issuer is looked\n"
            "for in the --issuer files and behind the first certificate of the CERT files, so\n"
            "that a server's chain needs no --issuer. Files may be DER, PEM, base64 or hex, and\n"
            "- is standard input.\n"
            "\n"
            "  --issuer FILE           certificates of issuers; may be given several times\n"
            "  --hash ALG              sha1, sha224, sha256, sha384 or sha512 (default: sha256);\n"
            "                          some old responders know only sha1\n"
            "  --nonce[=HEX]           add a nonce: 32 random octets, or 1 to 128 given in hex\n"
            "  --sign                  sign the request, with a --signer and a --key\n"
            "  --signer FILE           the signer's certificate, which goes into the request\n"
            "  --key FILE              its private key: PEM, DER or PKCS #12, or a URI\n"
            "  --passphrase-file FILE  the key's passphrase is the first line of FILE\n"
            "                          (default: it is asked for on the terminal)\n"
            "  --digest ALG            hash of the signature: sha224, sha256, sha384 or sha512\n"
            "                          (default: what fits the key)\n"
            "  --pss                   sign with RSASSA-PSS\n"
            "  --out FILE              write the DER to FILE, which appears whole or not at all\n"
            "                          (default, and -: standard output; base64 if that is a\n"
            "                          terminal)\n"
            "  --help                  print this and end\n",
    },
    {
        .name = "respond",
        .run = respond_run,
        .summary = "build and sign a response",
        .arguments = "[OPTION]... --status STATUS --cert FILE | --serial N | --request FILE",
        .help =
            "Build one response and sign it.\n"
            "\n"
            "It speaks of the first certificate in the --cert file, or of the one with the\n"
            "--serial number, or of each that the --request asks about; a nonce in the request\n"
            "comes back. The signer must be the issuer itself, or have a certificate from it for\n"
            "signing responses. What was made is verified before it is written. Files may be DER,\n"
            "PEM, base64 or hex, and - is standard input.\n"
            "\n"
            "  --issuer FILE           the issuer's certificate, the first in FILE\n"
            "  --signer FILE           the signer's certificate, the first in FILE\n"
            "                          (default: the issuer itself signs)\n"
            "  --key FILE              the signer's private key: PEM, DER or PKCS #12, or a URI\n"
            "  --passphrase-file FILE  the key's passphrase is the first line of FILE\n"
            "                          (default: it is asked for on the terminal)\n"
            "  --status STATUS         good, revoked or unknown\n"
            "  --revoked-at TIME       since when it is revoked\n"
            "  --reason REASON         why, for instance keyCompromise (RFC 5280 5.3.1)\n"
            "  --produced-at TIME      when the response was signed, as 2024-04-03T12:00:00Z or\n"
            "                          as seconds since 1970 (default: now)\n"
            "  --this-update TIME      since when it is right (default: when it was signed)\n"
            "  --next-update TIME      when there will be a newer one, or none for not saying so\n"
            "                          (default: a day after this update, or when the signer's\n"
            "                          certificate ends)\n"
            "  --by-name               name the signer by its name instead of its key\n"
            "  --hash ALG              hash of the cert ID: sha1, sha224, sha256, sha384 or\n"
            "                          sha512 (default: sha256)\n"
            "  --digest ALG            hash of the signature: sha224, sha256, sha384 or sha512\n"
            "                          (default: what fits the key)\n"
            "  --pss                   sign with RSASSA-PSS\n"
            "  --no-certs              leave the signer's certificate out\n"
            "  --cert FILE             the certificate\n"
            "  --serial N              its number: decimal, or hex as 0x01aa or 01:aa\n"
            "  --request FILE          the request to answer\n"
            "  --out FILE              write the DER to FILE, which appears whole or not at all\n"
            "                          (default, and -: standard output; base64 if that is a\n"
            "                          terminal)\n"
            "  --help                  print this and end\n",
    },
    {
        .name = "verify",
        .run = verify_run,
        .summary = "say whether to believe a response, and what it says",
        .arguments = "[OPTION]... --cert FILE | --serial N | --request FILE RESPONSE",
        .help =
            "Verify a RESPONSE about a certificate, and say what it says.\n"
            "\n"
            "The certificate in question is the first in the --cert file, or has the --serial\n"
            "number, or is each that the --request asks about. Its issuer is looked for in the\n"
            "--issuer files and behind the certificate in the --cert file; it is believed as\n"
            "given. Files may be DER, PEM, base64 or hex, and - is standard input.\n"
            "\n"
            "  --issuer FILE              certificates of issuers; may be given several times\n"
            "  --cert FILE                the certificate, and others that may be its issuer\n"
            "  --serial N                 its number: decimal, or hex as 0x01aa or 01:aa\n"
            "  --request FILE             the request that was sent, with its nonce\n"
            "  --at TIME                  judge by this time, as 2024-04-03T12:00:00Z or as\n"
            "                             seconds since 1970 (default: now)\n"
            "  --max-age S                how old a response without next update may be\n"
            "                             (default: 86400 seconds; 0: it must have one)\n"
            "  --skew S                   how much clocks may differ (default: 300 seconds)\n"
            "  --nonce HEX                the nonce that was sent, which must come back\n"
            "  --allow-missing-nonce      the nonce that was sent need not come back\n"
            "  --trusted-responder FILE   believe this responder as if it were the issuer;\n"
            "                             may be given several times\n"
            "  --insecure-allow-sha1      accept signatures made with SHA-1\n"
            "  --insecure-allow-small-rsa accept RSA keys below 2048 bits\n"
            "  --ignore-times             accept what is out of date, for archives\n"
            "  --json                     print one JSON object a line for each certificate\n"
            "  --help                     print this and end\n"
            "\n"
            "Exit status: 0 verified and good, 1 revoked, 2 unknown, 3 could not be verified.\n",
    },
#if OCSP_HAVE_CLIENT
    {
        .name = "check",
        .run = check_run,
        .summary = "ask whether certificates are still good",
        .arguments = "[OPTION]... TARGET...",
        .help =
            "Ask the responders that certificates name whether they are still good.\n"
            "\n"
            "A TARGET is a certificate file, whose first certificate is checked, a directory of\n"
            "them, or HOST[:PORT] if there is no such file. An issuer is looked for behind the\n"
            "certificate in its file, in the --issuer files, and where the certificate says it\n"
            "is. Of a host the chain, the name, the staple and the responder's answer are "
            "checked.\n"
            "\n"
            "  --issuer FILE              certificates of issuers; may be given several times\n"
            "  --chain                    check every certificate whose issuer is there, too\n"
            "  --url URL                  ask this responder instead\n"
            "  --hash ALG                 hash of the cert IDs, and no other (default: sha256,\n"
            "                             and sha1 for responders that do not know that)\n"
            "  --nonce                    send a nonce, and read no cache\n"
            "  --max-age S                how old a response without next update may be\n"
            "                             (default: 86400 seconds; 0: it must have one)\n"
            "  --skew S                   how much clocks may differ (default: 300 seconds)\n"
            "  --trusted-responder FILE   believe this responder as if it were the issuer;\n"
            "                             may be given several times\n"
            "  --insecure-allow-sha1      accept signatures made with SHA-1\n"
            "  --insecure-allow-small-rsa accept RSA keys below 2048 bits\n"
            "  --timeout S                for one exchange (default: 15 seconds)\n"
            "  --connect-timeout S        for one connection (default: 5 seconds)\n"
            "  --proxy URL                ask through this proxy; \"\" is none (default: that of\n"
            "                             the environment)\n"
            "  --no-cache                 neither read nor keep answers\n"
            "  --cache-dir DIR            where answers are kept (default: libocsp in\n"
            "                             $XDG_CACHE_HOME)\n"
            "  --parallel N               hosts, and then exchanges, at once (default: 16)\n"
            "  --ca FILE                  for hosts: trust these CAs, not the system's\n"
            "  --starttls PROTOCOL        for hosts: smtp, imap, pop3, ldap, postgres or ftp "
            "comes\n"
            "                             first\n"
            "  --insecure-no-chain-check  for hosts: verify neither chain nor name\n"
            "  --soft-fail                do not count that no responder could be reached\n"
            "  --json                     print one JSON object a line for each target\n"
            "  --nagios                   be a plugin of Nagios, with its exit statuses\n"
            "  --prometheus               print a textfile for Prometheus\n"
            "  --help                     print this and end\n"
            "\n"
            "Exit status: 0 all verified and good, 1 revoked, 2 unknown, 3 could not be "
            "verified.\n",
    },
    {
        .name = "fetch",
        .run = fetch_run,
        .summary = "write the verified answer about a certificate to a file",
        .arguments = "[OPTION]... --out FILE CERT",
        .help =
            "Ask the responders that a certificate names, and write the verified answer.\n"
            "\n"
            "The first certificate in the CERT file is the one asked about; its issuer is found "
            "as\n"
            "\"ocsp check\" does. Only an answer that is verified is written, whatever it says,\n"
            "and never in place of a newer one.\n"
            "\n"
            "  --out FILE                 write the DER to FILE, which appears whole or not at "
            "all\n"
            "  --issuer FILE, --url URL, --hash ALG, --nonce, --max-age S, --skew S,\n"
            "  --trusted-responder FILE, --insecure-allow-sha1, --insecure-allow-small-rsa,\n"
            "  --timeout S, --connect-timeout S, --proxy URL, --no-cache, --cache-dir DIR\n"
            "                             as with \"ocsp check\"\n"
            "  --help                     print this and end\n"
            "\n"
            "Exit status: 0 all verified and good, 1 revoked, 2 unknown, 3 could not be "
            "verified.\n",
    },
    {
        .name = "staple",
        .run = staple_run,
        .summary = "keep the staples of servers fresh",
        .arguments = "[OPTION]... --config FILE | --cert FILE --out FILE",
        .help =
            "Keep files with OCSP responses fresh, for servers to staple.\n"
            "\n"
            "A staple is replaced in the middle of its validity, by an answer that is verified,\n"
            "says good and is newer. When none comes, the one that is there stays, and it is "
            "tried\n"
            "again. Runs until it is ended; SIGHUP reads the configuration again.\n"
            "\n"
            "  --config FILE              the staples, and the options here as settings\n"
            "  --cert FILE                the server's certificate; issuers may follow in it\n"
            "  --out FILE                 where the staple goes (default for nginx: the\n"
            "                             certificate's name with .der, for haproxy: with .ocsp\n"
            "                             added)\n"
            "  --form FORM                der, nginx, haproxy or envoy (default: der)\n"
            "  --haproxy-socket ADDRESS   tell the HAProxy at this path or ADDRESS:PORT\n"
            "  --mode OCTAL               mode of the file (default: that of the one there, else\n"
            "                             0644)\n"
            "  --owner USER[:GROUP]       its owner (default: that of the one there)\n"
            "  --reload-hook COMMAND      run this when staples were replaced\n"
            "  --alert-hook COMMAND       run this when a certificate is revoked, or a staple\n"
            "                             cannot be replaced\n"
            "  --metrics FILE             write a textfile for Prometheus\n"
            "  --once                     replace what is due, and end\n"
            "  --force                    with --once: replace all\n"
            "  --issuer FILE, --url URL, --hash ALG, --max-age S, --skew S,\n"
            "  --trusted-responder FILE, --insecure-allow-sha1, --insecure-allow-small-rsa,\n"
            "  --timeout S, --connect-timeout S, --proxy URL, --cache-dir DIR\n"
            "                             as with \"ocsp check\", but no cache is used without\n"
            "                             --cache-dir\n"
            "  --help                     print this and end\n"
            "\n"
            "Exit status with --once: 0 all in order, 1 revoked, 2 unknown, 3 could not be "
            "verified.\n",
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

// SPDX-License-Identifier: MIT
//
// The table of the commands, with their help.
#include "command/table.h"

#include "command/change.h"
#include "command/check_config.h"
#include "command/compare.h"
#include "command/import.h"
#include "command/init.h"
#include "command/quickstart.h"
#include "command/serve.h"
#include "command/show.h"
#include "config/config.h"

#define CONFIG "  --config FILE    the configuration (default: " CONFIG_FILE ")\n"
#define ISSUER "  --issuer NAME    the issuer; needed if the configuration has several\n"
#define HELP "  --help           print this help and exit\n"
#define SERIAL                                                                                     \
    "A SERIAL is written as 0x01aa or 01:aa, or as -0x2a if it is negative. Digits alone may be\n" \
    "hexadecimal or decimal, and are rejected without --hex or --decimal.\n"
#define BASE                                                                                       \
    "  --hex            digits without 0x and without colons are hexadecimal\n"                    \
    "  --decimal        they are decimal\n"
#define SERIALS                                                                                    \
    SERIAL "\n"                                                                                    \
           "- reads serial numbers from the lines of standard input, except for empty lines and\n" \
           "those that begin with #. Standard input is read to its end first, and rejected if\n"   \
           "the last line has no line feed: it could be the beginning of a longer number.\n"       \
           "\n"                                                                                    \
           "All certificates are changed, or none. A line for each says what was done.\n"

static const struct command commands[] = {
    {
        .name = "serve",
        .run = serve_run,
        .summary = "answer requests; the default command",
        .arguments = "[--config FILE]",
        .help = "Answer OCSP requests until SIGTERM or SIGINT, in the foreground.\n"
                "\n"
                "SIGHUP reloads the configuration. Log lines go to standard error.\n"
                "\n" CONFIG HELP,
    },
    {
        .name = "check-config",
        .run = check_config_run,
        .summary = "check the configuration",
        .arguments = "[--config FILE] [--reload]",
        .help =
            "Read the configuration, load the signers with their keys, and open the sources\n"
            "of the statuses, as \"ocspd serve\" would, with the rights of the user that it\n"
            "would run as. Nothing is served.\n"
            "\n"
            "It also prints which signers and sources have expired or soon will, and what is\n"
            "odd or missing in sources.\n"
            "\n"
            "  --reload         succeed if a reload would, even if sources have expired\n" CONFIG
                HELP "\n"
            "Exit status: 0 valid, 69 a source has expired or is not yet valid, or an issuer\n"
            "has no valid signer, 78 invalid.\n",
    },
    {
        .name = "quickstart",
        .run = quickstart_run,
        .summary = "create all that is needed to try ocspd out with a CA",
        .arguments = "--ca FILE --key FILE [OPTION]...",
        .help =
            "Create a directory with a database, a signer, and a configuration.\n"
            "\n"
            "The signer gets a new key (P-256) and a certificate for signing responses, issued\n"
            "with the CA's key and valid for 90 days. The CA's key is not needed after that.\n"
            "Nothing is overwritten.\n"
            "\n"
            "  --ca FILE               the CA's certificate\n"
            "  --key FILE              the CA's private key\n"
            "  --passphrase-file FILE  the key's passphrase is the first line of FILE\n"
            "                          (default: it is asked for on the terminal)\n"
            "  --dir DIR               the directory (default: ocspd)\n"
            "  --listen ADDRESS        where to answer requests (default: 127.0.0.1:2560)\n"
            "  --admin-listen ADDRESS  where to serve metrics (default: 127.0.0.1:2561)\n"
            "  --help                  print this help and exit\n",
    },
    {
        .name = "init",
        .run = init_run,
        .summary = "create the database",
        .arguments = "[--config FILE]",
        .help = "Create the database that the configuration names. It must not exist yet.\n"
                "\n"
                "If started as root, it gives the database to the user that the configuration\n"
                "names. That user must also be able to write to its directory.\n"
                "\n" CONFIG HELP,
    },
    {
        .name = "import",
        .run = import_run,
        .summary = "import certificates from an index, a CRL or a CSV file",
        .arguments = "[OPTION]... --index FILE | --crl FILE | --csv FILE",
        .help =
            "Import the certificates of a FILE into the database.\n"
            "\n"
            "The whole file is checked first: if a line is wrong, nothing is imported, and up to\n"
            "ten of the wrong lines are shown. Then the certificates are written in batches, so\n"
            "that others can write in between. If that is interrupted, --resume continues where "
            "it\n"
            "stopped; without it the import starts again, which does no harm. A running ocspd\n"
            "answers with the changes within a second.\n"
            "\n"
            "Revocations are never cancelled. A line that contradicts one (good, another time, or\n"
            "a reason that is not worse, see \"ocspd revoke\") is reported and ignored; the rest\n"
            "is imported, and the exit status is 65. Revocation dates in the future are rejected,\n"
            "except in a CRL.\n"
            "\n"
            "  --index FILE     OpenSSL's index.txt\n"
            "  --crl FILE       a CRL of the issuer, in DER or PEM; its certificates count as\n"
            "                   issued\n"
            "  --csv FILE       values separated by commas, semicolons or tabs, as spreadsheets\n"
            "                   write them; the first line names the columns, in any order:\n"
            "                   serial and status (good or revoked), and optionally revoked-at,\n"
            "                   reason and expires; others are ignored. Times are written like\n"
            "                   2024-04-03T12:00:00Z or 2024-04-03, or as seconds since 1970\n"
            "  --hex            serial numbers in a CSV file without 0x and without colons are\n"
            "                   hexadecimal\n"
            "  --decimal        they are decimal\n"
            "  --date-format F  times in a CSV file have the format F of strptime(3), in UTC:\n"
            "                   %d/%m/%Y for instance\n"
            "  --resume         continue the import that was interrupted, of the same FILE\n"
            "  --expired        import a CRL although its nextUpdate has passed\n" CONFIG ISSUER
                HELP "\n"
            "A FILE of - is standard input, for --index and --csv.\n",
    },
    {
        .name = "issue",
        .run = issue_run,
        .summary = "record that certificates were issued",
        .arguments = "[OPTION]... SERIAL...",
        .help = "Record that the certificates with these serial numbers were issued: they are\n"
                "good from now on. Certificates that are known already keep their status.\n"
                "\n" SERIALS "\n"
                "  --expires TIME   when they expire, as 2024-04-03T12:00:00Z or as seconds since\n"
                "                   1970\n" BASE CONFIG ISSUER HELP,
    },
    {
        .name = "revoke",
        .run = revoke_run,
        .summary = "revoke certificates",
        .arguments = "[OPTION]... --reason REASON SERIAL...",
        .help =
            "Revoke the certificates with these serial numbers. A running ocspd answers that they\n"
            "are revoked within a second.\n"
            "\n" SERIALS "\n"
            "A revoked certificate can be revoked again only for a worse reason: any is worse\n"
            "than certificateHold, and each of the compromises is worse than the others. The time\n"
            "of revocation stays, or becomes an earlier one. Repeating a revocation changes\n"
            "nothing; anything else is refused.\n"
            "\n"
            "  --reason REASON  unspecified, keyCompromise, cACompromise, affiliationChanged,\n"
            "                   superseded, cessationOfOperation, certificateHold,\n"
            "                   privilegeWithdrawn or aACompromise\n"
            "  --at TIME        when they were revoked, as 2024-04-03T12:00:00Z or as seconds\n"
            "                   since 1970; not in the future (default: now)\n"
            "  --issue          also revoke certificates that were never recorded as "
            "issued\n" BASE CONFIG ISSUER HELP,
    },
    {
        .name = "unrevoke",
        .run = unrevoke_run,
        .summary = "release certificates from hold",
        .arguments = "[OPTION]... SERIAL...",
        .help = "Make certificates good again that are revoked with the reason certificateHold.\n"
                "All other revocations are permanent.\n"
                "\n" SERIALS "\n" BASE CONFIG ISSUER HELP,
    },
    {
        .name = "remove",
        .run = remove_run,
        .summary = "take back certificates that were recorded by mistake",
        .arguments = "[OPTION]... SERIAL...",
        .help = "Remove the records of certificates, which then count as never issued. A running\n"
                "ocspd answers so within a second. A revoked certificate cannot be removed.\n"
                "\n" SERIALS "\n" BASE CONFIG ISSUER HELP,
    },
    {
        .name = "compare",
        .run = compare_run,
        .summary = "compare the database with the CA's own list",
        .arguments = "[OPTION]... --crl FILE | --index FILE",
        .help =
            "Print a line for each certificate of which the database says something else than\n"
            "the CA's own list: revoked in one of them only, or at another time, or for another\n"
            "reason; and for an index, also known to one of them only. A certificate that had\n"
            "expired when a CRL was made need not be in it.\n"
            "\n"
            "  --crl FILE       a CRL of the issuer, in DER or PEM\n"
            "  --index FILE     OpenSSL's index.txt\n"
            "  --expired        compare with a CRL although its nextUpdate has passed\n"
            "  --json           print one JSON object per line\n" CONFIG ISSUER HELP "\n"
            "Exit status: 0 the same, 1 different, 64 and above an error.\n",
    },
    {
        .name = "list",
        .run = list_run,
        .summary = "print the known certificates",
        .arguments = "[OPTION]...",
        .help = "Print each certificate that the issuer's source knows: its serial number, its\n"
                "status, when and why it was revoked, and when it expires.\n"
                "\n"
                "  --revoked        print revoked certificates only\n"
                "  --json           print one JSON object per line\n" CONFIG ISSUER HELP,
    },
    {
        .name = "status",
        .run = status_run,
        .summary = "print the status of one certificate, or of all sources",
        .arguments = "[OPTION]... [SERIAL]",
        .help = "Print what the issuer's source knows about a certificate. Without SERIAL, print\n"
                "the condition of the source of each issuer: its files, its times, and its rows.\n"
                "\n" SERIAL "\n"
                "  --json           print JSON, one object per line\n" BASE CONFIG ISSUER HELP "\n"
                "Exit status: 0 good, 1 revoked, 2 not issued, 64 and above an error; without\n"
                "SERIAL, 69 if a source has expired, is not yet valid, or cannot be read.\n",
    },
};

const struct program ocspd_program = {
    .name = "ocspd",
    .usage = "usage: ocspd [COMMAND] [ARGUMENT...]\n"
             "       ocspd --help | --version\n"
             "\n"
             "Answer requests of the Online Certificate Status Protocol (RFC 6960).\n"
             "\n",
    .commands = commands,
    .n_commands = sizeof commands / sizeof commands[0],
    .name_width = 14,
    .fallback = &commands[0],
};

// SPDX-License-Identifier: MIT
//
// The table of the commands, with their help.
#include "command/table.h"

#include "command/change.h"
#include "command/check_config.h"
#include "command/import.h"
#include "command/init.h"
#include "command/quickstart.h"
#include "command/serve.h"
#include "command/show.h"
#include "config/config.h"

#define COMMON                                                                                     \
    "  --config FILE    the configuration (default: " CONFIG_FILE ")\n"                            \
    "  --issuer NAME    the issuer, when the configuration has several\n"
#define END "  --help           print this and end\n"
#define SERIALS                                                                                    \
    "A SERIAL is decimal, or hex as 0x01aa or 01:aa, or - for those in the lines of\n"             \
    "standard input, without empty ones and those that begin with #. It is read to its end\n"      \
    "first, and refused if its last line is not ended: a part of a number is another number.\n"    \
    "All are changed, or none.\n"

static const struct command commands[] = {
    {
        .name = "serve",
        .run = serve_run,
        .summary = "answer requests; this is also what happens without a command",
        .arguments = "[--config FILE]",
        .help =
            "Answer OCSP requests until SIGTERM or SIGINT, in the foreground.\n"
            "\n"
            "SIGHUP reads the configuration again. Lines about what happens go to standard error.\n"
            "\n"
            "  --config FILE  the configuration (default: " CONFIG_FILE ")\n"
            "  --help         print this and end\n",
    },
    {
        .name = "check-config",
        .run = check_config_run,
        .summary = "say whether the configuration is right",
        .arguments = "[--config FILE]",
        .help =
            "Read the configuration, load the signers with their keys, and open what the statuses\n"
            "come from, as \"ocspd serve\" does, with the rights of the user who would serve.\n"
            "Nothing is served.\n"
            "\n"
            "  --config FILE  the configuration (default: " CONFIG_FILE ")\n"
            "  --help         print this and end\n",
    },
    {
        .name = "quickstart",
        .run = quickstart_run,
        .summary = "make all that is needed to try ocspd out with a CA",
        .arguments = "--ca FILE --key FILE [OPTION]...",
        .help =
            "Make a folder with a database, a signer, and a configuration.\n"
            "\n"
            "The signer has a new key (P-256), and a certificate for signing responses for 90 "
            "days,\n"
            "issued by the CA's key. That key is used for this once, and is not needed to serve.\n"
            "Nothing is overwritten.\n"
            "\n"
            "  --ca FILE               the CA's certificate\n"
            "  --key FILE              the CA's private key\n"
            "  --passphrase-file FILE  the key's passphrase is the first line of FILE\n"
            "                          (default: it is asked for on the terminal)\n"
            "  --dir DIR               the folder (default: ocspd)\n"
            "  --listen ADDRESS        where to answer (default: 127.0.0.1:2560)\n"
            "  --admin-listen ADDRESS  where to give metrics (default: 127.0.0.1:2561)\n"
            "  --help                  print this and end\n",
    },
    {
        .name = "init",
        .run = init_run,
        .summary = "make the database",
        .arguments = "[--config FILE]",
        .help = "Make the database that the configuration names. It must not be there yet.\n"
                "\n"
                "Started as root, it is given to the user that the configuration names, who must\n"
                "also be able to write to its directory.\n"
                "\n"
                "  --config FILE    the configuration (default: " CONFIG_FILE ")\n" END,
    },
    {
        .name = "import",
        .run = import_run,
        .summary = "take certificates from an index, a CRL or a CSV file",
        .arguments = "[OPTION]... --index FILE | --crl FILE | --csv FILE",
        .help =
            "Put the certificates of a FILE into the database.\n"
            "\n"
            "A line that cannot be read ends the import: what stands before it is imported. When\n"
            "an import has ended early, for whatever reason, the same command goes on where it\n"
            "was, if the file is the same up to there; otherwise it begins again, which does no\n"
            "harm. A running ocspd takes the changes within a second.\n"
            "\n"
            "What is revoked stays so: a file that says good about it, or gives another time, or\n"
            "a reason that is not worse, is told of and not followed (see \"ocspd revoke\"); all\n"
            "else is imported, and the exit status is 65. A revocation in the future is no line\n"
            "that can be read; that of a CRL counts.\n"
            "\n"
            "  --index FILE     OpenSSL's index.txt\n"
            "  --crl FILE       a CRL of the issuer, in DER or PEM; what is in it was issued\n"
            "  --csv FILE       lines of values with commas between them, under a first line with\n"
            "                   their names: serial, status (good or revoked), revoked-at, "
            "reason,\n"
            "                   expires; times as 2024-04-03T12:00:00Z or seconds since 1970.\n"
            "                   serial and status must be there, in any order\n" COMMON END,
    },
    {
        .name = "issue",
        .run = issue_run,
        .summary = "say that certificates were issued",
        .arguments = "[OPTION]... SERIAL...",
        .help = "Say that the certificates with these serial numbers were issued: they are good\n"
                "from now on. Those that are there already stay as they are.\n"
                "\n" SERIALS "\n"
                "  --expires TIME   when they end, as 2024-04-03T12:00:00Z or as seconds since "
                "1970\n" COMMON END,
    },
    {
        .name = "revoke",
        .run = revoke_run,
        .summary = "revoke certificates",
        .arguments = "[OPTION]... --reason REASON SERIAL...",
        .help = "Revoke the certificates with these serial numbers. A running ocspd says so\n"
                "within a second.\n"
                "\n" SERIALS "\n"
                "What is revoked already can be revoked again only for a worse reason: any after\n"
                "certificateHold, and one of the compromises after any other. The time stays, or\n"
                "becomes an earlier one. To say the same again does nothing; all else is refused.\n"
                "\n"
                "  --reason REASON  why: unspecified, keyCompromise, cACompromise,\n"
                "                   affiliationChanged, superseded, cessationOfOperation,\n"
                "                   certificateHold, privilegeWithdrawn or aACompromise\n"
                "  --at TIME        since when, as 2024-04-03T12:00:00Z or as seconds since 1970;\n"
                "                   not in the future (default: now)\n"
                "  --issue          revoke also what was never said to be issued\n" COMMON END,
    },
    {
        .name = "unrevoke",
        .run = unrevoke_run,
        .summary = "take certificates off hold",
        .arguments = "[OPTION]... SERIAL...",
        .help = "Make certificates good again that are revoked with the reason certificateHold.\n"
                "Any other revocation is for ever.\n"
                "\n" SERIALS "\n" COMMON END,
    },
    {
        .name = "list",
        .run = list_run,
        .summary = "print the certificates that are known",
        .arguments = "[OPTION]...",
        .help = "Print each certificate that the issuer's source knows: its serial number, its\n"
                "status, since when and why it is revoked, and when it ends.\n"
                "\n"
                "  --revoked        only those that are revoked\n"
                "  --json           print one JSON object a line\n" COMMON END,
    },
    {
        .name = "status",
        .run = status_run,
        .summary = "print what is known of one certificate",
        .arguments = "[OPTION]... SERIAL",
        .help = "Print what the issuer's source knows of a certificate.\n"
                "\n"
                "  --json           print a JSON object\n" COMMON END "\n"
                "Exit status: 0 good, 1 revoked, 2 not issued, 64 and above an error.\n",
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

// SPDX-License-Identifier: MIT
//
// The configuration file: every default, every bound, and the whole error line for each fault.
#include "config/load.h"
#include "config/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

// struct text is a valid configuration with additions: `global` in line 2, `issuer` in line 5,
// `signer` in line 8, `tail` in line 11. `whole` replaces all of it.
struct text {
    const char *whole;
    const char *global;
    const char *issuer;
    const char *signer;
    const char *tail;
};

static const char *or_nothing(const char *text)
{
    return text != NULL ? text : "";
}

static struct config *parse(const struct text *text, char *why, size_t size)
{
    char all[8192];
    int len = snprintf(all, sizeof all,
                       "database = \"db\"\n"
                       "%s\n"
                       "issuer \"a\" {\n"
                       "    certificate = \"a.pem\"\n"
                       "%s\n"
                       "    signer \"s\" {\n"
                       "        key = \"s.key\"\n"
                       "%s\n"
                       "    }\n"
                       "}\n"
                       "%s\n",
                       or_nothing(text->global), or_nothing(text->issuer), or_nothing(text->signer),
                       or_nothing(text->tail));
    assert_in_range(len, 1, sizeof all - 1);
    why[0] = '\0';
    return config_parse("x.conf", text->whole != NULL ? text->whole : all, why, size);
}

static struct config *parse_valid(const struct text *text)
{
    char why[1024];
    struct config *config = parse(text, why, sizeof why);
    assert_string_equal(why, "");
    assert_non_null(config);
    return config;
}

static void expect_refusal(const struct text *text, const char *expected)
{
    char why[1024];
    assert_null(parse(text, why, sizeof why));
    assert_string_equal(why, expected);
    // An error leaves nothing behind for the next file.
    config_free(parse_valid(&(struct text){0}));
}

static void defaults(void **state)
{
    (void)state;
    struct config *config = parse_valid(&(struct text){0});
    assert_string_equal(config->file, "x.conf");
    assert_int_equal(config->n_listen, 1);
    assert_string_equal(config->listen[0], "127.0.0.1:2560");
    assert_string_equal(config->admin_listen, "127.0.0.1:2561");
    assert_int_equal(config->n_prefixes, 1);
    assert_string_equal(config->prefixes[0], "");
    assert_null(config->user);
    assert_true(config->seccomp);
    assert_int_equal(config->n_threads, 0);
    assert_int_equal(config->n_signer_threads, 0);
    assert_int_equal(config->sign_queue, 1024);
    assert_int_equal(config->cache_size, 256 << 20);
    assert_int_equal(config->max_connections, 10000);
    assert_int_equal(config->max_connections_per_address, 1250);
    assert_int_equal(config->max_request, 8192);
    assert_int_equal(config->max_header, 8192);
    assert_int_equal(config->idle_timeout, 30);
    assert_int_equal(config->request_timeout, 10);
    assert_int_equal(config->drain_timeout, 30);
    assert_int_equal(config->signer_warning, 7 * 86400);
    assert_int_equal(config->source_warning, 12 * 3600);
    assert_int_equal(config->log, LOG_TEXT);
    assert_int_equal(config->access_log_sample, 0);
    config_free(config);
}

static void path_prefixes(void **state)
{
    static const char *const expected[] = {"ica1/sub", "ocsp", "ica1", "MQ/b", "MA"};
    (void)state;
    struct config *config = parse_valid(
        &(struct text){.global = "path-prefix = {/ocsp, \"/ica1/sub\"}",
                       .issuer = "path-prefix = {/ica1, \"//ocsp//\", /ica1/, /MA, \"/MQ/b\"}"});
    assert_int_equal(config->n_prefixes, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(config->prefixes[i], expected[i]);
    config_free(config);
    // Those of an issuer are added to the root.
}

// The same prefix again does not count.
static void number_of_path_prefixes(void **state)
{
    char why[1024];
    (void)state;
    for (size_t n = 63; n <= 64; n++) {
        char list[4096] = "path-prefix = {\"\"";
        size_t len = strlen(list);
        for (size_t i = 0; i < 2 * n; i++)
            len += (size_t)snprintf(list + len, sizeof list - len, ", /x%zu", i % n);
        snprintf(list + len, sizeof list - len, "}");
        struct config *config = parse(&(struct text){.issuer = list}, why, sizeof why);
        assert_string_equal(why, n == 63 ? ""
                                         : "x.conf:5: more than 64 different prefixes in "
                                           "path-prefix");
        assert_true((config != NULL) == (n == 63));
        config_free(config);
    }
}

static void connections_of_one_address(void **state)
{
    static const struct {
        const char *text;
        size_t n;
    } cases[] = {
        {"max-connections = 80", 10},
        {"max-connections = 1", 1},
        {"max-connections = 9", 2},
        {"max-connections = 1000000", 125000},
        {"max-connections-per-address = 0", 0},
        {"max-connections = 80 max-connections-per-address = 80", 80},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config *config = parse_valid(&(struct text){.global = cases[i].text});
        assert_int_equal(config->max_connections_per_address, cases[i].n);
        config_free(config);
    }
}

static void issuer_defaults(void **state)
{
    (void)state;
    struct config *config = parse_valid(&(struct text){0});
    assert_int_equal(config->n_issuers, 1);
    const struct issuer_config *issuer = &config->issuers[0];
    assert_string_equal(issuer->name, "a");
    assert_string_equal(issuer->certificate, "a.pem");
    assert_int_equal(issuer->source, SOURCE_DATABASE);
    assert_int_equal(issuer->n_source_files, 0);
    assert_false(issuer->insecure_good_if_not_revoked);
    assert_int_equal(issuer->unknown, UNKNOWN_UNKNOWN);
    assert_int_equal(issuer->nonce, NONCE_LIVE);
    assert_int_equal(issuer->validity, 86400);
    assert_int_equal(issuer->max_age, 3600);
    assert_false(issuer->by_name);
    assert_int_equal(issuer->n_signers, 1);
    assert_string_equal(issuer->signers[0].name, "s");
    assert_null(issuer->signers[0].certificate);
    assert_string_equal(issuer->signers[0].key, "s.key");
    assert_null(issuer->signers[0].passphrase_file);
    assert_true(issuer->signers[0].include_certificate);
    config_free(config);
}

static void all_settings(void **state)
{
    (void)state;
    struct config *config = parse_valid(&(struct text){
        .global = "listen = {\"*:80\", \"[::1]:81\", \"unix:/run/x,mode=0600\", systemd}\n"
                  "admin-listen = \"\" path-prefix = /ocsp user = nobody seccomp = no threads = 4\n"
                  "signer-threads = 2 sign-queue = 7 cache-size = 1G max-connections = 5\n"
                  "max-connections-per-address = 5 max-request = 256 max-header = 2K\n"
                  "idle-timeout = 2m request-timeout = 7 drain-timeout = 0 signer-warning = 2w\n"
                  "source-warning = 30m "
                  "log = json access-log-sample = 100",
        .issuer = "unknown-serial = revoked nonce = required validity = 2h max-age = 120m\n"
                  "by-name = on source = index source-file = 'in dex'",
        .signer = "certificate = s.pem passphrase-file = pass include-certificate = false",
    });
    assert_int_equal(config->n_listen, 4);
    assert_string_equal(config->listen[2], "unix:/run/x,mode=0600");
    assert_string_equal(config->listen[3], "systemd");
    assert_null(config->admin_listen);
    assert_int_equal(config->n_prefixes, 1);
    assert_string_equal(config->prefixes[0], "ocsp");
    assert_string_equal(config->user, "nobody");
    assert_false(config->seccomp);
    assert_int_equal(config->cache_size, 1 << 30);
    assert_int_equal(config->idle_timeout, 120);
    assert_int_equal(config->drain_timeout, 0);
    assert_int_equal(config->signer_warning, 14 * 86400);
    assert_int_equal(config->source_warning, 1800);
    assert_int_equal(config->log, LOG_JSON);
    const struct issuer_config *issuer = &config->issuers[0];
    assert_int_equal(issuer->unknown, UNKNOWN_REVOKED);
    assert_int_equal(issuer->nonce, NONCE_REQUIRED);
    assert_int_equal(issuer->max_age, 7200);
    assert_true(issuer->by_name);
    assert_int_equal(issuer->source, SOURCE_INDEX);
    assert_string_equal(issuer->source_files[0], "in dex");
    assert_string_equal(issuer->signers[0].passphrase_file, "pass");
    assert_false(issuer->signers[0].include_certificate);
    config_free(config);
}

static void paths_are_relative_to_the_file(void **state)
{
    (void)state;
    char why[1024];
    struct config *config =
        config_parse("/etc/ocspd/x.conf",
                     "database = db/x listen = {\"unix:sock\"}\n"
                     "issuer a { certificate = /a.pem\n"
                     "signer s { certificate = ../s.pem key = \"pkcs11:object=s\" }\n"
                     "signer t { key = \"./pkcs11:t\" } }\n",
                     why, sizeof why);
    assert_non_null(config);
    assert_string_equal(config->database, "/etc/ocspd/db/x");
    assert_string_equal(config->listen[0], "unix:/etc/ocspd/sock");
    assert_string_equal(config->issuers[0].certificate, "/a.pem");
    assert_string_equal(config->issuers[0].signers[0].certificate, "/etc/ocspd/../s.pem");
    assert_string_equal(config->issuers[0].signers[0].key, "pkcs11:object=s");
    assert_string_equal(config->issuers[0].signers[1].key, "/etc/ocspd/./pkcs11:t");
    config_free(config);
}

static void ca_compromised(void **state)
{
    static const struct {
        const char *text;
        int64_t at;
    } times[] = {{"2024-04-03T12:00:00Z", 1712145600}, {"1712145600", 1712145600}, {"0", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        char line[64];
        snprintf(line, sizeof line, "ca-compromised = \"%s\"", times[i].text);
        struct config *config = parse_valid(&(struct text){.issuer = line});
        assert_string_equal(config->issuers[0].ca_compromised, times[i].text);
        assert_int_equal(config->issuers[0].ca_compromised_at, times[i].at);
        config_free(config);
    }
    struct config *config = parse_valid(&(struct text){0});
    assert_null(config->issuers[0].ca_compromised);
    config_free(config);
}

// The default of max-age is lowered; a max-age that is set causes an error instead.
static void short_validity_shortens_default_max_age(void **state)
{
    (void)state;
    struct config *config = parse_valid(&(struct text){.issuer = "validity = 5m"});
    assert_int_equal(config->issuers[0].max_age, 300);
    config_free(config);
}

static void comments_are_not_counted_twice(void **state)
{
    (void)state;
    expect_refusal(&(struct text){.global = "# one\n// two\n/* three\n four */ /* \" */\nnew = 1"},
                   "x.conf:6: unknown setting 'new'");
}

// # and // in quotes, and slashes in a word, do not begin a comment.
static void quotes_protect(void **state)
{
    (void)state;
    struct config *config = parse_valid(&(struct text){
        .issuer = "source = index source-file = \"a # b // c /* d \\\" \\\\\"",
        .signer = "certificate = file://x",
    });
    assert_string_equal(config->issuers[0].source_files[0], "a # b // c /* d \" \\");
    assert_string_equal(config->issuers[0].signers[0].certificate, "file://x");
    config_free(config);
}

struct refusal {
    struct text text;
    const char *why;
};

static const struct refusal form[] = {
    {{.global = "new = 1"}, "x.conf:2: unknown setting 'new'"},
    {{.issuer = "new = 1"}, "x.conf:5: unknown setting 'new'"},
    {{.signer = "new = 1"}, "x.conf:8: unknown setting 'new'"},
    {{.issuer = "listen = x"}, "x.conf:5: unknown setting 'listen'"},
    {{.global = "key = x"}, "x.conf:2: unknown setting 'key'"},
    {{.tail = "include(\"y\")"}, "x.conf:11: unknown setting 'include'"},
    {{.global = "threads = 1 threads = 1"}, "x.conf:2: threads is set twice"},
    {{.tail = "database = x"}, "x.conf:11: database is set twice"},
    {{.global = "listen = {\"*:1\"} listen = {\"*:2\"}"}, "x.conf:2: listen is set twice"},
    {{.global = "listen = {\"*:1\"} listen = {}"}, "x.conf: listen is set twice"},
    {{.global = "listen = {}"}, "x.conf: listen is empty"},
    {{.issuer = "certificate = b"}, "x.conf:5: certificate is set twice"},
    {{.signer = "key = b"}, "x.conf:8: key is set twice"},
    {{.global = "\"\" = 1"}, "x.conf: missing name of a setting, or out of memory"},
    {{.global = "threads"}, "x.conf:3: missing equal sign after option 'threads'"},
    {{.global = "threads 3"}, "x.conf:2: missing equal sign after option 'threads'"},
    {{.global = "threads = {3}"}, "x.conf:2: unexpected token '{'"},
    {{.tail = "threads = "}, "x.conf:12: unexpected end of file"},
    {{.tail = "issuer { }"}, "x.conf:11: missing title for section 'issuer'"},
    {{.tail = "issuer b"}, "x.conf:12: unexpected end of file"},
    {{.tail = "}"}, "x.conf:11: unexpected closing brace"},
    {{.tail = "issuer b {"}, "x.conf:12: missing } at the end of a section"},
    {{.tail = "issuer b { signer s {"}, "x.conf:12: missing } at the end of a section"},
    {{.global = "database = \"x"}, "x.conf:2: missing closing quote"},
    {{.global = "user = 'x\ny'"}, "x.conf:2: missing closing quote"},
    {{.global = "user = \"x\\ny\""},
     "x.conf:2: invalid backslash: only a quote or a backslash may follow it"},
    {{.global = "/* \n"}, "x.conf:2: missing */ at the end of a comment"},
    {{.global = "listen = *:80"}, "x.conf:2: unexpected *: put the value in quotes"},
    {{.global = "user = a+b"}, "x.conf:2: unexpected +: put the value in quotes"},
    {{.global = "user = ${OCSPD_TEST_SET}"}, "x.conf:2: unexpected $: put the value in quotes"},
    {{.global = "\n\nuser = \"${OCSPD_TEST_UNSET}\""},
     "x.conf:4: the environment variable OCSPD_TEST_UNSET is not set"},
    {{.global = "admin-listen = \"${OCSPD_TEST_UNSET}\""},
     "x.conf:2: the environment variable OCSPD_TEST_UNSET is not set"},
    {{.tail = "issuer \"b ${OCSPD_TEST_EMPTY}\" { }"},
     "x.conf:11: the environment variable OCSPD_TEST_EMPTY is empty"},
    {{.global = "user = \"a${}\""},
     "x.conf:2: invalid variable: write ${NAME}, or keep ${ in single quotes"},
    {{.global = "user = \"${OCSPD_TEST_UNSET:-x}\""},
     "x.conf:2: invalid variable: write ${NAME}, or keep ${ in single quotes"},
    {{.global = "user = \"${OCSPD_TEST_SET\"\nlog = \"}\""},
     "x.conf:2: invalid variable: write ${NAME}, or keep ${ in single quotes"},
    {{.global = "\x01"}, "x.conf:2: unexpected control character"},
    {{.global = "user = \"a\x7f\""}, "x.conf:2: user contains a control character"},
    {{.tail = "issuer a { }"}, "x.conf:11: duplicate section 'a'"},
    {{.issuer = "signer s { }"}, "x.conf:6: duplicate section 's'"},
};

static const struct refusal values[] = {
    {{.global = "threads = x"}, "x.conf:2: threads is \"x\", which is not a number"},
    {{.global = "threads = -1"}, "x.conf:2: threads is \"-1\", which is not a number"},
    {{.global = "threads = 1K"}, "x.conf:2: threads is \"1K\", which is not a number"},
    {{.global = "threads = \"\""}, "x.conf:2: threads is \"\", which is not a number"},
    {{.global = "threads = 257"}, "x.conf:2: threads is 257, but must be from 0 to 256"},
    {{.global = "threads = 99999999999999999999"},
     "x.conf:2: threads is \"99999999999999999999\", which is not a number"},
    {{.global = "cache-size = 1"}, "x.conf:2: cache-size is 1, but must be from 1M to 1024G"},
    {{.global = "cache-size = 999999999999999G"},
     "x.conf:2: cache-size is \"999999999999999G\", which is not a number of bytes such as 256M"},
    {{.global = "cache-size = 1MB"},
     "x.conf:2: cache-size is \"1MB\", which is not a number of bytes such as 256M"},
    {{.global = "idle-timeout = 2h"}, "x.conf:2: idle-timeout is 2h, but must be from 1s to 1h"},
    {{.global = "idle-timeout = 2H"},
     "x.conf:2: idle-timeout is \"2H\", which is not a time such as 45s, 30m, 12h or 1d"},
    {{.global = "seccomp = maybe"}, "x.conf:2: seccomp is \"maybe\", but must be true or false"},
    {{.global = "log = xml"}, "x.conf:2: log is \"xml\", but must be text or json"},
    {{.issuer = "source = ldap"},
     "x.conf:5: source is \"ldap\", but must be database, index or crl"},
    {{.issuer = "nonce = Live"},
     "x.conf:5: nonce is \"Live\", but must be ignore, live or required"},
    {{.issuer = "unknown-serial = good"},
     "x.conf:5: unknown-serial is \"good\", but must be unknown, unauthorized or revoked"},
    {{.issuer = "source-file = \"\""}, "x.conf:5: source-file is empty"},
    {{.global = "user = \"\""}, "x.conf:2: user is empty"},
    {{.global = "listen = {\"\"}"}, "x.conf:2: listen is empty"},
    {{.global = "listen = {\"localhost:80\"}"},
     "x.conf:2: listen is \"localhost:80\": before the port there must be an IPv4 address, an "
     "IPv6 address in [], or *"},
    {{.global = "listen = {\"::1:80\"}"},
     "x.conf:2: listen is \"::1:80\": before the port there must be an IPv4 address, an IPv6 "
     "address in [], or *"},
    {{.global = "listen = {\"127.0.0.1\"}"},
     "x.conf:2: listen is \"127.0.0.1\": it must end with :PORT, a number up to 65535"},
    {{.global = "listen = {\"127.0.0.1:65536\"}"},
     "x.conf:2: listen is \"127.0.0.1:65536\": it must end with :PORT, a number up to 65535"},
    {{.global = "listen = {\"unix:\"}"},
     "x.conf:2: listen is \"unix:\": the path must have 1 to 107 bytes"},
    {{.global = "listen = {\"unix:/x,mode=999\"}"},
     "x.conf:2: listen is \"unix:/x,mode=999\": the mode must be three octal digits"},
    {{.global = "listen = {\"[::ffff:127.0.0.1]:80\"}"},
     "x.conf:2: listen is \"[::ffff:127.0.0.1]:80\": before the port there must be an IPv4 "
     "address, an IPv6 address in [], or *"},
    {{.issuer = "signer t { certificate = c\nkey = \"file:s.key\" }"},
     "x.conf:6: key is \"file:s.key\": file: must be followed by a path that begins with a slash"},
    {{.issuer = "signer t { certificate = c key = \"file://host/s.key\" }"},
     "x.conf:5: key is \"file://host/s.key\": file: must be followed by a path that begins with a "
     "slash"},
    {{.issuer = "signer t { certificate = c key = \"FILE:\" }"},
     "x.conf:5: key is \"FILE:\": file: must be followed by a path that begins with a slash"},
    {{.global = "path-prefix = ocsp"},
     "x.conf:2: path-prefix is \"ocsp\": it must begin with / and have no space, %, ? or #"},
    {{.global = "path-prefix = \"/o csp\""},
     "x.conf:2: path-prefix is \"/o csp\": it must begin with / and have no space, %, ? or #"},
    {{.global = "path-prefix = {\"/a\", \"/b?\"}"},
     "x.conf:2: path-prefix is \"/b?\": it must begin with / and have no space, %, ? or #"},
    {{.issuer = "path-prefix = \"/%41\""},
     "x.conf:5: path-prefix is \"/%41\": it must begin with / and have no space, %, ? or #"},
    {{.issuer = "path-prefix = \"/a#\""},
     "x.conf:5: path-prefix is \"/a#\": it must begin with / and have no space, %, ? or #"},
    {{.issuer = "path-prefix = \"/a\nb\""}, "x.conf:5: missing closing quote"},
    {{.issuer = "path-prefix = /MIG"},
     "x.conf:5: path-prefix has \"/MIG\", which could be the beginning of a request below \"/\""},
    {{.global = "path-prefix = {/MA, \"\"}"},
     "x.conf:2: path-prefix has \"/MA\", which could be the beginning of a request below \"/\""},
    {{.global = "path-prefix = /ocsp//MPx/y", .issuer = "path-prefix = /ocsp/"},
     "x.conf:2: path-prefix has \"/ocsp//MPx/y\", which could be the beginning of a request below "
     "\"/ocsp\""},
};

static const struct refusal policy[] = {
    {{.whole = ""}, "x.conf: missing section issuer"},
    {{.whole = "issuer a { certificate = a signer s { key = k } }"},
     "x.conf:1: issuer \"a\" has its statuses in the database, but no database is set"},
    {{.whole = "database = d\nissuer a {\nsigner s { key = k }\n}"},
     "x.conf:4: issuer \"a\" has no certificate"},
    {{.whole = "database = d issuer a { certificate = a\n}"},
     "x.conf:2: issuer \"a\" has no signer"},
    {{.tail = "issuer b { certificate = b signer s { certificate = c } }"},
     "x.conf:11: signer \"s\" has no key"},
    {{.tail = "issuer \"\" { certificate = b signer s { key = k } }"},
     "x.conf:11: the name of the issuer must have 1 to 63 bytes"},
    {{.tail = "issuer 'b\"' { certificate = b signer s { key = k } }"},
     "x.conf:11: the name of the issuer contains a quote, a backslash or a control character"},
    {{.issuer = "signer \"\" { key = k certificate = c }"},
     "x.conf:5: the name of the signer must have 1 to 63 bytes"},
    {{.issuer = "source = index"},
     "x.conf:5: issuer \"a\" has no source-file, which its source needs"},
    {{.issuer = "source = crl"},
     "x.conf:5: issuer \"a\" has no source-file, which its source needs"},
    {{.issuer = "source-file = x"},
     "x.conf:5: source-file needs source = index or crl; the statuses of issuer \"a\" "
     "are in the database"},
    {{.issuer = "source = crl\nsource-file = x"},
     "x.conf:5: source = crl needs insecure-good-if-not-revoked = true: a CRL does not say which "
     "certificates were issued, so all that it does not list are good, even those that were never "
     "issued"},
    {{.issuer = "source = crl source-file = x insecure-good-if-not-revoked = true\n"
                "unknown-serial = revoked"},
     "x.conf:6: unknown-serial excludes insecure-good-if-not-revoked, which makes every serial "
     "number good that the CRL does not list"},
    {{.issuer = "insecure-good-if-not-revoked = true"},
     "x.conf:5: insecure-good-if-not-revoked needs source = crl; other sources know which "
     "certificates were issued"},
    {{.issuer = "source = index source-file = x\ninsecure-good-if-not-revoked = true"},
     "x.conf:6: insecure-good-if-not-revoked needs source = crl; other sources know which "
     "certificates were issued"},
    {{.issuer = "ca-compromised = yesterday"},
     "x.conf:5: ca-compromised is \"yesterday\": it must be a time like 2024-04-03T12:00:00Z, or "
     "seconds since 1970"},
    {{.issuer = "ca-compromised = 2999-01-01T00:00:00Z"},
     "x.conf:5: ca-compromised is \"2999-01-01T00:00:00Z\", which lies in the future"},
    {{.issuer = "validity = 1h\nmax-age = 61m"},
     "x.conf:6: max-age is above validity: caches would keep answers that have expired"},
    {{.issuer = "signer t { key = k }"},
     "x.conf:9: signers \"t\" and \"s\" have no certificate: only one can be the issuer itself"},
    {{.issuer = "signer t { key = k certificate = c }\nsigner u { key = k\ncertificate = c }"},
     "x.conf:7: signer \"u\" has the certificate of signer \"t\""},
    {{.tail = "issuer b { signer s { key = k }\ncertificate = a.pem }"},
     "x.conf:12: issuer \"b\" has the certificate of issuer \"a\""},
    {{.global = "listen = {\"*:1\", \"*:1\"}"}, "x.conf:2: listen has \"*:1\" twice"},
    {{.global = "listen = {\"127.0.0.1:1\"}\nadmin-listen = \"127.0.0.1:1\""},
     "x.conf:3: admin-listen is in listen already"},
    {{.global = "listen = {\"127.0.0.1:80\", \"127.0.0.1:080\"}"},
     "x.conf:2: listen has \"127.0.0.1:80\" and \"127.0.0.1:080\", which overlap"},
    {{.global = "listen = {\"[::1]:80\", \"*:80\"}"},
     "x.conf:2: listen has \"[::1]:80\" and \"*:80\", which overlap"},
    {{.global = "listen = {\"[0::1]:80\", \"[::1]:80\"}"},
     "x.conf:2: listen has \"[0::1]:80\" and \"[::1]:80\", which overlap"},
    {{.global = "listen = {\"0.0.0.0:80\", \"127.0.0.1:80\"}"},
     "x.conf:2: listen has \"0.0.0.0:80\" and \"127.0.0.1:80\", which overlap"},
    {{.global = "listen = {\"[::]:80\", \"[::1]:80\"}"},
     "x.conf:2: listen has \"[::]:80\" and \"[::1]:80\", which overlap"},
    {{.global = "listen = {\"unix:/a/s\", \"unix:/a//./s,mode=0600\"}"},
     "x.conf:2: listen has \"unix:/a/s\" and \"unix:/a//./s,mode=0600\", which overlap"},
    {{.global = "listen = {\"*:2560\"}\nadmin-listen = \"127.0.0.1:2560\""},
     "x.conf:3: admin-listen is \"127.0.0.1:2560\", which overlaps \"*:2560\" of listen"},
    {{.global = "listen = {\"*:2561\"}"},
     "x.conf:12: admin-listen is \"127.0.0.1:2561\", which overlaps \"*:2561\" of listen"},
    {{.global = "admin-listen = \"*:1\""},
     "x.conf:2: admin-listen must be one socket: use ADDRESS:PORT or unix:PATH"},
    {{.global = "admin-listen = systemd"},
     "x.conf:2: admin-listen must be one socket: use ADDRESS:PORT or unix:PATH"},
    {{.global = "max-connections = 5\nmax-connections-per-address = 6"},
     "x.conf:3: max-connections-per-address is above max-connections"},
};

static void refuse_all(const struct refusal *refusals, size_t n)
{
    for (size_t i = 0; i < n; i++)
        expect_refusal(&refusals[i].text, refusals[i].why);
}

static void wrong_form(void **state)
{
    (void)state;
    refuse_all(form, sizeof form / sizeof form[0]);
}

static void wrong_values(void **state)
{
    (void)state;
    refuse_all(values, sizeof values / sizeof values[0]);
}

static void impossible_policies(void **state)
{
    (void)state;
    refuse_all(policy, sizeof policy / sizeof policy[0]);
}

// Similar addresses that do not overlap.
static void addresses_side_by_side(void **state)
{
    static const char *const lists[] = {
        "\"0.0.0.0:80\", \"[::]:80\"",           "\"*:80\", \"*:81\"",
        "\"*:0\", \"127.0.0.1:0\", \"[::1]:0\"", "\"127.0.0.1:80\", \"127.0.0.2:80\"",
        "\"unix:/a/s\", \"unix:/a/t\"",          "\"unix:s\", \"unix:/s\", \"unix:.s\"",
        "\"[::1]:80\", \"127.0.0.1:80\"",        "\"systemd\", \"*:80\"",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char line[200];
        snprintf(line, sizeof line, "listen = {%s} admin-listen = \"\"", lists[i]);
        config_free(parse_valid(&(struct text){.global = line}));
    }
}

// The folder of the file can make a path too long for a socket.
static void path_of_socket_too_long(void **state)
{
    char file[200];
    char why[1024];
    (void)state;
    snprintf(file, sizeof file, "/%0100d/x.conf", 0);
    assert_null(
        config_parse(file, "listen = {\"unix:socket\"} admin-listen = \"\"", why, sizeof why));
    assert_non_null(strstr(why, "/socket\": the path must have 1 to 107 bytes"));
}

static void variables(void **state)
{
    (void)state;
    struct config *config = parse_valid(&(struct text){
        .global = "user = \"a${OCSPD_TEST_SET}c\" path-prefix = '/${OCSPD_TEST_UNSET}' # ${x",
        .issuer = "source = index source-file = \"$a\"",
    });
    assert_string_equal(config->user, "abc");
    assert_string_equal(config->prefixes[0], "${OCSPD_TEST_UNSET}");
    assert_string_equal(config->issuers[0].source_files[0], "$a");
    config_free(config);
}

static void uris_of_keys(void **state)
{
    static const struct {
        const char *key;
        const char *expected;
    } cases[] = {
        {"file:/a/s.key", "/a/s.key"}, {"file:///a/s.key", "/a/s.key"},
        {"FILE:/a:b", "/a:b"},         {"file://LocalHost/a/s.key", "/a/s.key"},
        {"file:/a%20b", "/a%20b"},     {"pkcs11:object=s", "pkcs11:object=s"},
        {"filed:/a", "filed:/a"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[200];
        snprintf(line, sizeof line, "signer t { certificate = c key = \"%s\" }", cases[i].key);
        struct config *config = parse_valid(&(struct text){.issuer = line});
        assert_string_equal(config->issuers[0].signers[0].key, cases[i].expected);
        config_free(config);
    }
}

static struct config *parse_setting(const struct setting *setting, bool is_global, long long value,
                                    char *why, size_t size)
{
    char line[200];
    // Another setting would fail first.
    bool is_connections = strcmp(setting->name, "max-connections-per-address") == 0;
    bool is_age = strcmp(setting->name, "max-age") == 0;
    snprintf(line, sizeof line, "%s%s = %lld",
             is_connections ? "max-connections = 1000000 "
             : is_age       ? "validity = 366d "
                            : "",
             setting->name, value);
    struct text text = {.global = is_global ? line : NULL, .issuer = is_global ? NULL : line};
    return parse(&text, why, size);
}

static size_t check_bounds(const struct setting *settings, bool is_global)
{
    size_t n = 0;
    char why[1024];
    for (; settings->name != NULL; settings++) {
        if (settings->kind != SETTING_COUNT && settings->kind != SETTING_SIZE &&
            settings->kind != SETTING_SECONDS)
            continue;
        n++;
        struct config *lowest = parse_setting(settings, is_global, settings->min, why, sizeof why);
        assert_string_equal(why, "");
        config_free(lowest);
        struct config *highest = parse_setting(settings, is_global, settings->max, why, sizeof why);
        assert_string_equal(why, "");
        config_free(highest);
        assert_null(parse_setting(settings, is_global, settings->max + 1, why, sizeof why));
        assert_non_null(strstr(why, "but must be from"));
        if (settings->min == 0)
            continue;
        assert_null(parse_setting(settings, is_global, settings->min - 1, why, sizeof why));
        assert_non_null(strstr(why, "but must be from"));
    }
    return n;
}

static void every_bound(void **state)
{
    (void)state;
    assert_int_equal(check_bounds(config_settings, true), 14);
    assert_int_equal(check_bounds(issuer_settings, false), 2);
}

static const char whole_text[] = "# c\nlisten = {\"*:1\", 'x:2'}\ndatabase = \"d\" /* e */\n"
                                 "issuer \"a\" { certificate = a validity = 5m signer s { key = "
                                 "\"k\\\"\" } }\n";

// Every prefix of a text, and every byte changed: it is read, or refused with a reason.
static void hostile_text(void **state)
{
    (void)state;
    char text[sizeof whole_text];
    char why[1024];
    for (size_t i = 0; i < sizeof whole_text - 1; i++) {
        memcpy(text, whole_text, sizeof text);
        text[i] = '\0';
        why[0] = '\0';
        assert_null(config_parse("x.conf", text, why, sizeof why));
        assert_memory_equal(why, "x.conf", 6);
        for (int c = 1; c < 256; c++) {
            memcpy(text, whole_text, sizeof text);
            text[i] = (char)c;
            why[0] = '\0';
            struct config *config = config_parse("x.conf", text, why, sizeof why);
            assert_int_equal(config == NULL, why[0] != '\0');
            config_free(config);
        }
    }
}

static void short_room_for_the_reason(void **state)
{
    (void)state;
    for (size_t size = 1; size < 40; size++) {
        char *why = malloc(size);
        assert_non_null(why);
        assert_null(config_parse("x.conf", "new = 1", why, size));
        assert_int_equal(strlen(why), size - 1 < 31 ? size - 1 : 31);
        free(why);
    }
}

// struct folder is a temporary folder with the files of a configuration.
struct folder {
    char path[64];
    char config[96];
};

static void write_file(const struct folder *folder, const char *name, mode_t mode)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void remove_file(const struct folder *folder, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    assert_int_equal(unlink(path), 0);
}

static const char *const file_names[] = {"db", "a.pem", "s.pem", "s.key", "pass"};
static const char file_text[] = "database = db\n"
                                "issuer a {\n"
                                "certificate = a.pem\n"
                                "signer s {\n"
                                "certificate = s.pem\n"
                                "key = s.key\n"
                                "passphrase-file = pass\n"
                                "} }\n";

static int make_folder(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);
    assert_non_null(folder);
    strcpy(folder->path, "/tmp/config_test.XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    snprintf(folder->config, sizeof folder->config, "%s/x.conf", folder->path);
    for (size_t i = 0; i < sizeof file_names / sizeof file_names[0]; i++)
        write_file(folder, file_names[i], 0600);
    *state = folder;
    return 0;
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;
    for (size_t i = 0; i < sizeof file_names / sizeof file_names[0]; i++)
        remove_file(folder, file_names[i]);
    assert_int_equal(rmdir(folder->path), 0);
    free(folder);
    return 0;
}

static void expect_files(const struct folder *folder, const char *text, const char *format,
                         const char *path)
{
    char why[1024] = "";
    char expected[1024];
    struct config *config = config_inspect(folder->config, text, why, sizeof why);
    config_free(config);
    snprintf(expected, sizeof expected, "%s:", folder->config);
    if (format == NULL) {
        assert_string_equal(why, "");
        return;
    }
    assert_memory_equal(why, expected, strlen(expected));
    snprintf(expected, sizeof expected, "%s%s/%s", format, folder->path, path);
    assert_memory_equal(why + strlen(folder->config), expected, strlen(expected));
}

static void missing_files(void **state)
{
    static const char *const heads[] = {":1: database: ", ":3: certificate: ", ":5: certificate: ",
                                        ":6: key: ", ":7: passphrase-file: "};
    struct folder *folder = *state;
    expect_files(folder, file_text, NULL, NULL);
    for (size_t i = 0; i < sizeof file_names / sizeof file_names[0]; i++) {
        remove_file(folder, file_names[i]);
        expect_files(folder, file_text, heads[i], file_names[i]);
        write_file(folder, file_names[i], 0600);
    }
}

// A secret must be closed to others. A group may read it, as services do.
static void secrets_open_to_others(void **state)
{
    static const mode_t wrong[] = {0604, 0602, 0620, 0666, 0644};
    struct folder *folder = *state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        write_file(folder, "s.key", wrong[i]);
        expect_files(folder, file_text, ":6: key: ", "s.key: others may read or write it");
        write_file(folder, "s.key", 0600);
        write_file(folder, "pass", wrong[i]);
        expect_files(folder, file_text,
                     ":7: passphrase-file: ", "pass: others may read or write it");
        write_file(folder, "pass", 0600);
    }
    write_file(folder, "s.key", 0640);
    write_file(folder, "pass", 0640);
    expect_files(folder, file_text, NULL, NULL);
}

// A file named by a URI is checked like any other file.
static void secret_by_uri(void **state)
{
    char text[1024];
    struct folder *folder = *state;
    snprintf(
        text, sizeof text,
        "database = db\nissuer a {\ncertificate = a.pem\nsigner s {\nkey = \"file:%s/s.key\"\n} "
        "}\n",
        folder->path);
    expect_files(folder, text, NULL, NULL);
    write_file(folder, "s.key", 0644);
    expect_files(folder, text, ":5: key: ", "s.key: others may read or write it");
    remove_file(folder, "s.key");
    expect_files(folder, text, ":5: key: ", "s.key: No such file or directory");
    write_file(folder, "s.key", 0600);
}

static void directory_for_a_file(void **state)
{
    char text[256];
    struct folder *folder = *state;
    snprintf(text, sizeof text,
             "database = \"%s\" issuer a { certificate = a.pem signer s { key = "
             "s.key } }",
             folder->path);
    char why[1024] = "";
    assert_null(config_inspect(folder->config, text, why, sizeof why));
    assert_non_null(strstr(why, ": Is a directory"));
}

static void unknown_user(void **state)
{
    char text[1024];
    char why[1024] = "";
    struct folder *folder = *state;
    snprintf(text, sizeof text, "user = \"no such user\"\n%s", file_text);
    assert_null(config_inspect(folder->config, text, why, sizeof why));
    assert_string_equal(why + strlen(folder->config), ":1: user: unknown user \"no such user\"");
}

static void two_owners(void **state)
{
    (void)state;
    struct config *config = parse_valid(&(struct text){0});
    assert_ptr_equal(config_hold(config), config);
    config_free(config);
    assert_string_equal(config->issuers[0].name, "a");
    config_free(config);
}

static void unreadable_file(void **state)
{
    (void)state;
    char why[1024] = "";
    assert_null(config_load("/nowhere/x.conf", why, sizeof why));
    assert_string_equal(why, "/nowhere/x.conf: No such file or directory");
    assert_null(config_load("/tmp", why, sizeof why));
    assert_string_equal(why, "/tmp: Is a directory");
}

static void file_with_a_nul(void **state)
{
    (void)state;
    char path[] = "/tmp/config_test.XXXXXX";
    char why[1024] = "";
    int fd = mkstemp(path);
    assert_int_not_equal(fd, -1);
    assert_int_equal(write(fd, "log = text\0}", 12), 12);
    close(fd);
    assert_null(config_load(path, why, sizeof why));
    assert_string_equal(why + strlen(path), ": not a text file: it contains a NUL byte");
    assert_int_equal(truncate(path, (1 << 20) + 1), 0);
    assert_null(config_load(path, why, sizeof why));
    assert_string_equal(why + strlen(path), ": larger than 1 MiB");
    unlink(path);
}

int main(void)
{
    setenv("OCSPD_TEST_SET", "b", 1);
    setenv("OCSPD_TEST_EMPTY", "", 1);
    unsetenv("OCSPD_TEST_UNSET");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(connections_of_one_address),
        cmocka_unit_test(path_prefixes),
        cmocka_unit_test(number_of_path_prefixes),
        cmocka_unit_test(issuer_defaults),
        cmocka_unit_test(all_settings),
        cmocka_unit_test(paths_are_relative_to_the_file),
        cmocka_unit_test(ca_compromised),
        cmocka_unit_test(short_validity_shortens_default_max_age),
        cmocka_unit_test(comments_are_not_counted_twice),
        cmocka_unit_test(quotes_protect),
        cmocka_unit_test(wrong_form),
        cmocka_unit_test(wrong_values),
        cmocka_unit_test(impossible_policies),
        cmocka_unit_test(addresses_side_by_side),
        cmocka_unit_test(path_of_socket_too_long),
        cmocka_unit_test(variables),
        cmocka_unit_test(uris_of_keys),
        cmocka_unit_test(every_bound),
        cmocka_unit_test(hostile_text),
        cmocka_unit_test(short_room_for_the_reason),
        cmocka_unit_test_setup_teardown(missing_files, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(secrets_open_to_others, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(secret_by_uri, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(directory_for_a_file, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(unknown_user, make_folder, remove_folder),
        cmocka_unit_test(two_owners),
        cmocka_unit_test(unreadable_file),
        cmocka_unit_test(file_with_a_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

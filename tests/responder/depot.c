// SPDX-License-Identifier: MIT
//
// The issuers and the directory.
#include "depot.h"

#include <ocsp/openssl.h>

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct depot depot;

static void make_issuer(enum depot_issuer which, const char *name, EVP_PKEY *key)
{
    const struct sign_cert_spec spec = {
        .subject = name,
        .issuer = name,
        .key = key,
        .signer = key,
        .constraints = "critical,CA:TRUE",
        .digest = which == DEPOT_RENEWED ? EVP_sha384() : NULL,
    };
    depot.keys[which] = key;
    sign_cert(&spec, &depot.certs[which]);
    assert_int_equal(
        oc_issuer_init(&depot.issuers[which], depot.crypto, &depot.certs[which].cert, NULL), OC_OK);
}

int depot_start(void **state)
{
    (void)state;
    depot.crypto = oc_openssl_new();
    assert_non_null(depot.crypto);
    make_issuer(DEPOT_OURS, "ours", sign_key_ec());
    EVP_PKEY_up_ref(depot.keys[DEPOT_OURS]);
    make_issuer(DEPOT_RENEWED, "ours", depot.keys[DEPOT_OURS]);
    make_issuer(DEPOT_OTHER, "other", sign_key_ec());
    return 0;
}

int depot_stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_DEPOT_ISSUERS; i++) {
        oc_issuer_cleanup(&depot.issuers[i]);
        sign_cert_free(&depot.certs[i]);
        EVP_PKEY_free(depot.keys[i]);
    }
    oc_openssl_free(depot.crypto);
    return 0;
}

int depot_open(void **state)
{
    (void)state;
    snprintf(depot.dir, sizeof depot.dir, "/tmp/ocspd-store-XXXXXX");
    assert_non_null(mkdtemp(depot.dir));
    return 0;
}

int depot_close(void **state)
{
    (void)state;
    DIR *dir = opendir(depot.dir);
    assert_non_null(dir);
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL)
        (void)unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    return rmdir(depot.dir);
}

const char *depot_path(const char *name)
{
    static char paths[8][256];
    static size_t next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", depot.dir, name);
    return path;
}

// Longer than the kernel's steps of time, and than what is taken for one of them.
void depot_pause(void)
{
    usleep(150000);
}

void depot_write(const char *name, const void *data, size_t len)
{
    FILE *file = fopen(depot_path(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    depot_pause();
}

void depot_replace(const char *name, const void *data, size_t len)
{
    depot_write("replacement", data, len);
    assert_int_equal(rename(depot_path("replacement"), depot_path(name)), 0);
    depot_pause();
}

void depot_note(void *arg, const struct oc_bytes *serial)
{
    struct seen *seen = arg;
    if (serial == NULL) {
        seen->n_everything++;
        return;
    }
    seen->n++;
    memcpy(seen->last, serial->data, serial->len);
    seen->last_len = serial->len;
}

struct seen depot_poll(struct store *store)
{
    struct seen seen = {0};
    const struct changes changes = {depot_note, &seen};
    if (!store->methods->poll(store, &changes))
        fail_msg("%s", store->methods->why(store));
    return seen;
}

const char *depot_poll_fails(struct store *store)
{
    struct seen seen = {0};
    const struct changes changes = {depot_note, &seen};
    assert_false(store->methods->poll(store, &changes));
    assert_int_equal(seen.n + seen.n_everything, 0);
    return store->methods->why(store);
}

struct record depot_look(struct store *store, struct oc_bytes serial)
{
    struct record record;
    if (!store->methods->look_up(store, serial, &record))
        fail_msg("%s", store->methods->why(store));
    return record;
}

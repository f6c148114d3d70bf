// SPDX-License-Identifier: MIT
//
// OSSL_STORE with the passphrase of the caller.
#include "openssl/keystore.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

// A PEM block that yields nothing may be tried several times, and each time libcrypto looks at
// all that follows it.
#define MAX_BLOCKS 256
#define SKIPS_EACH 4

// ask returns the length of the passphrase in `buf`, or a negative number. A caller without
// a passphrase, or with an empty one, is asked once, however often libcrypto asks.
static int ask(struct store *store, char *buf, size_t size)
{
    if (store->asked)
        return store->is_empty ? 0 : -1;
    store->asked = true;
    if (store->passphrase == NULL)
        return -1;
    int len = store->passphrase->read(store->passphrase->arg, buf, size);
    store->got = len >= 0 && (size_t)len <= size;
    store->is_empty = len == 0;
    return store->got ? len : -1;
}

static int answer(UI *ui, UI_STRING *prompt)
{
    struct store *store = UI_get0_user_data(ui);
    char buf[PEM_BUFSIZE];
    if (UI_get_string_type(prompt) != UIT_PROMPT)
        return 1;
    int max = UI_get_result_maxsize(prompt);
    int len = ask(store, buf, max >= 0 && (size_t)max < sizeof buf ? (size_t)max : sizeof buf);
    bool ok = len >= 0 && UI_set_result_ex(ui, prompt, buf, len) >= 0;
    OPENSSL_cleanse(buf, sizeof buf);
    return ok;
}

static bool prepare(struct store *store, const struct oc_openssl_passphrase *passphrase)
{
    *store = (struct store){.passphrase = passphrase};
    store->ui = UI_create_method("libocsp");
    return store->ui != NULL && UI_method_set_reader(store->ui, answer) == 0;
}

bool oci_store_read(struct store *store, struct oc_bytes text, size_t n_blocks, int wanted,
                    const struct oc_openssl_passphrase *passphrase)
{
    if (!prepare(store, passphrase))
        return false;
    store->n_skips = SKIPS_EACH * (n_blocks < MAX_BLOCKS ? n_blocks : MAX_BLOCKS);
    store->text = BIO_new_mem_buf(text.data, (int)text.len);
    if (store->text == NULL)
        return false;
    store->context =
        OSSL_STORE_attach(store->text, "file", NULL, NULL, store->ui, store, NULL, NULL, NULL);
    return store->context != NULL && OSSL_STORE_expect(store->context, wanted) == 1;
}

bool oci_store_open(struct store *store, const char *uri, int wanted,
                    const struct oc_openssl_passphrase *passphrase)
{
    if (!prepare(store, passphrase))
        return false;
    store->context = OSSL_STORE_open(uri, store->ui, store, NULL, NULL);
    return store->context != NULL && OSSL_STORE_expect(store->context, wanted) == 1;
}

// Few errors at a time, so that those of the caller stay in the queue, which is short.
static OSSL_STORE_INFO *load(struct store *store)
{
    ERR_set_mark();
    OSSL_STORE_INFO *info = OSSL_STORE_load(store->context);
    ERR_pop_to_mark();
    return info;
}

// A PEM block of another kind and an invalid one both yield nothing; the number of blocks
// tells them apart. In other files, data that yields nothing must be the end.
OSSL_STORE_INFO *oci_store_next(struct store *store)
{
    while (OSSL_STORE_eof(store->context) == 0) {
        bool is_left = store->text == NULL || BIO_pending(store->text) > 0;
        OSSL_STORE_INFO *info = load(store);
        if (info != NULL)
            return info;
        if (store->n_skips == 0) {
            bool failed = store->text != NULL || (OSSL_STORE_error(store->context) != 0 &&
                                                  OSSL_STORE_eof(store->context) == 0);
            store->broken = is_left && failed;
            return NULL;
        }
        store->n_skips--;
    }
    return NULL;
}

void oci_store_close(struct store *store)
{
    OSSL_STORE_close(store->context);
    BIO_free(store->text);
    UI_destroy_method(store->ui);
    *store = (struct store){0};
}

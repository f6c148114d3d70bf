// SPDX-License-Identifier: MIT
//
// Digests by libcrypto's number: those of the table, which are fetched already, first.
#include "openssl/digest.h"

#include <openssl/objects.h>

EVP_MD *oci_digest_get(const struct table *table, int nid)
{
    for (enum oc_hash hash = OC_HASH_SHA1; hash < N_HASHES; hash++) {
        EVP_MD *digest = table->digests[hash];
        if (digest != NULL && EVP_MD_get_type(digest) == nid)
            return EVP_MD_up_ref(digest) == 1 ? digest : NULL;
    }
    return EVP_MD_fetch(NULL, OBJ_nid2sn(nid), NULL);
}

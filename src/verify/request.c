// SPDX-License-Identifier: MIT
//
// The signer of a request (RFC 6960 4.1.2): "If the request is signed, the requestor SHALL
// specify its name in the requestorName field."
#include <ocsp/der.h>

#include "verify/signer.h"

#include <string.h>

// GeneralName ::= CHOICE { ... directoryName [4] Name ... }: only such a name can be held
// against a certificate's subject.
static bool read_requestor_name(struct judge *judge, struct oc_bytes name)
{
    struct oc_bytes content;
    if (name.data == NULL || oc_der_read(&name, OC_DER_CONTEXT_CONSTRUCTED(4), &content) != OC_OK)
        return oci_refuse(judge, OC_ERR_SIGNER, judge->tbs.data,
                          "requestorName is not a directoryName (RFC 6960 4.1.2)");
    judge->signer_id = (struct oc_responder_id){.kind = OC_RESPONDER_BY_NAME, .name = content};
    return true;
}

enum oc_err oc_verify_request(const struct oc_policy *policy, const struct oc_issuer *issuer,
                              const struct oc_request *req, struct oc_requestor *out,
                              struct oc_error *err)
{
    struct judge judge = {
        .policy = policy,
        .issuer = issuer,
        .message = req->der,
        .tbs = req->tbs,
        .signature = &req->signature,
        .is_request = true,
    };
    memset(out, 0, sizeof *out);
    bool is_signed = req->is_signed || oci_refuse(&judge, OC_ERR_SIGNATURE, NULL,
                                                  "the request is not signed (RFC 6960 4.1.2)");
    if (oci_check_policy(&judge) && is_signed && read_requestor_name(&judge, req->requestor_name) &&
        oci_check_signer(&judge)) {
        out->signer = judge.signer.kind;
        out->name = judge.signer_id.name;
        out->cert = judge.signer.cert;
    }
    if (err != NULL)
        *err = judge.error;
    return judge.error.code;
}

// SPDX-License-Identifier: MIT
//
// ocsp show prints the content of requests, responses and certificates, for people or as JSON
// Lines. It verifies nothing.
#include "show/show.h"

#include "load.h"
#include "message.h"
#include "program/report.h"
#include "show/cert.h"
#include "show/describe.h"
#include "sink.h"
#include "text.h"

#include <getopt.h>
#include <sysexits.h>

static const char *type_of(enum message_kind kind)
{
    if (kind == MESSAGE_REQUEST)
        return "request";
    return kind == MESSAGE_RESPONSE ? "response" : "certificate";
}

static void begin(struct sink *sink, const struct messages *in, const struct message *message)
{
    struct heading heading = {
        .file = in->file,
        .block = in->n > 1 ? message->block : 0,
        .type = type_of(message->kind),
        .type_name = message_kind_name(message->kind),
        .octets = message->der.len,
    };
    sink_begin(sink, &heading);
}

static enum oc_err show_request(struct sink *sink, const struct messages *in,
                                const struct message *message, struct oc_error *err)
{
    struct oc_request req;
    enum oc_err code = oc_request_parse(&req, message_der(message), err);
    if (code != OC_OK)
        return code;
    begin(sink, in, message);
    describe_request(sink, &req);
    sink_end(sink);
    return OC_OK;
}

static enum oc_err show_response(struct sink *sink, const struct messages *in,
                                 const struct message *message, struct oc_error *err)
{
    struct oc_response resp;
    enum oc_err code = oc_response_parse(&resp, message_der(message), err);
    if (code != OC_OK)
        return code;
    begin(sink, in, message);
    describe_response(sink, &resp);
    sink_end(sink);
    return OC_OK;
}

static enum oc_err show_cert(struct sink *sink, const struct messages *in,
                             const struct message *message, struct oc_error *err)
{
    struct oc_cert cert;
    enum oc_err code = oc_cert_parse(&cert, message_der(message), err);
    if (code != OC_OK)
        return code;
    begin(sink, in, message);
    sink_members(sink, cert_value(&cert));
    sink_end(sink);
    return OC_OK;
}

static bool show_message(struct sink *sink, const struct messages *in,
                         const struct message *message)
{
    struct oc_error err;
    enum oc_err code;
    if (message->kind == MESSAGE_REQUEST)
        code = show_request(sink, in, message, &err);
    else if (message->kind == MESSAGE_RESPONSE)
        code = show_response(sink, in, message, &err);
    else
        code = show_cert(sink, in, message, &err);
    if (code != OC_OK)
        message_complain_parse(in, message, &err);
    return code == OC_OK;
}

static bool show_file(struct sink *sink, const char *file)
{
    struct messages in;
    if (!messages_load(&in, file))
        return false;
    bool ok = true;
    for (size_t i = 0; i < in.n && !sink_broken(sink); i++)
        ok = show_message(sink, &in, &in.items[i]) && ok;
    messages_free(&in);
    return ok;
}

int show_run(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct sink sink = sink_stdout(&text_sink);
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (option != 'j')
            return command_usage(self);
        sink.ops = &json_sink;
    }
    if (optind == argc) {
        complain(self->title, "missing file");
        return command_usage(self);
    }

    int status = EX_OK;
    for (int i = optind; i < argc && !sink_broken(&sink); i++) {
        if (!show_file(&sink, argv[i]))
            status = EX_DATAERR;
    }
    return status;
}

// SPDX-License-Identifier: MIT
//
// ocsp show prints the content of requests, responses, certificates and CRLs, for people or as
// JSON Lines. It verifies nothing.
#include "show/show.h"

#include "load.h"
#include "message.h"
#include "option.h"
#include "program/report.h"
#include "show/cert.h"
#include "show/crl.h"
#include "show/describe.h"
#include "sink.h"
#include "text.h"

#include <getopt.h>
#include <stdlib.h>
#include <sysexits.h>

// The options of the command line. `serial` selects the entries of CRLs that are shown.
struct show_options {
    struct sink sink;
    struct octets serial;  // the content of an INTEGER
};

static const char *type_of(enum message_kind kind)
{
    if (kind == MESSAGE_REQUEST)
        return "request";
    if (kind == MESSAGE_RESPONSE)
        return "response";
    return kind == MESSAGE_CRL ? "crl" : "certificate";
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

static enum oc_err show_crl(struct show_options *options, const struct messages *in,
                            const struct message *message, struct oc_error *err)
{
    struct oc_crl crl;
    struct oc_bytes serial = {options->serial.data, options->serial.len};
    enum oc_err code = oc_crl_parse(&crl, message_der(message), err);
    if (code != OC_OK)
        return code;
    begin(&options->sink, in, message);
    describe_crl(&options->sink, &crl, serial);
    sink_end(&options->sink);
    return OC_OK;
}

static bool show_message(struct show_options *options, const struct messages *in,
                         const struct message *message)
{
    struct oc_error err;
    enum oc_err code;
    if (message->kind == MESSAGE_REQUEST)
        code = show_request(&options->sink, in, message, &err);
    else if (message->kind == MESSAGE_RESPONSE)
        code = show_response(&options->sink, in, message, &err);
    else if (message->kind == MESSAGE_CRL)
        code = show_crl(options, in, message, &err);
    else
        code = show_cert(&options->sink, in, message, &err);
    if (code != OC_OK)
        message_complain_parse(in, message, &err);
    return code == OC_OK;
}

static bool show_file(struct show_options *options, const char *file)
{
    struct messages in;
    if (!messages_load(&in, file))
        return false;
    bool ok = true;
    for (size_t i = 0; i < in.n && !sink_broken(&options->sink); i++)
        ok = show_message(options, &in, &in.items[i]) && ok;
    messages_free(&in);
    return ok;
}

static int show_files(const struct command *self, struct show_options *options, char **files, int n)
{
    int status = EX_OK;
    if (n == 0) {
        complain(self->title, "missing file");
        return command_usage(self);
    }
    for (int i = 0; i < n && !sink_broken(&options->sink); i++) {
        if (!show_file(options, files[i]))
            status = EX_DATAERR;
    }
    return status;
}

// Returns the exit status if an option ends the command, or -1.
static int read_options(const struct command *self, struct show_options *wanted, int argc,
                        char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'},
        OPTION_SERIAL_OPTIONS,
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct option_serial given = {0};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (option == 'j')
            wanted->sink.ops = &json_sink;
        else if (!option_serial_take(self, &given, option, optarg))
            return command_usage(self);
    }
    return option_serial_read(self, &given, &wanted->serial) ? -1 : command_usage(self);
}

int show_run(const struct command *self, int argc, char **argv)
{
    struct show_options wanted = {.sink = sink_stdout(&text_sink)};
    int status = read_options(self, &wanted, argc, argv);
    if (status == -1)
        status = show_files(self, &wanted, argv + optind, argc - optind);
    free(wanted.serial.data);
    return status;
}

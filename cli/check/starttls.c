// SPDX-License-Identifier: MIT
//
// Replies are read octet by octet. Anything that an attacker has injected in the clear after a
// reply then becomes part of the handshake, which fails.
#include "check/starttls.h"

#include "socket.h"

#include <string.h>

// A server that sends more than this is broken.
enum { LINE_SIZE = 1024, LINES_MAX = 100, LDAP_REPLY_MAX = 1024 };

static const char no_reply[] = "the server did not answer in time or closed the connection";
static const char no_tls[] = "the server does not offer STARTTLS";

static bool send_all(const struct starttls_line *line, const void *data, size_t len)
{
    return socket_send(line->fd, data, len, line->deadline);
}

static bool read_octet(const struct starttls_line *line, uint8_t *out)
{
    return socket_receive(line->fd, out, 1, line->deadline) == 1;
}

static bool read_line(const struct starttls_line *line, char out[LINE_SIZE])
{
    for (size_t n = 0; n < LINE_SIZE - 1; n++) {
        uint8_t octet;
        if (!read_octet(line, &octet))
            return false;
        out[n] = (char)octet;
        out[n + 1] = '\0';
        if (octet == '\n')
            return true;
    }
    return false;
}

// struct step is a command, if any, and how the last line of a good reply to it begins. With `tag`,
// lines that begin otherwise are skipped; without it, a hyphen follows the code in each line of a
// reply but the last.
struct step {
    const char *command;
    const char *reply;
    const char *tag;
};

// struct dialogue is the steps to TLS in a protocol of lines.
struct dialogue {
    const char *name;
    const char *port;
    struct step steps[3];
    size_t n_steps;
};

static const struct dialogue dialogues[] = {
    [STARTTLS_NONE] = {"", "443"},
    [STARTTLS_SMTP] = {"smtp",
                       "25",
                       {{NULL, "220"}, {"EHLO localhost\r\n", "250"}, {"STARTTLS\r\n", "220"}},
                       3},
    [STARTTLS_IMAP] = {"imap", "143", {{NULL, "* OK"}, {"a STARTTLS\r\n", "a OK", "a "}}, 2},
    [STARTTLS_POP3] = {"pop3", "110", {{NULL, "+OK"}, {"STLS\r\n", "+OK"}}, 2},
    [STARTTLS_LDAP] = {"ldap", "389"},
    [STARTTLS_POSTGRES] = {"postgres", "5432"},
    [STARTTLS_FTP] = {"ftp", "21", {{NULL, "220"}, {"AUTH TLS\r\n", "234"}}, 2},
};

enum { N_DIALOGUES = sizeof dialogues / sizeof dialogues[0] };

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

// The lines of a reply of SMTP and FTP begin with 250-, 250-, 250 and a space. FTP allows any other
// line between them.
static bool is_last(const struct step *step, const char *text, const char *first)
{
    if (step->tag != NULL)
        return begins_with(text, step->tag);
    bool has_code = first[0] >= '0' && first[0] <= '9' && strlen(first) > 3;
    if (!has_code || first[3] != '-')
        return true;
    return strncmp(text, first, 3) == 0 && text[3] == ' ';
}

static const char *take_step(const struct step *step, const struct starttls_line *line)
{
    char text[LINE_SIZE] = "";
    char first[LINE_SIZE] = "";
    if (step->command != NULL && !send_all(line, step->command, strlen(step->command)))
        return no_reply;
    for (int i = 0; i < LINES_MAX; i++) {
        if (!read_line(line, text))
            return no_reply;
        if (i == 0)
            memcpy(first, text, sizeof first);
        if (is_last(step, text, first))
            return begins_with(text, step->reply) ? NULL : no_tls;
    }
    return no_reply;
}

static const char *run_dialogue(const struct dialogue *dialogue, const struct starttls_line *line)
{
    const char *why = NULL;
    for (size_t i = 0; i < dialogue->n_steps && why == NULL; i++)
        why = take_step(&dialogue->steps[i], line);
    return why;
}

static const char *run_postgres(const struct starttls_line *line)
{
    static const uint8_t request[] = {0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F};
    uint8_t reply;
    if (!send_all(line, request, sizeof request) || !read_octet(line, &reply))
        return no_reply;
    return reply == 'S' ? NULL : no_tls;
}

static bool read_octets(const struct starttls_line *line, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!read_octet(line, &out[i]))
            return false;
    }
    return true;
}

// Reads one element of BER whose definite length is short or has one or two octets; `*len` counts
// its content.
static bool read_ber(const struct starttls_line *line, uint8_t out[LDAP_REPLY_MAX], size_t *len)
{
    uint8_t head[2];
    uint8_t more[2];
    if (!read_octets(line, head, sizeof head) || head[0] != 0x30)
        return false;
    size_t n = head[1] & 0x80U ? head[1] & 0x7FU : 0;
    if (n > sizeof more || head[1] == 0x80 || !read_octets(line, more, n))
        return false;
    *len = n == 0 ? head[1] : 0;
    for (size_t i = 0; i < n; i++)
        *len = *len << 8 | more[i];
    return *len <= LDAP_REPLY_MAX && read_octets(line, out, *len);
}

// LDAPMessage ::= SEQUENCE { messageID INTEGER, extendedResp [APPLICATION 24] SEQUENCE {
//     resultCode ENUMERATED, ... } }
static bool is_ldap_success(const uint8_t *reply, size_t len)
{
    if (len < 5 || memcmp(reply, "\x02\x01\x01\x78", 4) != 0)
        return false;
    size_t at = 5 + (reply[4] & 0x80U ? reply[4] & 0x7FU : 0);
    return len >= at + 3 && memcmp(reply + at, "\x0A\x01\x00", 3) == 0;
}

static const char *run_ldap(const struct starttls_line *line)
{
    static const char request[] = "\x30\x1D\x02\x01\x01\x77\x18\x80\x16"
                                  "1.3.6.1.4.1.1466.20037";
    uint8_t reply[LDAP_REPLY_MAX];
    size_t len = 0;
    if (!send_all(line, request, sizeof request - 1) || !read_ber(line, reply, &len))
        return no_reply;
    return is_ldap_success(reply, len) ? NULL : no_tls;
}

bool starttls_from_name(const char *name, enum starttls *out)
{
    for (size_t i = 1; i < N_DIALOGUES; i++) {
        if (strcmp(dialogues[i].name, name) == 0) {
            *out = (enum starttls)i;
            return true;
        }
    }
    return false;
}

const char *starttls_port(enum starttls protocol)
{
    return dialogues[protocol].port;
}

const char *starttls_run(enum starttls protocol, const struct starttls_line *line)
{
    if (protocol == STARTTLS_POSTGRES)
        return run_postgres(line);
    if (protocol == STARTTLS_LDAP)
        return run_ldap(line);
    return run_dialogue(&dialogues[protocol], line);
}

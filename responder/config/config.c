// SPDX-License-Identifier: MIT
//
// The configuration file, read with libConfuse: it sees the form, and every value goes through
// the table of settings. All strings belong to the configuration and are freed with it.
#include "config/config.h"

#include "config/parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// FILE_MAX is the most octets of a configuration file.
enum { FILE_MAX = 1 << 20, SETTINGS_MAX = 32 };

// END_MARK is read behind the end of the file: libConfuse takes the end for a closing brace, so a
// file that was cut short would pass.
#define END_MARK "__end"

// GIVEN marks an option that was set once; libConfuse leaves this bit alone.
#define GIVEN (1 << 24)

// struct value is what libConfuse keeps for us: the text of a value and where it stood.
struct value {
    int line;
    char text[];
};

// struct block is one piece of memory of a configuration.
struct block {
    struct block *next;
    max_align_t data[];
};

// struct whole is a configuration and its memory.
struct whole {
    struct config config;
    struct block *blocks;
};

// libConfuse's functions of error have no argument of ours. Only one file is read at a time, by one
// thread.
static struct scan *current;

bool scan_fail(struct scan *scan, int line, const char *format, ...)
{
    if (scan->has_failed)
        return false;
    scan->has_failed = true;
    if (line > scan->n_lines && scan->n_lines > 0)
        line = scan->n_lines;
    int len = line > 0 ? snprintf(scan->why, scan->size, "%s:%d: ", scan->file, line)
                       : snprintf(scan->why, scan->size, "%s: ", scan->file);
    if (len < 0 || (size_t)len >= scan->size)
        return false;
    va_list args;
    va_start(args, format);
    vsnprintf(scan->why + len, scan->size - (size_t)len, format, args);
    va_end(args);
    return false;
}

__attribute__((format(printf, 2, 0))) static void on_error(cfg_t *cfg, const char *format,
                                                           va_list args)
{
    char text[512];
    vsnprintf(text, sizeof text, format, args);
    if (strstr(text, "'" END_MARK "'") != NULL)
        snprintf(text, sizeof text, "a section is not closed");
    scan_fail(current, cfg->line, "%s", text);
}

static const struct setting *find_setting(const cfg_t *section, const char *name)
{
    const struct setting *settings = config_settings;
    if (strcmp(section->name, "issuer") == 0)
        settings = issuer_settings;
    else if (strcmp(section->name, "signer") == 0)
        settings = signer_settings;
    while (settings->name != NULL && strcmp(settings->name, name) != 0)
        settings++;
    return settings;
}

// on_value is called by libConfuse for each value. A list's second value adds to it.
static int on_value(cfg_t *section, cfg_opt_t *opt, const char *text, void *result)
{
    const struct setting *setting = find_setting(section, opt->name);
    if ((opt->flags & GIVEN) != 0 && !(setting->is_list && opt->nvalues > 1)) {
        scan_fail(current, section->line, "%s is given twice", opt->name);
        return -1;
    }
    opt->flags |= GIVEN;
    char why[400];
    if (strcmp(text, END_MARK) == 0) {
        scan_fail(current, section->line, "%s has no value", opt->name);
        return -1;
    }
    if (!value_check(setting, text, why, sizeof why)) {
        scan_fail(current, section->line, "%s %s", opt->name, why);
        return -1;
    }
    struct value *value = malloc(sizeof *value + strlen(text) + 1);
    if (value == NULL) {
        scan_fail(current, 0, "no memory");
        return -1;
    }
    value->line = section->line;
    memcpy(value->text, text, strlen(text) + 1);
    *(void **)result = value;
    return 0;
}

static int on_end(cfg_t *section, cfg_opt_t *opt, int argc, const char **argv)
{
    (void)opt;
    (void)argv;
    current->is_complete = argc == 0 && strcmp(section->name, "root") == 0;
    return 0;
}

static const struct value *value_of(cfg_t *section, const char *name, size_t i)
{
    const cfg_opt_t *opt = cfg_getopt(section, name);
    return opt != NULL && i < opt->nvalues ? opt->values[i]->ptr : NULL;
}

bool is_given(cfg_t *section, const char *name)
{
    return value_of(section, name, 0) != NULL;
}

int line_of(cfg_t *section, const char *name)
{
    const struct value *value = value_of(section, name, 0);
    return value != NULL ? value->line : section->line;
}

// keep gives `size` zeroed octets that live as long as the configuration.
static void *keep(struct scan *scan, size_t size)
{
    struct whole *whole = (struct whole *)scan->config;
    struct block *block = calloc(1, sizeof *block + size);
    if (block == NULL) {
        scan_fail(scan, 0, "no memory");
        return NULL;
    }
    block->next = whole->blocks;
    whole->blocks = block;
    return block->data;
}

static char *keep_text(struct scan *scan, const char *before, size_t len, const char *text)
{
    char *out = keep(scan, len + strlen(text) + 1);
    if (out == NULL)
        return NULL;
    memcpy(out, before, len);
    memcpy(out + len, text, strlen(text) + 1);
    return out;
}

// keep_path gives a path as it is seen from where the process is: relative ones are relative to the
// folder of the file.
static char *keep_path(struct scan *scan, const char *path)
{
    const char *slash = strrchr(scan->file, '/');
    size_t folder_len = slash != NULL && path[0] != '/' ? (size_t)(slash - scan->file) + 1 : 0;
    return keep_text(scan, scan->file, folder_len, path);
}

// keep_address makes the path of "unix:PATH" one from here.
static char *keep_address(struct scan *scan, const char *address)
{
    if (strncmp(address, "unix:", 5) != 0)
        return keep_text(scan, "", 0, address);
    const char *path = keep_path(scan, address + 5);
    return path != NULL ? keep_text(scan, "unix:", 5, path) : NULL;
}

static char *keep_value(struct scan *scan, const struct setting *setting, const char *text)
{
    if (setting->kind == KIND_PATH)
        return keep_path(scan, text);
    // A file is a file, however it is written: what is checked of files is checked of it.
    if (setting->kind == KIND_KEY && value_file(text) != NULL)
        return keep_path(scan, value_file(text));
    if (setting->kind == KIND_ADDRESS)
        return keep_address(scan, text);
    return keep_text(scan, "", 0, text);
}

// store puts a checked value into its member of `*out`.
static bool store(struct scan *scan, const struct setting *setting, const char *text, char *out)
{
    void *member = out + setting->offset;
    switch (setting->kind) {
    case KIND_TEXT:
    case KIND_PATH:
    case KIND_KEY:
    case KIND_ADDRESS:
        return (*(const char **)member = keep_value(scan, setting, text)) != NULL;
    case KIND_BOOL:
        return value_bool(text, member);
    case KIND_CHOICE:
        *(unsigned *)member = value_choice(setting, text);
        return true;
    case KIND_SECONDS:
        *(int64_t *)member = value_number(setting, text);
        return true;
    case KIND_COUNT:
    case KIND_SIZE:
        *(size_t *)member = (size_t)value_number(setting, text);
        return true;
    }
    return false;
}

static bool store_list(struct scan *scan, cfg_t *section, const struct setting *setting)
{
    const cfg_opt_t *opt = cfg_getopt(section, setting->name);
    if ((opt->flags & CFGF_MODIFIED) != 0 && opt->nvalues == 0)
        return scan_fail(scan, 0, "%s is empty", setting->name);
    size_t n = opt->nvalues > 0 ? opt->nvalues : 1;
    const char **items = keep(scan, n * sizeof *items);
    if (items == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct value *value = value_of(section, setting->name, i);
        items[i] = keep_value(scan, setting, value != NULL ? value->text : setting->initial);
        if (items[i] == NULL)
            return false;
    }
    scan->config->listen = items;
    scan->config->n_listen = n;
    return true;
}

static bool store_all(struct scan *scan, cfg_t *section, const struct setting *settings, void *out)
{
    for (; settings->name != NULL; settings++) {
        const struct value *value = value_of(section, settings->name, 0);
        const char *text = value != NULL ? value->text : settings->initial;
        if (settings->is_list ? !store_list(scan, section, settings)
                              : text != NULL && !store(scan, settings, text, out))
            return false;
    }
    return true;
}

static bool take_signer(struct scan *scan, cfg_t *section, struct signer_config *signer)
{
    signer->name = keep_text(scan, "", 0, cfg_title(section));
    return signer->name != NULL && store_all(scan, section, signer_settings, signer);
}

static bool take_issuer(struct scan *scan, cfg_t *section, struct issuer_config *issuer)
{
    issuer->name = keep_text(scan, "", 0, cfg_title(section));
    if (issuer->name == NULL || !store_all(scan, section, issuer_settings, issuer))
        return false;
    issuer->n_signers = cfg_size(section, "signer");
    issuer->signers = keep(scan, issuer->n_signers * sizeof *issuer->signers);
    bool is_well = issuer->signers != NULL;
    for (unsigned i = 0; is_well && i < issuer->n_signers; i++)
        is_well = take_signer(scan, cfg_getnsec(section, "signer", i), &issuer->signers[i]);
    return is_well;
}

static bool take(struct scan *scan, cfg_t *root)
{
    struct config *config = scan->config;
    config->file = keep_text(scan, "", 0, scan->file);
    if (config->file == NULL || !store_all(scan, root, config_settings, config))
        return false;
    // "" is how to say that there is to be none.
    if (config->admin_listen[0] == '\0')
        config->admin_listen = NULL;
    config->n_issuers = cfg_size(root, "issuer");
    config->issuers = keep(scan, config->n_issuers * sizeof *config->issuers);
    bool is_well = config->issuers != NULL;
    for (unsigned i = 0; is_well && i < config->n_issuers; i++)
        is_well = take_issuer(scan, cfg_getnsec(root, "issuer", i), &config->issuers[i]);
    return is_well;
}

// add_options writes libConfuse's table of a section's settings, and returns what follows it.
static cfg_opt_t *add_options(cfg_opt_t *out, const struct setting *settings)
{
    for (; settings->name != NULL; settings++) {
        cfg_opt_t one = CFG_PTR_CB(settings->name, NULL, CFGF_NODEFAULT, on_value, free);
        one.flags |= settings->is_list ? CFGF_LIST : 0;
        *out++ = one;
    }
    return out;
}

static cfg_t *new_reader(void)
{
    cfg_opt_t signer[SETTINGS_MAX];
    cfg_opt_t issuer[SETTINGS_MAX];
    cfg_opt_t root[SETTINGS_MAX];
    const cfg_opt_t end = CFG_END();
    const cfg_flag_t titled = CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES;

    *add_options(signer, signer_settings) = end;
    cfg_opt_t *next = add_options(issuer, issuer_settings);
    *next++ = (cfg_opt_t)CFG_SEC("signer", signer, titled);
    *next = end;
    next = add_options(root, config_settings);
    *next++ = (cfg_opt_t)CFG_SEC("issuer", issuer, titled);
    *next++ = (cfg_opt_t)CFG_FUNC(END_MARK, on_end);
    *next = end;
    cfg_t *cfg = cfg_init(root, CFGF_NONE);
    if (cfg != NULL)
        cfg_set_error_function(cfg, on_error);
    return cfg;
}

// read_text reads the settings of `text` into libConfuse's memory.
static bool read_text(struct scan *scan, cfg_t *cfg, const char *text)
{
    size_t size = strlen(text) + sizeof "\n" END_MARK "()\n";
    char *marked = malloc(size);
    if (marked == NULL)
        return scan_fail(scan, 0, "no memory");
    snprintf(marked, size, "%s\n" END_MARK "()\n", text);
    current = scan;
    bool is_read = text_prepare(scan, marked);
    scan->n_lines -= 2;  // those of the mark
    is_read = is_read && cfg_parse_buf(cfg, marked) == CFG_SUCCESS;
    current = NULL;
    free(marked);
    if (scan->has_failed)
        return false;
    return is_read && scan->is_complete ? true : scan_fail(scan, 0, "a section is not closed");
}

static bool fill(struct scan *scan, const char *text, bool has_files)
{
    cfg_t *cfg = new_reader();
    if (cfg == NULL)
        return scan_fail(scan, 0, "no memory");
    bool is_well = read_text(scan, cfg, text) && take(scan, cfg) &&
                   config_check_policy(scan, cfg) && (!has_files || config_check_files(scan, cfg));
    cfg_free(cfg);
    return is_well;
}

static struct config *parse(const char *file, const char *text, bool has_files, char *why,
                            size_t size)
{
    struct scan scan = {.file = file, .why = why, .size = size};
    struct whole *whole = calloc(1, sizeof *whole);
    if (whole == NULL) {
        scan_fail(&scan, 0, "no memory");
        return NULL;
    }
    scan.config = &whole->config;
    if (fill(&scan, text, has_files))
        return scan.config;
    config_free(scan.config);
    return NULL;
}

struct config *config_parse(const char *file, const char *text, char *why, size_t size)
{
    return parse(file, text, false, why, size);
}

struct config *config_inspect(const char *file, const char *text, char *why, size_t size)
{
    return parse(file, text, true, why, size);
}

static bool is_text(const char *text, size_t len, char *why, size_t size, const char *file)
{
    if (memchr(text, '\0', len) == NULL)
        return true;
    snprintf(why, size, "%s: not a text", file);
    return false;
}

char *config_read(const char *file, char *why, size_t size)
{
    FILE *in = fopen(file, "re");
    char *text = in != NULL ? calloc(1, FILE_MAX + 1) : NULL;
    if (text == NULL) {
        snprintf(why, size, "%s: %s", file, strerror(errno));
        if (in != NULL)
            fclose(in);
        return NULL;
    }
    size_t len = fread(text, 1, FILE_MAX + 1, in);
    bool is_well = false;
    if (ferror(in) != 0)
        snprintf(why, size, "%s: %s", file, strerror(errno));
    else if (len > FILE_MAX)
        snprintf(why, size, "%s: larger than %d octets", file, FILE_MAX);
    else
        is_well = is_text(text, len, why, size, file);
    fclose(in);
    if (is_well)
        return text;
    free(text);
    return NULL;
}

struct config *config_load(const char *file, char *why, size_t size)
{
    char *text = config_read(file, why, size);
    if (text == NULL)
        return NULL;
    struct config *config = parse(file, text, false, why, size);
    free(text);
    return config;
}

void config_free(struct config *config)
{
    struct whole *whole = (struct whole *)config;
    if (whole == NULL)
        return;
    for (struct block *block = whole->blocks; block != NULL;) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    free(whole);
}

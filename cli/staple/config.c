// SPDX-License-Identifier: MIT
//
// The configuration. libconfuse knows the grammar and which settings there are; what a setting may
// be is looked at as it is read, so that the error line has its line.
#include "staple/config.h"

#include "program/input.h"
#include "program/report.h"

#include <confuse.h>

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PLACE_SIZE = 512, TITLE_MAX = 253 };

// struct reading is a configuration that is being read. `section` is the staple that the settings
// belong to at the moment; `seen` has a bit for each setting of it, `seen_all` for those above.
struct reading {
    struct staple_setup *setup;
    const char *file;
    size_t n_more;
    const cfg_t *section;
    unsigned seen;
    unsigned seen_all;
    bool is_whole;
};

// libconfuse gives its callbacks nothing of ours.
static struct reading *reading;

// The settings, by the name of the option that does the same.
static const struct word {
    const char *name;
    int option;
    bool is_list;
    bool in_all;     // at the top
    bool in_staple;  // in a staple
} words[] = {
    {"cert", STAPLE_CERT, false, false, true},
    {"out", STAPLE_OUT, false, false, true},
    {"form", STAPLE_FORM, false, true, true},
    {"haproxy-socket", STAPLE_HAPROXY_SOCKET, false, true, true},
    {"mode", STAPLE_MODE, false, true, true},
    {"owner", STAPLE_OWNER, false, true, true},
    {"reload-hook", STAPLE_RELOAD_HOOK, false, true, true},
    {"alert-hook", STAPLE_ALERT_HOOK, false, true, true},
    {"url", ASKING_URL, false, true, true},
    {"issuer", ASKING_ISSUER, true, true, true},
    {"metrics", STAPLE_METRICS, false, true, false},
    {"trusted-responder", ASKING_TRUSTED_RESPONDER, true, true, false},
    {"hash", ASKING_HASH, false, true, false},
    {"max-age", ASKING_MAX_AGE, false, true, false},
    {"skew", ASKING_SKEW, false, true, false},
    {"timeout", ASKING_TIMEOUT, false, true, false},
    {"connect-timeout", ASKING_CONNECT_TIMEOUT, false, true, false},
    {"proxy", ASKING_PROXY, false, true, false},
    {"cache-dir", ASKING_CACHE_DIR, false, true, false},
    {"insecure-allow-sha1", ASKING_ALLOW_SHA1, false, true, false},
    {"insecure-allow-small-rsa", ASKING_ALLOW_SMALL_RSA, false, true, false},
};

enum { N_WORDS = sizeof words / sizeof words[0] };

static size_t word_of(const char *name)
{
    size_t i = 0;
    while (strcmp(words[i].name, name) != 0)
        i++;
    return i;
}

static void place_of(char out[PLACE_SIZE], const char *file, int line)
{
    snprintf(out, PLACE_SIZE, "%s:%d", file, line);
}

__attribute__((format(printf, 2, 0))) static void
complain_libconfuse(cfg_t *cfg, const char *format, va_list args)
{
    char text[512];
    char place[PLACE_SIZE];
    if (vsnprintf(text, sizeof text, format, args) < 0)
        text[0] = '\0';
    place_of(place, reading->file, cfg->line);
    complain(place, "%s", text);
}

static bool is_flag(int option)
{
    return option == ASKING_ALLOW_SHA1 || option == ASKING_ALLOW_SMALL_RSA;
}

static bool flag_value(const char *place, const char *name, const char *value, bool *out)
{
    int is = cfg_parse_boolean(value);
    *out = is == 1;
    if (is == 0 || is == 1)
        return true;
    complain(place, "--%s: \"%s\" is neither true nor false", name, value);
    return false;
}

static bool set_all(const struct command *at, const struct word *word, const char *value)
{
    bool is_on = true;
    struct asking_options *asking = &reading->setup->asking;
    if (is_flag(word->option) && !flag_value(at->title, word->name, value, &is_on))
        return false;
    if (!is_on)
        return true;
    if (word->option == ASKING_ISSUER)
        asking->issuers =
            must_resize(asking->issuers, asking->n_issuers + reading->n_more + 1, sizeof(char *));
    if (word->option == ASKING_TRUSTED_RESPONDER)
        asking->trusted =
            must_resize(asking->trusted, asking->n_trusted + reading->n_more + 1, sizeof(char *));
    return staple_setting_set_all(at->title, reading->setup, word->option, value);
}

// The staple that a section is about, which is new when the section is.
static struct staple_setting *current(cfg_t *section)
{
    struct staple_setup *setup = reading->setup;
    if (section == reading->section)
        return &setup->items[setup->n - 1];
    reading->section = section;
    reading->seen = 0;
    return staple_setup_add(setup, staple_setup_text(setup, cfg_title(section)));
}

static bool set_one(const struct command *at, cfg_t *section, const struct word *word,
                    const char *value)
{
    struct staple_setting *setting = current(section);
    if (word->option != ASKING_ISSUER)
        return staple_setting_set(at->title, setting, word->option, value);
    setting->issuers = must_resize(setting->issuers, setting->n_issuers + 1, sizeof(char *));
    setting->issuers[setting->n_issuers++] = value;
    return true;
}

static bool see(const struct command *at, const struct word *word, bool is_all)
{
    unsigned bit = 1U << (word - words);
    unsigned *seen = is_all ? &reading->seen_all : &reading->seen;
    if (!word->is_list && (*seen & bit) != 0) {
        complain(at->title, "%s is set twice", word->name);
        return false;
    }
    *seen |= bit;
    return true;
}

// Called for each value that is read; `*result` is the text that libconfuse keeps, too.
static int take_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
    char place[PLACE_SIZE];
    place_of(place, reading->file, cfg->line);
    const struct command at = {.title = place};
    const struct word *word = &words[word_of(opt->name)];
    const char *kept = staple_setup_text(reading->setup, value);
    *(const char **)result = kept;
    bool is_all = cfg_title(cfg) == NULL;
    if (!is_all)
        (void)current(cfg);
    if (!see(&at, word, is_all))
        return -1;
    bool ok = is_all ? set_all(&at, word, kept) : set_one(&at, cfg, word, kept);
    return ok ? 0 : -1;
}

// libconfuse does not mind a section or a comment without an end. So a setting of ours stands at
// the end of the text: it must be seen, and not in a section.
static const char at_end[] = "\nend-of-file = true\n";

static int take_end(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
    (void)opt;
    *(const char **)result = value;
    reading->is_whole = cfg_title(cfg) == NULL;
    if (reading->is_whole)
        return 0;
    cfg_error(cfg, "the staple \"%s\" has no end: a } is missing", cfg_title(cfg));
    return -1;
}

// Names go into variables of the environment, separated by spaces.
static bool is_name(const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] <= ' ' || text[i] == 0x7F)
            return false;
    }
    return len >= 1 && len <= TITLE_MAX;
}

// Called at the end of each staple.
static int end_staple(cfg_t *cfg, cfg_opt_t *opt)
{
    cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
    struct staple_setting *setting = current(section);
    setting->line = cfg->line;
    if (!is_name(setting->name)) {
        cfg_error(cfg, "staple \"%s\": its name is not 1 to %d octets without spaces",
                  setting->name, TITLE_MAX);
        return -1;
    }
    if (reading->setup->n > STAPLE_ITEMS_MAX) {
        cfg_error(cfg, "more than %d staples", STAPLE_ITEMS_MAX);
        return -1;
    }
    return 0;
}

static void add_option(cfg_opt_t *out, const struct word *word)
{
    const cfg_opt_t one = CFG_STR_CB(word->name, NULL, CFGF_NODEFAULT, take_value);
    const cfg_opt_t list = CFG_STR_LIST_CB(word->name, NULL, CFGF_NODEFAULT, take_value);
    *out = word->is_list ? list : one;
}

static bool parse(FILE *in)
{
    const cfg_opt_t end = CFG_END();
    const cfg_opt_t whole = CFG_STR_CB("end-of-file", NULL, CFGF_NODEFAULT, take_end);
    cfg_opt_t staple[N_WORDS + 2];
    cfg_opt_t all[N_WORDS + 3];
    size_t n_staple = 0;
    size_t n_all = 0;
    for (size_t i = 0; i < N_WORDS; i++) {
        if (words[i].in_staple)
            add_option(&staple[n_staple++], &words[i]);
        if (words[i].in_all)
            add_option(&all[n_all++], &words[i]);
    }
    staple[n_staple++] = whole;
    staple[n_staple] = end;
    const cfg_opt_t section =
        CFG_SEC("staple", staple, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
    all[n_all++] = whole;
    all[n_all++] = section;
    all[n_all] = end;
    cfg_t *cfg = cfg_init(all, CFGF_NONE);
    if (cfg == NULL)
        die_no_memory();
    cfg_set_error_function(cfg, complain_libconfuse);
    cfg_set_validate_func(cfg, "staple", end_staple);
    bool ok = cfg_parse_fp(cfg, in) == CFG_SUCCESS;
    cfg_free(cfg);
    return ok;
}

static bool read_text(const char *file, struct octets *out)
{
    if (!input_read(file, out))
        return false;
    const char *wrong = NULL;
    if (out->len > STAPLE_CONFIG_MAX)
        wrong = "larger than 1 MiB";
    else if (memchr(out->data, '\0', out->len) != NULL)
        wrong = "is no text: there is a NUL in it";
    if (wrong == NULL)
        return true;
    complain(file, "%s", wrong);
    free(out->data);
    return false;
}

bool staple_config_read(struct staple_setup *out, const char *file, size_t n_more)
{
    struct octets text;
    struct reading one = {.setup = out, .file = file, .n_more = n_more};
    if (!read_text(file, &text))
        return false;
    text.data = must_resize(text.data, text.len + sizeof at_end, 1);
    memcpy(text.data + text.len, at_end, sizeof at_end - 1);
    FILE *in = fmemopen(text.data, text.len + sizeof at_end - 1, "r");
    if (in == NULL)
        die_no_memory();
    reading = &one;
    bool ok = parse(in);
    if (ok && !one.is_whole)
        complain(file, "has no end: a comment or a text is still open");
    ok = ok && one.is_whole;
    reading = NULL;
    fclose(in);
    free(text.data);
    return ok;
}

// struct place is where a staple goes, whatever name was given for it.
struct place {
    const struct staple_setting *setting;
    char *path;
};

// The path of the file, or, when it is not there yet, that of its directory and its name.
static char *real_place(const char *path)
{
    char *real = realpath(path, NULL);
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    if (real != NULL)
        return real;
    size_t len = (size_t)(name - path);
    char *directory = must_alloc(len + 2, 1);
    memcpy(directory, slash != NULL ? path : ".", slash != NULL ? len : 1);
    real = realpath(directory, NULL);
    const char *begin = real != NULL ? real : directory;
    size_t size = strlen(begin) + strlen(name) + 2;
    char *out = must_alloc(size, 1);
    snprintf(out, size, "%s/%s", begin, name);
    free(directory);
    free(real);
    return out;
}

static int by_path(const void *a, const void *b)
{
    const struct place *one = a;
    const struct place *other = b;
    return strcmp(one->path, other->path);
}

static void complain_staple(const char *file, const struct staple_setting *setting,
                            const char *wrong, const char *more)
{
    char place[PLACE_SIZE];
    place_of(place, file, setting->line);
    complain(place, "staple \"%s\": %s%s", setting->name, wrong, more);
}

static bool are_apart(const struct staple_setup *setup, const char *file)
{
    struct place *places = must_alloc(setup->n, sizeof *places);
    bool ok = true;
    for (size_t i = 0; i < setup->n; i++)
        places[i] = (struct place){&setup->items[i], real_place(setup->items[i].out)};
    qsort(places, setup->n, sizeof *places, by_path);
    for (size_t i = 1; ok && i < setup->n; i++) {
        const struct staple_setting *one = places[i - 1].setting;
        const struct staple_setting *other = places[i].setting;
        // It is the later one that is too much.
        const struct staple_setting *later = other > one ? other : one;
        ok = by_path(&places[i - 1], &places[i]) != 0;
        if (!ok)
            complain_staple(file, later, "another staple goes to the same file, ", later->out);
    }
    for (size_t i = 0; i < setup->n; i++)
        free(places[i].path);
    free(places);
    return ok;
}

bool staple_config_finish(struct staple_setup *setup, const char *file)
{
    if (setup->n == 0) {
        complain(file, "names no staple");
        return false;
    }
    for (size_t i = 0; i < setup->n; i++) {
        const char *wrong = staple_setting_finish(setup, &setup->items[i]);
        if (wrong != NULL) {
            complain_staple(file, &setup->items[i], wrong, "");
            return false;
        }
    }
    return are_apart(setup, file);
}

// SPDX-License-Identifier: MIT
//
// The words about sources.
#include "answer/source_text.h"

#include <ocsp/der.h>

#include <stdio.h>

static const char *remedy(const struct issuer_config *config)
{
    return config->source == SOURCE_CRL ? "publish a new CRL" : "make the source readable again";
}

const char *source_text_times(const struct issuer_config *config, const struct source_state *state,
                              enum condition condition, int64_t now, char out[SOURCE_TEXT])
{
    char span[CONDITION_DURATION];
    char at[OC_TIME_TEXT_LEN] = "";
    int64_t end = condition_end(state, config);
    oc_time_text(condition == CONDITION_NOT_YET_VALID ? state->begins : end, at);
    out[0] = '\0';
    switch (condition) {
    case CONDITION_CURRENT:
        snprintf(out, SOURCE_TEXT, "the source is current again");
        break;
    case CONDITION_EXPIRING:
        snprintf(out, SOURCE_TEXT, "the source expires in %s, at %s: %s",
                 condition_duration(end - now, span), at, remedy(config));
        break;
    case CONDITION_EXPIRED:
        snprintf(out, SOURCE_TEXT,
                 "the source expired %s ago, at %s, so answers that rest on it are tryLater: %s",
                 condition_duration(now - end, span), at, remedy(config));
        break;
    case CONDITION_NOT_YET_VALID:
        snprintf(out, SOURCE_TEXT,
                 "the source is not valid before %s, so answers are tryLater: check the clocks of "
                 "this host and of the CA",
                 at);
        break;
    }
    return out;
}

const char *source_text_gap(const char *gap, char out[SOURCE_TEXT])
{
    snprintf(out, SOURCE_TEXT,
             "the source is incomplete, so serial numbers that it does not list are answered "
             "tryLater: %s",
             gap);
    return out;
}

const char *source_text_odd(const struct odd_row *row, char out[SOURCE_TEXT])
{
    snprintf(out, SOURCE_TEXT, "%s:%zu: \"%s\": %s%s", row->path, row->line, row->text, row->what,
             row->is_uncertain ? ", so its status is uncertain" : "");
    return out;
}

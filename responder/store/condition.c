// SPDX-License-Identifier: MIT
//
// Compares the times of a source with the clock, as answers do.
#include "store/condition.h"

#include <stdio.h>

bool condition_read(struct store *store, struct source_state *out)
{
    *out = (struct source_state){0};
    if (store->methods->get_state == NULL)
        return false;
    store->methods->get_state(store, out);
    return true;
}

int64_t condition_end(const struct source_state *state, const struct issuer_config *config)
{
    if (state->next_update != 0 || state->this_update == 0 || config->source == SOURCE_CRL)
        return state->next_update;
    return state->this_update + config->validity;
}

enum condition condition_of(const struct source_state *state, const struct issuer_config *config,
                            int64_t warning, int64_t now)
{
    int64_t end = condition_end(state, config);
    if (end != 0 && end <= now)
        return CONDITION_EXPIRED;
    if (state->begins > now)
        return CONDITION_NOT_YET_VALID;
    if (end == 0)
        return CONDITION_CURRENT;
    int64_t quarter = (end - state->this_update) / 4;
    return end - now <= (warning < quarter ? warning : quarter) ? CONDITION_EXPIRING
                                                                : CONDITION_CURRENT;
}

const char *condition_duration(int64_t seconds, char out[CONDITION_DURATION])
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "days"}, {3600, "hours"}, {60, "minutes"}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (seconds < 2 * units[i].seconds)
            continue;
        snprintf(out, CONDITION_DURATION, "%lld %s", (long long)(seconds / units[i].seconds),
                 units[i].name);
        return out;
    }
    snprintf(out, CONDITION_DURATION, "%lld second%s", (long long)seconds, seconds == 1 ? "" : "s");
    return out;
}

// SPDX-License-Identifier: MIT
//
// Sentences about a source, for the log and for check-config. Each function writes one to `out`,
// without the name of the issuer, and returns `out`.
#ifndef ANSWER_SOURCE_TEXT_H
#define ANSWER_SOURCE_TEXT_H

#include "config/config.h"
#include "store/condition.h"

// SOURCE_TEXT is enough for a path, a row and the words around them; longer texts are cut.
enum { SOURCE_TEXT = 2048 };

// source_text_times is about its times, source_text_gap about what it lacks, and source_text_odd
// about one of its rows.
const char *source_text_times(const struct issuer_config *config, const struct source_state *state,
                              enum condition condition, int64_t now, char out[SOURCE_TEXT]);
const char *source_text_gap(const char *gap, char out[SOURCE_TEXT]);
const char *source_text_odd(const struct odd_row *row, char out[SOURCE_TEXT]);

#endif

// SPDX-License-Identifier: MIT
//
// The sink for people.
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include "sink.h"

// text_sink writes indented text, with a label for each value.
extern const struct sink_ops text_sink;

#endif

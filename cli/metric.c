// SPDX-License-Identifier: MIT
//
// Escaping of labels in the text format of Prometheus.
#include "metric.h"

void metric_print_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            fputs("\\n", out);
        else if (*text == '"' || *text == '\\')
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
}

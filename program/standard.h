// SPDX-License-Identifier: MIT
//
// The standard descriptors of a program, at its start and its end.
#ifndef PROGRAM_STANDARD_H
#define PROGRAM_STANDARD_H

#include <stdbool.h>

// standard_begin sets the name of the program (report.h), opens those of descriptors 0 to 2 that
// are closed, and makes writing to a closed pipe an error instead of a signal. Returns false if it
// cannot.
bool standard_begin(const char *program);

// standard_end_by_pipe makes writing to a closed pipe end the program by SIGPIPE, without a
// message, as it ends other programs that only print. For commands that change nothing.
void standard_end_by_pipe(void);

// standard_end flushes standard output. Returns false, after an error line, if anything printed
// could not be written.
bool standard_end(void);

#endif

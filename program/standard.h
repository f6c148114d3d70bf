// SPDX-License-Identifier: MIT
//
// The standard descriptors of a program, at its beginning and at its end.
#ifndef PROGRAM_STANDARD_H
#define PROGRAM_STANDARD_H

#include <stdbool.h>

// standard_begin makes sure that descriptors 0 to 2 are taken, and that a closed pipe is an error
// like a full disk. Returns false when that cannot be.
bool standard_begin(void);

// standard_end tells whether everything printed has got through to standard output; if not, after
// an error line of `program`.
bool standard_end(const char *program);

#endif

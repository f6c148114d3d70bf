// SPDX-License-Identifier: MIT
//
// Writes results to files, as a whole or not at all, and to standard output.
#ifndef PROGRAM_OUTPUT_H
#define PROGRAM_OUTPUT_H

#include <ocsp/base.h>

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

// struct output_rights is the mode and the owner of a file; without them they are those of any new
// file. A gid of (gid_t)-1 leaves the group unchanged. With `may_keep_owner`, failing to change the
// owner is not an error.
struct output_rights {
    bool has_mode;
    mode_t mode;
    bool has_owner;
    uid_t uid;
    gid_t gid;
    bool may_keep_owner;
};

// output_file writes octets to `path`. A regular or new file is written as a whole or left as it
// was; a symbolic link is followed. Others (a device, a pipe) are written to directly. Returns
// false after an error line.
bool output_file(const char *path, struct oc_bytes octets);

// output_file_with_rights is output_file() for a file that has these rights from the start. Files
// that are not regular keep their own.
bool output_file_with_rights(const char *path, struct oc_bytes octets,
                             const struct output_rights *rights);

// output_write writes all of `octets` to a descriptor. Returns false and errno.
bool output_write(int fd, struct oc_bytes octets);

// output_sync_directory makes a new name of `path` survive a loss of power, by synchronising its
// directory. If that fails there is nothing better to do, so it is not an error.
void output_sync_directory(const char *path);

// output_memory opens a stream that writes to memory. `*out`, which the caller frees, and `*size`
// are set when it is closed. If memory runs out, the program exits.
FILE *output_memory(char **out, size_t *size);

// output_sweep removes the temporary files that killed writers left in the directory of `path`,
// once they are so old that no writer can still use them.
void output_sweep(const char *path);

// output_result writes octets to `path`, or to standard output if that is NULL: base64 in lines of
// 64 characters if that is a terminal. Returns false after an error line; standard_end() reports an
// error of standard output.
bool output_result(const char *path, struct oc_bytes octets);

#endif

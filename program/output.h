// SPDX-License-Identifier: MIT
//
// Writes a result to where it is wanted, whole or not at all.
#ifndef PROGRAM_OUTPUT_H
#define PROGRAM_OUTPUT_H

#include <ocsp/base.h>

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

// struct output_rights is whose a file shall be and who may do what with it. What it does not
// have is as with any new file. A gid of (gid_t)-1 stays what it is. With `may_keep_owner` it is
// no failure that this process cannot give files away.
struct output_rights {
    bool has_mode;
    mode_t mode;
    bool has_owner;
    uid_t uid;
    gid_t gid;
    bool may_keep_owner;
};

// output_file writes octets to `path`. A regular file, or one that is not there yet,
// appears whole under its name or stays as it was; a symbolic link is followed. What is
// no file (a device, a pipe) is written to directly. Returns false after an error line.
bool output_file(const char *path, struct oc_bytes octets);

// output_file_with_rights is output_file() for a file that has these rights from the start. What
// is no regular file keeps its own.
bool output_file_with_rights(const char *path, struct oc_bytes octets,
                             const struct output_rights *rights);

// output_write writes all of `octets` to a descriptor. Returns false and errno.
bool output_write(int fd, struct oc_bytes octets);

// output_sync_directory makes a new name of `path` survive a loss of power, by synchronising its
// directory. If that fails there is nothing better to do, so it is not an error.
void output_sync_directory(const char *path);

// output_memory opens a stream that writes into memory, which the caller frees; the two are set
// when it is closed. Ends the program when there is no memory.
FILE *output_memory(char **out, size_t *size);

// output_sweep removes what writers of `path`, and of other files in its directory, have left there
// when they were killed, once it is older than any writer.
void output_sweep(const char *path);

// output_stdout writes octets to standard output, or base64 in lines of 64 characters
// if that is a terminal. Whether it got through is seen when the program ends.
void output_stdout(struct oc_bytes octets);

// output_result writes octets to `path`, or to standard output if that is NULL. Returns
// false after an error line.
bool output_result(const char *path, struct oc_bytes octets);

#endif

/* Writes what a snapshot is read from under a directory, to be opened as a root later.
 *
 * It listens to the root while an ordinary sample is taken, so whatever the program learns to read
 * is captured too. The copy holds command lines and names of users: nobody but its owner can read it,
 * and it is to be treated as the original. */
#ifndef OOMSPECT_CAPTURE_H
#define OOMSPECT_CAPTURE_H

#include "oomspect/root.h"

#include <stddef.h>

struct capture_result {
	size_t processes, cgroups, files;
};

/* Captures the machine behind `root` into the directory `path`, which is made, or is ours, empty and
 * not writable by others (outfile_directory). ERR_NOT_FOUND, ERR_DENIED or ERR_IO when it cannot be
 * written: what was written so far stays. */
enum err_code capture_write(
	struct root *root, const char *path, struct capture_result *ret, struct err *err);

#endif

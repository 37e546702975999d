/* A program of the system that does a part of the work: journalctl, or the unpacker of a log.
 *
 * It runs with our rights, or not at all, and gets nothing that somebody else may have chosen: it
 * is looked for in fixed directories, never by PATH; neither it nor a directory above it may be
 * written by others than root and us; its environment is made here. Knows nothing of what the
 * programs print. The only place that starts a program. */
#ifndef OOMSPECT_HELPER_H
#define OOMSPECT_HELPER_H

#include "oomspect/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct helper {
	pid_t pid; /* 0: none, or its end has been seen */
};

/* Where it is: `path` (PATH_MAX bytes) becomes the true path, links resolved. The sentence names
 * what is in the way: where it was looked for, or who else could have put it there. */
enum err_code helper_find(const char *name, char *path, struct err *err);

/* Starts argv[0], a name without a directory, with what it prints on *ret_fd (close-on-exec, and
 * non-blocking on our side). It reads `stdin_fd`, or nothing where that is negative; what it says
 * on standard error is dropped. On failure there is no process. */
enum err_code helper_start(struct helper *helper, const char *const argv[], int stdin_fd,
	int *ret_fd, struct err *err);

/* Behind the end of its output: waits a moment for the process, and ends it if it goes on. True
 * if it exited with status 0. */
bool helper_finish(struct helper *helper);

/* Ends it, whatever it does. It only reads. */
void helper_end(struct helper *helper);

#endif

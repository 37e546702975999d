/* Another user's process that changes names as fast as it can while something writes there, and a
 * place of root's that it would like to have written to. Needs root. */
#ifndef TESTS_SUPPORT_ATTACKER_H
#define TESTS_SUPPORT_ATTACKER_H

#include "support_files.h"

#include <stdbool.h>
#include <sys/types.h>

enum { ATTACKER_UID = 4242 }; /* nobody needs to have it */

/* A folder in /tmp: what the attacker owns and may fill, "theirs"; what is anybody's and sticky,
 * "shared"; what is root's alone and must stay as it is, "outside", with a file and an empty
 * directory in it. */
struct battlefield {
	struct files files;
	char theirs[80], shared[80], outside[80], file[96], directory[96];
};

/* False, and nothing made, when this is not run by root. */
bool battlefield_make(struct battlefield *field);
void battlefield_remove(struct battlefield *field);

/* Fails the test when anything outside was made, removed or changed, or was written to the attacker's
 * own file (attacker_swap_file). */
void battlefield_assert_held(const struct battlefield *field);

enum { BATTLEFIELD_PATH_SIZE = 256 };

/* "directory/name" in `path`, which is returned. */
const char *battlefield_path(
	const char *directory, const char *name, char path[BATTLEFIELD_PATH_SIZE]);

struct attacker {
	pid_t pid;
	unsigned long *turns; /* how many it has made, shared with it */
	unsigned waits;
};

/* Starts a process of that user, which calls `turn` again and again, and waits for the first one. It
 * ends with the test at the latest. `context` is of the caller's memory at the start. */
void attacker_start(
	struct attacker *attacker, void (*turn)(const void *context), const void *context);

/* A turn, of which the attacker's calls may fail: gives the name to links that lead outside, and to a
 * file of its own ("mine", which stays empty) under one name and two, and to a FIFO. */
void attacker_swap_file(const struct battlefield *field, const char *directory, const char *name);

/* Every tenth time, waits until it is in the middle of a turn, later in it each time: it must have had
 * its turns even where all share one processor. */
void attacker_wait(struct attacker *attacker);

void attacker_stop(struct attacker *attacker);

#endif

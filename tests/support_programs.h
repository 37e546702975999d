/* Other programs in place of the system's, seen by this test and by what it starts alone: in a mount
 * namespace of its own, because the program under test looks for them in fixed places and nothing
 * in its environment makes it look elsewhere. Needs root. */
#ifndef TESTS_SUPPORT_PROGRAMS_H
#define TESTS_SUPPORT_PROGRAMS_H

#include "support_files.h"

#include <limits.h>

#define PROGRAMS_MOUNTS_MAX 16

struct programs {
	struct files files;
	char mounts[PROGRAMS_MOUNTS_MAX][PATH_MAX];
	int count;
};

/* Ends the test as skipped where there can be no such namespace. */
void programs_make(struct programs *programs);

/* Everything is as it was. Accepts one that was never made. */
void programs_remove(struct programs *programs);

/* `name` is this script of sh(1) from now on. `path` (PATH_MAX bytes, or NULL) becomes where the
 * script lies, which has the owner and the mode of the program. */
void programs_put(struct programs *programs, const char *name, const char *script, char *path);

/* Puts what is at `from` in the place of `to`. */
void programs_bind(struct programs *programs, const char *from, const char *to);

/* No program can be found at all. */
void programs_hide_all(struct programs *programs);

/* /dev/kmsg cannot be opened. */
void programs_hide_kmsg(struct programs *programs);

#endif

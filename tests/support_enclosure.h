/* A pid namespace of its own for a program, with other processes in it and none from outside, so
 * that what the program has to show is known. Needs root, or whoever else may make namespaces. */
#ifndef TESTS_SUPPORT_ENCLOSURE_H
#define TESTS_SUPPORT_ENCLOSURE_H

#include <stdbool.h>
#include <stddef.h>

struct enclosure {
	size_t asleep;   /* processes of two pages that do nothing */
	size_t churning; /* processes that take 1 to 64 MiB anew, four times a second */
};

/* Whether this machine allows one. */
bool enclosure_possible(void);

/* Makes `context`, a struct enclosure, around the calling process: returns in a new process inside
 * of it, with the caller's terminal. The caller itself waits outside, passes the exit status on,
 * and takes everything with it when it ends. For struct terminal_options. */
void enclosure_enter(const void *context);

#endif

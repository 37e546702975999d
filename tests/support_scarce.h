/* Every command of the program where something is scarce: allocations that fail, descriptors, room
 * for its output. What it then has to do is always the same: give the whole answer, or say why not.
 *
 * The program is started with tests/preload/scarce.c before libc. */
#ifndef TESTS_SUPPORT_SCARCE_H
#define TESTS_SUPPORT_SCARCE_H

#include "support_run.h"

#include <stdbool.h>
#include <stddef.h>

struct scarce_command {
	const char *claim;
	const char *words[8];
	/* Whether an answer with the right status is whole, where it is not the same each time; NULL:
	 * it is. */
	bool (*is_whole)(const struct run *run);
	bool refused; /* its status is 1 when nothing is scarce */
};

extern const struct scarce_command scarce_commands[];
extern const size_t scarce_command_count;

/* Makes what the commands need, in a pid namespace of its own where that is possible: goes on in
 * another process. Call it first. */
void scarce_begin(void);
void scarce_end(void);

/* Ends the test as skipped where nothing can stand before libc. */
void scarce_need(void);

/* Runs a command with a variable of scarce.c set, in C.UTF-8; NULL: nothing is scarce. */
struct run scarce_run(const struct scarce_command *command, const char *name, const char *value);

/* Runs it with something done to its descriptors before. */
struct run scarce_run_from(const struct scarce_command *command, const struct run_entry *entry);

/* How many allocations it makes. */
unsigned scarce_count(const struct scarce_command *command);

/* Fails the test unless the answer is whole, or the status is 1 and standard error says why. Releases
 * the run. */
void scarce_check(const struct scarce_command *command, struct run *run, const char *how);

/* The same where standard error is closed or full: the answer is whole all the same. */
void scarce_check_silent(const struct scarce_command *command, struct run *run, const char *how);

/* That standard error has at least one line, each of them "oomspect: WHAT: WHY". */
bool scarce_is_reason(const char *err);

/* For whoever starts the program by other means: sets the variable for all that is started from now
 * on, or unsets it. */
void scarce_set(const char *name, const char *value);

#endif

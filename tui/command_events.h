/* `oomspect events`: the OOM events of the running kernel's log or of saved logs. */
#ifndef COMMAND_EVENTS_H
#define COMMAND_EVENTS_H

#include "oomspect/err.h"

#include <stdbool.h>
#include <stddef.h>

struct events_options {
	bool follow;
	bool json;
	bool with_boot;           /* --boot was given */
	int boot;
	const char *const *files; /* none: the running kernel's log */
	size_t file_count;
};

/* Takes the command's own arguments (behind the word "events"). `ret->files` points into `argv`,
 * which is reordered: options may stand behind files. ERR_SYNTAX: usage, see `err`. */
enum err_code command_events_parse(int argc, char **argv, struct events_options *ret, struct err *err);

/* Runs it; the exit status. Errors go to stderr as "oomspect: WHAT: WHY". */
int command_events(const struct events_options *options);

#endif

/* Which memory cgroups a command is about: that of --cgroup with all below it; of these the ones
 * that hold, or hold below them, a process of --user or one of --pid. Knows no column. */
#ifndef OOMSPECT_CGROUP_CHOICE_H
#define OOMSPECT_CGROUP_CHOICE_H

#include "model/watch.h"

struct cgroup_choice {
	bool *rows; /* by row of the latest snapshot's tree; NULL: all of them. Owned */
	size_t capacity;
};

void cgroup_choice_release(struct cgroup_choice *choice);

/* Fills `choice` anew by the options of `watch`, for its latest sample. ERR_NOT_FOUND, ERR_SYNTAX
 * for a cgroup, user or process that is not there; ERR_NO_MEMORY. */
enum err_code cgroup_choice_build(
	struct cgroup_choice *choice, struct watch *watch, struct err *err);

static inline bool cgroup_choice_has(const struct cgroup_choice *choice, size_t row)
{
	return !choice->rows || choice->rows[row];
}

#endif

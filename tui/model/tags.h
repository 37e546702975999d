/* A set of processes that the operator has marked: tagged, as what an action is meant for besides
 * the row pointed at, or folded in the tree. Each is an identity, never a row number or a bare
 * pid. */
#ifndef OOMSPECT_TAGS_H
#define OOMSPECT_TAGS_H

#include "oomspect/snapshot.h"

struct tag {
	pid_t pid;
	uint64_t start_ticks;
};

struct tags {
	struct tag *items; /* by pid, ascending */
	size_t count, capacity;
};

void tags_release(struct tags *tags);

bool tags_has(const struct tags *tags, const struct task *task);

/* Tags a process, or takes its tag away. ERR_NO_MEMORY changes nothing. */
enum err_code tags_add(struct tags *tags, const struct task *task, struct err *err);
void tags_remove(struct tags *tags, const struct task *task);

void tags_clear(struct tags *tags);

/* Drops the tags of processes that are not in the snapshot any more. */
void tags_keep_living(struct tags *tags, const struct snapshot *snapshot);

#endif

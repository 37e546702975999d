/* A set of what was marked: processes that are tagged, folded in a tree or named at once, cgroups
 * that are folded. A mark is an identity, never a row number: a process is known by pid and start
 * time, a cgroup by its inode, which is not given again while it lives. Allocates only when it
 * grows. */
#ifndef OOMSPECT_MARKS_H
#define OOMSPECT_MARKS_H

#include "oomspect/snapshot.h"

struct mark {
	uint64_t number; /* a pid, an inode */
	uint64_t start_ticks;
};

struct marks {
	struct mark *items; /* ascending */
	size_t count, capacity;
};

void marks_release(struct marks *marks);
void marks_clear(struct marks *marks);

/* What a number alone says all of. Adding: false when there is no memory, the set is as it was. */
bool marks_has(const struct marks *marks, uint64_t number);
bool marks_add(struct marks *marks, uint64_t number);
void marks_remove(struct marks *marks, uint64_t number);

/* A process. ERR_NO_MEMORY changes nothing. */
bool marks_has_task(const struct marks *marks, const struct task *task);
enum err_code marks_add_task(struct marks *marks, const struct task *task, struct err *err);
void marks_remove_task(struct marks *marks, const struct task *task);

/* Drops the processes that are not in the snapshot any more. */
void marks_keep_living(struct marks *marks, const struct snapshot *snapshot);

#endif

/* Which tasks of a snapshot share one mm: they die together. /proc does not say it: equal counters
 * of relatives raise the question, kcmp(2) answers it where it may be asked. Goes through the tasks
 * in slices. */
#ifndef OOMSPECT_SHARERS_H
#define OOMSPECT_SHARERS_H

#include "oomspect/root.h"
#include "oomspect/snapshot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sharers {
	uint32_t *slots; /* open addressing over mm_key: index in tasks + 1, 0 free */
	size_t slot_count;
	size_t next; /* the first task that has not been looked at */
	bool fits;   /* there was memory for the slots; else who shares stays unknown */
};

void sharers_init(struct sharers *sharers);
void sharers_release(struct sharers *sharers);

/* Before the tasks of a snapshot, `count` of them; its memory is reused. */
void sharers_begin(struct sharers *sharers, size_t count);

/* Looks at `tasks` more of `shot`, the same at each step. Sets mm_owner and mm_sharers_unknown of
 * what was read anew; the others keep their answer. True when it has seen all. */
bool sharers_step(
	struct sharers *sharers, const struct root *root, struct snapshot *shot, size_t tasks);

#endif

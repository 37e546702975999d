#include "oomspect/sharers.h"

#include <stdlib.h>
#include <string.h>

#define SHARERS_TRIED 4 /* relatives with the same counters that are asked about one mm */

void sharers_init(struct sharers *sharers)
{
	*sharers = (struct sharers){ .slots = NULL };
}

void sharers_release(struct sharers *sharers)
{
	free(sharers->slots);
	sharers_init(sharers);
}

static bool reserve(struct sharers *sharers, size_t tasks)
{
	size_t wanted = 64;
	while (wanted < tasks * 2)
		wanted *= 2;
	if (wanted <= sharers->slot_count)
		return true;
	uint32_t *slots = reallocarray(sharers->slots, wanted, sizeof(*slots));
	if (!slots)
		return false;
	sharers->slots = slots;
	sharers->slot_count = wanted;
	return true;
}

void sharers_begin(struct sharers *sharers, size_t count)
{
	sharers->next = 0;
	sharers->fits = reserve(sharers, count);
	if (sharers->fits)
		memset(sharers->slots, 0, sharers->slot_count * sizeof(*sharers->slots));
}

static bool related(const struct task *a, const struct task *b)
{
	return a->ppid == b->pid || b->ppid == a->pid || a->ppid == b->ppid;
}

/* Whether `task` turned out to share the mm of `other`. */
static bool joins_mm(const struct root *root, struct task *task, struct task *other)
{
	/* By threads that hold an mm: two leaders that have exited have none, and that is equal too. */
	enum proc_same same =
		root->live ? proc_same_mm(task->mm_tid, other->mm_tid) : PROC_UNDECIDED;
	if (same == PROC_SAME)
		task->mm_owner = other->mm_owner;
	else if (same == PROC_UNDECIDED)
		task->mm_sharers_unknown = other->mm_sharers_unknown = true;
	return same == PROC_SAME;
}

/* Finds the mm of `task` among those seen before it: its parent's, or a relative's with the same
 * counters. Of relatives few are asked about, because idle siblings forked from one program look
 * alike by the thousand. */
static void place_mm(
	struct sharers *sharers, const struct root *root, struct snapshot *shot, size_t index)
{
	struct task *task = &shot->tasks[index];
	size_t mask = sharers->slot_count - 1;
	unsigned tried = 0;
	bool ask = task->age == 0; /* what was not read again keeps its answer */
	const struct task *found = ask ? snapshot_find(shot, task->ppid) : NULL;
	struct task *parent = found ? &shot->tasks[found - shot->tasks] : NULL;
	if (parent && parent < task && parent->mm_key == task->mm_key &&
		joins_mm(root, task, parent))
		return;
	size_t at = task->mm_key & mask;
	for (; sharers->slots[at]; at = (at + 1) & mask) {
		struct task *other = &shot->tasks[sharers->slots[at] - 1];
		if (other->mm_key != task->mm_key || !related(task, other))
			continue;
		if (tried++ == SHARERS_TRIED || (ask && joins_mm(root, task, other)))
			return;
	}
	sharers->slots[at] = (uint32_t)index + 1;
}

static void find(
	struct sharers *sharers, const struct root *root, struct snapshot *shot, size_t index)
{
	struct task *task = &shot->tasks[index];
	if (task->age == 0) {
		task->mm_owner = task->pid;
		task->mm_sharers_unknown = !sharers->fits;
	}
	if (sharers->fits && task->has_mm)
		place_mm(sharers, root, shot, index);
}

bool sharers_step(
	struct sharers *sharers, const struct root *root, struct snapshot *shot, size_t tasks)
{
	for (; tasks > 0 && sharers->next < shot->count; tasks--, sharers->next++)
		find(sharers, root, shot, sharers->next);
	return sharers->next == shot->count;
}

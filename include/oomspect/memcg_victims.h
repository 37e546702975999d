/* Who would die next in each memory cgroup: the outlook of every row of the tree, one after the
 * other, and what is kept of each.
 *
 * Each costs its own processes, not those of the machine. Borrows from the snapshot and is valid
 * while that is. */
#ifndef OOMSPECT_MEMCG_VICTIMS_H
#define OOMSPECT_MEMCG_VICTIMS_H

#include "oomspect/outlook.h"

struct memcg_victim {
	enum prediction prediction;
	const struct task *task;    /* NULL: the kernel would choose nobody in an OOM of this row */
	struct points points;       /* its badness in this row's domain */
	struct badness_share share; /* the same as it is shown */
	struct lead lead;           /* as outlook.h */
	size_t deaths;
	struct freed frees;
	unsigned uncertain;
};

struct memcg_victims {
	struct memcg_victim *rows; /* by row of the snapshot's tree */
	size_t count, capacity;
	enum moment moment;
	/* Its own memory: */
	struct outlook outlook;
	struct row_order order;
	const struct task **members; /* by row of their cgroup, then in scan order */
	const struct task **sharers; /* who share their mm with another one */
	bool *shares;                /* by place in snapshot->tasks */
	size_t member_count, sharer_count, task_capacity;
	size_t *first; /* of each row, and one more: where its members begin */
};

void memcg_victims_init(struct memcg_victims *victims);
void memcg_victims_release(struct memcg_victims *victims);

/* Fills `victims` anew; its memory is reused. ERR_NO_MEMORY leaves it empty. */
enum err_code memcg_victims_build(struct memcg_victims *victims, const struct snapshot *snapshot,
	enum moment moment, struct err *err);

/* What is kept of a row; after a build that failed, and of a row that was not there, nothing: no
 * task, and a prediction that is unknown. */
const struct memcg_victim *memcg_victims_of(const struct memcg_victims *victims, int32_t row);

/* What /proc cannot decide in any of the rows: bits of enum uncertainty. */
unsigned memcg_victims_uncertain(const struct memcg_victims *victims);

#endif

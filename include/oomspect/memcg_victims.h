/* Who would die next in each memory cgroup: the answer ranking.h gives for one domain, for all
 * rows of the tree at once.
 *
 * Costs one ranking of the machine and, for each process, the depth of its cgroup; not processes
 * times cgroups. Borrows from the snapshot and is valid while that is. */
#ifndef OOMSPECT_MEMCG_VICTIMS_H
#define OOMSPECT_MEMCG_VICTIMS_H

#include "oomspect/ranking.h"

struct memcg_victim {
	const struct task *task; /* NULL: the kernel would kill nobody in an OOM of this row */
	int64_t points;          /* its badness in this row's domain */
	enum prediction prediction;
};

struct memcg_victims {
	struct memcg_victim *rows; /* by row of the snapshot's tree */
	size_t count, capacity;
	struct ranking machine; /* its own memory: everyone, ranked in the whole machine */
};

void memcg_victims_init(struct memcg_victims *victims);
void memcg_victims_release(struct memcg_victims *victims);

/* Fills `victims` anew; its memory is reused. Row by row the same victim as ranking_victim() of
 * domain_memcg() at RANKING_NOW. */
enum err_code memcg_victims_build(
	struct memcg_victims *victims, const struct snapshot *snapshot, struct err *err);

#endif

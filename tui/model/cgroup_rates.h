/* How often a second each memory cgroup met memory.high and its limit, between two samples. */
#ifndef OOMSPECT_CGROUP_RATES_H
#define OOMSPECT_CGROUP_RATES_H

#include "oomspect/memcg.h"

/* Tenths a second; UNKNOWN without a sample before, or where the kernel does not count. */
struct cgroup_rate {
	uint64_t inode;
	int64_t high, max; /* the counters */
	int64_t high_tenths, max_tenths;
};

struct cgroup_rates {
	struct cgroup_rate *rows, *before; /* by row of the tree */
	size_t count, before_count, capacity;
	int64_t at_ms;
};

void cgroup_rates_init(struct cgroup_rates *rates);
void cgroup_rates_release(struct cgroup_rates *rates);

/* A new sample of the tree, taken at `now_ms` of any steady clock. Without memory nothing is known
 * until the next one. */
void cgroup_rates_update(struct cgroup_rates *rates, const struct memcg_tree *tree, int64_t now_ms);

/* UNKNOWN for a row that is not there. */
int64_t cgroup_rates_high(const struct cgroup_rates *rates, int32_t row);
int64_t cgroup_rates_max(const struct cgroup_rates *rates, int32_t row);

#endif

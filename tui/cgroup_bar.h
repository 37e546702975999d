/* The bar of a memory cgroup against its limit: what cannot be reclaimed, what can, and where
 * memory.high is. */
#ifndef OOMSPECT_CGROUP_BAR_H
#define OOMSPECT_CGROUP_BAR_H

#include "grid.h"

#include "oomspect/memcg.h"

/* Whether nine tenths of the limit are used by what cannot be reclaimed: usage alone is no danger.
 * Where the kernel does not tell the parts apart, all of it counts. */
bool cgroup_bar_at_risk(const struct memcg *row);

/* The same share in hundredths of a percent; UNKNOWN without a limit. */
int64_t cgroup_bar_danger(const struct memcg *row);

/* Draws "[||||||::h...]" in `width` columns: | cannot be reclaimed, : can, h memory.high. It ends in
 * "!" for a cgroup at risk. Without a limit nothing is drawn. */
void cgroup_bar_put(struct pen *pen, unsigned style, const struct memcg *row, int width);

#endif

/* The bar of a memory cgroup against its limit: what cannot be reclaimed, what can, and where
 * memory.high is. */
#ifndef OOMSPECT_CGROUP_BAR_H
#define OOMSPECT_CGROUP_BAR_H

#include "term/format.h"
#include "term/grid.h"

#include "oomspect/memcg.h"

/* The share of the limit that is used by what cannot be reclaimed, in hundredths of a percent: usage
 * alone is no danger. Where the kernel does not tell the parts apart, all of it counts. UNKNOWN
 * without a limit. */
int64_t cgroup_bar_danger(const struct memcg *row);

enum level cgroup_bar_level(const struct memcg *row, const struct levels *levels);

/* Draws "[||||||::h...]" in `width` columns: | cannot be reclaimed, : can, h memory.high. It ends
 * as the level says. Without a limit nothing is drawn. */
void cgroup_bar_put(struct pen *pen, enum level level, const struct memcg *row, int width);

#endif

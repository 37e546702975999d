/* When the machine itself runs out: what is left of memory and swap, and for how long at the rate
 * of the last minutes. An estimate, and none without a minute of samples (trend.h). */
#ifndef OOMSPECT_EXHAUSTION_H
#define OOMSPECT_EXHAUSTION_H

#include "oomspect/host.h"
#include "oomspect/trend.h"

struct exhaustion {
	struct trend trend;
	int64_t mem_total, swap_total; /* kB, of the samples in it */
	int64_t eta_s;                 /* seconds; UNKNOWN while nothing says so */
};

void exhaustion_init(struct exhaustion *exhaustion);

/* Adds a sample. Swap or memory that comes or goes starts the history anew. */
void exhaustion_add(struct exhaustion *exhaustion, const struct host *host);

#endif

/* The terms of oom_badness() as they are taken from a process: the one place that says which of its
 * counters a kernel reads, and which of them change until memory has run out.
 *
 * Pure functions of a host and a task; knows no domain and no order. */
#ifndef OOMSPECT_TERMS_H
#define OOMSPECT_TERMS_H

#include "oomspect/badness.h"
#include "oomspect/host.h"
#include "oomspect/proc.h"

/* Which figures: a projection to the moment when memory has run out, or the counters of this
 * moment. At OOM clean and dirty file pages have been reclaimed (but not locked ones), and shared
 * memory has gone to swap where all of it fits. The projection is an estimate. */
enum moment { MOMENT_OOM, MOMENT_NOW, MOMENT_COUNT };

/* "oom", "now": as options and documents name them. */
extern const char *const moment_names[MOMENT_COUNT];

/* The terms of a task that has an mm. `shmem_to_swap`: at OOM its shared memory is in swap. */
struct badness_terms terms_of_task(
	const struct host *host, const struct task *task, enum moment moment, bool shmem_to_swap);

/* The terms of this moment in another era than the host's: what its live oom_score would be made
 * from if the kernel counted like that. */
struct badness_terms terms_in_era(
	const struct era *era, const struct host *host, const struct task *task);

#endif

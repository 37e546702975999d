/* A snapshot as text for Prometheus, as node_exporter's textfile collector takes it.
 *
 * Families and their samples come from tables; a value that is unknown has no sample, and a family
 * without samples is left out. Source: the Prometheus exposition formats, text format 0.0.4. */
#ifndef OOMSPECT_METRICS_H
#define OOMSPECT_METRICS_H

#include "oomspect/memcg_victims.h"
#include "oomspect/ranking.h"

#include <stdio.h>

/* Writes all families. `machine` ranks the whole machine; `victims` may be NULL when there are no
 * memory cgroups. Whether `out` took it all is for the caller to ask (ferror). */
void metrics_write(FILE *out, const struct snapshot *snapshot, const struct ranking *machine,
	const struct memcg_victims *victims);

#endif

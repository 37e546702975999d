/* A snapshot as text for Prometheus, as node_exporter's textfile collector takes it.
 *
 * Families and their samples come from tables; a value that is unknown has no sample, and a family
 * without samples is left out. Source: the Prometheus exposition formats, text format 0.0.4. */
#ifndef OOMSPECT_METRICS_H
#define OOMSPECT_METRICS_H

#include "oomspect/memcg_victims.h"

#include <stdio.h>

/* Writes all families. `host` is the outlook of the host, or of the domain that is asked about;
 * `victims`, of the same moment, may be NULL when there are no memory cgroups. `chosen` says by row of
 * the tree which cgroups have samples; NULL: all. Whether `out` took it all is for the caller to ask
 * (ferror). */
void metrics_write(FILE *out, const struct outlook *host, const struct memcg_victims *victims,
	const bool *chosen);

#endif

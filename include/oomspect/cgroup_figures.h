/* What is told of a memory cgroup to other programs: each figure with its names in JSON and in the
 * metrics, in the order of JSON. To tell a file of a cgroup: a row. */
#ifndef OOMSPECT_CGROUP_FIGURES_H
#define OOMSPECT_CGROUP_FIGURES_H

#include <stddef.h>

enum cgroup_figure_kind {
	FIGURE_BYTES,      /* struct amount; a gauge in the metrics */
	FIGURE_LIMIT,      /* the same, and in JSON whose it is */
	FIGURE_COUNT,      /* int64_t; a counter */
	FIGURE_FLAG,       /* int8_t; not in the metrics */
	FIGURE_HUNDREDTHS, /* int64_t; not in the metrics */
};

struct cgroup_figure {
	enum cgroup_figure_kind kind;
	size_t field; /* in struct memcg */
	const char *json;
	const char *metric, *help; /* NULL: it is none */
};

extern const struct cgroup_figure cgroup_figures[];
extern const size_t cgroup_figure_count;

#endif

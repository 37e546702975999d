#include "oomspect/cgroup_figures.h"

#include "oomspect/array.h"
#include "oomspect/memcg.h"

#define BYTES(field)      FIGURE_BYTES, offsetof(struct memcg, field)
#define LIMIT(field)      FIGURE_LIMIT, offsetof(struct memcg, field)
#define COUNT(field)      FIGURE_COUNT, offsetof(struct memcg, field)
#define FLAG(field)       FIGURE_FLAG, offsetof(struct memcg, field)
#define HUNDREDTHS(field) FIGURE_HUNDREDTHS, offsetof(struct memcg, field)

const struct cgroup_figure cgroup_figures[] = {
	{ BYTES(usage), "usage_bytes", "oomspect_cgroup_usage_bytes",
		"Memory charged to the cgroup and below." },
	{ BYTES(limit), "limit_bytes", "oomspect_cgroup_limit_bytes",
		"Limit set on the cgroup itself." },
	{ LIMIT(effective_limit), "effective_limit_bytes", "oomspect_cgroup_effective_limit_bytes",
		"Limit of the level that binds, own or an ancestor's." },
	{ BYTES(headroom), "headroom_bytes", "oomspect_cgroup_headroom_bytes",
		"What is left below the limit that binds." },
	{ BYTES(high), "high_bytes", NULL, NULL },
	{ BYTES(swap_usage), "swap_bytes", NULL, NULL },
	{ BYTES(swap_limit), "swap_limit_bytes", NULL, NULL },
	{ BYTES(peak), "peak_bytes", NULL, NULL },
	{ BYTES(reclaimable), "reclaimable_bytes", NULL, NULL },
	{ BYTES(unreclaimable), "unreclaimable_bytes", "oomspect_cgroup_unreclaimable_bytes",
		"Usage that reclaim cannot drop: an estimate." },
	{ BYTES(anon), "anon_bytes", NULL, NULL },
	{ BYTES(file), "file_bytes", NULL, NULL },
	{ BYTES(shmem), "shmem_bytes", NULL, NULL },
	{ BYTES(kernel), "kernel_bytes", NULL, NULL },
	{ COUNT(processes), "processes", NULL, NULL },
	{ FLAG(oom_group), "oom_group", NULL, NULL },
	{ FLAG(oom_kill_disable), "oom_kill_disable", NULL, NULL },
	{ FLAG(under_oom), "under_oom", NULL, NULL },
	{ COUNT(events.oom), "oom", NULL, NULL },
	{ COUNT(events.oom_kill), "oom_kill", "oomspect_cgroup_oom_kill_total",
		"OOM kills counted by the cgroup." },
	{ COUNT(events.max), "max_events", NULL, NULL },
	{ COUNT(failcnt), "failcnt", NULL, NULL },
	{ HUNDREDTHS(psi.some.avg10), "psi_some_avg10", NULL, NULL },
};
const size_t cgroup_figure_count = ARRAY_SIZE(cgroup_figures);

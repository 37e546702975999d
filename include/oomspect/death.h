/* Who dies along with a process that the kernel kills, and what memory comes back.
 *
 * Whoever shares its mm, its cgroup where memory.oom.group is set, and all of its pid namespace if
 * it is the first process there. Pure functions of a snapshot; knows no order. Sources:
 * mm/oom_kill.c:__oom_kill_process(), mm/memcontrol.c:mem_cgroup_get_oom_group(),
 * kernel/pid_namespace.c:zap_pid_ns_processes(). */
#ifndef OOMSPECT_DEATH_H
#define OOMSPECT_DEATH_H

#include "oomspect/ranking.h"
#include "oomspect/saturate.h"

/* The death of one process in an OOM of one domain. Borrows. */
struct death {
	const struct snapshot *snapshot;
	const struct task *task;
	int32_t oom_group; /* row of the cgroup that is killed with it, or UNKNOWN */
};

struct death death_of(
	const struct snapshot *snapshot, const struct domain *domain, const struct task *task);

/* Whether it takes the process of `row` along; false for the process itself. */
bool death_takes(const struct death *death, const struct ranking_row *row);

/* The row of a process outside of a ranking, as far as death_takes() asks: without points. */
struct ranking_row death_row_of(const struct snapshot *snapshot, const struct task *task);

/* Whether `task` ends when `first` does: that is the first process of a pid namespace below ours,
 * and `task` lives in it. */
bool death_ends_namespace_of(
	const struct snapshot *snapshot, const struct task *first, const struct task *task);

/* Memory that comes back, in kB; an estimate: anonymous memory and page tables, and apart what is
 * in swap. File pages and shared memory stay. */
struct freed {
	int64_t ram_kb, swap_kb;
};

/* What one mm holds. */
struct freed freed_of(const struct host *host, const struct task *task);

/* What the end of this process alone brings back: nothing while another one shares its mm. */
struct freed freed_by_end_of(const struct snapshot *snapshot, const struct task *task);

static inline int64_t freed_kb(struct freed freed)
{
	return saturate_add(freed.ram_kb, freed.swap_kb);
}

static inline struct freed freed_sum(struct freed a, struct freed b)
{
	return (struct freed){ saturate_add(a.ram_kb, b.ram_kb),
		saturate_add(a.swap_kb, b.swap_kb) };
}

#endif

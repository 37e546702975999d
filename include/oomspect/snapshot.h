/* Everything at one instant: the host, its processes, its memory cgroups.
 *
 * A snapshot is filled by a sampler and then only looked at: rankings, what-ifs and views are
 * pure functions of it. It owns all it reaches but for the memory cgroup tree and the cgroup
 * paths, which belong to the sampler: the tree is that of the latest snapshot (sampler.h). */
#ifndef OOMSPECT_SNAPSHOT_H
#define OOMSPECT_SNAPSHOT_H

#include "oomspect/host.h"
#include "oomspect/memcg.h"
#include "oomspect/proc.h"

#include <stddef.h>

struct snapshot {
	struct host host;
	struct task *tasks; /* by pid, ascending */
	size_t count, capacity;
	const struct memcg_tree *memcgs;  /* borrowed; version 0 when there is none */
	const struct cgroup_paths *paths; /* borrowed; what task.cgroup stands for */
	bool hidepid; /* /proc hides processes of other users: pid 1 is not there */
	bool pid_ns;  /* /proc is that of a pid namespace: processes outside are not there */
	int32_t reader_memcg;   /* row of our own memory cgroup in `memcgs`; UNKNOWN */
	int64_t threads_unseen; /* if one of both: how many, kernel threads included; or UNKNOWN */
};

void snapshot_init(struct snapshot *snapshot);
void snapshot_release(struct snapshot *snapshot);

/* Makes room for `count` tasks. ERR_NO_MEMORY leaves it as it was. */
enum err_code snapshot_reserve(struct snapshot *snapshot, size_t count, struct err *err);

/* The task with this pid, or NULL. */
const struct task *snapshot_find(const struct snapshot *snapshot, pid_t pid);

/* The path of a task's memory cgroup, or NULL when unknown. Raw bytes from outside. */
const char *snapshot_cgroup(const struct snapshot *snapshot, const struct task *task);

#endif

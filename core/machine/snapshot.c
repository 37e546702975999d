#include "oomspect/snapshot.h"

#include "oomspect/array.h"
#include "oomspect/cgroup_paths.h"

#include <stdlib.h>

void snapshot_init(struct snapshot *snapshot)
{
	*snapshot = (struct snapshot){ .reader_memcg = UNKNOWN };
}

void snapshot_release(struct snapshot *snapshot)
{
	free(snapshot->tasks);
	snapshot_init(snapshot);
}

enum err_code snapshot_reserve(struct snapshot *snapshot, size_t count, struct err *err)
{
	if (ARRAY_RESERVE(snapshot->tasks, snapshot->capacity, count))
		return ERR_OK;
	return err_set(err, ERR_NO_MEMORY, "cannot read %zu processes: out of memory", count);
}

const struct task *snapshot_find(const struct snapshot *snapshot, pid_t pid)
{
	size_t low = 0, high = snapshot->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (snapshot->tasks[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < snapshot->count && snapshot->tasks[low].pid == pid ? &snapshot->tasks[low]
									: NULL;
}

const char *snapshot_cgroup(const struct snapshot *snapshot, const struct task *task)
{
	return snapshot->paths ? cgroup_paths_get(snapshot->paths, task->cgroup) : NULL;
}

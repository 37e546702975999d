#include "oomspect/tie.h"

#include <stdlib.h>

static bool reserve(struct ranking *ranking, size_t count)
{
	if (count <= ranking->joined_capacity)
		return true;
	pid_t *joined = reallocarray(ranking->joined, count, sizeof(*joined));
	if (!joined)
		return false;
	ranking->joined = joined;
	ranking->joined_capacity = count;
	return true;
}

enum err_code tie_settle(struct ranking *ranking, const struct snapshot *snapshot, struct err *err)
{
	int32_t memcg = ranking_tied_memcg(ranking, snapshot);
	/* Twice the processes there is room for: the cgroup may have grown since. */
	if (memcg == UNKNOWN)
		return ERR_OK;
	if (!reserve(ranking, snapshot->capacity * 2))
		return err_set(err, ERR_NO_MEMORY, "cannot read who joined first: out of memory");
	size_t capacity = ranking->joined_capacity;
	ssize_t count = memcg_procs(snapshot->memcgs, memcg, ranking->joined, capacity);
	if (count > 0)
		ranking_apply_joining(ranking, snapshot, memcg, ranking->joined,
			(size_t)count < capacity ? (size_t)count : capacity);
	return ERR_OK;
}

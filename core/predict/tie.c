#include "oomspect/tie.h"

#include "oomspect/array.h"

enum err_code tie_settle(struct ranking *ranking, const struct snapshot *snapshot, struct err *err)
{
	int32_t memcg = ranking_tied_memcg(ranking, snapshot);
	if (memcg == UNKNOWN)
		return ERR_OK;
	/* Twice the processes that there were: the cgroup may have grown since. */
	if (!ARRAY_RESERVE(ranking->joined, ranking->joined_capacity, snapshot->count * 2))
		return err_set(err, ERR_NO_MEMORY, "cannot read who joined first: out of memory");
	size_t capacity = ranking->joined_capacity;
	ssize_t count = memcg_procs(snapshot->memcgs, memcg, ranking->joined, capacity);
	if (count > 0)
		ranking_apply_joining(ranking, snapshot, memcg, ranking->joined,
			(size_t)count < capacity ? (size_t)count : capacity);
	return ERR_OK;
}

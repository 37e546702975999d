#include "oomspect/tie.h"

#include <stdlib.h>

void tie_settle(struct ranking *ranking, const struct snapshot *snapshot)
{
	int32_t memcg = ranking_tied_memcg(ranking, snapshot);
	if (memcg == UNKNOWN || snapshot->count == 0)
		return;
	/* Twice the processes seen: it may have grown since. */
	size_t capacity = snapshot->count * 2;
	pid_t *pids = calloc(capacity, sizeof(*pids));
	if (!pids)
		return;
	ssize_t count = memcg_procs(snapshot->memcgs, memcg, pids, capacity);
	if (count > 0)
		ranking_apply_joining(ranking, snapshot, memcg, pids,
			(size_t)count < capacity ? (size_t)count : capacity);
	free(pids);
}

/* How many places each process went up or down in the order of death since the sample before. */
#ifndef OOMSPECT_MOVES_H
#define OOMSPECT_MOVES_H

#include "oomspect/ranking.h"

struct moves_rank {
	pid_t pid;
	uint64_t start_ticks;
	int32_t rank; /* 0: cannot be killed */
};

struct moves {
	struct moves_rank *before; /* by pid, of the sample before */
	size_t before_count;
	int32_t *places; /* of this one, by its place in snapshot->tasks; above 0: went up */
	size_t capacity; /* of both */
};

void moves_init(struct moves *moves);
void moves_release(struct moves *moves);

/* Compares with the ranking of the call before. Without memory, nobody has moved. */
void moves_update(
	struct moves *moves, const struct snapshot *snapshot, const struct ranking *ranking);

#endif

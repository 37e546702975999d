#include "moves.h"

#include <stdlib.h>
#include <string.h>

void moves_init(struct moves *moves)
{
	*moves = (struct moves){ .capacity = 0 };
}

void moves_release(struct moves *moves)
{
	free(moves->before);
	free(moves->places);
	moves_init(moves);
}

static bool reserve(struct moves *moves, size_t count)
{
	if (count <= moves->capacity)
		return true;
	size_t capacity = count + count / 4 + 64;
	void *before = realloc(moves->before, capacity * sizeof(*moves->before));
	if (before)
		moves->before = before;
	void *places = realloc(moves->places, capacity * sizeof(*moves->places));
	if (places)
		moves->places = places;
	if (!before || !places)
		return false;
	moves->capacity = capacity;
	return true;
}

/* Both are sorted by pid: `next` walks along the former ranks. */
static int32_t rank_before(const struct moves *moves, size_t *next, const struct task *task)
{
	while (*next < moves->before_count && moves->before[*next].pid < task->pid)
		++*next;
	const struct moves_rank *was = &moves->before[*next];
	if (*next == moves->before_count || was->pid != task->pid ||
		was->start_ticks != task->start_ticks)
		return 0;
	return was->rank;
}

void moves_update(
	struct moves *moves, const struct snapshot *snapshot, const struct ranking *ranking)
{
	size_t next = 0;
	if (!reserve(moves, snapshot->count)) {
		moves->before_count = 0;
		return;
	}
	memset(moves->places, 0, snapshot->count * sizeof(*moves->places));
	for (size_t i = 0; i < ranking->killable; i++)
		moves->places[ranking->rows[i].task - snapshot->tasks] = (int32_t)i + 1;
	for (size_t i = 0; i < snapshot->count; i++) {
		int32_t rank = moves->places[i],
			before = rank_before(moves, &next, &snapshot->tasks[i]);
		moves->places[i] = rank && before ? before - rank : 0;
	}
	moves->before_count = snapshot->count;
	for (size_t i = 0; i < snapshot->count; i++)
		moves->before[i] = (struct moves_rank){ snapshot->tasks[i].pid,
			snapshot->tasks[i].start_ticks, 0 };
	for (size_t i = 0; i < ranking->killable; i++)
		moves->before[ranking->rows[i].task - snapshot->tasks].rank = (int32_t)i + 1;
}

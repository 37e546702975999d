#include "oomspect/attention.h"

#include "oomspect/array.h"
#include "oomspect/badness.h"
#include "oomspect/saturate.h"

#include <stdlib.h>

#define TURNS          16  /* refreshes until everybody had a turn */
#define TURN_LEAST     200 /* processes that a turn has at least */
#define GROWTH_PER_RAM 400 /* unexplained growth of 1/400 of RAM makes everybody due */

void attention_init(struct attention *attention, size_t hot)
{
	*attention = (struct attention){ .hot = hot, .everybody = true };
	attention->heavy = INT64_MIN;
	attention->unexplained_kb = UNKNOWN;
}

void attention_release(struct attention *attention)
{
	free(attention->weights);
	*attention = (struct attention){ 0 };
}

static int64_t used_swap_kb(const struct host_meminfo *meminfo)
{
	bool known = meminfo->swap_total != UNKNOWN && meminfo->swap_free != UNKNOWN;
	return known ? meminfo->swap_total - meminfo->swap_free : 0;
}

/* Anonymous memory, page tables and used swap of the machine less those of the known processes.
 * Never below 0: shared page tables and moving counters may make the sum the larger one. */
static int64_t unexplained_kb(const struct snapshot *snapshot, const struct host *now)
{
	const struct host_meminfo *meminfo = &now->meminfo;
	int64_t page_kb = now->page_size / 1024;
	int64_t kb = count_or_zero(meminfo->anon) + count_or_zero(meminfo->page_tables) +
		     used_swap_kb(meminfo);
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct task *task = &snapshot->tasks[i];
		if (task->has_mm && task->mm_owner == task->pid)
			kb = saturate_sub(kb,
				(count_or_zero(task->rss_anon_pages) + task->swap_pages) * page_kb +
					task->pte_kb);
	}
	return kb > 0 ? kb : 0;
}

static bool grew_unexplained(
	const struct attention *attention, const struct snapshot *latest, const struct host *now)
{
	int64_t growth = unexplained_kb(latest, now) - attention->unexplained_kb;
	return growth > count_or_zero(now->meminfo.mem_total) / GROWTH_PER_RAM;
}

static size_t turn_length(size_t count)
{
	return count / TURNS > TURN_LEAST ? count / TURNS : TURN_LEAST;
}

void attention_begin(struct attention *attention, const struct snapshot *latest,
	const struct host *now, size_t count)
{
	size_t turn = turn_length(count);
	attention->turn_begin = attention->turn_end < count ? attention->turn_end : 0;
	attention->turn_end = attention->turn_begin + turn;
	attention->everybody = attention->hot == 0 || attention->unexplained_kb == UNKNOWN ||
			       attention->heavy == INT64_MIN || count <= attention->hot + turn ||
			       grew_unexplained(attention, latest, now);
}

int64_t attention_weight(const struct task *task, int64_t totalpages)
{
	if (!task->has_mm)
		return INT64_MIN;
	return task->rss_pages + task->swap_pages +
	       badness_adj_pages(task->oom_score_adj, totalpages);
}

static bool same_figures(const struct task *a, const struct task *b)
{
	return a->rss_pages == b->rss_pages && a->swap_pages == b->swap_pages &&
	       a->pte_kb == b->pte_kb && a->oom_score_adj == b->oom_score_adj;
}

uint8_t attention_restless(const struct task *old, const struct task *now)
{
	if (!old || !same_figures(old, now))
		return ATTENTION_RESTLESS;
	return old->restless ? old->restless - 1 : 0;
}

bool attention_due(const struct attention *attention, const struct task *old, size_t place)
{
	return attention->everybody || !old || old->restless || old->sightings < 2 ||
	       old->weight_pages > attention->heavy ||
	       (place >= attention->turn_begin && place < attention->turn_end);
}

static void swap(int64_t *a, int64_t *b)
{
	int64_t held = *a;
	*a = *b;
	*b = held;
}

/* The `rank`-th greatest of `count` weights (0: the greatest), by quickselect. */
static int64_t select_weight(int64_t *weights, size_t count, size_t rank)
{
	size_t low = 0, high = count;
	while (high - low > 1) {
		int64_t pivot = weights[low + (high - low) / 2];
		size_t greater = low, at = low, less = high;
		while (at < less) {
			if (weights[at] > pivot)
				swap(&weights[at++], &weights[greater++]);
			else if (weights[at] < pivot)
				swap(&weights[at], &weights[--less]);
			else
				at++;
		}
		if (rank < greater)
			high = greater;
		else if (rank >= less)
			low = less;
		else
			return pivot;
	}
	return weights[low];
}

void attention_learn(struct attention *attention, const struct snapshot *finished)
{
	attention->heavy = INT64_MIN;
	if (attention->hot == 0 ||
		!ARRAY_RESERVE(attention->weights, attention->capacity, finished->count))
		return;
	for (size_t i = 0; i < finished->count; i++)
		attention->weights[i] = finished->tasks[i].weight_pages;
	if (finished->count > attention->hot)
		attention->heavy =
			select_weight(attention->weights, finished->count, attention->hot);
	if (attention->everybody)
		attention->unexplained_kb = unexplained_kb(finished, &finished->host);
}

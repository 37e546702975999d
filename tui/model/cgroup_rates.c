#include "cgroup_rates.h"

#include "oomspect/saturate.h"

#include <stdlib.h>

void cgroup_rates_init(struct cgroup_rates *rates)
{
	*rates = (struct cgroup_rates){ 0 };
}

void cgroup_rates_release(struct cgroup_rates *rates)
{
	free(rates->rows);
	free(rates->before);
	cgroup_rates_init(rates);
}

static bool reserve(struct cgroup_rates *rates, size_t count)
{
	if (count <= rates->capacity)
		return true;
	size_t capacity = count + count / 4 + 64;
	void *rows = reallocarray(rates->rows, capacity, sizeof(*rates->rows));
	if (rows)
		rates->rows = rows;
	void *before = reallocarray(rates->before, capacity, sizeof(*rates->before));
	if (before)
		rates->before = before;
	if (!rows || !before)
		return false;
	rates->capacity = capacity;
	return true;
}

/* The same cgroup in the sample before. Both stand in the order of the tree, so that the search
 * begins behind the last one that was found, and mostly ends there. */
static const struct cgroup_rate *find_before(
	const struct cgroup_rates *rates, uint64_t inode, size_t *next)
{
	for (size_t i = 0; i < rates->before_count; i++) {
		size_t place = (*next + i) % rates->before_count;
		if (rates->before[place].inode == inode) {
			*next = place + 1;
			return &rates->before[place];
		}
	}
	return NULL;
}

static int64_t rate(int64_t now, int64_t before, int64_t ms)
{
	if (now < before || before < 0 || ms <= 0)
		return UNKNOWN;
	return saturate_scale(now - before, 10000, ms);
}

static struct cgroup_rate count_of(const struct memcg *row)
{
	int64_t max = row->events.max == UNKNOWN ? row->failcnt : row->events.max;
	return (struct cgroup_rate){ row->inode, row->events.high, max, UNKNOWN, UNKNOWN };
}

void cgroup_rates_update(struct cgroup_rates *rates, const struct memcg_tree *tree, int64_t now_ms)
{
	struct cgroup_rate *spare = rates->before;
	int64_t ms = now_ms - rates->at_ms;
	size_t next = 0;
	rates->before = rates->rows;
	rates->before_count = rates->count;
	rates->rows = spare;
	rates->at_ms = now_ms;
	rates->count = reserve(rates, tree->count) ? tree->count : 0;
	for (size_t i = 0; i < rates->count; i++) {
		struct cgroup_rate *now = &rates->rows[i];
		*now = count_of(&tree->rows[i]);
		const struct cgroup_rate *before = find_before(rates, now->inode, &next);
		if (!before)
			continue;
		now->high_tenths = rate(now->high, before->high, ms);
		now->max_tenths = rate(now->max, before->max, ms);
	}
}

int64_t cgroup_rates_high(const struct cgroup_rates *rates, int32_t row)
{
	return row >= 0 && (size_t)row < rates->count ? rates->rows[row].high_tenths : UNKNOWN;
}

int64_t cgroup_rates_max(const struct cgroup_rates *rates, int32_t row)
{
	return row >= 0 && (size_t)row < rates->count ? rates->rows[row].max_tenths : UNKNOWN;
}

#include "oomspect/memcg.h"

#include "oomspect/saturate.h"

static const struct amount unknown = { AMOUNT_UNKNOWN, 0 };
static const struct amount unlimited = { AMOUNT_UNLIMITED, 0 };

static uint64_t difference(uint64_t from, uint64_t what)
{
	return from > what ? from - what : 0;
}

static uint64_t bytes_or_0(struct amount amount)
{
	return amount_known(amount) ? amount.bytes : 0;
}

/* What the kernel could drop without swap: file pages on the lists and reclaimable slab, without
 * what must be written first. tmpfs is on the anonymous lists, so not in it. */
static void derive_reclaimable(struct memcg *row)
{
	row->reclaimable = row->unreclaimable = unknown;
	if (!amount_known(row->inactive_file) || !amount_known(row->active_file))
		return;
	uint64_t bytes = row->inactive_file.bytes + row->active_file.bytes +
			 bytes_or_0(row->slab_reclaimable);
	bytes = difference(bytes, bytes_or_0(row->dirty) + bytes_or_0(row->writeback));
	if (amount_known(row->usage)) {
		bytes = bytes < row->usage.bytes ? bytes : row->usage.bytes;
		row->unreclaimable = amount_bytes(row->usage.bytes - bytes);
	}
	row->reclaimable = amount_bytes(bytes);
}

/* A level of the path that limits a row. */
struct level {
	struct amount limit;
	struct amount headroom;
	int32_t index; /* -1: none, or hidden */
	bool hidden;
};

static struct level level_of(const struct memcg *row, int32_t index)
{
	struct level level = { row->limit, row->limit, -1, false };
	if (!amount_known(row->limit))
		return level;
	level.index = index;
	level.headroom = amount_known(row->usage)
				 ? amount_bytes(difference(row->limit.bytes, row->usage.bytes))
				 : unknown;
	return level;
}

/* What a limit leaves at most: all of it where usage is unknown. */
static uint64_t room(const struct level *level)
{
	return amount_known(level->headroom) ? level->headroom.bytes : level->limit.bytes;
}

/* Of two levels the one that is hit first, `inner` when both are at once: a charge goes up from the
 * leaf and the lowest level that fails it has the OOM. */
static struct level tighter(struct level inner, struct level outer)
{
	if (!amount_known(outer.limit) && !amount_known(inner.limit))
		return outer.limit.kind == AMOUNT_UNKNOWN ? outer : inner;
	if (!amount_known(outer.limit))
		return inner;
	return amount_known(inner.limit) && room(&inner) <= room(&outer) ? inner : outer;
}

static struct level derived_level(const struct memcg *row)
{
	return (struct level){ row->effective_limit, row->headroom, row->limited_by,
		row->limit_hidden };
}

/* v1 tells the smallest limit of the whole path: one that no visible level has is a hidden
 * ancestor's. That one is charged with at least what the top is. */
static struct level hidden_level(const struct memcg_tree *tree)
{
	const struct memcg *top = &tree->rows[0];
	struct level level = { unlimited, unlimited, -1, false };
	if (!amount_known(top->hierarchical_limit) ||
		(amount_known(top->limit) && top->limit.bytes <= top->hierarchical_limit.bytes))
		return level;
	level.limit = top->hierarchical_limit;
	level.headroom = amount_known(top->usage)
				 ? amount_bytes(difference(level.limit.bytes, top->usage.bytes))
				 : unknown;
	level.hidden = true;
	return level;
}

static void derive_limit(struct memcg_tree *tree, int32_t index)
{
	struct memcg *row = &tree->rows[index];
	struct level level = level_of(row, index);
	if (row->parent < 0)
		level = tighter(level, hidden_level(tree));
	else if (tree->rows[row->parent].use_hierarchy != 0)
		level = tighter(level, derived_level(&tree->rows[row->parent]));
	row->effective_limit = level.limit;
	row->headroom = level.headroom;
	row->limited_by = level.index;
	row->limit_hidden = level.hidden;
}

void memcg_tree_derive(struct memcg_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		derive_reclaimable(&tree->rows[i]);
		derive_limit(tree, (int32_t)i);
	}
}

void memcg_tree_note(struct memcg_tree *tree, int64_t now_ms)
{
	for (size_t i = 0; i < tree->count; i++)
		if (amount_known(tree->rows[i].unreclaimable))
			trend_add(&tree->rows[i].trend, now_ms,
				(int64_t)tree->rows[i].unreclaimable.bytes);
}

static int64_t swap_pages(
	const struct memcg_tree *tree, const struct memcg *row, const struct host *host)
{
	int64_t swappiness = tree->version == 1 ? row->swappiness : host->vm.swappiness;
	if (swappiness == 0 || host->swap_total_pages <= 0)
		return 0;
	if (!amount_known(row->swap_limit))
		return host->swap_total_pages;
	uint64_t pages = row->swap_limit.bytes / (uint64_t)host->page_size;
	return pages < (uint64_t)host->swap_total_pages ? (int64_t)pages : host->swap_total_pages;
}

int64_t memcg_totalpages(const struct memcg_tree *tree, int32_t index, const struct host *host)
{
	const struct memcg *row = &tree->rows[index];
	if (row->limit.kind == AMOUNT_UNKNOWN ||
		(row->limit.kind == AMOUNT_UNLIMITED && host->ram_pages < 0))
		return UNKNOWN;
	int64_t pages = amount_known(row->limit)
				? (int64_t)(row->limit.bytes / (uint64_t)host->page_size)
				: host->ram_pages;
	pages = saturate_add(pages, swap_pages(tree, row, host));
	if (pages > AMOUNT_PAGES_MAX)
		return AMOUNT_PAGES_MAX;
	return pages ? pages : 1;
}

int64_t memcg_eta_s(const struct memcg *row)
{
	if (!amount_known(row->headroom))
		return UNKNOWN;
	uint64_t reclaimable = amount_known(row->reclaimable) ? row->reclaimable.bytes : 0;
	return trend_eta_s(&row->trend, row->headroom.bytes + reclaimable);
}

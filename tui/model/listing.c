#include "listing.h"

#include "oomspect/array.h"
#include "oomspect/heap_sort.h"

#include <stdlib.h>
#include <string.h>

/* What a row is sorted by: a number or a string, then its place in the order of death. */
struct listing_key {
	int64_t number;
	const char *string;
	const struct ranking_row *row;
};

void listing_init(struct listing *listing)
{
	*listing = (struct listing){ .count = 0 };
}

void listing_release(struct listing *listing)
{
	free(listing->rows);
	free(listing->keys);
	process_tree_release(&listing->tree);
	listing_init(listing);
}

static enum err_code listing_reserve(struct listing *listing, size_t count, struct err *err)
{
	if (ARRAY_RESERVE_TOO(listing->rows, listing->capacity, count) &&
		ARRAY_RESERVE(listing->keys, listing->capacity, count))
		return ERR_OK;
	return err_set(err, ERR_NO_MEMORY, "cannot list %zu processes: out of memory", count);
}

static bool has_pid(const struct listing_filter *filter, pid_t pid)
{
	for (size_t i = 0; i < filter->pid_count; i++)
		if (filter->pids[i] == pid)
			return true;
	return filter->pid_count == 0;
}

/* Whether the row is shown; if not, the reason is counted. */
static bool passes(struct listing *listing, const struct column_context *context,
	const struct listing_filter *filter, const struct ranking_row *row)
{
	const struct task *task = row->task;
	if (!has_pid(filter, task->pid) ||
		(filter->uid != UID_UNKNOWN && task->uid != filter->uid) ||
		(filter->found && !filter->found[task - context->snapshot->tasks])) {
		listing->hidden_filtered++;
		return false;
	}
	if (row->unkillable == UNKILLABLE_KTHREAD && filter->show != LISTING_ALL) {
		listing->hidden_kthreads++;
		return false;
	}
	if (row->unkillable != KILLABLE && filter->show == LISTING_KILLABLE) {
		listing->hidden_unkillable++;
		return false;
	}
	return true;
}

/* Whether `a` stands before `b` in the natural order of the column. */
static int compare_values(const struct listing_key *a, const struct listing_key *b, bool ascending)
{
	int order;
	if (a->string)
		order = strcmp(a->string, b->string);
	else
		order = (a->number > b->number) - (a->number < b->number);
	return ascending ? order : -order;
}

static bool is_missing(const struct listing_key *key)
{
	return !key->string && key->number <= COLUMN_UNKILLABLE;
}

static bool stands_before(const void *one, const void *other, const void *ascending)
{
	const struct listing_key *a = one, *b = other;
	if (is_missing(a) != is_missing(b))
		return is_missing(b);
	int order = is_missing(a) ? 0 : compare_values(a, b, *(const bool *)ascending);
	return order ? order < 0 : a->row < b->row;
}

static struct listing_key key_of(const struct column *column, const struct column_context *context,
	const struct ranking_row *row)
{
	if (column_has_value(column))
		return (struct listing_key){ column_value(column, context, process_row(row)), NULL,
			row };
	/* A command line is only known for what is on the screen. */
	if (column == &columns[COL_COMMAND])
		column = &columns[COL_COMM];
	return (struct listing_key){ 0, column->string(context, process_row(row), NULL), row };
}

static void sort_rows(
	struct listing *listing, const struct column_context *context, struct listing_order order)
{
	const struct column *column = &columns[order.column];
	for (size_t i = 0; i < listing->count; i++)
		listing->keys[i] = key_of(column, context, listing->rows[i]);
	bool natural = column->flags & COLUMN_ASCENDING, ascending = natural != order.reversed;
	heap_sort(listing->keys, listing->count, sizeof(*listing->keys), stands_before, &ascending);
	for (size_t i = 0; i < listing->count; i++)
		listing->rows[i] = listing->keys[i].row;
}

enum err_code listing_build(struct listing *listing, const struct column_context *context,
	const struct listing_filter *filter, struct listing_order order, struct err *err)
{
	const struct ranking *ranking = &context->outlook->ranking;
	listing->count = listing->hidden_folded = 0;
	listing->hidden_kthreads = listing->hidden_unkillable = listing->hidden_filtered = 0;
	listing->nested = false;
	enum err_code code = listing_reserve(listing, ranking->count, err);
	if (code)
		return code;
	for (size_t i = 0; i < ranking->count; i++)
		if (passes(listing, context, filter, &ranking->rows[i]))
			listing->rows[listing->count++] = &ranking->rows[i];
	/* The rows of a ranking stand in the order of death. */
	if (order.column != COL_RK || order.reversed)
		sort_rows(listing, context, order);
	return ERR_OK;
}

enum err_code listing_nest(struct listing *listing, const struct column_context *context,
	enum column_id sorted, const struct marks *folds, struct err *err)
{
	const struct ranking_row *next = outlook_next(context->outlook);
	const struct process_tree_wish wish = {
		.folds = folds,
		.by_best = columns[sorted].kind != COLUMN_TEXT,
		.next_victim = next ? next->task->pid : 0,
	};
	size_t all = listing->count;
	enum err_code code = process_tree_arrange(
		&listing->tree, context->snapshot, &wish, listing->rows, &listing->count, err);
	listing->nested = code == ERR_OK;
	listing->hidden_folded = all - listing->count;
	return code;
}

const struct process_branch *listing_branch(const struct listing *listing, size_t index)
{
	return listing->nested ? &listing->tree.branches[index] : NULL;
}

long listing_find(const struct listing *listing, pid_t pid, uint64_t start_ticks)
{
	if (listing->nested)
		return process_tree_find(&listing->tree, pid, start_ticks);
	for (size_t i = 0; i < listing->count; i++) {
		const struct task *task = listing->rows[i]->task;
		if (task->pid == pid && task->start_ticks == start_ticks)
			return (long)i;
	}
	return -1;
}

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
	return ARRAY_RESERVE_TOO(moves->before, moves->capacity, count) &&
	       ARRAY_RESERVE(moves->places, moves->capacity, count);
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

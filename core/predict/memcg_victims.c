#include "oomspect/memcg_victims.h"

#include "oomspect/array.h"

#include <stdlib.h>

void memcg_victims_init(struct memcg_victims *victims)
{
	*victims = (struct memcg_victims){ .count = 0 };
	outlook_init(&victims->outlook);
	row_order_init(&victims->order);
}

void memcg_victims_release(struct memcg_victims *victims)
{
	free(victims->rows);
	free(victims->first);
	free(victims->members);
	free(victims->sharers);
	free(victims->shares);
	outlook_release(&victims->outlook);
	row_order_release(&victims->order);
	memcg_victims_init(victims);
}

static enum err_code reserve_rows(struct memcg_victims *victims, size_t count, struct err *err)
{
	if (ARRAY_RESERVE_TOO(victims->rows, victims->capacity, count + 1) &&
		ARRAY_RESERVE(victims->first, victims->capacity, count + 1))
		return ERR_OK;
	return err_set(err, ERR_NO_MEMORY, "cannot rank %zu memory cgroups: out of memory", count);
}

static enum err_code reserve_tasks(struct memcg_victims *victims, size_t count, struct err *err)
{
	if (!ARRAY_RESERVE_TOO(victims->members, victims->task_capacity, count) ||
		!ARRAY_RESERVE_TOO(victims->sharers, victims->task_capacity, count) ||
		!ARRAY_RESERVE(victims->shares, victims->task_capacity, count))
		return err_set(
			err, ERR_NO_MEMORY, "cannot rank %zu processes: out of memory", count);
	return row_order_reserve(&victims->order, count, err);
}

static void order_members(struct memcg_victims *victims)
{
	row_order_apply(&victims->order, victims->members, victims->member_count,
		sizeof(victims->members[0]));
}

/* The kernel scans a memory cgroup before its descendants, which follow it in the tree, and the
 * processes of each in the order of creation, as far as /proc tells: so those of a subtree stand
 * together. */
static void sort_members(struct memcg_victims *victims, const struct snapshot *snapshot)
{
	struct row_key *keys = victims->order.keys;
	victims->member_count = 0;
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct task *task = &snapshot->tasks[i];
		if (task->memcg == UNKNOWN)
			continue;
		keys[victims->member_count] = (struct row_key){ .first = task->start_ticks,
			.second = (uint32_t)task->pid };
		victims->members[victims->member_count++] = task;
	}
	order_members(victims);
	for (size_t i = 0; i < victims->member_count; i++)
		keys[i] = (struct row_key){ .second = (uint32_t)victims->members[i]->memcg };
	order_members(victims);
}

static void find_first(struct memcg_victims *victims)
{
	size_t at = 0;
	for (size_t row = 0; row <= victims->count; row++) {
		while (at < victims->member_count && (size_t)victims->members[at]->memcg < row)
			at++;
		victims->first[row] = at;
	}
}

static void find_sharers(struct memcg_victims *victims, const struct snapshot *snapshot)
{
	victims->sharer_count = 0;
	for (size_t i = 0; i < snapshot->count; i++)
		victims->shares[i] = false;
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct task *task = &snapshot->tasks[i];
		if (!task->has_mm || task->mm_owner == task->pid)
			continue;
		const struct task *owner = snapshot_find(snapshot, task->mm_owner);
		victims->shares[i] = true;
		if (owner)
			victims->shares[owner - snapshot->tasks] = true;
	}
	for (size_t i = 0; i < snapshot->count; i++)
		if (victims->shares[i])
			victims->sharers[victims->sharer_count++] = &snapshot->tasks[i];
}

static struct memcg_victim keep(const struct outlook *outlook)
{
	const struct ranking_row *next = outlook_next(outlook);
	struct badness_share share = { 0, 0, 0 };
	if (next)
		outlook_share(outlook, next, &share);
	return (struct memcg_victim){
		.prediction = outlook->prediction,
		.task = next ? next->task : NULL,
		.points = next ? next->points : (struct points){ BADNESS_UNKILLABLE },
		.share = share,
		.lead = next ? outlook->lead : (struct lead){ .known = false },
		.deaths = next ? outlook->deaths : 0,
		.frees = next ? outlook->frees : (struct freed){ 0, 0 },
		.uncertain = outlook->uncertain,
	};
}

static enum err_code look_into(
	struct memcg_victims *victims, const struct snapshot *snapshot, size_t row, struct err *err)
{
	size_t begin = victims->first[row];
	size_t end = victims->first[snapshot->memcgs->rows[row].subtree_end];
	const struct ranking_tasks among = {
		&victims->members[begin],
		end - begin,
		victims->sharers,
		victims->sharer_count,
	};
	struct domain domain = domain_memcg(snapshot, (int32_t)row);
	enum err_code code = outlook_build_among(
		&victims->outlook, snapshot, &domain, victims->moment, &among, err);
	victims->rows[row] = keep(&victims->outlook);
	return code;
}

enum err_code memcg_victims_build(struct memcg_victims *victims, const struct snapshot *snapshot,
	enum moment moment, struct err *err)
{
	size_t count = snapshot->memcgs->count;
	victims->count = 0;
	victims->moment = moment;
	enum err_code code = reserve_rows(victims, count, err);
	if (!code)
		code = reserve_tasks(victims, snapshot->count, err);
	if (code)
		return code;
	victims->count = count;
	sort_members(victims, snapshot);
	find_first(victims);
	find_sharers(victims, snapshot);
	for (size_t row = 0; row < count && !code; row++)
		code = look_into(victims, snapshot, row, err);
	if (code)
		victims->count = 0;
	return code;
}

const struct memcg_victim *memcg_victims_of(const struct memcg_victims *victims, int32_t row)
{
	static const struct memcg_victim nothing = {
		.prediction = PREDICTION_UNKNOWN,
		.points = { BADNESS_UNKILLABLE },
	};
	return row >= 0 && (size_t)row < victims->count ? &victims->rows[row] : &nothing;
}

unsigned memcg_victims_uncertain(const struct memcg_victims *victims)
{
	unsigned bits = 0;
	for (size_t row = 0; row < victims->count; row++)
		bits |= victims->rows[row].uncertain;
	return bits;
}

#include "oomspect/memcg_victims.h"

#include <stdlib.h>

void memcg_victims_init(struct memcg_victims *victims)
{
	*victims = (struct memcg_victims){ 0 };
	ranking_init(&victims->machine);
}

void memcg_victims_release(struct memcg_victims *victims)
{
	free(victims->rows);
	ranking_release(&victims->machine);
	memcg_victims_init(victims);
}

static enum err_code reserve(struct memcg_victims *victims, size_t count, struct err *err)
{
	if (count >
		victims->capacity) { /* twice: the second half is for those who die in their place */
		struct memcg_victim *rows = reallocarray(victims->rows, 2 * count, sizeof(*rows));
		if (!rows)
			return err_set(err, ERR_NO_MEMORY,
				"cannot rank %zu memory cgroups: out of memory", count);
		victims->rows = rows;
		victims->capacity = count;
	}
	victims->count = count;
	return ERR_OK;
}

/* One process's badness in the domain of one row. */
static int64_t points_in(
	const struct snapshot *snapshot, const struct ranking_row *row, int64_t totalpages)
{
	struct badness_terms terms = {
		.rss = row->mem_pages, /* the terms are only ever added up */
		.oom_score_adj = row->oom_score_adj,
		.cap_sys_admin = row->task->cap_sys_admin,
	};
	return badness_points(&snapshot->host.era, &terms, totalpages);
}

/* Whether the kernel's scan of a memory cgroup meets `a` after `b`: the order of ranking.c. */
static bool scanned_after(const struct task *a, const struct task *b)
{
	if (a->memcg != b->memcg)
		return a->memcg > b->memcg;
	if (a->start_ticks != b->start_ticks)
		return a->start_ticks > b->start_ticks;
	return a->pid > b->pid;
}

static bool beats(const struct snapshot *snapshot, const struct task *task, int64_t points,
	const struct memcg_victim *best)
{
	if (!best->task || points != best->points)
		return !best->task || points > best->points;
	return scanned_after(task, best->task) ==
	       era_has(&snapshot->host.era, ERA_NEWEST_WINS_TIES);
}

/* Enters a process for the row, and for every row above whose limit covers it. `chosen` is NULL, or
 * has whose child it must be. */
static void enter(const struct snapshot *snapshot, const struct ranking_row *row,
	struct memcg_victim *best, const struct memcg_victim *chosen)
{
	const struct memcg_tree *tree = snapshot->memcgs;
	const struct task *task = row->task;
	for (int32_t memcg = task->memcg; memcg >= 0; memcg = tree->rows[memcg].parent) {
		const struct task *parent = chosen ? chosen[memcg].task : NULL;
		int64_t totalpages = memcg_totalpages(tree, memcg, &snapshot->host);
		if (totalpages == UNKNOWN || !memcg_tree_covers(tree, memcg, task->memcg))
			continue;
		int64_t points = points_in(snapshot, row, totalpages);
		bool child = parent && parent->pid == task->ppid &&
			     parent->mm_owner != task->mm_owner && points > 0;
		if ((!chosen || child) && beats(snapshot, task, points, &best[memcg])) {
			best[memcg].task = task;
			best[memcg].points = points;
		}
	}
}

static void enter_all(struct memcg_victims *victims, const struct snapshot *snapshot,
	struct memcg_victim *best, const struct memcg_victim *chosen)
{
	for (size_t i = 0; i < victims->count; i++)
		best[i] = (struct memcg_victim){ NULL, BADNESS_UNKILLABLE, PREDICTION_NONE };
	for (size_t i = 0; i < victims->machine.killable; i++)
		enter(snapshot, &victims->machine.rows[i], best, chosen);
}

/* Until v5.1 (bbbe48029720) the chosen process's worst child with another mm died in its place. */
static void sacrifice_children(struct memcg_victims *victims, const struct snapshot *snapshot)
{
	struct memcg_victim *children = victims->rows + victims->count;
	enter_all(victims, snapshot, children, victims->rows);
	for (size_t i = 0; i < victims->count; i++)
		if (children[i].task)
			victims->rows[i] = children[i];
}

static void predict(struct memcg_victims *victims, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < victims->count; i++) {
		struct memcg_victim *victim = &victims->rows[i];
		struct ranking ranking = { .domain = domain_memcg(snapshot, (int32_t)i),
			.killable = victim->task ? 1 : 0 };
		victim->prediction = ranking_prediction(&ranking, snapshot);
		if (victim->prediction != PREDICTION_VICTIM)
			victim->task = NULL;
	}
}

enum err_code memcg_victims_build(
	struct memcg_victims *victims, const struct snapshot *snapshot, struct err *err)
{
	struct domain machine = domain_host(snapshot);
	enum err_code code = reserve(victims, snapshot->memcgs->count, err);
	if (code == ERR_OK)
		code = ranking_build(
			&victims->machine, snapshot, &machine, RANKING_NOW, NULL, 0, err);
	if (code != ERR_OK) {
		victims->count = 0;
		return code;
	}
	enter_all(victims, snapshot, victims->rows, NULL);
	if (era_has(&snapshot->host.era, ERA_SACRIFICE_CHILD))
		sacrifice_children(victims, snapshot);
	predict(victims, snapshot);
	return ERR_OK;
}

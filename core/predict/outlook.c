#include "oomspect/outlook.h"

#include "oomspect/array.h"

#include <stdlib.h>

const char *const prediction_names[PREDICTION_COUNT] = {
	[PREDICTION_VICTIM] = "victim",
	[PREDICTION_NONE] = "none",
	[PREDICTION_PANIC] = "panic",
	[PREDICTION_ALLOCATING_TASK] = "allocating_task",
};

const char *const uncertainty_names[UNCERTAIN_COUNT] = {
	[UNCERTAIN_NEAR_TIE] = "near_tie",
	[UNCERTAIN_TIE_ORDER] = "tie_order",
	[UNCERTAIN_V1_TIE_ORDER] = "v1_tie_order",
	[UNCERTAIN_COUNTERS] = "counters",
	[UNCERTAIN_MEMPOLICY] = "mempolicy",
	[UNCERTAIN_SHARED_MM] = "shared_mm",
	[UNCERTAIN_SHMEM_SWAP] = "shmem_swap",
	[UNCERTAIN_HIDDEN] = "hidden",
	[UNCERTAIN_PID_NS] = "pid_namespace",
};

void outlook_init(struct outlook *outlook)
{
	*outlook = (struct outlook){ .snapshot = NULL };
	ranking_init(&outlook->ranking);
}

void outlook_release(struct outlook *outlook)
{
	ranking_release(&outlook->ranking);
	free(outlook->outsiders);
	outlook_init(outlook);
}

/* --- what overrules the choice --------------------------------------------------------------- */

/* Whether processes outside of our pid namespace may be in the domain. A memory cgroup that is seen
 * from inside is a part of the container or all of it, and has none. */
static bool has_outside(const struct outlook *outlook)
{
	return outlook->snapshot->pid_ns && outlook->ranking.domain.kind != DOMAIN_MEMCG;
}

static bool has_unseen(const struct outlook *outlook)
{
	const struct ranking *ranking = &outlook->ranking;
	for (size_t i = 0; i < ranking->count; i++)
		if (ranking->rows[i].unkillable == UNKILLABLE_UNKNOWN)
			return true;
	/* Processes that were asked for by number are all there, if any is. */
	bool all_there = ranking->restricted && ranking->count;
	return !all_there && (outlook->snapshot->hidepid || has_outside(outlook));
}

static bool is_on(int64_t setting, int64_t from)
{
	return setting != UNKNOWN_SIGNED && setting >= from;
}

/* mm/oom_kill.c:out_of_memory() asks check_panic_on_oom() first, then for the allocating task. */
static enum prediction predict(const struct outlook *outlook)
{
	const struct snapshot *snapshot = outlook->snapshot;
	const struct host_settings *vm = &snapshot->host.vm;
	const struct domain *domain = &outlook->ranking.domain;
	bool memcg = domain->kind == DOMAIN_MEMCG;
	if (memcg && snapshot->memcgs->rows[domain->memcg].oom_kill_disable == 1)
		return PREDICTION_NONE;
	if (is_on(vm->panic_on_oom, domain->kind == DOMAIN_HOST ? 1 : 2))
		return PREDICTION_PANIC;
	if (!memcg && is_on(vm->oom_kill_allocating_task, 1))
		return PREDICTION_ALLOCATING_TASK;
	/* Without the size of the domain no adjustment has a weight. */
	if (domain->totalpages == UNKNOWN)
		return PREDICTION_UNKNOWN;
	if (outlook->ranking.killable)
		return PREDICTION_VICTIM;
	return outlook->unseen ? PREDICTION_UNKNOWN : PREDICTION_NONE;
}

/* --- who dies along, and what comes back ----------------------------------------------------- */

static enum err_code reserve_outsiders(struct outlook *outlook, size_t count, struct err *err)
{
	if (ARRAY_RESERVE(outlook->outsiders, outlook->outsider_capacity, count))
		return ERR_OK;
	return err_set(
		err, ERR_NO_MEMORY, "cannot list %zu processes that die: out of memory", count);
}

/* Who could be outside of the domain and die all the same: who shares the victim's mm, or lives in
 * its pid namespace. */
struct outside {
	const struct ranking_tasks *among; /* NULL: anybody */
	const struct snapshot *snapshot;
};

static size_t outside_count(const struct outside *outside)
{
	return outside->among ? outside->among->sharer_count : outside->snapshot->count;
}

static const struct task *outside_task(const struct outside *outside, size_t index)
{
	return outside->among ? outside->among->sharers[index] : &outside->snapshot->tasks[index];
}

/* A shared mm is freed once: with the first one, else with the one that counts as its owner. */
static struct freed freed_along(
	const struct outlook *outlook, const struct task *first, const struct task *task)
{
	if (task->mm_owner != task->pid || task->mm_owner == first->mm_owner)
		return (struct freed){ 0, 0 };
	return freed_of(&outlook->snapshot->host, task);
}

/* Calls `visit` for each that the death of `row` takes along. What comes back by it all. */
static struct freed walk_death(const struct outlook *outlook, const struct ranking_row *row,
	const struct ranking_tasks *among, outlook_visit *visit, void *context)
{
	const struct ranking *ranking = &outlook->ranking;
	const struct snapshot *snapshot = outlook->snapshot;
	struct death death = death_of(snapshot, &ranking->domain, row->task);
	struct freed sum = freed_of(&snapshot->host, row->task);
	const struct outside outside = { row->task->ns_init ? NULL : among, snapshot };
	for (size_t i = 0; i < ranking->count; i++)
		if (death_takes(&death, &ranking->rows[i])) {
			visit(context, &ranking->rows[i], true);
			sum = freed_sum(
				sum, freed_along(outlook, row->task, ranking->rows[i].task));
		}
	if (ranking->domain.kind == DOMAIN_HOST)
		return sum;
	for (size_t i = 0; i < outside_count(&outside); i++) {
		struct ranking_row other = death_row_of(snapshot, outside_task(&outside, i));
		if (domain_has(&ranking->domain, snapshot, other.task) ||
			!death_takes(&death, &other))
			continue;
		visit(context, &other, false);
		sum = freed_sum(sum, freed_along(outlook, row->task, other.task));
	}
	return sum;
}

struct freed outlook_death(const struct outlook *outlook, const struct ranking_row *row,
	outlook_visit *visit, void *context)
{
	return walk_death(outlook, row, NULL, visit, context);
}

struct follower {
	struct outlook *outlook;
	enum err_code code;
	struct err *err;
};

static void note_death(void *context, const struct ranking_row *row, bool inside)
{
	struct follower *follower = context;
	struct outlook *outlook = follower->outlook;
	if (follower->code)
		return;
	if (inside) {
		outlook->ranking.rows[row - outlook->ranking.rows].dies_along = true;
	} else {
		follower->code =
			reserve_outsiders(outlook, outlook->outsider_count + 1, follower->err);
		if (follower->code)
			return;
		outlook->outsiders[outlook->outsider_count++] = *row;
	}
	outlook->deaths++;
}

static enum err_code follow_death(
	struct outlook *outlook, const struct ranking_tasks *among, struct err *err)
{
	struct follower follower = { outlook, ERR_OK, err };
	outlook->frees = walk_death(outlook, outlook->victim, among, note_death, &follower);
	return follower.code;
}

/* --- the lead -------------------------------------------------------------------------------- */

static const struct ranking_row *find_runner_up(const struct ranking *ranking)
{
	for (size_t i = 1; i < ranking->killable; i++)
		if (i != ranking->chosen && !ranking->rows[i].dies_along)
			return &ranking->rows[i];
	return NULL;
}

bool outlook_share(
	const struct outlook *outlook, const struct ranking_row *row, struct badness_share *ret)
{
	int64_t total = outlook->ranking.domain.totalpages;
	if (!row->terms_known || row->mem_pages < 0 || total <= 0)
		return false;
	*ret = badness_share(&outlook->snapshot->host.era, &row->terms, total);
	return true;
}

struct lead outlook_lead(const struct outlook *outlook, const struct ranking_row *row,
	const struct ranking_row *other)
{
	struct lead lead = { .known = row && other };
	struct badness_share share, behind;
	if (lead.known)
		lead.known = outlook_share(outlook, row, &share) &&
			     outlook_share(outlook, other, &behind) &&
			     points_can_die(row->points) && points_can_die(other->points);
	if (!lead.known)
		return lead;
	lead.tied = row->points.order == other->points.order;
	lead.tenths = share.bad - behind.bad;
	lead.in_pages =
		points_apart(&outlook->snapshot->host.era, row->points, other->points, &lead.pages);
	return lead;
}

/* --- what /proc cannot tell ------------------------------------------------------------------ */

/* How far the unsummed per-CPU counters of one task may be off, in pages: every CPU may hold back
 * just under a batch (lib/percpu_counter.c: max(32, 2 * CPUs)). */
static int64_t counter_error(const struct host *host)
{
	int64_t cpus = host->cpus > 0 ? host->cpus : 1;
	return cpus * (badness_counter_batch(cpus) - 1);
}

static unsigned tie_uncertainty(const struct outlook *outlook)
{
	const struct ranking *ranking = &outlook->ranking;
	int32_t memcg = outlook->chosen->task->memcg;
	if (ranking->domain.kind != DOMAIN_MEMCG || memcg != outlook->runner_up->task->memcg)
		return 0;
	/* v1 sorts cgroup.procs by pid on reading: the order of joining cannot be had. */
	if (outlook->snapshot->memcgs->version == 1)
		return 1u << UNCERTAIN_V1_TIE_ORDER;
	return ranking->joined_memcg == memcg ? 0 : 1u << UNCERTAIN_TIE_ORDER;
}

static unsigned lead_uncertainty(const struct outlook *outlook)
{
	const struct ranking_row *first = outlook->chosen, *next = outlook->runner_up;
	const struct host *host = &outlook->snapshot->host;
	if (!next)
		return 0;
	int64_t apart = first->points.order - next->points.order;
	unsigned bits = apart == 0 ? tie_uncertainty(outlook) : 0;
	bool swapped = first->task->swap_pages > 0 || next->task->swap_pages > 0;
	if (era_has(&host->era, ERA_UNSUMMED_RSS) && swapped && apart <= 2 * counter_error(host))
		bits |= 1u << UNCERTAIN_COUNTERS | 1u << UNCERTAIN_NEAR_TIE;
	return bits;
}

/* The projection takes all shmem to be in swap, where it counts for no process. Reclaim goes by
 * age, so some may still be resident when swap is full: in a cgroup of 32 MiB with 40 MiB of swap,
 * between none and half of 10 MiB were. A process that would be chosen with its shmem resident
 * makes the choice uncertain. */
static bool shmem_decides(const struct outlook *outlook)
{
	const struct ranking *ranking = &outlook->ranking;
	const struct era *era = &outlook->snapshot->host.era;
	for (size_t i = 1; ranking->shmem_to_swap && i < ranking->killable; i++) {
		const struct ranking_row *row = &ranking->rows[i];
		int64_t shmem = row->task->rss_shmem_pages;
		if (shmem <= 0 || row->task->locked_pages > 0 || i == ranking->chosen ||
			row->dies_along)
			continue;
		struct badness_terms resident = row->terms;
		resident.rss += shmem;
		struct points points = badness_points(era, &resident, ranking->domain.totalpages);
		if (points.order > outlook->chosen->points.order)
			return true;
	}
	return false;
}

static unsigned uncertainty(const struct outlook *outlook)
{
	const struct snapshot *snapshot = outlook->snapshot;
	const struct domain *domain = &outlook->ranking.domain;
	unsigned bits = snapshot->hidepid ? 1u << UNCERTAIN_HIDDEN : 0;
	if (has_outside(outlook))
		bits |= 1u << UNCERTAIN_PID_NS;
	if (!outlook->victim)
		return bits || !outlook->unseen ? bits : 1u << UNCERTAIN_HIDDEN;
	if (domain->kind == DOMAIN_NODES)
		bits |= 1u << UNCERTAIN_MEMPOLICY;
	if (outlook->victim->task->mm_sharers_unknown)
		bits |= 1u << UNCERTAIN_SHARED_MM;
	if (shmem_decides(outlook))
		bits |= 1u << UNCERTAIN_SHMEM_SWAP;
	return bits | lead_uncertainty(outlook);
}

/* --- the whole of it ------------------------------------------------------------------------- */

static void empty(struct outlook *outlook)
{
	outlook->ranking.count = outlook->ranking.killable = 0;
	outlook->prediction = PREDICTION_NONE;
	outlook->victim = outlook->chosen = outlook->runner_up = NULL;
	outlook->lead = (struct lead){ .known = false };
	outlook->deaths = outlook->outsider_count = 0;
	outlook->frees = (struct freed){ 0, 0 };
	outlook->uncertain = 0;
}

/* What follows from the order. */
static enum err_code conclude(
	struct outlook *outlook, const struct ranking_tasks *among, struct err *err)
{
	struct ranking *ranking = &outlook->ranking;
	for (size_t i = 0; i < ranking->count; i++)
		ranking->rows[i].dies_along = false;
	outlook->deaths = outlook->outsider_count = 0;
	outlook->frees = (struct freed){ 0, 0 };
	outlook->unseen = has_unseen(outlook);
	outlook->prediction = predict(outlook);
	bool chooses = outlook->prediction == PREDICTION_VICTIM ||
		       outlook->prediction == PREDICTION_ALLOCATING_TASK;
	outlook->victim = chooses ? ranking_victim(ranking) : NULL;
	outlook->chosen = outlook->victim ? ranking_chosen(ranking) : NULL;
	enum err_code code = outlook->victim ? follow_death(outlook, among, err) : ERR_OK;
	outlook->runner_up = outlook->victim ? find_runner_up(ranking) : NULL;
	outlook->lead = outlook_lead(outlook, outlook->chosen, outlook->runner_up);
	outlook->uncertain = uncertainty(outlook);
	if (code)
		empty(outlook);
	return code;
}

static enum err_code build(struct outlook *outlook, const struct snapshot *snapshot,
	const struct ranking_wish *wish, struct err *err)
{
	outlook->snapshot = snapshot;
	enum err_code code = ranking_build(&outlook->ranking, snapshot, wish, err);
	if (code) {
		empty(outlook);
		return code;
	}
	code = ranking_settle_tie(&outlook->ranking, snapshot, err);
	if (!code)
		code = conclude(outlook, wish->among, err);
	if (code)
		empty(outlook);
	return code;
}

enum err_code outlook_build(struct outlook *outlook, const struct snapshot *snapshot,
	const struct domain *domain, enum moment moment, const struct ranking_edit *edits,
	size_t edit_count, struct err *err)
{
	const struct ranking_wish wish = {
		.domain = domain, .moment = moment, .edits = edits, .edit_count = edit_count
	};
	return build(outlook, snapshot, &wish, err);
}

enum err_code outlook_build_among(struct outlook *outlook, const struct snapshot *snapshot,
	const struct domain *domain, enum moment moment, const struct ranking_tasks *among,
	struct err *err)
{
	const struct ranking_wish wish = { .domain = domain, .moment = moment, .among = among };
	return build(outlook, snapshot, &wish, err);
}

enum err_code outlook_restrict(struct outlook *outlook,
	bool (*keep)(const void *context, const struct task *task), const void *context,
	struct err *err)
{
	ranking_restrict(&outlook->ranking, outlook->snapshot, keep, context);
	return conclude(outlook, NULL, err);
}

const struct ranking_row *outlook_next(const struct outlook *outlook)
{
	return outlook->prediction == PREDICTION_VICTIM ? outlook->victim : NULL;
}

bool outlook_differs(const struct outlook *a, const struct outlook *b)
{
	const struct ranking_row *one = outlook_next(a), *other = outlook_next(b);
	return (one ? one->task : NULL) != (other ? other->task : NULL);
}

size_t outlook_rank(const struct outlook *outlook, const struct ranking_row *row)
{
	return points_can_die(row->points) ? (size_t)(row - outlook->ranking.rows) + 1 : 0;
}

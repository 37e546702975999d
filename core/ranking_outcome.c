#include "oomspect/ranking.h"

/* What the kernel would do with a ranking: overruling settings, who dies along, what comes back,
 * and what /proc cannot tell. */

static bool is_on(int64_t setting, int64_t from)
{
	return setting != HOST_SETTING_UNKNOWN && setting >= from;
}

/* A cgroup that is limited from inside, or for the whole of it, has nobody outside the namespace. */
static bool has_outside(const struct ranking *ranking, const struct snapshot *snapshot)
{
	return snapshot->pid_ns && ranking->domain.kind != DOMAIN_MEMCG;
}

bool ranking_has_unseen(const struct ranking *ranking, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < ranking->count; i++)
		if (ranking->rows[i].unkillable == UNKILLABLE_UNKNOWN)
			return true;
	/* Of those that were asked for there are no others. */
	bool all_there = ranking->restricted && ranking->count;
	return !all_there && (snapshot->hidepid || has_outside(ranking, snapshot));
}

/* mm/oom_kill.c:out_of_memory() asks check_panic_on_oom() first, then for the allocating task. */
enum prediction ranking_prediction(const struct ranking *ranking, const struct snapshot *snapshot)
{
	const struct host_settings *vm = &snapshot->host.vm;
	const struct domain *domain = &ranking->domain;
	bool memcg = domain->kind == DOMAIN_MEMCG;
	if (memcg && snapshot->memcgs->rows[domain->memcg].oom_kill_disable == 1)
		return PREDICTION_NONE;
	if (is_on(vm->panic_on_oom, domain->kind == DOMAIN_HOST ? 1 : 2))
		return PREDICTION_PANIC;
	if (!memcg && is_on(vm->oom_kill_allocating_task, 1))
		return PREDICTION_ALLOCATING_TASK;
	if (ranking->killable)
		return PREDICTION_VICTIM;
	return ranking_has_unseen(ranking, snapshot) ? PREDICTION_UNKNOWN : PREDICTION_NONE;
}

const struct ranking_row *ranking_victim(const struct ranking *ranking)
{
	return ranking->killable ? &ranking->rows[ranking->victim] : NULL;
}

const struct ranking_row *ranking_find(const struct ranking *ranking, pid_t pid)
{
	for (size_t i = 0; i < ranking->count; i++)
		if (ranking->rows[i].task->pid == pid)
			return &ranking->rows[i];
	return NULL;
}

/* The highest cgroup with memory.oom.group from the victim's up to the domain's own, or UNKNOWN
 * (mm/memcontrol.c:mem_cgroup_get_oom_group()). The top of the hierarchy has no such file. */
static int32_t oom_group_of(
	const struct ranking *ranking, const struct snapshot *snapshot, const struct task *victim)
{
	const struct memcg_tree *tree = snapshot->memcgs;
	int32_t group = UNKNOWN;
	int32_t top = ranking->domain.kind == DOMAIN_MEMCG ? ranking->domain.memcg : 0;
	for (int32_t row = victim->memcg; row >= top; row = tree->rows[row].parent)
		if (tree->rows[row].oom_group == 1)
			group = row;
	return group;
}

static bool in_subtree(const struct memcg_tree *tree, int32_t top, int32_t row)
{
	return row >= top && row < tree->rows[top].subtree_end;
}

/* The end of a pid namespace's first process is the end of all in it (kernel/pid_namespace.c:
 * zap_pid_ns_processes()). They descend from it: orphans inside are given to it. One that entered
 * by setns(2) has its parent outside and is not seen. */
bool ranking_ends_with(
	const struct snapshot *snapshot, const struct task *first, const struct task *task)
{
	enum { GENERATIONS = 64 };
	if (!first->ns_init)
		return false;
	for (int i = 0; task && i < GENERATIONS; i++) {
		if (task->ppid == first->pid)
			return true;
		task = snapshot_find(snapshot, task->ppid);
	}
	return false;
}

bool ranking_dies_with_victim(const struct ranking *ranking, const struct snapshot *snapshot,
	const struct ranking_row *row)
{
	const struct ranking_row *victim = ranking_victim(ranking);
	if (!victim || row == victim || row->unkillable == UNKILLABLE_INIT ||
		row->unkillable == UNKILLABLE_KTHREAD)
		return false;
	/* Whoever shares the mm dies, an oom_score_adj of -1000 notwithstanding. */
	if (row->task->has_mm && row->task->mm_owner == victim->task->mm_owner)
		return true;
	if (ranking_ends_with(snapshot, victim->task, row->task))
		return true;
	if (!era_has(&snapshot->host.era, ERA_OOM_GROUP) || row->unkillable == UNKILLABLE_ADJ ||
		!row->task->has_mm || victim->task->memcg == UNKNOWN || row->task->memcg == UNKNOWN)
		return false;
	int32_t group = oom_group_of(ranking, snapshot, victim->task);
	return group != UNKNOWN && in_subtree(snapshot->memcgs, group, row->task->memcg);
}

size_t ranking_outsiders(const struct ranking *ranking, const struct snapshot *snapshot,
	struct ranking_row *rows, size_t capacity)
{
	size_t count = 0;
	for (size_t i = 0; i < snapshot->count && count < capacity; i++) {
		const struct task *task = &snapshot->tasks[i];
		bool init = task->pid == 1 && snapshot->host.init_pid_ns;
		struct ranking_row row = {
			.task = task,
			.oom_score_adj = task->oom_score_adj,
			.unkillable = init            ? UNKILLABLE_INIT
				      : task->kthread ? UNKILLABLE_KTHREAD
						      : KILLABLE,
			.mem_pages = UNKNOWN,
			.oom_score = UNKNOWN,
			.points = BADNESS_UNKILLABLE,
		};
		if (!domain_has(&ranking->domain, snapshot, row.task) &&
			ranking_dies_with_victim(ranking, snapshot, &row)) {
			if (rows)
				rows[count] = row;
			count++;
		}
	}
	return count;
}

size_t ranking_deaths(const struct ranking *ranking, const struct snapshot *snapshot)
{
	size_t count = ranking_outsiders(ranking, snapshot, NULL, SIZE_MAX);
	for (size_t i = 0; i < ranking->count; i++)
		count += ranking_dies_with_victim(ranking, snapshot, &ranking->rows[i]);
	return count;
}

const struct ranking_row *ranking_runner_up(
	const struct ranking *ranking, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < ranking->killable; i++) {
		const struct ranking_row *row = &ranking->rows[i];
		/* The first makes the choice; with a child dying in its place both are out. */
		if (i != 0 && i != ranking->victim &&
			!ranking_dies_with_victim(ranking, snapshot, row))
			return row;
	}
	return NULL;
}

int64_t ranking_margin(const struct ranking *ranking, const struct snapshot *snapshot)
{
	const struct ranking_row *next = ranking_runner_up(ranking, snapshot);
	return next ? ranking->rows[0].points - next->points : UNKNOWN;
}

static int64_t mm_kb(const struct snapshot *snapshot, const struct task *task)
{
	int64_t page_kb = snapshot->host.page_size / 1024;
	/* Before 4.5 nobody says how much of rss is anonymous: all of it is the best guess. */
	int64_t anon = task->rss_anon_pages == UNKNOWN ? task->rss_pages : task->rss_anon_pages;
	int64_t pmd_kb = task->pmd_kb == UNKNOWN ? 0 : task->pmd_kb;
	return (anon + task->swap_pages) * page_kb + task->pte_kb + pmd_kb;
}

int64_t ranking_frees_kb(const struct ranking *ranking, const struct snapshot *snapshot)
{
	const struct ranking_row *victim = ranking_victim(ranking);
	if (!victim)
		return UNKNOWN;
	int64_t sum = mm_kb(snapshot, victim->task);
	for (size_t i = 0; i < ranking->count; i++) {
		const struct ranking_row *row = &ranking->rows[i];
		const struct task *task = row->task;
		/* A shared mm is freed once. */
		bool counted =
			task->mm_owner != task->pid || task->mm_owner == victim->task->mm_owner;
		if (!counted && ranking_dies_with_victim(ranking, snapshot, row))
			sum += mm_kb(snapshot, task);
	}
	return sum;
}

int64_t ranking_private_kb(const struct snapshot *snapshot, const struct task *task)
{
	if (!task->has_mm)
		return 0;
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct task *other = &snapshot->tasks[i];
		if (other != task && other->has_mm && other->mm_owner == task->mm_owner)
			return 0;
	}
	return mm_kb(snapshot, task);
}

/* How far the unsummed per-CPU counters of one task may be off, in pages: every CPU may hold back
 * just under a batch (lib/percpu_counter.c: max(32, 2 * CPUs)). */
static int64_t counter_error(const struct host *host)
{
	int64_t cpus = host->cpus > 0 ? host->cpus : 1;
	return cpus * (badness_counter_batch(cpus) - 1);
}

static unsigned tie_uncertainty(
	const struct ranking *ranking, const struct snapshot *snapshot, const struct task *next)
{
	int32_t memcg = ranking->rows[0].task->memcg;
	if (ranking->domain.kind != DOMAIN_MEMCG || memcg != next->memcg)
		return 0;
	/* v1 sorts cgroup.procs by pid on reading: the order of joining cannot be had. */
	if (snapshot->memcgs->version == 1)
		return 1u << UNCERTAIN_V1_TIE_ORDER;
	return ranking->joined_memcg == memcg ? 0 : 1u << UNCERTAIN_TIE_ORDER;
}

static unsigned margin_uncertainty(const struct ranking *ranking, const struct snapshot *snapshot)
{
	const struct ranking_row *next = ranking_runner_up(ranking, snapshot);
	int64_t margin = ranking_margin(ranking, snapshot);
	const struct task *first = ranking->rows[0].task;
	if (!next || margin == UNKNOWN)
		return 0;
	unsigned bits = margin == 0 ? tie_uncertainty(ranking, snapshot, next->task) : 0;
	bool swapped = first->swap_pages > 0 || next->task->swap_pages > 0;
	if (era_has(&snapshot->host.era, ERA_UNSUMMED_RSS) && swapped &&
		margin <= 2 * counter_error(&snapshot->host))
		bits |= 1u << UNCERTAIN_COUNTERS | 1u << UNCERTAIN_NEAR_TIE;
	return bits;
}

/* Shmem in swap counts for nobody, and the projection takes all of it to be there. Reclaim goes by
 * age, so some may still be resident when swap is full: in a cgroup of 32 MiB with 40 MiB of swap,
 * between none and half of 10 MiB were. Whoever would be chosen with it makes a doubt. */
static bool shmem_decides(const struct ranking *ranking, const struct snapshot *snapshot)
{
	const struct ranking_row *victim = ranking_victim(ranking);
	for (size_t i = 0; ranking->shmem_to_swap && i < ranking->killable; i++) {
		const struct ranking_row *row = &ranking->rows[i];
		int64_t shmem = row->task->rss_shmem_pages;
		bool counted = shmem != UNKNOWN && row->task->locked_pages <= 0;
		if (counted && row != victim && row->points + shmem > victim->points &&
			!ranking_dies_with_victim(ranking, snapshot, row))
			return true;
	}
	return false;
}

unsigned ranking_uncertainty(const struct ranking *ranking, const struct snapshot *snapshot)
{
	const struct ranking_row *victim = ranking_victim(ranking);
	unsigned bits = snapshot->hidepid ? 1u << UNCERTAIN_HIDDEN : 0;
	if (has_outside(ranking, snapshot))
		bits |= 1u << UNCERTAIN_PID_NS;
	if (!victim)
		return bits || !ranking_has_unseen(ranking, snapshot) ? bits
								      : 1u << UNCERTAIN_HIDDEN;
	if (ranking->domain.kind == DOMAIN_NODES)
		bits |= 1u << UNCERTAIN_MEMPOLICY;
	if (victim->task->mm_sharers_unknown)
		bits |= 1u << UNCERTAIN_SHARED_MM;
	if (shmem_decides(ranking, snapshot))
		bits |= 1u << UNCERTAIN_SHMEM_SWAP;
	return bits | margin_uncertainty(ranking, snapshot);
}

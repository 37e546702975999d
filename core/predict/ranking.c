#include "oomspect/ranking.h"

#include "oomspect/array.h"
#include "oomspect/saturate.h"

#include <stdlib.h>
#include <string.h>

const char *const unkillable_names[UNKILLABLE_UNKNOWN + 1] = {
	[UNKILLABLE_INIT] = "init",
	[UNKILLABLE_KTHREAD] = "kthread",
	[UNKILLABLE_ADJ] = "adj",
	[UNKILLABLE_NO_MM] = "no_mm",
	[UNKILLABLE_VFORK] = "vfork",
	[UNKILLABLE_UNKNOWN] = "unknown",
};

void ranking_init(struct ranking *ranking)
{
	*ranking = (struct ranking){ 0 };
}

void ranking_release(struct ranking *ranking)
{
	free(ranking->rows);
	free(ranking->joined);
	row_order_release(&ranking->order);
	ranking_init(ranking);
}

static enum err_code reserve(struct ranking *ranking, size_t count, struct err *err)
{
	if (!ARRAY_RESERVE(ranking->rows, ranking->capacity, count))
		return err_set(
			err, ERR_NO_MEMORY, "cannot rank %zu processes: out of memory", count);
	return row_order_reserve(&ranking->order, count, err);
}

/* What one evaluation needs besides the task. */
struct evaluation {
	const struct snapshot *snapshot;
	const struct domain *domain;
	enum moment moment;
	bool shmem_to_swap; /* MOMENT_OOM: all shmem of the domain fits into its free swap */
};

/* What /proc/PID/oom_score should print for these terms: always relative to the whole machine. */
static int64_t predict_oom_score(const struct host *host, const struct badness_terms *terms)
{
	struct points points = badness_points(&host->era, terms, host->total_pages);
	return badness_oom_score(&host->era, points, host->total_pages);
}

/* A live oom_score of 0 where the numbers give more: the kernel passes this task over. It borrows
 * its parent's memory after vfork, or its memory has been reaped already. Only a score above
 * what rounding could hide is evidence: 0 is also printed for small tasks. */
static bool passed_over(const struct host *host, const struct task *task, int64_t predicted)
{
	int64_t grain = era_has(&host->era, ERA_SIGNED_POINTS) ? 1 : 2;
	return era_has(&host->era, ERA_VFORK_SHIELD) && task->oom_score == 0 && predicted >= grain;
}

static enum unkillable why_unkillable(const struct evaluation *evaluation, const struct task *task,
	int oom_score_adj, int64_t predicted_now)
{
	const struct host *host = &evaluation->snapshot->host;
	if (task->pid == 1 && host->init_pid_ns)
		return UNKILLABLE_INIT;
	if (task->kthread)
		return UNKILLABLE_KTHREAD;
	if (!task->adj_known || task->threads == UNKNOWN)
		return UNKILLABLE_UNKNOWN;
	if (!task->has_mm)
		return UNKILLABLE_NO_MM;
	if (passed_over(host, task, predicted_now))
		return task->exiting ? UNKILLABLE_NO_MM : UNKILLABLE_VFORK;
	if (oom_score_adj == OOM_SCORE_ADJ_MIN)
		return UNKILLABLE_ADJ;
	return KILLABLE;
}

/* What the file of the kernel should say now, with the edit and without it. */
static int64_t live_score(const struct evaluation *evaluation, struct ranking_row *row)
{
	const struct host *host = &evaluation->snapshot->host;
	struct badness_terms terms = terms_of_task(host, row->task, MOMENT_NOW, false);
	int64_t live = predict_oom_score(host, &terms);
	row->oom_score = live;
	if (row->oom_score_adj != row->task->oom_score_adj) {
		terms.oom_score_adj = row->oom_score_adj;
		row->oom_score = predict_oom_score(host, &terms);
	}
	return live;
}

static void evaluate(const struct evaluation *evaluation, struct ranking_row *row)
{
	const struct task *task = row->task;
	const struct host *host = &evaluation->snapshot->host;
	row->mem_pages = row->oom_score = UNKNOWN;
	row->points.order = BADNESS_UNKILLABLE;
	int64_t live = 0;
	if (task->has_mm) {
		row->terms =
			terms_of_task(host, task, evaluation->moment, evaluation->shmem_to_swap);
		row->terms.oom_score_adj = row->oom_score_adj;
		row->terms_known = true;
		row->mem_pages = badness_mem_pages(&row->terms);
		live = live_score(evaluation, row);
	}
	row->unkillable = why_unkillable(evaluation, task, row->oom_score_adj, live);
	if (row->unkillable == KILLABLE)
		row->points =
			badness_points(&host->era, &row->terms, evaluation->domain->totalpages);
	else
		row->oom_score = row->unkillable == UNKILLABLE_UNKNOWN ? UNKNOWN : 0;
}

static int compare_edits(const void *a, const void *b)
{
	const struct ranking_edit *one = a, *other = b;
	return (one->pid > other->pid) - (one->pid < other->pid);
}

void ranking_sort_edits(struct ranking_edit *edits, size_t count)
{
	if (count)
		qsort(edits, count, sizeof(*edits), compare_edits);
}

static const struct ranking_edit *find_edit(
	const struct task *task, const struct ranking_edit *edits, size_t count)
{
	const struct ranking_edit wanted = { .pid = task->pid };
	return count ? bsearch(&wanted, edits, count, sizeof(*edits), compare_edits) : NULL;
}

/* Free swap that the domain may use, in pages. */
static int64_t free_swap(const struct snapshot *snapshot, const struct domain *domain)
{
	int64_t free_pages = count_or_zero(snapshot->host.swap_free_pages);
	if (domain->kind != DOMAIN_MEMCG)
		return free_pages;
	const struct memcg *memcg = &snapshot->memcgs->rows[domain->memcg];
	if (!amount_known(memcg->swap_limit))
		return free_pages;
	uint64_t used = amount_known(memcg->swap_usage) ? memcg->swap_usage.bytes : 0;
	uint64_t limit = memcg->swap_limit.bytes;
	int64_t left =
		limit > used ? (int64_t)((limit - used) / (uint64_t)snapshot->host.page_size) : 0;
	return count_smaller(free_pages, left);
}

/* Shmem of the domain, in pages. The sum over processes counts shared segments more than once,
 * so what the machine or the cgroup says of the whole is an upper bound. */
static int64_t shmem_pages(const struct ranking *ranking, const struct snapshot *snapshot)
{
	int64_t sum = 0;
	int64_t page_size = snapshot->host.page_size;
	int64_t bound = snapshot->host.meminfo.shmem;
	for (size_t i = 0; i < ranking->count; i++)
		sum = saturate_add(sum, count_or_zero(ranking->rows[i].task->rss_shmem_pages));
	if (bound != UNKNOWN)
		sum = count_smaller(sum, bound * 1024 / page_size);
	if (ranking->domain.kind == DOMAIN_MEMCG) {
		struct amount shmem = snapshot->memcgs->rows[ranking->domain.memcg].shmem;
		if (amount_known(shmem))
			sum = count_smaller(sum, (int64_t)(shmem.bytes / (uint64_t)page_size));
	}
	return sum;
}

_Static_assert(sizeof(struct ranking_row) <= ROW_ORDER_SIZE_MAX, "rows cannot be ordered");

static void order(struct ranking *ranking)
{
	row_order_apply(&ranking->order, ranking->rows, ranking->count, sizeof(*ranking->rows));
}

/* Machine-wide scan order is the order of creation. */
static void order_by_creation(struct ranking *ranking)
{
	for (size_t i = 0; i < ranking->count; i++) {
		const struct task *task = ranking->rows[i].task;
		ranking->order.keys[i] = (struct row_key){ .first = task->start_ticks,
			.second = (uint32_t)task->pid };
	}
	order(ranking);
}

/* A memory cgroup is scanned before its descendants, which stand pre-order in the tree. */
static void order_by_memcg(struct ranking *ranking)
{
	for (size_t i = 0; i < ranking->count; i++)
		ranking->order.keys[i] =
			(struct row_key){ .second = (uint32_t)ranking->rows[i].task->memcg };
	order(ranking);
}

/* Until v5.1 (bbbe48029720) the chosen process's worst child with another mm died in its place. */
static size_t sacrificed(const struct ranking *ranking)
{
	const struct ranking_row *chosen = &ranking->rows[0];
	size_t best = 0;
	for (size_t i = 1; i < ranking->killable; i++) {
		const struct ranking_row *row = &ranking->rows[i];
		if (row->task->ppid == chosen->task->pid &&
			row->task->mm_owner != chosen->task->mm_owner && row->points.order > 0 &&
			(best == 0 || row->points.order > ranking->rows[best].points.order))
			best = i;
	}
	return best;
}

static void add_row(struct ranking *ranking, const struct snapshot *snapshot,
	const struct task *task, const struct ranking_edit *edit)
{
	if (!domain_has(&ranking->domain, snapshot, task) || (edit && edit->gone))
		return;
	ranking->rows[ranking->count++] = (struct ranking_row){
		.task = task,
		.oom_score_adj = edit ? edit->oom_score_adj : task->oom_score_adj,
	};
}

static void collect(
	struct ranking *ranking, const struct snapshot *snapshot, const struct ranking_wish *wish)
{
	const struct ranking_tasks *among = wish->among;
	size_t count = among ? among->count : snapshot->count;
	ranking->count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct task *task = among ? among->tasks[i] : &snapshot->tasks[i];
		add_row(ranking, snapshot, task, find_edit(task, wish->edits, wish->edit_count));
	}
}

static void evaluate_rows(struct ranking *ranking, const struct snapshot *snapshot)
{
	/* What a cgroup's processes map but others are charged for stays: its own shmem is 0 then. */
	int64_t shmem = ranking->moment == MOMENT_OOM ? shmem_pages(ranking, snapshot) : 0;
	ranking->shmem_to_swap = shmem > 0 && shmem <= free_swap(snapshot, &ranking->domain);
	const struct evaluation evaluation = {
		snapshot,
		&ranking->domain,
		ranking->moment,
		ranking->shmem_to_swap,
	};
	ranking->killable = 0;
	for (size_t i = 0; i < ranking->count; i++) {
		evaluate(&evaluation, &ranking->rows[i]);
		ranking->killable += ranking->rows[i].unkillable == KILLABLE;
	}
}

static void order_by_scan(struct ranking *ranking, bool in_order)
{
	if (!in_order)
		order_by_creation(ranking);
	if (!in_order && ranking->domain.kind == DOMAIN_MEMCG)
		order_by_memcg(ranking);
	for (size_t i = 0; i < ranking->count; i++)
		ranking->rows[i].scan_order = (uint32_t)i;
}

/* The killable first, by points, then the others; equals as the kernel scans them. */
static struct row_key death_of(const struct ranking_row *row, bool newest_first)
{
	bool killable = row->unkillable == KILLABLE;
	return (struct row_key){
		/* From the most points, INT64_MAX, to the least, without a sign. */
		.first = killable ? (uint64_t)INT64_MAX - (uint64_t)row->points.order : UINT64_MAX,
		.second = newest_first && killable ? ~row->scan_order : row->scan_order,
	};
}

/* The child that dies in its parent's place stands first, its parent next. */
static void put_first(struct ranking *ranking, size_t victim)
{
	if (victim == 0)
		return;
	struct ranking_row row = ranking->rows[victim];
	memmove(&ranking->rows[1], &ranking->rows[0], victim * sizeof(row));
	ranking->rows[0] = row;
}

static void order_by_death(struct ranking *ranking, const struct era *era)
{
	bool newest_first = era_has(era, ERA_NEWEST_WINS_TIES);
	for (size_t i = 0; i < ranking->count; i++)
		ranking->order.keys[i] = death_of(&ranking->rows[i], newest_first);
	order(ranking);
	size_t victim = 0;
	if (ranking->killable && era_has(era, ERA_SACRIFICE_CHILD))
		victim = sacrificed(ranking);
	put_first(ranking, victim);
	ranking->chosen = victim ? 1 : 0;
}

enum err_code ranking_build(struct ranking *ranking, const struct snapshot *snapshot,
	const struct ranking_wish *wish, struct err *err)
{
	enum err_code code = reserve(ranking, snapshot->count, err);
	if (code != ERR_OK)
		return code;
	ranking->domain = *wish->domain;
	ranking->moment = wish->moment;
	ranking->joined_memcg = UNKNOWN;
	ranking->restricted = false;
	collect(ranking, snapshot, wish);
	order_by_scan(ranking, wish->among != NULL);
	evaluate_rows(ranking, snapshot);
	order_by_death(ranking, &snapshot->host.era);
	return ERR_OK;
}

void ranking_restrict(struct ranking *ranking, const struct snapshot *snapshot,
	bool (*keep)(const void *context, const struct task *task), const void *context)
{
	size_t kept = 0;
	ranking->killable = 0;
	for (size_t i = 0; i < ranking->count; i++) {
		struct ranking_row row = ranking->rows[i];
		if (!keep(context, row.task))
			continue;
		ranking->killable += row.unkillable == KILLABLE;
		ranking->rows[kept++] = row;
	}
	ranking->restricted |= kept < ranking->count;
	ranking->count = kept;
	order_by_death(ranking, &snapshot->host.era);
}

int32_t ranking_tied_memcg(const struct ranking *ranking, const struct snapshot *snapshot)
{
	const struct ranking_row *first = &ranking->rows[ranking->chosen], *second = first + 1;
	if (ranking->domain.kind != DOMAIN_MEMCG || snapshot->memcgs->version != 2 ||
		ranking->chosen + 2 > ranking->killable ||
		first->points.order != second->points.order)
		return UNKNOWN;
	/* Across cgroups the tree decides; the last or first cgroup among the equals has the say. */
	int32_t memcg = first->task->memcg;
	bool shared = second->task->memcg == memcg;
	return shared && ranking->joined_memcg != memcg ? memcg : UNKNOWN;
}

static int by_pid(const void *a, const void *b)
{
	const struct ranking_row *one = a, *other = b;
	return (one->task->pid > other->task->pid) - (one->task->pid < other->task->pid);
}

/* Puts the rows of one cgroup first, by pid, so that they are found. Returns how many there are. */
static size_t gather(struct ranking *ranking, int32_t memcg)
{
	size_t count = 0;
	for (size_t i = 0; i < ranking->count; i++) {
		const struct task *task = ranking->rows[i].task;
		bool inside = task->memcg == memcg;
		count += inside;
		ranking->order.keys[i] =
			(struct row_key){ .first = !inside, .second = (uint32_t)task->pid };
	}
	order(ranking);
	return count;
}

void ranking_apply_joining(struct ranking *ranking, const struct snapshot *snapshot, int32_t memcg,
	const pid_t *pids, size_t count)
{
	size_t members = gather(ranking, memcg);
	uint32_t base = UINT32_MAX;
	for (size_t i = 0; i < members; i++)
		if (ranking->rows[i].scan_order < base)
			base = ranking->rows[i].scan_order;
	/* Rows of one cgroup stand together in scan order: their places are dealt out anew, those
	 * that are not listed behind the others, and what comes later makes room: `pids` may name
	 * more processes than have a row. */
	for (size_t i = 0; i < ranking->count; i++)
		if (ranking->rows[i].scan_order >= base)
			ranking->rows[i].scan_order += (uint32_t)count;
	for (size_t place = count; place-- > 0;) {
		const struct task task = { .pid = pids[place] };
		const struct ranking_row wanted = { .task = &task };
		struct ranking_row *row =
			bsearch(&wanted, ranking->rows, members, sizeof(wanted), by_pid);
		if (row)
			row->scan_order = base + (uint32_t)place;
	}
	ranking->joined_memcg = memcg;
	order_by_death(ranking, &snapshot->host.era);
}

enum err_code ranking_settle_tie(
	struct ranking *ranking, const struct snapshot *snapshot, struct err *err)
{
	int32_t memcg = ranking_tied_memcg(ranking, snapshot);
	if (memcg == UNKNOWN)
		return ERR_OK;
	/* Twice the processes that there were: the cgroup may have grown since. */
	if (!ARRAY_RESERVE(ranking->joined, ranking->joined_capacity, snapshot->count * 2))
		return err_set(err, ERR_NO_MEMORY, "cannot read who joined first: out of memory");
	size_t capacity = ranking->joined_capacity;
	ssize_t count = memcg_procs(snapshot->memcgs, memcg, ranking->joined, capacity);
	if (count > 0)
		ranking_apply_joining(ranking, snapshot, memcg, ranking->joined,
			(size_t)count < capacity ? (size_t)count : capacity);
	return ERR_OK;
}

const struct ranking_row *ranking_victim(const struct ranking *ranking)
{
	return ranking->killable ? &ranking->rows[0] : NULL;
}

const struct ranking_row *ranking_chosen(const struct ranking *ranking)
{
	return ranking->killable ? &ranking->rows[ranking->chosen] : NULL;
}

const struct ranking_row *ranking_find(const struct ranking *ranking, pid_t pid)
{
	for (size_t i = 0; i < ranking->count; i++)
		if (ranking->rows[i].task->pid == pid)
			return &ranking->rows[i];
	return NULL;
}

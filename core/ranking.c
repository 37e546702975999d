#include "oomspect/ranking.h"

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
	if (count <= ranking->capacity)
		return ERR_OK;
	struct ranking_row *rows = reallocarray(ranking->rows, count, sizeof(*rows));
	if (!rows)
		return err_set(
			err, ERR_NO_MEMORY, "cannot rank %zu processes: out of memory", count);
	ranking->rows = rows;
	enum err_code code = row_order_reserve(&ranking->order, count, err);
	if (code == ERR_OK)
		ranking->capacity = count;
	return code;
}

/* What one evaluation needs besides the task. */
struct evaluation {
	const struct snapshot *snapshot;
	const struct domain *domain;
	enum ranking_moment moment;
	bool shmem_to_swap; /* RANKING_AT_OOM: all shmem of the domain fits into its free swap */
};

static int64_t or_zero(int64_t count)
{
	return count == UNKNOWN ? 0 : count;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Pages that will have left rss when memory has run out: file pages, dirty ones after writing, but
 * not locked ones; shmem moves to swap and, unlike anonymous memory, is not in VmSwap then. */
static int64_t leaves_rss(const struct evaluation *evaluation, const struct task *task)
{
	int64_t file = or_zero(task->rss_file_pages);
	int64_t locked = smaller(file, or_zero(task->locked_pages));
	int64_t shmem = evaluation->shmem_to_swap && !or_zero(task->locked_pages)
				? or_zero(task->rss_shmem_pages)
				: 0;
	return file - locked + shmem;
}

/* The rss that badness reads: from 6.2 to 6.19 the per-CPU counters unsummed, which is what stat
 * shows while status sums them (f1a7941243c1; summed for both since 7.0). */
static int64_t badness_rss(const struct evaluation *evaluation, const struct task *task)
{
	bool unsummed = era_has(&evaluation->snapshot->host.era, ERA_UNSUMMED_RSS);
	int64_t rss = unsummed ? task->rss_stat_pages : task->rss_pages;
	if (evaluation->moment == RANKING_AT_OOM)
		rss -= smaller(rss, leaves_rss(evaluation, task));
	return rss;
}

static struct badness_terms terms_of(
	const struct evaluation *evaluation, const struct task *task, int oom_score_adj)
{
	const struct host *host = &evaluation->snapshot->host;
	return (struct badness_terms){
		.rss = badness_rss(evaluation, task),
		.swapents = badness_swapents(&host->era, task->swap_pages, host->cpus),
		.pgtables = badness_pgtables(
			&host->era, task->pte_kb, or_zero(task->pmd_kb), host->page_size),
		.oom_score_adj = oom_score_adj,
		.cap_sys_admin = task->cap_sys_admin,
	};
}

/* What /proc/PID/oom_score should print for these terms: always relative to the whole machine. */
static int64_t predict_oom_score(const struct host *host, const struct badness_terms *terms)
{
	int64_t points = badness_points(&host->era, terms, host->total_pages);
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

static void evaluate(const struct evaluation *evaluation, struct ranking_row *row)
{
	const struct task *task = row->task;
	const struct host *host = &evaluation->snapshot->host;
	struct evaluation now = *evaluation;
	now.moment = RANKING_NOW;
	row->mem_pages = row->oom_score = UNKNOWN;
	row->points = BADNESS_UNKILLABLE;
	int64_t live = 0, edited = 0;
	if (task->has_mm) {
		struct badness_terms terms = terms_of(evaluation, task, row->oom_score_adj);
		row->mem_pages = terms.rss + terms.swapents + terms.pgtables;
		row->points = badness_points(&host->era, &terms, evaluation->domain->totalpages);
		terms = terms_of(&now, task, row->oom_score_adj);
		edited = predict_oom_score(host, &terms);
		terms.oom_score_adj = task->oom_score_adj;
		live = predict_oom_score(host, &terms);
	}
	row->unkillable = why_unkillable(evaluation, task, row->oom_score_adj, live);
	if (row->unkillable != UNKILLABLE_UNKNOWN)
		row->oom_score = row->unkillable == KILLABLE ? edited : 0;
	if (row->unkillable != KILLABLE)
		row->points = BADNESS_UNKILLABLE;
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

static int edited_adj(const struct task *task, const struct ranking_edit *edits, size_t count)
{
	const struct ranking_edit wanted = { .pid = task->pid };
	const struct ranking_edit *edit =
		count ? bsearch(&wanted, edits, count, sizeof(*edits), compare_edits) : NULL;
	return edit ? edit->oom_score_adj : task->oom_score_adj;
}

/* Free swap that the domain may use, in pages. */
static int64_t free_swap(const struct snapshot *snapshot, const struct domain *domain)
{
	int64_t free_pages = or_zero(snapshot->host.swap_free_pages);
	if (domain->kind != DOMAIN_MEMCG)
		return free_pages;
	const struct memcg *memcg = &snapshot->memcgs->rows[domain->memcg];
	if (!amount_known(memcg->swap_limit))
		return free_pages;
	uint64_t used = amount_known(memcg->swap_usage) ? memcg->swap_usage.bytes : 0;
	uint64_t limit = memcg->swap_limit.bytes;
	int64_t left =
		limit > used ? (int64_t)((limit - used) / (uint64_t)snapshot->host.page_size) : 0;
	return smaller(free_pages, left);
}

/* Shmem of the domain, in pages. The sum over processes counts shared segments more than once,
 * so what the machine or the cgroup says of the whole is an upper bound. */
static int64_t shmem_pages(const struct snapshot *snapshot, const struct domain *domain)
{
	int64_t sum = 0;
	int64_t page_size = snapshot->host.page_size;
	int64_t bound = snapshot->host.meminfo.shmem;
	for (size_t i = 0; i < snapshot->count; i++)
		if (domain_has(domain, snapshot, &snapshot->tasks[i]))
			sum += or_zero(snapshot->tasks[i].rss_shmem_pages);
	if (bound != UNKNOWN)
		sum = smaller(sum, bound * 1024 / page_size);
	if (domain->kind == DOMAIN_MEMCG) {
		struct amount shmem = snapshot->memcgs->rows[domain->memcg].shmem;
		if (amount_known(shmem))
			sum = smaller(sum, (int64_t)(shmem.bytes / (uint64_t)page_size));
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
			row->task->mm_owner != chosen->task->mm_owner && row->points > 0 &&
			(best == 0 || row->points > ranking->rows[best].points))
			best = i;
	}
	return best;
}

static void collect(struct ranking *ranking, const struct snapshot *snapshot,
	const struct ranking_edit *edits, size_t edit_count)
{
	bool at_oom = ranking->moment == RANKING_AT_OOM;
	/* What a cgroup's processes map but others are charged for stays: its own shmem is 0 then. */
	int64_t shmem = at_oom ? shmem_pages(snapshot, &ranking->domain) : 0;
	ranking->shmem_to_swap = shmem > 0 && shmem <= free_swap(snapshot, &ranking->domain);
	const struct evaluation evaluation = {
		snapshot,
		&ranking->domain,
		ranking->moment,
		ranking->shmem_to_swap,
	};
	ranking->count = ranking->killable = 0;
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct task *task = &snapshot->tasks[i];
		if (!domain_has(&ranking->domain, snapshot, task))
			continue;
		struct ranking_row *row = &ranking->rows[ranking->count++];
		*row = (struct ranking_row){ .task = task };
		row->oom_score_adj = edited_adj(task, edits, edit_count);
		evaluate(&evaluation, row);
		ranking->killable += row->unkillable == KILLABLE;
	}
}

/* The killable first, by points, then the others; equals as the kernel scans them. */
static struct row_key death_of(const struct ranking_row *row, bool newest_first)
{
	bool killable = row->unkillable == KILLABLE;
	return (struct row_key){
		/* From the most points, INT64_MAX, to the least, without a sign. */
		.first = killable ? (uint64_t)INT64_MAX - (uint64_t)row->points : UINT64_MAX,
		.second = newest_first && killable ? ~row->scan_order : row->scan_order,
	};
}

static void order_by_death(struct ranking *ranking, const struct era *era)
{
	bool newest_first = era_has(era, ERA_NEWEST_WINS_TIES);
	for (size_t i = 0; i < ranking->count; i++)
		ranking->order.keys[i] = death_of(&ranking->rows[i], newest_first);
	order(ranking);
	ranking->victim = 0;
	if (ranking->killable && era_has(era, ERA_SACRIFICE_CHILD))
		ranking->victim = sacrificed(ranking);
}

enum err_code ranking_build(struct ranking *ranking, const struct snapshot *snapshot,
	const struct domain *domain, enum ranking_moment moment, const struct ranking_edit *edits,
	size_t edit_count, struct err *err)
{
	enum err_code code = reserve(ranking, snapshot->capacity, err);
	if (code != ERR_OK)
		return code;
	const struct era *era = &snapshot->host.era;
	ranking->domain = *domain;
	ranking->moment = moment;
	ranking->joined_memcg = UNKNOWN;
	ranking->restricted = false;
	collect(ranking, snapshot, edits, edit_count);
	order_by_creation(ranking);
	if (domain->kind == DOMAIN_MEMCG)
		order_by_memcg(ranking);
	for (size_t i = 0; i < ranking->count; i++)
		ranking->rows[i].scan_order = (uint32_t)i;
	order_by_death(ranking, era);
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
	if (ranking->domain.kind != DOMAIN_MEMCG || snapshot->memcgs->version != 2 ||
		ranking->killable < 2 || ranking->rows[0].points != ranking->rows[1].points)
		return UNKNOWN;
	/* Across cgroups the tree decides; the last or first cgroup among the equals has the say. */
	int32_t memcg = ranking->rows[0].task->memcg;
	bool shared = ranking->rows[1].task->memcg == memcg;
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

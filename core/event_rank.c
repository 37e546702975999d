/* Badness and rank of the rows of a task table. */
#include "oomspect/event_explain.h"

#include "oomspect/badness.h"

#include <stdlib.h>

static bool any_row(const struct oom_event *event, size_t offset)
{
	for (size_t i = 0; i < event->tasks_kept; i++) {
		const char *task = (const char *)&event->tasks[i];
		if (*(const int64_t *)(const void *)(task + offset) != OOM_UNKNOWN)
			return true;
	}
	return false;
}

/* A release whose behaviours are those of the shapes in the text. Where several would do, the
 * one most systems run: 5.10 for 5.4 to 6.7, whose tables are the same. */
static const char *release_by_shape(const struct oom_event *event)
{
	const struct oom_victim *victim = event->victim_count ? &event->victims[0] : NULL;
	if (any_row(event, offsetof(struct oom_task, rss_shmem_pages)))
		return "6.8.0";
	if (victim && victim->pgtables_kb != OOM_UNKNOWN)
		return "5.10.0";
	if (any_row(event, offsetof(struct oom_task, pgtables_bytes)))
		return event->chosen.score != OOM_UNKNOWN ? "4.19.0"
		       : event->cpuset[0]                 ? "5.10.0"
							  : "5.2.0";
	if (any_row(event, offsetof(struct oom_task, page_tables)))
		return "4.9.0";
	if (event->tasks_kept && any_row(event, offsetof(struct oom_task, oom_score_adj)))
		return "2.6.32-0.el6";
	return event->tasks_kept ? "2.6.32" : "6.1.0";
}

struct era event_era(const struct oom_event *event)
{
	return era_of_release(event->kernel[0] ? event->kernel : release_by_shape(event));
}

/* The victim is given in KiB and in pages; a buddy row starts with one page. */
static int64_t page_size_of(const struct oom_event *event)
{
	for (size_t i = 0; i < event->victim_count && i < 16; i++) {
		const struct oom_victim *victim = &event->victims[i];
		const struct oom_task *task = oom_event_task(event, victim->pid);
		if (!task || task->total_vm_pages <= 0 || victim->total_vm_kb <= 0 ||
			victim->total_vm_kb % task->total_vm_pages)
			continue;
		int64_t kb = victim->total_vm_kb / task->total_vm_pages;
		if (kb == 4 || kb == 8 || kb == 16 || kb == 64)
			return kb * 1024;
	}
	int64_t kb = event->mem.page_kb;
	return kb == 4 || kb == 8 || kb == 16 || kb == 64 ? kb * 1024 : 4096;
}

static bool is_limit(int64_t kb)
{
	return kb != OOM_UNKNOWN && kb != OOM_UNLIMITED && kb >= 0;
}

/* mem_cgroup_get_max(): the group's own limit and what swap it may add. The machine's swap is
 * not in the report of a memcg. */
static int64_t totalpages_memcg(const struct oom_event *event, bool *exact)
{
	const struct oom_memcg_stat *memcg = &event->memcg;
	int64_t page_kb = event->page_size / 1024;
	*exact = false;
	if (!is_limit(memcg->limit_kb))
		return OOM_UNKNOWN;
	if (is_limit(memcg->swap_limit_kb) && memcg->swap_limit_kb < INT64_MAX / 2) {
		*exact = memcg->swap_limit_kb == 0;
		return (memcg->limit_kb + memcg->swap_limit_kb) / page_kb;
	}
	if (is_limit(memcg->memsw_limit_kb) && memcg->memsw_limit_kb >= memcg->limit_kb) {
		*exact = memcg->memsw_limit_kb == memcg->limit_kb;
		return memcg->memsw_limit_kb / page_kb;
	}
	return memcg->limit_kb / page_kb;
}

/* The report shows the zones of the allowed nodes only. */
static int64_t totalpages_nodes(const struct oom_event *event, bool *exact)
{
	int64_t pages = 0, page_kb = event->page_size / 1024;
	*exact = event->mem.zone_count && event->mem.swap_total_kb != OOM_UNKNOWN;
	for (size_t i = 0; i < event->mem.zone_count; i++) {
		int64_t present = event->mem.zones[i].present_kb;
		*exact &= present != OOM_UNKNOWN;
		if (present == OOM_UNKNOWN ||
			__builtin_add_overflow(pages, present / page_kb, &pages))
			return OOM_UNKNOWN;
	}
	return *exact && pages ? pages + event->mem.swap_total_kb / page_kb : OOM_UNKNOWN;
}

/* totalram_pages is what the zones manage: "pages RAM" less "pages reserved". */
static int64_t totalpages_host(const struct oom_event *event, bool *exact)
{
	const struct oom_meminfo *mem = &event->mem;
	*exact = false;
	if (mem->ram_pages == OOM_UNKNOWN || mem->swap_total_kb == OOM_UNKNOWN)
		return OOM_UNKNOWN;
	int64_t reserved = mem->reserved_pages == OOM_UNKNOWN ? 0 : mem->reserved_pages;
	*exact = mem->reserved_pages != OOM_UNKNOWN;
	return mem->ram_pages - reserved + mem->swap_total_kb / (event->page_size / 1024);
}

static int64_t pages_of(const struct oom_event *event, const struct oom_task *task)
{
	int64_t tables = task->page_tables != OOM_UNKNOWN ? task->page_tables
			 : task->pgtables_bytes != OOM_UNKNOWN
				 ? task->pgtables_bytes / event->page_size
				 : 0;
	int64_t swapents = task->swapents_pages != OOM_UNKNOWN ? task->swapents_pages : 0;
	int64_t pages;
	if (task->rss_pages == OOM_UNKNOWN ||
		__builtin_add_overflow(task->rss_pages, tables, &pages) ||
		__builtin_add_overflow(pages, swapents, &pages) || pages < 0 ||
		pages > INT64_MAX / 4096)
		return OOM_UNKNOWN;
	return pages;
}

/* "score N" of kernels before v5.1 is points * 1000 / totalpages of the chosen one. */
static int64_t totalpages_by_score(const struct oom_event *event)
{
	const struct oom_task *task = event_chosen_task(event);
	int64_t score = event->chosen.score;
	if (!task || score == OOM_UNKNOWN || task->oom_score_adj == OOM_UNKNOWN ||
		score <= task->oom_score_adj)
		return OOM_UNKNOWN;
	int64_t pages = pages_of(event, task), points;
	if (pages == OOM_UNKNOWN || __builtin_mul_overflow(pages, 1000, &points))
		return OOM_UNKNOWN;
	return points / (score - task->oom_score_adj);
}

static void set_totalpages(struct oom_event *event)
{
	bool exact = false;
	if (event->scope == OOM_SCOPE_MEMCG)
		event->totalpages = totalpages_memcg(event, &exact);
	else if (event->constraint == OOM_CONSTRAINT_CPUSET ||
		 event->constraint == OOM_CONSTRAINT_MEMPOLICY)
		event->totalpages = totalpages_nodes(event, &exact);
	else
		event->totalpages = totalpages_host(event, &exact);
	if (event->totalpages <= 0)
		event->totalpages = totalpages_by_score(event);
	if (event->totalpages <= 0 || event->totalpages > INT64_MAX / 4096)
		event->totalpages = OOM_UNKNOWN;
	event->totalpages_exact = exact && event->totalpages != OOM_UNKNOWN;
}

const struct oom_task *event_chosen_task(const struct oom_event *event)
{
	const struct oom_task *task = oom_event_task(event, event->chosen.pid);
	if (task || event->chosen.pid != OOM_UNKNOWN)
		return task;
	return event->victim_count ? oom_event_task(event, event->victims[0].pid) : NULL;
}

/* A root task of the machine has CAP_SYS_ADMIN as a rule, one of a container as a rule has not. */
static bool has_root_bonus(const struct oom_event *event, const struct oom_task *task)
{
	return task->uid == 0 && event->scope != OOM_SCOPE_MEMCG;
}

static int64_t points_of(
	const struct oom_event *event, const struct era *era, struct oom_task *task)
{
	int64_t pages = pages_of(event, task);
	int64_t adj = task->oom_score_adj;
	if (pages == OOM_UNKNOWN || adj == OOM_UNKNOWN || adj < OOM_SCORE_ADJ_MIN ||
		adj > OOM_SCORE_ADJ_MAX || task->tgid == 1)
		return BADNESS_UNKILLABLE;
	struct badness_terms terms = { .rss = pages,
		.oom_score_adj = (int)adj,
		.cap_sys_admin = has_root_bonus(event, task) };
	int64_t totalpages = event->totalpages == OOM_UNKNOWN ? 0 : event->totalpages;
	int64_t points = badness_points(era, &terms, totalpages);
	task->badness_pages = points;
	/* Permille would be all the kernel had; in pages the reader sees what it stands for. */
	if (points != BADNESS_UNKILLABLE && era_has(era, ERA_POINTS_PERMILLE))
		task->badness_pages = pages + badness_adj_pages((int)adj, totalpages);
	if (points == BADNESS_UNKILLABLE)
		task->badness_pages = OOM_UNKNOWN;
	return points;
}

bool event_weighs(const struct oom_event *event, const struct oom_task *task)
{
	return task->badness_pages != OOM_UNKNOWN &&
	       (event->totalpages != OOM_UNKNOWN || task->oom_score_adj == 0);
}

struct ranked {
	int64_t points;
	size_t row;
	bool newest_wins;
};

static int by_points(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->points != y->points)
		return x->points > y->points ? -1 : 1;
	/* The table is in scan order. */
	return (x->row < y->row ? -1 : 1) * (x->newest_wins ? -1 : 1);
}

enum err_code event_rank(struct oom_event *event)
{
	struct era era = event_era(event);
	event->page_size = page_size_of(event);
	set_totalpages(event);
	if (era_has(&era, ERA_VIRTUAL_SIZE))
		return ERR_OK;
	struct ranked *rows = calloc(event->tasks_kept + 1, sizeof(*rows));
	if (!rows)
		return ERR_NO_MEMORY;
	size_t count = 0;
	for (size_t i = 0; i < event->tasks_kept; i++) {
		int64_t points = points_of(event, &era, &event->tasks[i]);
		if (points != BADNESS_UNKILLABLE)
			rows[count++] =
				(struct ranked){ points, i, era_has(&era, ERA_NEWEST_WINS_TIES) };
	}
	qsort(rows, count, sizeof(*rows), by_points);
	for (size_t i = 0; i < count; i++)
		event->tasks[rows[i].row].rank = (int64_t)i + 1;
	free(rows);
	return ERR_OK;
}

const struct oom_task *event_task_of_rank(const struct oom_event *event, int64_t rank)
{
	for (size_t i = 0; i < event->tasks_kept; i++) {
		if (event->tasks[i].rank == rank)
			return &event->tasks[i];
	}
	return NULL;
}

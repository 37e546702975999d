/* What a report proves of its numbers: which counter was full, how large the domain was, whether
 * the task table is whole, and badness and rank of its rows. */
#include "oomspect/event_rank.h"

#include "oomspect/badness.h"

#include <stdlib.h>

static bool any_row(const struct oom_event *event, size_t offset)
{
	for (size_t i = 0; i < event->tasks_kept; i++) {
		const char *task = (const char *)&event->tasks[i];
		if (*(const int64_t *)(const void *)(task + offset) != UNKNOWN_SIGNED)
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
	if (victim && victim->pgtables_kb != UNKNOWN_SIGNED)
		return "5.10.0";
	if (any_row(event, offsetof(struct oom_task, pgtables_bytes)))
		return event->chosen.score != UNKNOWN_SIGNED ? "4.19.0"
		       : event->cpuset[0]                    ? "5.10.0"
							     : "5.2.0";
	if (any_row(event, offsetof(struct oom_task, page_tables)))
		return "4.9.0";
	if (event->release_hint)
		return event->release_hint;
	if (event->tasks_kept && any_row(event, offsetof(struct oom_task, oom_score_adj)))
		return "2.6.32-0.el6";
	return event->tasks_kept ? "2.6.32" : "6.1.0";
}

struct era event_era(const struct oom_event *event)
{
	return era_of_release(event->kernel[0] ? event->kernel : release_by_shape(event));
}

static bool is_page_kb(int64_t kb)
{
	return kb == 4 || kb == 8 || kb == 16 || kb == 64;
}

/* The victim is given in KiB and in pages. */
static int64_t page_kb_of_victims(const struct oom_event *event)
{
	for (size_t i = 0; i < event->victim_count && i < 16; i++) {
		const struct oom_victim *victim = &event->victims[i];
		const struct oom_task *task = oom_event_task(event, victim->pid);
		if (!task || task->total_vm_pages <= 0 || victim->total_vm_kb <= 0 ||
			victim->total_vm_kb % task->total_vm_pages)
			continue;
		if (is_page_kb(victim->total_vm_kb / task->total_vm_pages))
			return victim->total_vm_kb / task->total_vm_pages;
	}
	return UNKNOWN_SIGNED;
}

/* Page tables are whole pages: what the bytes of all rows can be divided by. */
static int64_t page_kb_of_tables(const struct oom_event *event)
{
	int64_t kb = 64;
	size_t rows = 0;
	for (size_t i = 0; i < event->tasks_kept; i++) {
		int64_t bytes = event->tasks[i].pgtables_bytes;
		if (bytes <= 0)
			continue;
		rows++;
		while (kb > 4 && bytes % (kb * 1024))
			kb = kb == 64 ? 16 : 4;
	}
	return rows >= 3 ? kb : UNKNOWN_SIGNED;
}

/* Where nothing tells, most machines have pages of 4 KiB. */
static int64_t page_size_of(const struct oom_event *event)
{
	int64_t kb = page_kb_of_victims(event);
	if (kb == UNKNOWN_SIGNED)
		kb = event->mem.page_kb; /* a buddy row starts with one page */
	if (!is_page_kb(kb))
		kb = page_kb_of_tables(event);
	return is_page_kb(kb) ? kb * 1024 : 4096;
}

static bool is_limit(int64_t kb)
{
	return kb != UNKNOWN_SIGNED && kb != OOM_UNLIMITED && kb >= 0;
}

/* --- which counter was full -------------------------------------------------------------------- */

struct counter_row {
	enum oom_counter counter;
	int64_t usage_kb, limit_kb;
};

/* A charge that does not fit leaves the counter at its limit; kernel memory may go beyond. */
static bool is_full(const struct counter_row *row)
{
	return is_limit(row->limit_kb) && row->usage_kb != UNKNOWN_SIGNED &&
	       row->usage_kb >= row->limit_kb;
}

/* The only one that has a limit, where each that this kernel has was printed: v1 has memory+swap,
 * and since v3.10 kmem; v2 has none but memory that can be exceeded. */
static enum oom_counter only_limited(
	const struct oom_event *event, const struct counter_row rows[3])
{
	enum oom_counter found = OOM_COUNTER_UNKNOWN;
	if (event->memcg.swap_limit_kb == UNKNOWN_SIGNED &&
		event->memcg.memsw_limit_kb == UNKNOWN_SIGNED)
		return OOM_COUNTER_UNKNOWN;
	for (int i = 0; i < 3; i++) {
		if (!is_limit(rows[i].limit_kb))
			continue;
		if (found)
			return OOM_COUNTER_UNKNOWN;
		found = rows[i].counter;
	}
	return found;
}

static enum oom_counter counter_of(const struct oom_event *event)
{
	const struct oom_memcg_stat *memcg = &event->memcg;
	const struct counter_row rows[] = {
		{ OOM_COUNTER_MEMORY, memcg->usage_kb, memcg->limit_kb },
		{ OOM_COUNTER_MEMSW, memcg->memsw_usage_kb, memcg->memsw_limit_kb },
		{ OOM_COUNTER_KMEM, memcg->kmem_usage_kb, memcg->kmem_limit_kb },
	};
	if (event->scope != OOM_SCOPE_MEMCG)
		return OOM_COUNTER_UNKNOWN;
	for (int i = 0; i < 3; i++) {
		if (is_full(&rows[i]))
			return rows[i].counter;
	}
	return only_limited(event, rows);
}

/* --- how large the domain was ------------------------------------------------------------------ */

#define PAGES_MAX (INT64_C(1) << 50) /* more than any machine has: where nothing bounds a domain */

/* totalpages lies between the two; equal, or in the same thousand, is exact. */
struct extent {
	int64_t low, high;
};

static int64_t known_or_zero(int64_t value)
{
	return value == UNKNOWN_SIGNED || value == OOM_UNLIMITED || value < 0 ? 0 : value;
}

/* mem_cgroup_get_max(): the group's own limit and what swap it may add. The machine's swap is not
 * in the report of a memcg, but as much of it as the group has in use is there. */
static struct extent extent_of_memcg(const struct oom_event *event)
{
	const struct oom_memcg_stat *memcg = &event->memcg;
	struct extent extent = { 0, PAGES_MAX };
	if (!is_limit(memcg->limit_kb))
		return extent;
	int64_t page_kb = event->page_size / 1024, limit = memcg->limit_kb;
	extent.low = limit / page_kb;
	if (memcg->swap_limit_kb != UNKNOWN_SIGNED) {
		extent.low = (limit + known_or_zero(memcg->swap_usage_kb)) / page_kb;
		if (is_limit(memcg->swap_limit_kb))
			extent.high = (limit + memcg->swap_limit_kb) / page_kb;
	} else if (memcg->memsw_limit_kb != UNKNOWN_SIGNED) {
		int64_t swapped =
			known_or_zero(memcg->memsw_usage_kb) - known_or_zero(memcg->usage_kb);
		extent.low = (limit + (swapped > 0 ? swapped : 0)) / page_kb;
		if (is_limit(memcg->memsw_limit_kb) && memcg->memsw_limit_kb >= limit)
			extent.high = memcg->memsw_limit_kb / page_kb;
	}
	if (extent.low > extent.high)
		extent.low = extent.high;
	return extent;
}

/* The report shows the zones of the allowed nodes only. */
static struct extent extent_of_nodes(const struct oom_event *event)
{
	int64_t pages = 0, page_kb = event->page_size / 1024;
	bool exact = event->mem.zone_count && event->mem.swap_total_kb != UNKNOWN_SIGNED;
	for (size_t i = 0; i < event->mem.zone_count; i++) {
		int64_t present = event->mem.zones[i].present_kb;
		exact &= present != UNKNOWN_SIGNED &&
			 !__builtin_add_overflow(pages, known_or_zero(present) / page_kb, &pages);
	}
	if (!exact || !pages)
		return (struct extent){ 0, PAGES_MAX };
	pages += event->mem.swap_total_kb / page_kb;
	return (struct extent){ pages, pages };
}

/* totalram_pages is what the zones manage: "pages RAM" less "pages reserved". */
static struct extent extent_of_host(const struct oom_event *event)
{
	const struct oom_meminfo *mem = &event->mem;
	struct extent extent = { 0, PAGES_MAX };
	if (mem->ram_pages == UNKNOWN_SIGNED || mem->swap_total_kb == UNKNOWN_SIGNED)
		return extent;
	extent.high = mem->ram_pages + mem->swap_total_kb / (event->page_size / 1024);
	extent.low = extent.high - known_or_zero(mem->reserved_pages);
	if (mem->reserved_pages != UNKNOWN_SIGNED)
		extent.high = extent.low;
	else
		extent.low = 0;
	return extent;
}

static struct extent extent_of(const struct oom_event *event)
{
	struct extent extent = { 0, PAGES_MAX };
	if (event->scope == OOM_SCOPE_MEMCG)
		extent = extent_of_memcg(event);
	else if (event->constraint == OOM_CONSTRAINT_CPUSET ||
		 event->constraint == OOM_CONSTRAINT_MEMPOLICY)
		extent = extent_of_nodes(event);
	else
		extent = extent_of_host(event);
	if (extent.high <= 0 || extent.high > PAGES_MAX || extent.low < 0 ||
		extent.low > extent.high)
		return (struct extent){ 0, PAGES_MAX };
	return extent;
}

/* --- the rows ---------------------------------------------------------------------------------- */

int64_t event_table_pages(const struct oom_event *event, const struct oom_task *task)
{
	if (task->page_tables != UNKNOWN_SIGNED)
		return task->page_tables;
	return task->pgtables_bytes == UNKNOWN_SIGNED ? UNKNOWN_SIGNED
						      : task->pgtables_bytes / event->page_size;
}

static int64_t pages_of(const struct oom_event *event, const struct oom_task *task)
{
	int64_t pages;
	if (task->rss_pages == UNKNOWN_SIGNED ||
		__builtin_add_overflow(
			task->rss_pages, known_or_zero(event_table_pages(event, task)), &pages) ||
		__builtin_add_overflow(pages, known_or_zero(task->swapents_pages), &pages) ||
		pages < 0 || pages > PAGES_MAX / 1000)
		return UNKNOWN_SIGNED;
	return pages;
}

/* What the kernel prints before the table in each report. A filter that lets the table's header
 * through ("oom_score_adj") drops some of it. */
static bool has_whole_body(const struct oom_event *event)
{
	const struct oom_memcg_stat *memcg = &event->memcg;
	bool counters = memcg->memsw_limit_kb != UNKNOWN_SIGNED ||
			memcg->swap_limit_kb != UNKNOWN_SIGNED ||
			memcg->kmem_limit_kb != UNKNOWN_SIGNED;
	bool memcg_body = memcg->limit_kb != UNKNOWN_SIGNED && counters;
	if (event->headed && !event->has_cpu_line)
		return false;
	return event->has_page_lines || memcg_body || (!event->headed && event->has_stats);
}

/* From the header of the table to what stands behind it nothing is missing that can be seen to be. */
static bool has_whole_frame(const struct oom_event *event)
{
	return event->task_table_headed && event->tasks_closed && !event->tasks_damaged &&
	       !event->elided && event->task_count == event->tasks_kept &&
	       (event->tasks_announced || !event->tasks_wide) && has_whole_body(event);
}

static int64_t difference(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/* The row has the sizes of the kill line, which is printed a little later; to the page in a table of
 * which rows may be missing, where another could be nearer. */
static bool has_sizes(
	const struct oom_event *event, const struct oom_task *task, const struct oom_victim *victim)
{
	int64_t page_kb = event->page_size / 1024, rss_kb;
	int64_t share = has_whole_frame(event) ? 64 : INT64_MAX;
	int64_t victim_kb = victim->anon_rss_kb + known_or_zero(victim->file_rss_kb) +
			    known_or_zero(victim->shmem_rss_kb);
	return task->rss_pages >= 0 && task->total_vm_pages > 0 &&
	       victim->total_vm_kb % page_kb == 0 &&
	       task->total_vm_pages == victim->total_vm_kb / page_kb &&
	       !__builtin_mul_overflow(task->rss_pages, page_kb, &rss_kb) &&
	       difference(rss_kb, victim_kb) <= victim_kb / share;
}

const struct oom_task *event_victim_task(
	const struct oom_event *event, const struct oom_victim *victim)
{
	const struct oom_task *found = oom_event_task(event, victim->pid);
	if (found || victim->total_vm_kb <= 0 || victim->anon_rss_kb < 0)
		return found;
	for (size_t i = 0; i < event->tasks_kept; i++) {
		if (!has_sizes(event, &event->tasks[i], victim))
			continue;
		if (found)
			return NULL; /* two could be it */
		found = &event->tasks[i];
	}
	return found;
}

const struct oom_task *event_chosen_task(const struct oom_event *event)
{
	const struct oom_task *task = oom_event_task(event, event->chosen.pid);
	bool is_victim = event->victim_count && (event->chosen.pid == UNKNOWN_SIGNED ||
							event->chosen.pid == event->victims[0].pid);
	return !task && is_victim ? event_victim_task(event, &event->victims[0]) : task;
}

bool event_chose_thread(const struct oom_event *event)
{
	struct era era = event_era(event);
	return event->scope == OOM_SCOPE_MEMCG && !era_has(&era, ERA_NEWEST_WINS_TIES) &&
	       event->chosen.pid != UNKNOWN_SIGNED && has_whole_frame(event) &&
	       !oom_event_task(event, event->chosen.pid);
}

/* --- whether the table is whole ---------------------------------------------------------------- */

static bool victims_have_rows(const struct oom_event *event)
{
	for (size_t i = 0; i < event->victim_count; i++) {
		if (!event_victim_task(event, &event->victims[i]))
			return false;
	}
	return event->chosen.pid == UNKNOWN_SIGNED || event_chosen_task(event) ||
	       event_chose_thread(event);
}

static bool is_whole(const struct oom_event *event)
{
	return has_whole_frame(event) && victims_have_rows(event);
}

static bool any_negative_adj(const struct oom_event *event)
{
	for (size_t i = 0; i < event->tasks_kept; i++) {
		int64_t adj = event->tasks[i].oom_score_adj;
		if (adj < 0 && adj > OOM_SCORE_ADJ_MIN)
			return true;
	}
	return false;
}

/* --- badness and rank -------------------------------------------------------------------------- */

/* What is open about the arithmetic of one report. */
struct terms {
	const struct oom_event *event;
	struct era era;
	struct extent extent;
};

static bool may_be_killed(const struct oom_task *task, int64_t pages)
{
	int64_t adj = task->oom_score_adj;
	return pages != UNKNOWN_SIGNED && adj != UNKNOWN_SIGNED && adj > OOM_SCORE_ADJ_MIN &&
	       adj <= OOM_SCORE_ADJ_MAX && task->tgid != 1;
}

static int64_t points_at(
	const struct terms *terms, const struct oom_task *task, int64_t totalpages, bool bonus)
{
	const struct badness_terms badness = { .rss = pages_of(terms->event, task),
		.oom_score_adj = (int)task->oom_score_adj,
		.cap_sys_admin = bonus };
	return badness_points(&terms->era, &badness, totalpages).order;
}

/* Processes with CAP_SYS_ADMIN had a bonus up to v4.16. The table shows only who is root, and root
 * of a container has that right or has it not. */
static bool may_have_bonus(const struct terms *terms, const struct oom_task *task)
{
	return task->uid == 0 && (era_has(&terms->era, ERA_ROOT_3_PERCENT) ||
					 era_has(&terms->era, ERA_ROOT_MINUS_30));
}

static bool bonus_is_open(const struct terms *terms, const struct oom_task *task)
{
	const struct oom_event *event = terms->event;
	return may_have_bonus(terms, task) &&
	       !(event->bonus_proven && task == event_chosen_task(event));
}

static bool bonus_as_a_rule(const struct terms *terms, const struct oom_task *task)
{
	const struct oom_event *event = terms->event;
	if (event->bonus_proven)
		return may_have_bonus(terms, task) && event->bonus_taken;
	return may_have_bonus(terms, task) && event->scope == OOM_SCOPE_HOST;
}

/* "score N" of kernels before v5.1 is points * 1000 / totalpages of the chosen one. */
static bool gives_score(const struct terms *terms, const struct oom_task *task, bool bonus)
{
	int64_t total = terms->extent.low, points = points_at(terms, task, total, bonus), product;
	if (era_has(&terms->era, ERA_POINTS_PERMILLE))
		return total > 0 && points == terms->event->chosen.score;
	return total > 0 && !__builtin_mul_overflow(points, 1000, &product) &&
	       product / total == terms->event->chosen.score;
}

/* Where totalpages must be for the printed score, of a process without an adj:
 * N <= points * 1000 / T < N + 1. */
static struct extent extent_by_score(
	const struct terms *terms, const struct oom_task *task, bool bonus)
{
	int64_t points = points_at(terms, task, 0, bonus) * 1000,
		score = terms->event->chosen.score;
	struct extent extent = { points / (score + 1) + 1, points / score };
	extent.low = extent.low > terms->extent.low ? extent.low : terms->extent.low;
	extent.high = extent.high < terms->extent.high ? extent.high : terms->extent.high;
	return extent;
}

/* The bonus is proven where the score can be reached in one of the two ways only. */
static void prove_bonus(struct oom_event *event, bool may, bool plain, bool bonus)
{
	event->bonus_proven = may && plain != bonus;
	event->bonus_taken = event->bonus_proven && bonus;
}

/* What the score that the kernel printed proves of totalpages and of the bonus. Where nothing bounds
 * totalpages from above, the smallest that it can be is taken if it gives that very score. */
static void prove_by_score(struct oom_event *event, struct terms *terms)
{
	const struct oom_task *task = event_chosen_task(event);
	if (!task || event->chosen.score <= 0 || !may_be_killed(task, pages_of(event, task)))
		return;
	bool may = may_have_bonus(terms, task);
	bool bounded = terms->extent.high < PAGES_MAX && task->oom_score_adj == 0 &&
		       !era_has(&terms->era, ERA_POINTS_PERMILLE) &&
		       !era_has(&terms->era, ERA_ROOT_MINUS_30);
	if (!bounded) {
		bool plain = gives_score(terms, task, false);
		bool bonus = may && gives_score(terms, task, true);
		if (plain || bonus)
			terms->extent.high = terms->extent.low;
		prove_bonus(event, may, plain, bonus);
		return;
	}
	struct extent plain = extent_by_score(terms, task, false);
	struct extent bonus = extent_by_score(terms, task, true);
	bool is_plain = plain.low <= plain.high, is_bonus = may && bonus.low <= bonus.high;
	if (is_plain != is_bonus)
		terms->extent = is_plain ? plain : bonus;
	prove_bonus(event, may, is_plain, is_bonus);
}

static bool is_exact(const struct extent *extent)
{
	return extent->low / 1000 == extent->high / 1000;
}

static void set_badness(struct oom_event *event, const struct terms *terms, struct oom_task *task)
{
	int64_t pages = pages_of(event, task);
	if (!may_be_killed(task, pages) || bonus_is_open(terms, task) ||
		(task->oom_score_adj != 0 && !is_exact(&terms->extent)))
		return;
	bool bonus = bonus_as_a_rule(terms, task);
	int64_t total = terms->extent.low;
	/* Permille would be all the kernel had; in pages the reader sees what it stands for. */
	if (era_has(&terms->era, ERA_POINTS_PERMILLE))
		task->badness_pages =
			pages +
			badness_adj_pages((int)task->oom_score_adj - (bonus ? 30 : 0), total);
	else
		task->badness_pages = points_at(terms, task, total, bonus);
}

/* A row at both ends of what the domain may have been: points between `low` and `high`. */
#define ENDS 2
struct ranked {
	int64_t nominal;
	int64_t low[ENDS], high[ENDS];
	size_t row;
	bool newest_wins;
};

static bool is_before(
	const struct ranked *x, int64_t x_points, const struct ranked *y, int64_t y_points)
{
	if (x_points != y_points)
		return x_points > y_points;
	/* The table is in scan order. */
	return x->newest_wins == (x->row > y->row);
}

static int by_points(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	return x->row == y->row ? 0 : is_before(x, x->nominal, y, y->nominal) ? -1 : 1;
}

static struct ranked ranked_of(const struct terms *terms, size_t row)
{
	const struct oom_task *task = &terms->event->tasks[row];
	const int64_t ends[ENDS] = { terms->extent.low, terms->extent.high };
	struct ranked ranked = { .row = row,
		.newest_wins = era_has(&terms->era, ERA_NEWEST_WINS_TIES) };
	bool rule = bonus_as_a_rule(terms, task), open = bonus_is_open(terms, task);
	ranked.nominal = points_at(terms, task, terms->extent.low, rule);
	for (int end = 0; end < ENDS; end++) {
		ranked.low[end] = points_at(terms, task, ends[end], rule || open);
		ranked.high[end] = points_at(terms, task, ends[end], rule && !open);
	}
	return ranked;
}

/* How many rows from the first keep their place whatever is open: each is before all of the rest
 * at both ends, and between them points are on a line. */
static size_t certain_rows(const struct ranked *rows, size_t count)
{
	size_t certain = count;
	const struct ranked *best[ENDS] = { NULL };
	for (size_t i = count; i-- > 0;) {
		for (int end = 0; end < ENDS; end++) {
			const struct ranked *row = &rows[i], *other = best[end];
			if (other && !is_before(row, row->low[end], other, other->high[end]))
				certain = i;
			if (!other || is_before(row, row->high[end], other, other->high[end]))
				best[end] = row;
		}
	}
	return certain;
}

static enum err_code set_ranks(struct oom_event *event, const struct terms *terms)
{
	struct ranked *rows = calloc(event->tasks_kept + 1, sizeof(*rows));
	size_t count = 0;
	if (!rows)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < event->tasks_kept; i++) {
		if (may_be_killed(&event->tasks[i], pages_of(event, &event->tasks[i])))
			rows[count++] = ranked_of(terms, i);
	}
	qsort(rows, count, sizeof(*rows), by_points);
	size_t certain = certain_rows(rows, count);
	for (size_t i = 0; i < certain; i++)
		event->tasks[rows[i].row].rank = (int64_t)i + 1;
	free(rows);
	return ERR_OK;
}

enum err_code event_rank(struct oom_event *event)
{
	event->page_size = page_size_of(event);
	event->counter = counter_of(event);
	struct terms terms = {
		.event = event, .era = event_era(event), .extent = extent_of(event)
	};
	bool virtual_size = era_has(&terms.era, ERA_VIRTUAL_SIZE);
	if (!virtual_size)
		prove_by_score(event, &terms);
	event->totalpages_exact = is_exact(&terms.extent);
	event->totalpages = terms.extent.low > 0 ? terms.extent.low : UNKNOWN_SIGNED;
	event->tasks_whole = is_whole(event) &&
			     (event->totalpages != UNKNOWN_SIGNED || !any_negative_adj(event));
	event->complete &= !event->task_count || event->tasks_whole;
	for (size_t i = 0; i < event->tasks_kept && !virtual_size; i++)
		set_badness(event, &terms, &event->tasks[i]);
	return event->tasks_whole && !virtual_size && !event->no_candidate
		       ? set_ranks(event, &terms)
		       : ERR_OK;
}

const struct oom_task *event_task_of_rank(const struct oom_event *event, int64_t rank)
{
	for (size_t i = 0; i < event->tasks_kept; i++) {
		if (event->tasks[i].rank == rank)
			return &event->tasks[i];
	}
	return NULL;
}

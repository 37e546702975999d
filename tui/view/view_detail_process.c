#include "view_detail_parts.h"

#include "term/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define INDENT 12

static void write_text(struct page *page, const char *label, const char *text)
{
	page_wrap(page, STYLE_NORMAL, label, INDENT, text[0] ? text : "-");
}

/* --- who it is ------------------------------------------------------------------------------- */

static const struct {
	char state;
	const char *words;
} states[] = {
	{ 'R', "running" },
	{ 'S', "sleeping" },
	{ 'D', "in an uninterruptible sleep" },
	{ 'T', "stopped" },
	{ 't', "being traced" },
	{ 'Z', "a zombie" },
	{ 'X', "dead" },
	{ 'I', "idle" },
};

static const char *words_of(char state)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (states[i].state == state)
			return states[i].words;
	return "unknown";
}

static void write_user(const struct process_detail *detail, struct page *page)
{
	const struct process_facts *facts = &detail->facts;
	struct pen pen = page_labelled(page, " user", INDENT);
	grid_put_foreign(&pen, STYLE_NORMAL, facts->user[0] ? facts->user : "-", NAME_SIZE);
	if (facts->real_user[0] && strcmp(facts->real_user, facts->user) != 0) {
		grid_put(&pen, STYLE_DIM, "  real ");
		grid_put_foreign(&pen, STYLE_NORMAL, facts->real_user, NAME_SIZE);
	}
	grid_put(&pen, STYLE_DIM, "  group ");
	grid_put_foreign(&pen, STYLE_NORMAL, facts->group[0] ? facts->group : "-", NAME_SIZE);
	if (facts->groups[0])
		write_text(page, " groups", facts->groups);
}

static void format_cpu(const struct process_detail *detail, char *buffer, size_t size)
{
	int64_t seconds = detail->facts.cpu_ticks / detail->clock_ticks;
	int64_t hundredths =
		detail->facts.cpu_ticks % detail->clock_ticks * 100 / detail->clock_ticks;
	snprintf(buffer, size, "%" PRId64 ":%02d.%02d", seconds / 60, (int)(seconds % 60),
		(int)hundredths);
}

static void write_times(const struct process_detail *detail, struct page *page)
{
	char span[FORMAT_SIZE], cpu[FORMAT_SIZE];
	struct pen pen = page_labelled(page, " started", INDENT);
	format_span(detail->started_ago_s < 0 ? 0 : detail->started_ago_s, span);
	grid_printf(&pen, STYLE_NORMAL, "%s ago", span);
	if (detail->facts.cpu_ticks < 0)
		return;
	format_cpu(detail, cpu, sizeof(cpu));
	grid_put(&pen, STYLE_DIM, "   CPU time ");
	grid_put(&pen, STYLE_NORMAL, cpu);
}

static void write_state(const struct process_detail *detail, struct page *page)
{
	const struct process_facts *facts = &detail->facts;
	struct pen pen = page_labelled(page, " state", INDENT);
	grid_printf(&pen, STYLE_NORMAL, "%c, %s", detail->task.state, words_of(detail->task.state));
	if (detail->task.threads > 0)
		grid_printf(&pen, STYLE_NORMAL, ", %" PRId64 " thread%s", detail->task.threads,
			detail->task.threads == 1 ? "" : "s");
	if (detail->task.exiting)
		grid_put(&pen, STYLE_RISK, ", exiting");
	if (facts->wchan[0] && strcmp(facts->wchan, "0") != 0) {
		grid_put(&pen, STYLE_DIM, "   waits in ");
		grid_put_foreign(&pen, STYLE_NORMAL, facts->wchan, FACTS_TEXT_SIZE);
	}
}

static void write_parent(const struct process_detail *detail, struct page *page)
{
	struct pen pen = page_labelled(page, " parent", INDENT);
	grid_printf(&pen, STYLE_NORMAL, "%d ", (int)detail->task.ppid);
	grid_put_foreign(&pen, STYLE_NORMAL, detail->parent.comm, TASK_COMM_SIZE);
	grid_put(&pen, STYLE_DIM, "   tty ");
	grid_put_foreign(&pen, STYLE_NORMAL, detail->facts.tty[0] ? detail->facts.tty : "none",
		FACTS_TEXT_SIZE);
}

static bool is_container(enum memcg_kind kind)
{
	return kind != MEMCG_OTHER && kind != MEMCG_SLICE && kind != MEMCG_SERVICE &&
	       kind != MEMCG_SCOPE;
}

/* The unit as systemd has it, else as the path of the cgroup tells. */
static void write_unit(const struct process_detail *detail, struct page *page)
{
	const struct memcg_name *memcg = &detail->memcg;
	const char *unit = detail->facts.unit;
	if (!unit[0] && (memcg->kind == MEMCG_SERVICE || memcg->kind == MEMCG_SCOPE))
		unit = memcg->name;
	if (unit[0])
		write_text(page, " unit", unit);
	if (!is_container(memcg->kind) && !detail->facts.lxc[0])
		return;
	struct pen pen = page_labelled(page, " container", INDENT);
	grid_put(&pen, STYLE_NORMAL,
		is_container(memcg->kind) ? memcg_kind_names[memcg->kind] : "lxc");
	grid_put(&pen, STYLE_NORMAL, " ");
	grid_put_foreign(&pen, STYLE_NORMAL, detail->facts.lxc[0] ? detail->facts.lxc : memcg->id,
		MEMCG_NAME_SIZE);
	if (memcg->pod[0]) {
		grid_put(&pen, STYLE_DIM, "  pod ");
		grid_put_foreign(&pen, STYLE_NORMAL, memcg->pod, MEMCG_POD_SIZE);
	}
}

void view_detail_identity(const struct process_detail *detail, struct page *page)
{
	page_heading(page, " PROCESS");
	write_text(page, " command", detail->facts.command);
	write_text(page, " exe", detail->facts.exe);
	write_user(detail, page);
	write_times(detail, page);
	write_state(detail, page);
	write_parent(detail, page);
	write_unit(detail, page);
	write_text(page, " cgroup", detail->cgroup);
	page_gap(page);
}

/* --- its cgroups ----------------------------------------------------------------------------- */

#define NAME_LEAST 12

static void put_amount(struct pen *pen, unsigned style, struct amount amount, int width)
{
	char text[FORMAT_SIZE] = "-";
	if (amount.kind == AMOUNT_UNLIMITED)
		snprintf(text, sizeof(text), "none");
	else if (amount.kind == AMOUNT_BYTES)
		format_kb((int64_t)(amount.bytes / 1024), text);
	grid_put_right(pen, style, text, width);
}

static int width_of_names(const struct page *page)
{
	int width = page->end - page->col - 42;
	return width < NAME_LEAST ? NAME_LEAST : width > 60 ? 60 : width;
}

static void write_level(const struct process_level *level, int depth, struct page *page)
{
	struct pen pen = page_line(page);
	int names = page->col + width_of_names(page);
	bool tight = level->limit.kind == AMOUNT_BYTES && level->headroom.kind == AMOUNT_BYTES &&
		     level->headroom.bytes < level->limit.bytes / 10;
	grid_skip(&pen, 1 + (depth < 8 ? depth : 8));
	grid_put_foreign(&pen, STYLE_NORMAL, level->name, names - pen.col - 1);
	grid_skip_to(&pen, names);
	put_amount(&pen, STYLE_NORMAL, level->usage, 6);
	put_amount(&pen, STYLE_NORMAL, level->limit, 7);
	put_amount(&pen, tight ? STYLE_RISK : STYLE_NORMAL, level->headroom, 7);
	put_amount(&pen, STYLE_NORMAL, level->high, 7);
	put_amount(&pen, STYLE_NORMAL, level->swap_limit, 7);
	if (level->oom_kill < 0)
		grid_put_right(&pen, STYLE_NORMAL, "-", 4);
	else
		grid_printf(&pen, STYLE_NORMAL, "%4" PRId64, level->oom_kill);
	grid_printf(
		&pen, STYLE_BOLD, " %s%s", level->binding ? "<" : "", level->oom_group ? "g" : "");
}

void view_detail_cgroups(const struct process_detail *detail, struct page *page)
{
	struct pen pen;
	if (!detail->level_count)
		return;
	pen = page_line(page);
	grid_put(&pen, STYLE_BOLD, " CGROUPS");
	grid_skip_to(&pen, page->col + width_of_names(page));
	grid_put(&pen, STYLE_BOLD, "  USED  LIMIT   LEFT   HIGH  SWMAX   K");
	for (size_t i = 0; i < detail->level_count; i++)
		write_level(&detail->levels[i], (int)i, page);
	page_wrap(page, STYLE_DIM, "", 1,
		detail->limit_hidden
			? "its limit is set by an ancestor that cannot be seen from here"
			: "< the limit that binds   g all die together   K kills");
	page_gap(page);
}

/* --- memory, children, limits ---------------------------------------------------------------- */

static void put_part(struct pen *pen, const char *label, int64_t kb)
{
	char size[FORMAT_SIZE];
	format_kb(kb, size);
	grid_put(pen, STYLE_DIM, label);
	grid_put(pen, STYLE_NORMAL, size);
}

static int64_t kb_of(const struct process_detail *detail, int64_t pages)
{
	return pages < 0 ? UNKNOWN : pages * detail->page_kb;
}

void view_detail_memory(const struct process_detail *detail, struct page *page)
{
	const struct task *task = &detail->task;
	const struct process_facts *facts = &detail->facts;
	struct pen pen;
	page_heading(page, " MEMORY");
	pen = page_labelled(page, " rss", INDENT);
	put_part(&pen, "", kb_of(detail, task->rss_pages));
	put_part(&pen, "  anon ", kb_of(detail, task->rss_anon_pages));
	put_part(&pen, "  file ", kb_of(detail, task->rss_file_pages));
	put_part(&pen, "  shmem ", kb_of(detail, task->rss_shmem_pages));
	put_part(&pen, "  swap ", kb_of(detail, task->swap_pages));
	put_part(&pen, "  pt ", task->pte_kb);
	pen = page_labelled(page, " pss", INDENT);
	if (facts->pss_kb < 0) {
		grid_put(&pen, STYLE_DIM, facts->stuck ? "not asked" : "cannot be read");
	} else {
		put_part(&pen, "", facts->pss_kb);
		put_part(&pen, "  anon ", facts->pss_anon_kb);
		put_part(&pen, "  file ", facts->pss_file_kb);
		put_part(&pen, "  shmem ", facts->pss_shmem_kb);
		put_part(&pen, "  swap ", facts->swap_pss_kb);
		grid_put(&pen, STYLE_DIM, "  (Ctrl-L asks again)");
	}
	page_gap(page);
}

void view_detail_children(const struct process_detail *detail, struct page *page)
{
	struct pen pen = page_line(page);
	char rss[FORMAT_SIZE], swap[FORMAT_SIZE];
	grid_printf(&pen, STYLE_BOLD, " CHILDREN %zu", detail->child_count);
	if (detail->child_count)
		grid_put(&pen, STYLE_DIM, "        RSS   SWAP   ADJ  NAME");
	for (size_t i = 0; i < detail->child_count && i < PROCESS_CHILDREN; i++) {
		const struct process_child *child = &detail->children[i];
		pen = page_line(page);
		format_kb(child->rss_kb, rss);
		format_kb(child->swap_kb, swap);
		grid_printf(&pen, STYLE_NORMAL, " %10d %10s %6s %5d  ", (int)child->name.pid, rss,
			swap, child->oom_score_adj);
		grid_put_foreign(&pen, STYLE_NORMAL, child->name.comm, TASK_COMM_SIZE);
	}
	if (detail->child_count > PROCESS_CHILDREN) {
		pen = page_line(page);
		grid_printf(
			&pen, STYLE_DIM, " and %zu more", detail->child_count - PROCESS_CHILDREN);
	}
	page_gap(page);
}

static void put_limit(struct pen *pen, const char *text, bool bytes, int width)
{
	char size[FORMAT_SIZE];
	uint64_t number;
	if (!bytes || !text_to_u64(text_of(text), &number)) {
		grid_put_right(pen, STYLE_NORMAL, text, width);
		return;
	}
	format_kb((int64_t)(number / 1024), size);
	grid_put_right(pen, STYLE_NORMAL, size, width);
}

void view_detail_limits(const struct process_detail *detail, struct page *page)
{
	bool any = false;
	for (size_t i = 0; i < FACTS_LIMITS; i++)
		any |= detail->facts.limits[i].soft[0] != '\0';
	if (!any)
		return;
	struct pen pen = page_line(page);
	grid_put(&pen, STYLE_BOLD, " LIMITS");
	grid_put(&pen, STYLE_DIM, "                       soft        hard");
	for (size_t i = 0; i < FACTS_LIMITS; i++) {
		const struct process_limit *limit = &detail->facts.limits[i];
		if (!limit->soft[0])
			continue;
		pen = page_labelled(page, " ", 1);
		grid_put(&pen, STYLE_NORMAL, process_limit_names[i]);
		grid_skip_to(&pen, page->col + 22);
		put_limit(&pen, limit->soft, limit->bytes, 12);
		put_limit(&pen, limit->hard, limit->bytes, 12);
	}
	page_gap(page);
}

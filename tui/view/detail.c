#include "acting.h"
#include "process_list.h"
#include "procs.h"
#include "react.h"
#include "texts.h"

#include "term/format.h"

#include "oomspect/explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* All about one process: who it is, the arithmetic of its badness, its cgroups, its children. */

#define SIDE_BY_SIDE 150 /* from this width on there are two columns */
#define INDENT       12

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

static void put_identity(const struct process_detail *detail, struct page *page)
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

static void put_cgroups(const struct process_detail *detail, struct page *page)
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

static void put_memory(const struct process_detail *detail, struct page *page)
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

static void put_children(const struct process_detail *detail, struct page *page)
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

static void put_limits(const struct process_detail *detail, struct page *page)
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

/* --- its badness, term by term ------------------------------------------------------------------- */

#define LABEL_WIDTH  17
#define DOMAIN_WIDTH 31
#define NUMBER_WIDTH 10
#define LEAD_WIDTH   7 /* a name stands behind it */

static void put_score(const struct process_detail *detail, struct page *page)
{
	int64_t live = detail->task.oom_score, predicted = detail->predicted_score;
	struct pen pen = page_labelled(page, " oom_score", INDENT);
	if (live < 0)
		grid_put(&pen, STYLE_NORMAL, "cannot be read");
	else
		grid_printf(&pen, STYLE_NORMAL, "%" PRId64 " (kernel)", live);
	if (predicted >= 0)
		grid_printf(&pen, STYLE_NORMAL, ", %" PRId64 " (computed)", predicted);
	if (!process_detail_disagrees(detail))
		return;
	grid_put(&pen, STYLE_RISK, "  ! they differ");
	page_wrap(page, STYLE_RISK, "", INDENT,
		"figures that moved between two reads, counters that /proc does not sum, or a "
		"kernel with other arithmetic than its release tells");
}

/* --- the cells ------------------------------------------------------------------------------- */

static void put_pages(struct pen *pen, const struct process_detail *detail, int64_t pages)
{
	char number[FORMAT_SIZE] = "-", size[FORMAT_SIZE];
	if (pages >= 0)
		snprintf(number, sizeof(number), "%" PRId64, pages);
	format_kb(pages < 0 ? UNKNOWN : pages * detail->page_kb, size);
	grid_put_right(pen, STYLE_NORMAL, number, NUMBER_WIDTH);
	grid_put(pen, STYLE_DIM, " ");
	grid_put_right(pen, STYLE_DIM, size, 6);
}

static void put_name(
	struct pen *pen, const struct process_detail *detail, const struct process_domain *domain)
{
	(void)detail;
	grid_skip(pen, 2);
	grid_put_foreign(pen, STYLE_BOLD, domain->name, DOMAIN_WIDTH - 3);
}

static void put_total(
	struct pen *pen, const struct process_detail *detail, const struct process_domain *domain)
{
	put_pages(pen, detail, domain->totalpages);
}

static void put_rss(
	struct pen *pen, const struct process_detail *detail, const struct process_domain *domain)
{
	put_pages(pen, detail, domain->rss);
	if (detail->unsummed)
		grid_put(pen, STYLE_DIM, " from stat");
}

static void put_swapents(
	struct pen *pen, const struct process_detail *detail, const struct process_domain *domain)
{
	put_pages(pen, detail, domain->swapents);
}

static void put_pgtables(
	struct pen *pen, const struct process_detail *detail, const struct process_domain *domain)
{
	put_pages(pen, detail, domain->pgtables);
}

static void put_signed(struct pen *pen, int64_t pages)
{
	char number[FORMAT_SIZE];
	snprintf(number, sizeof(number), "%" PRId64, pages);
	grid_put_right(pen, STYLE_NORMAL, number, NUMBER_WIDTH);
}

static void put_adj(
	struct pen *pen, const struct process_detail *detail, const struct process_domain *domain)
{
	put_signed(pen, domain->adj_pages);
	grid_printf(pen, STYLE_DIM, " %d x %" PRId64, detail->task.oom_score_adj,
		domain->totalpages < 0 ? 0 : domain->totalpages / 1000);
}

static void put_points(
	struct pen *pen, const struct process_detail *detail, const struct process_domain *domain)
{
	(void)detail;
	if (domain->unkillable != KILLABLE)
		grid_put_right(pen, STYLE_NORMAL, "unk", NUMBER_WIDTH);
	else if (domain->in_pages)
		put_signed(pen, domain->points_pages);
	else
		grid_put(pen, STYLE_DIM, "  thousandths in this kernel");
}

static void put_sum(
	struct pen *pen, const struct process_detail *detail, const struct process_domain *domain)
{
	char bad[FORMAT_SIZE], mem[FORMAT_SIZE], adj[FORMAT_SIZE];
	(void)detail;
	if (domain->bad_tenths <= COLUMN_UNKILLABLE)
		return;
	format_tenths(domain->bad_tenths, bad);
	format_tenths(domain->mem_tenths, mem);
	format_weight(domain->adj_tenths, adj);
	grid_put_right(pen, STYLE_BOLD, bad, NUMBER_WIDTH);
	grid_printf(pen, STYLE_DIM, " = %s + %s", mem, adj);
}

/* Where the kernel lets the chosen one's child die: who dies in whose place. */
static void put_place(struct pen *pen, const struct process_domain *domain)
{
	const struct process_name *instead = &domain->instead;
	if (domain->victim && !instead->pid)
		grid_put(pen, STYLE_VICTIM, " next victim");
	else if (domain->victim)
		grid_printf(pen, STYLE_VICTIM, " dies in place of %d", (int)instead->pid);
	else if (domain->chosen)
		grid_printf(pen, STYLE_RISK, " %d dies in its place", (int)instead->pid);
	else if (domain->dies_along)
		grid_put(pen, STYLE_RISK, " dies along");
}

static void put_rank(
	struct pen *pen, const struct process_detail *detail, const struct process_domain *domain)
{
	char rank[FORMAT_SIZE];
	(void)detail;
	if (!domain->rank) {
		grid_skip(pen, 2);
		grid_put(pen, STYLE_SHIELDED, explain_unkillable(domain->unkillable));
		return;
	}
	snprintf(rank, sizeof(rank), "%zu of %zu", domain->rank, domain->candidates);
	grid_put_right(pen, STYLE_NORMAL, rank, NUMBER_WIDTH);
	put_place(pen, domain);
}

static void put_lead(
	struct pen *pen, const struct process_detail *detail, const struct process_domain *domain)
{
	char tenths[FORMAT_SIZE], size[FORMAT_SIZE];
	if (!domain->rival.pid || !domain->lead.known)
		return;
	/* Equal in tenths: the chosen one is ahead all the same. */
	bool ahead = domain->victim || domain->chosen || domain->lead.tenths > 0;
	if (domain->lead.tied) {
		grid_printf(pen, STYLE_NORMAL, "  tied with %d ", (int)domain->rival.pid);
		grid_put_foreign(pen, STYLE_NORMAL, domain->rival.comm, grid_left(pen) - 1);
		return;
	}
	format_tenths(ahead ? domain->lead.tenths : -domain->lead.tenths, tenths);
	grid_put_right(pen, STYLE_NORMAL, tenths, LEAD_WIDTH);
	if (domain->lead.in_pages) {
		format_kb(
			(ahead ? domain->lead.pages : -domain->lead.pages) * detail->page_kb, size);
		grid_printf(pen, STYLE_DIM, " %s", size);
	}
	grid_printf(
		pen, STYLE_NORMAL, " %s %d ", ahead ? "before" : "behind", (int)domain->rival.pid);
	grid_put_foreign(pen, STYLE_NORMAL, domain->rival.comm, grid_left(pen) - 1);
}

static void put_threshold(
	struct pen *pen, const struct process_detail *detail, const struct process_domain *domain)
{
	const char *words = explain_threshold_without_value(domain->threshold_kind);
	char adj[FORMAT_SIZE];
	(void)detail;
	if (domain->threshold_kind == THRESHOLD_NOT_FIRST) {
		snprintf(adj, sizeof(adj), "%d", domain->threshold);
		grid_put_right(pen, STYLE_NORMAL, adj, NUMBER_WIDTH);
		grid_put(pen, STYLE_NORMAL, " or lower: not first");
		return;
	}
	grid_skip(pen, 2);
	if (domain->threshold_kind == THRESHOLD_FIRST)
		grid_printf(pen, STYLE_NORMAL, "becomes first at %+d", domain->threshold);
	else if (words)
		grid_put(pen, STYLE_NORMAL, words);
}

static void put_frees(
	struct pen *pen, const struct process_detail *detail, const struct process_domain *domain)
{
	char size[FORMAT_SIZE];
	(void)detail;
	if (!domain->rank)
		return;
	format_kb(freed_kb(domain->frees), size);
	grid_put_right(pen, STYLE_NORMAL, size, NUMBER_WIDTH);
	if (domain->frees.swap_kb && !domain->frees.ram_kb)
		grid_put(pen, STYLE_NORMAL, " of swap");
	if (domain->company_count)
		grid_printf(pen, STYLE_RISK, " and %zu more die", domain->company_count);
}

static void put_overruled(
	struct pen *pen, const struct process_detail *detail, const struct process_domain *domain)
{
	static const char *const words[] = {
		[PREDICTION_VICTIM] = "",
		[PREDICTION_NONE] = "nobody is killed here",
		[PREDICTION_PANIC] = "panics instead",
		[PREDICTION_ALLOCATING_TASK] = "kills who allocates",
		[PREDICTION_UNKNOWN] = "may kill a hidden one",
	};
	(void)detail;
	grid_skip(pen, 2);
	grid_put(pen, STYLE_RISK, words[domain->prediction]);
}

static bool is_overruled(const struct process_domain *domain)
{
	return domain->prediction != PREDICTION_VICTIM;
}

typedef void put_cell(
	struct pen *pen, const struct process_detail *detail, const struct process_domain *domain);

static const struct domain_line {
	const char *label; /* NULL: the moment */
	put_cell *put;
	bool (*there)(const struct process_domain *domain); /* in any of them; NULL: always */
} lines[] = {
	{ NULL, put_name, NULL },
	{ " totalpages T", put_total, NULL },
	{ "   rss", put_rss, NULL },
	{ " + swapents", put_swapents, NULL },
	{ " + pgtables", put_pgtables, NULL },
	{ " + adj x T/1000", put_adj, NULL },
	{ " = points", put_points, NULL },
	{ " BAD = MEM + ADJ", put_sum, NULL },
	{ " rank", put_rank, NULL },
	{ " lead", put_lead, NULL },
	{ " oom_score_adj", put_threshold, NULL },
	{ " its death frees", put_frees, NULL },
	{ " but the kernel", put_overruled, is_overruled },
};

static bool is_there(const struct process_detail *detail, const struct domain_line *line)
{
	bool there = !line->there;
	for (size_t i = 0; !there && i < detail->domain_count; i++)
		there = line->there(&detail->domains[i]);
	return there;
}

static void write_line(const struct process_detail *detail, struct page *page, size_t first,
	size_t count, const struct domain_line *line)
{
	const char *moment = detail->moment == MOMENT_OOM ? " BADNESS at OOM" : " BADNESS now";
	struct pen pen = page_labelled(page, line->label ? line->label : moment, LABEL_WIDTH);
	int end = pen.end, start = page->col + LABEL_WIDTH;
	for (size_t i = 0; i < count; i++) {
		int until = start + (int)(i + 1) * DOMAIN_WIDTH;
		if (pen.end > 0 && i + 1 < count)
			pen.end = until < end ? until : end;
		else
			pen.end = end;
		line->put(&pen, detail, &detail->domains[first + i]);
		pen.end = end;
		grid_skip_to(&pen, until);
	}
}

static void put_domains(const struct process_detail *detail, struct page *page)
{
	int room = (page->end - page->col - LABEL_WIDTH) / DOMAIN_WIDTH;
	size_t abreast = room < 1 ? 1 : (size_t)room;
	for (size_t first = 0; first < detail->domain_count; first += abreast) {
		size_t left = detail->domain_count - first;
		size_t count = left < abreast ? left : abreast;
		for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
			if (is_there(detail, &lines[i]))
				write_line(detail, page, first, count, &lines[i]);
		page_gap(page);
	}
}

/* --- who dies with it ------------------------------------------------------------------------ */

static void write_company(const struct process_domain *domain, struct page *page)
{
	for (size_t i = 0; i < domain->company_count && i < PROCESS_COMPANY; i++) {
		const struct process_name *name = &domain->company[i];
		struct pen pen = page_line(page);
		grid_printf(&pen, STYLE_NORMAL, " %7d ", (int)name->pid);
		grid_put_foreign(&pen, STYLE_NORMAL, name->comm, TASK_COMM_SIZE);
	}
	if (domain->company_count <= PROCESS_COMPANY)
		return;
	struct pen pen = page_line(page);
	grid_printf(&pen, STYLE_NORMAL, " and %zu more", domain->company_count - PROCESS_COMPANY);
}

/* The domain in which most die has them all. */
static void put_company(const struct process_detail *detail, struct page *page)
{
	const struct process_domain *most = NULL;
	for (size_t i = 0; i < detail->domain_count; i++)
		if (!most || detail->domains[i].company_count > most->company_count)
			most = &detail->domains[i];
	if (!most || !most->company_count)
		return;
	struct pen pen = page_line(page);
	grid_put(&pen, STYLE_BOLD, " DIE WITH IT");
	grid_put(&pen, STYLE_DIM, "  when it is chosen in ");
	grid_put_foreign(&pen, STYLE_NORMAL, most->name, grid_left(&pen));
	write_company(most, page);
	page_gap(page);
}

/* --- the page ----------------------------------------------------------------------------------- */

static void title(const struct app *app, struct pen *pen)
{
	const struct process_detail *detail = &app->model.process;
	if (!detail->pid) {
		grid_put(pen, STYLE_NORMAL, " no process");
		return;
	}
	grid_printf(pen, STYLE_NORMAL, " %d ", (int)detail->pid);
	grid_put_foreign(pen, STYLE_BOLD, detail->task.comm, TASK_COMM_SIZE);
	grid_put(pen, STYLE_NORMAL, "  ");
	grid_put_foreign(pen, STYLE_NORMAL, detail->facts.user, NAME_SIZE);
	grid_printf(pen, STYLE_NORMAL, "  ADJ %d", detail->task.oom_score_adj);
	if (detail->gone || detail->facts.gone)
		grid_put(pen, STYLE_VICTIM, "  IT IS GONE: these were its last figures");
	else if (detail->facts.stuck)
		grid_put(pen, STYLE_RISK, "  in an uninterruptible sleep: not all was asked");
}

static void write_left(const struct app *app, struct page *page)
{
	put_score(&app->model.process, page);
	put_domains(&app->model.process, page);
	put_company(&app->model.process, page);
}

static void write_right(const struct app *app, struct page *page)
{
	put_identity(&app->model.process, page);
	put_cgroups(&app->model.process, page);
	put_memory(&app->model.process, page);
	put_children(&app->model.process, page);
	put_limits(&app->model.process, page);
}

static void write_page(const struct app *app, struct page *page)
{
	struct page left = *page, right = *page;
	if (!app->model.process.pid) {
		page_wrap(page, STYLE_NORMAL, "", 1,
			"Enter on a process in Procs shows all about it here.");
		return;
	}
	if (page->end - page->col < SIDE_BY_SIDE) {
		write_left(app, page);
		write_right(app, page);
		return;
	}
	left.end = page->col + (page->end - page->col) / 2 - 1;
	right.col = left.end + 1;
	write_left(app, &left);
	write_right(app, &right);
	page->line = left.line > right.line ? left.line : right.line;
}

static enum err_code update(struct app *app, struct err *err)
{
	sampler_watch(
		&app->model.watch.sampler, &app->model.process.pid, app->model.process.pid != 0);
	return process_detail_update(&app->model.process, &app->model.watch, err);
}

/* The one under the cursor, which stays there. */
static void open_process(struct app *app)
{
	const struct ranking_row *row = process_list_pointed(app);
	if (!row)
		return;
	process_list_point_at(app, (long)app->procs.cursor.at);
	process_detail_open(&app->model.process, &app->model.watch, row->task);
}

static void entered(struct app *app, enum view_id before)
{
	if (before != VIEW_HELP)
		open_process(app);
	texts_entered(app, before);
}

static void repaint(struct app *app)
{
	process_detail_ask(&app->model.process, &app->model.watch);
	react_repaint(app);
}

/* What acts on a process acts on the one under the cursor: it has to be the one that is shown. */
static bool shows_cursor(const struct app *app)
{
	const struct ranking_row *row = process_list_pointed(app);
	return row && row->task->pid == app->model.process.pid &&
	       row->task->start_ticks == app->model.process.start_ticks;
}

static bool means(const struct app *app, const struct key_row *row)
{
	return row->group == GROUP_ACT ? shows_cursor(app) : texts_page_means(app, row);
}

static const struct view_text text = {
	TEXTS_PAGE,
	.means = means,
	.write = write_page,
	.title = title,
};

static reaction *const own[ACTION_COUNT] = { [ACTION_REPAINT] = repaint };

const struct view view_detail = {
	TEXTS_PAGE_VIEW,
	.tab = "Detail",
	.opened_by = ACTION_VIEW_DETAIL,
	.text = &text,
	.reactions = { texts_reactions, own, procs_look, acting_reactions, react_lists,
		react_program },
	.update = update,
	.entered = entered,
};

#include "view_detail_parts.h"

#include "term/format.h"

#include "oomspect/explain.h"

#include <inttypes.h>

#define LABEL_WIDTH  17
#define DOMAIN_WIDTH 31
#define NUMBER_WIDTH 10
#define LEAD_WIDTH   7 /* a name stands behind it */
#define INDENT       12

void view_detail_score(const struct process_detail *detail, struct page *page)
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

static const struct line {
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

static bool is_there(const struct process_detail *detail, const struct line *line)
{
	bool there = !line->there;
	for (size_t i = 0; !there && i < detail->domain_count; i++)
		there = line->there(&detail->domains[i]);
	return there;
}

static void write_line(const struct process_detail *detail, struct page *page, size_t first,
	size_t count, const struct line *line)
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

void view_detail_domains(const struct process_detail *detail, struct page *page)
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
void view_detail_company(const struct process_detail *detail, struct page *page)
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

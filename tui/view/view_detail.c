#include "view_detail.h"

#include "view_detail_parts.h"

#define SIDE_BY_SIDE 150 /* from this width on there are two columns */

void view_detail_title(const struct app *app, struct pen *pen)
{
	const struct process_detail *detail = &app->process;
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
	view_detail_score(&app->process, page);
	view_detail_domains(&app->process, page);
	view_detail_company(&app->process, page);
}

static void write_right(const struct app *app, struct page *page)
{
	view_detail_identity(&app->process, page);
	view_detail_cgroups(&app->process, page);
	view_detail_memory(&app->process, page);
	view_detail_children(&app->process, page);
	view_detail_limits(&app->process, page);
}

void view_detail_write(const struct app *app, struct page *page)
{
	struct page left = *page, right = *page;
	if (!app->process.pid) {
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

#include "view_pages.h"

#include "frame.h"
#include "term/page.h"
#include "view_bar.h"
#include "view_detail.h"
#include "view_header.h"
#include "view_next.h"
#include "view_settings.h"

#include <stdio.h>

static const struct {
	void (*write)(const struct app *app, struct page *page);
	void (*title)(const struct app *app, struct pen *pen);
} pages[VIEW_COUNT] = {
	[VIEW_DETAIL] = { view_detail_write, view_detail_title },
	[VIEW_SETTINGS] = { view_settings_write, view_settings_title },
};

bool view_pages_shown(const struct app *app)
{
	return pages[app->view].write != NULL;
}

static struct page begin(const struct app *app, struct grid *grid)
{
	return (struct page){ .grid = grid,
		.row = app->layout.rows[PART_LIST],
		.rows = app->layout.list_rows,
		.end = grid->cols };
}

/* `grid` is only asked what fits. */
static int count_lines(const struct app *app, struct grid *grid)
{
	struct page page = begin(app, grid);
	page.rows = 0;
	pages[app->view].write(app, &page);
	return page.line;
}

static int limit_top(const struct app *app, int lines, int top)
{
	int last = lines - app->layout.list_rows;
	return top > last ? (last > 0 ? last : 0) : top > 0 ? top : 0;
}

int view_pages_top(const struct app *app, int top)
{
	struct grid grid = app->grid;
	return limit_top(app, count_lines(app, &grid), top);
}

enum err_code view_pages_find(
	const struct app *app, int from, int step, int *ret_line, struct err *err)
{
	struct grid whole = app->grid;
	int lines = count_lines(app, &whole);
	grid_init(&whole, app->grid.ascii);
	enum err_code code = grid_resize(&whole, lines, app->grid.cols, err);
	if (!code) {
		struct page page = { .grid = &whole, .rows = lines, .end = whole.cols };
		pages[app->view].write(app, &page);
		*ret_line = grid_find_row(&whole, app->search_text, from, step);
	}
	grid_release(&whole);
	return code;
}

void view_pages_draw(const struct app *app, struct grid *grid)
{
	struct pen title = grid_pen(grid, app->layout.rows[PART_HEADING], 0);
	struct page page = begin(app, grid);
	char status[128];
	int lines = count_lines(app, grid);
	view_header_draw(app, grid);
	view_next_draw(app, grid);
	frame_tabs_draw(app, grid, NULL);
	pages[app->view].title(app, &title);
	grid_mark_row(grid, app->layout.rows[PART_HEADING], STYLE_REVERSE);
	page.top = limit_top(app, lines, app->page_top);
	int seen = page.top + page.rows < lines ? page.top + page.rows : lines;
	snprintf(status, sizeof(status), " lines %d-%d of %d    q Esc back", page.top + 1, seen,
		lines);
	pages[app->view].write(app, &page);
	if (app->found_line >= page.top && app->found_line < page.top + page.rows)
		grid_mark_row(grid, page.row + app->found_line - page.top, STYLE_REVERSE);
	view_bar_draw(app, grid);
	frame_status_draw(app, grid, status);
}

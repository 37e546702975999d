#include "view_pages.h"

#include "page.h"
#include "view.h"
#include "view_detail.h"

#include <stdio.h>

static const struct {
	void (*write)(const struct app *app, struct page *page);
	void (*title)(const struct app *app, struct pen *pen);
} pages[VIEW_COUNT] = {
	[VIEW_DETAIL] = { view_detail_write, view_detail_title },
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

void view_pages_draw(const struct app *app, struct grid *grid)
{
	struct pen title = grid_pen(grid, app->layout.rows[PART_HEADING], 0);
	struct page page = begin(app, grid);
	char status[128];
	int lines = count_lines(app, grid);
	view_header_draw(app, grid);
	view_next_draw(app, grid);
	view_tabs_draw(app, grid);
	pages[app->view].title(app, &title);
	grid_mark_row(grid, app->layout.rows[PART_HEADING], STYLE_REVERSE);
	page.top = limit_top(app, lines, app->page_top);
	int seen = page.top + page.rows < lines ? page.top + page.rows : lines;
	snprintf(status, sizeof(status), " lines %d-%d of %d    q Esc back", page.top + 1, seen,
		lines);
	pages[app->view].write(app, &page);
	view_bar_draw(app, grid);
	view_status_draw(app, grid, status);
}

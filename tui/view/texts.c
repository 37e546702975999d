#include "texts.h"

#include "frame.h"
#include "react.h"
#include "state.h"
#include "status.h"

#include <stdio.h>
#include <string.h>

static const struct view_text *text_of_view(const struct app *app)
{
	return view_of(app)->text;
}

int texts_top(const struct app *app)
{
	const struct view_text *text = text_of_view(app);
	return cursor_limit_top(app->texts.top[app->view], text->lines(app), text->rows(app));
}

void texts_move(struct app *app, int lines)
{
	app->texts.top[app->view] = texts_top(app) + lines;
	app->texts.top[app->view] = texts_top(app);
}

static void leave(struct app *app)
{
	state_show(app, text_of_view(app)->behind(app));
}

/* --- searching -------------------------------------------------------------------------------- */

/* The line with the text that is searched, from line `from` on; -1: none. */
static int find_line(struct app *app, int from, int step)
{
	struct err err;
	int line = -1;
	if (text_of_view(app)->find(app, from, step, &line, &err))
		status_say(app, "%s", err.text);
	return line;
}

/* Goes on behind the line that was found last while that is on the screen, else from its top. */
static void search(struct app *app, int step)
{
	int top = texts_top(app), from = step > 0 ? top : top - 1, found = app->texts.found;
	if (found >= top && found < top + text_of_view(app)->rows(app))
		from = found + step;
	if (!app->typing.search_text[0]) {
		status_say(app, "nothing to search: / first");
		return;
	}
	int line = find_line(app, from, step);
	if (line < 0 && !app->status.message[0])
		status_say(app, "not found: %s", app->typing.search_text);
	app->texts.found = line;
	if (line < 0)
		return;
	app->texts.top[app->view] = line;
	app->texts.top[app->view] = texts_top(app);
	if (step > 0 ? line < from : line > from)
		status_say(app, step > 0 ? "found above: began again at the top"
					 : "found below: began again at the end");
}

static void search_next(struct app *app)
{
	search(app, 1);
}

static void search_previous(struct app *app)
{
	search(app, -1);
}

bool texts_take(struct app *app)
{
	if (app->typing.prompt.id != PROMPT_SEARCH)
		return false;
	memcpy(app->typing.search_text, app->typing.prompt.text, sizeof(app->typing.search_text));
	app->texts.found = -1;
	search(app, 1);
	return true;
}

static void nothing(struct app *app)
{
	status_say(app, "nothing to open here");
}

reaction *const texts_reactions[ACTION_COUNT] = {
	[ACTION_BACK] = leave,
	[ACTION_CLOSE] = leave,
	[ACTION_OPEN] = nothing,
	[ACTION_SEARCH] = react_search,
	[ACTION_SEARCH_NEXT] = search_next,
	[ACTION_SEARCH_PREVIOUS] = search_previous,
};

void texts_entered(struct app *app, enum view_id before)
{
	app->texts.found = -1;
	if (before == VIEW_HELP)
		return;
	app->texts.top[app->view] = 0;
	if (before < VIEW_TABS && before != VIEW_DETAIL)
		app->texts.from = before;
	state_update(app);
}

/* --- pages: texts that are written line by line ------------------------------------------------- */

static struct page begin(const struct app *app, struct grid *grid)
{
	return (struct page){ .grid = grid,
		.row = app->layout.rows[PART_LIST],
		.rows = app->layout.list_rows,
		.end = grid->cols };
}

int texts_page_lines(const struct app *app)
{
	struct grid grid = app->grid; /* is only asked what fits */
	struct page page = begin(app, &grid);
	page.rows = 0;
	text_of_view(app)->write(app, &page);
	return page.line;
}

int texts_page_rows(const struct app *app)
{
	return app->layout.list_rows;
}

enum view_id texts_page_behind(const struct app *app)
{
	return app->texts.from;
}

enum err_code texts_page_find(
	const struct app *app, int from, int step, int *ret_line, struct err *err)
{
	struct grid whole;
	int lines = texts_page_lines(app);
	grid_init(&whole, app->grid.ascii);
	enum err_code code = grid_resize(&whole, lines, app->grid.cols, err);
	if (!code) {
		struct page page = { .grid = &whole, .rows = lines, .end = whole.cols };
		text_of_view(app)->write(app, &page);
		*ret_line = grid_find_row(&whole, app->typing.search_text, from, step);
	}
	grid_release(&whole);
	return code;
}

void texts_page_draw(const struct app *app, struct grid *grid)
{
	struct pen title = grid_pen(grid, app->layout.rows[PART_HEADING], 0);
	struct page page = begin(app, grid);
	text_of_view(app)->title(app, &title);
	grid_mark_row(grid, app->layout.rows[PART_HEADING], STYLE_REVERSE);
	page.top = texts_top(app);
	text_of_view(app)->write(app, &page);
	if (app->texts.found >= page.top && app->texts.found < page.top + page.rows)
		grid_mark_row(grid, page.row + app->texts.found - page.top, STYLE_REVERSE);
}

void texts_page_describe(const struct app *app, char *buffer, size_t size)
{
	int lines = texts_page_lines(app), top = texts_top(app), last = top + texts_page_rows(app);
	snprintf(buffer, size, " lines %d-%d of %d    q Esc back", top + 1,
		last < lines ? last : lines, lines);
}

/* What changes the list of processes has no meaning where another text stands. */
bool texts_page_means(const struct app *app, const struct key_row *row)
{
	(void)app;
	return row->group == GROUP_LOOK || row->group == GROUP_PROGRAM;
}

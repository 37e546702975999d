#include "react_pages.h"

#include "input.h"
#include "state.h"
#include "view_pages.h"

#include <limits.h>

static void scroll(struct app *app, int rows)
{
	app->page_top = view_pages_top(app, view_pages_top(app, app->page_top) + rows);
}

static int page(const struct app *app)
{
	return app->layout.list_rows > 1 ? app->layout.list_rows - 1 : 1;
}

static void up(struct app *app)
{
	scroll(app, -1);
}

static void down(struct app *app)
{
	scroll(app, 1);
}

static void page_up(struct app *app)
{
	scroll(app, -page(app));
}

static void page_down(struct app *app)
{
	scroll(app, page(app));
}

static void first(struct app *app)
{
	app->page_top = 0;
}

static void last(struct app *app)
{
	app->page_top = view_pages_top(app, INT_MAX / 2);
}

static void leave(struct app *app)
{
	app->view = app->page_from;
}

static void nothing(struct app *app)
{
	state_say(app, "nothing to open here");
}

static void (*const reactions[ACTION_COUNT])(struct app *app) = {
	[ACTION_UP] = up,
	[ACTION_DOWN] = down,
	[ACTION_PAGE_UP] = page_up,
	[ACTION_PAGE_DOWN] = page_down,
	[ACTION_FIRST] = first,
	[ACTION_LAST] = last,
	[ACTION_BACK] = leave,
	[ACTION_CLOSE] = leave,
	[ACTION_OPEN] = nothing,
};

/* What acts on a process acts on the one under the cursor: it has to be the one that is shown. */
static bool shows_cursor(const struct app *app)
{
	const struct ranking_row *row = state_cursor_row(app);
	return app->view == VIEW_DETAIL && row && row->task->pid == app->process.pid &&
	       row->task->start_ticks == app->process.start_ticks;
}

static bool has_meaning(const struct app *app, const struct key_row *row)
{
	switch (row->group) {
	case GROUP_LOOK:
	case GROUP_PROGRAM:
		return true;
	case GROUP_MOVE:
	case GROUP_FIND:
	case GROUP_SORT:
		return false;
	default:
		return shows_cursor(app);
	}
}

bool react_pages(struct app *app, const struct key_row *row)
{
	char name[32];
	if (!view_pages_shown(app))
		return false;
	if (row->action == ACTION_REPAINT)
		process_detail_ask(&app->process, &app->watch);
	if (reactions[row->action]) {
		reactions[row->action](app);
		return true;
	}
	if (has_meaning(app, row))
		return false;
	input_name(row->key, name, sizeof(name));
	state_say(app, "%s does nothing here, q goes back", name);
	return true;
}

static void open_process(struct app *app)
{
	struct err err;
	const struct ranking_row *row = state_cursor_row(app);
	if (!row)
		return;
	state_point_at(app, (long)app->cursor.index);
	process_detail_open(&app->process, &app->watch, row->task);
	if (process_detail_update(&app->process, &app->watch, &err))
		state_say(app, "%s", err.text);
}

void react_pages_entered(struct app *app, enum view_id before)
{
	if (!view_pages_shown(app) || app->view == before || before == VIEW_HELP)
		return;
	app->page_top = 0;
	if (before < VIEW_TABS && before != VIEW_DETAIL)
		app->page_from = before;
	if (app->view == VIEW_DETAIL)
		open_process(app);
}

#include "react_pages.h"

#include "state.h"
#include "state_pages.h"
#include "step.h"
#include "term/input.h"
#include "view_help.h"
#include "view_pages.h"

#include <string.h>

static bool is_text(const struct app *app)
{
	return app->view == VIEW_HELP || view_pages_shown(app);
}

static int *top_of(struct app *app)
{
	return app->view == VIEW_HELP ? &app->help_top : &app->page_top;
}

static int limit_top(const struct app *app, int top)
{
	return app->view == VIEW_HELP ? view_help_top(app, top) : view_pages_top(app, top);
}

static void scroll(struct app *app, int rows)
{
	int *top = top_of(app);
	*top = limit_top(app, limit_top(app, *top) + rows);
}

/* Rows of the text on the screen. */
static int room(const struct app *app)
{
	return app->view == VIEW_HELP ? view_help_page(app) : app->layout.list_rows;
}

static int page(const struct app *app)
{
	int rows = room(app) - (app->view != VIEW_HELP);
	return rows > 1 ? rows : 1;
}

static void leave(struct app *app)
{
	state_show(app, app->view == VIEW_HELP ? app->view_before : app->page_from);
}

/* --- searching -------------------------------------------------------------------------------- */

/* The line with the text that is searched, from line `from` on; -1: none. */
static int find_line(struct app *app, int from, int step)
{
	struct err err;
	int line = -1;
	if (app->view == VIEW_HELP)
		return grid_find_row(&app->help, app->search_text, from, step);
	if (view_pages_find(app, from, step, &line, &err))
		state_say(app, "%s", err.text);
	return line;
}

/* Goes on behind the line that was found last while that is on the screen, else from its top. */
static void search(struct app *app, int step)
{
	int top = limit_top(app, *top_of(app)), from = step > 0 ? top : top - 1;
	if (app->found_line >= top && app->found_line < top + room(app))
		from = app->found_line + step;
	if (!app->search_text[0]) {
		state_say(app, "nothing to search: / first");
		return;
	}
	int line = find_line(app, from, step);
	if (line < 0 && !app->message[0])
		state_say(app, "not found: %s", app->search_text);
	app->found_line = line;
	if (line < 0)
		return;
	*top_of(app) = limit_top(app, line);
	if (step > 0 ? line < from : line > from)
		state_say(app, step > 0 ? "found above: began again at the top"
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

static void ask_search(struct app *app)
{
	prompt_open(&app->prompt, PROMPT_SEARCH, "");
}

bool react_pages_take_text(struct app *app)
{
	if (!is_text(app) || app->prompt.id != PROMPT_SEARCH)
		return false;
	memcpy(app->search_text, app->prompt.text, sizeof(app->search_text));
	app->found_line = -1;
	search(app, 1);
	return true;
}

static void nothing(struct app *app)
{
	state_say(app, "nothing to open here");
}

static void (*const reactions[ACTION_COUNT])(struct app *app) = {
	[ACTION_BACK] = leave,
	[ACTION_CLOSE] = leave,
	[ACTION_OPEN] = nothing,
	[ACTION_SEARCH] = ask_search,
	[ACTION_SEARCH_NEXT] = search_next,
	[ACTION_SEARCH_PREVIOUS] = search_previous,
};

/* What acts on a process acts on the one under the cursor: it has to be the one that is shown. */
static bool shows_cursor(const struct app *app)
{
	const struct ranking_row *row = state_cursor_row(app);
	return app->view == VIEW_DETAIL && row && row->task->pid == app->process.pid &&
	       row->task->start_ticks == app->process.start_ticks;
}

/* Nothing behind the help changes. */
static bool has_meaning(const struct app *app, const struct key_row *row)
{
	if (app->view == VIEW_HELP)
		return row->group == GROUP_PROGRAM && row->action != ACTION_HELP &&
		       row->action != ACTION_SETUP;
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

int react_pages_key(const struct app *app, int key)
{
	return key == INPUT_SPACE && is_text(app) ? INPUT_PAGE_DOWN : key;
}

bool react_pages(struct app *app, const struct key_row *row)
{
	char name[32];
	if (!is_text(app))
		return false;
	if (row->action == ACTION_REPAINT && app->view != VIEW_HELP)
		process_detail_ask(&app->process, &app->watch);
	int rows = step_of(row->action, page(app));
	if (rows || reactions[row->action]) {
		if (rows)
			scroll(app, rows);
		else
			reactions[row->action](app);
		return true;
	}
	if (has_meaning(app, row))
		return false;
	input_name(row->key, name, sizeof(name));
	state_say(app, "%s does nothing %s, q goes back", name,
		app->view == VIEW_HELP ? "in the help" : "here");
	return true;
}

static void open_process(struct app *app)
{
	const struct ranking_row *row = state_cursor_row(app);
	if (!row)
		return;
	state_point_at(app, (long)app->cursor.index);
	process_detail_open(&app->process, &app->watch, row->task);
}

void react_pages_entered(struct app *app, enum view_id before)
{
	struct err err;
	if (app->view == before)
		return;
	app->found_line = -1;
	if (app->view == VIEW_HELP)
		app->help_top = 0;
	if (!view_pages_shown(app) || before == VIEW_HELP)
		return;
	app->page_top = 0;
	if (before < VIEW_TABS && before != VIEW_DETAIL)
		app->page_from = before;
	if (app->view == VIEW_DETAIL)
		open_process(app);
	if (state_pages_update(app, &err))
		state_say(app, "%s", err.text);
}

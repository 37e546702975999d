#include "whole_command.h"

#include "dialog.h"
#include "model/keymap.h"
#include "state.h"
#include "step.h"
#include "term/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EDGE_COLS 2 /* a side of the box and a blank */

void whole_command_open(struct app *app)
{
	const struct ranking_row *row = state_cursor_row(app);
	struct whole_command *whole = &app->whole_command;
	if (!row)
		return;
	if (!box_room(&app->grid)) {
		state_say(app, "the screen is too low for a whole command line");
		return;
	}
	whole_command_close(whole);
	whole->text = strdup(detail_whole_command(&app->detail, &app->watch, row->task));
	if (!whole->text) {
		state_say(app, "no memory for a command line");
		return;
	}
	whole->pid = row->task->pid;
	whole->top = 0;
}

void whole_command_close(struct whole_command *whole)
{
	free(whole->text);
	whole->text = NULL;
}

/* --- its lines -------------------------------------------------------------------------------- */

/* Of a screen; nothing is written to it. */
static int count_lines(const struct app *app, const struct grid *screen)
{
	struct grid grid = *screen;
	struct page page = { .grid = &grid,
		.col = EDGE_COLS,
		.end = (grid.cols < BOX_COLS ? grid.cols : BOX_COLS) - EDGE_COLS };
	page_wrap(&page, STYLE_NORMAL, "", 0, app->whole_command.text);
	return page.line;
}

static int limit_top(const struct app *app, int top)
{
	int last = count_lines(app, &app->grid) - box_room(&app->grid);
	return top > last ? (last > 0 ? last : 0) : top > 0 ? top : 0;
}

void whole_command_key(struct app *app, int key)
{
	struct whole_command *whole = &app->whole_command;
	const struct key_row *row = keymap_find(key);
	enum action action = row ? row->action : ACTION_NONE;
	if (action == ACTION_QUIT)
		app->quit = true;
	else if (action == ACTION_REPAINT)
		app->repaint = true;
	else if (action == ACTION_BACK || action == ACTION_CLOSE || action == ACTION_FULL)
		whole_command_close(whole);
	else
		whole->top = limit_top(
			app, limit_top(app, whole->top) + step_of(action, box_room(&app->grid)));
}

static void write_remark(const struct app *app, int lines, int top, char *buffer, size_t size)
{
	int rows = box_room(&app->grid);
	if (lines > rows)
		snprintf(buffer, size, "lines %d-%d of %d", top + 1, top + rows, lines);
	else
		snprintf(buffer, size, "%d line%s", lines, lines == 1 ? "" : "s");
}

void whole_command_draw(const struct app *app, struct grid *grid)
{
	const struct whole_command *whole = &app->whole_command;
	char title[48], remark[48];
	if (!whole->text || !box_room(grid))
		return;
	int lines = count_lines(app, grid), top = limit_top(app, whole->top);
	snprintf(title, sizeof(title), "command line of %d", (int)whole->pid);
	write_remark(app, lines, top, remark, sizeof(remark));
	struct box box = box_open(grid, lines, STYLE_BOLD, title, remark);
	struct page page = { .grid = grid,
		.row = box.next,
		.rows = box.rows,
		.col = EDGE_COLS,
		.end = box.width - EDGE_COLS,
		.top = top };
	for (int i = 0; i < box.rows; i++)
		box_line(&box);
	page_wrap(&page, STYLE_NORMAL, "", 0, whole->text);
	box_close(&box, "Esc w close");
	dialog_status_draw(app, grid, STYLE_DIM, "the whole command line: Esc or w closes it");
}

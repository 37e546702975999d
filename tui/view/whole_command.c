#include "whole_command.h"

#include "cursor.h"
#include "dialog.h"
#include "process_list.h"
#include "status.h"
#include "term/page.h"
#include "view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EDGE_COLS 2 /* a side of the box and a blank */

static void close_it(struct whole_command *whole)
{
	free(whole->text);
	whole->text = NULL;
}

void whole_command_open(struct app *app)
{
	const struct ranking_row *row = process_list_pointed(app);
	struct whole_command *whole = &app->whole_command;
	if (!row)
		return;
	if (!box_room(&app->grid)) {
		status_say(app, "the screen is too low for a whole command line");
		return;
	}
	close_it(whole);
	whole->text =
		strdup(visible_whole_command(&app->model.visible, &app->model.watch, row->task));
	if (!whole->text) {
		status_say(app, "no memory for a command line");
		return;
	}
	whole->pid = row->task->pid;
	whole->top = 0;
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
	return cursor_limit_top(top, count_lines(app, &app->grid), box_room(&app->grid));
}

static void take_key(struct app *app, int key)
{
	struct whole_command *whole = &app->whole_command;
	const struct key_row *row = keymap_find(key);
	enum action action = row ? row->action : ACTION_NONE;
	if (action == ACTION_QUIT)
		app->request.quit = true;
	else if (action == ACTION_REPAINT)
		app->request.repaint = true;
	else if (action == ACTION_BACK || action == ACTION_CLOSE || action == ACTION_FULL)
		close_it(whole);
	else
		whole->top = limit_top(app,
			limit_top(app, whole->top) + cursor_step(action, box_room(&app->grid)));
}

static void write_remark(const struct app *app, int lines, int top, char *buffer, size_t size)
{
	int rows = box_room(&app->grid);
	if (lines > rows)
		snprintf(buffer, size, "lines %d-%d of %d", top + 1, top + rows, lines);
	else
		snprintf(buffer, size, "%d line%s", lines, lines == 1 ? "" : "s");
}

static void draw(const struct app *app, struct grid *grid)
{
	const struct whole_command *whole = &app->whole_command;
	char title[48], remark[48];
	if (!box_room(grid))
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

static bool is_open(const struct app *app)
{
	return app->whole_command.text != NULL;
}

static void click(struct app *app, int row, int col)
{
	(void)row;
	(void)col;
	close_it(&app->whole_command);
}

const struct overlay overlay_whole_command = {
	.is_open = is_open,
	.draw = draw,
	.key = take_key,
	.click = click,
	.says = true,
};

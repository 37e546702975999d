#include "frame.h"

#include "header.h"
#include "next.h"
#include "view.h"

#include <stdio.h>
#include <string.h>

#define ROOMY      100 /* columns from which on the tab line need not save blanks and words */
#define LABELS_MAX 32
#define FOLLOWS    "  FOLLOW"

bool frame_is_roomy(const struct grid *grid)
{
	return grid->cols >= ROOMY;
}

int frame_gap_cols(const struct grid *grid)
{
	return frame_is_roomy(grid) ? 4 : 2;
}

void frame_put_gap(struct pen *pen)
{
	grid_skip(pen, frame_gap_cols(pen->grid));
}

void frame_put_filter_text(struct pen *pen, const char *text)
{
	int cols = grid_left(pen) < FRAME_FILTER_COLS ? grid_left(pen) : FRAME_FILTER_COLS;
	bool cut = grid_foreign_width(pen->grid, text) > cols;
	grid_put_foreign(pen, STYLE_BOLD, text, cols - cut);
	grid_put(pen, STYLE_DIM, cut ? "+" : "");
}

/* Columns of a tab, from the blank before its number to its bracket. */
static int tab_width(enum view_id id)
{
	return (int)strlen(views[id]->tab) + 5;
}

static void draw_tabs(const struct app *app, struct grid *grid)
{
	void (*put_state)(const struct app *app, struct pen *pen) = view_of(app)->put_state;
	struct pen pen = grid_pen(grid, app->layout.rows[PART_TABS], 0);
	for (enum view_id id = 0; id < VIEW_TABS; id++) {
		bool chosen = app->view == id;
		grid_printf(&pen, chosen ? STYLE_BOLD : STYLE_NORMAL, " %s%d %s%s",
			chosen ? "[" : " ", (int)id + 1, views[id]->tab, chosen ? "]" : " ");
	}
	if (!app->model.watch.snapshot)
		return;
	int end = pen.end, kept = app->follow ? (int)strlen(FOLLOWS) : 0;
	pen.end = end - kept;
	if (put_state)
		put_state(app, &pen);
	pen.end = end;
	if (app->follow && put_state && grid_left(&pen) >= kept)
		grid_put(&pen, STYLE_BOLD, FOLLOWS);
}

int frame_tab_at(int col)
{
	int end = 0;
	for (enum view_id id = 0; id < VIEW_TABS; id++) {
		int begin = end + 1;
		end += tab_width(id);
		if (col >= begin && col < end)
			return (int)id;
	}
	return -1;
}

/* A screen without a status line lends its last line to what has to be said now. What stands over
 * the view has a line of its own for that. */
static void draw_status(const struct app *app, struct grid *grid, const char *text)
{
	const struct overlay *overlay = view_overlay(app);
	bool covered = overlay && overlay->says;
	const char *words = app->status.message[0] ? app->status.message : app->status.news;
	bool said = words[0] && !covered, urgent = app->typing.prompt.id != PROMPT_NONE || said;
	int row = app->layout.rows[PART_STATUS];
	if (row < 0 && urgent && grid->rows > 1)
		row = grid->rows - 1;
	struct pen pen = grid_pen(grid, row, 0);
	if (app->typing.prompt.id != PROMPT_NONE) {
		grid_put(&pen, STYLE_BOLD, prompt_labels[app->typing.prompt.id]);
		grid_put_foreign(&pen, STYLE_NORMAL, app->typing.prompt.text, grid_left(&pen) - 1);
		grid_put(&pen, STYLE_REVERSE, " ");
	} else if (said) {
		grid_skip(&pen, 1);
		grid_put_foreign(&pen, STYLE_BOLD, words, grid_left(&pen));
	} else if (app->status.missed[0]) {
		grid_put(&pen, STYLE_RISK, " no new sample: ");
		grid_put_foreign(&pen, STYLE_RISK, app->status.missed, grid_left(&pen));
	} else {
		grid_put(&pen, STYLE_DIM, text);
	}
	if (urgent)
		grid_skip(&pen, grid_left(&pen));
}

/* --- the bar of keys ---------------------------------------------------------------------------- */

struct label {
	const struct key_row *row;
	char name[16]; /* of its key */
	int col, end;  /* without the blank behind it */
};

/* Columns of a label with its key and the blank behind it; the name of the key into `name`. */
static int label_width(const struct key_row *row, int cols, char name[16])
{
	if (!row->label || (row->action == ACTION_SETUP && cols < ROOMY))
		return 0;
	input_name(row->key, name, 16);
	return (int)(strlen(name) + strlen(row->label)) + 1;
}

/* What does not fit is left out, but never how to leave. */
static size_t place_labels(int cols, struct label labels[LABELS_MAX])
{
	char name[16];
	size_t count = 0;
	int quit = 0, col = 0;
	for (size_t i = 0; i < key_row_count; i++)
		if (key_rows[i].action == ACTION_CLOSE)
			quit += label_width(&key_rows[i], cols, name);
	for (size_t i = 0; i < key_row_count && count < LABELS_MAX; i++) {
		struct label *label = &labels[count];
		int width = label_width(&key_rows[i], cols, label->name);
		bool leaves = key_rows[i].action == ACTION_CLOSE;
		if (width == 0 || (!leaves && cols - col < width + quit))
			continue;
		label->row = &key_rows[i];
		label->col = col;
		col += width;
		label->end = col - 1;
		count++;
	}
	return count;
}

/* As wide as the other: what the key would lead to. */
static const char *label_text(const struct app *app, const struct key_row *row)
{
	const struct view *view = view_of(app);
	bool tree = view->is_tree ? view->is_tree(app) : app->procs.tree;
	return row->action == ACTION_TREE && tree ? "Flat" : row->label;
}

static void draw_bar(const struct app *app, struct grid *grid)
{
	struct label labels[LABELS_MAX];
	size_t count = place_labels(grid->cols, labels);
	for (size_t i = 0; i < count; i++) {
		struct pen pen = grid_pen(grid, app->layout.rows[PART_BAR], labels[i].col);
		grid_put(&pen, STYLE_BOLD, labels[i].name);
		grid_put(&pen, STYLE_REVERSE, label_text(app, labels[i].row));
	}
}

int frame_key_at(int cols, int col)
{
	struct label labels[LABELS_MAX];
	size_t count = place_labels(cols, labels);
	for (size_t i = 0; i < count; i++)
		if (col >= labels[i].col && col < labels[i].end)
			return labels[i].row->key;
	return INPUT_NONE;
}

/* --- the whole picture -------------------------------------------------------------------------- */

static void draw_framed(const struct app *app, const struct view *view, struct grid *grid)
{
	char status[512] = "";
	header_draw(app, grid);
	next_draw(app, grid);
	draw_tabs(app, grid);
	view->draw(app, grid);
	draw_bar(app, grid);
	view->describe(app, status, sizeof(status));
	draw_status(app, grid, status);
}

void frame_draw(const struct app *app, struct grid *grid)
{
	const struct view *view = view_of(app);
	const struct overlay *overlay = view_overlay(app);
	grid_clear(grid);
	if (view->bare)
		view->draw(app, grid);
	else
		draw_framed(app, view, grid);
	if (overlay)
		overlay->draw(app, grid);
}

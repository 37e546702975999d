#include "view_bar.h"

#include "model/keymap.h"
#include "place.h"
#include "term/input.h"

#include <stdio.h>
#include <string.h>

#define LABELS_MAX 32
#define ROOMY      100 /* columns from which on there is room for what is seldom needed */

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
	bool tree = app->view == VIEW_CGROUPS ? app->cgroups.tree : app->tree;
	return row->action == ACTION_TREE && tree ? "Flat" : row->label;
}

void view_bar_draw(const struct app *app, struct grid *grid)
{
	struct label labels[LABELS_MAX];
	size_t count = place_labels(grid->cols, labels);
	for (size_t i = 0; i < count; i++) {
		struct pen pen = grid_pen(grid, app->layout.rows[PART_BAR], labels[i].col);
		grid_put(&pen, STYLE_BOLD, labels[i].name);
		grid_put(&pen, STYLE_REVERSE, label_text(app, labels[i].row));
	}
}

int view_bar_key_at(int cols, int col)
{
	struct label labels[LABELS_MAX];
	size_t count = place_labels(cols, labels);
	for (size_t i = 0; i < count; i++)
		if (col >= labels[i].col && col < labels[i].end)
			return labels[i].row->key;
	return INPUT_NONE;
}

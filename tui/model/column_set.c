#include "column_set.h"

#include "column_names.h"

#include <stdio.h>
#include <string.h>

#define NARROW 40 /* below this width only what always stays is shown */

static unsigned find(const char *name, size_t length)
{
	return column_find(name, length);
}

enum err_code column_set_parse(struct column_set *set, const char *names, struct err *err)
{
	static const struct column_table table = { find, COL_COUNT };
	unsigned ids[COLUMN_NAMES_MAX];
	size_t count;
	enum err_code code = column_names_parse(&table, names, ids, &count, err);
	if (code)
		return code;
	*set = (struct column_set){ .count = count };
	for (size_t i = 0; i < count; i++)
		set->ids[i] = (enum column_id)ids[i];
	return ERR_OK;
}

bool column_set_has(const struct column_set *set, enum column_id id)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->ids[i] == id)
			return true;
	return false;
}

void column_set_measure(struct column_set *set, const struct column_context *context)
{
	for (size_t i = 0; i < set->count; i++)
		set->widths[i] = column_width(set->ids[i], context);
}

int column_set_width(const struct column_set *set)
{
	int width = 0;
	for (size_t i = 0; i < set->count; i++)
		width += set->widths[i] + (i > 0);
	return width;
}

/* Drops the column that is missed least. False when only those are left that always stay. */
static bool drop_one(struct column_set *set)
{
	size_t worst = 0;
	for (size_t i = 1; i < set->count; i++)
		if (columns[set->ids[i]].drop > columns[set->ids[worst]].drop)
			worst = i;
	if (columns[set->ids[worst]].drop == COLUMN_ALWAYS)
		return false;
	set->count--;
	for (size_t i = worst; i < set->count; i++) {
		set->ids[i] = set->ids[i + 1];
		set->widths[i] = set->widths[i + 1];
	}
	return true;
}

void column_set_choose(struct column_set *set, const struct column_context *context, int cols)
{
	set->count = 0;
	for (enum column_id id = 0; id < COL_COUNT; id++)
		if (columns[id].drop != COLUMN_ASKED && columns[id].min_cols <= cols)
			set->ids[set->count++] = id;
	column_set_measure(set, context);
	/* One column more is the cursor's. */
	while ((cols < NARROW || column_set_width(set) + 1 > cols) && drop_one(set))
		;
}

void column_set_fit(struct column_set *set, const struct grid *grid,
	const struct column_context *context, const struct ranking_row *const *rows, size_t count)
{
	char buffer[FORMAT_SIZE];
	for (size_t i = 0; i < set->count; i++)
		for (size_t r = 0; r < count; r++) {
			const char *cell = column_cell(set->ids[i], context, rows[r], buffer);
			int width = grid_foreign_width(grid, cell);
			if (width > set->widths[i])
				set->widths[i] = width;
		}
}

/* Blanks up to column `col`. They have the style of their row, since a terminal has to be told of
 * each change of it. */
static void fill_to(struct pen *pen, unsigned style, int col)
{
	grid_fill(pen, style, ' ', col - pen->col);
}

void column_put_text(struct pen *pen, unsigned style, const char *text, int width, bool last)
{
	int start = pen->col;
	if (last) {
		grid_put_foreign(pen, style, text, grid_left(pen));
		return;
	}
	bool cut = grid_foreign_width(pen->grid, text) > width;
	grid_put_foreign(pen, style, text, cut ? width - 1 : width);
	if (cut) {
		fill_to(pen, style, start + width - 1);
		grid_put(pen, style, "+");
	}
	fill_to(pen, style, start + width);
}

static void put_cell(
	struct pen *pen, enum column_id id, unsigned style, const char *text, int width, bool last)
{
	if (columns[id].text) {
		column_put_text(pen, style, text, width, last);
	} else if (id == COL_RK) {
		int start = pen->col; /* the star stands behind the figure */
		grid_put(pen, style, text);
		fill_to(pen, style, start + width);
	} else {
		grid_put_right(pen, style, text, width);
	}
}

void column_put_titles(const struct column_set *set, struct pen *pen, enum column_id sorted)
{
	for (size_t i = 0; i < set->count; i++) {
		enum column_id id = set->ids[i];
		if (i > 0)
			grid_skip(pen, 1);
		put_cell(pen, id, id == sorted ? STYLE_BOLD : STYLE_NORMAL, columns[id].title,
			set->widths[i], i + 1 == set->count);
	}
}

/* The four meanings of colour. A risk is a badness above half of the first one's. */
static unsigned row_style(const struct column_context *context, const struct ranking_row *row)
{
	const struct outlook *outlook = context->outlook;
	if (row == outlook_next(outlook))
		return STYLE_VICTIM;
	if (row->unkillable != KILLABLE)
		return STYLE_DIM;
	if (row->oom_score_adj < 0)
		return STYLE_SHIELDED;
	int64_t first = column_bad_tenths(outlook, &outlook->ranking.rows[0]);
	int64_t own = column_bad_tenths(outlook, row);
	return first > 0 && own > first / 2 ? STYLE_RISK : STYLE_NORMAL;
}

static bool is_name(enum column_id id)
{
	return id == COL_COMM || id == COL_COMMAND;
}

/* What is folded into a row, and a blank: how many processes, "*" with the next victim among them,
 * and their memory. */
static void fold_mark(const struct column_context *context, const struct process_branch *branch,
	char buffer[FORMAT_SIZE])
{
	char size[FORMAT_SIZE];
	buffer[0] = '\0';
	if (!branch->folded)
		return;
	format_size(&context->measure, branch->hidden_pages * context->measure.page_kb, size);
	snprintf(buffer, FORMAT_SIZE, "+%u%s %.20s ", branch->hidden, branch->hides_next ? "*" : "",
		size);
}

/* A name with the lines that lead to it. However far a line is scrolled, they stay the same. */
static void put_name(struct pen *pen, const struct column_context *context,
	const struct process_branch *branch, unsigned style, const char *text, int width, bool last)
{
	char mark[FORMAT_SIZE];
	struct pen cell = *pen;
	if (last)
		width = pen->end - pen->shift - pen->col;
	else if (cell.end > cell.col + width)
		cell.end = cell.col + width;
	branch_put(&cell, style, branch->branch, width);
	fold_mark(context, branch, mark);
	grid_put(&cell, (branch->hides_next ? STYLE_VICTIM : style) | STYLE_BOLD, mark);
	column_put_text(&cell, style, text, cell.end - cell.col, last);
	pen->col = cell.col;
}

void column_put_row(const struct column_set *set, const struct column_context *context,
	const struct ranking_row *row, const struct process_branch *branch, struct pen *pen)
{
	char buffer[FORMAT_SIZE];
	unsigned style = row_style(context, row);
	for (size_t i = 0; i < set->count; i++) {
		enum column_id id = set->ids[i];
		const char *text = column_cell(id, context, row, buffer);
		bool dim = id == COL_SCORE && style == STYLE_NORMAL, last = i + 1 == set->count;
		if (i > 0)
			grid_fill(pen, style, ' ', 1);
		if (branch && is_name(id))
			put_name(pen, context, branch, style, text, set->widths[i], last);
		else
			put_cell(pen, id, dim ? STYLE_DIM : style, text, set->widths[i], last);
	}
}

int column_row_width(const struct column_set *set, const struct column_context *context,
	const struct ranking_row *row, const struct process_branch *branch, const struct grid *grid)
{
	char buffer[FORMAT_SIZE];
	size_t last = set->count - 1;
	if (set->count == 0)
		return 0;
	int before = column_set_width(set) - set->widths[last], lead = 0;
	if (branch && is_name(set->ids[last])) {
		fold_mark(context, branch, buffer);
		lead = branch_width(branch->branch, grid->cols - 1 - before) + (int)strlen(buffer);
	}
	return before + lead +
	       grid_foreign_width(grid, column_cell(set->ids[last], context, row, buffer));
}

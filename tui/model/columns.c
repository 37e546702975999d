#include "columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- one column ------------------------------------------------------------------------------- */

unsigned column_find(const struct column_table *table, const char *name, size_t length)
{
	unsigned id = 0;
	while (id < table->count &&
		(strlen(table->columns[id].name) != length ||
			strncasecmp(table->columns[id].name, name, length) != 0))
		id++;
	return id;
}

static int64_t kb_of_amount(struct amount amount)
{
	if (amount.kind == AMOUNT_UNLIMITED)
		return COLUMN_NONE;
	return amount_known(amount) ? (int64_t)(amount.bytes / 1024) : COLUMN_MISSING;
}

static int64_t kb_of_pages(const struct column_context *context, int64_t pages)
{
	return pages < 0 ? COLUMN_MISSING : pages * context->measure.page_kb;
}

bool column_has_value(const struct column *column)
{
	return column->value || column->kind != COLUMN_TEXT;
}

int64_t column_value(
	const struct column *column, const struct column_context *context, union column_row row)
{
	if (column->kind == COLUMN_AMOUNT)
		return kb_of_amount(
			*(const struct amount *)((const char *)row.cgroup + column->field));
	if (column->kind == COLUMN_PAGES)
		return kb_of_pages(context,
			*(const int64_t *)((const char *)row.process->task + column->field));
	return column->value(context, row);
}

static void write_number(const struct column *column, const struct column_context *context,
	int64_t value, char buffer[FORMAT_SIZE])
{
	if (column->kind == COLUMN_NUMBER)
		snprintf(buffer, FORMAT_SIZE, "%" PRId64, value);
	else if (column->kind == COLUMN_TENTHS)
		format_tenths(value, buffer);
	else
		format_size(&context->measure, value, buffer);
}

const char *column_cell(const struct column *column, const struct column_context *context,
	union column_row row, char buffer[COLUMN_CELL_SIZE])
{
	if (column->kind == COLUMN_TEXT)
		return column->string(context, row, buffer);
	int64_t value = column_value(column, context, row);
	if (value == COLUMN_UNKILLABLE)
		return "unk";
	if (value == COLUMN_MISSING)
		return "-";
	if (value == COLUMN_NONE && column->kind == COLUMN_AMOUNT)
		return "none";
	if (column->format)
		column->format(context, row, value, buffer);
	else
		write_number(column, context, value, buffer);
	return buffer;
}

static bool is_size(const struct column *column)
{
	return column->kind == COLUMN_SIZE || column->kind == COLUMN_PAGES ||
	       column->kind == COLUMN_AMOUNT;
}

static int needed_width(const struct column *column, const struct column_context *context)
{
	if (column->need)
		return column->need(context);
	return is_size(column) ? units_rows[context->measure.units].width : 0;
}

/* --- sets of them ----------------------------------------------------------------------------- */

static const struct column *column_of(const struct column_table *table, unsigned id)
{
	return id < COLUMN_DRAWN ? &table->columns[id] : &table->drawn[id - COLUMN_DRAWN];
}

const struct column *column_set_at(const struct column_set *set, size_t place)
{
	return column_of(set->table, set->ids[place]);
}

bool column_set_has(const struct column_set *set, unsigned id)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->ids[i] == id)
			return true;
	return false;
}

enum err_code column_set_parse(struct column_set *set, const struct column_table *table,
	const char *names, struct err *err)
{
	struct column_set named = { .table = table };
	for (;; names++) {
		int length = (int)strcspn(names, ",");
		unsigned id = column_find(table, names, (size_t)length);
		if (id == table->count)
			return err_set(err, ERR_NOT_FOUND,
				"column '%.*s': no such column, --list-columns names them", length,
				names);
		if (column_set_has(&named, id))
			return err_set(
				err, ERR_SYNTAX, "column '%.*s': named twice", length, names);
		named.ids[named.count++] = id;
		names += length;
		if (!*names)
			break;
	}
	column_set_reset(&named);
	*set = named;
	return ERR_OK;
}

static int table_width(const struct column *column, int cols)
{
	if (cols >= COLUMNS_WIDE && column->screen.wide_width)
		return column->screen.wide_width;
	return cols && column->screen.width ? column->screen.width : column->width;
}

void column_set_reset(struct column_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		set->widths[i] = table_width(column_set_at(set, i), set->cols);
}

void column_set_measure(struct column_set *set, const struct column_context *context)
{
	column_set_reset(set);
	for (size_t i = 0; i < set->count; i++) {
		int need = needed_width(column_set_at(set, i), context);
		if (need > set->widths[i])
			set->widths[i] = need;
	}
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
		if (column_set_at(set, i)->screen.drop > column_set_at(set, worst)->screen.drop)
			worst = i;
	if (column_set_at(set, worst)->screen.drop == COLUMN_ALWAYS)
		return false;
	set->count--;
	for (size_t i = worst; i < set->count; i++) {
		set->ids[i] = set->ids[i + 1];
		set->widths[i] = set->widths[i + 1];
	}
	return true;
}

static bool is_chosen(const struct column_set *set, unsigned id, unsigned flags)
{
	const struct column *column = column_of(set->table, id);
	return column->screen.drop != COLUMN_ASKED && column->screen.min_cols <= set->cols &&
	       (column->flags & flags) == flags;
}

/* Enters it where it has its place. */
static void enter(struct column_set *set, unsigned id)
{
	size_t at = set->count++;
	int place = column_of(set->table, id)->screen.place;
	for (; at > 0 && column_set_at(set, at - 1)->screen.place > place; at--)
		set->ids[at] = set->ids[at - 1];
	set->ids[at] = id;
}

static void take_chosen(struct column_set *set, unsigned flags)
{
	for (unsigned id = 0; id < set->table->count; id++)
		if (is_chosen(set, id, flags))
			enter(set, id);
	for (unsigned i = 0; i < set->table->drawn_count; i++)
		if (is_chosen(set, COLUMN_DRAWN + i, flags))
			enter(set, COLUMN_DRAWN + i);
}

void column_set_choose(struct column_set *set, const struct column_table *table,
	const struct column_context *context, int cols, unsigned flags)
{
	*set = (struct column_set){ .table = table, .cols = cols };
	take_chosen(set, flags);
	column_set_measure(set, context);
	/* One column more is the cursor's. */
	while ((cols < table->narrow || column_set_width(set) + 1 > cols) && drop_one(set))
		;
}

void column_set_widen(struct column_set *set, const struct grid *grid,
	const struct column_context *context, union column_row row)
{
	char buffer[COLUMN_CELL_SIZE];
	for (size_t i = 0; i < set->count; i++) {
		const char *cell = column_cell(column_set_at(set, i), context, row, buffer);
		int width = grid_foreign_width(grid, cell);
		if (width > set->widths[i])
			set->widths[i] = width;
	}
}

/* --- lines ------------------------------------------------------------------------------------ */

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

static void put_cell(struct pen *pen, const struct column_set *set, size_t place, unsigned style,
	const char *text)
{
	const struct column *column = column_set_at(set, place);
	int width = set->widths[place], start = pen->col;
	if (column->kind == COLUMN_TEXT) {
		column_put_text(pen, style, text, width, place + 1 == set->count);
	} else if (column->flags & COLUMN_LEFT) {
		grid_put(pen, style, text);
		fill_to(pen, style, start + width);
	} else {
		grid_put_right(pen, style, text, width);
	}
}

void column_put_titles(const struct column_set *set, struct pen *pen, unsigned sorted)
{
	for (size_t i = 0; i < set->count; i++) {
		if (i > 0)
			grid_skip(pen, 1);
		put_cell(pen, set, i, set->ids[i] == sorted ? STYLE_BOLD : STYLE_NORMAL,
			column_set_at(set, i)->title);
	}
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

static bool has_branch(const struct column *column, const struct process_branch *branch)
{
	return branch && column->flags & COLUMN_BRANCHED;
}

void column_put_row(const struct column_set *set, const struct column_context *context,
	union column_row row, const struct process_branch *branch, struct pen *pen)
{
	char buffer[COLUMN_CELL_SIZE];
	unsigned style = set->table->style ? set->table->style(context, row) : STYLE_NORMAL;
	for (size_t i = 0; i < set->count; i++) {
		const struct column *column = column_set_at(set, i);
		const char *text = column_cell(column, context, row, buffer);
		bool dim = column->flags & COLUMN_DIM && style == STYLE_NORMAL;
		if (i > 0)
			grid_fill(pen, style, ' ', 1);
		if (has_branch(column, branch))
			put_name(pen, context, branch, style, text, set->widths[i],
				i + 1 == set->count);
		else
			put_cell(pen, set, i, dim ? STYLE_DIM : style, text);
	}
}

int column_row_width(const struct column_set *set, const struct column_context *context,
	union column_row row, const struct process_branch *branch, const struct grid *grid)
{
	char buffer[COLUMN_CELL_SIZE];
	if (set->count == 0)
		return 0;
	const struct column *last = column_set_at(set, set->count - 1);
	int before = column_set_width(set) - set->widths[set->count - 1], lead = 0;
	if (has_branch(last, branch)) {
		fold_mark(context, branch, buffer);
		lead = branch_width(branch->branch, grid->cols - 1 - before) + (int)strlen(buffer);
	}
	return before + lead + grid_foreign_width(grid, column_cell(last, context, row, buffer));
}

void column_put_labelled(const struct column_table *table, const struct column_context *context,
	union column_row row, struct pen *pen)
{
	char buffer[COLUMN_CELL_SIZE];
	for (unsigned id = 0; id < table->count; id++) {
		const struct column *column = &table->columns[id];
		if (!column->label || column_value(column, context, row) == COLUMN_MISSING)
			continue;
		grid_put(pen, STYLE_DIM, column->label);
		grid_put(pen, STYLE_NORMAL, column_cell(column, context, row, buffer));
	}
}

#include "cgroup_line.h"

#include "term/box.h"
#include "term/format.h"

#include "oomspect/memcg_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NAME_WIDE   33
#define VICTIM_WIDE 23

/* --- the bar ---------------------------------------------------------------------------------- */

static int64_t kb_of(struct amount amount)
{
	return amount_known(amount) ? (int64_t)(amount.bytes / 1024) : UNKNOWN;
}

int64_t cgroup_bar_danger(const struct memcg *row)
{
	struct amount stuck = amount_known(row->unreclaimable) ? row->unreclaimable : row->usage;
	return format_share_tenths(kb_of(stuck), kb_of(row->effective_limit));
}

enum level cgroup_bar_level(const struct memcg *row, const struct levels *levels)
{
	return level_of(levels, cgroup_bar_danger(row), 10000);
}

/* Cells of `width` that `share` (hundredths of a percent) fills, the last one when half of it is. */
static int64_t cells(int64_t share, int width)
{
	int64_t filled = share < 0 ? 0 : (share * width + 5000) / 10000;
	return filled > width ? width : filled;
}

/* The cell memory.high stands in; -1 when it is not below the limit. */
static int64_t high_cell(const struct memcg *row, int width)
{
	int64_t share = format_share_tenths(kb_of(row->high), kb_of(row->effective_limit));
	return share < 0 || share >= 10000 ? -1 : share * width / 10000;
}

void cgroup_bar_put(struct pen *pen, enum level level, const struct memcg *row, int width)
{
	int64_t limit = kb_of(row->effective_limit);
	int inner = width - 2;
	const char *end = level_end(level);
	unsigned style = level_style(level);
	if (limit <= 0 || inner < 1) {
		grid_skip(pen, width);
		return;
	}
	int64_t used = cells(format_share_tenths(kb_of(row->usage), limit), inner);
	int64_t stuck = cells(cgroup_bar_danger(row), inner), high = high_cell(row, inner);
	grid_put(pen, style, "[");
	for (int i = 0; i < width - 1 - (int)strlen(end); i++) {
		char ch = i < stuck ? '|' : i < used ? ':' : '.';
		grid_fill(pen, style, i == high ? 'h' : ch, 1);
	}
	grid_put(pen, style, end);
}

/* --- cells ------------------------------------------------------------------------------------ */

struct slot {
	const struct cgroup_line_context *context;
	const struct cgroup_entry *entry;
	const struct memcg *row;
	struct pen *pen;
	unsigned style;
	int width;
	unsigned id;
};

static void put_column(const struct slot *slot)
{
	const struct column *column = &cgroup_columns[slot->id];
	char buffer[COLUMN_CELL_SIZE];
	const char *cell =
		column_cell(column, &slot->context->columns, cgroup_row(slot->row), buffer);
	if (column->kind == COLUMN_TEXT)
		column_put_text(slot->pen, slot->style, cell, slot->width, false);
	else
		grid_put_right(slot->pen, slot->style, cell, slot->width);
}

/* Hundredths with as many decimals as fit. */
static void put_hundredths(const struct slot *slot, int64_t value)
{
	char text[FORMAT_SIZE] = "-";
	if (value >= 0 && slot->width >= 5 && slot->id == CGROUP_COL_PSI)
		format_hundredths(value, text);
	else if (value >= 0)
		format_tenths(value / 10, text);
	if (value >= 0 && (int)strlen(text) > slot->width)
		snprintf(text, sizeof(text), "%" PRId64, value / 100);
	grid_put_right(slot->pen, slot->style, text, slot->width);
}

static void put_percent(const struct slot *slot)
{
	put_hundredths(slot, column_value(&cgroup_columns[slot->id], &slot->context->columns,
				     cgroup_row(slot->row)));
}

static void put_bar(const struct slot *slot)
{
	cgroup_bar_put(slot->pen, cgroup_bar_level(slot->row, &slot->context->levels), slot->row,
		slot->width);
}

static void put_rate(const struct slot *slot, int64_t tenths)
{
	char text[FORMAT_SIZE] = "-";
	if (tenths >= 0)
		format_tenths(tenths, text);
	if (tenths >= 0 && (int)strlen(text) > slot->width)
		snprintf(text, sizeof(text), "%" PRId64, tenths / 10);
	grid_put_right(slot->pen, slot->style, text, slot->width);
}

static void put_highs(const struct slot *slot)
{
	put_rate(slot, cgroup_rates_high(slot->context->rates, slot->entry->row));
}

static void put_maxes(const struct slot *slot)
{
	put_rate(slot, cgroup_rates_max(slot->context->rates, slot->entry->row));
}

/* --- names ------------------------------------------------------------------------------------ */

static const char *full_path(const struct memcg *row)
{
	return row->path[0] == '/' && row->path[1] ? row->path + 1 : row->path;
}

void cgroup_line_put_name(
	struct pen *pen, unsigned style, const struct memcg *row, bool full, int width)
{
	struct memcg_name name;
	const char *text = full_path(row);
	int start = pen->col;
	if (width < 1)
		return;
	if (!full && grid_foreign_width(pen->grid, text) > width) {
		memcg_name_of(row->path, &name);
		text = name.name;
	}
	bool cut = grid_foreign_width(pen->grid, text) > width;
	grid_put_foreign(pen, style, text, width - cut);
	if (cut) {
		grid_skip_to(pen, start + width - 1);
		grid_put(pen, STYLE_DIM, "+");
	}
}

/* The branches up to a row. */
static void put_branches(const struct slot *slot)
{
	const struct cgroup_rows *rows = slot->context->rows;
	size_t place = (size_t)(slot->entry - rows->entries);
	struct branch branch = { .depth = slot->entry->depth };
	for (int32_t above = 0; above < branch.depth && above < BRANCH_LEVELS_MAX; above++)
		if (cgroup_rows_goes_on(rows, place, branch.depth - above))
			branch.lines |= 1u << above;
	if (branch.depth > 0)
		grid_put(slot->pen, STYLE_DIM, " ");
	branch_put(slot->pen, STYLE_DIM, branch, slot->width);
}

static void put_name(const struct slot *slot)
{
	const struct cgroup_line_context *context = slot->context;
	int end = slot->pen->col + slot->width;
	if (context->tree && !context->full_paths) {
		struct memcg_name name;
		memcg_name_of(slot->row->path, &name);
		put_branches(slot);
		int width = end - slot->pen->col - (slot->entry->folded ? 2 : 0);
		bool cut = grid_foreign_width(slot->pen->grid, name.name) > width;
		grid_put_foreign(slot->pen, slot->style, name.name, width - cut);
		if (cut)
			grid_put(slot->pen, STYLE_DIM, "+");
	} else {
		cgroup_line_put_name(
			slot->pen, slot->style, slot->row, context->full_paths, slot->width);
	}
	if (slot->entry->folded)
		grid_put(slot->pen, STYLE_BOLD, " +");
	grid_skip_to(slot->pen, end);
}

/* --- victims ---------------------------------------------------------------------------------- */

/* Whether memory.oom.group takes the rest of a cgroup along: any from the victim's own up to this
 * one. */
static bool dies_as_group(const struct memcg_tree *tree, int32_t row, const struct task *victim)
{
	for (int32_t at = victim->memcg; at >= row; at = tree->rows[at].parent)
		if (tree->rows[at].oom_group == 1)
			return true;
	return false;
}

/* Without a limit on its path only an OOM of the machine kills here: then whom NEXT names. */
static const struct task *victim_of(const struct slot *slot)
{
	const struct column_context *context = &slot->context->columns;
	const struct task *next = snapshot_find(context->snapshot, slot->context->next_victim);
	if (!amount_known(slot->row->effective_limit))
		return next && next->memcg == slot->entry->row ? next : NULL;
	return memcg_victims_of(context->victims, slot->entry->row)->task;
}

static void put_victim(const struct slot *slot)
{
	const struct memcg_tree *tree = slot->context->columns.snapshot->memcgs;
	const struct task *task = victim_of(slot);
	int end = slot->pen->col + slot->width;
	if (task) {
		unsigned style =
			task->pid == slot->context->next_victim ? STYLE_VICTIM : slot->style;
		grid_printf(slot->pen, style, "%s%d ",
			dies_as_group(tree, slot->entry->row, task) ? "g" : "", (int)task->pid);
		if (slot->pen->col < end)
			grid_put_foreign(slot->pen, style, task->comm, end - slot->pen->col);
	}
	grid_skip_to(slot->pen, end);
}

/* --- the line --------------------------------------------------------------------------------- */

/* How a column is drawn, if not as in batch mode. */
static const struct {
	unsigned id;
	void (*put)(const struct slot *slot);
} drawn[] = {
	{ CGROUP_COL_CGROUP, put_name },
	{ CGROUP_COL_SHARE, put_percent },
	{ CGROUP_COL_BAR, put_bar },
	{ CGROUP_COL_PSI, put_percent },
	{ CGROUP_COL_HIGHS, put_highs },
	{ CGROUP_COL_MAXES, put_maxes },
	{ CGROUP_COL_VICTIM, put_victim },
};

static void put_slot(const struct slot *slot)
{
	for (size_t i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++) {
		if (drawn[i].id == slot->id) {
			drawn[i].put(slot);
			return;
		}
	}
	put_column(slot);
}

int cgroup_line_at(const struct column_set *line, int col)
{
	int end = 0;
	for (size_t i = 0; i < line->count; i++) {
		end += line->widths[i] + 1;
		if (col < end)
			return line->ids[i] < COLUMN_DRAWN ? (int)line->ids[i] : -1;
	}
	return -1;
}

/* What the longest name needs. */
static int longest_name(const struct cgroup_line_context *context)
{
	const struct memcg_tree *tree = context->columns.snapshot->memcgs;
	int longest = 0;
	for (size_t i = 0; i < context->rows->count; i++) {
		int width = (int)strlen(full_path(&tree->rows[context->rows->entries[i].row]));
		longest = width > longest ? width : longest;
	}
	return longest + 2;
}

static void grow(int *width, int most, int *left)
{
	int more = most - *width < *left ? most - *width : *left;
	if (more > 0) {
		*width += more;
		*left -= more;
	}
}

/* The names have what is left of the screen; on a wide one the last column has a part of it. */
static void share_rest(struct column_set *line, const struct cgroup_line_context *context, int cols)
{
	int *name = &line->widths[0], left = cols - 1 - column_set_width(line);
	int longest = longest_name(context);
	if (cols >= COLUMNS_WIDE) {
		grow(name, NAME_WIDE, &left);
		grow(&line->widths[line->count - 1], VICTIM_WIDE, &left);
	}
	grow(name, cols, &left);
	if (context->full_paths && longest > *name)
		*name = longest;
}

void cgroup_line_choose(
	struct column_set *line, const struct cgroup_line_context *context, int cols, bool strip)
{
	column_set_choose(line, &cgroup_table, &context->columns, cols, strip ? COLUMN_STRIP : 0);
	share_rest(line, context, cols);
}

/* The ends of the bar. */
static void put_bar_title(struct pen *pen, int width)
{
	grid_put(pen, STYLE_NORMAL, "0%");
	grid_put_right(pen, STYLE_NORMAL, "100%", width - 2);
}

void cgroup_line_put_titles(const struct column_set *line, struct pen *pen, unsigned sorted)
{
	for (size_t i = 0; i < line->count; i++) {
		const struct column *column = column_set_at(line, i);
		unsigned style = line->ids[i] == sorted ? STYLE_BOLD : STYLE_NORMAL;
		if (i > 0)
			grid_skip(pen, 1);
		int end = pen->col + line->widths[i];
		if (line->ids[i] == CGROUP_COL_BAR)
			put_bar_title(pen, line->widths[i]);
		else if (column->kind == COLUMN_TEXT)
			grid_put(pen, style, column->title);
		else
			grid_put_right(pen, style, column->title, line->widths[i]);
		grid_skip_to(pen, end);
	}
}

void cgroup_line_put_row(const struct column_set *line, const struct cgroup_line_context *context,
	const struct cgroup_entry *entry, struct pen *pen)
{
	const struct memcg *row = &context->columns.snapshot->memcgs->rows[entry->row];
	unsigned style = level_style(cgroup_bar_level(row, &context->levels));
	bool limited = amount_known(row->effective_limit);
	struct slot slot = { context, entry, row, pen, STYLE_NORMAL, 0, 0 };
	for (size_t i = 0; i < line->count; i++) {
		slot.id = line->ids[i];
		slot.width = line->widths[i];
		slot.style = style;
		if (!limited && (slot.id == CGROUP_COL_LIMIT || slot.id == CGROUP_COL_SHARE))
			slot.style = STYLE_DIM;
		if (i > 0)
			grid_skip(pen, 1);
		put_slot(&slot);
	}
}

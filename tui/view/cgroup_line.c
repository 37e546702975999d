#include "cgroup_line.h"

#include "cgroup_bar.h"
#include "term/box.h"

#include "oomspect/memcg_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WIDE        120 /* columns of the screen from which on there is room for more digits */
#define NAME_MIN    12
#define NAME_WIDE   33
#define VICTIM_WIDE 23
#define ALWAYS      0

struct slot {
	const struct cgroup_line_context *context;
	const struct cgroup_entry *entry;
	const struct memcg *row;
	struct pen *pen;
	unsigned style;
	int width;
	enum cgroup_column_id id;
};

static void put_column(const struct slot *slot)
{
	char buffer[CGROUP_CELL_SIZE];
	grid_put_right(slot->pen, slot->style,
		cgroup_column_cell(slot->id, &slot->context->columns, slot->entry->row, buffer),
		slot->width);
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
	put_hundredths(
		slot, cgroup_columns[slot->id].value(&slot->context->columns, slot->entry->row));
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
	const struct cgroup_context *context = &slot->context->columns;
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

/* --- the table -------------------------------------------------------------------------------- */

static const struct item {
	const char *title;        /* NULL: that of the column */
	enum cgroup_column_id id; /* what it is sorted by */
	int width, wide_width;
	int drop;     /* when the screen is narrow the greatest goes first */
	int min_cols; /* of the screen */
	bool size, left, strip;
	void (*put)(const struct slot *slot);
} items[CGROUP_ITEM_COUNT] = {
	[CGROUP_ITEM_NAME] = { "CGROUP", CGROUP_COL_CGROUP, NAME_MIN, NAME_MIN, ALWAYS, 0, false,
		true, true, put_name },
	[CGROUP_ITEM_USED] = { NULL, CGROUP_COL_USED, 5, 5, 1, 0, true, false, true, put_column },
	[CGROUP_ITEM_ANON] = { NULL, CGROUP_COL_ANON, 5, 5, 9, WIDE, true, false, false,
		put_column },
	[CGROUP_ITEM_FILE] = { NULL, CGROUP_COL_FILE, 5, 5, 12, WIDE, true, false, false,
		put_column },
	[CGROUP_ITEM_SHMEM] = { NULL, CGROUP_COL_SHMEM, 5, 5, 13, WIDE, true, false, false,
		put_column },
	[CGROUP_ITEM_KERNEL] = { NULL, CGROUP_COL_KERNEL, 6, 6, 11, WIDE, true, false, false,
		put_column },
	[CGROUP_ITEM_SWAP] = { NULL, CGROUP_COL_SWAP, 5, 5, 7, WIDE, true, false, false,
		put_column },
	[CGROUP_ITEM_HIGH] = { NULL, CGROUP_COL_HIGH, 5, 5, 8, WIDE, true, false, false,
		put_column },
	[CGROUP_ITEM_LIMIT] = { NULL, CGROUP_COL_LIMIT, 7, 7, 2, 0, true, false, true, put_column },
	[CGROUP_ITEM_SWMAX] = { NULL, CGROUP_COL_SWMAX, 5, 5, 10, WIDE, true, false, false,
		put_column },
	[CGROUP_ITEM_SHARE] = { NULL, CGROUP_COL_SHARE, 4, 5, ALWAYS, 0, false, false, true,
		put_percent },
	[CGROUP_ITEM_BAR] = { NULL, CGROUP_COL_COUNT, 16, 22, 4, 0, false, true, true, put_bar },
	[CGROUP_ITEM_PSI] = { NULL, CGROUP_COL_PSI, 3, 5, 6, 0, false, false, true, put_percent },
	[CGROUP_ITEM_HIGHS] = { "HIGH/s", CGROUP_COL_COUNT, 6, 6, 15, WIDE, false, false, true,
		put_highs },
	[CGROUP_ITEM_MAXES] = { "MAX/s", CGROUP_COL_COUNT, 6, 6, 14, WIDE, false, false, true,
		put_maxes },
	[CGROUP_ITEM_KILLS] = { NULL, CGROUP_COL_K, 1, 2, 5, 0, false, false, true, put_column },
	[CGROUP_ITEM_ETA] = { NULL, CGROUP_COL_ETA, 4, 4, 6, 100, false, false, true, put_column },
	[CGROUP_ITEM_VICTIM] = { NULL, CGROUP_COL_VICTIM, 10, 12, 3, 0, false, true, true,
		put_victim },
};

static int kills_width(const struct cgroup_line_context *context)
{
	const struct memcg_tree *tree = context->columns.snapshot->memcgs;
	char text[FORMAT_SIZE];
	int64_t most = 0;
	for (size_t i = 0; i < tree->count; i++)
		if (tree->rows[i].events.oom_kill > most)
			most = tree->rows[i].events.oom_kill;
	return snprintf(text, sizeof(text), "%" PRId64, most);
}

static int natural_width(const struct cgroup_line_context *context, enum cgroup_item id, int cols)
{
	const struct item *item = &items[id];
	int width = cols >= WIDE ? item->wide_width : item->width, need = 0;
	if (item->size)
		need = units_rows[context->columns.measure.units].width;
	if (id == CGROUP_ITEM_LIMIT)
		need++; /* "^" */
	if (id == CGROUP_ITEM_KILLS)
		need = kills_width(context);
	return need > width ? need : width;
}

int cgroup_line_width(const struct cgroup_line *line)
{
	int width = 0;
	for (size_t i = 0; i < line->count; i++)
		width += line->widths[i] + (i > 0);
	return width;
}

int cgroup_line_at(const struct cgroup_line *line, int col)
{
	int end = 0;
	for (size_t i = 0; i < line->count; i++) {
		enum cgroup_column_id id = items[line->items[i]].id;
		end += line->widths[i] + 1;
		if (col < end)
			return id == CGROUP_COL_COUNT ? -1 : (int)id;
	}
	return -1;
}

/* Drops the column that is missed least. False when only those are left that always stay. */
static bool drop_one(struct cgroup_line *line)
{
	size_t worst = 0;
	for (size_t i = 1; i < line->count; i++)
		if (items[line->items[i]].drop > items[line->items[worst]].drop)
			worst = i;
	if (items[line->items[worst]].drop == ALWAYS)
		return false;
	line->count--;
	for (size_t i = worst; i < line->count; i++) {
		line->items[i] = line->items[i + 1];
		line->widths[i] = line->widths[i + 1];
	}
	return true;
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
static void share_rest(
	struct cgroup_line *line, const struct cgroup_line_context *context, int cols)
{
	int *name = &line->widths[0], left = cols - 1 - cgroup_line_width(line);
	int longest = longest_name(context);
	if (cols >= WIDE) {
		grow(name, NAME_WIDE, &left);
		grow(&line->widths[line->count - 1], VICTIM_WIDE, &left);
	}
	grow(name, cols, &left);
	if (context->full_paths && longest > *name)
		*name = longest;
}

void cgroup_line_choose(
	struct cgroup_line *line, const struct cgroup_line_context *context, int cols, bool strip)
{
	line->count = 0;
	for (enum cgroup_item id = 0; id < CGROUP_ITEM_COUNT; id++) {
		if (cols < items[id].min_cols || (strip && !items[id].strip))
			continue;
		line->items[line->count] = id;
		line->widths[line->count++] = natural_width(context, id, cols);
	}
	while (cgroup_line_width(line) > cols - 1 && drop_one(line))
		;
	share_rest(line, context, cols);
}

static void put_bar_title(struct pen *pen, int width)
{
	grid_put(pen, STYLE_NORMAL, "0%");
	grid_put_right(pen, STYLE_NORMAL, "100%", width - 2);
}

void cgroup_line_put_titles(
	const struct cgroup_line *line, struct pen *pen, enum cgroup_column_id sorted)
{
	for (size_t i = 0; i < line->count; i++) {
		const struct item *item = &items[line->items[i]];
		unsigned style = item->id == sorted ? STYLE_BOLD : STYLE_NORMAL;
		if (i > 0)
			grid_skip(pen, 1);
		int end = pen->col + line->widths[i];
		const char *title = item->title;
		if (!title && item->id != CGROUP_COL_COUNT)
			title = cgroup_columns[item->id].title;
		if (!title)
			put_bar_title(pen, line->widths[i]);
		else if (item->left)
			grid_put(pen, style, title);
		else
			grid_put_right(pen, style, title, line->widths[i]);
		grid_skip_to(pen, end);
	}
}

void cgroup_line_put_row(const struct cgroup_line *line, const struct cgroup_line_context *context,
	const struct cgroup_entry *entry, struct pen *pen)
{
	const struct memcg *row = &context->columns.snapshot->memcgs->rows[entry->row];
	unsigned style = level_style(cgroup_bar_level(row, &context->levels));
	bool limited = amount_known(row->effective_limit);
	struct slot slot = { context, entry, row, pen, STYLE_NORMAL, 0, CGROUP_COL_COUNT };
	for (size_t i = 0; i < line->count; i++) {
		const struct item *item = &items[line->items[i]];
		slot.style = style;
		if (!limited && (item->id == CGROUP_COL_LIMIT || item->id == CGROUP_COL_SHARE))
			slot.style = STYLE_DIM;
		slot.width = line->widths[i];
		slot.id = item->id;
		if (i > 0)
			grid_skip(pen, 1);
		item->put(&slot);
	}
}

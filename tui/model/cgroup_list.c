#include "cgroup_list.h"

#include "oomspect/array.h"
#include "oomspect/heap_sort.h"
#include "oomspect/saturate.h"

#include <stdlib.h>
#include <string.h>

#define NONE (-1)

/* A row of the tree while it is arranged. */
struct cgroup_node {
	int64_t number; /* what it is sorted by: the best of its subtree in a tree */
	const char *string;
	int32_t first, next; /* child, sibling, in the order to show; NONE */
	bool shown;
};

struct order {
	const struct cgroup_node *nodes;
	bool ascending;
};

void cgroup_rows_init(struct cgroup_rows *rows)
{
	*rows = (struct cgroup_rows){ 0 };
}

void cgroup_rows_release(struct cgroup_rows *rows)
{
	free(rows->entries);
	free(rows->nodes);
	free(rows->order);
	cgroup_rows_init(rows);
}

static enum err_code reserve(struct cgroup_rows *rows, size_t count, struct err *err)
{
	if (ARRAY_RESERVE_TOO(rows->entries, rows->capacity, count) &&
		ARRAY_RESERVE_TOO(rows->nodes, rows->capacity, count) &&
		ARRAY_RESERVE(rows->order, rows->capacity, count))
		return ERR_OK;
	return err_set(err, ERR_NO_MEMORY, "cannot list %zu cgroups: out of memory", count);
}

bool cgroup_rows_matches(const struct memcg *row, const char *text)
{
	return strcasestr(row->path, text) != NULL;
}

/* On v2 the real root has no memory.current; what has one is the top of a container. */
bool cgroup_rows_shows_top(const struct memcg_tree *tree)
{
	const struct memcg *top = &tree->rows[0];
	return tree->count == 1 || amount_known(top->effective_limit) ||
	       strcmp(top->path, "/") != 0 || (tree->version == 2 && amount_known(top->usage));
}

bool cgroup_rows_is_nested(const struct memcg_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		if (tree->rows[i].depth > 1 && amount_known(tree->rows[i].limit))
			return true;
	return false;
}

static bool is_limited(const struct memcg *row)
{
	return amount_known(row->effective_limit);
}

/* Whether the row itself is asked for; if not, the reason is counted. */
static bool passes(struct cgroup_rows *rows, const struct cgroup_rows_wish *wish,
	const struct memcg_tree *tree, int32_t index)
{
	const struct memcg *row = &tree->rows[index];
	if (index == 0 && !cgroup_rows_shows_top(tree))
		return false;
	if (wish->text[0] && !cgroup_rows_matches(row, wish->text)) {
		rows->filtered++;
		return false;
	}
	if (wish->limited_only && !is_limited(row)) {
		rows->unlimited++;
		return false;
	}
	return true;
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static void set_key(struct cgroup_node *node, const struct column_context *context,
	enum cgroup_column_id sort, int32_t index)
{
	const struct column *column = &cgroup_columns[sort];
	const struct memcg *row = &context->snapshot->memcgs->rows[index];
	bool numbered = column_has_value(column);
	node->number = numbered ? column_value(column, context, cgroup_row(row)) : COLUMN_MISSING;
	node->string = NULL;
	if (sort == CGROUP_COL_KIND)
		node->string = column->string(context, cgroup_row(row), NULL);
	else if (!numbered)
		node->string = sort == CGROUP_COL_NAME ? last_component(row->path) : row->path;
}

/* A parent stands where the best of its children would. */
static void inherit_key(struct cgroup_node *parent, const struct cgroup_node *child, bool ascending)
{
	if (child->number == COLUMN_MISSING)
		return;
	if (parent->number == COLUMN_MISSING ||
		(child->number != parent->number && (child->number < parent->number) == ascending))
		parent->number = child->number;
}

/* From the last to the first: descendants stand behind their ancestors. */
static void fill_nodes(struct cgroup_rows *rows, const struct column_context *context,
	const struct cgroup_rows_wish *wish, bool ascending)
{
	const struct memcg_tree *tree = context->snapshot->memcgs;
	for (size_t i = 0; i < tree->count; i++) {
		rows->nodes[i] = (struct cgroup_node){ .first = NONE, .next = NONE };
		set_key(&rows->nodes[i], context, wish->sort, (int32_t)i);
	}
	for (int32_t i = (int32_t)tree->count - 1; i >= 0; i--) {
		struct cgroup_node *node = &rows->nodes[i];
		int32_t parent = tree->rows[i].parent;
		if (!node->shown)
			node->shown = passes(rows, wish, tree, i);
		if (!wish->tree || parent < 0)
			continue;
		rows->nodes[parent].shown |= node->shown;
		inherit_key(&rows->nodes[parent], node, ascending);
	}
	if (!cgroup_rows_shows_top(tree))
		rows->nodes[0].shown = false;
}

/* A value that is missing stands last, whatever the order; of equals the first of the tree. */
static bool stands_before(const void *a, const void *b, const void *context)
{
	const struct order *order = context;
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	const struct cgroup_node *one = &order->nodes[x], *other = &order->nodes[y];
	int sign = 0;
	if (one->string && other->string)
		sign = strcmp(one->string, other->string);
	else if ((one->number == COLUMN_MISSING) != (other->number == COLUMN_MISSING))
		return other->number == COLUMN_MISSING;
	else if (one->number != other->number)
		sign = one->number < other->number ? -1 : 1;
	if (sign)
		return (sign < 0) == order->ascending;
	return x < y;
}

static size_t sort_nodes(struct cgroup_rows *rows, size_t count, bool ascending)
{
	const struct order order = { rows->nodes, ascending };
	size_t shown = 0;
	for (size_t i = 0; i < count; i++)
		if (rows->nodes[i].shown)
			rows->order[shown++] = (int32_t)i;
	heap_sort(rows->order, shown, sizeof(*rows->order), stands_before, &order);
	return shown;
}

static void add_entry(
	struct cgroup_rows *rows, int32_t row, int32_t depth, bool folded, bool parent)
{
	rows->entries[rows->count++] = (struct cgroup_entry){ row, depth, folded, parent };
}

/* Hangs each row below its parent, the last first; returns the first of the outermost. */
static int32_t link_nodes(struct cgroup_rows *rows, const struct memcg_tree *tree, size_t shown)
{
	int32_t first = NONE;
	while (shown-- > 0) {
		int32_t row = rows->order[shown], parent = tree->rows[row].parent;
		int32_t *list = parent >= 0 && rows->nodes[parent].shown
					? &rows->nodes[parent].first
					: &first;
		rows->nodes[row].next = *list;
		*list = row;
	}
	return first;
}

/* The row that comes after `row` when its children have been shown or are folded. */
static int32_t next_outside(
	const struct cgroup_rows *rows, const struct memcg_tree *tree, int32_t row, int32_t *depth)
{
	while (*depth > 0 && rows->nodes[row].next == NONE) {
		row = tree->rows[row].parent;
		--*depth;
	}
	return rows->nodes[row].next;
}

static void add_tree(struct cgroup_rows *rows, const struct memcg_tree *tree,
	const struct marks *folds, size_t shown)
{
	int32_t depth = 0;
	for (int32_t row = link_nodes(rows, tree, shown); row != NONE;) {
		bool parent = rows->nodes[row].first != NONE;
		bool folded = parent && marks_has(folds, tree->rows[row].inode);
		add_entry(rows, row, depth, folded, parent);
		if (parent && !folded) {
			row = rows->nodes[row].first;
			depth++;
		} else {
			row = next_outside(rows, tree, row, &depth);
		}
	}
}

static bool is_ascending(const struct cgroup_rows_wish *wish)
{
	bool natural = cgroup_columns[wish->sort].flags & COLUMN_ASCENDING;
	return natural != wish->reversed;
}

enum err_code cgroup_rows_build(struct cgroup_rows *rows, const struct column_context *context,
	const struct cgroup_rows_wish *wish, struct err *err)
{
	const struct memcg_tree *tree = context->snapshot->memcgs;
	bool ascending = is_ascending(wish);
	rows->count = rows->unlimited = rows->filtered = 0;
	if (tree->count == 0)
		return ERR_OK;
	enum err_code code = reserve(rows, tree->count, err);
	if (code)
		return code;
	fill_nodes(rows, context, wish, ascending);
	size_t shown = sort_nodes(rows, tree->count, ascending);
	if (wish->tree) {
		add_tree(rows, tree, wish->folds, shown);
		return ERR_OK;
	}
	for (size_t i = 0; i < shown; i++)
		add_entry(rows, rows->order[i], 0, false, false);
	return ERR_OK;
}

long cgroup_rows_find(const struct cgroup_rows *rows, int32_t row)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->entries[i].row == row)
			return (long)i;
	return -1;
}

bool cgroup_rows_goes_on(const struct cgroup_rows *rows, size_t place, int32_t depth)
{
	for (size_t i = place + 1; i < rows->count; i++) {
		if (rows->entries[i].depth < depth)
			return false;
		if (rows->entries[i].depth == depth)
			return true;
	}
	return false;
}

/* --- rates ------------------------------------------------------------------------------------ */

void cgroup_rates_init(struct cgroup_rates *rates)
{
	*rates = (struct cgroup_rates){ 0 };
}

void cgroup_rates_release(struct cgroup_rates *rates)
{
	free(rates->rows);
	free(rates->before);
	cgroup_rates_init(rates);
}

static bool reserve_rates(struct cgroup_rates *rates, size_t count)
{
	return ARRAY_RESERVE_TOO(rates->rows, rates->capacity, count) &&
	       ARRAY_RESERVE(rates->before, rates->capacity, count);
}

/* The same cgroup in the sample before. Both stand in the order of the tree, so that the search
 * begins behind the last one that was found, and mostly ends there. */
static const struct cgroup_rate *find_before(
	const struct cgroup_rates *rates, uint64_t inode, size_t *next)
{
	for (size_t i = 0; i < rates->before_count; i++) {
		size_t place = (*next + i) % rates->before_count;
		if (rates->before[place].inode == inode) {
			*next = place + 1;
			return &rates->before[place];
		}
	}
	return NULL;
}

static int64_t rate(int64_t now, int64_t before, int64_t ms)
{
	if (now < before || before < 0 || ms <= 0)
		return UNKNOWN;
	return saturate_scale(now - before, 10000, ms);
}

static struct cgroup_rate count_of(const struct memcg *row)
{
	int64_t max = row->events.max == UNKNOWN ? row->failcnt : row->events.max;
	return (struct cgroup_rate){ row->inode, row->events.high, max, UNKNOWN, UNKNOWN };
}

void cgroup_rates_update(struct cgroup_rates *rates, const struct memcg_tree *tree, int64_t now_ms)
{
	struct cgroup_rate *spare = rates->before;
	int64_t ms = now_ms - rates->at_ms;
	size_t next = 0;
	rates->before = rates->rows;
	rates->before_count = rates->count;
	rates->rows = spare;
	rates->at_ms = now_ms;
	rates->count = reserve_rates(rates, tree->count) ? tree->count : 0;
	for (size_t i = 0; i < rates->count; i++) {
		struct cgroup_rate *now = &rates->rows[i];
		*now = count_of(&tree->rows[i]);
		const struct cgroup_rate *before = find_before(rates, now->inode, &next);
		if (!before)
			continue;
		now->high_tenths = rate(now->high, before->high, ms);
		now->max_tenths = rate(now->max, before->max, ms);
	}
}

int64_t cgroup_rates_high(const struct cgroup_rates *rates, int32_t row)
{
	return row >= 0 && (size_t)row < rates->count ? rates->rows[row].high_tenths : UNKNOWN;
}

int64_t cgroup_rates_max(const struct cgroup_rates *rates, int32_t row)
{
	return row >= 0 && (size_t)row < rates->count ? rates->rows[row].max_tenths : UNKNOWN;
}

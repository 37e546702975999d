#include "process_tree.h"

#include "oomspect/array.h"

#include <stdlib.h>
#include <string.h>

#define NONE       (-1)
#define MOST_PAGES (INT64_C(1) << 40) /* more than any machine has */

/* A row of the list, by its place there. */
struct process_node {
	const struct ranking_row *row;
	int32_t parent, next; /* places; NONE */
	int32_t first, last;  /* child */
	int32_t shown;        /* row that shows it */
	bool linked;
};

void process_tree_init(struct process_tree *tree)
{
	*tree = (struct process_tree){ .count = 0 };
}

void process_tree_release(struct process_tree *tree)
{
	free(tree->branches);
	free(tree->nodes);
	free(tree->places);
	process_tree_init(tree);
}

static enum err_code reserve(struct process_tree *tree, size_t count, struct err *err)
{
	size_t room = count + 1; /* a tree of nothing is one too */
	if (ARRAY_RESERVE_TOO(tree->branches, tree->capacity, room) &&
		ARRAY_RESERVE_TOO(tree->nodes, tree->capacity, room) &&
		ARRAY_RESERVE(tree->places, tree->capacity, room))
		return ERR_OK;
	return err_set(
		err, ERR_NO_MEMORY, "cannot draw a tree of %zu processes: out of memory", count);
}

/* A row that was not read for a while may name a parent that is dead, and whose number somebody
 * else has got: a parent is never the younger one. */
static int32_t parent_of(
	const struct process_tree *tree, const struct snapshot *snapshot, const struct task *task)
{
	const struct task *parent = task->ppid > 0 ? snapshot_find(snapshot, task->ppid) : NULL;
	if (!parent || parent->start_ticks > task->start_ticks)
		return NONE;
	return tree->places[parent - snapshot->tasks];
}

static void fill_nodes(struct process_tree *tree, const struct snapshot *snapshot,
	const struct ranking_row *const *rows, size_t count)
{
	for (size_t i = 0; i < snapshot->count; i++)
		tree->places[i] = NONE;
	for (size_t i = 0; i < count; i++)
		tree->places[rows[i]->task - snapshot->tasks] = (int32_t)i;
	for (size_t i = 0; i < count; i++) {
		int32_t parent = parent_of(tree, snapshot, rows[i]->task);
		tree->nodes[i] =
			(struct process_node){ rows[i], parent, NONE, NONE, NONE, NONE, false };
	}
	tree->first = tree->last = NONE;
	tree->count = count;
}

/* What the files say may go round in circles: damaged or forged ones, or rows of different age.
 * Each walk upwards ends where an earlier one went; where it meets itself the circle is cut. */
static void cut_circles(struct process_tree *tree)
{
	struct process_node *nodes = tree->nodes;
	for (int32_t walk = 0; walk < (int32_t)tree->count; walk++) {
		int32_t at = walk;
		for (; at != NONE && nodes[at].shown == NONE; at = nodes[at].parent)
			nodes[at].shown = walk;
		if (at != NONE && nodes[at].shown == walk)
			nodes[at].parent = NONE;
	}
}

static void append(struct process_tree *tree, int32_t at)
{
	struct process_node *nodes = tree->nodes;
	int32_t parent = nodes[at].parent;
	int32_t *first = parent == NONE ? &tree->first : &nodes[parent].first;
	int32_t *last = parent == NONE ? &tree->last : &nodes[parent].last;
	if (*last == NONE)
		*first = at;
	else
		nodes[*last].next = at;
	*last = at;
	nodes[at].linked = true;
}

/* Hangs each row behind its siblings. The first of a branch takes all above it along: so they stand
 * where it would. */
static void link_nodes(struct process_tree *tree, bool by_best)
{
	for (int32_t i = 0; i < (int32_t)tree->count; i++)
		for (int32_t at = i; at != NONE && !tree->nodes[at].linked;
			at = by_best ? tree->nodes[at].parent : NONE)
			append(tree, at);
}

/* The next one from the root downwards. */
static int32_t node_after(const struct process_tree *tree, int32_t at)
{
	const struct process_node *nodes = tree->nodes;
	if (nodes[at].first != NONE)
		return nodes[at].first;
	while (at != NONE && nodes[at].next == NONE)
		at = nodes[at].parent;
	return at == NONE ? NONE : nodes[at].next;
}

static void hide(struct process_node *node, int32_t shown, struct process_branch *branch,
	const struct process_tree_wish *wish)
{
	node->shown = shown;
	branch->hidden++;
	if (node->row->mem_pages > 0 && node->row->mem_pages < MOST_PAGES &&
		branch->hidden_pages < MOST_PAGES)
		branch->hidden_pages += node->row->mem_pages;
	branch->hides_next |= wish->next_victim && node->row->task->pid == wish->next_victim;
}

static void show(struct process_node *node, struct branch at, int32_t shown,
	struct process_branch *branch, const struct process_tree_wish *wish)
{
	bool parent = node->first != NONE;
	node->shown = shown;
	*branch = (struct process_branch){
		.branch = at,
		.parent = parent,
		.folded = parent && marks_has_task(wish->folds, node->row->task),
	};
}

static struct branch below(struct branch above, bool is_last)
{
	return (struct branch){ above.depth + 1, above.lines << 1 | !is_last };
}

enum err_code process_tree_arrange(struct process_tree *tree, const struct snapshot *snapshot,
	const struct process_tree_wish *wish, const struct ranking_row **rows, size_t *count,
	struct err *err)
{
	int32_t shown = 0;
	enum err_code code = reserve(tree, snapshot->count, err);
	tree->count = 0;
	if (code)
		return code;
	struct process_branch *branches = tree->branches;
	fill_nodes(tree, snapshot, rows, *count);
	cut_circles(tree);
	link_nodes(tree, wish->by_best);
	for (int32_t at = tree->first; at != NONE; at = node_after(tree, at)) {
		struct process_node *node = &tree->nodes[at];
		int32_t row = node->parent == NONE ? NONE : tree->nodes[node->parent].shown;
		struct branch place = { 0 };
		if (row != NONE && branches[row].folded) {
			hide(node, row, &branches[row], wish);
			continue;
		}
		if (row != NONE)
			place = below(branches[row].branch, node->next == NONE);
		show(node, place, shown, &branches[shown], wish);
		rows[shown++] = node->row;
	}
	*count = (size_t)shown;
	return ERR_OK;
}

enum err_code process_tree_fold_all(const struct process_tree *tree,
	const struct snapshot *snapshot, int32_t depth, struct marks *folds, struct err *err)
{
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < snapshot->count && !code; i++) {
		int32_t place = tree->places[i];
		if (place == NONE)
			continue;
		const struct process_branch *at = &tree->branches[tree->nodes[place].shown];
		if (at->parent && at->branch.depth >= depth)
			code = marks_add_task(folds, &snapshot->tasks[i], err);
	}
	return code;
}

long process_tree_find(const struct process_tree *tree, pid_t pid, uint64_t start_ticks)
{
	for (size_t i = 0; i < tree->count; i++) {
		const struct task *task = tree->nodes[i].row->task;
		if (task->pid == pid && task->start_ticks == start_ticks)
			return tree->nodes[i].shown;
	}
	return -1;
}

/* Which memory cgroups are shown, and in which order: as a tree or flat, folded, filtered, sorted.
 *
 * The top of the hierarchy stands for the machine and is left out, unless it is itself limited or
 * all there is. A tree stays a tree: rows are sorted among their siblings, by the best value of
 * their subtree, and the ancestors of a row that is shown are shown. Knows no screen. */
#ifndef OOMSPECT_CGROUP_ROWS_H
#define OOMSPECT_CGROUP_ROWS_H

#include "cgroup_column.h"
#include "number_set.h"

struct cgroup_rows_wish {
	bool tree;
	bool limited_only; /* rows without any limit on their path are left out */
	const char *text;  /* a part of the path, whatever the case of letters; "" for all */
	enum cgroup_column_id sort;
	bool reversed; /* against the natural order of the column */
	const struct number_set *folds;
};

struct cgroup_entry {
	int32_t row;   /* of the snapshot's tree */
	int32_t depth; /* 0 for the outermost that are shown */
	bool folded;   /* its children are not shown */
	bool parent;   /* it has children that would be shown */
};

struct cgroup_node;

struct cgroup_rows {
	struct cgroup_entry *entries;
	size_t count, capacity;
	size_t unlimited, filtered; /* left out, by reason */
	struct cgroup_node *nodes;  /* by row of the tree: its own memory */
	int32_t *order;
};

void cgroup_rows_init(struct cgroup_rows *rows);
void cgroup_rows_release(struct cgroup_rows *rows);

/* Fills `rows` anew; its memory is reused. ERR_NO_MEMORY leaves it empty. */
enum err_code cgroup_rows_build(struct cgroup_rows *rows, const struct cgroup_context *context,
	const struct cgroup_rows_wish *wish, struct err *err);

/* The place of a row of the tree, -1 when it is not shown. */
long cgroup_rows_find(const struct cgroup_rows *rows, int32_t row);

/* Whether there is another entry behind `place` with the same parent as the ancestor of `place` at
 * `depth`: the line of the tree goes on there. */
bool cgroup_rows_goes_on(const struct cgroup_rows *rows, size_t place, int32_t depth);

/* Whether a tree says more than a list: a limit below the outermost cgroups. */
bool cgroup_rows_is_nested(const struct memcg_tree *tree);

/* Whether the top of the hierarchy is a row like the others. */
bool cgroup_rows_shows_top(const struct memcg_tree *tree);

bool cgroup_rows_matches(const struct memcg *row, const char *text);

#endif

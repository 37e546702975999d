/* Which memory cgroups are shown, and in which order: as a tree or flat, folded, filtered, sorted; and
 * how often each met its limits since the sample before.
 *
 * The top of the hierarchy stands for the machine and is left out, unless it is itself limited or
 * all there is. A tree stays a tree: rows are sorted among their siblings, by the best value of
 * their subtree, and the ancestors of a row that is shown are shown. Knows no screen. */
#ifndef OOMSPECT_CGROUP_LIST_H
#define OOMSPECT_CGROUP_LIST_H

#include "cgroup_columns.h"

struct cgroup_rows_wish {
	bool tree;
	bool limited_only; /* rows without any limit on their path are left out */
	const char *text;  /* a part of the path, whatever the case of letters; "" for all */
	enum cgroup_column_id sort;
	bool reversed; /* against the natural order of the column */
	const struct marks *folds;
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
enum err_code cgroup_rows_build(struct cgroup_rows *rows, const struct column_context *context,
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

/* How often a second a memory cgroup met memory.high and its limit, between two samples. Tenths; UNKNOWN without a sample before, or where the kernel does not count. */
struct cgroup_rate {
	uint64_t inode;
	int64_t high, max; /* the counters */
	int64_t high_tenths, max_tenths;
};

struct cgroup_rates {
	struct cgroup_rate *rows, *before; /* by row of the tree */
	size_t count, before_count, capacity;
	int64_t at_ms;
};

void cgroup_rates_init(struct cgroup_rates *rates);
void cgroup_rates_release(struct cgroup_rates *rates);

/* A new sample of the tree, taken at `now_ms` of any steady clock. Without memory nothing is known
 * until the next one. */
void cgroup_rates_update(struct cgroup_rates *rates, const struct memcg_tree *tree, int64_t now_ms);

/* UNKNOWN for a row that is not there. */
int64_t cgroup_rates_high(const struct cgroup_rates *rates, int32_t row);
int64_t cgroup_rates_max(const struct cgroup_rates *rates, int32_t row);

#endif

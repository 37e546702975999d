/* The rows of a list as a tree by parent, with branches that are folded. Knows no screen.
 *
 * A row hangs below its parent if that is in the list, too. All others are roots: whoever's parent
 * is filtered out, hidden, in another pid namespace or dead, and pid 1. As in htop, a filter shows
 * what matches and forces no ancestors in. Fits 10,000 rows: the work grows as count log count. */
#ifndef OOMSPECT_PROCESS_TREE_H
#define OOMSPECT_PROCESS_TREE_H

#include "marks.h"
#include "term/box.h"

#include "oomspect/ranking.h"

struct process_branch {
	struct branch branch;
	bool parent;          /* somebody hangs below it */
	bool folded;          /* and is not shown */
	bool hides_next;      /* among them the next victim */
	uint32_t hidden;      /* how many these are */
	int64_t hidden_pages; /* their memory as badness counts it, where it is known */
};

struct process_node;

struct process_tree {
	struct process_branch *branches; /* by row that is shown */
	struct process_node *nodes;      /* its own memory: by row of the list it was made of */
	int32_t *places;                 /* the same, by task of the snapshot */
	int32_t first, last;             /* of the roots */
	size_t count, capacity;          /* of nodes; of all three */
};

struct process_tree_wish {
	const struct marks *folds; /* whose branches are folded */
	bool by_best;              /* a row stands where the first of its branch would */
	pid_t next_victim;         /* 0: nobody */
};

void process_tree_init(struct process_tree *tree);
void process_tree_release(struct process_tree *tree);

/* Arranges `rows`, the whole list in its order: siblings keep that order, and `*count` becomes the
 * number of rows that are shown. The rows are of `snapshot`. ERR_NO_MEMORY leaves a list. */
enum err_code process_tree_arrange(struct process_tree *tree, const struct snapshot *snapshot,
	const struct process_tree_wish *wish, const struct ranking_row **rows, size_t *count,
	struct err *err);

/* Adds to `folds` whoever has a branch, from `depth` on. Nothing may be folded yet. */
enum err_code process_tree_fold_all(const struct process_tree *tree,
	const struct snapshot *snapshot, int32_t depth, struct marks *folds, struct err *err);

/* The row that shows the process: its own, or the one it is folded into; -1 when it is not in the
 * list. */
long process_tree_find(const struct process_tree *tree, pid_t pid, uint64_t start_ticks);

#endif

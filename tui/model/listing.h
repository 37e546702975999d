/* Which rows of a ranking are shown, and in which order; and how far each has moved in the order of
 * death. Knows no screen.
 *
 * A listing borrows from its ranking and is valid while that is. */
#ifndef OOMSPECT_LISTING_H
#define OOMSPECT_LISTING_H

#include "process_columns.h"

enum listing_show {
	LISTING_NO_KTHREADS, /* kernel threads are hidden */
	LISTING_ALL,
	LISTING_KILLABLE, /* whatever cannot be killed is hidden */
	LISTING_SHOW_COUNT,
};

struct listing_filter {
	enum listing_show show;
	uid_t uid;         /* UID_UNKNOWN: of anybody */
	const pid_t *pids; /* only these; none with pid_count 0 */
	size_t pid_count;
	const bool *found; /* only those, by their place in snapshot->tasks; NULL: all */
};

struct listing_order {
	enum column_id column;
	bool reversed; /* against the natural order of the column */
};

struct listing_key;

struct listing {
	const struct ranking_row **rows;
	size_t count, capacity;
	size_t hidden_kthreads; /* by filter.show: kernel threads, and others that cannot be killed */
	size_t hidden_unkillable;
	size_t hidden_filtered;   /* by the rest of the filter */
	size_t hidden_folded;     /* in branches of the tree */
	bool nested;              /* it is a tree */
	struct process_tree tree; /* which */
	struct listing_key *keys; /* the listing's own memory */
};

void listing_init(struct listing *listing);
void listing_release(struct listing *listing);

/* Fills `listing` anew; its memory is reused. Rows of equal value keep the order of death; a value
 * that is missing stands last, reversed or not. ERR_NO_MEMORY leaves it empty. */
enum err_code listing_build(struct listing *listing, const struct column_context *context,
	const struct listing_filter *filter, struct listing_order order, struct err *err);

/* Makes a tree of what listing_build has left, in the same order among siblings: the values of a
 * column stand where the first of their branch would, names and other texts by themselves.
 * ERR_NO_MEMORY leaves the list. */
enum err_code listing_nest(struct listing *listing, const struct column_context *context,
	enum column_id sorted, const struct marks *folds, struct err *err);

/* What leads to a row of a tree, and what is folded into it; NULL in a list. */
const struct process_branch *listing_branch(const struct listing *listing, size_t index);

/* The index of the row with this identity, or of the one that it is folded into; -1 when it is not
 * shown. */
long listing_find(const struct listing *listing, pid_t pid, uint64_t start_ticks);

/* How many places each process went up or down in the order of death since the sample before. */
struct moves_rank {
	pid_t pid;
	uint64_t start_ticks;
	int32_t rank; /* 0: cannot be killed */
};

struct moves {
	struct moves_rank *before; /* by pid, of the sample before */
	size_t before_count;
	int32_t *places; /* of this one, by its place in snapshot->tasks; above 0: went up */
	size_t capacity; /* of both */
};

void moves_init(struct moves *moves);
void moves_release(struct moves *moves);

/* Compares with the ranking of the call before. Without memory, nobody has moved. */
void moves_update(
	struct moves *moves, const struct snapshot *snapshot, const struct ranking *ranking);

#endif

/* The lines that lead to a row of a tree: "|  `- ". Of a deep tree only the last levels are drawn,
 * behind "..", so that the name keeps half of the room. */
#ifndef OOMSPECT_BRANCH_H
#define OOMSPECT_BRANCH_H

#include "grid.h"

#define BRANCH_LEVELS_MAX 16 /* that are drawn, whatever the room */

struct branch {
	int32_t depth;  /* 0: a root, to which no line leads */
	uint32_t lines; /* bit 0: a sibling comes below it; bit 1: one of its parent; and so on */
};

/* Writes them with `room` columns for lines and name. */
void branch_put(struct pen *pen, unsigned style, struct branch branch, int room);

/* Columns that branch_put would use. */
int branch_width(struct branch branch, int room);

#endif

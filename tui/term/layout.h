/* Which line of the screen shows what, for every size from 1x1 on. Pure arithmetic. */
#ifndef OOMSPECT_LAYOUT_H
#define OOMSPECT_LAYOUT_H

#include <stdbool.h>

/* The parts of a main view, from top to bottom. */
enum part {
	PART_TITLE,
	PART_MEMORY,
	PART_SWAP,
	PART_COMMIT,
	PART_PSI,
	PART_ZONES,
	PART_NEXT,
	PART_RUNNER_UP,
	PART_TABS,
	PART_HEADING,
	PART_LIST,
	PART_STATUS,
	PART_BELOW,
	PART_BAR,
	PART_COUNT,
};

/* A part that may be left out as the operator likes. */
struct meter {
	const char *name; /* in the settings; NULL: it always has its place */
	const char *help;
};
extern const struct meter meters[PART_COUNT];

struct layout {
	int rows[PART_COUNT]; /* the line of each part, the first of the list; -1: it is left out */
	int list_rows, below_rows;
};

#define LAYOUT_BELOW_ROWS 40 /* a screen of fewer has no room for anything below the list */

/* What a view asks for. */
struct layout_wish {
	bool header;      /* false: everything above NEXT is left out */
	unsigned without; /* bit PART_X: this view does not show it */
	int below;        /* rows for what stands below the list */
};

/* Parts are left out, the least important first, until the list has half of the screen. What stands
 * below it may then have of that half what leaves it two fifths. */
struct layout layout_of(int rows, const struct layout_wish *wish);

/* Rows that a page key moves the list by: one stays in sight. */
int layout_page(const struct layout *layout);

#endif

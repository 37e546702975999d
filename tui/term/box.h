/* What is drawn with lines: a frame over a view, at the bottom of the screen above the status line,
 * and the branches of a tree. */
#ifndef OOMSPECT_BOX_H
#define OOMSPECT_BOX_H

#include "grid.h"

#define BOX_COLS 100 /* no wider than that */

struct box {
	struct grid *grid;
	int width;
	int rows; /* lines inside; 0 on a screen that is too low for a frame */
	int next; /* row of the grid of the next line */
};

/* How many lines there can be at most. */
int box_room(const struct grid *grid);

/* Draws the upper edge of a box with `rows` lines, with `title` and, to the right, `remark`. */
struct box box_open(
	struct grid *grid, int rows, unsigned style, const char *title, const char *remark);

/* Draws the sides of the next line, and gives a pen for what is between them. */
struct pen box_line(struct box *box);

/* Draws the lower edge with `text`, after the last line: pieces that stand two or more blanks apart.
 * Where not all have room the last ones are left out first, but never one that begins with "Esc". */
void box_close(struct box *box, const char *text);

/* The lines that lead to a row of a tree: "|  `- ". Of a deep tree only the last levels are drawn,
 * behind "..", so that the name keeps half of the room. */
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
